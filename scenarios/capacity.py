"""How many units of a pool are ever on duty at once, by its calendars alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scenarios.resolved import DAY, Calendar, Clock, Resolved, Resource

EPOCH = date(1970, 1, 1)


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
    """Open intervals of a calendar that touch the run [ms on the time axis], by day."""
    offset = calendar.offsets[0][1]
    begin, end = clock.start_utc - clock.lead_in, clock.start_utc + clock.at_most
    for number in range((begin + offset) // DAY - 1, (end + offset) // DAY + 2):
        midnight = number * DAY - _offset(calendar, number * DAY - clock.start_utc) - clock.start_utc
        for opens, close in hours_of(calendar, number):
            if midnight + opens < clock.at_most and midnight + close > -clock.lead_in:
                yield midnight + opens, midnight + close


def _offset(calendar: Calendar, instant: int) -> int:
    """The offset in force at about an instant [ms]."""
    found = calendar.offsets[0][1]
    for since, offset in calendar.offsets:
        if since <= instant:
            found = offset
    return found


def hours_of(calendar: Calendar, number: int) -> tuple[tuple[int, int], ...]:
    """Hours of a local day, by its number from 1970-01-01."""
    day = EPOCH + timedelta(number)
    return calendar.dates.get(day.isoformat(), calendar.week[day.weekday()])
