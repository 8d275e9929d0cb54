"""Variants met by the same entities: differences, corrections for several of them, what pairing gained.

One replication is one observation: the difference of two figures of the same days. Nothing here assumes that
variants are independent, so nothing is lost where they are not; Dunnett's test (independent samples) is wrong
here and loses all its power.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from metrics.statistics import LEVEL, Floats, Interval, average, deviation, half_width, student_cdf, student_t

Better = Literal["lower", "higher", "neither"]

Verdict = Literal[
    "better", "worse", "higher", "lower", "identical", "no difference that matters", "no difference shown",
    "one replication", "not observed",
]  # fmt: skip
"""What a difference comes to; higher and lower where neither is better."""

ENOUGH_FOR_MAX_T = 20
"""Replications from which the correlation of differences is known well enough; below, Bonferroni."""

DRAWS = 1_000_000
"""Of the largest of several t; the critical value is right to about 0.1 %."""

MOST_BY_CUBATURE = 2
"""Differences up to which the largest t is found by integration."""


# ---- what pairing gained ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Gain:
    """(variance of base + of variant) ÷ variance of the difference: replications that pairing saved.

    value : None: the difference does not vary at all · interval : None where it cannot be told
    """

    value: float | None
    interval: Interval | None


def variance_ratio(base: Floats, variant: Floats, level: float = LEVEL) -> Gain:
    """What common random numbers gained, with its interval by the jackknife of its logarithm."""
    whole = _log_ratio(base, variant)
    if whole is None:
        return Gain(None, None)
    left_out = [_log_ratio(np.delete(base, i), np.delete(variant, i)) for i in range(len(base))]
    parts = [part for part in left_out if part is not None]
    if len(parts) < max(3, len(base)):
        return Gain(math.exp(whole), None)
    n = len(parts)
    pseudo = n * whole - (n - 1) * np.array(parts)
    reach = half_width(pseudo, level)
    return Gain(math.exp(whole), (_exp(whole - reach), _exp(whole + reach)))


def _log_ratio(base: Floats, variant: Floats) -> float | None:
    if len(base) < 2:
        return None
    apart, together = deviation(base) ** 2 + deviation(variant) ** 2, deviation(variant - base) ** 2
    return math.log(apart / together) if together > 0 and apart > 0 else None


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))


# ---- several at once ----------------------------------------------------------------------------------
def simultaneous_t(differences: Sequence[Floats], level: float = LEVEL) -> float:
    """The factor of the standard error with which all intervals together hold with probability `level`.

    differences : one row of replications for each, all of one length n ≥ 2; those that do not vary count not.
    From 20 replications the largest |t| is taken with the correlations as they are estimated (Nelson &
    Matejcik (1995), Using common random numbers for indifference-zone selection and multiple comparisons),
    below that Bonferroni's bound.
    """
    varying = [d for d in differences if deviation(d) > 0]
    n = len(differences[0])
    if len(varying) < 2:
        return student_t((1 + level) / 2, n - 1)
    bound = student_t(1 - (1 - level) / 2 / len(varying), n - 1)
    if n < ENOUGH_FOR_MAX_T:
        return bound
    single = student_t((1 + level) / 2, n - 1)
    return min(bound, max(single, largest_t(np.corrcoef(np.array(varying)), n - 1, level)))


def simultaneous_p(differences: Sequence[Floats], t: float) -> float:
    """How probably the largest |t| of several is `t` or more by chance alone.

    It is 1 − level or less exactly where `t` reaches `simultaneous_t` of that level, so that a p-value and a
    verdict never contradict each other.
    """
    varying = [d for d in differences if deviation(d) > 0]
    n = len(differences[0])
    single = 2 * student_cdf(-abs(t), n - 1)
    if len(varying) < 2:
        return single
    bound = min(1.0, len(varying) * single)
    if n < ENOUGH_FOR_MAX_T:
        return bound
    return min(bound, max(single, beyond(np.corrcoef(np.array(varying)), n - 1, abs(t))))


def largest_t(correlation: Floats, freedom: int, level: float = LEVEL) -> float:
    """q with P(max |T_j| ≤ q) = level, T multivariate t.

    Dunnett (1955), A multiple comparison procedure for comparing several treatments with a control, with any
    correlation. A few dimensions by integration, more by draws of a fixed seed.
    """
    if len(correlation) <= MOST_BY_CUBATURE:
        return _by_cubature(correlation, freedom, level)
    return float(np.quantile(_largest_draws(correlation.tobytes(), len(correlation), freedom), level))


def beyond(correlation: Floats, freedom: int, t: float) -> float:
    """P(max |T_j| ≥ t), T multivariate t; found as `largest_t` is."""
    if len(correlation) <= MOST_BY_CUBATURE:
        return max(0.0, 1 - _within(correlation, freedom)(t))
    draws = _largest_draws(correlation.tobytes(), len(correlation), freedom)
    return float(np.count_nonzero(draws >= t) / len(draws))


def _by_cubature(correlation: Floats, freedom: int, level: float) -> float:
    from scipy.optimize import brentq

    inside = _within(correlation, freedom)
    low = student_t((1 + level) / 2, freedom)
    high = student_t(1 - (1 - level) / 2 / len(correlation), freedom)
    return float(brentq(lambda q: inside(q) - level, low * 0.999, high * 1.001, xtol=1e-5))


def _within(correlation: Floats, freedom: int) -> Callable[[float], float]:
    """P(max |T_j| ≤ q), as a function of q."""
    from scipy.special import chdtri
    from scipy.stats import multivariate_normal

    nodes, weights = np.polynomial.legendre.leggauss(64)
    scales = np.sqrt(chdtri(freedom, 1 - (nodes + 1) / 2) / freedom)
    normal = multivariate_normal(np.zeros(len(correlation)), correlation, allow_singular=True, seed=0)

    def inside(q: float) -> float:
        found = [
            normal.cdf(np.full(len(correlation), q * s), lower_limit=np.full(len(correlation), -q * s))
            for s in scales
        ]
        return math.fsum(np.array(found) * weights) / 2

    return inside


@lru_cache(maxsize=64)
def _largest_draws(correlation: bytes, size: int, freedom: int) -> Floats:
    """The largest |T_j| of many draws."""
    values, vectors = np.linalg.eigh(np.frombuffer(correlation).reshape(size, size))
    root = vectors * np.sqrt(np.maximum(values, 0))
    chance = np.random.default_rng(20250312)
    largest = [_largest(chance, root, freedom, 50_000) for _ in range(DRAWS // 50_000)]
    return np.concatenate(largest)


def _largest(chance: np.random.Generator, root: Floats, freedom: int, count: int) -> Floats:
    normal = chance.standard_normal((count, len(root))) @ root.T
    scale = np.sqrt(chance.chisquare(freedom, count) / freedom)
    found: Floats = np.abs(normal).max(axis=1) / scale
    return found


def p_value(differences: Floats) -> float | None:
    """Two-sided, of Student's test that the mean difference is zero."""
    t = t_value(differences)
    return None if t is None else 2 * student_cdf(-t, len(differences) - 1)


