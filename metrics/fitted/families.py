"""Which distribution times have: the simplest family that predicts held-out times nearly as well as the best.

Families are judged by the continuous ranked probability score (Gneiting and Raftery 2007, a proper score) of
observations that they were not fitted to, computed as twice the mean pinball loss over 99 quantiles. Goodness
of fit is the largest distance between the fitted and the observed distribution function (Kolmogorov–Smirnov).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.fitted.estimate import Estimate, of_mean

Times = NDArray[np.float64]

PROBABILITIES = np.arange(1, 100) / 100
MOST = 4_000
"""Observations that the families are compared on, at most; parameters come from all."""
FEW = 20
"""Below so many observations no shape can be told: the mean alone is fitted, the shape is an assumption."""
NEARLY = 0.01
"""A simpler family may score so much worse than the best [share]."""
REFUSED, CLOSE = 1.63, 0.02
"""A family whose distance exceeds 1.63 ÷ √n (Kolmogorov, 1 %) does not fit, unless it is closer than 2 %."""
CV_LIMITS = (0.001, 5.0)


@dataclass(frozen=True, slots=True)
class Family:
    """A fitted distribution; times in ms.

    name : constant, exponential, erlang, gamma, lognormal, weibull, uniform or empirical · mean : with its
    interval · cv : standard deviation over mean, with its interval; None of a constant · knots : (share,
    time) of an empirical one · score : CRPS of held-out times [ms] · distance : Kolmogorov–Smirnov ·
    observed : the quantiles of the times at PROBABILITIES [ms]
    """

    name: str
    mean: Estimate
    cv: Estimate | None = None
    knots: tuple[tuple[float, float], ...] = ()
    ends: tuple[float, float] | None = None
    score: float = 0.0
    distance: float = 0.0
    observed: tuple[float, ...] = ()

    @property
    def limit(self) -> float:
        """The distance from which a family does not fit."""
        return max(REFUSED / math.sqrt(max(1, min(self.n, MOST))), CLOSE)

    @property
    def n(self) -> int:
        """Observations."""
        return self.mean.n


Quantiles = Callable[[Times], Times]
"""Fitted to times, the quantiles at PROBABILITIES."""


def chosen(times: Times) -> Family:
    """The family of some times [ms]; there must be at least one."""
    return replace(_chosen(times), observed=tuple(np.quantile(times, PROBABILITIES).tolist()))


def quantiles(family: Family) -> Times:
    """Of a fitted family, at PROBABILITIES [ms]."""
    mean = family.mean.value
    if family.name == "constant":
        return np.full(len(PROBABILITIES), mean)
    if family.name == "empirical":
        shares, times = zip(*family.knots, strict=True)
        return np.asarray(np.interp(PROBABILITIES, shares, times))
    if family.ends is not None:
        low, high = family.ends
        peak = min(max(3 * mean - low - high, low), high)
        return _of_uniform(low, high) if family.name == "uniform" else _of_triangle(low, peak, high)
    cv = 1.0 if family.cv is None else family.cv.value
    by_cv = {"lognormal": _by_lognormal, "weibull": _by_weibull}
    return by_cv.get(family.name, _by_gamma)(mean, cv)


def _chosen(times: Times) -> Family:
    mean = of_mean(times)
    if _is_constant(times):
        return Family("constant", of_mean(np.full(len(times), float(np.median(times)))))
    if len(times) < FEW:
        cv = float(np.std(times, ddof=1) / mean.value) if len(times) > 2 and mean.value else 0.5
        return Family("lognormal", mean, _spread(times, min(max(cv, 0.05), 2.0)))
    some = _thinned(times)
    scores = {name: _held_out(some, fit) for name, fit in FITS.items()}
    far = {name: _distance(some, fit(some)) for name, fit in FITS.items()}
    best, most = min(scores.values()), max(REFUSED / math.sqrt(len(some)), CLOSE)
    name = next((n for n in SIMPLEST if scores[n] <= best * (1 + NEARLY) and far[n] <= most), SIMPLEST[-1])
    return _made(name, times, mean, scores[name], far[name])


def _is_constant(times: Times) -> bool:
    """Nine of ten equal, to half a percent."""
    middle = float(np.median(times))
    return float(np.mean(np.abs(times - middle) <= 0.005 * abs(middle))) >= 0.9


def _thinned(times: Times) -> Times:
    """Few enough to compare on, evenly taken from all, in the order in which they were observed."""
    step = max(1, math.ceil(len(times) / MOST))
    return times[::step]


def _held_out(times: Times, fit: Quantiles) -> float:
    """The score of each half by what was fitted to the other."""
    halves = times[::2], times[1::2]
    return float(np.mean([crps(fit(a), b) for a, b in (halves, halves[::-1])]))


def crps(quantiles: Times, observed: Times) -> float:
    """Continuous ranked probability score: twice the pinball loss, averaged over quantiles and times."""
    off = observed[:, None] - quantiles[None, :]
    return float(2 * np.mean(np.maximum(PROBABILITIES * off, (PROBABILITIES - 1) * off)))


def _distance(times: Times, quantiles: Times) -> float:
    shares = np.searchsorted(np.sort(times), quantiles, side="right") / len(times)
    return float(np.max(np.abs(shares - PROBABILITIES)))


def _made(name: str, times: Times, mean: Estimate, score: float, distance: float) -> Family:
    if name == "empirical":
        shares = np.array([0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 100]) / 100
        knots = tuple((float(p), float(q)) for p, q in zip(shares, np.quantile(times, shares), strict=True))
        return Family(name, mean, None, knots, None, score, distance)
    if name in ("uniform", "triangular"):
        return Family(name, mean, None, (), (float(times.min()), float(times.max())), score, distance)
    return Family(name, mean, _spread(times, SPREADS[name](times)), (), None, score, distance)


def _spread(times: Times, cv: float) -> Estimate:
    """A coefficient of variation, its interval by the large-sample error of a logarithm: √((½ + cv²) ÷ n)."""
    low, high = CV_LIMITS
    cv = min(max(cv, low), high)
    half = math.exp(1.96 * math.sqrt((0.5 + cv * cv) / max(len(times), 2)))
    return Estimate(cv, max(low, cv / half), min(high, cv * half), len(times))


# ---- the families: the coefficient of variation by maximum likelihood, the quantiles at PROBABILITIES ----


def _positive(times: Times) -> Times:
    return np.maximum(times, 1.0)


def _lognormal_cv(times: Times) -> float:
    return math.sqrt(math.expm1(min(float(np.var(np.log(_positive(times)))), 3.2)))


def _gamma_cv(times: Times) -> float:
    """1 ÷ √shape, the shape by Minka's (2002) approximation, exact to 1.5 %."""
    some = _positive(times)
    gap = max(math.log(float(some.mean())) - float(np.log(some).mean()), 1e-9)
    return 1 / math.sqrt((3 - gap + math.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap))


