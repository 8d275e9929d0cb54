"""Numbers as people write them, with their unit.

Each kind of quantity has a `parse_…` (what was written → a plain number in base units) and a `format_…` (back
to text that parses to the same number). `scenarios.quantities` makes types for pydantic models of them.

Base units: durations in integer milliseconds [ms], rates in events per day [1/d], shares and factors as plain
ratios, money in integer VND. The YAML loader hands in int, float or str; numbers use a decimal point.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from scenarios.errors import Flaw, shown
from scenarios.resolved import DAY, Label

UNITS = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}
"""Units of duration, largest first [ms]."""

PER_DAY = {
    "s": Decimal(86_400),
    "min": Decimal(1440),
    "h": Decimal(24),
    "d": Decimal(1),
    "yr": 1 / Decimal(365),
}
"""Events per day that one event per unit makes; a year is 365 days."""

LONGEST = 100 * 365 * DAY
"""No duration is longer: a hundred years [ms]."""

MISSPELT = {
    "d": ["day", "days", "ngày", "ngay"],
    "h": ["hour", "hours", "hr", "hrs", "giờ", "gio", "H"],
    "min": ["m", "mn", "minute", "minutes", "mins", "phút", "phut", "Min"],
    "s": ["sec", "secs", "second", "seconds", "giây", "giay", "S"],
    "ms": ["msec", "millisecond", "milliseconds"],
    "yr": ["y", "year", "years", "năm", "nam", "a"],
}
"""Words for a unit that are not the one this language uses, for a remedy."""

MEASURED = {
    "VND/h": "150000", "VND/kg": "20000", "l/h": "2.5", "kg/l": "2.68", "kg": "18000", "m": "22",
}  # fmt: skip
"""What rates are measured in, each with an example."""

_NUMBER = r"\d+(?:\.\d+)?"
_DURATION_PART = re.compile(rf"({_NUMBER})\s*([^\s\d.,]+)\s*")
_RATE = re.compile(rf"({_NUMBER})\s*/\s*([^\s\d.,/]+)")
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{3})?)?)?")


def parse_duration(written: object) -> int:
    """A duration in whole milliseconds [ms]: `45 s`, `6 min`, `1.5 h`, `2 d`, `250 ms`, `1 h 30 min`.

    Raises
    ------
    Flaw
        Without a unit, with an unknown one, or longer than a hundred years.
    """
    parts = _duration_parts(written)
    exact = sum((Decimal(number) * UNITS[unit] for number, unit in parts), Decimal(0))
    if exact > LONGEST:
        raise _flaw(written, "dài quá một trăm năm", "is longer than a hundred years", "36500 d")
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _duration_parts(written: object) -> list[tuple[str, str]]:
    text = str(written).strip()
    parts = _DURATION_PART.findall(text)
    if not parts or _DURATION_PART.sub("", text):
        raise _not_a_duration(written)
    for _, unit in parts:
        if unit not in UNITS:
            raise _unknown_unit(written, unit, list(UNITS))
    order = [list(UNITS).index(unit) for _, unit in parts]
    if order != sorted(set(order)):
        raise _flaw(written, "lặp hoặc đảo thứ tự đơn vị", "repeats or disorders its units", "1 h 30 min")
    return parts


def parse_rate(written: object) -> float:
    """A rate in events per day [1/d]: `80 /h`, `1477 /d`, `101 /yr` (a year is 365 d), `2 /min`."""
    found = _RATE.fullmatch(str(written).strip())
    if not found:
        raise _flaw(written, "không phải là tần suất", "is not a rate", _example_rate(written))
    number, unit = found.groups()
    if unit not in PER_DAY:
        raise _unknown_unit(written, unit, list(PER_DAY))
    return float(Decimal(number) * PER_DAY[unit])


def parse_share(written: object) -> float:
    """A share between 0 and 1: `30 %` or `0.3`."""
    ratio = _ratio(written)
    if ratio is None or not 0 <= ratio <= 1:
        example = f"{written} %" if _is_percentage(written) else "30 %"
        raise _flaw(written, "không phải là tỷ lệ từ 0 đến 100 %", "is not a share from 0 to 100 %", example)
    return ratio


def parse_factor(written: object) -> float:
    """A factor of zero or more: `110 %` or `1.1`; bare numbers from 10 on are forgotten percents."""
    ratio = _ratio(written)
    if ratio is None or ratio < 0 or ratio > 1000 or (_is_percentage(written) and ratio >= 10):
        example = f"{written} %" if _is_percentage(written) else "110 %"
        raise _flaw(written, "không phải là hệ số", "is not a factor", example)
    return ratio


def parse_money(written: object) -> int:
    """An amount in whole VND: `220000 VND`."""
    found = re.fullmatch(r"(\d{1,15})\s*(?:VND|đ|₫)", str(written).strip())
    if not found:
        raise _flaw(written, "không phải là số tiền", "is not an amount of money", _example_money(written))
    return int(found[1])


def parse_count(written: object) -> int:
    """A whole number of zero or more, at most 2**31 - 1: `8`."""
    text = str(written).strip()
    if not re.fullmatch(r"\d{1,10}", text) or int(text) >= 1 << 31:
        raise _flaw(written, "không phải là số đếm", "is not a count", "8")
    return int(text)


def parse_number(written: object) -> float:
    """A plain number of zero or more, without unit: `0.6`, `220000`."""
    number = _plain(written)
    if number is None or not 0 <= number <= 1e15:
        raise _flaw(written, "không phải là số không âm", "is not a number of zero or more", "0.6")
    return number


def parse_positive(written: object) -> float:
    """A plain number above zero: `0.6`."""
    number = _plain(written)
    if number is None or not 0 < number <= 1e15:
        raise _flaw(written, "không phải là số dương", "is not a number above zero", "0.6")
    return number


def parse_measured(written: object, unit: str) -> float:
    """A number of zero or more with its unit, one of `MEASURED`: `2.5 l/h`."""
    found = re.fullmatch(rf"({_NUMBER})\s*{re.escape(unit)}", str(written).strip())
    if not found or float(found[1]) > 1e15:
        number = _plain(written)
        example = f"{MEASURED[unit] if number is None else _decimal(number)} {unit}"
        raise _flaw(written, f"không phải là số đo theo {unit}", f"is not a number of {unit}", example)
    return float(found[1])


def parse_date(written: object) -> date:
    """A calendar date: `2025-03-12`."""
    try:
        text = str(written).strip()
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else "")
    except ValueError:
        raise _flaw(written, "không phải là một ngày", "is not a date", "2025-03-12") from None


def parse_time_of_day(written: object) -> int:
    """A time of day [ms after midnight]: `07:00`, `13:30:15`; `24:00` is the end of the day."""
    found = _TIME.fullmatch(str(written).strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    after = ((hours * 60 + minutes) * 60 + seconds) * 1000
    if minutes > 59 or seconds > 59 or after > DAY:
        raise _flaw(written, "không phải là giờ trong ngày", "is not a time of day", "07:00")
    return after


def parse_local_time(written: object) -> datetime:
    """A local date and time, naive: `2025-03-12 07:00`, also with seconds; a bare date is its midnight."""
    try:
        text = str(written).strip()
        return datetime.fromisoformat(text if _LOCAL.fullmatch(text) else "")
    except ValueError:
        said = ("không phải là ngày giờ địa phương", "is not a local date and time")
        raise _flaw(written, *said, "2025-03-12 07:00") from None


def format_duration(ms: int) -> str:
    """A duration as people write it: `1 h 30 min`; parses back to the same."""
    parts = []
    for unit, size in UNITS.items():
        number, ms = divmod(ms, size)
        parts += [f"{number} {unit}"] if number else []
    return " ".join(parts) or "0 s"


def format_rate(per_day: float) -> str:
    """A rate by the day: `1477 /d`; parses back to the same."""
    return f"{_decimal(per_day)} /d"


def format_share(ratio: float) -> str:
    """A share or factor in percent: `30 %`; parses back to the same."""
    return f"{_plainly(Decimal(repr(ratio)) * 100)} %"


def format_money(amount: int) -> str:
    """An amount in VND: `220000 VND`."""
    return f"{amount} VND"


def format_time_of_day(after: int) -> str:
    """A time of day: `07:00`, with seconds when there are any [ms after midnight → text]."""
    minutes, seconds = divmod(after // 1000, 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def per_mille(ratio: float) -> int:
    """A factor in whole thousandths, as the resolved form stores it."""
    return int((Decimal(repr(ratio)) * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def _decimal(number: float) -> str:
    return _plainly(Decimal(repr(number)))


def _plainly(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(written: object) -> float | None:
    """The number that stands there alone, if it is one that can be meant."""
    text = str(written).strip()
    if isinstance(written, bool) or not re.fullmatch(_NUMBER, text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _ratio(written: object) -> float | None:
    found = _PERCENT.fullmatch(str(written).strip())
    return float(Decimal(found[1]) / 100) if found else _plain(written)


def _is_percentage(written: object) -> bool:
    """Whether a bare number was written that makes sense as percents."""
    number = _plain(written)
    return number is not None and number > 1


def _flaw(written: object, vi: str, en: str, example: str) -> Flaw:
    said = shown(written)
    message = Label(vi=f"là '{said}', {vi}", en=f"is '{said}', which {en}")
    return Flaw(written, message, _remedy(written, example))


def _remedy(written: object, example: str) -> Label:
    if re.search(r"\d,\d", str(written)):
        return Label(
            vi=f"hãy viết số thập phân bằng dấu chấm và không ngăn hàng nghìn, ví dụ '{example}'",
            en=f"write decimals with a point and thousands without separator, such as '{example}'",
        )
    return Label(vi=f"hãy viết như '{example}'", en=f"write it as in '{example}'")


def _not_a_duration(written: object) -> Flaw:
    number = _plain(written)
    example = f"{_decimal(number)} min" if number is not None else "45 min"
    remedy = Label(
        vi=f"hãy viết thời lượng kèm đơn vị, ví dụ '{example}' (ms, s, min, h, d)",
        en=f"write a duration with its unit, such as '{example}' (ms, s, min, h, d)",
    )
    if "," in str(written):
        remedy = _remedy(written, "1.5 h")
    message = Label(
        vi=f"là '{shown(written)}', không phải là thời lượng",
        en=f"is '{shown(written)}', which is not a duration",
    )
    return Flaw(written, message, remedy)


def _unknown_unit(written: object, unit: str, known: list[str]) -> Flaw:
    message = Label(
        vi=f"là '{shown(written)}', có đơn vị '{shown(unit)}' không dùng được",
        en=f"is '{shown(written)}', whose unit '{shown(unit)}' is not one of this language",
    )
    right = re.sub(r"[^\W\d]+", lambda word: _right_unit(word[0], known), str(written).strip())
    if unit != _right_unit(unit, known):
        return Flaw(written, message, Label(vi=f"hãy viết '{right}'", en=f"write '{right}'"))
    listed = ", ".join(known)
    return Flaw(written, message, Label(vi=f"hãy chọn một trong: {listed}", en=f"choose one of: {listed}"))


def _example_rate(written: object) -> str:
    number = _plain(written)
    return "80 /h" if number is None else f"{_decimal(number)} /d"


def _example_money(written: object) -> str:
    digits = re.sub(r"\D", "", str(written))
    return f"{digits[:15] or 220000} VND"


def _right_unit(word: str, known: list[str]) -> str:
    """The unit that a word stands for, if it is known; else the word."""
    return next((right for right, wrong in MISSPELT.items() if word in wrong and right in known), word)
