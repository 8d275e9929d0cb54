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
class Calibrated:
    """What fits. tied : pairs of unknowns that stand in for each other · poor : figures that no place fits"""

    unknowns: tuple[Unknown, ...]
    tied: tuple[tuple[int, int], ...]
    poor: tuple[int, ...]
    distance: float


def points_needed(unknowns: int) -> int:
    """Places to simulate: three for each coefficient of the surface."""
    return 3 * (1 + unknowns + unknowns * (unknowns + 1) // 2)


def surface(places: Floats, means: Floats, deviations: Floats, replications: int) -> Surface:
    """The surface through simulated means; `deviations`: of single replications at each place."""
    terms = _terms(places)
    coefficients, *_ = np.linalg.lstsq(terms, means, rcond=None)
    spread = float(np.sqrt(np.mean(deviations**2)))
    freedom = max(1, len(means) - terms.shape[1])
    rest = float(((means - terms @ coefficients) ** 2).sum()) / freedom
    return Surface(
        np.asarray(coefficients, np.float64),
        spread,
        float(np.sqrt(max(0.0, rest - spread**2 / replications))),
    )


def _terms(places: Floats) -> Floats:
    """1, x, x² and products."""
    columns = [np.ones(len(places)), *places.T]
    pairs = combinations_with_replacement(range(places.shape[1]), 2)
    return np.column_stack([*columns, *(places[:, i] * places[:, j] for i, j in pairs)])


def calibrate(surfaces: Sequence[Surface], observed: Sequence[float], unknowns: int) -> Calibrated:
    """Which places of the ranges fit what was observed."""
    from scipy.stats import qmc

    places = np.asarray(qmc.Sobol(unknowns, rng=np.random.default_rng(1)).random(PLACES))
    each = np.array([
        ((of.at(places) - seen) ** 2) / max(of.spread**2 + of.misfit**2, 1e-12 + (1e-6 * seen) ** 2)
        for of, seen in zip(surfaces, observed, strict=True)
    ])  # fmt: skip
    total = each.sum(axis=0)
    weights = np.exp(-0.5 * (total - total.min()))
    weights /= weights.sum()
    best = int(total.argmin())
    told = tuple(_unknown(places[:, k], weights, float(places[best, k])) for k in range(unknowns))
    poor = tuple(k for k in range(len(each)) if each[k, best] > POOR)
    return Calibrated(told, _tied(places, weights, told), poor, float(total[best]))


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
