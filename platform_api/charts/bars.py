"""Bars, one row a place: time stacked by state, and how busy people and machines are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import Scale, number
from platform_api.texts import Language, text

WIDTH = 1060
LABELS = 270
"""Room for the names of the rows [px]."""

ROW = 30
STATES = ("service", "process", "wait", "blocked")
"""In this order everywhere: served, waiting by process (nobody works), waiting in line, blocked."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One row: the mean times of the four states [s], in the order of STATES, and the total in words."""

    name: str
    parts: tuple[float, float, float, float]
    total: str


def stacked(rows: Sequence[Stack], scale: Scale, language: Language, title: str) -> str:
    """Time by place, stacked by state; textures and order tell the states apart without colour."""
    height = ROW * len(rows) + 34
    most = max((sum(row.parts) for row in rows), default=1.0) / scale.divisor
    x = axis(0.0, most, LABELS, WIDTH - 130, marks=6, from_zero=True)
    parts = _grid(x, height, language)
    for i, row in enumerate(rows):
        parts += _stack(row, ROW * i, x, scale)
    told = "; ".join(f"{row.name} {row.total}" for row in rows)
    return picture(WIDTH, height, parts, text("chart.stack", language, title=title, rows=told))


def _grid(x: Axis, height: int, language: Language) -> list[str]:
    parts = []
    for mark in x.marks():
        parts.append(path([(x.at(mark), 0), (x.at(mark), height - 26)], "gl" if mark else "ax"))
        parts.append(words(x.at(mark), height - 10, number(mark, x.digits, language), "t m"))
    return parts


def _stack(row: Stack, top: float, x: Axis, scale: Scale) -> list[str]:
    parts, left = _name(row.name, top), 0.0
    for state, seconds in zip(STATES, row.parts, strict=True):
        right = left + seconds / scale.divisor
        width = x.at(right) - x.at(left) - 1.5
        if width > 0:
            parts.append(
                element("rect", x=x.at(left), y=top + 6, width=width, height=17, class_=f"s-{state}")
            )
        left = right
    parts.append(words(x.at(left) + 6, top + 19, row.total, "v"))
    return parts


def _name(name: str, top: float) -> list[str]:
    lines = textwrap.wrap(name, 40)[:2]
    first = top + (19 if len(lines) == 1 else 12)
    return [words(LABELS - 8, first + 13 * i, line, "l e") for i, line in enumerate(lines)]


@dataclass(frozen=True, slots=True)
class Busy:
    """How busy a pool is: mean and spread between days, as ratios."""

    mean: float
    low: float | None
    high: float | None


def busy_bar(of: Busy, told: str) -> str:
    """A small bar from 0 to 100 %, with a whisker for the days."""
    x = Axis(0.0, 1.0, 1.0, 159.0, 0.25)
    parts = [element("rect", x=1, y=3, width=158, height=10, class_="trough")]
    parts.append(element("rect", x=1, y=3, width=x.at(min(1.0, of.mean)) - 1, height=10, class_="r1"))
    if of.low is not None and of.high is not None:
        low, high = x.at(min(1.0, of.low)), x.at(min(1.0, of.high))
        parts.append(path([(low, 8), (high, 8)], "whisker"))
        parts += [path([(at, 4), (at, 12)], "whisker") for at in (low, high)]
    return picture(160, 16, parts, told)
