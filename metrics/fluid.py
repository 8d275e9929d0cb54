"""Queues as fluids over a day and a year: what an estimate can know without drawing a single number.

A pool's work comes and is done at rates that change with the hour. What its units cannot do at once stands
in line (Newell 1982, *Applications of Queueing Theory*, ch. 2: the reflected difference of the cumulated
curves), first come first served. Where nothing is left in line chance still makes some wait: at every hour as
much as in a steady queue of that hour's load (the pointwise stationary approximation: Green & Kolesar 1991,
"The pointwise stationary approximation for queues with nonstationary arrivals").

Times are in ms; a curve has a value for each bin of a grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST_BIN = 300_000
MOST_BINS = 1500


@dataclass(frozen=True)
class Grid:
    """Even bins from `begin` to `end` [ms]."""

    begin: int
    end: int
    bins: int

    @classmethod
    def over(cls, begin: int, end: int) -> Grid:
        """Five minutes each, or longer so that there are not too many."""
        return cls(begin, end, max(1, min(MOST_BINS, math.ceil((end - begin) / SHORTEST_BIN))))

    @property
    def length(self) -> float:
        """Of a bin [ms]."""
        return (self.end - self.begin) / self.bins

    @cached_property
    def edges(self) -> Floats:
        return np.linspace(self.begin, self.end, self.bins + 1, dtype=np.float64)

    @cached_property
    def middles(self) -> Floats:
        return (self.edges[1:] + self.edges[:-1]) / 2

    def spread(self, times: Floats, amounts: Floats) -> Floats:
        """Amounts (a row each of what is carried, a column each of who) that come at some times, by bin."""
        place = np.maximum((times - self.begin) / self.length - 0.5, 0.0)
        there = place < self.bins
        first = place[there].astype(np.int64)
        part = place[there] - first
        found = np.empty((len(amounts), self.bins))
        for row, carried in zip(found, amounts[:, there], strict=True):
            low = np.bincount(first, carried * (1 - part), self.bins + 1)
            high = np.bincount(first + 1, carried * part, self.bins + 1)
            row[:] = (low[: self.bins] + high[: self.bins]).astype(np.float64)
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """What stands before a pool.

    wait : of who comes in each bin · spread : its variance by chance · served : work done in each bin
    """

    wait: Floats
    spread: Floats
    served: Floats


def line(grid: Grid, work: Floats, capacity: Floats, mean: float, cv2: float) -> Line:
    """The line before a pool: work that comes [unit ms] and can be done, by bin.

    mean, cv2 : of the service of one visit [ms], and its squared coefficient of variation
    """
    come = np.concatenate(([0.0], np.cumsum(work)))
    can = np.concatenate(([0.0], np.cumsum(capacity)))
    left = come - can
    left = left - np.minimum(np.minimum.accumulate(left), 0.0)
    done = come - left
    wait = _fluid_wait(grid, come, done, can)
    served = np.diff(done)
    by_chance, spread = _steady_wait(grid, served, capacity, left, mean, cv2)
    return Line(wait + by_chance, spread, served)


def _fluid_wait(grid: Grid, come: Floats, done: Floats, can: Floats) -> Floats:
    """Until all work that came before is done; what is not done by the end waits on at the usual pace."""
    edges = grid.edges
    pace = max((can[-1] - can[0]) / (grid.end - grid.begin), 1e-12)
    tilted = done + np.arange(len(done)) * (1e-9 * max(1.0, come[-1]) / len(done))
    starts = np.interp(come, tilted, edges)
    beyond = come > done[-1]
    starts[beyond] = grid.end + (come[beyond] - done[-1]) / pace
    late = np.maximum(starts - edges, 0.0)
    wait: Floats = (late[1:] + late[:-1]) / 2
    wait[wait < grid.length / 2] = 0.0  # finer than a bin nothing can be told apart
    return wait


LASTS = 6 * 3_600_000
"""So long a load is taken to last: queues that settle more slowly do not reach their steady length [ms]."""


def _steady_wait(
    grid: Grid, served: Floats, capacity: Floats, left: Floats, mean: float, cv2: float
) -> tuple[Floats, Floats]:
    """Mean and variance of the wait by chance, of who finds no line of the fluid.

    Sakasegawa (1977), "An approximation formula Lq ≈ αρ^β/(1 − ρ)", with (1 + cv²)/2 for the law of service
    (Allen & Cunneen). The load is cut where a queue would take longer to settle than loads last (relaxation
    time of heavy traffic, Newell 1982, ch. 5).
    """
    units = np.maximum(capacity / grid.length, 1e-9)
    servers = np.maximum(units, 1.0)
    settles = np.sqrt(mean * (1 + cv2) / (2 * servers * LASTS))
    load = np.minimum(np.divide(served, capacity, out=np.zeros_like(served), where=capacity > 0), 1 - settles)
    load = np.maximum(load, 0.0)
    delayed = load ** (np.sqrt(2 * (servers + 1)) - 1)
    wait = mean * (1 + cv2) / 2 * delayed / (servers * (1 - load))
    alone = (left[1:] + left[:-1]) / 2 < units * grid.length / 2
    wait = np.where(alone & (capacity > 0), wait, 0.0)
    spread = np.where(delayed > 1e-12, 2 * wait**2 / np.maximum(delayed, 1e-12) - wait**2, 0.0)
    return wait, np.maximum(spread, 0.0)


def larger(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Mean and variance of the larger of two independent times, taken to be normal.

    Clark (1961), "The greatest of a finite set of random variables".
    """
    from scipy.special import ndtr

    (m1, v1), (m2, v2) = first, second
    spread = np.sqrt(np.maximum(v1 + v2, 1e-9))
    alpha = (m1 - m2) / spread
    density = np.exp(-(alpha**2) / 2) / math.sqrt(2 * math.pi)
    below = ndtr(alpha)
    mean = m1 * below + m2 * (1 - below) + spread * density
    square = (m1**2 + v1) * below + (m2**2 + v2) * (1 - below) + (m1 + m2) * spread * density
    return mean, np.maximum(square - mean**2, 0.0)


def quantile(p: float, amounts: Floats, means: Floats, variances: Floats) -> float:
    """The time that a share p does not exceed, of a mixture of gamma laws with these weights.

    Each law by twenty points of the approximation of Wilson & Hilferty (1931) to its quantiles.
    """
    there = (amounts > 0) & (means > 0)
    m, v, n = means[there], np.maximum(variances[there], 1e-6), amounts[there]
    if not len(m):
        return 0.0
    ninth = v / (9 * m**2)
    shares = (np.arange(20) + 0.5) / 20
    scores = _normal_scores(shares)
    points = m[:, None] * np.maximum(1 - ninth[:, None] + scores * np.sqrt(ninth)[:, None], 0.0) ** 3
    values, weights = points.ravel(), np.repeat(n / len(shares), len(shares))
    order = np.argsort(values)
    so_far = np.cumsum(weights[order])
    return float(np.interp(p * so_far[-1], so_far - weights[order] / 2, values[order]))


def _normal_scores(shares: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(shares))
