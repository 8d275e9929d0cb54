"""How many there are, as a function of time: integer step functions and their exact areas.

An area is an integer (things times milliseconds), so Little's law on a record is an identity, not an
estimate: the area under a queue is the sum of the waits in it, to the millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.log import Column

_SAFE = 1 << 62


@dataclass(frozen=True, slots=True)
class StepFunction:
    """Value `values[i]` on [times[i], times[i + 1]), `before` earlier; the last value holds on.

    times : int64 [ms], strictly ascending · values : int64, as many
    """

    times: Column
    values: Column
    before: int = 0

    def at(self, instants: Column) -> Column:
        """The value at each instant, what happens at that instant included."""
        return self._values[np.searchsorted(self.times, instants, side="right")]

    def just_before(self, instants: Column) -> Column:
        """The value just before each instant."""
        return self._values[np.searchsorted(self.times, instants, side="left")]

    def pieces(self, begin: int, end: int) -> tuple[Column, Column]:
        """(lengths [ms], values) of the pieces that make up [begin, end)."""
        first, last = np.searchsorted(self.times, [begin, end], side="right")
        inner = self.times[first:last]
        edges = np.concatenate(([begin], inner, [max(begin, end)]))
        return np.diff(edges), self._values[first : last + 1]

    def area(self, begin: int, end: int) -> int:
        """The integral over [begin, end) [value · ms], exact."""
        lengths, values = self.pieces(begin, end)
        if int(np.abs(values).max(initial=0)) * max(0, end - begin) < _SAFE:
            return int(np.dot(lengths, values))
        return sum(int(a) * int(b) for a, b in zip(lengths, values, strict=True))

    def areas(self, edges: Column) -> Column:
        """The integrals between consecutive edges [value · ms]; exact while they fit an int64."""
        return np.diff(self.integral(edges))

    def integral(self, instants: Column) -> Column:
        """The integral from one fixed instant to each of `instants` [value · ms]; differences count."""
        if not len(self.times):
            return self.before * instants
        sums = np.concatenate(([0, 0], np.cumsum(np.diff(self.times) * self.values[:-1])))
        piece = np.searchsorted(self.times, instants, side="right")
        since = self.times[np.maximum(piece - 1, 0)]
        return sums[piece] + self._values[piece] * (instants - since)

    def maximum(self, begin: int, end: int) -> tuple[int, int]:
        """(the largest value over [begin, end), the first instant it is reached [ms]).

        The value just before `begin` belongs to it.
        """
        first, last = np.searchsorted(self.times, [begin, end], side="left")
        values = self._values[first : last + 1]
        best = int(np.argmax(values))
        return int(values[best]), begin if best == 0 else int(self.times[first + best - 1])

    @property
    def _values(self) -> Column:
        return np.concatenate((np.array([self.before], dtype=np.int64), self.values))


def constant(value: int) -> StepFunction:
    """The same value at all times."""
    return StepFunction(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), value)


def from_changes(times: Column, changes: Column, before: int = 0) -> StepFunction:
    """The running sum of changes at times (in any order)."""
    order = np.argsort(times)  # what happens at one instant adds up, in whatever order
    times, total = times[order], before + np.cumsum(changes[order])
    return from_settings(times, total, before)


def from_settings(times: Column, values: Column, before: int = 0) -> StepFunction:
    """A value set at times (ascending; of several settings at one time the last counts)."""
    last = np.flatnonzero(np.append(np.diff(times) != 0, True)) if len(times) else np.empty(0, np.int64)
    return StepFunction(times[last], values[last], before)


def counting(entries: Column, exits: Column) -> StepFunction:
    """How many have entered and not yet left; `exits` may lack those who never leave."""
    return of_moves(moves(entries, exits))


def moves(entries: Column, exits: Column) -> Column:
    """Entries and exits in one ascending column: twice the instant, one more for an exit.

    Numbers are sorted several times faster than they are ranked. Instants must be within ±2⁶² ms.
    """
    together = np.concatenate((entries, exits)) << 1
    together[len(entries) :] |= 1
    together.sort()
    return together


def of_moves(ascending: Column, before: int = 0) -> StepFunction:
    """How many are there, from `moves`."""
    return from_settings(ascending >> 1, before + np.cumsum(1 - ((ascending & 1) << 1)), before)


def combine(how: Callable[..., Column], *functions: StepFunction) -> StepFunction:
    """Apply a function of arrays, such as `np.minimum`, value by value."""
    times = _merged([f.times for f in functions])
    before = how(*(np.array([f.before], dtype=np.int64) for f in functions))
    return StepFunction(times, how(*(_on(f, times) for f in functions)), int(before[0]))


def _on(function: StepFunction, times: Column) -> Column:
    """The values at instants among which are all of its own."""
    return function.values if len(function.times) == len(times) else function.at(times)


def _merged(columns: list[Column]) -> Column:
    """All times of several columns that ascend without equals, the same way."""
    filled = [column for column in columns if len(column)]
    if len(filled) == 1:
        return filled[0]
    times = np.sort(np.concatenate(filled or columns))
    return times[np.append(np.diff(times) != 0, True)] if len(times) else times


def clipped(begin: Column, end: Column, window: tuple[int, int] | tuple[Column, Column]) -> Column:
    """The part of each interval [begin, end) that lies in the window, or in its own [ms]."""
    inside: Column = np.maximum(0, np.minimum(end, window[1]) - np.maximum(begin, window[0]))
    return inside
