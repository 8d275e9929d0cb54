"""A little memory shared by a run and its worker processes: "stop now", and how far each replication is."""

from __future__ import annotations

import multiprocessing
from ctypes import c_int64
from typing import Any, NamedTuple

from sim.run import Progress

_FIELDS = 3
"""Per replication: share of its simulated time [per million], entities, whether it is measured."""

_MILLION = 1_000_000


class Totals(NamedTuple):
    """All replications of a run together."""

    done: float  # share of the simulated time, 0 … 1
    finished: int  # replications
    entities: int


class Board:
    """Written by workers (each its own places) and read by the run; a missed update costs nothing.

    It has room for so many replications, serves one run after another, and reaches a worker when the process
    is made: it cannot be handed over later.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self._places: Any = multiprocessing.get_context("spawn").RawArray(c_int64, 1 + _FIELDS * room)

    def clear(self) -> None:
        """Make ready for the next run."""
        self._places[:] = [0] * len(self._places)

    def cancel(self) -> None:
        """Ask everybody to stop."""
        self._places[0] = 1

    def is_cancelled(self) -> bool:
        """Whether everybody was asked to stop."""
        return bool(self._places[0])

    def note(self, replication: int, progress: Progress) -> None:
        """How far a replication is."""
        first = 1 + _FIELDS * replication
        self._places[first : first + 2] = int(progress.share * _MILLION), progress.entities

    def finish(self, replication: int) -> None:
        """A replication is simulated and measured."""
        first = 1 + _FIELDS * replication
        self._places[first], self._places[first + 2] = _MILLION, 1

    def totals(self, replications: int) -> Totals:
        """The first so many replications together."""
        places = self._places[1 : 1 + _FIELDS * replications]
        done, entities, finished = (sum(places[field::_FIELDS]) for field in range(_FIELDS))
        return Totals(done / (_MILLION * replications), finished, entities)
