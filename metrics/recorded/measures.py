"""The same figures of a recorded and of a simulated log: over all cases that were done in a window.

Steps are named by their key, so that two logs can be held side by side whatever their codes are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.recorded.log import DAY, DONE, MISSING, Recorded

FEWEST = 50
"""Observations from which a figure is worth comparing."""


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """kind : completed (a day), dwell (mean [s]), dwell_p95, waiting (mean a case [s]), busy (unit hours a
    day), visits (a case) · of : key of the flow, pool or step
    """

    kind: str
    of: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure's value, and how many observations it rests on."""

    value: float
    n: int


def measure(
    log: Recorded, begin: int, end: int, standing: frozenset[str] = frozenset()
) -> dict[Figure, Measured]:
    """All figures of the cases that were done in [begin, end); time at `standing` steps is no waiting."""
    left, arrived = log.left, log.arrived
    counted = (left != MISSING) & (left >= begin) & (left < end)
    found: dict[Figure, Measured] = {}
    days = (end - begin) / DAY
    served = np.array([step.key not in standing for step in log.steps])
    begun = (log.started != MISSING) & served[log.step]
    waited = np.bincount(log.case[begun], (log.started - log.joined)[begun], minlength=log.cases)
    for code, flow in enumerate(log.flows):
        mine = counted & (log.flow == code)
        n = int(mine.sum())
        if n >= 1:
            stay = (left - arrived)[mine] / 1000
            found[Figure("completed", flow.key)] = Measured(n / days, n)
            found[Figure("dwell", flow.key)] = Measured(float(stay.mean()), n)
            found[Figure("dwell_p95", flow.key)] = Measured(float(np.quantile(stay, 0.95)), n)
            found[Figure("waiting", flow.key)] = Measured(float(waited[mine].mean()) / 1000, n)
    return found | _busy(log, begin, end) | _visits(log, counted)


def _busy(log: Recorded, begin: int, end: int) -> dict[Figure, Measured]:
    """Hours of work in each pool, a day; of the services that began in the window."""
    mine = (log.service != MISSING) & (log.pool >= 0) & (log.started >= begin) & (log.started < end)
    hours = np.bincount(log.pool[mine], log.service[mine] / 3_600_000, minlength=len(log.pools))
    counts = np.bincount(log.pool[mine], minlength=len(log.pools))
    days = (end - begin) / DAY
    return {
        Figure("busy", pool.key): Measured(float(hours[k]) / days, int(counts[k]))
        for k, pool in enumerate(log.pools) if counts[k] and hours[k]
    }  # fmt: skip


def _visits(log: Recorded, counted: np.ndarray) -> dict[Figure, Measured]:
    """How often a case of each flow comes to each step."""
    found: dict[Figure, Measured] = {}
    done = (log.outcome == DONE) & counted[log.case]
    for code, flow in enumerate(log.flows):
        cases = int((counted & (log.flow == code)).sum())
        visits = np.bincount(log.step[done & (log.flow[log.case] == code)], minlength=len(log.steps))
        found |= {
            Figure("visits", f"{flow.key}/{log.steps[s].key}"): Measured(int(visits[s]) / cases, cases)
            for s in np.flatnonzero(visits).tolist()
        }
    return found
