"""Hours of a day, days of a week, spans of dates: how people write them, and sums and differences of them.

Intervals are half-open, [open, close), in milliseconds after midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from scenarios.errors import Flaw, suggestion
from scenarios.resolved import DAY, Hours, Label
from scenarios.units import format_time_of_day, parse_date, parse_time_of_day

Value = TypeVar("Value")

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST_SPAN = 3660
"""Of dates [d]."""


def parse_hours(written: object) -> Hours:
    """Intervals of one day: `07:00-11:30, 13:30-18:00`, `closed`, `always`.

    One that ends on the next day ends beyond DAY here: `22:00-06:00` is (22 h, 30 h).

    Raises
    ------
    Flaw
        If a part is not an interval, or two of them overlap.
    """
    texts = written if isinstance(written, list | tuple) else [written]
    words = [part.strip() for text in texts for part in str(text).split(",")]
    if words == ["closed"]:
        return ()
    hours = sorted(_interval(word, written) for word in words)
    for (_, close), (opens, _) in pairwise(hours):
        if opens < close:
            raise _overlap(written, opens)
    return tuple(hours)


def _interval(word: str, written: object) -> tuple[int, int]:
    if word == "always":
        return 0, DAY
    found = re.fullmatch(r"(\d{1,2}:\d{2}(?::\d{2})?)\s*[-–]\s*(\d{1,2}:\d{2}(?::\d{2})?)", word)
    if not found:
        raise _not_hours(written)
    opens, close = parse_time_of_day(found[1]), parse_time_of_day(found[2])
    if opens in (close, DAY):
        raise _not_hours(written)
    return opens, close if opens < close else close + DAY


def _not_hours(written: object) -> Flaw:
    message = Label(vi=f"là '{written}', không phải khoảng giờ", en=f"is '{written}', which are not hours")
    remedy = Label(
        vi="hãy viết như '07:00-11:30, 13:30-18:00', 'closed' (đóng) hoặc 'always' (cả ngày)",
        en="write them as in '07:00-11:30, 13:30-18:00', 'closed' or 'always'",
    )
    return Flaw(written, message, remedy)


def _overlap(written: object, at: int) -> Flaw:
    clock = format_time_of_day(at)
    message = Label(
        vi=f"là '{written}', có hai khoảng chồng lên nhau lúc {clock}",
        en=f"is '{written}', two intervals of which overlap at {clock}",
    )
    return Flaw(
        written, message, Label(vi="hãy viết các khoảng rời nhau", en="write intervals that do not overlap")
    )


def parse_days(written: object) -> tuple[int, ...]:
    """Days of the week, Monday 0: `mon`, `mon-fri`, `fri-mon`, `tue, thu`, `sat sun`.

    Raises
    ------
    Flaw
        For a word that is no day.
    """
    parts = [
        part for part in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", str(written).strip().lower())) if part
    ]
    days = [day for part in parts for day in _days_of(part, written)]
    if not days:
        raise Flaw(written, Label(vi="không nêu ngày nào", en="names no day"), suggestion("", WEEKDAYS))
    return tuple(dict.fromkeys(days))


def _days_of(part: str, written: object) -> list[int]:
    ends = part.split("-")
    for word in ends:
        if word not in WEEKDAYS:
            message = Label(
                vi=f"nhắc tới '{word}', không phải là thứ", en=f"names '{word}', which is not a weekday"
            )
            raise Flaw(written, message, suggestion(word, WEEKDAYS))
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def parse_dates(written: object) -> tuple[date, date]:
    """A date, or a span of dates with both ends: `2026-02-19`, `2026-02-15..2026-02-18`.

    Raises
    ------
    Flaw
        If it runs backwards or over ten years.
    """
    ends = [parse_date(end) for end in str(written).split("..")] if written is not None else []
    if len(ends) in (1, 2) and 0 <= (ends[-1] - ends[0]).days <= LONGEST_SPAN:
        return ends[0], ends[-1]
    message = Label(
        vi=f"là '{written}', không phải một ngày hay khoảng ngày", en=f"is '{written}', not a span of dates"
    )
    remedy = Label(
        vi="hãy viết như '2026-02-19' hoặc '2026-02-15..2026-02-18', ngày đầu trước",
        en="write '2026-02-19' or '2026-02-15..2026-02-18', the first day first",
    )
    raise Flaw(written, message, remedy)


def each_date(span: tuple[date, date]) -> list[date]:
    """All dates of a span, both ends included."""
    return [span[0] + timedelta(n) for n in range((span[1] - span[0]).days + 1)]


def by_date(spans: Mapping[tuple[date, date], Value]) -> dict[date, Value]:
    """What holds on each date.

    Raises
    ------
    Flaw
        If two spans share a date.
    """
    known: dict[date, Value] = {}
    for span, value in spans.items():
        for day in each_date(span):
            if day in known:
                message = Label(vi=f"nhắc tới ngày {day} hai lần", en=f"names {day} twice")
                raise Flaw(day, message, Label(vi="hãy giữ một lần", en="keep one of them"))
            known[day] = value
    return known


def union(hours: Iterable[tuple[int, int]]) -> Hours:
    """The same time in ascending, disjoint intervals that do not touch."""
    whole: list[tuple[int, int]] = []
    for opens, close in sorted(hours):
        if whole and opens <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(close, whole[-1][1])
        else:
            whole.append((opens, close))
    return tuple(whole)


def within_day(hours: Iterable[tuple[int, int]]) -> Hours:
    """The part of [0, DAY)."""
    return tuple((max(0, opens), min(DAY, close)) for opens, close in hours if opens < DAY and close > 0)


def overflow(hours: Iterable[tuple[int, int]]) -> Hours:
    """The part beyond DAY, as hours of the next day."""
    return within_day((opens - DAY, close - DAY) for opens, close in hours)


def without(hours: Hours, breaks: Hours) -> Hours:
    """Hours less their breaks."""
    for start, stop in breaks:
        cut = [((opens, min(close, start)), (max(opens, stop), close)) for opens, close in hours]
        hours = tuple(part for parts in cut for part in parts if part[0] < part[1])
    return hours
