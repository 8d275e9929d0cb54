"""What the record of one replication says of those who count, in minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import DAY, Resolved
from sim.log import EMPTY, VISIT_OUTCOMES, Column, EventLog

MINUTE = 60_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits to one step by those who joined in the part of the window that counts [min].

    wait : until the start, or until patience was lost · sojourn : until the end · held : after the end, until
    the next place was free · lost : turned away, or out of patience
    """

    wait: Floats
    sojourn: Floats
    held: Floats
    lost: NDArray[np.bool_]
    started: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record and the span of joining that counts [ms]."""

    log: EventLog
    until: int

    def visits(self, step: str, flow: str | None = None) -> Visits:
        """Visits to a step, of all flows or of one."""
        rows, names = self.log.visits, self.log.names
        counts = (rows["step"] == names.steps.index(step)) & self._in_span(rows["joined"])
        if flow is not None:
            counts &= self.log.entities["flow"][rows["entity"]] == names.flows.index(flow)
        joined, started, ended, left = (rows[name][counts] for name in ("joined", "started", "ended", "left"))
        begun = started != EMPTY
        return Visits(
            wait=(np.where(begun, started, ended) - joined) / MINUTE,
            sojourn=(ended - joined) / MINUTE,
            held=(left - ended) / MINUTE,
            lost=rows["outcome"][counts] >= VISIT_OUTCOMES.index("diverted"),
            started=begun,
        )

    def dwell(self, flow: str | None = None) -> Floats:
        """Time in the system of those who came in the span, of all flows or of one [min]."""
        arrived, left = self.log.entities["arrived"], self.log.entities["left"]
        counts = self._in_span(arrived) & (self.log.entities["parent"] < 0)
        if flow is not None:
            counts &= self.log.entities["flow"] == self.log.names.flows.index(flow)
        dwell: Floats = (left - arrived)[counts] / MINUTE
        return dwell

    def departures(self, step: str) -> Column:
        """When visits to a step ended and left it, ascending [ms]."""
        rows = self.log.visits
        return np.sort(rows["left"][rows["step"] == self.log.names.steps.index(step)])

    def _in_span(self, times: Column) -> NDArray[np.bool_]:
        return (times >= 0) & (times < self.until)


def seen(log: EventLog, scenario: Resolved, cool_down_days: int) -> Seen:
    """The record, counting who comes in the window but not in its last days.

    Everybody has left at the end of the run, else nobody knows how long they stayed.
    """
    window = scenario.clock.window
    assert window is not None, "a case has a window"
    if (log.entities["left"] == EMPTY).any():
        raise ValueError(f"'{scenario.name}': somebody has not left at the end of the run")
    return Seen(log, window - cool_down_days * DAY)


# ---- figures of one replication
Of = Callable[[Seen], float]


def mean(
    read: Callable[[Visits], Floats | NDArray[np.bool_]], step: str = "desk", flow: str | None = None
) -> Of:
    """The mean of something of each visit, or the share of visits for which it is so."""
    return lambda told: float(read(told.visits(step, flow)).mean())


def dwell(read: Callable[[Floats], Floats | NDArray[np.bool_]] = np.asarray, flow: str | None = None) -> Of:
    """The mean of something of each time from arrival to leaving, or the share for which it is so."""
    return lambda told: float(read(told.dwell(flow)).mean())
