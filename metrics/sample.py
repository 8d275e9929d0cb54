"""Many observed times, added up: exact while they are few, a histogram once they are many.

Number, sum, sum of squares and the largest are exact integers, so neither the order of the times nor the
portions in which they come change a bit. A histogram has 64 cells for each doubling (`sim.tally`): a quantile
is within 0.8 % of an observed time.
"""

from __future__ import annotations

import math

import numpy as np

from sim.log import Column
from sim.tally import cell_of, value_of

EXACT = 5_000
"""Times that are kept one by one, at most."""

HALF = 20
"""Times are split at this bit, so that no sum of products leaves an int64."""

BLOCK = 1 << 18
"""Times whose squares are summed at once, at most."""


class Sample:
    """Times [ms], also negative ones.

    n : how many · total, squares, most : of those that are many, sum, sum of squares, largest; exact
    """

    def __init__(self) -> None:
        self.n = self.total = self.squares = 0
        self.most = -(1 << 63)
        self._waiting: list[Column] = []
        self._counted = 0
        self._cells = np.empty(0, np.int64)
        self._counts = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self.n

    def add(self, times: Column) -> None:
        """More times."""
        if len(times):
            self.n += len(times)
            self._waiting.append(times)
            if self.n - self._counted > EXACT:
                self._count()

    def merge(self, other: Sample) -> None:
        """The times of another sample."""
        for times in other._waiting:
            self.add(times)
        if other._counted:
            self.n += other._counted
            self._counted += other._counted
            self.total += other.total
            self.squares += other.squares
            self.most = max(self.most, other.most)
            self._put(other._cells, other._counts)

    def few(self) -> Column | None:
        """All times, if they are few; None of many."""
        if self.n > EXACT:
            self._count()
            return None
        return np.concatenate([np.empty(0, np.int64), *self._waiting])

    @property
    def deviation(self) -> float:
        """The standard deviation with 1/(n − 1) [ms]."""
        return math.sqrt((self.squares * self.n - self.total**2) / (self.n * (self.n - 1)))

    def ranked(self, rank: int) -> int:
        """The `rank`-th smallest time (from 1), or rather the middle of its cell [ms]."""
        cell = self._cells[np.searchsorted(np.cumsum(self._counts), rank)]
        middle = int(value_of(np.abs(cell[None]))[0])
        return min(self.most, middle if cell >= 0 else -middle)

    def _count(self) -> None:
        """What waits, into sums and cells; those of negative times have the negative number."""
        if not self._waiting:
            return
        times = np.concatenate(self._waiting)
        self._waiting, self._counted = [], self.n
        self.total += int(times.sum())
        self.squares += sum(_squares(times[k : k + BLOCK]) for k in range(0, len(times), BLOCK))
        self.most = max(self.most, int(times.max()))
        cells = np.where(times < 0, -cell_of(np.abs(times)), cell_of(np.abs(times)))
        first = int(cells.min())
        counts = np.bincount(cells - first)
        found = np.flatnonzero(counts)
        self._put(found + first, counts[found])

    def _put(self, found: Column, counts: Column) -> None:
        together, place = np.unique(np.concatenate((self._cells, found)), return_inverse=True)
        sums = np.zeros(len(together), np.int64)
        np.add.at(sums, place, np.concatenate((self._counts, counts)))
        self._cells, self._counts = together, sums


def _squares(times: Column) -> int:
    high, low = times >> HALF, times & ((1 << HALF) - 1)
    parts = int(np.dot(high, high)), int(np.dot(high, low)), int(np.dot(low, low))
    return (parts[0] << 2 * HALF) + (parts[1] << HALF + 1) + parts[2]
