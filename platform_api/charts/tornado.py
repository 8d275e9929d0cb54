"""A tornado: what each factor does by itself, from low to high, the widest on top."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import Scale, number
from platform_api.texts import Language, text

WIDTH, LABELS, ROW = 1060, 330, 34


@dataclass(frozen=True, slots=True)
class Pair:
    """The changes of a figure at both ends of a factor, with the half-widths of their intervals."""

    name: str
    low: float
    low_half: float | None
    high: float
    high_half: float | None


def tornado(pairs: Sequence[Pair], scale: Scale, language: Language, title: str) -> str:
    """The chart as SVG."""
    ends = [value / scale.divisor for pair in pairs for value in _reach(pair)]
    x = axis(min(0.0, *ends), max(0.0, *ends), LABELS, WIDTH - 20, marks=6)
    height = ROW * len(pairs) + 30
    parts = _grid(x, height, language)
    for i, pair in enumerate(pairs):
        parts += _bars(pair, ROW * i + ROW / 2, x, scale)
    told = "; ".join(
        f"{pair.name}: {_told(pair.low, scale, language)}, {_told(pair.high, scale, language)}"
        for pair in pairs
    )
    return picture(WIDTH, height, parts, text("chart.forest", language, title=title, rows=told))


def _told(value: float, scale: Scale, language: Language) -> str:
    return number(value / scale.divisor, max(1, scale.digits), language)


def _reach(pair: Pair) -> list[float]:
    low, high = pair.low_half or 0.0, pair.high_half or 0.0
    return [pair.low - low, pair.low + low, pair.high - high, pair.high + high]


def _grid(x: Axis, height: int, language: Language) -> list[str]:
    parts = []
    for mark in x.marks():
        style = "ax" if abs(mark) < x.step / 2 else "gl"
        parts.append(path([(x.at(mark), 0), (x.at(mark), height - 24)], style))
        parts.append(words(x.at(mark), height - 8, number(mark, x.digits, language), "t m"))
    return parts


def _bars(pair: Pair, middle: float, x: Axis, scale: Scale) -> list[str]:
    parts = [words(LABELS - 10, middle + 4, textwrap.shorten(pair.name, 52, placeholder="…"), "l e")]
    for value, half, style in ((pair.low, pair.low_half, "r2"), (pair.high, pair.high_half, "r1")):
        left, right = sorted((x.at(0.0), x.at(value / scale.divisor)))
        wide = max(1.0, right - left)
        parts.append(element("rect", x=left, y=middle - 8, width=wide, height=16, class_=style))
        ends = [x.at((value + side * (half or 0.0)) / scale.divisor) for side in (-1, 1)]
        parts.append(path([(ends[0], middle), (ends[1], middle)], "whisker"))
    return parts
