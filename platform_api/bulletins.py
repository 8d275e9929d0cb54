"""Observed figures from a table: a bulletin a day, or a figure a row.

A figure is written like `closing_backlog direction=export`. Either a column `kpi` names it beside a `value`,
or each column is a figure. A column `date` says when the window of the scenario began.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from metrics.recorded import sheets
from metrics.recorded.findings import LogError, together, unreadable
from metrics.recorded.log import DAY
from metrics.recorded.personal import plain
from metrics.recorded.stamps import UNREADABLE, Stamps

UNITS = {
    "": 1.0,
    "1": 1.0,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "%": 0.01,
    "ratio": 1.0,
    "1/d": 1.0,
}
DATES = ("date", "ngay", "day")


@dataclass(frozen=True, slots=True)
class Observed:
    """One figure. date : ISO, or nothing for the scenario's own start · value : in the unit of results"""

    kpi: str
    labels: tuple[tuple[str, str], ...]
    value: float
    date: str | None
    line: int

    @property
    def figure(self) -> str:
        """As people write it."""
        return " ".join([self.kpi, *(f"{name}={value}" for name, value in self.labels)])


def read(file: Path) -> list[Observed]:
    """All figures of a table.

    Raises
    ------
    LogError
        With everything that cannot be read.
    """
    sheet = sheets.opened(file)
    at = {plain(name): place for place, name in enumerate(sheet.header)}
    date = next((at[name] for name in DATES if name in at), None)
    stamps = None if date is None else Stamps([row[date] for row in sheet.sample if date < len(row)])
    found: list[Observed] = []
    wrong: list[LogError] = []
    for line, row in sheet.rows:
        cells = [*row, *([""] * (len(sheet.header) - len(row)))]
        try:
            when = None if date is None or stamps is None else _date(sheet.file, cells[date], stamps, line)
            found += (
                _long(sheet, at, cells, when, line) if "kpi" in at else _wide(sheet, cells, date, when, line)
            )
        except LogError as error:
            wrong.append(error)
    if wrong:
        raise together(wrong)
    return found


def _date(file: str, cell: str, stamps: Stamps, line: int) -> str | None:
    if not cell.strip():
        return None
    time = stamps.read(cell.strip())
    if time <= UNREADABLE:
        raise unreadable(
            f"{file}, date", cell, "không phải ngày", "is no date",
            "hãy viết như 2025-03-12 hoặc 12/03/2025", "write it as 2025-03-12 or 12/03/2025", line,
        )  # fmt: skip
    import numpy as np

    return str(np.datetime64(time // DAY, "D"))


def _long(
    sheet: sheets.Sheet, at: dict[str, int], cells: list[str], date: str | None, line: int
) -> list[Observed]:
    if "value" not in at:
        raise unreadable(
            sheet.file,
            ", ".join(sheet.header),
            "thiếu cột value",
            "has no column value",
            "cần các cột: kpi, value, và nếu có: unit, date, nhãn",
            "columns are: kpi, value, and if any: unit, date, labels",
        )
    kpi, labels = _figure(cells[at["kpi"]])
    known = {"kpi", "value", "unit", *DATES}
    more = [(name, cells[k].strip()) for name, k in at.items() if name not in known and cells[k].strip()]
    unit = cells[at["unit"]].strip() if "unit" in at else ""
    if unit not in UNITS:
        raise unreadable(
            f"{sheet.file}, unit",
            unit,
            "không phải đơn vị",
            "is no unit",
            f"hãy chọn một trong: {', '.join(filter(None, UNITS))}",
            f"choose one of: {', '.join(filter(None, UNITS))}",
            line,
        )
    value = _number(sheet.file, "value", cells[at["value"]], line)
    return [Observed(kpi, tuple(sorted([*labels, *more])), value * UNITS[unit], date, line)]


def _wide(
    sheet: sheets.Sheet, cells: list[str], date_at: int | None, date: str | None, line: int
) -> list[Observed]:
    found = []
    for place, name in enumerate(sheet.header):
        if place != date_at and name and cells[place].strip():
            kpi, labels = _figure(name)
            value = _number(sheet.file, name, cells[place], line)
            found.append(Observed(kpi, tuple(sorted(labels)), value, date, line))
    return found


def _figure(text: str) -> tuple[str, list[tuple[str, str]]]:
    """`closing_backlog direction=export` as its parts."""
    kpi, *labels = re.split(r"[\s,;{}]+", text.strip())
    pairs = [label.partition("=") for label in labels if "=" in label]
    return kpi, [(name, value) for name, _, value in pairs]


def _number(file: str, column: str, cell: str, line: int) -> float:
    """`1.173`, `1173`, `0,95`: a point before three digits separates thousands, a comma is decimal."""
    text = cell.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", text):
        text = text.replace(".", "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise unreadable(
            f"{file}, {column}", cell, "không phải số", "is no number",
            "hãy viết như 1173 hoặc 0,95", "write it as 1173 or 0.95", line,
        ) from None  # fmt: skip
