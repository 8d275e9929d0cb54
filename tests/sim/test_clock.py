"""Local dates and opening hours on the time axis, where clocks change (law §1)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.resolved import DAY, DayShapes
from sim.clock import (
    day_span,
    days_between,
    instant_of,
    local_day,
    offset_at,
    open_intervals,
    place_in_day,
    shape_of,
)
from tests.sim.build import HOUR, MIN, START, START_DAY, hours

EPOCH = date(1970, 1, 1)
FOREVER = -(1 << 60)

# Berlin 2025: forward at 02:00 on 30 March (01:00 UTC), back at 03:00 on 26 October (01:00 UTC)
SPRING, AUTUMN = (datetime(2025, m, d, 1, tzinfo=UTC) for m, d in ((3, 30), (10, 26)))
MIDNIGHT_1970 = datetime(1970, 1, 1, tzinfo=UTC)


def ms(instant: datetime) -> int:
    return (instant - MIDNIGHT_1970) // timedelta(milliseconds=1)


START_UTC = ms(datetime(2025, 3, 28, 23, tzinfo=UTC))  # 29 March, 00:00 in Berlin
BERLIN = ((FOREVER, HOUR), (ms(SPRING) - START_UTC, 2 * HOUR), (ms(AUTUMN) - START_UTC, HOUR))


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> int:
    """A time on the wall clock of 2025 [ms since 1970 on that clock]."""
    return (date(2025, month, day) - EPOCH).days * DAY + hour * HOUR + minute * MIN


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> int:
    """The instant of a time on the wall clock in Berlin."""
    return instant_of(BERLIN, START_UTC, local(day, hour, minute, month))


def test_time_zero_is_midnight_of_the_first_day() -> None:
    assert berlin(29, 0) == 0
    assert berlin(29, 13, 30) == 13 * HOUR + 30 * MIN


def test_a_local_time_that_is_skipped_means_the_instant_of_the_change() -> None:
    change = 25 * HOUR + HOUR  # 30 March, 02:00 becomes 03:00
    assert berlin(30, 1, 59) == change - MIN
    assert berlin(30, 2) == berlin(30, 2, 30) == berlin(30, 3) == change
    assert berlin(30, 3, 1) == change + MIN


def test_a_local_time_that_comes_twice_means_the_first() -> None:
    change = ms(AUTUMN) - START_UTC  # 26 October, 03:00 becomes 02:00
    assert berlin(26, 2, month=10) == change - HOUR
    assert berlin(26, 2, 30, month=10) == change - HOUR // 2
    assert berlin(26, 3, month=10) == change + HOUR


def test_days_of_23_and_25_hours() -> None:
    spans = [
        day_span(BERLIN, START_UTC, local(d, 0, month=m) // DAY) for m, d in ((3, 29), (3, 30), (10, 26))
    ]
    assert [(last - first) // HOUR for first, last in spans] == [24, 23, 25]
    assert spans[0][1] == spans[1][0]


@given(st.integers(-3 * DAY, 300 * DAY))
def test_local_days_agree_with_the_zone_database(instant: int) -> None:
    told = (MIDNIGHT_1970 + timedelta(milliseconds=START_UTC + instant)).astimezone(ZoneInfo("Europe/Berlin"))
    offset = told.utcoffset()
    assert offset is not None
    assert offset_at(BERLIN, instant) == offset // timedelta(milliseconds=1)
    day = local_day(BERLIN, START_UTC, instant)
    assert EPOCH + timedelta(day) == told.date()
    first, last = day_span(BERLIN, START_UTC, day)
    assert first <= instant < last


@given(st.integers(-3 * DAY, 300 * DAY))
def test_an_instants_local_time_leads_back_to_it_or_to_its_first_occurrence(instant: int) -> None:
    wall = START_UTC + instant + offset_at(BERLIN, instant)
    back = instant_of(BERLIN, START_UTC, wall)
    assert back in (instant, instant - HOUR)
    assert back == instant or offset_at(BERLIN, back) == offset_at(BERLIN, instant) + HOUR


def test_days_between_is_half_open() -> None:
    flat = ((FOREVER, 7 * HOUR),)
    start = START_DAY * DAY - 7 * HOUR  # local midnight
    assert days_between(flat, start, 0, DAY) == range(START_DAY, START_DAY + 1)
    assert days_between(flat, start, -1, DAY + 1) == range(START_DAY - 1, START_DAY + 2)
    assert not days_between(flat, start, 5, 5)
    assert not days_between(flat, start, 6, 5)


# ---- calendars
UTC_START = START_DAY * DAY


def test_open_intervals_are_clipped_to_what_is_asked() -> None:
    calendar = hours((7 * HOUR, 11 * HOUR), (13 * HOUR, 18 * HOUR))
    asked = list(open_intervals(calendar, UTC_START, 8 * HOUR, DAY + 8 * HOUR))
    assert asked == [
        (8 * HOUR, 11 * HOUR), (13 * HOUR, 18 * HOUR), (DAY + 7 * HOUR, DAY + 8 * HOUR),
    ]  # fmt: skip
    assert list(open_intervals(calendar, UTC_START, 11 * HOUR, 13 * HOUR)) == []


def test_hours_that_touch_over_midnight_are_one_interval() -> None:
    night = hours((0, 6 * HOUR), (22 * HOUR, DAY))
    assert list(open_intervals(night, UTC_START, 0, 2 * DAY)) == [
        (0, 6 * HOUR), (22 * HOUR, DAY + 6 * HOUR), (DAY + 22 * HOUR, 2 * DAY),
    ]  # fmt: skip
    assert list(open_intervals(hours((0, DAY)), UTC_START, 5, 9 * DAY)) == [(5, 9 * DAY)]


def test_a_stated_date_replaces_the_week_and_the_week_begins_on_monday() -> None:
    assert START.isoweekday() == 3  # a Wednesday
    week = ((),) * 2 + (((HOUR, 2 * HOUR),), ((3 * HOUR, 4 * HOUR),)) + ((),) * 3
    calendar = replace(hours(), week=week, dates={"2025-03-20": (), "2025-03-19": ((5 * HOUR, 6 * HOUR),)})
    found = list(open_intervals(calendar, UTC_START, 0, 9 * DAY))
    assert found == [
        (HOUR, 2 * HOUR), (DAY + 3 * HOUR, DAY + 4 * HOUR), (7 * DAY + 5 * HOUR, 7 * DAY + 6 * HOUR),
    ]  # fmt: skip


def test_a_calendar_opens_by_its_own_zones_clock() -> None:
    """Seven o'clock in Berlin is 06:00 UTC in winter and 05:00 in summer."""
    calendar = replace(hours((7 * HOUR, 8 * HOUR)), offsets=BERLIN)
    found = list(open_intervals(calendar, START_UTC, 0, 2 * DAY))
    assert found == [(7 * HOUR, 8 * HOUR), (24 * HOUR + 6 * HOUR, 24 * HOUR + 7 * HOUR)]


