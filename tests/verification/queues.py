"""Queues whose theory is known, as scenarios, and what their runs say.

Rates are per second and times in seconds here; the scenarios count in milliseconds. The first `WARM_UP`
seconds are a lead-in, so that the window begins in the steady state; who joins in the last `COOL_DOWN`
seconds of the window is not counted, so that everybody who is counted has started or gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios import tables
from scenarios.resolved import DAY, Arrivals, Flow, Resolved, Step, Table
from sim.log import EMPTY, VISIT_OUTCOMES
from sim.run import run
from tests.sim.build import NAME, always, clock, even_day, needs, scenario
from tests.sim.gaps import EXPONENTIAL

SECOND = 1000
MEAN = 10.0
"""Mean service of every queue here [s]."""
WARM_UP, COOL_DOWN = 200 * MEAN, 200 * MEAN
SEED = 20250312

Floats = NDArray[np.float64]


def exponential(mean: float) -> Table:
    """Quantiles of an exponential time of so many seconds [ms]."""
    return tables.rounded(tables.exponential(mean * SECOND), mean * SECOND)


def erlang(mean: float, stages: int) -> Table:
    return tables.rounded(tables.gamma(mean * SECOND, stages**-0.5), mean * SECOND)


def poisson(rate: float) -> Arrivals:
    """Arrivals at so many a second, day and night."""
    return Arrivals("rate", days=even_day(rate * DAY / SECOND), gap="gap")


def queue(
    rates: dict[str, float],
    service: Table,
    servers: int = 1,
    *,
    customers: float,
    more: dict[str, Step] | None = None,
    tables_too: dict[str, Table] | None = None,
    **desk: Any,
) -> Resolved:
    """One desk; flow after flow with a smaller priority first; a window for so many customers."""
    fields: dict[str, Any] = {"needs": needs("officers"), "time": "service"} | desk
    window = int((customers / sum(rates.values()) + COOL_DOWN) * SECOND)
    steps = {"desk": Step(NAME, "work", **fields)} | (more or {})
    return scenario(
        {
            name: Flow(NAME, poisson(rate), "desk", dict.fromkeys(steps), priority=n)
            for n, (name, rate) in enumerate(rates.items())
        },
        steps,
        resources={"officers": always(servers)},
        tables={"gap": EXPONENTIAL, "service": service} | (tables_too or {}),
        clock=clock(window, lead_in=int(WARM_UP * SECOND), horizon="stationary"),
    )


@dataclass(frozen=True)
class Told:
    """Visits to the desk of one replication by those who joined in the part of the window that counts."""

    flow: NDArray[np.int64]  # in the order of the file
    wait: Floats  # in the queue, until the start or until patience was lost [s]
    sojourn: Floats  # until the end [s]
    lost: NDArray[np.bool_]  # turned away, or out of patience
    started: NDArray[np.bool_]

    def of(self, flow: int) -> Floats:
        return self.wait[self.flow == flow]


def replications(told: Resolved, count: int, first: int = 0) -> Iterator[Told]:
    for number in range(first, first + count):
        yield _counted(told, number)


def _counted(told: Resolved, replication: int) -> Told:
    log = run(told, SEED, replication).log
    visits = log.visits
    window = told.clock.window
    assert window is not None
    counted = (visits["joined"] >= 0) & (visits["joined"] < window - COOL_DOWN * SECOND)
    counted &= visits["step"] == log.names.steps.index("desk")
    joined, started, ended = (visits[name][counted] for name in ("joined", "started", "ended"))
    assert (ended != EMPTY).all(), "somebody who counts was still there at the end: a longer COOL_DOWN"
    begun = started != EMPTY
    return Told(
        flow=log.entities["flow"][visits["entity"][counted]],
        wait=(np.where(begun, started, ended) - joined) / SECOND,
        sojourn=(ended - joined) / SECOND,
        lost=visits["outcome"][counted] >= VISIT_OUTCOMES.index("diverted"),
        started=begun,
    )
