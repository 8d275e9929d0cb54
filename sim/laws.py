"""The laws that every run must keep, exact since time is an integer (law §6). A broken one fails the run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.resolved import RIDE, Flow, Resolved, Step
from sim.log import EMPTY, ENTITY_OUTCOMES, TARGETS, Column, EventLog


class LawBroken(Exception):
    """The run contradicts the law: a mistake of the program, never of the scenario."""


def check_record(scenario: Resolved, log: EventLog) -> None:
    """Check the laws that the record can tell.

    Raises
    ------
    LawBroken
        With every law that is broken, and where first.
    """
    broken = [*_times_ascend(log), *_nobody_vanishes(log), *_parts_sum_to_dwell(scenario, log)]
    broken += [*_no_start_above_capacity(log), *_zones_hold(scenario, log), *_stocks_balance(scenario, log)]
    broken += _loads_arrive(scenario, log)
    if broken:
        raise LawBroken(
            "the run broke the law: " + "; ".join(broken) + ". Please report this scenario and seed."
        )


def wrong_areas(log: EventLog, areas: dict[str, int]) -> Iterator[str]:
    """Queues whose area, kept by the engine, is not the sum of the record's waits [entity ms]."""
    waits = sum_of_waits(log)
    for step, area in areas.items():
        if area != waits[step]:
            yield f"the area under the queue of '{step}' is {area}, the sum of its waits {waits[step]}"


def sum_of_waits(log: EventLog) -> dict[str, int]:
    """Waits by step, those that are still open counted to the end of the run [entity ms]."""
    visits = log.visits
    stop = np.where(visits["started"] != EMPTY, visits["started"], visits["ended"])
    stop = np.where(stop == EMPTY, log.end, stop)
    wait = np.where(visits["admitted"] != EMPTY, stop - np.maximum(visits["admitted"], log.begin), 0)
    return {name: int(wait[visits["step"] == code].sum()) for code, name in enumerate(log.names.steps)}


def _first(rows: Column, what: str) -> Iterator[str]:
    if len(rows):
        yield f"{what} ({len(rows)} rows, the first is row {rows[0]})"


def _times_ascend(log: EventLog) -> Iterator[str]:
    """joined ≤ admitted ≤ started ≤ ended ≤ left, as far as reached."""
    visits = log.visits
    last = visits["joined"]
    for name in ("admitted", "started", "ended", "left"):
        reached = visits[name] != EMPTY
        yield from _first(
            np.flatnonzero(reached & (visits[name] < last)), f"'{name}' is earlier than what precedes it"
        )
        last = np.where(reached, visits[name], last)


def _nobody_vanishes(log: EventLog) -> Iterator[str]:
    """Entities in = out + inside + lost: who is inside has no end, everybody else has one."""
    inside = log.entities["outcome"] == ENTITY_OUTCOMES.index("inside")
    yield from _first(
        np.flatnonzero(inside != (log.entities["left"] == EMPTY)), "an entity is both inside and gone"
    )
    open_rows = log.visits["left"] == EMPTY
    gone = ~inside[log.visits["entity"]]
    yield from _first(np.flatnonzero(open_rows & gone), "an entity has left but holds a place")


def _parts_sum_to_dwell(scenario: Resolved, log: EventLog) -> Iterator[str]:
    """Dwell = age at the start + blocked + wait + service along the way, a parallel part counted once."""
    inside = [branch_steps(scenario, scenario.flows[flow]) for flow in log.names.flows]
    branch = np.array([[step in steps for step in log.names.steps] for steps in inside], bool)
    flow_of = log.entities["flow"][log.visits["entity"]]
    rows = ~branch[flow_of, log.visits["step"]] & (log.visits["ended"] != EMPTY)
    spent = np.where(rows, log.visits["ended"] - log.visits["joined"], 0)
    parts = np.zeros(len(log.entities["flow"]), np.int64)
    np.add.at(parts, log.visits["entity"], spent)
    gone = log.entities["left"] != EMPTY
    age = np.maximum(0, log.begin - log.entities["arrived"])
    wrong = gone & (log.entities["left"] - log.entities["arrived"] != parts + age)
    yield from _first(np.flatnonzero(wrong), "the parts of an entity's time do not sum to its dwell")


def branch_steps(scenario: Resolved, flow: Flow) -> frozenset[str]:
    """The steps that lie in a branch of a parallel part of this flow, those that escapes lead to included."""
    found: set[str] = set()
    for name in flow.next:
        for first in scenario.steps[name].branches:
            found |= _reachable(scenario, flow, first)
    return frozenset(found)