def test_hours_within_the_skipped_hour_are_lost_and_the_repeated_hour_is_worked_once_through() -> None:
    """A night shift 02:00 to 03:00 does not exist on 30 March; on 26 October it lasts two hours."""
    calendar = replace(hours((2 * HOUR, 3 * HOUR)), offsets=BERLIN)
    spring = list(open_intervals(calendar, START_UTC, *day_span(BERLIN, START_UTC, local(30, 0) // DAY)))
    assert spring == []
    autumn = day_span(BERLIN, START_UTC, local(26, 0, month=10) // DAY)
    ((opens, closes),) = open_intervals(calendar, START_UTC, *autumn)
    assert closes - opens == 2 * HOUR


@given(
    st.lists(st.tuples(st.integers(0, DAY), st.integers(0, DAY)), max_size=4),
    st.integers(-DAY, DAY),
    st.integers(1, 40 * DAY),
)
def test_open_intervals_agree_with_asking_each_instant(
    spans: list[tuple[int, int]], begin: int, length: int
) -> None:
    """At each edge and just before it: open iff the local time of day lies in [open, close)."""
    calendar = replace(hours(*_disjoint(spans)), offsets=BERLIN)
    found = list(open_intervals(calendar, START_UTC, begin, begin + length))
    assert all(a < b for a, b in found)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))
    for instant in {t + shift for span in found for t in span for shift in (-1, 0)}:
        if begin <= instant < begin + length and _plain_day(instant):
            wall = (START_UTC + instant + offset_at(BERLIN, instant)) % DAY
            assert any(a <= instant < b for a, b in found) == any(a <= wall < b for a, b in _disjoint(spans))


def _plain_day(instant: int) -> bool:
    first, last = day_span(BERLIN, START_UTC, local_day(BERLIN, START_UTC, instant))
    return last - first == DAY


def _disjoint(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending, disjoint and not touching."""
    edges = sorted({edge for span in spans for edge in span})
    return list(zip(edges[::2], edges[1::2], strict=False))


# ---- profiles
SHAPE = (0, 0, 0, 1000, *(3000,) * 21)
"""Nothing in the first two hours, 1000 in the third, 2000 in the fourth, nothing after."""


def test_a_position_is_laid_along_the_profile() -> None:
    place = [place_in_day(SHAPE, position, 0, DAY) for position in (0, 500, 999, 1000, 2000, 2999)]
    hour = [2, 2.5, 2.999, 3, 3.5, 3.9995]
    assert place == [round(h * HOUR) for h in hour]


def test_cells_stretch_evenly_over_a_short_day() -> None:
    first, last = day_span(BERLIN, START_UTC, local(30, 0) // DAY)
    assert place_in_day(SHAPE, 1000, first, last) == first + 3 * 23 * HOUR // 24
    assert place_in_day(SHAPE, 2000, first, last) == first + 3 * 23 * HOUR // 24 + 23 * HOUR // 48


@given(st.lists(st.integers(0, 10**7), min_size=24, max_size=24), st.integers(23, 25), st.data())
def test_places_never_fall_and_stay_within_the_day(cells: list[int], long: int, data: st.DataObject) -> None:
    shape = tuple(sum(cells[:n]) for n in range(25))
    if not shape[-1]:
        return
    one, other = sorted(data.draw(st.integers(0, shape[-1] - 1)) for _ in range(2))
    first = place_in_day(shape, one, 1000, 1000 + long * HOUR)
    assert 1000 <= first <= place_in_day(shape, other, 1000, 1000 + long * HOUR) < 1000 + long * HOUR


def test_a_date_wins_over_month_and_weekday() -> None:
    ones, twos = ((0,) * 24 + (n,) for n in (1, 2))
    days = DayShapes((ones, twos), ((0, 0, 1, 0, 0, 0, 0),) * 12, {"2025-03-13": 1, "2025-03-19": 0})
    assert [shape_of(days, START_DAY + n)[-1] for n in (0, 1, 2, 7, 14)] == [2, 2, 1, 1, 2]


def test_months_count_from_january() -> None:
    ones, twos = ((0,) * 24 + (n,) for n in (1, 2))
    days = DayShapes((ones, twos), tuple((int(month == 3),) * 7 for month in range(1, 13)))
    assert shape_of(days, START_DAY)[-1] == 2
    assert shape_of(days, START_DAY + 31)[-1] == 1


@pytest.mark.parametrize("month", range(1, 13))
def test_every_date_of_a_year_has_a_shape(month: int) -> None:
    days = DayShapes(((0,) * 25, (1,) * 25), tuple((int(m + 1 == month),) * 7 for m in range(12)))
    first = (date(2025, 1, 1) - EPOCH).days
    chosen = [(EPOCH + timedelta(d)).month for d in range(first, first + 365) if shape_of(days, d)[-1]]
    assert set(chosen) == {month}
