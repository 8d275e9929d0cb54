"""A fan: what may come by the hour, as bands around the median, with a limit across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from platform_api.charts.curve import BOTTOM, HEIGHT, HOUR, LEFT, RIGHT, TOP, WIDTH, hour_marks, levels
from platform_api.charts.svg import Axis, axis, path, picture, words
from platform_api.formats import number
from platform_api.texts import Language, text

LETTER = 12
"""Height of the words in a chart."""

BANDS = (("p5", "p95"), ("p10", "p90"), ("p25", "p75"))
"""From the widest to the narrowest: each is drawn over those before it and is darker so."""


@dataclass(frozen=True, slots=True)
class FanChart:
    """What is drawn. hours : of the looks, from now · quantiles : name → a value for each look"""

    title: str
    start: datetime
    hours: Sequence[float]
    quantiles: Mapping[str, Sequence[float]]
    limit: int | None = None


def fan_chart(of: FanChart, language: Language) -> str:
    """The fan as SVG."""
    length = of.hours[-1] * HOUR
    top = max(*of.quantiles["p95"], of.limit or 0.0, 1.0)
    x = Axis(0.0, length, LEFT, WIDTH - RIGHT, 1.0)
    y = axis(0.0, top, HEIGHT - BOTTOM, TOP, marks=4, from_zero=True)
    parts = [*levels(y, language), *hour_marks(of.start, x, length, language)]
    for low, high in BANDS:
        there, back = (_points(of, of.quantiles[name], x, y) for name in (low, high))
        parts.append(path([*there, *reversed(back)], "fband", closed=True))
    parts.append(path(_points(of, of.quantiles["p50"], x, y), "fmean"))
    if of.limit is not None:
        parts.append(path([(LEFT, y.at(of.limit)), (WIDTH - RIGHT, y.at(of.limit))], "whisker"))
        told = text("forecast.limit.line", language, limit=number(of.limit, 0, language))
        above = y.at(of.limit) - 5
        parts.append(words(WIDTH - RIGHT, above if above > LETTER else above + 5 + LETTER, told, "t e"))
    return picture(WIDTH, HEIGHT, parts, _told(of, language))


def _points(of: FanChart, values: Sequence[float], x: Axis, y: Axis) -> list[tuple[float, float]]:
    return [(x.at(hour * HOUR), y.at(value)) for hour, value in zip(of.hours, values, strict=True)]


def _told(of: FanChart, language: Language) -> str:
    ends = {
        "first": of.quantiles["p50"][0],
        "last": of.quantiles["p50"][-1],
        "low": of.quantiles["p5"][-1],
        "high": of.quantiles["p95"][-1],
    }
    shown = {name: number(value, 0, language) for name, value in ends.items()}
    return text("forecast.chart", language, title=of.title, **shown)
