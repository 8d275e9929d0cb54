"""Assumptions as dials: numbers that nobody published or measured, each to be turned within its range.

A dial is turned by overrides. The shares of one mapping add up to 100 %: those that are not turned make room
in proportion, and if all are turned they are scaled together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from scenarios.magnitudes import magnitude
from scenarios.paths import Path, dotted, get, parsed
from scenarios.quantities import ASSUMPTION, ELICITED
from scenarios.resolved import Parameter
from scenarios.units import MEASURED, format_duration, format_money, format_rate, format_share

COARSE, FINE = 3, 6
"""Decimals of a share or factor: a factor is no finer than 0.1 %."""

JUDGED = (ASSUMPTION, ELICITED)
"""Sources of numbers that nobody measured: what somebody believes can be turned as what nobody knows."""

DECADE = 10.0
"""A range whose ends are this many times apart is turned by the logarithm."""


@dataclass(frozen=True, slots=True)
class Dial:
    """One assumption.

    low, high, now : ends of its range and its value, in the base unit of its kind · kind : duration [ms],
    rate [1/d], money [VND], share, count, number, or the unit of what is measured in one of its own
    """

    path: str
    kind: str
    low: float
    high: float
    now: float
    written: str
    owner: str | None

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only."""
        return self.kind == "count"

    def at(self, u: float) -> float:
        """Its value at a place u of its range, 0 ≤ u ≤ 1."""
        if self.is_whole:
            return float(min(self.high, math.floor(self.low + u * (self.high - self.low + 1))))
        if self.low > 0 and self.high / self.low >= DECADE:
            return math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        return self.low + u * (self.high - self.low)

    def between(self, one: float, other: float) -> float:
        """Half-way from one value to another, on the same scale."""
        if self.is_whole:
            return float((one + other) // 2)
        if self.low > 0 and self.high / self.low >= DECADE:
            return math.sqrt(one * other)
        return (one + other) / 2

    def told(self, value: float) -> str:
        """A value as it may be written in a scenario."""
        if self.kind == "duration":
            return format_duration(max(1 if self.low > 0 else 0, round(value)))
        if self.kind == "rate":
            return format_rate(float(value))
        if self.kind in MEASURED:
            return f"{value:.12g} {self.kind}"
        if self.kind == "money":
            return format_money(round(value))
        if self.kind == "share":
            return format_share(round(float(value), FINE if self.high - self.low < 0.01 else COARSE))
        return str(round(value)) if self.is_whole else f"{value:.9g}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Opening hours with a range: turned to either end, since nothing lies between them.

    ends : hours ("07:00-18:00"), with their days where these change too ("mon-sun 07:00-18:00")
    """

    path: str
    written: str
    owner: str | None
    ends: tuple[str, str]
    low: float = 0.0
    high: float = 1.0

    def told(self, value: float) -> str:
        """The end that a value stands for."""
        return self.ends[round(value)]

    def setting(self, value: float) -> dict[str, Any]:
        """The override that turns it there."""
        *above, days = parsed(self.path)
        hours = self.told(value)
        if days == "weekly" or hours[0].isalpha():
            named, hours = hours.split(" ", 1) if hours[0].isalpha() else ("", hours)
            weekly = (*above, days) if days == "weekly" else tuple(above)
            return {dotted(weekly): {named or "mon-sun": hours}}
        return {self.path: hours}


_HOURS = re.compile(r"([a-z][a-z,-]* )?\d\d:\d\d-\d\d:\d\d(, ?\d\d:\d\d-\d\d:\d\d)*")


def choices(parameters: Iterable[Parameter]) -> list[Choice]:
    """Opening hours of which another opening is thought possible, written as hours."""
    return [
        Choice(each.path, each.value, each.owner, each.range)
        for each in parameters
        if each.range is not None and ".weekly" in each.path and all(map(_HOURS.fullmatch, each.range))
    ]


def ranged(parameters: Iterable[Parameter]) -> list[Dial]:
    """All numbers with a range: assumptions, what was fitted, and what was published for something near."""
    found = (_dial(each) for each in parameters if each.range is not None)
    return [dial for dial in found if dial is not None]


def dials(parameters: Iterable[Parameter], written: Iterable[Mapping[str, Any]]) -> list[Dial]:
    """The assumptions that stand with the same value in every one of some scenarios, and have a range."""
    sides = list(written)
    found = (_dial(each) for each in parameters if each.source in JUDGED and each.range is not None)
    return [dial for dial in found if dial is not None and _stands_alike(dial, sides)]


def unturned(parameters: Iterable[Parameter], written: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The assumptions that are no dials, by reason, by their paths.

    variant : it does not read the same in all scenarios · range : none is stated · kind : not one number
    """
    sides = list(written)
    found: dict[str, list[str]] = {"variant": [], "range": [], "kind": []}
    for each in parameters:
        if each.source not in JUDGED:
            continue
        dial = None if each.range is None else _dial(each)
        if any(get(side, parsed(each.path)) != get(sides[0], parsed(each.path)) for side in sides):
            found["variant"].append(each.path)
        elif each.range is None:
            found["range"].append(each.path)
        elif dial is None or not _stands_alike(dial, sides):
            found["kind"].append(each.path)
    return {reason: paths for reason, paths in found.items() if paths}


def _dial(parameter: Parameter) -> Dial | None:
    assert parameter.range is not None
    return dial_of(parameter.path, parameter.value, parameter.range, parameter.owner)


def dial_of(path: str, now: str, ends: Iterable[str], owner: str | None = None) -> Dial | None:
    """A number as a dial between others of its kind; None if they are of several, or all alike."""
    told = list(ends)
    sizes, here = [magnitude(end) for end in told], magnitude(now)
    if here is None or any(size is None or size[0] != here[0] for size in sizes):
        return None
    found = sorted(size[1] for size in sizes if size is not None)
    if found[0] == found[-1]:
        return None
    return Dial(path, _kind(here[0], (now, *told)), found[0], found[-1], here[1], now, owner)


def _kind(kind: str, texts: Iterable[str]) -> str:
    told = list(texts)
    if kind != "number":
        return kind
    if any("%" in text for text in told):
        return "share"
    return "count" if all(text.strip().isdigit() for text in told) else "number"


def _stands_alike(dial: Dial, sides: list[Mapping[str, Any]]) -> bool:
    values = [value_told(get(side, parsed(dial.path))) for side in sides]
    return values[0] is not None and all(value == values[0] for value in values)


def value_told(written: Any) -> str | None:
    """A quantity's own text, with or without its pedigree."""
    inner = written.get("value") if isinstance(written, dict) else written
    return None if inner is None or isinstance(inner, dict | list) else str(inner)


# ---- turning ----------------------------------------------------------------------------------------------

ASCENDING = ("fastest", "usual", "slowest")
"""Numbers of one distribution that stand in this order."""


def at_point(found: Sequence[Dial], row: Sequence[float]) -> dict[Dial, float]:
    """The values of some dials at a point of the space of all, each between 0 and 1.

    Numbers that stand in an order (fastest, usual, slowest) are drawn together: what was drawn for them is
    sorted, which leaves each within its own range as long as the ranges stand in that order too.
    """
    values = {dial: dial.at(float(u)) for dial, u in zip(found, row, strict=True)}
    groups: dict[Path, list[Dial]] = {}
    for dial in values:
        path = parsed(dial.path)
        if path[-1] in ASCENDING:
            groups.setdefault(path[:-1], []).append(dial)
    for group in groups.values():
        group.sort(key=lambda dial: ASCENDING.index(str(parsed(dial.path)[-1])))
        values |= dict(zip(group, sorted(values[dial] for dial in group), strict=True))
    return values


def turned(written: Mapping[str, Any], values: Mapping[Dial, float]) -> dict[str, str]:
    """The overrides that turn some dials of a scenario; shares beside them make room."""
    plain = {dial.path: dial.told(value) for dial, value in values.items()}
    groups: dict[Path, dict[str, float]] = {}
    for dial, value in values.items():
        path = parsed(dial.path)
        if dial.kind == "share" and _is_whole(written, path[:-1]):
            groups.setdefault(path[:-1], {})[str(path[-1])] = float(value)
    for above, given in groups.items():
        shares = _rescaled(_shares(written, above) or {}, given)
        plain |= {dotted((*above, name)): format_share(share) for name, share in shares.items()}
    return plain


def is_twin(written: Mapping[str, Any], one: Dial, other: Dial) -> bool:
    """Whether two dials turn one thing: a share and what is left of the whole for the only other one."""
    (*above, _), (*above_other, _) = parsed(one.path), parsed(other.path)
    shares = (
        _shares(written, tuple(above)) if above == above_other and _is_whole(written, tuple(above)) else {}
    )
    return len(shares or {}) == 2


def with_values(written: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A copy of plain data with other values, without the pedigree of what stood there."""
    data = dict(written)
    for path, value in values.items():
        *above, last = parsed(path)
        inside: Any = data
        for key in above:  # what lies on the way is copied, the rest is shared
            inside[key] = copy(inside[key])
            inside = inside[key]
        inside[last] = value
    return data


def _shares(written: Mapping[str, Any], above: Path) -> dict[str, float] | None:
    """The shares of a mapping; None if it is none of shares."""
    inside = get(written, above)
    found: dict[str, float] = {}
    for name, value in inside.items() if isinstance(inside, dict) else ():
        told = value_told(value)
        size = magnitude(told) if told is not None and "%" in told else None
        if size is None:
            return None
        found[name] = size[1]
    return found


def _is_whole(written: Mapping[str, Any], above: Path) -> bool:
    shares = _shares(written, above)
    return shares is not None and math.isclose(math.fsum(shares.values()), 1.0, abs_tol=1e-9)


def _rescaled(shares: dict[str, float], given: dict[str, float]) -> dict[str, float]:
    """Shares with some given, adding up to one again (to the last digit of what is written)."""
    rest = {name: share for name, share in shares.items() if name not in given}
    taken, left = math.fsum(given.values()), math.fsum(rest.values())
    if taken <= 1 and left > 0:
        made = given | {name: share * (1 - taken) / left for name, share in rest.items()}
    elif taken < 1 and rest:  # the others are nothing as it is written: they take what is left alike
        made = given | dict.fromkeys(rest, (1 - taken) / len(rest))
    else:
        made = {name: share / taken for name, share in given.items()} | dict.fromkeys(rest, 0.0)
    made = {name: round(made[name], 9) for name in shares}
    largest = max(made, key=lambda name: made[name])
    made[largest] = round(1 - math.fsum(share for name, share in made.items() if name != largest), 9)
    return made
