"""One row a visit, read for what it means: its three intervals, whose it is, and whether it is on the path.

Rows of a parallel part overlap, so a way through the gate is not simply the sum of an entity's rows. The law
(§4) lets a dwell count the parent's row or its critical branch; here it is the critical branch: the parent's
own blocked and wait count, its service is replaced by the rows of the branch that ended last (tie: first
written). Sub-entities are not on the path: who waits for them has a row of its own. Then an entity's dwell is
exactly its age at the start plus the sum over its path.

All times are int64 milliseconds; one element of every array per row of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Flow, Resolved
from sim.log import EMPTY, VISIT_OUTCOMES, Column, EventLog

Mask = NDArray[np.bool_]

FAR = np.iinfo(np.int64).max
"""Later than every instant [ms]."""

_UNFULFILLED = [VISIT_OUTCOMES.index(name) for name in ("diverted", "reneged", "balked", "preempted")]


@dataclass(frozen=True, slots=True)
class Visits:
    """The visit rows of one run with what follows from them.

    Attributes
    ----------
    root : row of `entities` that the visit counts for (the parent of a sub-entity)
    blocked, wait, service : length of the three intervals [ms]; what is open counts to the end of the run
    on_path : the row's blocked and wait belong to the entity's path
    served : on the path, and no parallel row whose branches stand for its service
    fulfilled : ended as it should: neither turned away nor, in this segment, pre-empted
    """

    root: Column
    blocked: Column
    wait: Column
    service: Column
    on_path: Mask
    served: Mask
    fulfilled: Mask


def read_visits(scenario: Resolved, log: EventLog) -> Visits:
    """The visits of a run, as `Visits`."""
    root = roots(log)[log.visits["entity"]]
    blocked, wait, service = intervals(log)
    on_path, spans = critical_path(scenario, log, root)
    return Visits(root, blocked, wait, service, on_path, on_path & ~spans, fulfilled(log))


def whole_visits(log: EventLog, amount: Column) -> Column:
    """The amounts of all segments of a visit, at its first; a visit that was never pre-empted has one."""
    first = np.flatnonzero(log.visits["segment"] == 1)
    if len(first) == len(amount):
        return amount
    whole = np.zeros_like(amount)
    whole[first] = np.add.reduceat(amount, first)  # canonical order: segments follow each other
    return whole


def reached(times: Column) -> Mask:
    """Which of the times were reached at all."""
    there: Mask = times != EMPTY
    return there


def roots(log: EventLog) -> Column:
    """The row of the outermost parent of each entity; its own row if it has no parent."""
    parent = log.entities["parent"]
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    while not np.array_equal(root, root[root]):
        root = root[root]
    return root


def fulfilled(log: EventLog) -> Mask:
    """Visits that ended as they should."""
    return reached(log.visits["ended"]) & ~among(log.visits["outcome"], _UNFULFILLED, len(VISIT_OUTCOMES))


def among(codes: Column, chosen: Iterable[int], count: int) -> Mask:
    """Which of the codes, each below `count`, are chosen."""
    is_chosen = np.zeros(count, dtype=np.bool_)
    is_chosen[list(chosen)] = True
    return is_chosen[codes]


def intervals(log: EventLog) -> tuple[Column, Column, Column]:
    """Blocked, wait and service of each visit [ms].

    A visit that was diverted or gave up closes the interval it was in; one that is still under way is counted
    up to the end of the run.
    """
    joined, admitted, started = (log.visits[name] for name in ("joined", "admitted", "started"))
    stop = np.where(reached(log.visits["ended"]), log.visits["ended"], log.end)
    start = np.where(reached(started), started, stop)
    door = np.where(reached(admitted), admitted, start)
    return door - joined, start - door, stop - start


def flow_steps(scenario: Resolved, flow: Flow) -> set[str]:
    """The steps that a flow can come to, those of parallel branches included."""
    return _reach(scenario, flow, _starts(flow), into_branches=True)


def _starts(flow: Flow) -> set[str]:
    """Where entities of a flow begin: its first step, and where its opening backlog stands."""
    return {flow.first} | ({flow.backlog.at} if flow.backlog is not None else set())


def sent_flows(scenario: Resolved, flow: Flow) -> set[str]:
    """The flows of the sub-entities that a flow sends out."""
    errands = (scenario.steps[step].errand for step in flow_steps(scenario, flow))
    return {errand.flow for errand in errands if errand is not None and errand.flow is not None}


def following(scenario: Resolved, flow: Flow, step: str) -> set[str]:
    """The steps that may come next: along the way, by choice, or away from a step."""
    here = scenario.steps[step]
    ways = {flow.next.get(step), *flow.options.get(step, {}).values(), *here.escapes}
    return {way for way in ways if way}


def comes_back(scenario: Resolved, step: str) -> bool:
    """Whether some flow may come from a step to the same step again."""
    return step in _circular(Same(scenario))


@lru_cache(maxsize=64)
def _circular(same: Same) -> frozenset[str]:
    scenario = same.scenario
    return frozenset(
        step
        for flow in scenario.flows.values()
        for step in flow_steps(scenario, flow)
        if step in _reach(scenario, flow, following(scenario, flow, step), into_branches=True)
    )


def _reach(scenario: Resolved, flow: Flow, starts: set[str], *, into_branches: bool) -> set[str]:
    found: set[str] = set()
    ahead = set(starts)
    while ahead:
        step = ahead.pop()
        found.add(step)
        ahead |= following(scenario, flow, step)
        ahead |= set(scenario.steps[step].branches) if into_branches else set()
        ahead -= found
    return found


def branch_steps(scenario: Resolved, flow: Flow, first: str) -> set[str]:
    """All steps of the branch that begins with `first`, those of parallel parts within it included."""
    main = _reach(scenario, flow, _starts(flow), into_branches=False)
    return _reach(scenario, flow, {first}, into_branches=True) - main


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A scenario, equal to itself alone: what follows from it is found once, not for each piece of a run."""

    scenario: Resolved

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.scenario is self.scenario