def t_value(differences: Floats) -> float | None:
    """|mean| over its standard error; 0 or infinite where nothing varies, None of fewer than two."""
    if len(differences) < 2:
        return None
    mean, se = abs(average(differences)), deviation(differences) / math.sqrt(len(differences))
    if se == 0:
        return 0.0 if mean == 0 else math.inf
    return mean / se


# ---- in per cent --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """variant ÷ base − 1 of an average day, as ratios: the geometric mean of the days' ratios."""

    value: float
    interval: Interval


def relative_change(base: Floats, variant: Floats, level: float = LEVEL) -> Change | None:
    """The change in per cent, from logarithms; None where a figure is not above zero.

    A saving in proportion makes differences in minutes skewed, but not those of logarithms.
    """
    if len(base) < 2 or base.min() <= 0 or variant.min() <= 0:
        return None
    logs = np.log(variant / base)
    mean, reach = average(logs), half_width(logs, level)
    return Change(math.expm1(mean), (math.expm1(mean - reach), math.expm1(mean + reach)))


# ---- in words -----------------------------------------------------------------------------------------
def verdict(
    differences: Floats, reach: float | None, better: Better = "neither", margin: float | None = None
) -> Verdict:
    """What the differences come to; `reach` is the half-width that the verdict goes by.

    An interval within ± margin is a difference that does not matter, whether or not it holds zero.
    """
    if not len(differences):
        return "not observed"
    if not differences.any():
        return "identical"
    if reach is None:
        return "one replication"
    mean = average(differences)
    if margin is not None and abs(mean) + reach <= margin:
        return "no difference that matters"
    if abs(mean) <= reach:
        return "no difference shown"
    if better == "neither":
        return "lower" if mean < 0 else "higher"
    return "better" if (mean < 0) == (better == "lower") else "worse"
