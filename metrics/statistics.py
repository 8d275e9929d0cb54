"""Statistics over replications: the replication is the observation, never the truck.

Trucks of one day depend on each other, so an interval computed over trucks is far too narrow. Every function
here takes one number per replication (or one pair), sorted by replication number before it is summed, so that
threads cannot change a bit. Chapter and verse: Law (2015), *Simulation Modeling and Analysis*, ch. 9.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""Level of the intervals unless another is asked for."""

SKEWED = 1.0
"""Beyond this skewness Student's interval is too short, and Hall's is shown beside it."""

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Numbers = Sequence[float | None] | Sequence[float] | Mapping[int, float | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """One quantity over replications.

    Attributes
    ----------
    n : replications with a value
    mean, sd : over them; None without any, or with fewer than two
    half_width : of Student's interval for the mean at `level`; 0 means no variation was seen, not certainty
    level : of the intervals
    p10, p90 : day-to-day spread (quantiles by the Weibull rule); it does not shrink with n
    skewness : third standardised moment
    skewed : |skewness| > 1
    hall : Hall's interval for the mean, where skewed
    """

    n: int
    mean: float | None
    sd: float | None
    half_width: float | None
    level: float
    p10: float | None
    p90: float | None
    skewness: float | None
    skewed: bool
    hall: Interval | None


def summarise(values: Numbers, level: float = LEVEL) -> Summary:
    """Mean with its interval, and spread, of one number per replication.

    Parameters
    ----------
    values : by replication number, or in its order; None (not defined in that replication) is left out
    """
    x = ordered(values)
    if len(x) < 2:
        mean = float(x[0]) if len(x) else None
        return Summary(len(x), mean, None, None, level, None, None, None, False, None)
    gamma = skewness(x)
    skewed = gamma is not None and abs(gamma) > SKEWED
    return Summary(
        n=len(x),
        mean=average(x),
        sd=deviation(x),
        half_width=half_width(x, level),
        level=level,
        p10=day_quantile(x, 0.10),
        p90=day_quantile(x, 0.90),
        skewness=gamma,
        skewed=skewed,
        hall=hall_interval(x, level) if skewed else None,
    )


def ordered(values: Numbers) -> Floats:
    """The values that are defined, in the order of the replications."""
    listed = [values[n] for n in sorted(values)] if isinstance(values, Mapping) else list(values)
    return np.array([value for value in listed if value is not None], dtype=np.float64)


def average(x: Floats) -> float:
    """The mean, summed exactly; equal values have exactly that value as mean."""
    if x.min() == x.max():
        return float(x[0])
    return math.fsum(x) / len(x)


def moment(x: Floats, power: int) -> float:
    """The central moment with 1/n."""
    return math.fsum((x - average(x)) ** power) / len(x)


def deviation(x: Floats) -> float:
    """The standard deviation with 1/(n − 1)."""
    return math.sqrt(moment(x, 2) * len(x) / (len(x) - 1))


def skewness(x: Floats) -> float | None:
    """Third standardised moment with 1/n; None without variation."""
    scale: float = moment(x, 2) ** 1.5
    return moment(x, 3) / scale if scale > 0 else None


def student_t(p: float, freedom: float) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, p))


def student_cdf(t: float, freedom: float) -> float:
    """Distribution function of Student's t."""
    from scipy.special import stdtr

    return float(stdtr(freedom, t))


def half_width(x: Floats, level: float = LEVEL) -> float:
    """Half the width of Student's interval for the mean."""
    return student_t((1 + level) / 2, len(x) - 1) * deviation(x) / math.sqrt(len(x))


def hall_interval(x: Floats, level: float = LEVEL) -> Interval:
    """An interval for the mean of skewed outputs.

    Hall (1992), On the removal of skewness by transformation, J. R. Stat. Soc. B.
    """
    t = student_t((1 + level) / 2, len(x) - 1)
    scale = deviation(x) / math.sqrt(len(x))
    gamma = skewness(x) or 0.0
    low, high = (average(x) - scale * _unskewed(y, gamma, len(x)) for y in (t, -t))
    return low, high


def _unskewed(y: float, gamma: float, n: int) -> float:
    """The inverse of Hall's cubic transformation."""
    if abs(gamma) < 1e-9:
        return y
    root = math.sqrt(n)
    return 3 * root / gamma * (math.cbrt(1 + gamma / root * (y - gamma / (6 * root))) - 1)


