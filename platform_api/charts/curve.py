"""How many there are at each hour: the mean over replications, with the band of the days around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import date, number
from platform_api.texts import Language, text

WIDTH, HEIGHT = 1060, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 36, 12, 28

HOUR = 3600.0

STEPS = (1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 30 * 24, 61 * 24, 122 * 24)
"""Distances of marks on the time axis [h]."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A published count at an instant."""

    at: float  # [s] from the start
    value: float
    mark: str  # given, fitted or predicted
    told: str


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn."""

    title: str
    start: datetime  # local time of the first point
    step: float  # [s]
    mean: Sequence[float]
    low: Sequence[float] | None
    high: Sequence[float] | None
    closed: Sequence[tuple[float, float]] = ()  # [s] from the start
    observed: Sequence[Observed] = ()


def curve(of: Curve, language: Language) -> str:
    """The curve as SVG."""
    length = of.step * max(1, len(of.mean) - 1)
    top = max([*of.mean, *(of.high or ()), *(o.value for o in of.observed), 1.0])
    x = Axis(0.0, length, LEFT, WIDTH - RIGHT, 1.0)
    y = axis(0.0, top, HEIGHT - BOTTOM, TOP, marks=4, from_zero=True)
    parts = [*_nights(of, x, length), *levels(y, language), *hour_marks(of.start, x, length, language)]
    parts += [*_band(of, x, y), path(_points(of, of.mean, x, y), "fmean"), *_marks(of, x, y)]
    peak = max(range(len(of.mean)), key=of.mean.__getitem__)
    told = text(
        "chart.curve", language, title=of.title, first=number(of.mean[0], 0, language),
        peak=number(of.mean[peak], 0, language), when=_when(of.start, of.step * peak, language),
        last=number(of.mean[-1], 0, language),
    )  # fmt: skip
    return picture(WIDTH, HEIGHT, parts, told)


def _points(of: Curve, values: Sequence[float], x: Axis, y: Axis) -> list[tuple[float, float]]:
    return [(x.at(of.step * i), y.at(value)) for i, value in enumerate(values)]


def _nights(of: Curve, x: Axis, length: float) -> list[str]:
    """Hours when everything is closed."""
    shown = ((max(0.0, a), min(length, b)) for a, b in of.closed)
    return [
        element(
            "rect", x=x.at(a), y=TOP, width=x.at(b) - x.at(a), height=HEIGHT - BOTTOM - TOP, class_="night"
        )
        for a, b in shown
        if a < b
    ]


def levels(y: Axis, language: Language) -> list[str]:
    """Marks across at round numbers."""
    parts = []
    for mark in y.marks():
        style = "gl" if mark else "ax"
        parts.append(path([(LEFT, y.at(mark)), (WIDTH - RIGHT, y.at(mark))], style))
        parts.append(words(LEFT - 6, y.at(mark) + 4, number(mark, y.digits, language), "t e"))
    return parts


def hour_marks(start: datetime, x: Axis, length: float, language: Language) -> list[str]:
    """Marks at round local times, about ten of them; `length` in seconds from the start."""
    step = next((s for s in STEPS if length / HOUR / s <= 12), STEPS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = (midnight - start).total_seconds()
    parts = []
    while at <= length:
        if at >= 0:
            parts.append(path([(x.at(at), HEIGHT - BOTTOM), (x.at(at), HEIGHT - BOTTOM + 4)], "ax"))
            parts.append(words(x.at(at), HEIGHT - BOTTOM + 17, _when(start, at, language, step), "t m"))
        at += step * HOUR
    return parts


def _when(start: datetime, at: float, language: Language, step: float = 1) -> str:
    """A time of day, or a date at midnight and on long axes."""
    moment = start + timedelta(seconds=at)
    if step >= 24 or (step > 1 and moment.hour == moment.minute == 0):
        return date(moment, language)
    return f"{moment:%H:%M}"


def _band(of: Curve, x: Axis, y: Axis) -> list[str]:
    if of.low is None or of.high is None:
        return []
    return [path([*_points(of, of.low, x, y), *reversed(_points(of, of.high, x, y))], "fband", closed=True)]


def _marks(of: Curve, x: Axis, y: Axis) -> list[str]:
    """Published counts as diamonds with their words."""
    parts = []
    for seen in of.observed:
        across, up = x.at(seen.at), y.at(seen.value)
        side, style = (-10, f"t e {seen.mark}") if across > WIDTH / 2 else (10, f"t {seen.mark}")
        diamond = [(across, up - 7), (across + 7, up), (across, up + 7), (across - 7, up)]
        parts.append(path(diamond, f"obs {seen.mark}", closed=True))
        parts.append(words(across + side, up - 9, seen.told, style))
    return parts
