"""Rates with their profile, counts and lists, turned into whole numbers."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.arrivals import MOST_PER_HOUR, PLACED_DAY, WrittenArrivals, even_days, resolve_arrivals
from scenarios.axis import time_axis
from scenarios.errors import Flaw, ScenarioError
from scenarios.resolved import ARRIVAL_UNIT, DAY

HOUR = 3_600_000
HANOI = "Asia/Ho_Chi_Minh"
ATTRIBUTES = {"goods": ("fruit", "other"), "value": None}
SPANS = {"00:00-07:00": 5, "07:00-11:00": 45, "11:00-14:00": 20, "14:00-18:00": 30}


def axis(start: str = "2026-02-10", days: int = 20):
    return time_axis(HANOI, datetime.fromisoformat(start), 0, days * DAY)


def resolved(written: dict, folder=None, over=None):
    return resolve_arrivals(
        WrittenArrivals.model_validate(written), over or axis(), "gaps", ATTRIBUTES, folder
    )


def per_day(arrivals, day: str) -> float:
    on, days = date.fromisoformat(day), arrivals.days
    number = days.by_date.get(day, days.by_month[on.month - 1][on.weekday()])
    return days.shapes[number][-1] / ARRIVAL_UNIT


# ---- rates ----


def test_a_rate_is_even_through_the_day():
    arrivals = resolved({"per_day": "24 /d"})
    assert (arrivals.kind, arrivals.gap, arrivals.count, arrivals.demand) == ("rate", "gaps", None, 1000)
    assert arrivals.days.shapes == (tuple(n * ARRIVAL_UNIT for n in range(25)),)
    assert arrivals.days.by_month == ((0,) * 7,) * 12


def test_any_unit_of_rate_is_the_same():
    assert resolved({"rate": "80 /h"}) == resolved({"per_day": "1920 /d"})


def test_hours_share_a_day_by_their_weights_and_evenly_within():
    [shape] = resolved({"per_day": "1918 /d", "hours": SPANS}).days.shapes
    parts = [shape[b] - shape[a] for a, b in ((0, 7), (7, 11), (11, 14), (14, 18), (18, 24))]
    assert parts == pytest.approx([95.9e6, 863.1e6, 383.6e6, 575.4e6, 0], abs=1)
    assert [shape[8] - shape[7], shape[11] - shape[10]] == pytest.approx([863.1e6 / 4] * 2, abs=1)


def test_a_span_over_midnight():
    [shape] = resolved({"per_day": "100 /d", "hours": {"22:00-02:00": 1}}).days.shapes
    assert [shape[2], shape[22], shape[24]] == [50 * ARRIVAL_UNIT, 50 * ARRIVAL_UNIT, 100 * ARRIVAL_UNIT]


@settings(max_examples=40)
@given(
    st.integers(1, 10**9),
    st.lists(st.integers(0, 1000), min_size=24, max_size=24).filter(any),
)
def test_every_day_is_right_to_the_unit(thousandths, weights):
    hours = {f"{hour:02d}:00-{hour + 1:02d}:00": weight for hour, weight in enumerate(weights)}
    [shape] = resolved({"per_day": f"{thousandths / 1000:.3f} /d", "hours": hours}).days.shapes
    total = thousandths * 1000
    assert (shape[0], shape[-1]) == (0, total)
    for (before, after), weight in zip(pairwise(shape), weights, strict=True):
        assert abs(after - before - total * weight / sum(weights)) <= 1


def test_the_mean_per_day_is_before_months_and_weekdays():
    arrivals = resolved(
        {"per_day": "100 /d", "months": {"jan": "90 %", "feb": "70 %"}, "weekdays": {"sat-sun": "60 %"}}
    )
    assert per_day(arrivals, "2026-01-07") == 90  # a Wednesday
    assert per_day(arrivals, "2026-02-07") == pytest.approx(42)  # a Saturday
    assert per_day(arrivals, "2026-03-01") == 60  # a Sunday
    assert per_day(arrivals, "2026-03-02") == 100
    assert len(arrivals.days.shapes) == 6


def test_dates_multiply_and_win_over_holidays():
    arrivals = resolved(
        {
            "per_day": "100 /d",
            "months": {"feb": "50 %"},
            "dates": {"2026-02-17..2026-02-18": "0 %", "2026-02-12": "120 %", "2025-01-01": "500 %"},
            "holidays": {"country": "VN", "factor": "40 %"},
        }
    )
    totals = {day: per_day(arrivals, day) for day in arrivals.days.by_date}
    assert totals == {
        "2026-02-12": 60, "2026-02-16": 20, "2026-02-17": 0, "2026-02-18": 0,
        "2026-02-19": 20, "2026-02-20": 20,
    }  # fmt: skip


def test_demand_is_a_lever_beside_the_base_rate():
    arrivals = resolved({"per_day": "100 /d", "demand": "110 %"})
    assert arrivals.demand == 1100
    assert per_day(arrivals, "2026-02-11") == 100


def test_a_rate_may_stop_after_a_count():
    arrivals = resolved({"rate": "80 /h", "count": 100_000})
    assert (arrivals.kind, arrivals.count, arrivals.gap) == ("rate", 100_000, "gaps")


def test_a_rate_of_zero_is_nobody():
    assert resolved({"per_day": "0 /d"}).kind == "none"
    assert resolved({"per_day": "5 /d", "weekdays": {"mon-sun": "0 %"}}).kind == "none"


def test_a_count_alone_is_placed_through_the_hours():
    arrivals = resolved({"count": 320, "hours": SPANS, "weekdays": {"sun": "50 %"}})
    assert (arrivals.kind, arrivals.count, arrivals.gap) == ("count", 320, None)
    full, half = sorted((shape[-1] for shape in arrivals.days.shapes), reverse=True)
    assert (full, half) == (PLACED_DAY, PLACED_DAY // 2)


def test_so_many_an_hour_cannot_be_counted():
    assert resolved({"rate": f"{MOST_PER_HOUR} /h"}).kind == "rate"
    with pytest.raises(Flaw, match=r"over 2\.5 million"):
        resolved({"rate": f"{MOST_PER_HOUR + 1} /h"})
    with pytest.raises(Flaw, match=r"over 2\.5 million"):
        resolved({"per_day": "3000000 /d", "hours": {"07:00-08:00": 1}})


def test_disruptions_come_evenly():
    days = even_days(12 / 365)
    assert days.shapes[0][-1] == round(12 / 365 * ARRIVAL_UNIT)
    assert days.by_month == ((0,) * 7,) * 12


WRONG = [
    ({}, "does not say how many come", "keep one of"),
    ({"hours": SPANS}, "does not say how many come", "keep one of"),
    ({"per_day": "5 /d", "rate": "5 /h"}, "states 'per_day', 'rate' at once", "keep one of"),
    ({"list": "a.csv", "count": 5}, "has both 'list' and 'count'", "leave out 'count'"),
    ({"per_day": 5}, "is '5', which is not a rate", "'5 /d'"),
    ({"per_day": "5 /d", "months": {"january": "90 %"}}, "is 'january', which is not a month", "mean 'jan'?"),
    ({"per_day": "5 /d", "months": {"jan": 90}}, "is '90', which is not a factor", "'90 %'"),
    ({"per_day": "5 /d", "weekdays": {"mon-fri": "90 %", "fri": "1 %"}}, "names fri twice", "keep one"),
    (
        {"per_day": "5 /d", "hours": {"07:30-11:00": 1}},
        "does not begin and end at whole hours",
        "07:00-11:00",
    ),
    ({"per_day": "5 /d", "hours": {"closed": 1}}, "does not begin and end at whole hours", "07:00-11:00"),
    ({"per_day": "5 /d", "hours": {"07:00-09:00": 1, "08:00-10:00": 1}}, "names 08:00 twice", "keep one"),
    ({"per_day": "5 /d", "hours": {"07:00-09:00": 0}}, "weights that sum to zero", "above zero"),
    ({"per_day": "5 /d", "dates": {"2026-02-30": "1 %"}}, "which is not a date", "2025-03-12"),
    ({"per_day": "5 /d", "demand": "6500 %"}, "is 6500 %, over 6400 %", "per_day"),
    ({"per_day": "5 /d", "holidays": {"country": "ZZ", "factor": "1 %"}}, "is 'ZZ', no country", "VN"),
]


@pytest.mark.parametrize(("written", "message", "remedy"), WRONG)
def test_what_are_no_arrivals_says_why_and_what_to_write(written, message, remedy):
    with pytest.raises(ValidationError) as caught:
        WrittenArrivals.model_validate(written)
    flaws = [error["ctx"]["error"] for error in caught.value.errors()]
    assert any(message in flaw.message.en and remedy in flaw.remedy.en for flaw in flaws), flaws


def test_a_count_needs_a_day_to_be_placed_in():
    with pytest.raises(Flaw, match="above zero"):
        resolved({"count": 5, "weekdays": {"mon-sun": "0 %"}})


# ---- lists ----


@pytest.fixture
def listed(tmp_path):
    """Resolve a list from the text of its file."""

    def resolve(text: str, encoding: str = "utf-8"):
        (tmp_path / "trucks.csv").write_bytes(text.encode(encoding))
        return resolved({"list": "trucks.csv"}, tmp_path).listed

    return resolve


def test_a_list_by_time_with_what_is_known(listed):
    rows = listed(
        "at,goods,value\n2026-02-11 07:30,fruit,220000\n2026-02-10 08:00,,\n\n2026-02-11 07:00:30,other,\n"
    )
    days = [(date(2026, 2, day) - date(1970, 1, 1)).days for day in (10, 11, 11)]
    assert [row.at for row in rows] == [8 * HOUR, 31 * HOUR + 30_000, 31 * HOUR + HOUR // 2]
    assert [row.day for row in rows] == days
    assert [row.number for row in rows] == [0, 1, 0]  # places in the file, within their dates
    assert [row.attributes for row in rows] == [{}, {"goods": "other"}, {"goods": "fruit", "value": 220_000}]


def test_ids_are_numbers_of_their_own(listed):
    rows = listed(
        "id;at\r\n17;2026-02-11 07:30\r\n17;2026-02-10 08:00\r\n4;2026-02-10 09:00\r\n", "utf-8-sig"
    )
    assert [row.number for row in rows] == [17, 4, 17]


def test_rows_outside_the_run_are_left_out_but_keep_their_numbers(listed):
    rows = listed("at\n2026-02-09 23:59\n2026-02-10 00:00\n2026-03-01 23:59\n2026-03-02 00:00\n")
    assert [row.at for row in rows] == [0, 20 * DAY - 60_000]


def test_all_bad_rows_are_told_at_once_with_their_lines(listed):
    text = """at,id,goods,value
