"""How large a run will be, before it is run: the entities that are to be expected."""

from __future__ import annotations

import numpy as np

from scenarios.grid import SIDE, tail_probabilities
from scenarios.resolved import (
    ARRIVAL_UNIT,
    DAY,
    By,
    Clock,
    DayShapes,
    Disruption,
    Flow,
    Resolved,
    Table,
    Tree,
)
from sim.arrivals import arrivals_end
from sim.clock import days_between, shape_of

LONGEST_LOOK = 36_600
"""Days of a profile that are looked at; a longer one is taken to go on alike."""


def expected_entities(scenario: Resolved) -> int:
    """Entities that one replication is expected to simulate, the lead-in and the opening backlog included.

    Bursts of demand count for as long as they are expected to last; sub-entities are not counted.
    """
    return round(sum(_of_flow(scenario, name, flow) for name, flow in scenario.flows.items()))


def _of_flow(scenario: Resolved, name: str, flow: Flow) -> float:
    there = flow.backlog.count if flow.backlog else 0
    arrivals = flow.arrivals
    if arrivals.kind == "list":
        return there + len(arrivals.listed)
    factor = _mean_demand(scenario, name)
    if arrivals.kind == "count":
        return there + (arrivals.count or 0) * factor
    if arrivals.kind == "none" or arrivals.days is None:
        return there
    drawn = _by_profile(arrivals.days, scenario.clock)
    return there + min(drawn, float(arrivals.count or drawn)) * factor


def _mean_demand(scenario: Resolved, flow: str) -> float:
    """The factor of demand over the run: what is set, and each burst for its share of the time."""
    factor = scenario.flows[flow].arrivals.demand / 1000
    for disruption in scenario.disruptions.values():
        if ("flow", flow) in disruption.on:
            factor *= 1 + max(0.0, disruption.factor / 1000 - 1) * _share_of_time(scenario, disruption)
    return factor


def _share_of_time(scenario: Resolved, disruption: Disruption) -> float:
    """The share of the run in which a disruption is expected to be active."""
    begin, end = -scenario.clock.lead_in, arrivals_end(scenario.clock)
    spans = ((max(begin, start), min(end, start + length)) for start, length in disruption.when)
    lasts = float(sum(max(0, last - first) for first, last in spans))
    if disruption.days is not None:
        lasts += _by_profile(disruption.days, scenario.clock) * _longest(scenario, disruption.length)
    return min(1.0, lasts / max(1, end - begin))


def _longest(scenario: Resolved, length: Tree) -> float:
    """Mean length of an occurrence [ms]; of several kinds the longest."""
    if isinstance(length, By):
        return max(_longest(scenario, case) for case in length.cases.values())
    return _mean(scenario.tables[length]) if isinstance(length, str) else 0.0


def _mean(table: Table) -> float:
    """The mean of a distribution, from the quantiles in its table."""
    if len(table) == 1:
        return float(table[0])
    tails, quantiles = tail_probabilities()[::-1], np.array(table, dtype=np.float64)
    sides = quantiles[:SIDE][::-1], quantiles[SIDE:][::-1]
    return float(sum(np.trapezoid(side, tails) for side in sides))


def _by_profile(days: DayShapes, clock: Clock) -> float:
    dates = days_between(clock.offsets, clock.start_utc, -clock.lead_in, arrivals_end(clock))
    looked_at = dates[:LONGEST_LOOK]
    if not looked_at:
        return 0.0
    seen = sum(shape_of(days, day)[-1] for day in looked_at) / ARRIVAL_UNIT
    return seen * ((arrivals_end(clock) + clock.lead_in) / DAY / len(looked_at))
