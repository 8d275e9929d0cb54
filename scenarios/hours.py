"""Local dates and opening hours on the time axis: the one reader of calendars and daily profiles (law §1)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta

from scenarios.resolved import DAY, Calendar, DayShapes

Offsets = tuple[tuple[int, int], ...]
EPOCH = date(1970, 1, 1)


def offset_at(offsets: Offsets, instant: int) -> int:
    """Offset of local time from UTC at an instant [ms]."""
    current = offsets[0][1]
    for since, offset in offsets:
        if since > instant:
            break
        current = offset
    return current


def local_day(offsets: Offsets, start_utc: int, instant: int) -> int:
    """The local date at an instant [days since 1970-01-01]."""
    return (start_utc + instant + offset_at(offsets, instant)) // DAY


def instant_of(offsets: Offsets, start_utc: int, local: int) -> int:
    """The instant of a local time [ms since 1970-01-01 00:00 on the local clock].

    A local time that comes twice means the first; one that is skipped means the instant of the change.
    """
    for n, (_, offset) in enumerate(offsets):
        instant = local - offset - start_utc
        if n + 1 == len(offsets) or instant < offsets[n + 1][0]:
            return instant if n == 0 else max(instant, offsets[n][0])
    raise AssertionError("offsets are never empty")


def days_between(offsets: Offsets, start_utc: int, begin: int, end: int) -> range:
    """The local dates that have an instant in [begin, end)."""
    if begin >= end:
        return range(0)
    return range(local_day(offsets, start_utc, begin), local_day(offsets, start_utc, end - 1) + 1)


def day_span(offsets: Offsets, start_utc: int, day: int) -> tuple[int, int]:
    """The instants at which a local date begins and ends."""
    return instant_of(offsets, start_utc, day * DAY), instant_of(offsets, start_utc, (day + 1) * DAY)


def open_intervals(calendar: Calendar, start_utc: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The open intervals of a calendar within [begin, end), ascending, those that touch made one."""
    pending: tuple[int, int] | None = None
    for day in days_between(calendar.offsets, start_utc, begin, end):
        today = EPOCH + timedelta(day)
        for opens, closes in calendar.dates.get(today.isoformat(), calendar.week[today.weekday()]):
            first = max(begin, instant_of(calendar.offsets, start_utc, day * DAY + opens))
            last = min(end, instant_of(calendar.offsets, start_utc, day * DAY + closes))
            if first >= last:
                continue
            if pending and pending[1] >= first:
                pending = pending[0], last
            else:
                if pending:
                    yield pending
                pending = first, last
    if pending:
        yield pending


def shape_of(days: DayShapes, day: int) -> tuple[int, ...]:
    """The cumulative expected arrivals of a local date: 25 edges [millionths of an arrival]."""
    today = EPOCH + timedelta(day)
    number = days.by_date.get(today.isoformat(), days.by_month[today.month - 1][today.weekday()])
    return days.shapes[number]


def place_in_day(shape: tuple[int, ...], position: int, begins: int, ends: int) -> int:
    """The instant at which a day's cumulative profile reaches `position` (0 ≤ position < shape[24]).

    The 24 cells stretch evenly over the day, also where the clock changes. Whole numbers throughout.
    """
    cell = 0
    while shape[cell + 1] <= position:
        cell += 1
    length = ends - begins
    inside = (position - shape[cell]) * length // (24 * (shape[cell + 1] - shape[cell]))
    return begins + cell * length // 24 + inside


def falls_within(days: DayShapes, offsets: Offsets, start_utc: int, begin: int, end: int) -> bool:
    """Whether the daily profiles place anything in [begin, end)."""
    for day in days_between(offsets, start_utc, begin, end):
        shape, (opens, closes) = shape_of(days, day), day_span(offsets, start_utc, day)
        skipped = opens == closes  # a date that the zone does not have
        if not skipped and _first_from(shape, opens, closes, begin) < _first_from(shape, opens, closes, end):
            return True
    return False


def _first_from(shape: tuple[int, ...], opens: int, closes: int, instant: int) -> int:
    """The first position of a day's profile that is placed at `instant` or later."""
    return bisect_left(
        range(shape[-1]), instant, key=lambda position: place_in_day(shape, position, opens, closes)
    )
