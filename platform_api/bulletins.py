"""Observed figures from a table: a bulletin a day, or a figure a row.

A figure is written like `closing_backlog direction=export`. Either a column `kpi` names it beside a `value`,
or each column is a figure, in the unit of results or in one that follows: `gate_wait_mean [min]`. Columns
that are called otherwise are said once: `--column 'closing_backlog direction=export=Xe tồn'`. A column
`date` says when the window of the scenario began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metrics.recorded import sheets
from metrics.recorded.columns import no_column
from metrics.recorded.findings import LogError, together, unreadable
from metrics.recorded.log import DAY
from metrics.recorded.numbers import POINT, UnsureError, is_unsure, number, style_of
from metrics.recorded.personal import plain
from metrics.recorded.stamps import UNREADABLE, Stamps
from platform_api.texts import both
from scenarios.resolved import Label

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
ROLES = ("date", "kpi", "value", "unit")
FIGURE = re.compile(r"[a-z][a-z0-9_]*(?:[\s,;]+\w+=[^\s,;]+)*(?:\s*\[[^\]]*\])?")
"""A figure, its labels, and perhaps its unit."""

Told = Mapping[str, str]
"""Role or figure → column."""


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


@dataclass(frozen=True, slots=True)
class Bulletins:
    """All figures of a table. doubts : what may have been meant otherwise, and columns that were ignored"""

    figures: tuple[Observed, ...]
    doubts: tuple[Label, ...]
    header: tuple[str, ...]


def read(file: Path, told: Told | None = None) -> Bulletins:
    """All figures of a table; `told`: role or figure → column, where the columns are called otherwise.

    Raises
    ------
    LogError
        With everything that cannot be read.
    """
    table = _Table(file, told or {})
    found: list[Observed] = []
    wrong: list[LogError] = []
    for line, row in table.rows:
        try:
            found += table.figures(row, line)
        except LogError as error:
            wrong.append(error)
    if wrong:
        raise together(wrong)
    return Bulletins(tuple(found), tuple(table.doubts()), tuple(table.header))


class _Table:
    """A table whose columns are understood, and how each writes its numbers."""

    def __init__(self, file: Path, told: Told) -> None:
        sheet = sheets.opened(file)
        self.file, self.header = sheet.file, sheet.header
        self.at = self._places(told)
        self.stamps = None
        if "date" in self.at:
            place = self.at["date"]
            self.stamps = Stamps([row[place] for row in sheet.sample if place < len(row)])
        self.rows = [(n, [*row, *([""] * (len(self.header) - len(row)))]) for n, row in sheet.rows]
        self.wide = {} if "kpi" in self.at else self._wide(told)
        self.styles = self._styles(POINT if sheet.encoding == "xlsx" else None)
        self.unsure: list[str] = []

    def _places(self, told: Told) -> dict[str, int]:
        """Where the roles are, and in a table of a figure a row the labels."""
        wrong = [name for name in told.values() if name not in self.header]
        if wrong:
            raise together(no_column(self.file, name, self.header) for name in wrong)
        at = {plain(name): place for place, name in enumerate(self.header)}
        date = next((at[name] for name in DATES if name in at), None)
        at |= {} if date is None else {"date": date}
        return at | {role: self.header.index(name) for role, name in told.items() if role in ROLES}

    def _wide(self, told: Told) -> dict[int, str]:
        """Which figure stands in each column; that of a date is none."""
        named = {self.header.index(name): figure for figure, name in told.items() if figure not in ROLES}
        date = self.at.get("date")
        own = {k: name for k, name in enumerate(self.header) if k != date and FIGURE.fullmatch(name)}
        found = {k: name for k, name in own.items() if plain(name) not in DATES} | named
        if not found:
            listed = ", ".join(filter(None, self.header))
            raise unreadable(
                self.file, listed, "không cột nào là một chỉ tiêu", "has no column that is a figure",
                "hãy nói cột nào là gì, một lần là nhớ: --column 'closing_backlog direction=export=TÊN CỘT'",
                "say which column is what, once: --column 'closing_backlog direction=export=NAME OF COLUMN'",
            )  # fmt: skip
        return found

    def _styles(self, sheet: str | None) -> dict[object, str | None]:
        """How numbers are written in each column, or of each figure; under None in the whole table."""
        cells: dict[object, list[str]] = {}
        for _, row in self.rows:
            if "kpi" in self.at:
                if "value" in self.at:
                    cells.setdefault(row[self.at["kpi"]].strip(), []).append(row[self.at["value"]])
            else:
                for place in self.wide:
                    cells.setdefault(place, []).append(row[place])
        every = style_of(cell for some in cells.values() for cell in some)
        return {key: style_of(some) or sheet for key, some in cells.items()} | {None: every or sheet}

    def figures(self, row: list[str], line: int) -> list[Observed]:
        """Those of one row."""
        date = None
        if self.stamps is not None:
            date = _date(self.file, row[self.at["date"]], self.stamps, line)
        if "kpi" in self.at:
            return [self._one_a_row(row, date, line)]
        return [
            self._one(figure, (), place, self.header[place], row[place], date, line)
            for place, figure in self.wide.items() if row[place].strip()
        ]  # fmt: skip

    def _one_a_row(self, row: list[str], date: str | None, line: int) -> Observed:
        if "value" not in self.at:
            raise unreadable(
                self.file, ", ".join(self.header), "thiếu cột value", "has no column value",
                "cần các cột: kpi, value, và nếu có: unit, date, nhãn",
                "columns are: kpi, value, and if any: unit, date, labels",
            )  # fmt: skip
        named = {self.at[role] for role in ROLES if role in self.at}
        labels = tuple((n, row[k].strip()) for n, k in self.at.items() if k not in named and row[k].strip())
        kpi, unit = row[self.at["kpi"]].strip(), row[self.at["unit"]].strip() if "unit" in self.at else ""
        figure = f"{kpi} [{unit}]" if unit else kpi
        return self._one(figure, labels, kpi, "value", row[self.at["value"]], date, line)

    def _one(
        self, figure: str, labels: Labels, key: object, column: str, cell: str, date: str | None, line: int
    ) -> Observed:
        name, more, factor = _figure(self.file, figure, line)
        value = self._number(key, column, cell, line)
        return Observed(name, tuple(sorted([*more, *labels])), value * factor, date, line)

    def _number(self, key: object, column: str, cell: str, line: int) -> float:
        style, place = self.styles[key], f"{self.file}, {column}"
        try:
            value = number(cell, style, self.styles[None])
        except UnsureError:
            whole = re.sub(r"\D", "", cell)
            raise unreadable(
                place, cell, f"có thể là {whole}, cũng có thể là số lẻ: bảng này viết cả hai cách",
                f"may be {whole} or a decimal number: this table is written both ways",
                f"hãy viết {whole}, hoặc thêm một số 0: {cell.strip()}0",
                f"write {whole}, or add a nought: {cell.strip()}0", line,
            ) from None  # fmt: skip
        except ValueError:
            raise unreadable(
                place, cell, "không phải số", "is no number", "hãy viết như 1173 hoặc 0,95",
                "write it as 1173 or 0.95", line,
            ) from None  # fmt: skip
        if is_unsure(cell):
            self.unsure.append(f"{cell.strip()} → {value:g}")
        return value

    def doubts(self) -> Iterator[Label]:
        """What may have been meant otherwise, and what was not looked at."""
        if self.unsure:
            seen = ", ".join(list(dict.fromkeys(self.unsure))[:3])
            yield both("calibrate.unsure", count=len(self.unsure), example=seen)
        kept = {*self.wide, *(self.at[role] for role in ROLES if role in self.at)}
        left = [name for k, name in enumerate(self.header) if name and k not in kept]
        if left and self.wide:
            yield both("calibrate.ignored", columns=", ".join(left))


Labels = tuple[tuple[str, str], ...]


def _figure(file: str, text: str, line: int) -> tuple[str, Labels, float]:
    """`closing_backlog direction=export [h]` as its parts, and what a unit of it is in that of results."""
    bare, _, unit = text.strip().removesuffix("]").partition("[")
    if unit.strip() not in UNITS:
        raise unreadable(
            f"{file}, unit", unit, "không phải đơn vị", "is no unit",
            f"hãy chọn một trong: {', '.join(filter(None, UNITS))}",
            f"choose one of: {', '.join(filter(None, UNITS))}", line,
        )  # fmt: skip
    kpi, *labels = re.split(r"[\s,;{}]+", bare.strip())
    pairs = [label.partition("=") for label in labels if "=" in label]
    return kpi, tuple((name, value) for name, _, value in pairs), UNITS[unit.strip()]


def _date(file: str, cell: str, stamps: Stamps, line: int) -> str | None:
    if not cell.strip():
        return None
    time = stamps.read(cell.strip())
    if time <= UNREADABLE:
        raise unreadable(
            f"{file}, date", cell, "không phải ngày", "is no date",
            "hãy viết như 2025-03-12 hoặc 12/03/2025", "write it as 2025-03-12 or 12/03/2025", line,
        )  # fmt: skip
    return str(np.datetime64(time // DAY, "D"))
