"""Random networks over the constructs of the language, full of ties (Hypothesis).

Each feature is switched on or off per example, so that rare ones meet; times are tiny integers on a short
axis, so that many things happen at one instant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from scenarios.messages import message_steps, onward, parts_of
from scenarios.resolved import (
    CERTAIN,
    DAY,
    REST,
    RIDE,
    Appointments,
    Arrivals,
    Attribute,
    Backlog,
    Balking,
    By,
    Clock,
    Condition,
    Disruption,
    Effect,
    Errand,
    Flow,
    Gather,
    ListedArrival,
    Mix,
    Need,
    Resolved,
    Resource,
    Rule,
    Shift,
    Step,
    Tree,
)
from tests.sim.build import NAME, START_DAY, category, clock, even_day, hours, platform, scenario, stock, zone

HORIZON = 120
FEATURES = (
    "rooms", "zone", "patience", "full_to", "platform", "outage", "release", "parallel", "rework", "shifts",
    "joint", "any_of", "priorities", "losses", "slow", "backlog", "poisson", "lead_in", "shared_pool",
    "burst", "until_empty", "teams", "by_goods", "other_doors", "two_platforms",
    "greedy", "crowded", "hold", "stocks", "lanes", "balk", "rules", "sends", "joins", "preempt", "closing",
    "crowd", "gather", "carrier", "nested", "slots", "reserve", "messages",
)  # fmt: skip


@st.composite
def networks(draw: st.DrawFn, without: frozenset[str] = frozenset()) -> Resolved:
    """A random resolved scenario of one to seven steps."""
    on = {feature for feature in FEATURES if draw(st.booleans())} - without
    lead_in = draw(st.integers(1, 30)) if "lead_in" in on else 0
    number = draw(st.integers(1, 6))
    pools = [f"p{n}" for n in range(1 if "shared_pool" in on else draw(st.integers(1, 4)))]
    names = [f"s{n}" for n in range(number)]
    tables = {f"t{n}": _table(draw) for n in range(4)} | {
        f"w{n}": (draw(st.integers(1, 20)),) for n in range(3)
    }
    steps: dict[str, Step] = {name: _step(draw, on, names, pools, name) for name in names}
    way: dict[str, str | None] = dict(zip(names, [*names[1:], None], strict=True))
    options: dict[str, dict[str, str | None]] = {}
    if "parallel" in on:
        _add_parallel(draw, on, pools, steps, way, names)
    if "hold" in on:
        _add_hold(draw, on, pools, steps, way, names)
    if "sends" in on:
        _add_sending(draw, on, pools, steps, way, names)
    if "messages" in on:
        _add_message(draw, on, pools, steps, way, names)
    if "rework" in on:
        _add_rework(draw, steps, way, options, names)
    if "stocks" in on:
        _add_puts(draw, steps, way, names)
    carriers = _add_gathers(draw, on, pools, steps, way, names) if "gather" in on else {}
    first = names[0]
    if "lanes" in on:
        steps, first = _add_lanes(draw, on, steps, way, options, names)
    flows = {
        name: _flow(draw, on, names, first, way, options, steps)
        for name in ("truck", "van")[: draw(st.integers(1, 2))]
    } | {
        name: replace(
            _flow(draw, on - {"other_doors", "backlog"}, names, next(iter(ways)), ways, {}, steps),
            arrivals=Arrivals("none"),
        )
        for name, ways in carriers.items()
    }
    if "sends" in on:
        flows["sample"] = _sample(draw, on, steps)
    resources = {name: _resource(draw, on) for name in pools}
    return scenario(
        flows, steps, tables=tables | {"none": (0,), "gap": (draw(st.sampled_from((300_000, 1_000_000))),)},
        mixes={
            "again": Mix(("back", "on"), (CERTAIN // 3, CERTAIN)),
            "goods": Mix(("a", "b"), (CERTAIN // 2, CERTAIN)),
            "booking": Mix(("booked", "walk_in"), (CERTAIN // 2, CERTAIN)),
        },
        resources=resources,
        zones={"yard": zone(draw(st.integers(1, 4)))},
        platforms={"net": platform(), "bank": platform()},
        calendars={
            "day": hours((10, 40), (55, 70), (90, 200)),
            "bus": hours(*((t, t + 1) for t in range(0, 200, 9))),
        },
        stocks={"boxes": stock(draw(st.integers(0, 6)))} if "stocks" in on else {},
        disruptions=_disruptions(draw, on, names, pools),
        rules=_rules(draw, on, steps, resources, options) if "rules" in on else {},
        clock=_clock(draw, on, lead_in),
    )  # fmt: skip


def _clock(draw: st.DrawFn, on: set[str], lead_in: int) -> Clock:
    """Begins at midnight; the window is the whole run, or the run goes on until everybody has left."""
    plain = clock(HORIZON, lead_in=lead_in, start_utc=START_DAY * DAY + lead_in)
    if "until_empty" not in on:
        return plain
    return replace(plain, until="empty", window=draw(st.sampled_from([None, 1, 30, 60])))


def _table(draw: st.DrawFn) -> tuple[int, ...]:
    """A constant, or a staircase of small integers on the grid."""
    from scenarios.grid import SIDE

    if draw(st.booleans()):
        return (draw(st.integers(0, 9)),)
    low, top = draw(st.integers(0, 4)), draw(st.integers(4, 12))
    lower = [max(low, 4 - n // 60) for n in range(SIDE)]
    upper = [min(top, 4 + n // 40) for n in range(SIDE)]
    return (*lower, *upper)


def _name(draw: st.DrawFn) -> str:
    return f"t{draw(st.integers(0, 3))}"


def _resource(draw: st.DrawFn, on: set[str]) -> Resource:
    units = draw(st.integers(1, 3))
    fields: dict[str, Any] = {}
    if "preempt" in on:
        fields["preempt"] = draw(st.sampled_from([("priority", "breakdown"), ("priority",), ("breakdown",)]))
    if "closing" in on or ("shifts" in on and draw(st.booleans())):
        if "closing" in on:
            fields["at_closing"] = draw(st.sampled_from(["clear", "stop", "fit", None]))
            fields["overtime"] = draw(st.sampled_from([None, 1, 4]))
        return Resource(NAME, (Shift("day", units), Shift(None, draw(st.integers(0, 1)))), **fields)
    return Resource(NAME, (Shift(None, units),), **fields)


def _needs(draw: st.DrawFn, on: set[str], pools: list[str]) -> tuple[Need, ...]:
    if "greedy" in on and len(pools) > 1 and draw(st.booleans()):
        one, other = draw(st.permutations(pools))[:2]  # the first need may take what the second must have
        return Need(((one, 2), (other, 2))), Need(((one, 1),))
    first = draw(st.sampled_from(pools))
    units = draw(st.integers(1, 2)) if "teams" in on else 1
    if "any_of" in on and draw(st.booleans()):
        needs = [Need(tuple((pool, units) for pool in draw(st.permutations(pools))))]
    else:
        needs = [Need(((first, units),))]
    if ("joint" in on or "reserve" in on) and len(pools) > 1 and draw(st.booleans()):
        needs.append(Need(((next(pool for pool in pools if pool != first), 1),)))
    return tuple(needs)


def _step(draw: st.DrawFn, on: set[str], names: list[str], pools: list[str], name: str) -> Step:
    if draw(st.integers(0, 5)) == 0:
        return Step(NAME, "wait", time=_name(draw))
    if "stocks" in on and draw(st.integers(0, 2)) == 0:
        return Step(NAME, "take", **_places(draw, on, names, name), **_taking(draw, names, name))
    time: Tree = _name(draw)
    if "by_goods" in on and draw(st.booleans()):
        time = By("goods", {"a": _name(draw), "b": _name(draw)})
    fields: dict[str, Any] = {"needs": _needs(draw, on, pools), "time": time}
    fields |= _places(draw, on, names, name)
    if "platform" in on and draw(st.booleans()):
        platforms = ("net", "bank") if "two_platforms" in on and draw(st.booleans()) else ("net",)
        fields |= {"platforms": platforms, "fallback": draw(st.sampled_from([None, _name(draw)]))}
        if "outage" in on:
            fields["on_outage"] = draw(st.sampled_from(["finish", "pause", "restart"]))
    if "release" in on and draw(st.booleans()):
        fields["while_blocked"] = "release"
    if "reserve" in on:
        fields["reserve"] = draw(st.booleans())
    if "preempt" in on or "closing" in on:
        fields["on_preempt"] = draw(st.sampled_from([None, None, "restart", "finish"]))
    return Step(NAME, "work", **fields)


def _places(draw: st.DrawFn, on: set[str], names: list[str], name: str) -> dict[str, Any]:
    """Room, zone, patience and priority."""
    fields: dict[str, Any] = {}
    if "rooms" in on and draw(st.booleans()):
        fields["room"] = draw(st.integers(1, 3))
        if "full_to" in on and draw(st.booleans()) and name != names[-1]:
            fields["full_to"] = names[-1]
    if "zone" in on and draw(st.booleans()):
        fields["zone"] = "yard"
    if "zone" in on and "crowded" in on:
        fields |= {"zone": "yard", "room": draw(st.integers(1, 2))}
    fields |= _loses_heart(draw, on, names, name)
    if ("priorities" in on and draw(st.booleans())) or "preempt" in on:
        fields["priority"] = By("goods", {"a": draw(st.integers(0, 2)), "b": 1})
    return fields


def _amount(draw: st.DrawFn) -> Tree:
    """A number, a number by attribute, or one that the entity was born with."""
    ways: tuple[Tree, ...] = (
        1, 2, 3, "load", By("goods", {"a": 0, "b": 2}), By("goods", {"a": "load", "b": 1}),
    )  # fmt: skip
    return draw(st.sampled_from(ways))


def _taking(draw: st.DrawFn, names: list[str], name: str) -> dict[str, Any]:
    """Waits, takes less, or goes on to a later step if there is too little."""
    later = names[names.index(name) + 1 :]
    short = draw(st.sampled_from(["wait", "wait", "partial", *(["elsewhere"] if later else [])]))
    to = draw(st.sampled_from(later)) if short == "elsewhere" else None
    return {"stock": "boxes", "amount": _amount(draw), "partial": short == "partial", "short_to": to}


def _add_puts(draw: st.DrawFn, steps: dict[str, Step], way: dict[str, str | None], names: list[str]) -> None:
    """One or two steps after which something is put into the stock."""
    for n in range(draw(st.integers(1, 2))):
        at = draw(st.sampled_from(names))
        steps[f"put{n}"] = Step(NAME, "put", stock="boxes", amount=_amount(draw))
        way[f"put{n}"], way[at] = way[at], f"put{n}"


def _gather(draw: st.DrawFn, carrier: str | None) -> Gather:
    """With one reason to depart at least, and some room on board."""
    reasons = draw(st.sets(st.sampled_from(["number", "weight", "departures", "max_wait"]), min_size=1))
    heavy = draw(st.sampled_from([None, 3, 8]))
    return Gather(
        number=draw(st.integers(1, 4)) if "number" in reasons else None,
        weight=draw(st.integers(1, 12)) if "weight" in reasons else None,
        weigh="load",
        departures="bus" if "departures" in reasons else None,
        max_wait=draw(st.integers(0, 15)) if "max_wait" in reasons else None,
        most=draw(st.sampled_from([None, 1, 2, 4])),
        most_weight=heavy,
        carrier=carrier,
    )


def _add_gathers(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
) -> dict[str, dict[str, str | None]]:
    """Steps that gather, by themselves or for a carrier; returns the ways of the carriers' flows."""
    carriers: dict[str, dict[str, str | None]] = {}
    _insert_gather(draw, on, pools, steps, way, names, "gather0", None)
    if "carrier" in on:
        _insert_gather(draw, on, pools, steps, way, names, "gather1", "lorry")
        carriers["lorry"] = _carriers_way(draw, on, pools, steps, names, "lorry")
    if {"carrier", "nested"} <= on:
        ways, its = carriers["lorry"], [name for name in carriers["lorry"] if steps[name].kind != "release"]
        _insert_gather(draw, on, pools, steps, ways, its, "gather2", "barge")
        carriers["barge"] = _carriers_way(draw, on, pools, steps, names, "barge")
    return carriers


