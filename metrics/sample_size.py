"""How many trucks the next Time Release Study must time, for the precision that is wanted.

Trucks of one day are alike (the same queue, the same officers), so a truck more on the same day tells less
than a day more: with m trucks on each of d days the mean's variance is s²_between ÷ d + s²_within ÷ (d·m).
Both come of an analysis of variance on a log or simulated days (Cochran 1977, *Sampling Techniques*). The
promise is that the mean of the study lies no further from the long-run mean than the half-width in 95 of 100
such studies; days are drawn at random from the season, for days in a row share their backlog and tell less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics import student_t

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Spread:
    """Of stays [s].

    between : standard deviation of the means of days · within : of the trucks of one day · days, trucks :
    that these rest on · a_day : trucks timed on a usual day of them
    """

    mean: float
    between: float
    within: float
    days: int
    a_day: float
    trucks: int

    def variance(self, a_day: float) -> float:
        """Of the mean of one day on which so many trucks are timed."""
        return self.between**2 + self.within**2 / a_day

    def freedom(self, a_day: float) -> float:
        """Degrees of freedom of that variance (Satterthwaite 1946).

        It is a sum of two mean squares: that among the days known, of days − 1, and that of the trucks of a
        day, of trucks − days, which is known much better. Days alone would promise less than is kept.
        """
        usual = self.a_day
        among = (self.between**2 + self.within**2 / usual) ** 2 / (self.days - 1)
        rest = (self.within**2 * (1 / a_day - 1 / usual)) ** 2 / max(1, self.trucks - self.days)
        return self.variance(a_day) ** 2 / (among + rest) if among + rest else float(self.days - 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """days : days of the study · a_day : trucks timed on each · half_width : promised [s]"""

    days: int
    a_day: int
    half_width: float


def spread_of(stays: NDArray[np.float64], day: NDArray[np.int64]) -> Spread:
    """The spread between and within days, by one-way analysis of variance.

    Raises
    ------
    ValueError
        If there are fewer than two days with two trucks.
    """
    _, number = np.unique(day, return_inverse=True)
    sizes = np.bincount(number)
    keep = sizes >= 2
    if keep.sum() < 2:
        raise ValueError("a spread between days needs two days with two trucks at least")
    inside = keep[number]
    stays, number = stays[inside], np.cumsum(keep)[number[inside]] - 1
    sizes = sizes[keep].astype(float)
    means = np.bincount(number, stays) / sizes
    within = float(((stays - means[number]) ** 2).sum()) / (len(stays) - len(sizes))
    overall = float(stays.mean())
    among = float((sizes * (means - overall) ** 2).sum()) / (len(sizes) - 1)
    usual = (len(stays) - float((sizes**2).sum()) / len(stays)) / (len(sizes) - 1)
    between = max(0.0, (among - within) / usual)
    return Spread(overall, math.sqrt(between), math.sqrt(within), len(sizes), float(sizes.mean()), len(stays))


def promised(spread: Spread, days: int, a_day: int, level: float = 0.95) -> float:
    """How far the mean of a study lies from the long-run mean at most, in `level` of all such studies [s]."""
    reach = student_t((1 + level) / 2, spread.freedom(a_day))
    return reach * math.sqrt(spread.variance(a_day) / days)


def plan(spread: Spread, half_width: float, a_day: int, level: float = 0.95) -> Plan | None:
    """The fewest days on which so many trucks must be timed; None if a year is not enough."""
    a_day = max(1, min(a_day, math.floor(spread.a_day)))
    for days in range(2, MOST_DAYS + 1):
        reach = promised(spread, days, a_day, level)
        if reach <= half_width:
            return Plan(days, a_day, reach)
    return None


def interval(stays: NDArray[np.float64], day: NDArray[np.int64], level: float = 0.95) -> tuple[float, float]:
    """Mean and half-width that a study reports [s]: Student's t on the means of its days."""
    _, number = np.unique(day, return_inverse=True)
    means = np.bincount(number, stays) / np.bincount(number)
    half = student_t((1 + level) / 2, len(means) - 1) * float(means.std(ddof=1)) / math.sqrt(len(means))
    return float(means.mean()), half
