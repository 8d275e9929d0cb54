"""The gate on our own compiled engine, from its scenario file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.peers.plan import STATIONS, Told
from scenarios.library import load
from scenarios.resolved import Resolved
from sim.log import EventLog
from sim.run import run as simulate

SCENARIO = Path(__file__).parent.parent / "gate.yaml"
MINUTE = 60_000  # [ms]


def scenario(trucks: int) -> Resolved:
    """With so many trucks, and time enough for them."""
    lever = {"flows.truck.arrivals.count": str(trucks), "at_most": f"{40 + trucks // 1000} d"}
    return load(SCENARIO, lever).resolved


def run(trucks: int, seed: int) -> Told:
    """Simulate so many trucks until the last has left, with the whole record and all checks of a run."""
    return told(simulate(scenario(trucks), seed, engine="compiled").log)


def told(log: EventLog) -> Told:
    """From the columns of the record."""
    dwell = (log.entities["left"] - log.entities["arrived"]) / MINUTE
    step, wait = log.visits["step"], log.visits["started"] - log.visits["admitted"]
    return Told(
        completed=len(dwell),
        mean=float(dwell.mean()),
        p95=float(np.quantile(dwell, 0.95)),
        waits={name: float(wait[step == log.names.steps.index(name)].mean()) / MINUTE for name in STATIONS},
    )
