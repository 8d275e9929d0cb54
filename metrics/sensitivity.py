"""Where to look over several factors at once, and which of them matter: designs, Morris, Sobol.

Every place is a row of numbers from 0 to 1, one for each factor. Factors are taken to be independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from metrics.statistics import LEVEL, Floats, Interval, average

JUMP = 2 / 3
"""Morris: from one of four levels to the one two further, of a range."""

RESAMPLES = 1000


def full_factorial(levels: Sequence[int]) -> Floats:
    """Every combination, the last factor changing fastest; a level is the middle of its part of the range."""
    axes = [(np.arange(count) + 0.5) / count for count in levels]
    return np.array(list(product(*axes)), dtype=np.float64)


def sobol_sequence(points: int, factors: int, seed: int | None) -> Floats:
    """A Sobol sequence, scrambled by a seed (None: not at all); a power of two of points.

    Owen (1998), Scrambling Sobol' and Niederreiter-Xing points.
    """
    from scipy.stats import qmc

    rng = None if seed is None else np.random.default_rng(seed)
    made: Floats = qmc.Sobol(d=factors, scramble=seed is not None, rng=rng).random_base2(_power(points))
    return made


def _power(points: int) -> int:
    power = points.bit_length() - 1
    if points != 1 << power:
        raise ValueError(f"a Sobol sequence has a power of two of points; got {points}")
    return power


# ---- Morris -------------------------------------------------------------------------------------------


def trajectories(count: int, factors: int, seed: int) -> Floats:
    """`count` walks of factors + 1 places, each step a jump of another factor, in an order by chance.

    Morris (1991), Factorial sampling plans for preliminary computational experiments.
    """
    chance = np.random.default_rng(seed)
    return np.concatenate([_trajectory(chance, factors) for _ in range(count)])


def _trajectory(chance: np.random.Generator, factors: int) -> Floats:
    place = chance.integers(0, 4, factors) / 3
    rows = [place]
    for factor in chance.permutation(factors):
        place = place.copy()
        place[factor] += JUMP if place[factor] < 0.5 else -JUMP
        rows.append(place)
    return np.array(rows)


@dataclass(frozen=True, slots=True)
class Effect:
    """Of one factor over its whole range: mean and spread of its elementary effects.

    size : mean of the absolute values (Campolongo's μ*), with its interval · spread : σ, which is large where
    the effect depends on the place: bent, or together with other factors
    """

    mean: float
    size: float
    interval: Interval
    spread: float


def effects(places: Floats, values: Floats, level: float = LEVEL) -> list[Effect]:
    """Morris's effects of every factor; the interval is by the bootstrap over trajectories.

    Campolongo, Cariboni & Saltelli (2007), An effective screening design for sensitivity analysis of large
    models.
    """
    table = elementary(places, values)
    drawn = _resamples(len(table))
    return [_effect(column, drawn, level) for column in table.T]


def elementary(places: Floats, values: Floats) -> Floats:
    """The elementary effects, a row for each trajectory, a column for each factor."""
    factors = places.shape[1]
    walks = places.reshape(-1, factors + 1, factors)
    moves, changes = np.diff(walks, axis=1), np.diff(values.reshape(-1, factors + 1), axis=1)
    which = np.abs(moves).argmax(axis=2)
    sizes = np.take_along_axis(moves, which[:, :, None], axis=2)[:, :, 0]
    table = np.empty((len(walks), factors))
    np.put_along_axis(table, which, changes / sizes, axis=1)
    return table


def _effect(column: Floats, drawn: NDArray[np.int64], level: float) -> Effect:
    sizes = np.abs(column)
    spread = float(column.std(ddof=1)) if len(column) > 1 else 0.0
    return Effect(average(column), average(sizes), _quantiles(sizes[drawn].mean(axis=1), level), spread)


def _resamples(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(count).integers(0, count, (RESAMPLES, count))


def _quantiles(values: Floats, level: float) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


# ---- Sobol --------------------------------------------------------------------------------------------


def index_places(points: int, factors: int, seed: int) -> Floats:
    """Places for indices: A, B, then A with one column of B for each factor; (factors + 2) · points rows.

    Saltelli et al. (2010), Variance based sensitivity analysis of model output.
    """
    both = sobol_sequence(points, 2 * factors, seed)
    a, b = both[:, :factors], both[:, factors:]
    mixed = [a.copy() for _ in range(factors)]
    for factor, one in enumerate(mixed):
        one[:, factor] = b[:, factor]
    return np.concatenate([a, b, *mixed])


@dataclass(frozen=True, slots=True)
class Index:
    """Shares of the variance: `first` by the factor alone, `total` with all that it does together."""

    first: float
    first_interval: Interval
    total: float
    total_interval: Interval


def indices(values: Floats, factors: int, level: float = LEVEL) -> list[Index] | None:
    """Sobol's indices of every factor, with intervals by the bootstrap over places; None without variance.

    values : in the order of `index_places`. Estimates below 0 are 0, above 1 they are 1, in
    their intervals too. Jansen (1999),
    Analysis of variance designs for model output, for the total.
    """
    table = values.reshape(factors + 2, -1)
    whole = shares(table)
    if whole is None:
        return None
    drawn = [shares(table[:, rows]) for rows in _resamples(table.shape[1])]
    many = np.array([found for found in drawn if found is not None])
    return [_index(whole[:, i], many[:, :, i], level) for i in range(factors)]


def _index(found: Floats, many: Floats, level: float) -> Index:
    first, total = (_quantiles(as_shares(many[:, kind]), level) for kind in (0, 1))
    return Index(*_with(found[0], first), *_with(found[1], total))


def _with(found: float, interval: Interval) -> tuple[float, Interval]:
    return float(as_shares(np.array(found))), interval


def as_shares(estimates: Floats) -> Floats:
    """A share lies from 0 to 1; an estimate of it need not."""
    found: Floats = np.clip(estimates, 0.0, 1.0)
    return found


def shares(table: Floats) -> Floats | None:
    """(first, total) of every factor as they come out; None without variance.

    table : rows f(A), f(B), f(A with B's column i) …
    """
    centred = table - table[:2].mean()
    a, b, mixed = centred[0], centred[1], centred[2:]
    variance = float(table[:2].var(ddof=1))
    if variance == 0 or not math.isfinite(variance):
        return None
    found: Floats = np.array([(b * (mixed - a)).mean(axis=1), ((a - mixed) ** 2).mean(axis=1) / 2]) / variance
    return found
