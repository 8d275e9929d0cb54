"""Heat maps: a shade and a number in every cell; and when who is busy, by hour of the day."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from platform_api.charts.svg import element, picture, words
from platform_api.texts import Language, text

WIDTH, LABELS, ROW = 1060, 270, 24
EDGES = (0.20, 0.40, 0.60, 0.75, 0.85, 0.95)
"""Between the seven steps of the ramp; its jump from light to dark lies at 60 %."""

STEPS = len(EDGES) + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed in a cell, its shade (0 … 6), and what is told of it when it is pointed at."""

    told: str
    step: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; None where there is nothing to tell."""

    name: str
    cells: Sequence[Cell | None]


def heat_map(rows: Sequence[Row], columns: Sequence[str], told: str) -> str:
    """The map as SVG: every cell prints its number, an empty one is hatched; `told` says it in words."""
    width = (WIDTH - LABELS - 8) / len(columns)
    parts = [words(LABELS + width * (i + 0.5), 12, name, "t m") for i, name in enumerate(columns)]
    for i, row in enumerate(rows):
        top = 18 + ROW * i
        parts.append(words(LABELS - 8, top + 16, textwrap.shorten(row.name, 44, placeholder="…"), "l e"))
        parts += [
            part for k, cell in enumerate(row.cells) for part in _cell(cell, LABELS + width * k, top, width)
        ]
    return picture(WIDTH, 24 + ROW * len(rows), parts, told)


def _cell(cell: Cell | None, left: float, top: int, width: float) -> list[str]:
    box: dict[str, Any] = {"x": left + 1, "y": top + 1, "width": width - 2, "height": ROW - 2}
    if cell is None:
        return [element("rect", class_="off", **box)]
    digits = words(left + width / 2, top + 16, cell.told, f"hv{' w' if cell.step > 2 else ''}")
    title = element("title", escape(cell.title)) if cell.title else ""
    return [element("rect", title, class_=f"h{cell.step}", **box), digits]


# ---- who is busy when ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Busyness:
    """One place: its busy share in each hour of the day, None where nobody is scheduled."""

    name: str
    hours: Sequence[float | None]


def busy_map(rows: Sequence[Busyness], language: Language) -> str:
    """Hours of the day across, places down, the busy share in every cell."""
    told = "; ".join(f"{row.name}: {_peak(row, language)}" for row in rows)
    drawn = [Row(row.name, [None if v is None else _share(v) for v in row.hours]) for row in rows]
    return heat_map(drawn, [str(hour) for hour in range(24)], text("chart.heat", language, rows=told))


def _share(value: float) -> Cell:
    return Cell(f"{100 * value:.0f}", sum(value >= edge for edge in EDGES))


def _peak(row: Busyness, language: Language) -> str:
    known = [(value, hour) for hour, value in enumerate(row.hours) if value is not None]
    if not known:
        return text("chart.heat.never", language)
    value, hour = max(known)
    return text("chart.heat.peak", language, share=f"{100 * value:.0f}", hour=hour)
