"""Worked by hand: choices that read the state, and balking (law §3.6)."""

from __future__ import annotations

from typing import Any

from scenarios.resolved import CERTAIN, Balking, Condition, Disruption, Flow, Step
from sim.run import run
from tests.sim.build import NAME, always, category, chain, clock, needs, platform, shares, step, zone
from tests.sim.tell import happens, one_flow, outcomes, trucks, world

LANES: dict[str, str | None] = {"left": "left", "right": "right"}


def choice(**fields: Any) -> Step:
    return step("choose", **fields)


def lane(time: str, **fields: Any) -> Step:
    return step(needs=needs(f"p{time}"), time=time, **fields)


def two_lanes(*arrivals: int, **fields: Any) -> Any:
    """A choice of the shorter of two lanes: the left takes 10, the right 4."""
    return one_flow(
        trucks(*arrivals),
        {"lane": None, "left": None, "right": None},
        {"lane": choice(shortest=True), "left": lane("10"), "right": lane("4")},
        options={"lane": LANES},
        **fields,
    )


# ---- the shortest queue
def test_who_chooses_at_one_instant_sees_what_those_before_it_picked() -> None:
    happens(
        two_lanes(0, 0, 0, 0),
        """
        a0 left: 0 0 0 10 10
        a1 right: 0 0 0 4 4
        a2 left: 0 0 10 20 20
        a3 right: 0 0 4 8 8
        """,
    )


def test_of_equal_lanes_the_one_written_first() -> None:
    told = two_lanes(0)
    turned = {"lane": {"right": "right", "left": "left"}}
    happens(told, "a0 left: 0 0 0 10 10")
    happens(
        one_flow(trucks(0), {"lane": None, "left": None, "right": None}, told.steps, options=turned),
        "a0 right: 0 0 0 4 4",
    )


def test_who_is_served_counts_and_who_ends_at_this_instant_does_not() -> None:
    happens(
        two_lanes(0, 1, 3, 4),
        """
        a0 left: 0 0 0 10 10
        a1 right: 1 1 1 5 5
        a2 left: 3 3 10 20 20
        a3 right: 4 4 5 9 9
        """,
    )
    happens(
        two_lanes(0, 1, 5),
        """
        a0 left: 0 0 0 10 10
        a1 right: 1 1 1 5 5
        a2 right: 5 5 5 9 9
        """,
    )


def test_who_has_ended_but_holds_its_place_does_not_count() -> None:
    """Held before a full step, it stands at the next door; at its own step it has ended."""
    happens(
        one_flow(
            trucks(0, 2, 5),
            {"lane": None, "left": "desk", "right": "desk", "desk": None},
            {
                "lane": choice(shortest=True),
                "left": step("wait", time="1"),
                "right": step("wait", time="2"),
                "desk": step(needs=needs("p"), time="50", room=1),
            },
            options={"lane": LANES},
            clock=clock(20),
        ),
        """
        a0 left: 0 0 0 1 1
        a0 desk: 1 1 1 - -
        a1 left: 2 2 2 3 -
        a1 desk: 3 - - - - by=desk
        a2 left: 5 5 5 6 -
        a2 desk: 6 - - - - by=desk
        """,
    )


def test_who_waits_at_the_door_counts() -> None:
    happens(
        one_flow(
            trucks(0, 1, 2, 3),
            {"lane": None, "left": None, "right": None},
            {"lane": choice(shortest=True), "left": lane("10", room=1), "right": lane("30")},
            options={"lane": LANES},
            clock=clock(100),
        ),
        """
        a0 left: 0 0 0 10 10
        a1 right: 1 1 1 31 31
        a2 left: 2 10 10 20 20 by=left
        a3 right: 3 3 31 61 61
        """,
    )


def test_who_gives_up_at_this_instant_does_not_count_any_more() -> None:
    happens(
        one_flow(
            trucks(0, 0, 1, 1, 6),
            {"lane": None, "left": None, "right": None},
            {"lane": choice(shortest=True), "left": lane("40", patience="5"), "right": lane("41")},
            options={"lane": LANES},
        ),
        """
        a0 left: 0 0 0 40 40
        a1 right: 0 0 0 41 41
        a2 left: 1 1 - 6 6 reneged
        a3 right: 1 1 41 82 82
        a4 left: 6 6 - 11 11 reneged
        """,
    )


def test_choosers_choose_in_the_order_of_the_law() -> None:
    """The flow's priority first, whatever the place in the file."""
    flows = {
        "slow": Flow(NAME, trucks(0), "lane", {"lane": None, "left": None, "right": None},
                     options={"lane": LANES}, priority=1),
        "fast": Flow(NAME, trucks(0), "lane", {"lane": None, "left": None, "right": None},
                     options={"lane": LANES}, priority=0),
    }  # fmt: skip
    happens(
        world(flows, {"lane": choice(shortest=True), "left": lane("10"), "right": lane("4")}),
        """
        fast0 left: 0 0 0 10 10
        slow0 right: 0 0 0 4 4
        """,
    )