def _insert_gather(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
    name: str,
    carrier: str | None,
) -> None:
    """Behind some step; who departs with a carrier rides before going on."""
    at = draw(st.sampled_from(names))
    vehicle = _needs(draw, on, pools) if carrier is not None and draw(st.booleans()) else ()
    fields = {**_places(draw, on, names, names[-1]), "full_to": None, "balking": None}
    steps[name] = Step(NAME, "gather", gather=_gather(draw, carrier), needs=vehicle, **fields)
    way[name], way[at] = way[at], name
    if carrier is not None:
        steps[f"{name}{RIDE}"] = Step(NAME, "ride")
        way[f"{name}{RIDE}"], way[name] = way[name], f"{name}{RIDE}"


def _carriers_way(
    draw: st.DrawFn, on: set[str], pools: list[str], steps: dict[str, Step], names: list[str], flow: str
) -> dict[str, str | None]:
    """Some steps of its own, perhaps one of everybody's; it may release its load before the end."""
    own = [f"{flow}{n}" for n in range(draw(st.integers(1, 2)))]
    for name in own:
        steps[name] = _step(draw, on - {"patience", "full_to", "balk", "stocks"}, own, pools, name)
    shared = [draw(st.sampled_from(names))] if draw(st.booleans()) else []
    shared = [name for name in shared if steps[name].kind == "work" and not steps[name].escapes]
    line = [*own, *shared]
    if draw(st.booleans()):
        steps[f"{flow}_off"] = Step(NAME, "release")
        line.insert(draw(st.integers(0, len(line))), f"{flow}_off")
    return dict(zip(line, [*line[1:], None], strict=True))


