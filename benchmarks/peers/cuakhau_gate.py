"""The gate on our own compiled engine, from its scenario file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from benchmarks.peers.plan import STATIONS, Told
from scenarios.library import load
from scenarios.resolved import Resolved
from sim.run import run as simulate
from sim.tally import WITHIN

SCENARIO = Path(__file__).parent.parent / "gate.yaml"
MINUTE = 60_000  # [ms]


def scenario(trucks: int) -> Resolved:
    """With so many trucks, and time enough for them."""
    lever = {"flows.truck.arrivals.count": str(trucks), "at_most": f"{40 + trucks // 1000} d"}
    return load(SCENARIO, lever).resolved


def run(trucks: int, seed: int) -> Told:
    """Simulate so many trucks until the last has left: statistics, the digest and the checks of a run."""
    tally = simulate(scenario(trucks), seed, engine="compiled", keep="statistics").tally
    assert tally is not None
    of_kinds, of_steps = tally.by_kind[WITHIN], tally.by_step
    completed = int(of_kinds["crossed"].sum())
    dwell = tally.histogram([tally.kind_series(kind) for kind in range(len(tally.kinds))], completed)
    waits = of_steps["wait"].sum(axis=0) / of_steps["started"].sum(axis=0).clip(1)
    return Told(
        completed=completed,
        mean=float(of_kinds["dwell"].sum()) / completed / MINUTE,
        p95=dwell.ranked(math.ceil(0.95 * completed)) / MINUTE,
        waits={name: float(waits[tally.steps.index(name)]) / MINUTE for name in STATIONS},
    )


def run_with_record(trucks: int, seed: int) -> Told:
    """The same with a row for every visit, and the figures from them."""
    log = simulate(scenario(trucks), seed, engine="compiled").log
    dwell = (log.entities["left"] - log.entities["arrived"]) / MINUTE
    step, wait = log.visits["step"], log.visits["started"] - log.visits["admitted"]
    return Told(
        completed=len(dwell),
        mean=float(dwell.mean()),
        p95=float(np.quantile(dwell, 0.95)),
        waits={name: float(wait[step == log.names.steps.index(name)].mean()) / MINUTE for name in STATIONS},
    )
