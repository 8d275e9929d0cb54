"""Cost against service: a dot for each combination, those that nobody beats joined, the chosen one ringed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_api.charts.svg import Axis, axis, element, path, picture, words
from platform_api.formats import Scale, number
from platform_api.texts import Language, text

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 1060, 360, 80, 56, 16, 30


@dataclass(frozen=True, slots=True)
class Dot:
    """One combination [units of results]."""

    cost: float
    service: float
    name: str
    front: bool
    chosen: bool
    now: bool


def scatter(
    dots: Sequence[Dot], bound: float, scales: tuple[Scale, Scale], heads: tuple[str, str], language: Language
) -> str:
    """The chart as SVG; `bound`: of the service, `scales`, `heads`: of cost and service."""
    of_cost, of_service = scales
    costs = [dot.cost / of_cost.divisor for dot in dots]
    services = [dot.service / of_service.divisor for dot in dots]
    limit = bound / of_service.divisor
    x = axis(min(costs), max(costs), LEFT, WIDTH - RIGHT, marks=6)
    y = axis(min(*services, limit), max(*services, limit), HEIGHT - BOTTOM, TOP, marks=5)
    parts = [*_grid(x, y, heads, language), path([(LEFT, y.at(limit)), (WIDTH - RIGHT, y.at(limit))], "goal")]
    places = [(x.at(cost), y.at(service)) for cost, service in zip(costs, services, strict=True)]
    joined = sorted(place for place, dot in zip(places, dots, strict=True) if dot.front)
    parts += [path(joined, "joined")] if len(joined) > 1 else []
    for place, dot in zip(places, dots, strict=True):
        parts += _dot(*place, dot)
    told = "; ".join(dot.name for dot in dots if dot.front)
    return picture(WIDTH, HEIGHT, parts, text("chart.scatter", language, x=heads[0], y=heads[1], rows=told))


def _grid(x: Axis, y: Axis, heads: tuple[str, str], language: Language) -> list[str]:
    parts = []
    for mark in x.marks():
        parts.append(path([(x.at(mark), TOP), (x.at(mark), HEIGHT - BOTTOM)], "gl"))
        parts.append(words(x.at(mark), HEIGHT - BOTTOM + 18, number(mark, x.digits, language), "t m"))
    for mark in y.marks():
        parts.append(path([(LEFT, y.at(mark)), (WIDTH - RIGHT, y.at(mark))], "gl"))
        parts.append(words(LEFT - 8, y.at(mark) + 4, number(mark, y.digits, language), "t e"))
    parts.append(words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, heads[0], "t m"))
    parts.append(words(LEFT, TOP - 4, heads[1], "t"))
    return parts


def _dot(x: float, y: float, dot: Dot) -> list[str]:
    title = element("title", _escaped(dot.name))
    kind = "dot" if dot.front else "dot off"
    parts = [element("circle", title, cx=x, cy=y, r=4, class_=kind)]
    if dot.chosen:
        parts.append(element("circle", cx=x, cy=y, r=9, class_="ring"))
    if dot.now:
        parts.append(element("rect", x=x - 7, y=y - 7, width=14, height=14, class_="ring"))
    return parts


def _escaped(told: str) -> str:
    from html import escape

    return escape(told)
