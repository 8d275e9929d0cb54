"""What a choice depends on: a small decision tree over the attributes of a case.

A split is made where it tells more than it costs: the gain in log-likelihood must exceed half the number of
new parameters times log n (BIC, Schwarz 1978), and by three times, since many splits are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.recorded.log import Column

DEEPEST = 3
CAUTION = 3.0


@dataclass(frozen=True, slots=True)
class Leaf:
    """How often each option was taken."""

    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Split:
    """By the value of an attribute; `rest` for values that were not seen."""

    attribute: str
    cases: dict[int, Tree]
    rest: Leaf


Tree = Leaf | Split


def grow(option: Column, options: int, attributes: Mapping[str, Column], depth: int = DEEPEST) -> Tree:
    """The tree that tells which option was taken; `attributes`: code of each observation, -1 unknown."""
    leaf = Leaf(tuple(np.bincount(option, minlength=options).tolist()))
    if depth == 0 or max(leaf.counts) == leaf.n:
        return leaf
    gains = {name: _gain(option, options, codes) for name, codes in attributes.items()}
    best = max(gains, key=lambda name: gains[name], default=None)
    if best is None or gains[best] <= 0:
        return leaf
    codes = attributes[best]
    others = {name: each for name, each in attributes.items() if name != best}
    cases: dict[int, Tree] = {}
    for value in np.unique(codes[codes >= 0]).tolist():
        mine = codes == value
        inner = {name: each[mine] for name, each in others.items()}
        cases[value] = grow(option[mine], options, inner, depth - 1)
    return Split(best, cases, leaf)


def _gain(option: Column, options: int, codes: Column) -> float:
    """What the split tells beyond its cost; 0 or less: not worth it."""
    known = codes >= 0
    if known.mean() < 0.5:
        return 0.0
    values = int(codes.max()) + 1
    if values < 2:
        return 0.0
    table = np.bincount(codes[known] * options + option[known], minlength=values * options).reshape(
        values, options
    )
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2:
        return 0.0
    told = _likelihood(table).sum() - _likelihood(table.sum(axis=0)[None, :]).sum()
    cost = 0.5 * (len(table) - 1) * (np.count_nonzero(table.sum(axis=0)) - 1) * np.log(known.sum())
    return float(told - CAUTION * cost)


def _likelihood(table: Column) -> np.ndarray:
    total = table.sum(axis=1, keepdims=True)
    shares = table / np.maximum(total, 1)
    return np.asarray((table * np.log(np.where(table > 0, shares, 1.0))).sum(axis=1))
