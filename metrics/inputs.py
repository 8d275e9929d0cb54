"""Does a verdict survive what is not known: assumptions over their ranges, and where one overturns it.

More replications shrink the error of simulating, never this. Barton, Lam & Song (2022), Input uncertainty in
stochastic simulation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.statistics import LEVEL, Floats, Interval, average, deviation, half_width


def space_filling(points: int, dials: int, seed: int) -> Floats:
    """A Latin hypercube: every dial once in every one of so many parts of its range.

    McKay, Beckman & Conover (1979), A comparison of three methods for selecting values of input variables.
    """
    from scipy.stats import qmc

    made: Floats = qmc.LatinHypercube(d=dials, rng=np.random.default_rng(seed)).random(points)
    return made


MOST_SKIPPED = 0.25
"""Of the points, at the most: with more of them left out, those that are left do not fill the ranges."""


def fills(points: int, skipped: int) -> bool:
    """Whether so many points, with so many left out, tell anything of the whole ranges."""
    return points > 0 and skipped <= MOST_SKIPPED * (points + skipped)


@dataclass(frozen=True, slots=True)
class Survival:
    """At how many points a verdict holds, is reversed (significantly), or cannot be told."""

    holds: int
    reversed: int
    undecided: int


def survival(sign: int, means: Sequence[float], reaches: Sequence[float], margin: float = 0.0) -> Survival:
    """Of a verdict by its sign: −1 or 1 of a difference, 0 of none.

    No difference is reversed by any that is shown to be larger than the margin, of either sign.
    """
    if sign:
        seen = [0 if abs(m) <= r else int(math.copysign(1, m)) for m, r in zip(means, reaches, strict=True)]
        holds, against = seen.count(sign), seen.count(-sign)
    else:
        sizes = [(abs(m) - r, abs(m) + r) for m, r in zip(means, reaches, strict=True)]
        against = sum(least > margin for least, _ in sizes)
        holds = sum(most <= margin for _, most in sizes) if margin else len(sizes) - against
    return Survival(holds, against, len(means) - holds - against)


def stands(sign: int, x: Floats, margin: float = 0.0) -> bool:
    """Whether the differences of some replications leave a verdict as it is.

    One of a sign is lost where the interval holds zero; one of no difference where the interval lies beyond
    the margin.
    """
    mean, reach = average(x), half_width(x)
    return mean * sign > reach if sign else abs(mean) - reach <= margin


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's."""
    from scipy.stats import rankdata

    a, b = rankdata(x), rankdata(y)
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def input_share(table: Floats) -> tuple[float, Interval]:
    """The share of the variance between design points that is due to the inputs, with its interval.

    table : a row for each design point, a column for each replication, the same replications in every row
    (two-way analysis: replications are taken out). Negative estimates are 0.
    """
    from scipy.stats import f

    k, r = table.shape
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = r * math.fsum((rows - table.mean()) ** 2) / (k - 1)
    rest = table - rows[:, None] - columns[None, :] + table.mean()
    within = math.fsum((rest**2).ravel()) / ((k - 1) * (r - 1))
    if within == 0:
        whole = 1.0 if between > 0 else 0.0
        return whole, (whole, whole)
    ratio, freedom = between / within, (k - 1, (k - 1) * (r - 1))
    low, high = (ratio / f.ppf(p, *freedom) for p in (0.975, 0.025))
    told = [max(0.0, float((value - 1) / (value - 1 + r))) for value in (ratio, low, high)]
    return told[0], (told[1], told[2])


# ---- where it turns ---------------------------------------------------------------------------------------


def crossings(means: Sequence[float]) -> list[int]:
    """Between which neighbours the sign changes: the number of the first of each two."""
    return [i for i in range(len(means) - 1) if means[i] * means[i + 1] < 0 or means[i] == 0 != means[i + 1]]


def sign_of(x: Floats, level: float = LEVEL) -> int:
    """−1 or 1 where the mean is told from zero, else 0."""
    if len(x) < 2 or not x.any():
        return 0
    mean = average(x)
    if deviation(x) > 0 and abs(mean) <= half_width(x, level):
        return 0
    return int(math.copysign(1, mean))
