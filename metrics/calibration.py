"""Unknown numbers of a scenario from what was observed: a surface through simulations, and what fits it.

The scenario is simulated at points that fill the ranges of the unknowns. Through the figures goes a quadratic
surface (response surface, Box and Wilson 1951), which is cheap to ask anywhere. An unknown is as likely as
the observed figures are under it: normal, with the spread of single replications (an observed day is one day)
and the misfit of the surface. Every place counts alike beforehand (Kennedy and O'Hagan 2001, but
for their discrepancy: what the model cannot do at all shows as a poor fit, not as an interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PLACES = 8_192
"""Places of the ranges that are asked."""
TOLD_LITTLE = 0.7
"""An interval that covers so much of the range tells little."""
TIED = 0.8
"""Two unknowns whose likely values are so closely related can stand in for each other."""
POOR = 12.0
"""Squared distance from an observed figure, in its variances, from which no place of the ranges fits it."""


DRAWS = 20
"""Places that are drawn for predictions."""
PARTS, ALIKE, UNLIKE = 24, 2.0, 3.84
"""Two values of an unknown fit alike if their squared distances differ by less than 2 (their likelihoods by
less than e); what lies between does not if it is worse by the 95 % quantile of χ² (one degree of freedom)."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A figure over the ranges. spread : standard deviation of one replication · misfit : of the surface"""

    coefficients: Floats
    spread: float
    misfit: float

    def at(self, places: Floats) -> Floats:
        """The figure at some places, 0 … 1 in each range."""
        return np.asarray(_terms(places) @ self.coefficients)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is told of one unknown, as places of its range. low, high : 95 % interval"""

    best: float
    low: float
    high: float

    @property
    def tells_little(self) -> bool:
        """Whether nearly all of its range fits."""
        return self.high - self.low >= TOLD_LITTLE


@dataclass(frozen=True, slots=True)
class Apart:
    """Two values of an unknown that fit alike, while what lies between them does not."""

    unknown: int
    one: float
    other: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What fits. tied : pairs of unknowns that stand in for each other · poor : figures that no place fits ·
    apart : unknowns with two separate values · likely : places drawn as likely as they are, a row each
    """

    unknowns: tuple[Unknown, ...]
    tied: tuple[tuple[int, int], ...]
    poor: tuple[int, ...]
    apart: tuple[Apart, ...]
    likely: Floats
    distance: float