def _reachable(scenario: Resolved, flow: Flow, first: str) -> set[str]:
    """Along the way, by choice, after giving up, when a place is full and when a queue is too long."""
    found: set[str] = set()
    todo: list[str | None] = [first]
    while todo:
        step = todo.pop()
        if step is None or step in found or (step not in flow.next and step not in flow.options):
            continue
        found.add(step)
        here = scenario.steps[step]
        todo += [flow.next.get(step), *flow.options.get(step, {}).values(), *here.escapes]
    return found


def _no_start_above_capacity(log: EventLog) -> Iterator[str]:
    """Units serve or are kept, never less than none; whenever more are busy, they are within capacity."""
    for code, name in enumerate(log.names.resources):
        usage = log.usage[name]
        split = np.minimum(np.minimum(usage["serving"], usage["kept"]), usage["reserved"])
        yield from _first(np.flatnonzero(split < 0), f"'{name}' gives back units that it did not hold")
        busy = usage["serving"] + usage["kept"] + usage["reserved"]
        rises = np.diff(busy, prepend=0) > 0
        rows = (log.timetable["what"] == TARGETS.index("capacity")) & (log.timetable["target"] == code)
        times, values = log.timetable["time"][rows], log.timetable["value"][rows]
        if not len(times):
            continue
        capacity = values[np.searchsorted(times, usage["time"], side="right") - 1]
        capacity = capacity + _overtime(log, code, usage["time"])
        yield from _first(np.flatnonzero(rises & (busy > capacity)), f"'{name}' starts above its capacity")


def _overtime(log: EventLog, resource: int, instants: Column) -> Column:
    """Units that stay on after a closing, at each instant."""
    rows = (log.timetable["what"] == TARGETS.index("overtime")) & (log.timetable["target"] == resource)
    units = np.concatenate(([0], log.timetable["value"][rows]))
    found: Column = units[np.searchsorted(log.timetable["time"][rows], instants, side="right")]
    return found


def _zones_hold(scenario: Resolved, log: EventLog) -> Iterator[str]:
    for name, zone in scenario.zones.items():
        taken = log.places[name]["taken"]
        yield from _first(
            np.flatnonzero((taken > zone.room) | (taken < 0)), f"zone '{name}' holds more than its room"
        )


def _stocks_balance(scenario: Resolved, log: EventLog) -> Iterator[str]:
    """At every instant: level = opening level + puts - takes, and never below 0."""
    visits = log.visits
    for name, stock in scenario.stocks.items():
        curve = log.stocks[name]
        takers = [log.names.steps.index(step) for step, one in scenario.steps.items() if _takes(one, name)]
        rows = np.isin(visits["step"], takers) & (visits["started"] != EMPTY)
        order = np.argsort(visits["started"][rows], kind="stable")
        taken = np.concatenate(([0], np.cumsum(visits["amount"][rows][order])))
        so_far = taken[np.searchsorted(visits["started"][rows][order], curve["time"], side="right")]
        wrong = (curve["level"] != stock.level + curve["put"] - so_far) | (curve["level"] < 0)
        yield from _first(np.flatnonzero(wrong), f"stock '{name}' is not what was put in less what was taken")


def _takes(step: Step, stock: str) -> bool:
    return step.kind == "take" and step.stock == stock


def _loads_arrive(scenario: Resolved, log: EventLog) -> Iterator[str]:
    """Who departs on a carrier rides from its birth on, and is set down before or when it is gone."""
    visits, entities = log.visits, log.entities
    for name, step in scenario.steps.items():
        if step.gather is None or step.gather.carrier is None:
            continue
        born = np.flatnonzero(entities["source"] == log.names.sources.index(name))
        born = born[np.argsort(entities["number"][born])]
        rides = np.flatnonzero(visits["step"] == log.names.steps.index(f"{name}{RIDE}"))
        members = np.flatnonzero((visits["step"] == log.names.steps.index(name)) & (visits["batch"] > 0))
        yield from _first(
            np.setdiff1d(_pairs(log, members), _pairs(log, rides)),
            f"who departed from '{name}' does not ride",
        )
        carrier = born[visits["batch"][rides] - 1] if len(born) else rides
        early = visits["joined"][rides] != entities["arrived"][carrier]
        gone = entities["left"][carrier]
        kept = (gone != EMPTY) & ((visits["ended"][rides] == EMPTY) | (visits["ended"][rides] > gone))
        yield from _first(rides[early | kept], f"a ride from '{name}' is not that of its carrier")


def _pairs(log: EventLog, rows: Column) -> Column:
    """Who departed with which batch, as one number."""
    pairs: Column = log.visits["entity"][rows] * (1 << 32) + log.visits["batch"][rows]
    return pairs