def test_a_choice_is_in_one_group_with_the_lanes_it_reads() -> None:
    """A start at this instant happens after the choice: the group of the lanes may not decide before."""
    condition = Condition("queue", ("desk",), above=0)
    happens(
        world(
            {
                "a": Flow(NAME, trucks(0), "desk", chain("desk")),
                "b": Flow(
                    NAME,
                    trucks(0),
                    "which",
                    {"which": None, "aside": None, "on": None},
                    options={"which": {"aside": "aside", "other": "on"}},
                ),
            },
            {
                "desk": step(needs=needs("p"), time="5"),
                "which": choice(when={"aside": (condition,)}),
                "aside": step("wait", time="1"),
                "on": step("wait", time="1"),
            },
        ),
        """
        a0 desk: 0 0 0 5 5
        b0 aside: 0 0 0 1 1
        """,
    )


# ---- conditions
def by_state(when: dict[str, tuple[Condition, ...]], *arrivals: int, **parts: Any) -> Any:
    """A desk of 10 for all, before it a choice whose options but `other` lead aside."""
    options: dict[str, str | None] = {**dict.fromkeys(when, "aside"), "other": "desk"}
    steps = {
        "which": choice(when=when),
        "aside": step("wait", time="3"),
        "desk": step(needs=needs("p"), time="10", zone=parts.pop("zone", None)),
    }
    way: dict[str, str | None] = {"which": None, "aside": None, "desk": None}
    return one_flow(trucks(*arrivals), way, steps, options={"which": options}, **parts)


def test_a_queue_above_and_a_backlog_below() -> None:
    happens(
        by_state({"aside": (Condition("queue", ("desk",), above=0),)}, 0, 1, 2, 10, 10),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 20 20
        a2 aside: 2 2 2 5 5
        a3 aside: 10 10 10 13 13
        a4 aside: 10 10 10 13 13
        """,
    )


def test_a_pick_is_in_the_queue_at_once() -> None:
    happens(
        by_state({"aside": (Condition("queue", ("desk",), above=0),)}, 0, 0),
        """
        a0 desk: 0 0 0 10 10
        a1 aside: 0 0 0 3 3
        """,
    )


def test_the_backlog_counts_who_is_served_and_all_conditions_must_hold() -> None:
    both = (Condition("backlog", ("desk", "aside"), above=0), Condition("backlog", ("desk",), below=2))
    happens(
        by_state({"aside": both}, 0, 1, 2, 12),
        """
        a0 desk: 0 0 0 10 10
        a1 aside: 1 1 1 4 4
        a2 aside: 2 2 2 5 5
        a3 desk: 12 12 12 22 22
        """,
    )


def test_the_first_option_that_holds_wins() -> None:
    never, always_so = (Condition("inside", ("a",), below=1),), (Condition("inside", ("a",), above=0),)
    steps = {
        "which": choice(when={"never": never, "first": always_so, "second": always_so}),
        "one": step("wait", time="1"),
        "two": step("wait", time="2"),
    }
    options: dict[str, str | None] = {"never": "one", "second": "one", "first": "two", "other": "one"}
    told = one_flow(trucks(0), {"which": None, "one": None, "two": None}, steps, options={"which": options})
    happens(told, "a0 two: 0 0 0 2 2")


def test_occupancy_of_a_zone_and_a_platform() -> None:
    yard = (Condition("zone", ("yard",), above=0),)
    down = (Condition("platform", ("net",), below=1),)
    outage = Disruption(NAME, (("platform", "net"),), down=True, when=((20, 5),))
    happens(
        by_state(
            {"full": yard, "down": down},
            0,
            5,
            10,
            22,
            25,
            zone="yard",
            zones={"yard": zone(9)},
            platforms={"net": platform()},
            disruptions={"out": outage},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 aside: 5 5 5 8 8
        a2 desk: 10 10 10 20 20
        a3 aside: 22 22 22 25 25
        a4 desk: 25 25 25 35 35
        """,
    )


def test_only_the_entities_of_some_flows_are_counted() -> None:
    mine = (Condition("backlog", ("desk",), flows=("b",), above=0),)
    way: dict[str, str | None] = {"which": None, "aside": None, "desk": None}
    options: dict[str, dict[str, str | None]] = {"which": {"aside": "aside", "other": "desk"}}
    happens(
        world(
            {
                "a": Flow(NAME, trucks(0, 4), "which", way, options=options),
                "b": Flow(NAME, trucks(2), "which", way, options=options),
            },
            {
                "which": choice(when={"aside": mine}),
                "aside": step("wait", time="3"),
                "desk": step(needs=needs("p"), time="10"),
            },
        ),
        """
        a0 desk: 0 0 0 10 10
        b0 desk: 2 2 10 20 20
        a1 aside: 4 4 4 7 7
        """,
    )


def test_a_way_may_end_at_a_choice() -> None:
    crowd = (Condition("backlog", ("desk",), above=0),)
    told = one_flow(
        trucks(0, 1),
        {"which": None, "desk": None},
        {"which": choice(when={"leave": crowd}), "desk": step(needs=needs("p"), time="10")},
        options={"which": {"leave": None, "other": "desk"}},
    )
    assert outcomes(happens(told, "a0 desk: 0 0 0 10 10")) == {
        "a0": "completed at 10",
        "a1": "completed at 1",
    }


