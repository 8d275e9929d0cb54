"""Whether a run has settled: where its beginning ends, and whether its backlog grows.

MSER-5 has a meaning for stationary horizons only: a day that begins empty and ends is not settling, and a
week that repeats never does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.statistics import Floats, average, deviation, student_cdf, summarise

BATCH = 5
GROWS_AT = 0.01
"""Level of the test that a backlog grows."""
GROWS_BY = 0.1
"""Share of the mean backlog that it must grow by over the window, to be worth a warning."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a stationary series begins to be one.

    drop : observations to leave out; None: the run is too short, or its level grows · statistic : of MSER-5
    for each number of batches left out
    """

    drop: int | None
    statistic: tuple[float, ...]


def mser5(series: Floats) -> Settled:
    """How much of a beginning to leave out, of a series averaged over replications.

    White (1997), An effective truncation heuristic for bias reduction in simulation output; White, Cobb &
    Spratt (2000). The first minimum counts; one at the middle of the series is none.
    """
    k = len(series) // BATCH
    batches = series[: k * BATCH].reshape(k, BATCH).mean(axis=1)
    tried = tuple(_marginal_error(batches[d:]) for d in range(k // 2 + 1))
    best = min(range(len(tried)), key=tried.__getitem__) if k >= 2 else k // 2
    return Settled(None if best >= k // 2 else best * BATCH, tried)


def _marginal_error(kept: Floats) -> float:
    if not len(kept):
        return math.inf
    return math.fsum((kept - kept.mean()) ** 2) / len(kept) ** 2


@dataclass(frozen=True, slots=True)
class Trend:
    """How a level moves over the cycles of one replication: slope (per cycle), and the mean level."""

    slope: float
    mean: float
    cycles: int


def trend(levels: Sequence[float] | Floats) -> Trend | None:
    """The trend of the mean level of each cycle, by least squares; None of fewer than three cycles."""
    y = np.asarray(levels, dtype=np.float64)
    if len(y) < 3:
        return None
    x = np.arange(len(y), dtype=np.float64)
    centred = x - x.mean()
    return Trend(float(centred @ y / (centred @ centred)), float(y.mean()), len(y))


@dataclass(frozen=True, slots=True)
class Cycles:
    """The level of each cycle over replications, and how it moves from one to the next.

    means, half_widths : of each cycle (None of one replication) · slope, slope_half_width : per cycle
    grows : whether a backlog does, see the function
    """

    means: tuple[float, ...]
    half_widths: tuple[float | None, ...]
    slope: float
    slope_half_width: float | None
    grows: bool


def cycles(levels: Sequence[Sequence[float]], level: float) -> Cycles | None:
    """Of the levels of each replication, cycle by cycle; None of fewer than three cycles.

    Cycles of one replication depend on each other by what is carried over: intervals are over replications.
    """
    trends = [found for each in levels if (found := trend(each)) is not None]
    if not trends or len(trends) < len(levels):
        return None
    each = [summarise(values, level) for values in zip(*levels, strict=True)]
    slope = summarise([found.slope for found in trends], level)
    return Cycles(
        means=tuple(of.mean or 0.0 for of in each),
        half_widths=tuple(of.half_width for of in each),
        slope=slope.mean or 0.0,
        slope_half_width=slope.half_width,
        grows=grows(trends),
    )


def grows(trends: Sequence[Trend]) -> bool:
    """Whether a backlog grows: over replications, since the cycles of one run depend on each other."""
    slopes = np.array([each.slope for each in trends])
    if len(slopes) < 3:
        return False
    mean, level = average(slopes), average(np.array([each.mean for each in trends]))
    if mean <= 0 or mean * trends[0].cycles <= GROWS_BY * level:
        return False
    se = deviation(slopes) / math.sqrt(len(slopes))
    return se == 0 or student_cdf(-mean / se, len(slopes) - 1) < GROWS_AT
