"""The family of scenarios on which the error of the estimate was measured, and one measurement.

A member is a scenario of the library that the estimate knows, over a week at the most (every other one of
those written for longer than two months: over all of it, where it is not overloaded), with about half of its
assumptions somewhere in their ranges and its demand between 60 % and 130 % of what is written. Members are
numbered; the members of one purpose are drawn independently of those of any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from metrics.analytic import Estimate, estimate
from metrics.analytic_band import OVERLOADED, error
from metrics.kpis import CATALOGUE
from metrics.pieces import Measuring
from scenarios import library
from scenarios.dials import Dial, dials, turned, with_values
from scenarios.errors import ScenarioError
from scenarios.findings import Findings
from scenarios.resolve import resolve
from scenarios.resolved import DAY, Resolved
from sim.run import run

FIGURES = ("throughput", "dwell_mean", "dwell_p95", "wait_mean", "wait_p95", "closing_backlog", "utilisation")

CALIBRATION, COVERAGE = 1, 2
"""Purposes: members that made the band, and members that did not."""

REPLICATIONS, OF_LONG = 3, 1
LONGEST, LONG = 7 * DAY, 60 * DAY
DEMAND = (0.6, 1.3)
TRIES = 20
"""Draws of assumptions until some go together."""


@cache
def names() -> tuple[str, ...]:
    """The scenarios of the library that are estimated at all."""
    return tuple(name for name in library.names() if estimate(_written(name, False).resolved).kind != "none")


@cache
def _written(name: str, whole: bool) -> library.Loaded:
    loaded = library.load(name)
    clock = loaded.resolved.clock
    window = clock.window or 0
    if clock.horizon == "terminating" or window <= LONGEST or (whole and window > LONG):
        return loaded
    return library.load(name, {"window": f"{LONGEST // DAY} d"})


def member(purpose: int, number: int) -> Resolved:
    """One member of the family."""
    chance = np.random.default_rng([purpose, number])
    loaded = _written(names()[number % len(names())], number // len(names()) % 2 == 1)
    is_long = (loaded.resolved.clock.window or 0) > LONG
    known = dials(loaded.resolved.parameters, [loaded.written])
    for _ in range(TRIES):
        chosen: dict[Dial, float] = {
            dial: dial.at(float(chance.random())) for dial in known if chance.random() < 0.5
        }
        try:
            data = with_values(loaded.written, turned(loaded.written, chosen))
            found = resolve(data, Findings(), None)
        except ScenarioError:
            continue
        drawn = _with_demand(found, float(chance.uniform(*DEMAND)))
        if not is_long or estimate(drawn).load < OVERLOADED:
            return drawn
    return loaded.resolved


def _with_demand(scenario: Resolved, factor: float) -> Resolved:
    flows = {
        name: replace(
            flow, arrivals=replace(flow.arrivals, demand=max(1, round(flow.arrivals.demand * factor)))
        )
        for name, flow in scenario.flows.items()
    }
    return replace(scenario, flows=flows)


@dataclass(frozen=True, slots=True)
class Seen:
    """A member, estimated and simulated: how far off each figure is, the furthest of several of one name."""

    estimate: Estimate
    errors: dict[str, float]


def measure(scenario: Resolved, seed: int) -> Seen:
    """Estimate and simulate a scenario."""
    told = estimate(scenario)
    simulated = means(scenario, seed, OF_LONG if (scenario.clock.window or 0) > LONG else REPLICATIONS)
    errors: dict[str, float] = {}
    for figure in told.figures:
        there = simulated.get((figure.name, figure.labels))
        if figure.value is not None and there is not None:
            off = error(figure.name, figure.value, there)
            errors[figure.name] = max(off, errors.get(figure.name, 0.0))
    return Seen(told, errors)


Key = tuple[str, tuple[tuple[str, str], ...]]


def means(scenario: Resolved, seed: int, replications: int) -> dict[Key, float]:
    """The figures of the estimate, simulated."""
    wanted = [kpi for kpi in CATALOGUE if set(kpi.value_names) & set(FIGURES)]
    found: dict[Key, list[float]] = {}
    for replication in range(replications):
        measuring = Measuring(scenario, wanted)
        run(scenario, seed, replication, keep="statistics", take=measuring.take)
        for value in measuring.values():
            if value.value is not None and value.name in FIGURES:
                found.setdefault((value.name, tuple(value.labels.items())), []).append(value.value)
    return {key: math.fsum(values) / len(values) for key, values in found.items()}
