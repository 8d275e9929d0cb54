"""Opening hours: weekdays, nights, breaks, holidays, exceptions, zones with clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.axis import check_zone, time_axis
from scenarios.calendars import OpeningHours, holiday_dates, resolve_calendar
from scenarios.errors import Flaw
from scenarios.intervals import parse_dates, parse_days, parse_hours, union, without
from scenarios.resolved import DAY, Label
from scenarios.units import format_time_of_day

HOUR = 3_600_000
LABEL = Label("Giờ mở cửa", "Opening hours")
HANOI = "Asia/Ho_Chi_Minh"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def run(start: str, days: int, lead_in: int = 0, zone: str = HANOI):
    return time_axis(zone, at(start), -lead_in * DAY, days * DAY)


def resolved(written: dict, axis=None):
    return resolve_calendar(OpeningHours.model_validate(written), LABEL, axis or run("2026-02-10", 20))


def shown(hours) -> str:
    return ", ".join(f"{format_time_of_day(a)}-{format_time_of_day(b)}" for a, b in hours)


def test_weekly_hours_by_days_ranges_and_lists():
    calendar = resolved({"weekly": {"mon-thu": "07:00-11:30, 13:30-18:00", "sat, fri": "08:00-12:00"}})
    assert [shown(hours) for hours in calendar.week] == [
        *["07:00-11:30, 13:30-18:00"] * 4, "08:00-12:00", "08:00-12:00", "",
    ]  # fmt: skip
    assert calendar.dates == {}


def test_one_text_stands_for_every_day():
    assert {shown(hours) for hours in resolved({"weekly": "always"}).week} == {"00:00-24:00"}
    assert {shown(hours) for hours in resolved({"weekly": "07:00-18:00"}).week} == {"07:00-18:00"}


def test_a_night_goes_on_into_the_next_day():
    week = resolved({"weekly": {"sat-sun": "22:00-06:00"}}).week
    assert [shown(hours) for hours in week] == [
        "00:00-06:00",
        *[""] * 4,
        "22:00-24:00",
        "00:00-06:00, 22:00-24:00",
    ]


def test_nights_that_touch_become_one():
    assert {shown(h) for h in resolved({"weekly": {"mon-sun": "06:00-22:00, 22:00-06:00"}}).week} == {
        "00:00-24:00"
    }


def test_breaks_are_taken_out_of_every_day():
    week = resolved({"weekly": "07:00-18:00", "breaks": ["11:30-13:30", "17:00-07:30"]}).week
    assert {shown(hours) for hours in week} == {"07:30-11:30, 13:30-17:00"}


def test_tet_2026_is_closed():
    calendar = resolved({"weekly": "07:00-18:00", "holidays": {"country": "VN"}})
    assert date(2026, 2, 17) in holiday_dates("VN", 2026)
    assert calendar.dates == {f"2026-02-{day}": () for day in (16, 17, 18, 19, 20)}


def test_golden_week_of_china_and_a_list_of_countries():
    both = {"weekly": "07:00-18:00", "holidays": {"country": ["VN", "CN"], "hours": "08:00-12:00"}}
    calendar = resolved(both, run("2025-08-30", 40))
    assert shown(calendar.dates["2025-09-02"]) == "08:00-12:00"  # Quốc khánh
    assert shown(calendar.dates["2025-10-01"]) == "08:00-12:00"  # National Day
    assert "2025-09-10" not in calendar.dates


def test_exceptions_win_over_holidays_and_breaks():
    calendar = resolved(
        {
            "weekly": "07:00-18:00",
            "breaks": ["12:00-13:00"],
            "holidays": {"country": "VN", "hours": "08:00-14:00"},
            "exceptions": {"2026-02-17..2026-02-18": "closed", "2026-02-19": "09:00-14:00"},
        }
    )
    assert {day: shown(hours) for day, hours in calendar.dates.items()} == {
        "2026-02-16": "08:00-12:00, 13:00-14:00",
        "2026-02-17": "",
        "2026-02-18": "",
        "2026-02-19": "09:00-14:00",
        "2026-02-20": "08:00-12:00, 13:00-14:00",
    }


def test_a_closed_date_is_closed_from_midnight_and_has_no_night():
    calendar = resolved({"weekly": "22:00-06:00", "exceptions": {"2026-02-12..2026-02-13": "closed"}})
    assert {day: shown(hours) for day, hours in calendar.dates.items()} == {
        "2026-02-12": "",
        "2026-02-13": "",
        "2026-02-14": "22:00-24:00",
    }


def test_nights_of_exceptions_go_on():
    calendar = resolved({"weekly": "07:00-18:00", "exceptions": {"2026-02-12..2026-02-13": "22:00-02:00"}})
    assert {day: shown(hours) for day, hours in calendar.dates.items()} == {
        "2026-02-12": "22:00-24:00",
        "2026-02-13": "00:00-02:00, 22:00-24:00",
        "2026-02-14": "00:00-02:00, 07:00-18:00",
    }


def test_only_dates_of_the_run_are_listed():
    written = {
        "weekly": "always",
        "exceptions": {"2020-01-01": "closed", "2026-02-09": "closed", "2026-03-05": "closed"},
    }
    assert set(resolved(written).dates) == set()
    assert set(resolved(written, run("2026-02-10", 20, lead_in=3)).dates) == {"2026-02-09"}


def test_a_zone_without_clock_changes_has_one_offset():
    assert run("2026-02-10", 365).offsets() == ((-DAY, 7 * HOUR),)


def test_clock_changes_are_found_to_the_millisecond():
    axis = run("2025-01-01", 365, zone="Europe/Paris")
    changes = axis.offsets()
    assert [offset for _, offset in changes] == [HOUR, 2 * HOUR, HOUR]
    assert changes[1][0] == axis.at(at("2025-03-30 03:00"))
    assert axis.local(changes[1][0]) == at("2025-03-30 03:00")
    assert axis.local(changes[1][0] - 1).hour == 1
    assert axis.local(changes[2][0]) == at("2025-10-26 02:00")


def test_days_of_clock_changes_have_23_and_25_hours():
    axis = run("2025-01-01", 365, zone="Europe/Paris")
    starts = {day: at(f"2025-{day}") for day in ("03-29", "03-30", "10-26")}
    length = {day: axis.at(start + timedelta(1)) - axis.at(start) for day, start in starts.items()}
    assert length == {"03-29": DAY, "03-30": 23 * HOUR, "10-26": 25 * HOUR}


def test_a_skipped_local_time_is_refused_and_a_repeated_one_is_the_first():
    axis = run("2025-01-01", 365, zone="Europe/Paris")
    with pytest.raises(Flaw, match="write 2025-03-30 03:30:00"):
        axis.at(at("2025-03-30 02:30"))
    assert axis.at(at("2025-10-26 03:30")) - axis.at(at("2025-10-26 02:30")) == 2 * HOUR


@pytest.mark.parametrize("zone", [HANOI, "Asia/Shanghai", "Europe/Paris", "America/St_Johns"])
def test_offsets_say_what_clocks_show(zone):
    axis = run("2025-06-01", 400, lead_in=400)
    offsets = axis.offsets(zone)

    @given(st.integers(-400 * DAY, 400 * DAY))
    def agrees(instant):
        assert [offset for since, offset in offsets if since <= instant][-1] == axis.offset(instant, zone)

    agrees()


def test_another_zone_is_an_hour_ahead():
    axis = run("2025-03-12", 1)
    assert axis.at(at("2025-03-12 08:00"), "Asia/Shanghai") == 7 * HOUR
    calendar = resolved({"weekly": "always", "time_zone": "Asia/Shanghai"}, axis)
    assert calendar.offsets == ((-DAY, 8 * HOUR),)


def test_unknown_zones_get_a_suggestion():
    assert check_zone("Asia/Saigon") == "Asia/Saigon"
    with pytest.raises(Flaw, match="did you mean 'Asia/Shanghai'"):
        check_zone("Asia/Shanhai")
    with pytest.raises(Flaw, match="Asia/Ho_Chi_Minh"):
        check_zone("Hanoi")


WRONG = [
    ({"weekly": {"mox": "07:00-08:00"}}, "names 'mox', which is not a weekday", "did you mean 'mon'?"),
    ({"weekly": {"": "07:00-08:00"}}, "names no day", "choose one of: mon, tue"),
    ({"weekly": {"mon": "7-8"}}, "is '7-8', which are not hours", "07:00-11:30, 13:30-18:00"),
    ({"weekly": {"mon": "07:00-07:00"}}, "which are not hours", "'always'"),
    ({"weekly": {"mon": "24:00-07:00"}}, "which are not hours", "'always'"),
    ({"weekly": {"mon": "07:00-25:00"}}, "is '25:00', which is not a time of day", "'07:00'"),
    ({"weekly": {"mon": "07:00-09:00, 08:00-10:00"}}, "overlap at 08:00", "do not overlap"),
    ({"weekly": {"mon-wed": "always", "tue": "closed"}}, "names tue twice", "keep one"),
    ({"weekly": "closed"}, "is never open", "weekly"),
    ({"weekly": "always", "time_zone": "Mars"}, "is 'Mars', which is not a time zone", "Asia/Ho_Chi_Minh"),
    ({"weekly": "always", "holidays": {"country": "XX"}}, "is 'XX', no country", "VN"),
    (
        {"weekly": "always", "holidays": {"country": "VN", "subdivision": "HN"}},
        "'HN', unknown in VN",
        "leave this out",
    ),
    (
        {"weekly": "always", "exceptions": {"2026-02-30": "closed"}},
        "is '2026-02-30', which is not a date",
        "2025-",
    ),
    (
        {"weekly": "always", "exceptions": {"2026-02-12..2026-02-10": "closed"}},
        "not a span of dates",
        "first day first",
    ),
    (
        {"weekly": "always", "exceptions": {"2026-02-10..2026-02-12": "closed", "2026-02-11": "always"}},
        "names 2026-02-11 twice",
        "keep one",
    ),
]


@pytest.mark.parametrize(("written", "message", "remedy"), WRONG)
def test_what_is_no_calendar_says_why_and_what_to_write(written, message, remedy):
    with pytest.raises(ValidationError) as caught:
        OpeningHours.model_validate(written)
    flaws = [error["ctx"]["error"] for error in caught.value.errors()]
    assert any(message in flaw.message.en and remedy in flaw.remedy.en for flaw in flaws), flaws


def test_words_of_days_and_dates():
    assert parse_days("fri-mon") == (4, 5, 6, 0)
    assert parse_days("mon tue,  sat - sun") == (0, 1, 5, 6)
    assert parse_dates("2026-02-15..2026-02-18") == (date(2026, 2, 15), date(2026, 2, 18))
    assert parse_hours(["07:00-08:00", "22:00-00:00"]) == ((7 * HOUR, 8 * HOUR), (22 * HOUR, DAY))


Intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


def minutes(hours) -> set[int]:
    return {minute for opens, close in hours for minute in range(opens, close)}


@given(Intervals, Intervals)
def test_sums_and_differences_of_intervals(hours, breaks):
    whole = union(hours)
    left = without(whole, union(breaks))
    assert minutes(whole) == minutes(hours)
    assert minutes(left) == minutes(hours) - minutes(breaks)
    assert all(before[1] < after[0] for before, after in pairwise(whole))
    assert all(opens < close for opens, close in left)
