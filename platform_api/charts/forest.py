"""Differences beside each other: a mark and its interval each, the day-to-day spread behind, zero in view."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import Scale, number
from platform_api.texts import Language, text

WIDTH, LABELS, VALUES, ROW = 1060, 300, 150, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One difference [unit of results]: mean, half-width of its interval, spread of the days."""

    name: str
    mean: float
    half: float | None
    low: float | None
    high: float | None
    kind: str  # of the verdict
    told: str


def forest(bars: Sequence[Bar], scale: Scale, language: Language, title: str) -> str:
    """The chart as SVG."""
    ends = [value / scale.divisor for bar in bars for value in _ends(bar)]
    x = axis(min(0.0, *ends), max(0.0, *ends), LABELS, WIDTH - VALUES, marks=6)
    height = ROW * len(bars) + 30
    parts = _grid(x, height, language)
    for i, bar in enumerate(bars):
        parts += _bar(bar, ROW * i, x, scale)
    rows = "; ".join(f"{bar.name}: {bar.told}" for bar in bars)
    return picture(WIDTH, height, parts, text("chart.forest", language, title=title, rows=rows))


def _ends(bar: Bar) -> list[float]:
    half = bar.half or 0.0
    return [bar.mean - half, bar.mean + half, *(v for v in (bar.low, bar.high) if v is not None)]


def _grid(x: Axis, height: int, language: Language) -> list[str]:
    parts = []
    for mark in x.marks():
        style = "ax" if abs(mark) < x.step / 2 else "gl"
        parts.append(path([(x.at(mark), 0), (x.at(mark), height - 24)], style))
        parts.append(words(x.at(mark), height - 8, number(mark, x.digits, language), "t m"))
    return parts


def _bar(bar: Bar, top: float, x: Axis, scale: Scale) -> list[str]:
    middle = top + ROW / 2
    lines = textwrap.wrap(bar.name, 44)[:2]
    first = middle + (4 if len(lines) == 1 else -3)
    parts = [words(LABELS - 10, first + 13 * i, line, "l e") for i, line in enumerate(lines)]
    if bar.low is not None and bar.high is not None:
        left, right = (x.at(value / scale.divisor) for value in (bar.low, bar.high))
        parts.append(
            element("rect", x=left, y=middle - 9, width=max(2.0, right - left), height=18, class_="r2")
        )
    half = bar.half or 0.0
    left, right = (x.at((bar.mean + side * half) / scale.divisor) for side in (-1, 1))
    parts.append(element("rect", x=left, y=middle - 4, width=max(2.0, right - left), height=8, class_="r1"))
    at = x.at(bar.mean / scale.divisor)
    parts.append(path([(at, middle - 9), (at, middle + 9)], "mean"))
    parts.append(words(WIDTH - VALUES + 12, middle + 4, bar.told, "v"))
    return parts
