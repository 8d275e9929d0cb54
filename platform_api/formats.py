"""Numbers as people write them: decimal comma in Vietnamese, units named, digits that mean something."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from platform_api.texts import Language, text

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Scale:
    """How the numbers of one indicator are shown: divided by `divisor`, with `digits` decimals and a unit."""

    divisor: float
    unit: str  # key of a unit text, "" for none
    digits: int

    def number(self, value: float, language: Language) -> str:
        """The bare number."""
        return number(value / self.divisor, self.digits, language)

    def unit_name(self, language: Language) -> str:
        """The unit's word, or nothing."""
        return text(f"unit.{self.unit}", language) if self.unit else ""

    def full(self, value: float, language: Language) -> str:
        """Number and unit, kept on one line."""
        return f"{self.number(value, language)}{NBSP}{self.unit_name(language)}".rstrip(NBSP)


def number(value: float, digits: int, language: Language) -> str:
    """1234.5 as 1.234,5 in Vietnamese, 1,234.5 in English; a real minus sign."""
    shown = f"{abs(value):,.{digits}f}"
    if language == "vi":
        shown = shown.translate(str.maketrans(",.", ".,"))
    is_zero = not shown.strip("0.,")
    return shown if value >= 0 or is_zero else f"−{shown}"


def signed(value: float, digits: int, language: Language) -> str:
    """The same with a plus where it is more than nothing."""
    shown = number(value, digits, language)
    return f"+{shown}" if value > 0 and shown.strip("0.,") else shown


def significant(value: float, language: Language, digits: int = 4) -> str:
    """A number with so many digits that mean something: 9.000, 0.2696, 16,245."""
    return number(value, digits_seen(value, digits), language)


def digits_seen(value: float, digits: int = 2) -> int:
    """After the point, so that so many digits of a value mean something."""
    return 0 if value == 0 else max(0, digits - 1 - math.floor(math.log10(abs(value))))


def scale_for(unit: str, values: Iterable[float | None], half_width: float | None = None) -> Scale:
    """The scale that suits some values of one unit of the results ("s", "1", "ratio", "VND", "1/d" …)."""
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    divisor, name = _unit(unit, largest)
    return Scale(divisor, name, _digits(largest / divisor, half_width and half_width / divisor, name))


_IN_SECONDS = {"s": 1.0, "min": MINUTE, "h": HOUR, "d": DAY}


def published_scale(
    unit: str, values: Iterable[float | None], half_width: float | None = None
) -> tuple[float, Scale]:
    """How figures in a published unit are shown: the factor to the unit of results, and a scale of that."""
    factor = _IN_SECONDS.get(unit, 0.01 if unit == "%" else 1.0)
    shown = "s" if unit in _IN_SECONDS else "ratio" if unit == "%" else unit
    around = [None if value is None else value * factor for value in values]
    return factor, scale_for(shown, around, None if half_width is None else half_width * factor)


_LARGER = {"m": ("meter", "kilometer", 1000.0), "kg": ("kilogram", "tonne", 1000.0)}
"""Units of results with a larger one for large numbers, and how much larger that is."""


def _unit(unit: str, largest: float) -> tuple[float, str]:
    if unit == "s":
        return _time_unit(largest)
    if unit == "ratio":
        return 0.01, "percent"
    if unit == "unit·s":
        return HOUR, "unit_hour"
    if unit == "VND":
        return _money_unit(largest)
    if unit in _LARGER:
        small, large, size = _LARGER[unit]
        return (size, large) if largest >= size else (1.0, small)
    named = {"1": "", "1/d": "per_day", "1/h": "per_hour", "l": "liter"}
    return 1.0, named.get(unit, "")


def _time_unit(seconds: float) -> tuple[float, str]:
    if seconds < 2 * MINUTE:
        return 1.0, "second"
    if seconds < 2 * HOUR:
        return MINUTE, "minute"
    if seconds < 3 * DAY:
        return HOUR, "hour"
    return DAY, "day"


def _money_unit(dong: float) -> tuple[float, str]:
    if dong < 1e6:
        return 1.0, "dong"
    return (1e6, "million_dong") if dong < 1e9 else (1e9, "billion_dong")


def _digits(largest: float, half_width: float | None, unit: str) -> int:
    """Decimals: as many as the half-width has meaning for, at most two; without one, by size."""
    if not largest:
        return 0
    if half_width:
        return min(2, max(0, -math.floor(math.log10(half_width))))
    if not unit and largest == int(largest):
        return 0
    return 0 if largest >= 100 else 1


def duration(milliseconds: float, language: Language) -> str:
    """A length of time in its best unit: `12 phút`, `3,5 giờ`, `2 ngày`."""
    seconds = milliseconds / 1000
    divisor, unit = (DAY, "day") if seconds and seconds % DAY == 0 else _time_unit(seconds)
    value = seconds / divisor
    digits = 0 if value == round(value) else 1
    return Scale(divisor, unit, digits).full(seconds, language)


def clock(milliseconds: int) -> str:
    """A time of day, `07:00`, from milliseconds after midnight."""
    minutes = milliseconds // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date(day: datetime, language: Language) -> str:
    """12/3/2025 in Vietnamese, 12 Mar 2025 in English."""
    if language == "vi":
        return f"{day.day}/{day.month}/{day.year}"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment(then: datetime, language: Language) -> str:
    """20:00 ngày 12/3/2025 in Vietnamese, 12 Mar 2025, 20:00 in English."""
    clock_time = f"{then.hour:02d}:{then.minute:02d}"
    told = date(then, language)
    return f"{clock_time} ngày {told}" if language == "vi" else f"{told}, {clock_time}"


def instant(start: str, milliseconds: int) -> datetime:
    """Local date and time at a point of the time axis (the offset from UTC taken as it is at the start)."""
    return datetime.fromisoformat(start) + timedelta(milliseconds=milliseconds)


def time_left(seconds: float, language: Language) -> str:
    """How long a person still waits: `8 giây`, `2 phút`."""
    whole = math.ceil(seconds)
    divisor, unit = (1.0, "second") if whole < 100 else (MINUTE, "minute")
    return Scale(divisor, unit, 0).full(whole, language)
