"""Many observed times, added up: exact while they are few, a histogram once they are many.

Number, sum, sum of squares and the largest are exact integers, so neither the order of the times nor the
portions in which they come change a bit. A histogram has 64 cells for each doubling (`sim.tally`): a quantile
is within 0.8 % of an observed time.
"""

from __future__ import annotations

import math

import numpy as np

from sim.log import Column
from sim.tally import CELLS, CELLS_LOG2, value_of

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
        self._first = 0  # the number of the first cell that has a count
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
            self._put(other._first, other._counts)

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
        cell = self._first + int(np.searchsorted(np.cumsum(self._counts), rank))
        middle = int(value_of(np.array([abs(cell)]))[0])
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
        cells = _cells(times)
        first = int(cells.min())
        self._put(first, np.bincount(cells - first))

    def _put(self, first: int, counts: Column) -> None:
        """More in the cells from `first` on."""
        known = self._counts
        start = min(self._first, first) if len(known) else first
        sums = np.zeros(max(self._first + len(known), first + len(counts)) - start, np.int64)
        sums[self._first - start :][: len(known)] = known
        sums[first - start :][: len(counts)] += counts
        self._first, self._counts = start, sums


def _cells(times: Column) -> Column:
    """`sim.tally.cell_of` of times below 2⁵³ ms, read off the bits of a float; negative of negative ones.

    A float's exponent and its first bits after the point are the doubling and the cell within it.
    """
    size = np.abs(times)
    cells: Column = (size.astype(np.float64).view(np.int64) >> _DROPPED) - _BEFORE
    np.copyto(cells, size, where=size < CELLS)
    np.negative(cells, out=cells, where=times < 0)
    return cells


_DROPPED = 52 - CELLS_LOG2
"""Bits of a float's mantissa that say no more than its cell does."""
_BEFORE = (1023 + CELLS_LOG2 - 1) << CELLS_LOG2
"""Of 1023, the exponent of 1, and the doublings whose values are cells themselves."""


def _squares(times: Column) -> int:
    high, low = times >> HALF, times & ((1 << HALF) - 1)
    parts = int(np.dot(high, high)), int(np.dot(high, low)), int(np.dot(low, low))
    return (parts[0] << 2 * HALF) + (parts[1] << HALF + 1) + parts[2]
