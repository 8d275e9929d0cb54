"""Numbers with their unit, and their pedigree."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scenarios import units
from scenarios.errors import Flaw
from scenarios.quantities import Duration, Share, Stated

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("45 s", 45_000),
        ("6 min", 6 * MINUTE),
        ("6min", 6 * MINUTE),
        ("1.5 h", 90 * MINUTE),
        ("2 d", 2 * DAY),
        ("250 ms", 250),
        ("1 h 30 min", 90 * MINUTE),
        ("1 d 2 h 3 min 4 s 5 ms", DAY + 2 * HOUR + 3 * MINUTE + 4005),
        ("0 s", 0),
        ("0.0015 s", 2),
        ("0.1 h", 6 * MINUTE),
    ],
)
def test_durations(written, ms):
    assert units.parse_duration(written) == ms


@given(st.integers(0, units.LONGEST))
def test_a_duration_comes_back_from_its_text(ms):
    assert units.parse_duration(units.format_duration(ms)) == ms


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        (45, "'45 min'"),
        ("45", "'45 min'"),
        (1.5, "'1.5 min'"),
        ("1,5 h", "'1.5 h'"),
        ("3 phút", "write '3 min'"),
        ("5 m", "write '5 min'"),
        ("2 hours", "write '2 h'"),
        ("1 giờ 30 phút", "write '1 h 30 min'"),
        ("5 parsecs", "choose one of: d, h, min, s, ms"),
        ("30 min 1 h", "'1 h 30 min'"),
        ("1 h 2 h", "'1 h 30 min'"),
        ("36501 d", "'36500 d'"),
        ("-5 min", "'45 min'"),
        ("min", "'45 min'"),
        ("", "'45 min'"),
        (None, "'45 min'"),
        (True, "'45 min'"),
        ([1], "'45 min'"),
    ],
)
def test_what_is_no_duration_gets_a_remedy_in_both_languages(written, remedy):
    with pytest.raises(Flaw) as caught:
        units.parse_duration(written)
    assert remedy in caught.value.remedy.en
    assert caught.value.remedy.vi != caught.value.remedy.en
    assert caught.value.value is written


@pytest.mark.parametrize(
    ("written", "per_day"),
    [
        ("80 /h", 1920.0),
        ("80/h", 1920.0),
        ("1477 /d", 1477.0),
        ("101 /yr", float(Decimal(101) / 365)),
        ("2 /min", 2880.0),
        ("0.5 /s", 43_200.0),
        ("0 /d", 0.0),
    ],
)
def test_rates_are_events_per_day(written, per_day):
    assert units.parse_rate(written) == per_day


@given(st.floats(0, 1e9))
def test_a_rate_comes_back_from_its_text(per_day):
    assert units.parse_rate(units.format_rate(per_day)) == per_day


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        (80, "'80 /d'"),
        ("80", "'80 /d'"),
        ("80 /hour", "write '80 /h'"),
        ("80 h", "'80 /h'"),
        ("-1 /d", "'80 /h'"),
        ("5 /w", "choose one of"),
        ("1,173 /d", "thousands without separator"),
    ],
)
def test_what_is_no_rate_gets_a_remedy(written, remedy):
    with pytest.raises(Flaw) as caught:
        units.parse_rate(written)
    assert remedy in caught.value.remedy.en


def test_what_is_measured_in_a_unit_of_its_own_needs_that_unit():
    assert units.parse_measured("2.5 l/h", "l/h") == 2.5
    assert units.parse_measured("150000VND/h", "VND/h") == 150_000
    for wrong, remedy in [(22, "'22 m'"), ("22 km", "'22 m'"), ("1,5 m", "'22 m'"), ("-1 m", "'22 m'")]:
        with pytest.raises(Flaw) as caught:
            units.parse_measured(wrong, "m")
        assert remedy in caught.value.remedy.en or "decimals with a point" in caught.value.remedy.en


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("30 %", 0.3),
        ("30%", 0.3),
        (0.3, 0.3),
        ("0.3", 0.3),
        (1, 1.0),
        ("100 %", 1.0),
        ("0 %", 0.0),
        ("33.3 %", 0.333),
    ],
)
def test_shares(written, share):
    assert units.parse_share(written) == share


@given(st.floats(0, 1))
def test_a_share_comes_back_from_its_text(share):
    assert units.parse_share(units.format_share(share)) == share


@pytest.mark.parametrize(
    ("written", "remedy"),
    [(30, "'30 %'"), ("101 %", "'30 %'"), ("30 percent", "'30 %'"), (-0.1, "'30 %'"), (True, "'30 %'")],
)
def test_what_is_no_share_gets_a_remedy(written, remedy):
    with pytest.raises(Flaw) as caught:
        units.parse_share(written)
    assert remedy in caught.value.remedy.en


def test_a_factor_may_exceed_one_but_not_be_a_forgotten_percentage():
    assert units.parse_factor("110 %") == 1.1
    assert units.parse_factor(2) == 2.0
    assert units.per_mille(units.parse_factor("110 %")) == 1100
    assert units.per_mille(0.0005) == 1
    with pytest.raises(Flaw, match="'110 %'"):
        units.parse_factor(110)


def test_money_is_whole_and_knows_no_separators():
    assert units.parse_money("220000 VND") == 220_000
    assert units.parse_money(units.format_money(220_000)) == 220_000
    for written in ("220.000 VND", "220,000 VND", 220_000, "220000", "10 USD"):
        with pytest.raises(Flaw, match="VND"):
            units.parse_money(written)


def test_counts_are_whole():
    assert units.parse_count(8) == units.parse_count("8") == 8
    for written in (8.5, -1, "acht", True, 1 << 31, None):
        with pytest.raises(Flaw):
            units.parse_count(written)


def test_numbers_are_not_negative_and_finite():
    assert units.parse_number("0.6") == 0.6
    assert units.parse_number(0) == 0
    for written in (-1, "nan", float("nan"), float("inf"), "1e3", True, None):
        with pytest.raises(Flaw):
            units.parse_number(written)
    with pytest.raises(Flaw):
        units.parse_positive(0)


def test_dates_and_times():
    assert units.parse_date("2025-03-12") == date(2025, 3, 12)
    assert units.parse_time_of_day("07:00") == 7 * HOUR
    assert units.parse_time_of_day("24:00") == DAY
    assert units.parse_time_of_day("13:30:15") == 13 * HOUR + 30 * MINUTE + 15_000
    assert units.parse_local_time("2025-03-12 07:00") == datetime(2025, 3, 12, 7)  # noqa: DTZ001
    assert units.parse_local_time("2025-03-12T07:00:30") == datetime(2025, 3, 12, 7, 0, 30)  # noqa: DTZ001
    assert units.parse_local_time("2025-03-12") == datetime(2025, 3, 12)  # noqa: DTZ001


@given(st.integers(0, 86_400))
def test_a_time_of_day_comes_back_from_its_text(seconds):
    assert units.parse_time_of_day(units.format_time_of_day(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize("written", ["2025-02-30", "12.3.2025", "20250312", "", None, 20250312])
def test_what_is_no_date(written):
    with pytest.raises(Flaw, match="2025-03-12"):
        units.parse_date(written)


@pytest.mark.parametrize("written", ["24:01", "25:00", "7", 750, "07:60", "07.00", ""])
def test_what_is_no_time_of_day(written):
    with pytest.raises(Flaw, match="07:00"):
        units.parse_time_of_day(written)


@pytest.mark.parametrize(
    "written", ["2025-03-12 25:00", "2025-03-12 7:00", "2025-03-12 07:00+07:00", "x", None]
)
def test_what_is_no_local_time(written):
    with pytest.raises(Flaw, match="2025-03-12 07:00"):
        units.parse_local_time(written)


# ---- pedigree ----

DURATION = TypeAdapter(Stated[Duration])


def flaw_of(data) -> tuple[tuple, Flaw]:
    with pytest.raises(ValidationError) as caught:
        DURATION.validate_python(data)
    [error] = caught.value.errors()
    return error["loc"], error["ctx"]["error"]


def test_a_bare_number_is_a_quantity_without_pedigree():
    stated = DURATION.validate_python("1 h 30 min")
    assert (stated.value, stated.source, stated.range, stated.written) == (
        90 * MINUTE,
        None,
        None,
        "1 h 30 min",
    )


def test_a_quantity_keeps_its_pedigree_and_its_words():
    stated = DURATION.validate_python(
        {"value": "12 min", "range": ["5 min", "25 min"], "source": "assumption", "owner": "plant_quarantine"}
    )
    assert (stated.value, stated.range) == (12 * MINUTE, (5 * MINUTE, 25 * MINUTE))
    assert (stated.written, stated.written_range) == ("12 min", ("5 min", "25 min"))
    assert (stated.source, stated.owner) == ("assumption", "plant_quarantine")


def test_a_quantity_can_be_read_again():
    stated = DURATION.validate_python({"value": "12 min", "source": "S95"})
    assert DURATION.validate_python(stated) == stated


def test_an_assumption_needs_its_range():
    loc, flaw = flaw_of({"value": "12 min", "source": "assumption"})
    assert loc == ()
    assert "without a range" in flaw.message.en
    assert "range: [lowest, highest]" in flaw.remedy.en


@pytest.mark.parametrize("span", [["13 min", "20 min"], ["5 min", "11 min"], ["20 min", "5 min"]])
def test_the_value_lies_within_its_range(span):
    assert "outside its own range" in flaw_of({"value": "12 min", "range": span})[1].message.en


def test_the_place_of_a_bad_number_is_where_it_stands():
    assert flaw_of(12)[0] == ()
    assert flaw_of({"value": 12})[0] == ("value",)
    assert flaw_of({"value": "12 min", "range": ["5 min", 25]})[0] == ("range", 1)


def test_unknown_keys_of_a_quantity_are_errors():
    with pytest.raises(ValidationError):
        DURATION.validate_python({"value": "12 min", "sauce": "S95"})


def test_the_schema_allows_the_bare_number_and_the_mapping():
    schema = TypeAdapter(Stated[Share]).json_schema()
    bare, mapping = schema["anyOf"]
    assert bare["examples"] == ["30 %"]
    assert set(mapping["properties"]) == {"value", "source", "range", "owner"}
    assert mapping["additionalProperties"] is False
