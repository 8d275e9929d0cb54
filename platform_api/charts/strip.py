"""The strip under every figure: interval of the mean, spread between days, range of the assumptions."""

from __future__ import annotations

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import number
from platform_api.reading import Shown
from platform_api.texts import text

WIDTH, HEIGHT = 290, 58


def strip(shown: Shown) -> str:
    """The ranges of one figure on one axis, one row each, sharp to vague; a missing row says why."""
    estimate, scale, language = shown.estimate, shown.scale, shown.language
    if estimate.mean is None:
        return ""
    values = [
        v / scale.divisor for v in _known(estimate.mean, estimate.half_width, estimate.p10, estimate.p90)
    ]
    room = (max(values) - min(values)) * 0.15 or abs(values[0]) * 0.05 or 1.0
    x = axis(min(values) - room, max(values) + room, 18, WIDTH - 18, marks=4)
    parts = [*_scale(x, shown), *_mean_row(x, shown), *_day_row(x, shown)]
    parts.append(words(18, 36, text("range.inputs.missing", language), "t"))
    parts.append(
        path([(x.at(estimate.mean / scale.divisor), 0), (x.at(estimate.mean / scale.divisor), 26)], "mean")
    )
    told = text(
        "chart.strip", language, name=shown.name, mean=shown.mean, half=shown.half_width, days=shown.days,
        spread=shown.spread,
    )  # fmt: skip
    return picture(WIDTH, HEIGHT, parts, told)


def _known(mean: float, half: float | None, low: float | None, high: float | None) -> list[float]:
    around = [mean] if half is None else [mean - half, mean + half]
    return around + [v for v in (low, high) if v is not None]


def _scale(x: Axis, shown: Shown) -> list[str]:
    parts = [path([(x.start, 43), (x.end, 43)], "ax")]
    for mark in x.marks():
        parts.append(path([(x.at(mark), 40), (x.at(mark), 46)], "ax"))
        parts.append(words(x.at(mark), 56, number(mark, x.digits, shown.language), "t m"))
    return parts


def _mean_row(x: Axis, shown: Shown) -> list[str]:
    mean, half = shown.estimate.mean or 0.0, shown.estimate.half_width
    if half is None:
        return [words(18, 11, text("range.mean.missing", shown.language), "t")]
    left, right = (x.at(v / shown.scale.divisor) for v in (mean - half, mean + half))
    return [element("rect", x=left, y=3, width=max(2.0, right - left), height=8, class_="r1")]


def _day_row(x: Axis, shown: Shown) -> list[str]:
    low, high = shown.estimate.p10, shown.estimate.p90
    if low is None or high is None:
        return []
    left, right = x.at(low / shown.scale.divisor), x.at(high / shown.scale.divisor)
    return [element("rect", x=left, y=15, width=max(2.0, right - left), height=8, rx=2, class_="r2")]