# ---- balking
def balking(*arrivals: int, chances: Any = ((2, CERTAIN),), to: str | None = None, **fields: Any) -> Any:
    way = dict.fromkeys(["desk", *([to] if to else [])])
    steps = {"desk": step(needs=needs("p"), time="10", balking=Balking(chances, to), **fields)}
    steps |= {to: step("wait", time="1")} if to else {}
    return one_flow(trucks(*arrivals), way, steps, clock=clock(400))


def test_who_finds_two_waiting_does_not_join_and_is_lost() -> None:
    told = happens(
        balking(0, 1, 2, 3, 10),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 20 20
        a2 desk: 2 2 20 30 30
        a3 desk: 3 - - 3 3 balked
        a4 desk: 10 - - 10 10 balked
        """,
    )
    assert outcomes(told)["a3"] == "balked at 3"


def test_they_decide_one_by_one_and_each_counts_only_who_has_joined() -> None:
    happens(
        balking(0, 0, 0, to="aside"),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 0 0 10 20 20
        a2 desk: 0 - - 0 0 balked
        a2 aside: 0 0 0 1 1
        """,
    )


def test_who_waits_at_the_door_is_in_the_queue_that_one_finds() -> None:
    happens(
        balking(0, 1, 2, 3, room=1),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 10 10 20 20 by=desk
        a2 desk: 2 20 20 30 30 by=desk
        a3 desk: 3 - - 3 3 balked
        """,
    )


def test_one_that_balks_keeps_its_place_until_it_comes_in_elsewhere() -> None:
    steps = {
        "gate": step(needs=needs("g"), time="1", room=1),
        "desk": step(needs=needs("p"), time="10", balking=Balking(((1, CERTAIN),), "aside")),
        "aside": step(needs=needs("q"), time="5", room=1),
    }
    happens(
        one_flow(trucks(0, 0, 0, 0, 0), {"gate": "desk", "desk": None, "aside": None}, steps),
        """
        a0 gate: 0 0 0 1 1
        a0 desk: 1 1 1 11 11
        a1 gate: 0 1 1 2 2 by=gate
        a1 desk: 2 2 11 21 21
        a2 gate: 0 2 2 3 3 by=gate
        a2 desk: 3 - - 3 3 balked
        a2 aside: 3 3 3 8 8
        a3 gate: 0 3 3 4 8 by=gate
        a3 desk: 4 - - 4 4 balked
        a3 aside: 4 8 8 13 13 by=aside
        a4 gate: 0 8 8 9 13 by=gate
        a4 desk: 9 - - 9 9 balked
        a4 aside: 9 13 13 18 18 by=aside
        """,
    )


def test_who_returns_to_its_own_step_does_not_balk() -> None:
    again = {"again": {"back": "desk", "on": None}}
    told = one_flow(
        trucks((0, {"turn": "back"}), 1, 2),
        {"desk": "again", "again": None},
        {
            "desk": step(needs=needs("p"), time="10", balking=Balking(((2, CERTAIN),))),
            "again": choice(shares="once"),
        },
        options=again,
        attributes={"turn": category("back", "on", draw="once")},
        mixes={"once": shares(back=0.5, on=0.5)},
        clock=clock(40),
    )
    visits = run(told, 1, engine="reference").log.visits
    assert (visits["visit"] > 1).any()
    assert not ((visits["visit"] > 1) & (visits["outcome"] == 4)).any()


def test_the_chance_of_the_length_that_is_reached_last_is_compared_with_a_draw_of_the_visit() -> None:
    """One draw for each visit: a higher chance turns away the same trucks and more."""
    times = tuple(range(0, 400, 2))

    def lost(share: float) -> set[int]:
        chances = ((0, 0), (1, round(share * CERTAIN)))
        told = run(balking(*times, chances=chances), 1, engine="reference").log
        return set(told.visits["entity"][told.visits["outcome"] == 4].tolist())

    assert lost(0.0) == set()
    few, many = lost(0.3), lost(0.6)
    assert few < many
    assert 30 < len(few) < 90
    assert 90 < len(many) < 150


def test_a_balk_in_a_branch_ends_the_branch() -> None:
    steps = {
        "fork": step("parallel", branches=("left", "right")),
        "left": step("wait", time="4"),
        "right": step(needs=needs("p"), time="9", balking=Balking(((1, CERTAIN),))),
    }
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            {"fork": None, "left": None, "right": None},
            steps,
            resources={"p": always(1)},
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 4 4
        a0 right: 0 0 0 9 9
        a1 fork: 0 0 0 4 4
        a1 left: 0 0 0 4 4
        a1 right: 0 - - 0 0 balked
        a2 fork: 0 0 0 4 4
        a2 left: 0 0 0 4 4
        a2 right: 0 - - 0 0 balked
        """,
    )
    assert set(outcomes(told).values()) == {"completed at 9", "completed at 4"}
