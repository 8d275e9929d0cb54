"""A fitted number: its value, between what bounds it may lie, and how many observations it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics import student_t

LEVEL = 0.95
Z = 1.959964
"""Standard normal quantile of 97.5 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """low, high : 95 % interval · n : observations"""

    value: float
    low: float
    high: float
    n: int


def of_mean(values: NDArray[np.float64] | NDArray[np.int64]) -> Estimate:
    """A mean with Student's interval; of a single observation from nothing to twice as much."""
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Estimate(mean, 0.0, 2 * mean, n)
    half = student_t((1 + LEVEL) / 2, n - 1) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Estimate(mean, max(0.0, mean - half), mean + half, n)


def of_share(count: int, n: int) -> Estimate:
    """A share with Wilson's interval (1927), which stays within 0 and 1 also of few observations."""
    share = count / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return Estimate(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), n)


def of_count(count: int, per: float) -> Estimate:
    """A Poisson rate: `count` events in `per` units, exact interval by gamma quantiles."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, (1 - LEVEL) / 2)) if count else 0.0
    return Estimate(count / per, low / per, float(gammaincinv(count + 1, (1 + LEVEL) / 2)) / per, count)
