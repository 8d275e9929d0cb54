"""Parts of a scenario that share nothing: gates or provinces that can be run side by side.

Two flows belong together if they come to one step, need one pool, lie in one zone, take from one stock, or if
one sends out or carries the other, or a choice of one reads the state of the other. Calendars, platforms and
disruptions are the same for everybody whatever anybody does, so they tie nothing together. Rules watch and
act anywhere; with rules, and where the run ends with the last to leave, a scenario has one part.

A part is the whole scenario in which nobody of the other flows comes: names, draws and the timetable are the
same, so its rows are those of the whole run (law §2, §3), and so are the sums of their hashes (law §6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np

from scenarios.resolved import Flow, Resolved
from sim.compile_state import read_together
from sim.log import Column, EventLog, Names
from sim.remembered import per_scenario

Thing = tuple[str, str]
"""Kind and name of what a flow touches."""


@per_scenario
def components(scenario: Resolved) -> tuple[tuple[str, ...], ...]:
    """The flows that belong together, in the order of the file."""
    if scenario.rules or scenario.clock.until == "empty":
        return (tuple(scenario.flows),)
    root: dict[Thing, Thing] = {}

    def find(thing: Thing) -> Thing:
        while root.setdefault(thing, thing) != thing:
            thing = root[thing]
        return thing

    for name, flow in scenario.flows.items():
        for thing in touched(scenario, flow):
            root[find(thing)] = find(("flow", name))
    found: dict[Thing, list[str]] = {}
    for name in scenario.flows:
        found.setdefault(find(("flow", name)), []).append(name)
    return tuple(map(tuple, found.values()))


def touched(scenario: Resolved, flow: Flow) -> Iterator[Thing]:
    """All that a flow may change or be stopped by."""
    for name in flow.next:
        step = scenario.steps[name]
        yield "step", name
        yield from (("resource", pool) for need in step.needs for pool, _ in need.any_of)
        yield from (("step", other) for other in read_together(scenario, name))
        for condition in chain.from_iterable(step.when.values()):
            kind = {"inside": "flow", "zone": "zone", "stock": "stock"}.get(condition.what)
            yield from ((kind, other) for other in condition.of if kind is not None)
        if step.zone is not None:
            yield "zone", step.zone
        if step.stock is not None:
            yield "stock", step.stock
        if step.errand is not None and step.errand.flow is not None:
            yield "flow", step.errand.flow
        if step.gather is not None and step.gather.carrier is not None:
            yield "flow", step.gather.carrier


def alone(scenario: Resolved, flows: Sequence[str]) -> Resolved:
    """The scenario with nobody else in it."""
    return replace(
        scenario,
        flows={name: flow if name in flows else _silent(flow) for name, flow in scenario.flows.items()},
    )


def _silent(flow: Flow) -> Flow:
    arrivals = replace(flow.arrivals, kind="none", count=None, listed=(), appointments=None)
    return replace(flow, arrivals=arrivals, backlog=None)


# ---- one record of several -------------------------------------------------------------------------------


def together(
    scenario: Resolved, parts: Sequence[tuple[str, ...]], logs: Sequence[EventLog], book: tuple[str, ...]
) -> EventLog:
    """The record of a whole run, from those of its parts; `book`: the names of its sources."""
    first = logs[0]
    classes = tuple(sorted({name for log in logs for name in log.names.classes}))
    names = replace(first.names, classes=classes, sources=book)
    entities, attributes, rank = _entities(logs, names)
    owner = {
        thing: k
        for k, part in enumerate(parts)
        for f in part
        for thing in touched(scenario, scenario.flows[f])
    }
    return EventLog(
        names=names,
        begin=first.begin,
        end=first.end,
        visits=_visits(logs, names, rank),
        entities=entities,
        attributes=attributes,
        timetable=first.timetable,
        usage={name: logs[owner.get(("resource", name), 0)].usage[name] for name in names.resources},
        places={name: logs[owner.get(("zone", name), 0)].places[name] for name in names.zones},
        stocks={name: logs[owner.get(("stock", name), 0)].stocks[name] for name in names.stocks},
    )


def _entities(
    logs: Sequence[EventLog], names: Names
) -> tuple[dict[str, Column], dict[str, Column], list[Column]]:
    """Entities and attributes in canonical order, and the new row of each part's entities."""
    starts = np.cumsum([0, *(len(log.entities["flow"]) for log in logs)])
    columns = {name: np.concatenate([log.entities[name] for log in logs]) for name in logs[0].entities}
    columns["source"] = np.concatenate(
        [_recoded(log.names.sources, names.sources)[log.entities["source"]] for log in logs]
    )
    order = np.lexsort([columns[name] for name in ("child", "number", "day", "source", "flow")])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    for log, start in zip(logs, starts, strict=False):
        rows = slice(start, start + len(log.entities["flow"]))
        parent = columns["parent"][rows]
        columns["parent"][rows] = np.where(parent >= 0, rank[np.maximum(parent, 0) + start], parent)
    attributes = {
        name: np.concatenate([log.attributes[name] for log in logs])[order] for name in names.attributes
    }
    ranks = [rank[start:end] for start, end in pairwise(starts)]
    return {name: column[order] for name, column in columns.items()}, attributes, ranks


def _visits(logs: Sequence[EventLog], names: Names, ranks: Sequence[Column]) -> dict[str, Column]:
    columns = {name: np.concatenate([log.visits[name] for log in logs]) for name in logs[0].visits}
    columns["entity"] = np.concatenate(
        [rank[log.visits["entity"]] for log, rank in zip(logs, ranks, strict=True)]
    )
    columns["klass"] = np.concatenate(
        [_recoded(log.names.classes, names.classes)[log.visits["klass"]] for log in logs]
    )
    order = np.lexsort([columns[name] for name in ("segment", "visit", "step", "entity")])
    return {name: column[order] for name, column in columns.items()}


def _recoded(old: Sequence[str], new: Sequence[str]) -> Column:
    """The new code of each name; -1 stays."""
    place = {name: code for code, name in enumerate(new)}
    return np.array([*(place[name] for name in old), -1], np.int64)
