"""A record handed over in pieces while the run goes, so that it is never there as a whole.

A *family* is an entity with whoever it sent out. A piece holds the rows of families that have left, all of
them, and what the curves of resources, zones and stocks did in its span of time. The last piece holds the
rest: who is still inside, and the open visits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.log import EventLog

FAR = 1 << 62
"""Later than every instant [ms]."""

ROWS = 80_000
"""Rows of visits from which a piece is handed over."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some families, and a span of time.

    log : their rows; of the curves the rows of the span, each with the row before it; the timetable up to
    now; in every piece but the last, its `end` is the latest at which the run may stop
    since, until : the span [ms]; spans follow each other without a gap · settled : no entity of a later
    piece was there before this instant [ms] · last : nothing follows
    """

    log: EventLog
    since: int
    until: int
    settled: int
    last: bool

    @property
    def is_whole(self) -> bool:
        """Whether it is the only one."""
        return self.last and self.since == -FAR


Take = Callable[[Piece], None]
"""Who takes the pieces."""


def whole(log: EventLog) -> Piece:
    """A record as the only piece."""
    return Piece(log, -FAR, FAR, FAR, last=True)