def _loses_heart(draw: st.DrawFn, on: set[str], names: list[str], name: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "patience" in on and draw(st.booleans()):
        fields |= _patience(draw, names, name)
    if "balk" in on and draw(st.booleans()):
        fields["balking"] = _balking(draw, names, name)
    return fields


def _patience(draw: st.DrawFn, names: list[str], name: str) -> dict[str, Any]:
    """Who gives up is lost or goes to another step; back only after some time, lest he turns for ever."""
    to = draw(st.sampled_from([None, *names]))
    back = to is not None and names.index(to) <= names.index(name)
    return {"patience": f"w{draw(st.integers(0, 2))}" if back else _name(draw), "patience_to": to}


def _balking(draw: st.DrawFn, names: list[str], name: str) -> Balking:
    """Who does not join is lost or goes on, never back: that could turn for ever."""
    ahead = names[names.index(name) + 1 :]
    chances = draw(
        st.sampled_from([((0, CERTAIN // 3),), ((1, CERTAIN),), ((1, CERTAIN // 2), (3, CERTAIN))])
    )
    return Balking(chances, draw(st.sampled_from([None, *ahead])))


def _add_lanes(
    draw: st.DrawFn,
    on: set[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    options: dict[str, Any],
    names: list[str],
) -> tuple[dict[str, Step], str]:
    """Choices by the state, in front of the file or behind; they lead on, never back. And the first step."""
    made: dict[str, Step] = {}
    first = names[0]
    for number in range(draw(st.integers(1, 2))):
        at = draw(st.integers(-1, len(names) - 1))
        ahead = names[at + 1 :]
        name = f"lane{number}"
        following = first if at < 0 else way[names[at]]
        if draw(st.booleans()) and ahead:
            made[name] = Step(NAME, "choose", shortest=True)
            lanes = draw(st.lists(st.sampled_from(ahead), min_size=1, max_size=3))
            options[name] = {f"o{n}": lane for n, lane in enumerate(lanes)}
        else:
            made[name] = Step(NAME, "choose", when={f"o{n}": _conditions(draw, on, steps) for n in range(2)})
            targets: st.SearchStrategy[str | None] = st.sampled_from([None, *ahead])
            options[name] = {f"o{n}": draw(targets) for n in range(2)}
            options[name][REST] = following
        if at < 0:
            first = name
        else:
            way[names[at]] = name
        way[name] = following
    return made | steps if draw(st.booleans()) else steps | made, first


def _conditions(draw: st.DrawFn, on: set[str], steps: dict[str, Step]) -> tuple[Condition, ...]:
    return tuple(_condition(draw, on, steps) for _ in range(draw(st.integers(1, 2))))


def _condition(draw: st.DrawFn, on: set[str], steps: dict[str, Step]) -> Condition:
    """Small numbers, so that it holds now and then."""
    places = _with_visits(steps)
    told = ["queue", "backlog", "inside", "zone", "platform", *(["stock"] if "stocks" in on else [])]
    what: Any = draw(st.sampled_from(told))
    if what == "platform":
        bound: Any = draw(st.sampled_from([{"above": 0}, {"below": 1}]))
        return Condition("platform", (draw(st.sampled_from(["net", "bank"])),), **bound)
    bound = draw(st.sampled_from([{"above": 0}, {"above": 1}, {"above": 3}, {"below": 1}, {"below": 3}]))
    if what in ("zone", "stock"):
        return Condition(what, ("yard" if what == "zone" else "boxes",), **bound)
    if what == "inside":
        return Condition("inside", ("truck",), **bound)
    of = tuple(draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True)))
    return Condition(what, of, flows=draw(st.sampled_from([(), ("truck",)])), **bound)


def _add_parallel(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
) -> None:
    """A fork before the last step, two branches of one or two steps."""
    zone_name = draw(st.sampled_from([None, "yard"])) if "zone" in on else None
    branches = []
    for branch in ("left", "right"):
        inside = [f"{branch}{n}" for n in range(draw(st.integers(1, 2)))]
        for n, name in enumerate(inside):
            step_zone = draw(st.sampled_from([None, zone_name]))
            room = draw(st.sampled_from([None, None, 1, 2])) if "rooms" in on else None
            patience = _name(draw) if "patience" in on and draw(st.booleans()) else None
            steps[name] = Step(
                NAME,
                "work",
                needs=_needs(draw, on, pools),
                time=_name(draw),
                zone=step_zone,
                room=room,
                patience=patience,
            )
            way[name] = inside[n + 1] if n + 1 < len(inside) else None
        branches.append(inside[0])
    steps["fork"] = Step(NAME, "parallel", branches=tuple(branches), zone=zone_name)
    way["fork"] = way[names[0]]
    way[names[0]] = "fork"


def _add_hold(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
) -> None:
    """Hold something from before one step until after another; a branch may hold too, to its end.

    It is freed before it is taken, so a loop never takes it twice.
    """
    at = draw(st.integers(0, len(names) - 1))
    until = draw(st.integers(at, len(names) - 1))
    room = draw(st.sampled_from([None, None, 1, 2])) if "rooms" in on else None
    fields = _patience(draw, names, names[-1]) if "patience" in on and draw(st.booleans()) else {}
    steps["drop"] = steps["free"] = Step(NAME, "free", frees=("take",))
    fields["reserve"] = "reserve" in on and draw(st.booleans())
    steps["take"] = Step(NAME, "hold", needs=_needs(draw, on, pools), room=room, **fields)
    way["free"], way[names[until]] = way[names[until]], "free"
    for step, after in way.items():
        way[step] = "drop" if after == names[at] else after
    way |= {"drop": "take", "take": names[at]}
    if "fork" in steps and draw(st.booleans()):
        steps["grab"] = Step(NAME, "hold", needs=_needs(draw, on, pools))
        way["grab"] = steps["fork"].branches[0]
        steps["fork"] = replace(steps["fork"], branches=("grab", *steps["fork"].branches[1:]))


def _add_sending(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
) -> None:
    """Samples to a laboratory after the first step, or in a branch, met again after the last one."""
    waits = st.sampled_from([None, None, 0, 1, 2])
    count: Tree = By("goods", {"a": draw(st.integers(0, 3)), "b": draw(st.integers(0, 3))})
    errand = Errand("lab", draw(waits), "sample", draw(st.sampled_from([count, "pages"])))
    room = draw(st.sampled_from([None, None, 2])) if "rooms" in on else None
    after = draw(st.sampled_from([names[0], "left0" if "fork" in steps else names[0]]))
    zone = _yard(draw, on) if after == names[0] else None
    steps["lab"] = Step(NAME, "send", room=room, errand=errand, zone=zone)
    way["lab"] = way[after]
    way[after] = "lab"
    if "joins" in on:
        steps["meet"] = Step(NAME, "join", errand=Errand("lab", draw(waits)), zone=_yard(draw, on))
        way["meet"] = way[names[-1]]
        way[names[-1]] = "meet"
    for name in ("test", "seal"):
        patience = _name(draw) if "patience" in on and draw(st.booleans()) else None
        room = draw(st.sampled_from([None, 1, 2])) if "rooms" in on else None
        time: Tree = By("goods", {"a": _name(draw), "b": _name(draw)}) if "by_goods" in on else _name(draw)
        steps[name] = Step(
            NAME, "work", needs=_needs(draw, on, pools), time=time, patience=patience, room=room,
            zone=_yard(draw, on),
        )  # fmt: skip


def _add_message(
    draw: st.DrawFn,
    on: set[str],
    pools: list[str],
    steps: dict[str, Step],
    way: dict[str, str | None],
    names: list[str],
) -> None:
    """A message after some step, or in a branch; it may go over a platform with a limit, and fail."""
    after = draw(st.sampled_from([*names, *(["left0"] if "fork" in steps else [])]))
    ahead = names[names.index(after) + 1 :] if after in names else []
    limit = draw(st.sampled_from([None, *pools]))
    tables = st.sampled_from([f"w{n}" for n in range(3)])
    first = Step(
        NAME, "wait" if limit is None else "work", needs=() if limit is None else (Need(((limit, 1),)),),
        time="none" if limit is None else draw(st.sampled_from(["t0", "t1", "w0"])),
        platforms=(draw(st.sampled_from(["net", "bank"])),),
        patience=draw(st.sampled_from([None, draw(tables), draw(tables)])),
        zone=_yard(draw, on) if after in names else None,
    )  # fmt: skip
    pauses = [draw(tables), draw(tables)] if draw(st.booleans()) else []
    parts = parts_of("message", draw(st.integers(1, 3)) if first.patience is not None else 1, bool(pauses))
    failed_to = draw(st.sampled_from([None, *ahead]))
    latency = draw(st.sampled_from([_name(draw), first.patience or _name(draw)]))
    steps |= message_steps(parts, first, latency, pauses, failed_to)
    way |= onward(parts, way[after])
    way[after] = "message"


def _yard(draw: st.DrawFn, on: set[str]) -> str | None:
    return "yard" if "zone" in on and draw(st.booleans()) else None


def _sample(draw: st.DrawFn, on: set[str], steps: dict[str, Step]) -> Flow:
    """What is sent: by itself it comes seldom."""
    ways: list[dict[str, str | None]] = [{"test": None}, {"test": "seal", "seal": None}]
    way = draw(st.sampled_from(ways))
    arrivals = _arrivals(draw, on) if draw(st.booleans()) else Arrivals("none")
    attributes = {"goods": category("a", "b", draw="goods"), "size": Attribute(NAME, "number", "t2")}
    if "lanes" in on:  # to the shorter of two
        steps["sort"] = Step(NAME, "choose", shortest=True)
        options: dict[str, dict[str, str | None]] = {"sort": {"one": "test", "two": "seal"}}
        lanes: dict[str, str | None] = {"sort": None, "test": None, "seal": None}
        return Flow(NAME, arrivals, "sort", lanes, options=options, attributes=attributes)
    return Flow(NAME, arrivals, "test", dict(way), attributes=attributes)


def _add_rework(
    draw: st.DrawFn,
    steps: dict[str, Step],
    way: dict[str, str | None],
    options: dict[str, Any],
    names: list[str],
) -> None:
    at = draw(st.integers(0, len(names) - 1))
    steps["again"] = Step(NAME, "choose", shares="again")
    following = way[names[at]]
    way[names[at]] = "again"
    way["again"] = following  # as in a resolved scenario: every step of a way has its next one
    options["again"] = {"back": draw(st.sampled_from(names[: at + 1])), "on": following}


def _flow(
    draw: st.DrawFn,
    on: set[str],
    names: list[str],
    first: str,
    way: dict[str, Any],
    options: dict[str, Any],
    steps: dict[str, Step],
) -> Flow:
    attributes: dict[str, Attribute] = {"goods": category("a", "b", draw="goods")}
    if "sends" in on:
        attributes["pages"] = Attribute(NAME, "number", "t3")
    if "slots" in on:
        attributes["booking"] = category("booked", "walk_in", draw="booking")
        attributes["appointment"] = Attribute(NAME, "number", "t1")
    if on & {"stocks", "gather"}:
        attributes["load"] = Attribute(NAME, "number", "t0")
    priority = By("goods", {"a": 0, "b": draw(st.integers(0, 1))}) if "priorities" in on else 0
    if "slots" in on and draw(st.booleans()):
        priority = By("booking", {"booked": 0, "walk_in": 1})
    first = draw(st.sampled_from(names)) if "other_doors" in on else first
    if way.get("take") == names[0] == first:
        first = "drop"
    return Flow(
        NAME, _arrivals(draw, on), first, dict(way), options=dict(options), attributes=attributes,
        priority=priority, backlog=_backlog(draw, names, steps) if "backlog" in on else None,
    )  # fmt: skip


def _backlog(draw: st.DrawFn, names: list[str], steps: dict[str, Step]) -> Backlog | None:
    """At any step that has room for all."""
    fit = [name for name in names if steps[name].room is None and steps[name].zone is None]
    if not fit:
        return None
    return Backlog(
        draw(st.integers(1, 6)), draw(st.sampled_from(fit)), draw(st.sampled_from(["t1", "w0", "w1"]))
    )


def _rules(
    draw: st.DrawFn,
    on: set[str],
    steps: dict[str, Step],
    resources: dict[str, Resource],
    options: dict[str, Any],
) -> dict[str, Rule]:
    """Rules that come into force and end again and again: small numbers, short times."""
    return {f"r{n}": _rule(draw, on, steps, resources, options) for n in range(draw(st.integers(1, 3)))}


def _rule(
    draw: st.DrawFn,
    on: set[str],
    steps: dict[str, Step],
    resources: dict[str, Resource],
    options: dict[str, Any],
) -> Rule:
    short = st.sampled_from([0, 0, 1, 3, 8])
    ends = draw(st.booleans())
    effects = [_effect(draw, steps, resources, options) for _ in range(draw(st.integers(1, 2)))]
    return Rule(
        NAME, _conditions(draw, on, steps), tuple(effects), lasts=draw(short),
        until=_conditions(draw, on, steps) if ends else (), until_lasts=draw(short) if ends else 0,
        delay=draw(short),
    )  # fmt: skip


def _effect(
    draw: st.DrawFn, steps: dict[str, Step], resources: dict[str, Resource], options: dict[str, Any]
) -> Effect:
    """Diverted is only ahead: one that all must take back would turn for ever."""
    kept = [name for name, pool in resources.items() if pool.at_closing not in ("fit", "clear")]
    told = ["open", "close", *(["divert"] if options else []), *(["keep"] if kept else [])]
    what: Any = draw(st.sampled_from(told))
    if what in ("open", "keep"):
        pools = kept if what == "keep" else list(resources)
        return Effect(what, draw(st.sampled_from(pools)), draw(st.integers(1, 4)))
    if what == "close":
        return Effect(what, draw(st.sampled_from(_with_visits(steps))))
    choice = draw(st.sampled_from(sorted(options)))
    return Effect(what, choice, option=draw(st.sampled_from([o for o in options[choice] if o != "back"])))


def _with_visits(steps: dict[str, Step]) -> list[str]:
    without = ("choose", "free", "put", "ride", "release")
    return [name for name, step in steps.items() if step.kind not in without]


def _appointments(draw: st.DrawFn) -> Appointments:
    """Small slots with a place or two, not always enough for all."""
    shares = st.sampled_from([0, CERTAIN // 3, CERTAIN])
    return Appointments(
        draw(st.sampled_from([5, 10, 17])), draw(st.integers(1, 3)), draw(st.sampled_from([None, "day"])),
        uptake=draw(shares), no_show=draw(st.sampled_from([0, CERTAIN // 4])),
        ahead=draw(st.integers(0, 9)), delay=draw(st.sampled_from([None, "t1"])),
    )  # fmt: skip


def _arrivals(draw: st.DrawFn, on: set[str]) -> Arrivals:
    if "poisson" in on and draw(st.booleans()):
        per_ms = draw(st.sampled_from([0.05, 0.15]))
        demand = draw(st.sampled_from([500, 1000, 1700])) if "burst" in on else 1000
        booked = _appointments(draw) if "slots" in on and draw(st.booleans()) else None
        days = even_day(per_ms * 86_400_000)
        return Arrivals("rate", days=days, gap="gap", demand=demand, appointments=booked)
    least = 12 if "crowd" in on else 0
    times = draw(st.lists(st.integers(-10, 60), min_size=least, max_size=25))
    return Arrivals("list", listed=tuple(ListedArrival(t, START_DAY, n) for n, t in enumerate(times)))


def _disruptions(draw: st.DrawFn, on: set[str], names: list[str], pools: list[str]) -> dict[str, Disruption]:
    spans = st.lists(st.tuples(st.integers(-5, 80), st.integers(1, 20)), min_size=1, max_size=3).map(tuple)
    found: dict[str, Disruption] = {}
    if on & {"platform", "messages"}:
        found["down"] = Disruption(NAME, (("platform", "net"),), down=True, when=draw(spans))
    if "losses" in on:
        found["loss"] = Disruption(
            NAME, (("resource", pools[0]),), lose=draw(st.integers(1, 2)), when=draw(spans)
        )
    if "slow" in on:
        factors = st.sampled_from([500, 1300, 1500, 2500])
        every_step: Any = tuple(("step", name) for name in names)
        found["slow"] = Disruption(NAME, every_step, factor=draw(factors), when=draw(spans))
        found["load"] = Disruption(NAME, (("platform", "net"),), factor=draw(factors), when=draw(spans))
    if "two_platforms" in on:
        found["closed"] = Disruption(NAME, (("platform", "bank"),), down=True, when=draw(spans))
    if "burst" in on:
        found["burst"] = Disruption(NAME, (("flow", "truck"),), factor=1800, when=draw(spans))
    return found
