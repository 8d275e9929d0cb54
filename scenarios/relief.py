"""What a scenario would be if some party held nobody up: ample units, open hours, or ready at once.

A relief changes only whom one waits for: what comes, its ways and the durations of work stay the same, so the
same entities meet both. Relieved of everything, what is left is the work itself and the room of places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scenarios.capacity import most_units
from scenarios.outages import belonging
from scenarios.resolved import Disruption, Gather, Label, Resolved, Resource, Shift, Step

AMPLE = 1000
"""A relieved resource has so many times its units …"""

MOST_UNITS = 999_999
"""… up to what the language allows."""

HOME = "VN"

FOREIGN, HOURS, READINESS, SHARED = "foreign", "hours", "readiness", "shared"

AT_ONCE = "at once"
"""The table of no time at all."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who or what may hold somebody up.

    key : `agency.NAME`, `foreign`, `hours`, `readiness`, `shared` (resources of nobody), or of single things
    `resource.NAME`, `zone.NAME`, `step.NAME` · resources : made ample · platforms : never down · waits :
    steps that take no time · open : resources that are always open · zones, rooms : zones, steps never full
    · calls : steps where one gathers without a vehicle, and departs at once
    """

    key: str
    label: Label
    resources: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def is_anything(self) -> bool:
        """Whether it can be relieved of anything."""
        return any(
            (self.resources, self.platforms, self.waits, self.open, self.zones, self.rooms, self.calls)
        )


# ---- who there is ----------------------------------------------------------------------------------------


def parties(scenario: Resolved, names: dict[str, Label]) -> tuple[Party, ...]:
    """Every agency at home, the foreign side, closed hours, those who are not ready, and what is nobody's.

    names : what the parties besides the agencies are called
    """
    home = [name for name, agency in scenario.agencies.items() if agency.country == HOME]
    foreign = [name for name in scenario.agencies if name not in home]
    found = [_agency(scenario, name) for name in home]
    found.append(_foreign(scenario, foreign, names[FOREIGN]))
    owned = {name for party in found for name in party.resources}
    closing = tuple(name for name, pool in scenario.resources.items() if _closes(pool))
    found.append(Party(HOURS, names[HOURS], open=closing))
    found.append(Party(READINESS, names[READINESS], waits=tuple(_own_time(scenario))))
    rest = tuple(name for name in scenario.resources if name not in owned)
    found.append(Party(SHARED, names[SHARED], resources=rest))
    return tuple(party for party in found if party.is_anything)


def _agency(scenario: Resolved, name: str) -> Party:
    mine = list(belonging(scenario, name))
    return Party(
        f"agency.{name}",
        scenario.agencies[name].label,
        resources=(*(of for kind, of in mine if kind == "resource"), *_handling(scenario, mine)),
        platforms=tuple(of for kind, of in mine if kind == "platform"),
    )


def _handling(scenario: Resolved, mine: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The resources that limit the messages of platforms."""
    for kind, name in mine:
        handling = scenario.platforms[name].handling if kind == "platform" else None
        if handling is not None:
            yield handling


def _foreign(scenario: Resolved, agencies: list[str], label: Label) -> Party:
    each = [_agency(scenario, name) for name in agencies]
    return Party(
        FOREIGN,
        label,
        resources=tuple(name for party in each for name in party.resources),
        platforms=tuple(name for party in each for name in party.platforms),
        waits=tuple(name for name, step in _waits(scenario) if step.agency in agencies),
        calls=tuple(
            name for name, step in scenario.steps.items() if is_call(step) and step.agency in agencies
        ),
    )


def is_call(step: Step) -> bool:
    """Whether those who gather there wait for no vehicle, but to be let go."""
    return step.gather is not None and step.gather.carrier is None and not step.needs


def _own_time(scenario: Resolved) -> Iterator[str]:
    """Steps that take time which no institution and no journey takes: those who come are not ready."""
    return (name for name, step in _waits(scenario) if step.agency is None)


def _waits(scenario: Resolved) -> Iterator[tuple[str, Step]]:
    for name, step in scenario.steps.items():
        if (
            step.kind == "wait"
            and step.purpose != "travel"
            and step.message is None
            and step.time is not None
        ):
            yield name, step


def _closes(pool: Resource) -> bool:
    return any(shift.calendar is not None for shift in pool.shifts)


def single(scenario: Resolved, kind: str, name: str) -> Party:
    """One resource, zone, step with room or step where one gathers (`call`), as a party of its own."""
    if kind == "resource":
        return Party(f"resource.{name}", scenario.resources[name].label, resources=(name,))
    if kind == "zone":
        return Party(f"zone.{name}", scenario.zones[name].label, zones=(name,))
    if kind == "call":
        return Party(f"call.{name}", scenario.steps[name].label, calls=(name,))
    return Party(f"step.{name}", scenario.steps[name].label, rooms=(name,))


# ---- relieved --------------------------------------------------------------------------------------------


def relieved(scenario: Resolved, of: Iterable[Party]) -> Resolved:
    """A scenario relieved of some parties; in whatever order they are named, it is the same one."""
    chosen = list(of)
    most = most_units(scenario)
    resources = dict(scenario.resources)
    for name in {name for party in chosen for name in party.open}:
        resources[name] = replace(resources[name], shifts=(Shift(None, most[name]),))
    for name in {name for party in chosen for name in party.resources}:
        resources[name] = _ample(resources[name])
    tables, steps = dict(scenario.tables), dict(scenario.steps)
    for name in {name for party in chosen for name in party.waits}:
        steps[name] = replace(steps[name], time=AT_ONCE)
        tables[AT_ONCE] = (0,)
    for name in {name for party in chosen for name in party.calls}:
        steps[name] = replace(steps[name], gather=Gather(number=1))
    for name in {name for party in chosen for name in party.rooms}:
        steps[name] = replace(steps[name], room=MOST_UNITS)
    zones = dict(scenario.zones)
    for name in {name for party in chosen for name in party.zones}:
        zones[name] = replace(zones[name], room=MOST_UNITS)
    return replace(
        scenario,
        resources=resources,
        steps=steps,
        tables=tables,
        zones=zones,
        disruptions=dict(_disruptions(scenario, chosen)),
    )


def _ample(pool: Resource) -> Resource:
    shifts = tuple(replace(shift, units=min(MOST_UNITS, AMPLE * shift.units)) for shift in pool.shifts)
    return replace(pool, shifts=shifts)


def _disruptions(scenario: Resolved, of: list[Party]) -> Iterator[tuple[str, Disruption]]:
    """What goes wrong with a relieved party's things does not; the others stay where they were drawn."""
    spared = {("resource", name) for party in of for name in party.resources}
    spared |= {("platform", name) for party in of for name in party.platforms}
    for name, disruption in scenario.disruptions.items():
        on = tuple(target for target in disruption.on if target not in spared)
        if on:
            yield name, replace(disruption, on=on)
