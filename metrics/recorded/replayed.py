"""A simulated run as if somebody had logged it: the same columns as those of a log that was read."""

from __future__ import annotations

import numpy as np

from metrics.recorded.clean import whole_visits
from metrics.recorded.collect import slug
from metrics.recorded.log import BROKE_OFF, DONE, MISSING, OPEN, WENT_AWAY, Attribute, Column, Named, Recorded
from scenarios.resolved import Resolved
from sim.log import EMPTY, VISIT_OUTCOMES, EventLog

ENDED = {"open": OPEN, "completed": DONE, "diverted": WENT_AWAY, "reneged": WENT_AWAY, "balked": WENT_AWAY,
         "preempted": OPEN}  # fmt: skip


def replayed(scenario: Resolved, log: EventLog) -> Recorded:
    """The run as a log; times are those of the clock on the wall."""
    visits, entities, names = log.visits, log.entities, log.names
    ahead = scenario.clock.start_utc + _offset(scenario)

    def local(column: Column) -> Column:
        return np.where(column == EMPTY, MISSING, column + ahead)

    ended = np.array([ENDED.get(each, BROKE_OFF) for each in VISIT_OUTCOMES])
    rows = {
        "case": visits["entity"], "step": visits["step"], "number": visits["visit"],
        "segment": visits["segment"], "pool": visits["lane_pool"], "unit": visits["lane"],
        "agency": np.full(len(visits["step"]), -1), "outcome": ended[visits["outcome"]],
        "joined": local(visits["joined"]), "started": local(visits["started"]),
        "ended": local(visits["ended"]), "line": np.arange(len(visits["step"])),
    }  # fmt: skip
    rows = whole_visits(rows)
    both = (rows["started"] != MISSING) & (rows["ended"] != MISSING)
    service = np.where(both, rows["ended"] - rows["started"], MISSING)
    service = np.where(both & (rows["worked"] != MISSING), rows["worked"], service)
    order = np.lexsort((rows["line"], rows["ended"], rows["joined"], rows["case"]))
    there, case = np.unique(rows["case"], return_inverse=True)
    return Recorded(
        name=scenario.name,
        flows=tuple(Named(flow, scenario.flows[flow].label.vi) for flow in names.flows),
        steps=tuple(Named(slug(step), scenario.steps[step].label.vi) for step in names.steps),
        pools=tuple(Named(pool, scenario.resources[pool].label.vi) for pool in names.resources),
        agencies=tuple(Named(name, each.label.vi) for name, each in scenario.agencies.items()),
        agency=_agencies(scenario, names.steps),
        flow=entities["flow"][there],
        finished=(entities["left"] != EMPTY)[there],
        attributes={
            name: Attribute(scenario_label(scenario, name), values, log.attributes[name][there])
            for name, values in names.attributes.items()
            if values is not None
        },
        case=case[order],
        service=service[order],
        sound=np.ones(len(order), bool),
        knows=frozenset(["joined", "started", "ended", "resource"]),
        rows=len(order),
        step=rows["step"][order],
        pool=rows["pool"][order],
        unit=rows["unit"][order],
        joined=rows["joined"][order],
        started=rows["started"][order],
        ended=rows["ended"][order],
        outcome=rows["outcome"][order],
    )


def scenario_label(scenario: Resolved, attribute: str) -> str:
    """What people call an attribute."""
    for flow in scenario.flows.values():
        if attribute in flow.attributes:
            return flow.attributes[attribute].label.vi
    return attribute


def _agencies(scenario: Resolved, steps: tuple[str, ...]) -> Column:
    known = {name: code for code, name in enumerate(scenario.agencies)}
    return np.array([known.get(scenario.steps[step].agency or "", -1) for step in steps], np.int64)


def _offset(scenario: Resolved) -> int:
    """How far local time is ahead of UTC at the start of the window [ms]."""
    return next(
        (ahead for since, ahead in reversed(scenario.clock.offsets) if since <= 0),
        scenario.clock.offsets[0][1],
    )
