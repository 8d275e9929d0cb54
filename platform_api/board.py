"""A little memory shared by a run and its worker processes: "stop now", and how far each replication is."""

from __future__ import annotations

import multiprocessing
from ctypes import c_int64
from typing import Any

from sim.run import Progress

_FIELDS = 2
"""Per replication: share of its simulated time [per million], entities."""

_MILLION = 1_000_000


class Board:
    """Written by workers (each its own places) and read by the run; a missed update costs nothing.

    It reaches a worker when the process is made, so it can be handed over only there.
    """

    def __init__(self, replications: int) -> None:
        self.replications = replications
        self._places: Any = multiprocessing.get_context("spawn").RawArray(c_int64, 1 + _FIELDS * replications)

    def cancel(self) -> None:
        """Ask everybody to stop."""
        self._places[0] = 1

    def is_cancelled(self) -> bool:
        """Whether everybody was asked to stop."""
        return bool(self._places[0])

    def note(self, replication: int, progress: Progress) -> None:
        """How far a replication is."""
        first = 1 + _FIELDS * replication
        self._places[first : first + _FIELDS] = int(progress.share * _MILLION), progress.entities

    def finish(self, replication: int) -> None:
        """A replication is simulated to its end."""
        self._places[1 + _FIELDS * replication] = _MILLION

    def totals(self) -> tuple[float, int]:
        """Share of the simulated time of all replications, and entities."""
        places = self._places[1:]
        done, entities = (sum(places[field::_FIELDS]) for field in range(_FIELDS))
        return done / (_MILLION * self.replications), entities
