"""How many units of a pool are ever on duty at once, by its calendars alone."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.hours import open_intervals
from scenarios.resolved import Calendar, Clock, Resolved, Resource


def most_units(scenario: Resolved) -> dict[str, int]:
    """Pool → the most units that are scheduled at any instant of the run."""
    return {name: _most(pool, scenario) for name, pool in scenario.resources.items()}


def _most(pool: Resource, scenario: Resolved) -> int:
    always = sum(shift.units for shift in pool.shifts if shift.calendar is None)
    changes: list[tuple[int, int]] = []
    for shift in pool.shifts:
        calendar = scenario.calendars.get(shift.calendar) if shift.calendar else None
        for opens, close in open_spans(calendar, scenario.clock) if calendar else ():
            changes += [(opens, shift.units), (close, -shift.units)]
    return always + _highest(sorted(changes))


def _highest(changes: list[tuple[int, int]]) -> int:
    level = highest = 0
    for _, change in changes:  # at one instant closing sorts before opening
        level += change
        highest = max(highest, level)
    return highest


def open_spans(calendar: Calendar, clock: Clock) -> Iterator[tuple[int, int]]:
    """Open intervals of a calendar within the run [ms on the time axis], ascending."""
    return open_intervals(calendar, clock.start_utc, -clock.lead_in, clock.at_most)
