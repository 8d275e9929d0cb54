"""A run told in lines, one for each visit, so that a test can write out what must happen.

`a0 scan: 0 0 4 9 9` is truck 0 of flow a at the step scan: joined, admitted, started, ended, left [ms],
`-` for a time that was never reached. Behind stand only unusual things: `diverted`, `reneged`, `by=yard`
(what refused it at the door), `paper` (fallback), `visit=2`, `took=3` (from a stock), `segment=2`,
`preempted`, `batch=2` (that it departed with).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scenarios.resolved import Arrivals, Flow, ListedArrival, Resolved
from sim.log import EMPTY, ENTITY_OUTCOMES, VISIT_OUTCOMES, EventLog
from sim.run import Run, run
from tests.sim.build import NAME, START_DAY, always, clock, scenario

TIMES = ("joined", "admitted", "started", "ended", "left")
WHOLE_NUMBERS = {str(n): (n,) for n in range(201)}
"""Constant tables: the step's `time="5"` takes 5 ms."""

OF_A_FLOW = ("attributes", "priority", "options", "backlog")

SHUFFLES = (1, 2, 3)
"""Each story is told again with its simultaneous facts in other orders: it must stay the same."""


def trucks(*arrivals: int | tuple[int, dict[str, Any]]) -> Arrivals:
    """Listed arrivals, numbered from 0: an instant each, or an instant and attributes."""
    rows = [(a, {}) if isinstance(a, int) else a for a in arrivals]
    return Arrivals(
        "list",
        listed=tuple(ListedArrival(at, START_DAY, n, dict(given)) for n, (at, given) in enumerate(rows)),
    )


def world(flows: dict[str, Flow], steps: Any, **parts: Any) -> Resolved:
    """A scenario in which every whole number is the name of a table, and unknown pools have one unit."""
    pools = dict.fromkeys(name for s in steps.values() for need in s.needs for name, _ in need.any_of)
    parts["resources"] = {name: always(1) for name in pools} | parts.get("resources", {})
    parts["tables"] = WHOLE_NUMBERS | parts.get("tables", {})
    parts.setdefault("clock", clock(200))
    return scenario(flows, steps, **parts)


def one_flow(arrivals: Arrivals, way: dict[str, str | None], steps: Any, **parts: Any) -> Resolved:
    """A world with the single flow `a`."""
    of_flow = {
        name: parts.pop(name) for name in ("attributes", "priority", "options", "backlog") if name in parts
    }
    first = parts.pop("first", None) or next(iter(way))
    return world({"a": Flow(NAME, arrivals, first, way, **of_flow)}, steps, **parts)


def play(scenario: Resolved) -> Run:
    """Run it, and again with simultaneous facts shuffled."""
    told = run(scenario, 1, engine="reference")
    for order in SHUFFLES:
        again = run(scenario, 1, shuffle=random.Random(order), engine="reference")
        assert lines(again.log) == lines(told.log), "the order of simultaneous facts changed the story"
        assert again.digest == told.digest
    return told


def happens(scenario: Resolved, expected: str) -> Run:
    """Run it and compare with the lines that must come (in any order)."""
    told = play(scenario)
    assert lines(told.log) == sorted(line.strip() for line in expected.strip().splitlines())
    return told


def lines(log: EventLog) -> list[str]:
    """One line for each visit, sorted as text."""
    return sorted(_line(log, row) for row in range(len(log.visits["step"])))


def _line(log: EventLog, row: int) -> str:
    visits, names = log.visits, log.names
    times = " ".join(moment(visits[name][row]) for name in TIMES)
    who = entity_name(log, int(visits["entity"][row]))
    return " ".join((f"{who} {names.steps[visits['step'][row]]}: {times}", *_unusual(log, row)))


def moment(time: int) -> str:
    return "-" if time == EMPTY else str(time)


def _unusual(log: EventLog, row: int) -> Iterator[str]:
    visits = log.visits
    if visits["blocked_by"][row] >= 0:
        yield f"by={log.names.places[visits['blocked_by'][row]]}"
    if visits["mode"][row] == 1:
        yield "paper"
    if visits["visit"][row] > 1:
        yield f"visit={visits['visit'][row]}"
    if visits["batch"][row] >= 0:
        yield f"batch={visits['batch'][row]}"
    if visits["amount"][row] != EMPTY:
        yield f"took={visits['amount'][row]}"
    outcome = VISIT_OUTCOMES[visits["outcome"][row]]
    if visits["segment"][row] > 1:
        yield f"segment={visits['segment'][row]}"
    if outcome in ("diverted", "reneged", "balked", "preempted"):
        yield outcome


def entity_name(log: EventLog, row: int) -> str:
    """`a3`, or `a.backlog3` for sources other than the list, `s.a.list.lab3#1` for a sub-entity."""
    source = log.names.sources[log.entities["source"][row]]
    middle = "" if source == "list" else f".{source}"
    child = log.entities["child"][row]
    of = f"#{child}" if child else ""
    return f"{log.names.flows[log.entities['flow'][row]]}{middle}{log.entities['number'][row]}{of}"


def outcomes(told: Run) -> dict[str, str]:
    """How each entity's story ended: `completed at 9`, `inside`."""
    entities = told.log.entities
    return {
        entity_name(told.log, row): ENTITY_OUTCOMES[entities["outcome"][row]]
        + ("" if entities["left"][row] == EMPTY else f" at {entities['left'][row]}")
        for row in range(len(entities["flow"]))
    }


def lanes(told: Run) -> dict[str, str]:
    """Pool and lowest unit of every visit that started: `{"a0 scan": "officer 1"}`."""
    visits, names = told.log.visits, told.log.names
    return {
        f"{entity_name(told.log, int(visits['entity'][row]))} {names.steps[visits['step'][row]]}": (
            f"{names.resources[visits['lane_pool'][row]]} {visits['lane'][row]}"
        )
        for row in range(len(visits["step"]))
        if visits["lane_pool"][row] >= 0
    }


def curve(columns: dict[str, Any], *names: str) -> list[tuple[int, ...]]:
    """A step function as a list of (time, value …)."""
    return list(zip(*(columns[name].tolist() for name in ("time", *names)), strict=True))


def until_empty(at_most: int, window: int | None = None) -> Any:
    """A clock that stops when everybody has left."""
    return replace(clock(window, at_most=at_most), until="empty")
