"""Quantile tables: what a run draws from instead of formulas (law §2).

A table is exact about the mean: the continuous ones are rescaled so that the mean of the function that a run
interpolates between the nodes is the mean of the distribution, before the quantiles are rounded to integers.
What is left, up to a cv of 1.5: errors of 2e-4 in the standard deviation and 6e-5 in the quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import Flaw
from scenarios.grid import SIDE, SIZE, tail_probabilities
from scenarios.resolved import CERTAIN, Label, Table

Quantiles = NDArray[np.float64]
"""Values at the nodes of the grid: lower side from the median down, upper side from the median up (SIZE)."""

LARGEST = 1 << 42
"""The largest value of a table: differences of two, times 2**20, stay within 63 bits."""


def exponential(mean: float) -> Quantiles:
    """Quantiles of the exponential distribution."""
    return weibull(mean, 1.0)


def lognormal(mean: float, cv: float) -> Quantiles:
    """Quantiles of the lognormal distribution with this mean and coefficient of variation."""
    from scipy.special import ndtri

    variance = math.log1p(cv * cv)  # of the logarithm
    below = np.asarray(ndtri(tail_probabilities()))
    scores = np.concatenate([below, -below])
    return np.asarray(mean * np.exp(math.sqrt(variance) * scores - variance / 2))


def gamma(mean: float, cv: float) -> Quantiles:
    """Quantiles of the gamma distribution with this mean and coefficient of variation."""
    from scipy.special import gammainccinv, gammaincinv

    shape, tail = 1 / (cv * cv), tail_probabilities()
    return np.asarray(mean / shape * np.concatenate([gammaincinv(shape, tail), gammainccinv(shape, tail)]))


def weibull(mean: float, shape: float) -> Quantiles:
    """Quantiles of the Weibull distribution with this mean and shape."""
    tail = tail_probabilities()
    hazard = -np.concatenate([np.log1p(-tail), np.log(tail)])
    return np.asarray(mean / math.gamma(1 + 1 / shape) * hazard ** (1 / shape))


def weibull_shape(cv: float) -> float:
    """The shape at which the Weibull distribution has this coefficient of variation, by bisection.

    cv² + 1 = Γ(1 + 2/k) / Γ(1 + 1/k)² falls with k.
    """
    low, high = 0.05, 1e5
    for _ in range(200):
        shape = math.sqrt(low * high)
        squared = math.expm1(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape))
        low, high = (shape, high) if squared > cv * cv else (low, shape)
    return math.sqrt(low * high)


def triangular(fastest: float, usual: float, slowest: float) -> Quantiles:
    """Quantiles of the triangular distribution."""
    tail, width = tail_probabilities(), slowest - fastest
    rising = (usual - fastest) / width  # probability below the mode
    lower = np.where(
        tail <= rising, _rise(tail, fastest, usual, width), _fall(1 - tail, usual, slowest, width)
    )
    upper = np.where(
        1 - tail <= rising, _rise(1 - tail, fastest, usual, width), _fall(tail, usual, slowest, width)
    )
    return np.concatenate([lower, upper])


def _rise(below: Quantiles, fastest: float, usual: float, width: float) -> Quantiles:
    return np.asarray(fastest + np.sqrt(below * width * (usual - fastest)))


def _fall(beyond: Quantiles, usual: float, slowest: float, width: float) -> Quantiles:
    return np.asarray(slowest - np.sqrt(beyond * width * (slowest - usual)))


def straight(shares: Sequence[float], values: Sequence[float]) -> Quantiles:
    """Quantiles that are straight between stated ones (shares ascending from 0 to 1)."""
    tail = tail_probabilities()
    lower = np.interp(tail, shares, values)
    upper = np.interp(tail, [1 - share for share in reversed(shares)], list(reversed(values)))
    return np.concatenate([lower, upper])


def straight_mean(shares: Sequence[float], values: Sequence[float]) -> float:
    """Mean of the distribution whose quantiles are straight between stated ones."""
    return float(np.trapezoid(values, shares))


def table_mean(quantiles: Quantiles | Table) -> float:
    """Mean of what a run draws: straight between the nodes, flat beyond the last ones."""
    tail, values = tail_probabilities(), np.asarray(quantiles, np.float64)
    sides = values[:SIDE], values[SIDE:]
    # summed exactly: the order of a sum must not differ between machines
    parts = [part for side in sides for part in (side[1:] + side[:-1]) * -np.diff(tail) / 2]
    return math.fsum([*parts, *(side[-1] * tail[-1] for side in sides)])


def rounded(quantiles: Quantiles, mean: float, low: float = 0.0, high: float = math.inf) -> Table:
    """The integer table with this mean, within [low, high].

    Raises
    ------
    Flaw
        If its largest value is beyond what a run can count with.
    """
    scale = mean / table_mean(quantiles) if mean > 0 else 1.0
    values = np.clip(quantiles * scale, low, high)
    if values.max() > LARGEST:
        raise _too_large(float(values.max()))
    # to six decimals first: a half must round the same way whatever the last bit of a machine's arithmetic
    whole = np.floor(np.round(values, 6) + 0.5).astype(np.int64)
    return tuple(whole.tolist()) if whole.min() < whole.max() else (int(whole[0]),)


def thresholds(shares: Sequence[float]) -> tuple[int, ...]:
    """Shares that sum to 1 as ascending thresholds of a draw, the last one CERTAIN; each right to 2**-52."""
    upto = [round(math.fsum(shares[: i + 1]) * CERTAIN) for i in range(len(shares) - 1)]
    return (*(min(CERTAIN, threshold) for threshold in upto), CERTAIN)


def steps(values: Sequence[float], shares: Sequence[float]) -> Table:
    """The table that draws exactly these values (rounded to integers) with these shares."""
    together: dict[int, list[float]] = {}
    for value, share in sorted(zip(values, shares, strict=True)):
        together.setdefault(math.floor(value + 0.5), []).append(share)
    distinct = [value for value, parts in together.items() if math.fsum(parts) > 0]
    upto = thresholds([math.fsum(together[value]) for value in distinct])
    if len(distinct) == 1:
        return (distinct[0],)
    if distinct[-1] > LARGEST:
        raise _too_large(distinct[-1])
    # a table as long as the grid would be taken for one: an unreachable last step makes it longer
    more = 1 if 2 * len(distinct) == SIZE else 0
    return (*upto, *[CERTAIN] * more, *distinct, *distinct[-1:] * more)


def _too_large(value: float) -> Flaw:
    message = Label(
        vi=f"có thể lên tới {value:.3g}, vượt quá giới hạn 2**42 của một lượt chạy",
        en=f"can come to {value:.3g}, beyond the 2**42 that a run can count with",
    )
    remedy = Label(
        vi="hãy viết giá trị nhỏ hơn, hệ số biến thiên nhỏ hơn, hoặc đơn vị lớn hơn",
        en="write smaller values, a smaller cv, or a larger unit",
    )
    return Flaw(value, message, remedy)