def points_needed(unknowns: int) -> int:
    """Places to simulate: three for each coefficient of the surface."""
    return 3 * (1 + unknowns + unknowns * (unknowns + 1) // 2)


def surface(places: Floats, values: Floats) -> Surface:
    """The surface through simulated figures, a row of replications for each place; NaN where one has none.

    Raises
    ------
    ValueError
        If too few places have a figure.
    """
    told = np.isfinite(values).sum(axis=1)
    there = told > 0
    terms, means = _terms(places[there]), np.nanmean(values[there], axis=1)
    if there.sum() <= terms.shape[1]:
        raise ValueError(f"{int(there.sum())} places have the figure; more than {terms.shape[1]} are needed")
    coefficients, *_ = np.linalg.lstsq(terms, means, rcond=None)
    twice = told[there] > 1
    spread = float(np.sqrt(np.mean(np.nanvar(values[there][twice], axis=1, ddof=1)))) if twice.any() else 0.0
    freedom = len(means) - terms.shape[1]
    rest = float(((means - terms @ coefficients) ** 2).sum()) / freedom
    chance = spread**2 * float(np.mean(1 / told[there]))
    return Surface(np.asarray(coefficients, np.float64), spread, float(np.sqrt(max(0.0, rest - chance))))


def relation(values: Floats, group: Sequence[object]) -> Floats:
    """How figures of one day go together from replication to replication: (place, replication, figure) →
    correlations; none between groups.

    Of few replications for many figures they are drawn towards none, so that they stay a matrix that can be.
    """
    figures = values.shape[2]
    off = values - np.nanmean(values, axis=1, keepdims=True)
    off = off.reshape(-1, figures)
    off = np.where(np.isfinite(off), off, 0.0)
    scale = np.sqrt(np.maximum((off**2).sum(axis=0), 1e-300))
    found = (off.T @ off) / np.outer(scale, scale)
    known = values.shape[0] * (values.shape[1] - 1)
    found *= 1 - min(1.0, figures / max(1, known))
    same = np.array([[one == other for other in group] for one in group])
    found = np.where(same, found, 0.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _terms(places: Floats) -> Floats:
    """1, x, x² and products."""
    columns = [np.ones(len(places)), *places.T]
    pairs = combinations_with_replacement(range(places.shape[1]), 2)
    return np.column_stack([*columns, *(places[:, i] * places[:, j] for i, j in pairs)])


def calibrate(
    surfaces: Sequence[Surface], observed: Sequence[float], unknowns: int, related: Floats | None = None
) -> Calibrated:
    """Which places of the ranges fit what was observed; `related`: how the figures go together."""
    from scipy.stats import qmc

    places = np.asarray(qmc.Sobol(unknowns, rng=np.random.default_rng(1)).random(PLACES))
    distance = _Distance(surfaces, np.asarray(observed, float), related)
    total = distance(places)
    weights = np.exp(-0.5 * (total - total.min()))
    weights /= weights.sum()
    best = int(total.argmin())
    told = tuple(_unknown(places[:, k], weights, float(places[best, k])) for k in range(unknowns))
    poor = tuple(np.flatnonzero(distance.each(places[best : best + 1])[:, 0] > POOR).tolist())
    apart = tuple(filter(None, (_apart(distance, places, total, k) for k in range(unknowns))))
    return Calibrated(
        told, _tied(places, weights, told), poor, apart, _drawn(places, weights), float(total[best])
    )


class _Distance:
    """How far a place is from what was observed, in variances."""

    def __init__(self, surfaces: Sequence[Surface], observed: Floats, related: Floats | None) -> None:
        self.surfaces, self.observed = surfaces, observed
        spread = np.array([of.spread for of in surfaces])
        floor = 1e-12 + (1e-6 * observed) ** 2
        own = np.maximum(np.array([of.spread**2 + of.misfit**2 for of in surfaces]), floor)
        together = np.outer(spread, spread) * (np.eye(len(spread)) if related is None else related)
        np.fill_diagonal(together, own)
        self.own, self.whiten = own, np.linalg.inv(np.linalg.cholesky(together))

    def _off(self, places: Floats) -> Floats:
        return np.array([of.at(places) - seen for of, seen in zip(self.surfaces, self.observed, strict=True)])

    def each(self, places: Floats) -> Floats:
        """Of each figure by itself."""
        return np.asarray(self._off(places) ** 2 / self.own[:, None])

    def __call__(self, places: Floats) -> Floats:
        """Of all of them together (Mahalanobis)."""
        return np.asarray(((self.whiten @ self._off(places)) ** 2).sum(axis=0))


def _drawn(places: Floats, weights: Floats) -> Floats:
    """Places drawn as likely as they are, at equal steps of the heap of weights, which is shuffled once."""
    order = np.random.default_rng(2).permutation(len(places))
    at = np.searchsorted(np.cumsum(weights[order]), (np.arange(DRAWS) + 0.5) / DRAWS)
    return np.asarray(places[order[np.minimum(at, len(places) - 1)]])


def _apart(distance: _Distance, places: Floats, total: Floats, k: int) -> Apart | None:
    """Whether an unknown has two separate values that fit alike: by the best fit in each part of it."""
    part = np.minimum((places[:, k] * PARTS).astype(int), PARTS - 1)
    best = [int(np.flatnonzero(part == n)[total[part == n].argmin()]) for n in range(PARTS)]
    fits = np.array([_polished(distance, places[row], k) for row in best])
    good = np.flatnonzero(fits <= fits.min() + ALIKE)
    for one, other in zip(good[:-1].tolist(), good[1:].tolist(), strict=True):
        if fits[one:other].max() >= max(fits[one], fits[other]) + UNLIKE:
            return Apart(k, float(places[best[one], k]), float(places[best[other], k]))
    return None


def _polished(distance: _Distance, place: Floats, k: int) -> float:
    """The best fit with one unknown held and the others free."""
    from scipy.optimize import minimize

    free = [n for n in range(len(place)) if n != k]

    def of(values: Floats) -> float:
        tried = place.copy()
        tried[free] = values
        return float(distance(tried[None, :])[0])

    if not free:
        return of(np.empty(0))
    bounds = [(0, 1)] * len(free)
    found = minimize(of, place[free], method="L-BFGS-B", bounds=bounds, options={"maxiter": 20})
    return float(min(found.fun, of(place[free])))


def _unknown(place: Floats, weights: Floats, best: float) -> Unknown:
    order = np.argsort(place)
    shares = np.cumsum(weights[order])
    at = [min(int(np.searchsorted(shares, q)), len(place) - 1) for q in (0.025, 0.975)]
    low, high = (float(place[order[k]]) for k in at)
    return Unknown(best, min(low, best), max(high, best))


def _tied(places: Floats, weights: Floats, told: Sequence[Unknown]) -> tuple[tuple[int, int], ...]:
    """Pairs that vary together among what fits, though each by itself is not settled."""
    if len(told) < 2:
        return ()
    middle = np.asarray(weights @ places)
    off = places - middle
    spread = (weights[:, None] * off).T @ off
    scale = np.sqrt(np.maximum(np.diag(spread), 1e-12))
    relation = spread / np.outer(scale, scale)
    wide = [each.high - each.low > 0.2 for each in told]
    return tuple(
        (i, j) for i in range(len(told)) for j in range(i + 1, len(told))
        if abs(relation[i, j]) > TIED and wide[i] and wide[j]
    )  # fmt: skip