def day_quantile(x: Floats, p: float) -> float:
    """A quantile of days: rank (n + 1)·p, the rule whose coverage for a new day is right at small n."""
    place = len(x) * p + p - 1  # as numpy's method "weibull", in a tenth of its time for a few values
    low = math.floor(place)
    ordered = np.sort(x)
    below, above = (float(ordered[min(max(k, 0), len(x) - 1)]) for k in (low, low + 1))
    share, step = place - low, above - below
    return below + step * share if share < 0.5 else above - step * (1 - share)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the standard error and the half-width of its interval."""

    value: float
    se: float
    half_width: float


def ratio_estimate(sums: Sequence[float], counts: Sequence[float], level: float = LEVEL) -> Estimate:
    """ΣY/ΣN over replications: "an average truck", where the mean of daily means is "an average day".

    Cochran (1977), Sampling Techniques, ch. 6.
    """
    y, n = np.asarray(sums, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    value = math.fsum(y) / math.fsum(n)
    errors = y - value * n
    se = math.sqrt(math.fsum(errors**2) / ((len(y) - 1) * len(y))) / average(n)
    return Estimate(value, se, student_t((1 + level) / 2, len(y) - 1) * se)


def share_interval(k: int, n: int, level: float = LEVEL) -> Interval:
    """The exact interval of a probability from k of n replications.

    Clopper & Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the
    binomial.
    """
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
    return low, high


def paired_difference(
    base: Mapping[int, float], variant: Mapping[int, float], level: float = LEVEL
) -> Summary:
    """variant − base over the replications that both have."""
    common = base.keys() & variant.keys()
    return summarise({number: variant[number] - base[number] for number in common}, level)


def pooled_quantile(
    days: Sequence[NDArray[np.int64]], percent: int, level: float = LEVEL
) -> tuple[float, Interval]:
    """A quantile of all trucks of all days, with an interval that knows that the trucks of a day are alike.

    Woodruff (1952), Confidence intervals for medians and other position measures, applied over replications.
    """
    pooled = np.sort(np.concatenate(days))
    count, p = len(pooled), percent / 100
    value = int(pooled[max(1, -(-count * percent // 100)) - 1])
    excess = np.array([np.count_nonzero(day <= value) - p * len(day) for day in days], dtype=np.float64)
    spread = half_width(excess, level) / (count / len(days))
    low, high = (_order_statistic(pooled, p + side * spread) for side in (-1, 1))
    return float(value), (low, high)


def _order_statistic(ordered_values: NDArray[np.int64], p: float) -> float:
    n = len(ordered_values)
    return float(ordered_values[min(n, max(1, math.ceil(n * p))) - 1])


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The verdict of an equivalence test.

    verdict : "equal" iff the interval at twice the error lies within the margin; "different" iff the 95 %
    interval and the margin do not meet; else "undecided": run longer, it is no pass · p : the larger of the
    two one-sided p-values · interval : the 90 % interval of the mean
    """

    verdict: Literal["equal", "different", "undecided"]
    p: float
    mean: float
    interval: Interval


def equivalence(values: Numbers, theory: float, margin: float, error: float = 0.05) -> Equivalence:
    """Whether the mean over replications equals a theoretical value, up to a stated margin.

    Two one-sided tests: Schuirmann (1987), A comparison of the two one-sided tests procedure and the power
    approach for assessing the equivalence of average bioavailability.

    Parameters
    ----------
    margin : largest difference that does not matter, in the unit of the values
    error : of each one-sided test
    """
    x = ordered(values)
    mean, se, freedom = average(x), deviation(x) / math.sqrt(len(x)), len(x) - 1
    inner, outer = half_width(x, 1 - 2 * error), half_width(x, 1 - error)
    left = margin - abs(mean - theory)  # of the margin; sums with it would round a tiny interval away
    verdict: Literal["equal", "different", "undecided"] = "undecided"
    if inner <= left:
        verdict = "equal"
    elif -left > outer:
        verdict = "different"
    return Equivalence(verdict, _upper_tail(left, se, freedom), mean, (mean - inner, mean + inner))


def _upper_tail(distance: float, se: float, freedom: int) -> float:
    if se == 0:
        return 0.0 if distance >= 0 else 1.0
    return student_cdf(-distance / se, freedom)


def relative_precision(summary: Summary) -> float | None:
    """Half-width over |mean|; not defined if the interval holds 0."""
    if summary.mean is None or summary.half_width is None or abs(summary.mean) <= summary.half_width:
        return None
    return summary.half_width / abs(summary.mean)
