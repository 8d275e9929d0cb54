"""When each entity passed each milestone, and when it came, crossed and was gone (law §6).

* `arrived` is the moment of coming to the door: `joined` of the first visit to a step that carries it.
* What is handed in (`declared`, `ordered`, `submitted`) counts from the end of the first such visit.
* Every other milestone counts from the end of the last such visit: after rework the last release counts.

A visit that was diverted or given up passes no milestone (but coming to the door is coming). Two milestones
have a default, because the record holds them: `arrived` is the entity's arrival, `crossed` its end. No other
missing milestone is guessed. Only steps that write visits can carry one; `choose` and `end` write none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from metrics.visits import (
    Mask,
    Same,
    Visits,
    among,
    earliest,
    flow_steps,
    following,
    latest,
    reached,
    sent_flows,
)  # fmt: skip
from scenarios.resolved import Flow, Resolved
from sim.log import EMPTY, ENTITY_OUTCOMES, SOURCES, Column, EventLog

HANDED_IN = ("declared", "ordered", "submitted")

INSIDE, CROSSED, COMPLETED, LOST = range(4)
"""How an entity's stay ended, as the backlog counts it."""

_COMPLETED = ENTITY_OUTCOMES.index("completed")
_INSIDE = ENTITY_OUTCOMES.index("inside")
_BACKLOG = SOURCES.index("backlog")


@dataclass(frozen=True, slots=True)
class Stays:
    """From coming to being gone, for each row of `entities`; times [ms], EMPTY where never reached.

    Attributes
    ----------
    arrived : A, the moment of coming
    crossed : X, crossing the border (or reaching the end, for what crosses nothing)
    gone : when it stopped counting as backlog: X, else its loss or its end
    fate : INSIDE, CROSSED, COMPLETED or LOST
    opening : was there when the run began
    counted : takes part in the counts: it came, and it is no part (sample, document) of another entity
    """

    arrived: Column
    crossed: Column
    gone: Column
    fate: Column
    opening: Mask
    counted: Mask


def carriers(scenario: Resolved, milestone: str) -> set[str]:
    """The steps that carry a milestone."""
    return {name for name, step in scenario.steps.items() if milestone in step.milestones}


def carries(scenario: Resolved, flow: str, milestone: str) -> bool:
    """Whether a flow comes to a step that carries the milestone, or sends somebody there."""
    return _carries(Same(scenario), flow, milestone)


@lru_cache(maxsize=512)
def _carries(same: Same, flow: str, milestone: str) -> bool:
    scenario = same.scenario
    flows = (flow, *sent_flows(scenario, scenario.flows[flow]))
    steps = set[str]().union(*(flow_steps(scenario, scenario.flows[name]) for name in flows))
    return bool(steps & carriers(scenario, milestone))


def crosses(scenario: Resolved, flow: str) -> bool:
    """Whether this flow crosses a border: it says so by the milestone, or has a direction or a gate."""
    has = scenario.flows[flow].attributes.keys() & {"direction", "gate"}
    return bool(has) or carries(scenario, flow, "crossed")


def completes_uncrossed(scenario: Resolved, flow: str) -> bool:
    """Whether an entity of this flow may reach the end without crossing anything."""
    return _completes_uncrossed(Same(scenario), flow)


@lru_cache(maxsize=64)
def _completes_uncrossed(same: Same, flow: str) -> bool:
    scenario = same.scenario
    if not crosses(scenario, flow):
        return True
    return carries(scenario, flow, "crossed") and _way_round(scenario, scenario.flows[flow])


def _way_round(scenario: Resolved, flow: Flow) -> bool:
    """Whether a way leads from the first step to a completed end past all steps that carry `crossed`."""
    seen = set(carriers(scenario, "crossed"))
    ahead = [flow.first]
    while ahead:
        step = ahead.pop()
        if step in seen:
            continue
        seen.add(step)
        if _may_end_at(scenario, flow, step):
            return True
        ahead += following(scenario, flow, step)
    return False


def _may_end_at(scenario: Resolved, flow: Flow, step: str) -> bool:
    if scenario.steps[step].kind == "end":
        return scenario.steps[step].outcome == "completed"
    ways = flow.options[step].values() if step in flow.options else [flow.next.get(step)]
    return None in ways


def read_milestones(scenario: Resolved, log: EventLog, visits: Visits) -> dict[str, Column]:
    """The instant of each milestone that some step carries: name → one time per row of `entities` [ms]."""
    names = sorted({name for step in scenario.steps.values() for name in step.milestones})
    return {name: _instants(scenario, log, visits, name) for name in names}


def _instants(scenario: Resolved, log: EventLog, visits: Visits, name: str) -> Column:
    steps = log.names.steps
    carried = among(log.visits["step"], map(steps.index, carriers(scenario, name)), len(steps))
    count = len(log.entities["flow"])
    if name == "arrived":
        here = np.flatnonzero(carried)
        return earliest(count, visits.root[here], log.visits["joined"][here])
    here = np.flatnonzero(carried & visits.fulfilled)
    which = earliest if name in HANDED_IN else latest
    return which(count, visits.root[here], log.visits["ended"][here])


def read_stays(scenario: Resolved, log: EventLog, milestones: dict[str, Column]) -> Stays:
    """The stay of every entity, as `Stays`."""
    entities = log.entities
    opening = entities["source"] == _BACKLOG
    arrived = _arrived(scenario, log, milestones)
    crossed = _crossed(scenario, log, milestones)
    fate = _fate(scenario, log, crossed)
    gone = np.where(reached(crossed), crossed, np.where(fate == INSIDE, EMPTY, entities["left"]))
    counted = (entities["parent"] < 0) & reached(arrived)
    return Stays(arrived, crossed, gone, fate, opening, counted)


def _arrived(scenario: Resolved, log: EventLog, milestones: dict[str, Column]) -> Column:
    """A: the record's arrival, unless the flow comes to the gate later; the backlog's ages are recorded."""
    arrived = log.entities["arrived"].copy()
    for mine in _rows_carrying(scenario, log, "arrived"):
        later = mine & (log.entities["source"] != _BACKLOG)
        arrived[later] = milestones["arrived"][later]
    return arrived


def _crossed(scenario: Resolved, log: EventLog, milestones: dict[str, Column]) -> Column:
    """X: the end of a completed entity, unless the flow crosses earlier."""
    crossed = np.where(log.entities["outcome"] == _COMPLETED, log.entities["left"], EMPTY)
    for mine in _rows_carrying(scenario, log, "crossed"):
        crossed[mine] = milestones["crossed"][mine]
    return crossed


def _rows_carrying(scenario: Resolved, log: EventLog, milestone: str) -> Iterator[Mask]:
    for code, flow in enumerate(log.names.flows):
        if carries(scenario, flow, milestone):
            yield log.entities["flow"] == code


def _fate(scenario: Resolved, log: EventLog, crossed: Column) -> Column:
    outcome = log.entities["outcome"]
    crossing = np.array([crosses(scenario, flow) for flow in log.names.flows], dtype=np.bool_)
    fate = np.where(outcome == _COMPLETED, COMPLETED, np.where(outcome == _INSIDE, INSIDE, LOST))
    return np.where(reached(crossed) & crossing[log.entities["flow"]], CROSSED, fate)