def _erlang_cv(times: Times) -> float:
    return 1 / math.sqrt(min(1000, max(1, round(1 / _gamma_cv(times) ** 2))))


def _weibull_shape(times: Times) -> float:
    """Maximum likelihood, by Newton's steps on the profile equation."""
    logs = np.log(_positive(times))
    logs = logs - logs.max()
    shape = 1.2 / max(float(logs.std()), 1e-6)
    for _ in range(50):
        weights = np.exp(shape * logs)
        total, first = float(weights.sum()), float((weights * logs).sum())
        value = first / total - 1 / shape - float(logs.mean())
        slope = float((weights * logs * logs).sum()) / total - (first / total) ** 2 + 1 / shape**2
        shape = max(shape - value / slope, shape / 3)
    return shape


def _weibull_cv(times: Times) -> float:
    shape = _weibull_shape(times)
    first, second = math.lgamma(1 + 1 / shape), math.lgamma(1 + 2 / shape)
    return math.sqrt(max(math.exp(second - 2 * first) - 1, 1e-9))


def _by_lognormal(mean: float, cv: float) -> Times:
    from scipy.special import ndtri

    sigma = math.sqrt(math.log1p(cv**2))
    return np.asarray(mean * np.exp(sigma * ndtri(PROBABILITIES) - sigma * sigma / 2))


def _by_gamma(mean: float, cv: float) -> Times:
    from scipy.special import gammaincinv

    shape = 1 / cv**2
    return np.asarray(gammaincinv(shape, PROBABILITIES) * mean / shape)


def _by_weibull(mean: float, cv: float) -> Times:
    from scenarios.tables import weibull_shape

    return _of_shape(mean, weibull_shape(cv))


def _of_shape(mean: float, shape: float) -> Times:
    scale = mean / math.gamma(1 + 1 / shape)
    return np.asarray(scale * (-np.log1p(-PROBABILITIES)) ** (1 / shape))


def _of_uniform(low: float, high: float) -> Times:
    return np.asarray(low + (high - low) * PROBABILITIES)


def _of_triangle(low: float, usual: float, high: float) -> Times:
    before = (usual - low) / max(high - low, 1e-9)
    rising = low + np.sqrt(PROBABILITIES * (high - low) * (usual - low))
    falling = high - np.sqrt((1 - PROBABILITIES) * (high - low) * (high - usual))
    return np.asarray(np.where(before > PROBABILITIES, rising, falling))


def usual_of(times: Times) -> float:
    """The peak of a triangle that has the ends and the mean of some times."""
    low, high = float(times.min()), float(times.max())
    return min(max(3 * float(times.mean()) - low - high, low), high)


def _mean(times: Times) -> float:
    return float(times.mean())


FITS: dict[str, Quantiles] = {
    "exponential": lambda times: times.mean() * -np.log1p(-PROBABILITIES),
    "uniform": lambda times: _of_uniform(float(times.min()), float(times.max())),
    "lognormal": lambda times: _by_lognormal(_mean(times), _lognormal_cv(times)),
    "triangular": lambda times: _of_triangle(float(times.min()), usual_of(times), float(times.max())),
    "erlang": lambda times: _by_gamma(_mean(times), _erlang_cv(times)),
    "gamma": lambda times: _by_gamma(_mean(times), _gamma_cv(times)),
    "weibull": lambda times: _of_shape(_mean(times), _weibull_shape(times)),
    "empirical": lambda times: np.quantile(times, PROBABILITIES),
}
SIMPLEST = tuple(FITS)
"""From few parameters to many; of equals the first is taken."""

SPREADS: dict[str, Callable[[Times], float]] = {
    "exponential": lambda _: 1.0,
    "erlang": _erlang_cv,
    "gamma": _gamma_cv,
    "lognormal": _lognormal_cv,
    "weibull": _weibull_cv,
}
