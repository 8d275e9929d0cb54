"""A little memory shared by a run and its worker processes: "stop now", and how far each replication is."""

from __future__ import annotations

import multiprocessing
from ctypes import c_int64
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.run import Progress

if TYPE_CHECKING:
    from platform_api.following import Advance

_FIELDS = 3
"""Per replication: share of its simulated time [per million], entities, whether it is measured."""

_ADVANCE = 8
"""Of an experiment: whether anything is told, its share [per million], replications done and wanted,
entities, time [ms], points done and planned."""

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
        context = multiprocessing.get_context("spawn")
        self._places: Any = context.RawArray(c_int64, 1 + _FIELDS * room)
        self._advance: Any = context.RawArray(c_int64, _ADVANCE)

    def clear(self) -> None:
        """Make ready for the next run."""
        self._places[:] = [0] * len(self._places)
        self._advance[:] = [0] * _ADVANCE

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

    def note_advance(self, advance: Advance) -> None:
        """How far an experiment is that one process does as a whole."""
        share, took = int(min(1.0, advance.done) * _MILLION), int(advance.seconds * 1000)
        told = (share, advance.finished, advance.replications, advance.entities, took)
        self._advance[1:], self._advance[0] = (*told, *(advance.points or (0, 0))), 1

    def advance(self) -> Advance | None:
        """What was noted of an experiment; None as long as nothing was."""
        from platform_api.following import Advance

        noted, share, finished, wanted, entities, took, done, planned = self._advance[:]
        points = (done, planned) if planned else None
        told = Advance(share / _MILLION, finished, wanted, entities, took / 1000, points)
        return told if noted else None

    def totals(self, replications: int) -> Totals:
        """The first so many replications together."""
        places = self._places[1 : 1 + _FIELDS * replications]
        done, entities, finished = (sum(places[field::_FIELDS]) for field in range(_FIELDS))
        return Totals(done / (_MILLION * replications), finished, entities)