Parallel = tuple[str, str, list[set[str]]]


def parallel_parts(scenario: Resolved) -> tuple[Parallel, ...]:
    """Each parallel part of each flow: (flow, step, the steps of its branches in the order of the file)."""
    return _parallel_parts(Same(scenario))


@lru_cache(maxsize=8)
def _parallel_parts(same: Same) -> tuple[Parallel, ...]:
    return tuple(_each_parallel_part(same.scenario))


def _each_parallel_part(scenario: Resolved) -> Iterator[Parallel]:
    for name, flow in scenario.flows.items():
        for step in sorted(flow_steps(scenario, flow)):
            branches = scenario.steps[step].branches
            if branches:
                yield name, step, [branch_steps(scenario, flow, first) for first in branches]


def critical_path(
    scenario: Resolved, log: EventLog, root: Column, *, subs: bool = False
) -> tuple[Mask, Mask]:
    """Which rows are on the path, and which are parallel rows whose branches stand for their service.

    subs : sub-entities have a path of their own (`root` is then whoever a row is of)
    """
    own = subs | (log.entities["parent"][log.visits["entity"]] < 0)
    on_path = own.copy()
    spans = np.zeros(len(root), dtype=np.bool_)
    flow_of = log.entities["flow"][root]
    for flow, step, branches in parallel_parts(scenario):
        mine = flow_of == log.names.flows.index(flow)
        parents = np.flatnonzero(mine & (log.visits["step"] == log.names.steps.index(step)))
        rows = [np.flatnonzero(mine & own & _at(log, steps)) for steps in branches]
        spans[parents] = reached(log.visits["started"][parents])
        on_path[_slower_branches(log, root, parents, rows)] = False
    return on_path, spans


def _at(log: EventLog, steps: set[str]) -> Mask:
    return among(log.visits["step"], map(log.names.steps.index, steps), len(log.names.steps))


def _slower_branches(log: EventLog, root: Column, parents: Column, rows: list[Column]) -> Column:
    """Of the rows of each branch, those of the branches that were not the last to end."""
    if not len(parents):
        return parents
    part = [_instance(log, root, parents, mine) for mine in rows]
    ended = [np.where(reached(log.visits["ended"][m]), log.visits["ended"][m], FAR) for m in rows]
    last = [latest(len(parents), p, e) for p, e in zip(part, ended, strict=True)]
    critical = np.argmax(last, axis=0)  # of equals the first
    aside = [mine[critical[p] != n] for n, (mine, p) in enumerate(zip(rows, part, strict=True))]
    return np.concatenate(aside)


def _instance(log: EventLog, root: Column, parents: Column, rows: Column) -> Column:
    """Which of the parallel visits `parents` each of `rows` belongs to: the latest begun by its `joined`."""
    span = log.end - log.begin + 2
    begun = log.visits["started"][parents] - log.begin
    key = root[parents] * span + np.where(reached(log.visits["started"][parents]), begun, span - 1)
    order = np.argsort(key, kind="stable")
    mine = root[rows] * span + (log.visits["joined"][rows] - log.begin)
    return order[np.searchsorted(key[order], mine, side="right") - 1]


def per_entity(log: EventLog, root: Column, amount: Column, where: Mask) -> Column:
    """The sum of `amount` over each entity's rows `where` [as amount; int64, one per row of `entities`]."""
    total = np.zeros(len(log.entities["flow"]), np.int64)
    np.add.at(total, root, np.where(where, amount, 0))
    return total


def earliest(count: int, entity: Column, times: Column) -> Column:
    """The smallest time of each of `count` entities [ms]; EMPTY for an entity without any."""
    found = np.full(count, FAR, dtype=np.int64)
    np.minimum.at(found, entity, times)
    return np.where(found == FAR, EMPTY, found)


def latest(count: int, entity: Column, times: Column) -> Column:
    """The largest time of each of `count` entities [ms]; EMPTY for an entity without any."""
    found = np.full(count, EMPTY, dtype=np.int64)
    np.maximum.at(found, entity, times)
    return found
