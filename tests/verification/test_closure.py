"""A gate shut for a while, exactly.

Trucks come every g, one lane serves each in s < g, and the gate is shut for h at the instant of an arrival.
Truck j = 0, 1, … after the closing waits max(0, h − j·(g − s)): Lindley's recursion, solved. If h/g and
n = h/(g − s) are whole, then the peak of the queue and the time until it is gone are those of the fluid; the
total delay is the fluid's ½·a·h²·c/(c − a) = n·h/2 and h/2 more, since trucks are no fluid:
Σ_{j<n} (h − j·h/n) = (n + 1)·h/2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from metrics.theory import fluid_closure
from scenarios.resolved import DAY, Arrivals, ListedArrival, Resolved, Resource, Shift
from sim.log import EventLog
from sim.run import run
from tests.sim.build import HOUR, MIN, NAME, START_DAY, chain, clock, flow, hours, needs, scenario, step


@dataclass(frozen=True)
class Gate:
    """Every `gap` a truck, `service` each; shut from `closes` for `shut` [ms]."""

    gap: int
    service: int
    closes: int
    shut: int

    @property
    def opens(self) -> int:
        return self.closes + self.shut

    def scenario(self) -> Resolved:
        times = range(0, DAY, self.gap)
        rows = tuple(ListedArrival(at, START_DAY, n) for n, at in enumerate(times))
        return scenario(
            {"truck": flow(Arrivals("list", listed=rows), chain("gate"))},
            {"gate": step(needs=needs("lane"), time="service")},
            resources={"lane": Resource(NAME, (Shift("open", 1),))},
            calendars={"open": hours((0, self.closes), (self.opens, DAY))},
            tables={"service": (self.service,)},
            clock=clock(DAY),
        )


CASES = {
    "60 an hour, 80 could pass, shut 90 min": Gate(MIN, 45_000, 6 * HOUR, 90 * MIN),
    "30 an hour, 40 could pass, shut 3 h": Gate(2 * MIN, 90_000, 4 * HOUR, 3 * HOUR),
    "lunch break: 20 an hour, 30 could pass, shut 2 h": Gate(3 * MIN, 2 * MIN, 11 * HOUR, 2 * HOUR),
}
PUBLISHED = {"60 an hour, 80 could pass, shut 90 min": (90, 4.5 * HOUR, 270 * HOUR)}
"""Peak queue, recovery [ms] and total delay [truck ms] of the fluid, worked out elsewhere."""


@pytest.mark.parametrize("name", CASES)
def test_a_closure_is_the_fluids_to_the_millisecond(name: str) -> None:
    gate = CASES[name]
    fluid = fluid_closure(1 / gate.gap, 1 / gate.service, gate.shut)
    log = run(gate.scenario(), 1).log
    waits = log.visits["started"] - log.visits["joined"]
    delayed = gate.shut // (gate.gap - gate.service)
    assert round(fluid.delayed) == delayed
    assert np.count_nonzero(waits) == delayed
    assert peak(log, gate) == round(fluid.peak) == gate.shut // gate.gap
    assert last_delayed(log) + gate.gap == round(gate.opens + fluid.recovery)
    assert int(waits.sum()) == round(fluid.delay) + gate.shut // 2
    assert waits[gate.closes // gate.gap :][:delayed].tolist() == [
        gate.shut - j * (gate.gap - gate.service) for j in range(delayed)
    ]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_fluid_agrees_with_the_figures_worked_out_elsewhere(name: str) -> None:
    gate = CASES[name]
    fluid = fluid_closure(1 / gate.gap, 1 / gate.service, gate.shut)
    assert (fluid.peak, fluid.recovery, fluid.delay) == pytest.approx(PUBLISHED[name], rel=1e-12)


def peak(log: EventLog, gate: Gate) -> int:
    """Most trucks in the queue at once, just before an instant's facts."""
    joined, started = np.sort(log.visits["joined"]), np.sort(log.visits["started"])
    before = joined[(joined > gate.closes) & (joined <= gate.opens)]
    lengths = np.searchsorted(joined, before, side="left") - np.searchsorted(started, before, side="left")
    return int(lengths.max())


def last_delayed(log: EventLog) -> int:
    """When the last truck that had to wait joined [ms]."""
    return int(log.visits["joined"][log.visits["started"] > log.visits["joined"]].max())
