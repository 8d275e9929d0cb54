"""When who is busy: hours of the day across, places down, the busy share in every cell."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from platform_api.charts.svg import element, picture, words
from platform_api.texts import Language, text

WIDTH, LABELS, ROW = 1060, 270, 24
EDGES = (0.20, 0.40, 0.60, 0.75, 0.85, 0.95)
"""Between the seven steps of the ramp; its jump from light to dark lies at 60 %."""


@dataclass(frozen=True, slots=True)
class Busyness:
    """One place: its busy share in each hour of the day, None where nobody is scheduled."""

    name: str
    hours: Sequence[float | None]


def heat_map(rows: Sequence[Busyness], language: Language) -> str:
    """The map as SVG: every cell prints its number, a cell without schedule is hatched."""
    cell = (WIDTH - LABELS - 8) / 24
    parts = [words(LABELS + cell * (hour + 0.5), 12, f"{hour}", "t m") for hour in range(24)]
    for i, row in enumerate(rows):
        top = 18 + ROW * i
        parts.append(words(LABELS - 8, top + 16, textwrap.shorten(row.name, 44, placeholder="…"), "l e"))
        parts += [
            part for hour, v in enumerate(row.hours) for part in _cell(v, LABELS + cell * hour, top, cell)
        ]
    told = "; ".join(f"{row.name}: {_peak(row, language)}" for row in rows)
    return picture(WIDTH, 24 + ROW * len(rows), parts, text("chart.heat", language, rows=told))


def _cell(value: float | None, left: float, top: int, width: float) -> list[str]:
    box: dict[str, Any] = {"x": left + 1, "y": top + 1, "width": width - 2, "height": ROW - 2}
    if value is None:
        return [element("rect", class_="off", **box)]
    step = sum(value >= edge for edge in EDGES)
    digits = words(left + width / 2, top + 16, f"{100 * value:.0f}", f"hv{' w' if step > 2 else ''}")
    return [element("rect", class_=f"h{step}", **box), digits]


def _peak(row: Busyness, language: Language) -> str:
    known = [(value, hour) for hour, value in enumerate(row.hours) if value is not None]
    if not known:
        return text("chart.heat.never", language)
    value, hour = max(known)
    return text("chart.heat.peak", language, share=f"{100 * value:.0f}", hour=hour)
