"""How many units of pools are on duty, by their calendars alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.hours import open_intervals
from scenarios.resolved import Calendar, Clock, Resolved, Resource


def most_units(scenario: Resolved) -> dict[str, int]:
    """Pool → the most units that are scheduled at any instant of the run, or that rules may call in."""
    return {name: called_in(name, _most(name, scenario), scenario) for name in scenario.resources}


def called_in(pool: str, units: int, scenario: Resolved) -> int:
    """The most that a capacity becomes by rules, all of them in force."""
    effects = [e for rule in scenario.rules.values() for e in rule.effects if e.target == pool]
    kept = max((e.units for e in effects if e.what == "keep"), default=0)
    return max(units, kept) + sum(e.units for e in effects if e.what == "open")


def levels(scenario: Resolved, pools: Sequence[str]) -> set[tuple[int, ...]]:
    """The units on duty of several pools at one instant, as they are at the instants of the run."""
    changes: dict[int, dict[int, int]] = {-scenario.clock.lead_in: {}}
    for place, name in enumerate(pools):
        for instant, change in _changes(scenario.resources[name], scenario):
            at = changes.setdefault(instant, {})
            at[place] = at.get(place, 0) + change
    now, found = [0] * len(pools), set()
    for instant in sorted(changes):
        for place, change in changes[instant].items():
            now[place] += change
        found.add(tuple(now))
    return found


def _most(name: str, scenario: Resolved) -> int:
    return max(level for (level,) in levels(scenario, (name,)))


def _changes(pool: Resource, scenario: Resolved) -> Iterator[tuple[int, int]]:
    """When units come on duty and go off: (instant [ms], units)."""
    clock = scenario.clock
    for shift in pool.shifts:
        calendar = scenario.calendars.get(shift.calendar) if shift.calendar else None
        spans = open_spans(calendar, clock) if calendar else [(-clock.lead_in, clock.at_most)]
        for opens, close in spans:
            yield opens, shift.units
            yield close, -shift.units


def open_spans(calendar: Calendar, clock: Clock) -> Iterator[tuple[int, int]]:
    """Open intervals of a calendar within the run [ms on the time axis], ascending."""
    return open_intervals(calendar, clock.start_utc, -clock.lead_in, clock.at_most)
