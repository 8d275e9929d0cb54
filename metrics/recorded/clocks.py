"""Dates and times of day that stand in columns of their own, put together before anything is read.

`Ngày | Giờ vào | Giờ ra` is as usual as one column with both. Each column of clock times is joined to its
date: the only one, or the one of the same number in the row, or else the nearest to the left. Where several
clock times share one date, one that is more than half a day before the time to its left is of the next day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from metrics.recorded.log import DAY
from metrics.recorded.personal import plain
from metrics.recorded.sheets import Sheet
from metrics.recorded.stamps import EMPTY_WORDS

DATE = re.compile(r"\s*(\d{1,4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,4})(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?\s*")
CLOCK = re.compile(
    r"\s*(?:(?:1899-12-3[01]|1904-01-01)[T ])?"  # a time of day in a workbook
    r"(\d{1,2}\s*(?:[:hHg]\s*\d{1,2}(?::\d{1,2}(?:\.\d+)?)?|[hHg])\s*(?:AM|PM|SA|CH|am|pm|sa|ch)?)\s*"
)
FRACTION = re.compile(r"0?[.,]\d+|0|1")
TIMELY = ("gio", "time", "luc", "bat dau", "ket thuc", "thoi", "start", "end")
NEARLY_ALL = 0.9
HALF_A_DAY = DAY // 2


@dataclass(frozen=True, slots=True)
class Clocks:
    """What was put together. of : column of clock times → column of its date"""

    of: dict[str, str]

    @property
    def dates(self) -> frozenset[str]:
        """The columns of dates that are told by others now."""
        return frozenset(self.of.values())

    def share_a_date(self, columns: Sequence[str]) -> bool:
        """Whether all of some columns, more than one, have the same date."""
        dates = {self.of.get(name) for name in columns}
        return len(columns) > 1 and len(dates) == 1 and None not in dates


def with_dates(sheet: Sheet) -> tuple[Sheet, Clocks]:
    """The table with full times in its columns of clock times."""
    cells = [[row[k] for row in sheet.sample if k < len(row)] for k in range(len(sheet.header))]
    dates = [k for k, name in enumerate(sheet.header) if name and _nearly_all(cells[k], DATE)]
    clocks = [k for k, name in enumerate(sheet.header) if name and _is_clock(name, cells[k])]
    if not dates or not clocks:
        return sheet, Clocks({})
    pairs = _paired(dates, clocks)

    def told(row: list[str]) -> list[str]:
        made = list(row)
        for clock, date in pairs.items():
            if max(clock, date) < len(row):
                made[clock] = _together(row[date], row[clock])
        return made

    rows: Iterator[tuple[int, list[str]]] = ((line, told(row)) for line, row in sheet.rows)
    names = {sheet.header[clock]: sheet.header[date] for clock, date in pairs.items()}
    return replace(sheet, sample=[told(row) for row in sheet.sample], rows=rows), Clocks(names)


def is_date_only(cells: Sequence[str]) -> bool:
    """Whether a column of times has no time of day."""
    return _nearly_all(cells, DATE)


def is_clock_only(name: str, cells: Sequence[str]) -> bool:
    """Whether a column of times has no date."""
    return _is_clock(name, cells)


def over_midnight(times: list[int]) -> bool:
    """Put times that share a date onto the next day where they turned midnight; whether any did."""
    ahead, before, turned = 0, None, False
    for k, time in enumerate(times):
        if time < 0:
            continue
        if before is not None and time + ahead < before - HALF_A_DAY:
            ahead, turned = ahead + DAY, True
        times[k] = before = time + ahead
    return turned


def _nearly_all(cells: Sequence[str], kind: re.Pattern[str]) -> bool:
    told = [cell for cell in cells if cell.strip().lower() not in EMPTY_WORDS]
    return bool(told) and sum(bool(kind.fullmatch(cell)) for cell in told) >= NEARLY_ALL * len(told)


def _is_clock(name: str, cells: Sequence[str]) -> bool:
    if _nearly_all(cells, CLOCK):
        return True
    return plain(name).startswith(TIMELY) and len(set(cells)) > 2 and _nearly_all(cells, FRACTION)


def _paired(dates: list[int], clocks: list[int]) -> dict[int, int]:
    if len(dates) == len(clocks):
        return dict(zip(clocks, dates, strict=True))
    return {clock: max((d for d in dates if d < clock), default=dates[0]) for clock in clocks}


def _together(date: str, clock: str) -> str:
    """One text of both; what is no clock time stays, so that it is told as unreadable or missing."""
    day, time = DATE.fullmatch(date), CLOCK.fullmatch(clock)
    if FRACTION.fullmatch(clock.strip()) and day:
        seconds = round(float(clock.replace(",", ".")) * 86_400)
        return f"{day[1]} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if clock.strip().lower() in EMPTY_WORDS or not time:
        return clock
    hour = time[1].strip()
    return f"{day[1] if day else date} {hour}00" if hour[-1] in "hHg" else f"{day[1] if day else date} {hour}"
