"""How large a run will be, before it is run: expected entities, simulated days."""

from __future__ import annotations

from scenarios.resolved import ARRIVAL_UNIT, DAY, Clock, DayShapes, Flow, Resolved
from sim.arrivals import arrivals_end
from sim.clock import days_between, shape_of

LONGEST_LOOK = 36_600
"""Days of a profile that are looked at; a longer one is taken to go on alike."""


def simulated_days(clock: Clock) -> float:
    """Length of a run with its lead-in, at the most [days]."""
    return (clock.lead_in + clock.at_most) / DAY


def expected_entities(scenario: Resolved) -> int:
    """Entities that one replication is expected to simulate, the lead-in and the opening backlog included.

    A flow whose demand is disturbed counts with its highest factor; sub-entities are not counted.
    """
    return round(sum(_of_flow(scenario, name, flow) for name, flow in scenario.flows.items()))


def _of_flow(scenario: Resolved, name: str, flow: Flow) -> float:
    there = flow.backlog.count if flow.backlog else 0
    arrivals = flow.arrivals
    if arrivals.kind == "list":
        return there + len(arrivals.listed)
    factor = _highest_demand(scenario, name) / 1000
    if arrivals.kind == "count":
        return there + (arrivals.count or 0) * factor
    if arrivals.kind == "none" or arrivals.days is None:
        return there
    drawn = _by_profile(arrivals.days, scenario.clock)
    return there + min(drawn, float(arrivals.count or drawn)) * factor


def _highest_demand(scenario: Resolved, flow: str) -> int:
    """The largest factor of demand that calendars and disruptions can add up to [per mille]."""
    factor = scenario.flows[flow].arrivals.demand
    for disruption in scenario.disruptions.values():
        if ("flow", flow) in disruption.on:
            factor = factor * max(1000, disruption.factor) // 1000
    return factor


def _by_profile(days: DayShapes, clock: Clock) -> float:
    dates = days_between(clock.offsets, clock.start_utc, -clock.lead_in, arrivals_end(clock))
    looked_at = dates[:LONGEST_LOOK]
    if not looked_at:
        return 0.0
    seen = sum(shape_of(days, day)[-1] for day in looked_at) / ARRIVAL_UNIT
    return seen * ((arrivals_end(clock) + clock.lead_in) / DAY / len(looked_at))
