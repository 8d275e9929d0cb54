"""Run until it is known well enough: a sequential rule whose promise holds.

Law (2015), Simulation Modeling and Analysis, ch. 9; Chow & Robbins (1965), On the asymptotic theory of
fixed-width sequential confidence intervals. It looks at fixed numbers of replications, in their order, so
that neither the number of processors nor who finished first changes when it stops.
"""

from __future__ import annotations

import math

from metrics.statistics import SKEWED, Floats, average, half_width, skewness

FIRST, FIRST_IF_SKEWED, BLOCK = 10, 30, 10
"""Replications before the first look, of ordinary and of skewed figures, and between two looks."""


def looks(at_most: int) -> list[int]:
    """The numbers of replications at which it is decided whether to go on."""
    return [*range(min(FIRST, at_most), at_most, BLOCK), at_most]


def relative_target(x: Floats, gamma: float) -> float:
    """The half-width at which the mean is within γ of the true one: γ/(1 + γ)·|x̄|.

    |μ| ≥ |x̄| − h, so h ≤ γ|x̄| alone would promise too much.
    """
    return gamma / (1 + gamma) * abs(average(x))


def within(x: Floats, reach: float) -> float | None:
    """The γ that a half-width does reach, h/(|x̄| − h); None where zero is not excluded."""
    mean = abs(average(x))
    return reach / (mean - reach) if mean > reach else None


def is_enough(x: Floats, reach: float, target: float) -> bool:
    """Whether a half-width is small enough, with enough replications to believe it."""
    if reach > target:
        return False
    gamma = skewness(x)
    first = FIRST_IF_SKEWED if gamma is not None and abs(gamma) > SKEWED else FIRST
    return len(x) >= first


def forecast(n: int, reach: float, target: float) -> int:
    """About how many replications it will take, from how well n of them know it: n·(h/target)²."""
    return n if reach <= target else math.ceil(n * (reach / target) ** 2)


def stein(x: Floats, target: float, level: float) -> int:
    """Replications for a half-width, in two stages.

    Stein (1945), A two-sample test for a linear hypothesis whose power is independent of the variance. Exact
    for normal figures only.
    """
    return max(len(x), math.ceil(len(x) * (half_width(x, level) / target) ** 2))