2026-02-10 08:00,1,fruit,5
10/2/2026 8h,2,fruit,5
2026-02-10 09:00,1,fruits,5
2026-02-10 10:00,-3,fruit,viel
2026-02-10 11:00,4,fruit
"""
    with pytest.raises(ScenarioError) as caught:
        listed(text)
    told = [(problem.place, str(problem)) for problem in caught.value.problems]
    assert [place for place, _ in told] == [f"trucks.csv:{n}" for n in (3, 4, 4, 5, 5, 6)]
    for (_, message), words in zip(told, [
        "'10/2/2026 8h', which is not a local date and time; write it as in '2025-03-12 07:00'",
        "has goods 'fruits', not a value of it; did you mean 'fruit'?",
        "repeats the number 1 of line 2",
        "'viel', which is not a number",
        "has the id '-3'",
        "has 3 cells where 4 are wanted",
    ], strict=True):  # fmt: skip
        assert words in message


def test_of_many_bad_rows_the_first_are_told_and_the_rest_counted(listed):
    with pytest.raises(ScenarioError) as caught:
        listed("at\n" + "x\n" * 50)
    assert len(caught.value.problems) == 21
    assert "has 30 more problems" in str(caught.value.problems[-1])


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("goods\nfruit\n", "has no column 'at'", "add a column 'at'"),
        ("at,good\n2026-02-10 08:00,x\n", "has a column that is not known, 'good'", "did you mean 'goods'?"),
        ("at,at\n2026-02-10 08:00,x\n", "has a column twice 'at'", "keep one"),
        ("at\n", "rows of data: 0", "at least one row"),
        ("", "rows of data: 0", "at least one row"),
        ('at\n"2026-02-10 08:00\n', "not a CSV list that can be read", "save it as CSV"),
        ("at\n2024-02-10 08:00\n", "all 1 rows of which lie outside the run", "start"),
    ],
)
def test_what_is_no_list(listed, text, message, remedy):
    with pytest.raises(Flaw) as caught:
        listed(text)
    assert message in caught.value.message.en
    assert remedy in caught.value.remedy.en


def test_a_list_in_another_encoding_is_no_list(listed):
    with pytest.raises(Flaw, match="not UTF-8"):
        listed("at,goods\n2026-02-10 08:00,hoa quả\n", "utf-16")


@pytest.mark.parametrize("name", ["../trucks.csv", "/etc/passwd", "a/../../trucks.csv"])
def test_a_list_lies_beside_its_scenario(tmp_path, name):
    (tmp_path / "trucks.csv").write_text("at\n2026-02-10 08:00\n")
    folder = tmp_path / "scenarios"
    folder.mkdir()
    with pytest.raises(Flaw, match="beside the scenario's file"):
        resolved({"list": name}, folder)


def test_a_scenario_without_a_file_has_no_lists():
    with pytest.raises(Flaw, match="beside the scenario's file"):
        resolved({"list": "trucks.csv"}, None)


def test_a_missing_list_says_where_to_put_it(tmp_path):
    with pytest.raises(Flaw, match="put the file into"):
        resolved({"list": "trucks.csv"}, tmp_path)
