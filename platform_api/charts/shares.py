"""Bars from zero, to either side, one row each, with the interval of each as a whisker."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from platform_api.charts.svg import axis, element, path, picture, words
from platform_api.formats import number, scale_for
from platform_api.texts import Language

WIDTH = 1060
LABELS = 400
"""Room for the names of the rows [px]."""

ROW = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, a length of time and the half-width of its interval [s]."""

    name: str
    value: float
    reach: float | None


def share_bars(rows: Sequence[Bar], language: Language, title: str) -> str:
    """The rows, with their values in words beside them."""
    scale = scale_for("s", [row.value for row in rows])
    ends = [(row.value + side * (row.reach or 0.0)) / scale.divisor for row in rows for side in (-1, 1)]
    x = axis(min(0.0, *ends), max(0.0, *ends), LABELS, WIDTH - 130, marks=6, from_zero=min(ends) >= 0)
    height = ROW * len(rows) + 34
    parts = []
    for mark in x.marks():
        parts.append(path([(x.at(mark), 0), (x.at(mark), height - 26)], "gl" if mark else "ax"))
        told = f"{number(mark, x.digits, language)}"
        parts.append(words(x.at(mark), height - 10, told, "t m"))
    for i, row in enumerate(rows):
        parts += _row(row, ROW * i, x.at(row.value / scale.divisor), x.at(0.0))
        if row.reach is not None:
            low, high = (x.at((row.value + side * row.reach) / scale.divisor) for side in (-1, 1))
            parts.append(path([(low, ROW * i + 14), (high, ROW * i + 14)], "whisker"))
        far = max(x.at((row.value + (row.reach or 0.0)) / scale.divisor), x.at(0.0))
        parts.append(words(far + 6, ROW * i + 19, scale.full(row.value, language), "v"))
    told = "; ".join(f"{row.name} {scale.full(row.value, language)}" for row in rows)
    return picture(WIDTH, height, parts, f"{title} [{scale.unit_name(language)}]. {told}")


def _row(row: Bar, top: float, at: float, zero: float) -> list[str]:
    lines = textwrap.wrap(row.name, 62)[:2]
    first = top + (19 if len(lines) == 1 else 12)
    parts = [words(LABELS - 8, first + 13 * i, line, "l e") for i, line in enumerate(lines)]
    left, width = min(at, zero), abs(at - zero)
    if width > 0:
        parts.append(element("rect", x=left, y=top + 7, width=width, height=15, class_="r1"))
    return parts
