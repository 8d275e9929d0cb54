"""What several people who know have told, put together; and where they do not agree.

*Times* vary from case to case: everybody tells the fastest, the usual and the slowest. The three are averaged
one by one, with equal weights, as quantiles are averaged (Lichtendahl, Grushka-Cockayne & Winkler 2013, Is it
better to average probabilities or quantiles?, Management Science 59(7)): the spread stays that of one kind of
work. A linear pool would add the disagreement of those who were asked to the spread of the work.

*Numbers that are what they are* (how many, how often): the lowest and the highest say what is believed of
one number, so beliefs are mixed with equal weights: the linear opinion pool (Stone 1961, The opinion pool,
Annals of Mathematical Statistics 32; Clemen & Winkler 1999, Combining probability distributions from experts
in risk analysis, Risk Analysis 19(2)). Its mean is the mean of the usual values, its range holds everybody's.

*Facts* (hours, yes or no) are not averaged: what most tell, or nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Three:
    """What one person told, low ≤ usual ≤ high."""

    low: float
    usual: float
    high: float


Fact = TypeVar("Fact", bound=Hashable)


def averaged(told: Sequence[Three]) -> Three:
    """The average of each of the three."""
    count = len(told)
    return Three(
        fsum(each.low for each in told) / count,
        fsum(each.usual for each in told) / count,
        fsum(each.high for each in told) / count,
    )


def hull(told: Sequence[Three]) -> tuple[float, float]:
    """From the lowest that anybody told to the highest."""
    return min(each.low for each in told), max(each.high for each in told)


def usual_span(told: Sequence[Three]) -> tuple[float, float]:
    """Where the usual value may lie: half-way to the fastest and the slowest of whoever told the furthest.

    So one person's answer has a range too, and disagreement widens it. That it is half-way is this house's
    assumption; no study is known that measured it.
    """
    return (
        min((each.low + each.usual) / 2 for each in told),
        max((each.usual + each.high) / 2 for each in told),
    )


def apart(told: Sequence[Three]) -> tuple[tuple[int, int], ...]:
    """Who told ranges that do not overlap, as pairs of places."""
    return tuple(
        (a, b)
        for (a, one), (b, other) in combinations(enumerate(told), 2)
        if one.high < other.low or other.high < one.low
    )


def agreed(told: Sequence[Fact]) -> Fact | None:
    """What more than half of them told; None without such a majority."""
    counts = {fact: told.count(fact) for fact in told}
    best = max(counts, key=lambda fact: counts[fact], default=None)
    return best if best is not None and 2 * counts[best] > len(told) else None
