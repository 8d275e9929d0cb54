"""Many observed times, added up: exact while they are few, a histogram once they are many.

Number, sum, sum of squares and the largest are exact integers, so the order in which times are added changes
no bit. A histogram has 64 cells for each doubling (`sim.tally`): a quantile is within 0.8 % of an observed time.
"""

from __future__ import annotations

import math

import numpy as np

from sim.log import Column
from sim.tally import cell_of, value_of

EXACT = 10_000
"""Times that are kept one by one, at most."""

HALF = 20
"""Times are split at this bit, so that no sum of products leaves an int64."""

BLOCK = 1 << 18
"""Times whose squares are summed at once, at most."""


class Sample:
    """Times [ms], also negative ones.

    n, total, squares, most : number, sum, sum of squares, largest; exact
    """

    def __init__(self) -> None:
        self.n = self.total = self.squares = 0
        self.most = -(1 << 63)
        self._few: list[Column] = []
        self._cells = np.empty(0, np.int64)
        self._counts = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self.n

    def add(self, times: Column) -> None:
        """More times."""
        if not len(times):
            return
        self.n += len(times)
        self.total += int(times.sum())
        self.squares += sum(_squares(times[k : k + BLOCK]) for k in range(0, len(times), BLOCK))
        self.most = max(self.most, int(times.max()))
        if self.n <= EXACT:
            self._few.append(times)
        else:
            for waiting in (*self._few, times):
                self._count(waiting)
            self._few = []

    def merge(self, other: Sample) -> None:
        """The times of another sample."""
        if other.n <= EXACT:
            for times in other._few:
                self.add(times)
            return
        for waiting in self._few:
            self._count(waiting)
        self._few = []
        self.n += other.n
        self.total += other.total
        self.squares += other.squares
        self.most = max(self.most, other.most)
        self._put(other._cells, other._counts)

    @property
    def deviation(self) -> float:
        """The standard deviation with 1/(n − 1) [ms]."""
        return math.sqrt((self.squares * self.n - self.total**2) / (self.n * (self.n - 1)))

    def ranked(self, rank: int) -> int:
        """The `rank`-th smallest time (from 1) [ms]: an observed one while few, else the middle of its cell."""
        if self.n <= EXACT:
            return int(np.sort(np.concatenate(self._few))[rank - 1])
        cell = self._cells[np.searchsorted(np.cumsum(self._counts), rank)]
        middle = int(value_of(np.abs(cell[None]))[0])
        return min(self.most, middle if cell >= 0 else -middle)

    def _count(self, times: Column) -> None:
        """Into cells; those of negative times have the negative number."""
        cells = np.where(times < 0, -cell_of(np.abs(times)), cell_of(np.abs(times)))
        self._put(*np.unique(cells, return_counts=True))

    def _put(self, found: Column, counts: Column) -> None:
        together, place = np.unique(np.concatenate((self._cells, found)), return_inverse=True)
        sums = np.zeros(len(together), np.int64)
        np.add.at(sums, place, np.concatenate((self._counts, counts)))
        self._cells, self._counts = together, sums


def _squares(times: Column) -> int:
    high, low = times >> HALF, times & ((1 << HALF) - 1)
    parts = int(np.dot(high, high)), int(np.dot(high, low)), int(np.dot(low, low))
    return (parts[0] << 2 * HALF) + (parts[1] << HALF + 1) + parts[2]
