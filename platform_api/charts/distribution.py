"""Observed times and what was fitted to them: how many took no longer than so long."""

from __future__ import annotations

from collections.abc import Sequence

from platform_api.charts.svg import axis, path, picture, words
from platform_api.formats import number, scale_for
from platform_api.texts import Language, text

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 10, 40


def distribution(
    observed: Sequence[float], fitted: Sequence[float], shares: Sequence[float], language: Language,
    title: str,
) -> str:  # fmt: skip
    """Two curves of quantiles [s] at some shares; what was observed is dark, what was fitted is blue."""
    scale = scale_for("s", [max(*observed, *fitted)])
    x = axis(0.0, max(*observed, *fitted) / scale.divisor, LEFT, WIDTH - RIGHT, marks=5, from_zero=True)
    y = axis(0.0, 1.0, HEIGHT - BOTTOM, TOP, marks=4, from_zero=True)
    parts = []
    for mark in y.marks():
        parts.append(path([(LEFT, y.at(mark)), (WIDTH - RIGHT, y.at(mark))], "gl" if mark else "ax"))
        parts.append(words(LEFT - 6, y.at(mark) + 4, f"{number(100 * mark, 0, language)} %", "t e"))
    for mark in x.marks():
        parts.append(path([(x.at(mark), HEIGHT - BOTTOM), (x.at(mark), HEIGHT - BOTTOM + 4)], "ax"))
        parts.append(words(x.at(mark), HEIGHT - BOTTOM + 17, number(mark, x.digits, language), "t m"))
    parts.append(words(WIDTH - RIGHT, HEIGHT - 6, scale.unit_name(language), "t e"))
    for values, look in ((fitted, "fmean"), (observed, "whisker")):
        points = [(x.at(v / scale.divisor), y.at(p)) for v, p in zip(values, shares, strict=True)]
        parts.append(path(points, look))
    half = len(shares) // 2
    told = text(
        "chart.distribution", language, title=title, observed=scale.full(observed[half], language),
        fitted=scale.full(fitted[half], language),
    )  # fmt: skip
    return picture(WIDTH, HEIGHT, parts, told)
