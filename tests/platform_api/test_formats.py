"""Numbers as people write them in each language."""

from datetime import datetime

import pytest

from platform_api import formats
from platform_api.formats import NBSP


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (700_000, 0, "700.000", "700,000"),
        (-3.25, 2, "−3,25", "−3.25"),
        (-0.001, 1, "0,0", "0.0"),
        (0.5, 0, "0", "0"),
    ],
)
def test_number(value: float, digits: int, vi: str, en: str) -> None:
    assert (formats.number(value, digits, "vi"), formats.number(value, digits, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("unit", "value", "half_width", "vi"),
    [
        ("s", 90.0, 2.0, "90 giây"),
        ("s", 1500.0, 66.0, "25 phút"),
        ("s", 93_960.0, 2880.0, "26,1 giờ"),
        ("s", 500_000.0, None, "5,8 ngày"),
        ("ratio", 0.876, 0.02, "88 %"),
        ("ratio", 0.876, 0.002, "87,6 %"),
        ("1", 304.0, 8.0, "304"),
        ("1", 304.3, 0.4, "304,3"),
        ("1", 304.0, None, "304"),
        ("VND", 1_530_000.0, 20_000.0, "1,53 triệu đồng"),
        ("VND", 2.2e9, None, "2,2 tỷ đồng"),
        ("unit·s", 7200.0, None, "2,0 giờ công"),
        ("s", 0.0, 0.0, "0 giây"),
    ],
)
def test_the_unit_suits_the_size_and_the_digits_the_half_width(
    unit: str, value: float, half_width: float | None, vi: str
) -> None:
    scale = formats.scale_for(unit, [value], half_width)
    assert scale.full(value, "vi").replace(NBSP, " ") == vi


@pytest.mark.parametrize(
    ("milliseconds", "vi", "en"),
    [
        (30_000, "30 giây", "30 s"),
        (5_400_000, "90 phút", "90 min"),
        (86_400_000, "1 ngày", "1 d"),
        (126_000_000, "35 giờ", "35 h"),
        (7_500_000, "2,1 giờ", "2.1 h"),
        (0, "0 giây", "0 s"),
    ],
)
def test_duration(milliseconds: int, vi: str, en: str) -> None:
    shown = (formats.duration(milliseconds, "vi"), formats.duration(milliseconds, "en"))
    assert tuple(text.replace(NBSP, " ") for text in shown) == (vi, en)


def test_dates_and_clocks() -> None:
    day = datetime(2025, 3, 12, 20)  # noqa: DTZ001  - local time of a scenario
    assert (formats.date(day, "vi"), formats.date(day, "en")) == ("12/3/2025", "12 Mar 2025")
    assert formats.clock(25_200_000) == "07:00"
    assert formats.instant("2025-03-12T20:00", 4 * 3_600_000).isoformat() == "2025-03-13T00:00:00"


def test_time_left_is_never_told_too_short() -> None:
    assert formats.time_left(8.2, "vi").replace(NBSP, " ") == "9 giây"
    assert formats.time_left(300, "en").replace(NBSP, " ") == "5 min"


def test_an_instant_is_told_as_people_do() -> None:
    then = datetime(2025, 3, 12, 7, 5)  # noqa: DTZ001  - local time of a scenario
    assert formats.moment(then, "vi") == "07:05 ngày 12/3/2025"
    assert formats.moment(then, "en") == "12 Mar 2025, 07:05"
