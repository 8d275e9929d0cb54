"""The load that a scenario offers to its pools, by expected values: a doubt to tell before anything is run.

Entities are followed through their ways by the equations of traffic, once for each combination of the
attributes that their ways or times depend on. Patience, diversions and pools that stand in for each other are
left out, so this is no forecast: only a pool that is asked for more than all its time is worth a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenarios.capacity import open_spans
from scenarios.findings import Findings
from scenarios.grid import SIZE
from scenarios.hours import day_span, days_between, shape_of
from scenarios.resolved import (
    ARRIVAL_UNIT,
    CERTAIN,
    DAY,
    REST,
    By,
    Flow,
    Label,
    Resolved,
    Resource,
    Step,
    Table,
    Tree,
)
from scenarios.tables import table_mean

MOST_COMBINATIONS = 500
"""A flow with more combinations of values is not estimated."""

Values = Mapping[str, str]
"""Attribute → value, of one kind of entity."""


def doubt_overload(scenario: Resolved, findings: Findings) -> None:
    """Note the pools that are asked for more than all their time."""
    limits = {platform.handling: name for name, platform in scenario.platforms.items()}
    for name, asked in offered_load(scenario).items():
        if asked > 1 and name in limits:
            findings.doubt(
                ("platforms", limits[name], "rate"), f"{asked:.0%}",
                Label(vi=f"nhận {asked:.0%} số bản tin xử lý được, chưa kể gửi lại: hàng đợi dài dần",
                      en=f"gets {asked:.0%} of the messages it handles, retries apart: its queue grows"),
                Label(vi="hãy xem lại 'rate' và lượt đến", en="look again at its rate and at the arrivals"),
            )  # fmt: skip
        elif asked > 1:
            findings.doubt(
                ("resources", name), f"{asked:.0%}",
                Label(vi=f"bị yêu cầu {asked:.0%} thời gian làm việc khi còn lượt đến: hàng đợi dài dần",
                      en=f"is asked for {asked:.0%} of its time while entities arrive: its queue grows"),
                Label(vi="hãy xem lại 'capacity', thời gian xử lý và lượt đến",
                      en="look again at its capacity, the times and the arrivals"),
            )  # fmt: skip


def offered_load(scenario: Resolved) -> dict[str, float]:
    """Pool → work that comes for it ÷ its scheduled time, from the beginning to the last arrival."""
    work: dict[str, float] = dict.fromkeys(scenario.resources, 0.0)
    means = {name: _mean(table) for name, table in scenario.tables.items()}
    for flow in scenario.flows.values():
        entities = _entities(scenario, flow)
        for name, units_ms in _work_of_one(scenario, flow, means).items():
            work[name] += entities * units_ms
    scheduled = {name: _scheduled(pool, scenario) for name, pool in scenario.resources.items()}
    return {name: asked / scheduled[name] for name, asked in work.items() if scheduled[name] > 0}


# ---- how many come ----


def _span(scenario: Resolved) -> tuple[int, int]:
    """From the beginning of the run to about the last arrival [ms]."""
    clock = scenario.clock
    begin, end = -clock.lead_in, clock.at_most if clock.window is None else clock.window
    lasts = [_reached(flow, scenario, begin, end) for flow in scenario.flows.values()]
    return begin, max(lasts)


def _reached(flow: Flow, scenario: Resolved, begin: int, end: int) -> int:
    """When a flow that stops after so many arrivals has had them, about."""
    count, days = flow.arrivals.count, flow.arrivals.days
    if flow.arrivals.kind != "rate" or count is None or days is None:
        return end
    expected = sum(share * _of_day(flow, day) for day, share in local_days(scenario, begin, end))
    return end if expected <= count else begin + round((end - begin) * count / expected)


def _entities(scenario: Resolved, flow: Flow) -> float:
    """Expected entities of a flow, with its backlog."""
    arrivals, waiting = flow.arrivals, flow.backlog.count if flow.backlog else 0
    if arrivals.kind == "list":
        return len(arrivals.listed) + waiting
    if arrivals.kind == "count":
        return (arrivals.count or 0) * arrivals.demand / 1000 + waiting
    if arrivals.kind == "none" or arrivals.days is None:
        return waiting
    expected = sum(share * _of_day(flow, day) for day, share in local_days(scenario, *_span(scenario)))
    if arrivals.count is not None:
        expected = min(expected, arrivals.count)
    return expected * arrivals.demand / 1000 + waiting


def local_days(scenario: Resolved, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """Local dates [days since 1970-01-01] of a span, and what part of each lies in it."""
    offsets, start_utc = scenario.clock.offsets, scenario.clock.start_utc
    for day in days_between(offsets, start_utc, begin, end):
        opens, close = day_span(offsets, start_utc, day)
        if opens < close:  # a zone may have skipped a date
            yield day, (min(end, close) - max(begin, opens)) / (close - opens)


def _of_day(flow: Flow, day: int) -> float:
    """Expected arrivals of a whole day."""
    days = flow.arrivals.days
    return 0.0 if days is None else shape_of(days, day)[-1] / ARRIVAL_UNIT


def _scheduled(pool: Resource, scenario: Resolved) -> float:
    """Unit milliseconds on duty in the span of arrivals."""
    begin, end = _span(scenario)
    total = 0
    for shift in pool.shifts:
        calendar = scenario.calendars[shift.calendar] if shift.calendar else None
        spans = open_spans(calendar, scenario.clock) if calendar else [(begin, end)]
        total += shift.units * sum(max(0, min(close, end) - max(opens, begin)) for opens, close in spans)
    return total


# ---- what one of them asks for ----


def _work_of_one(scenario: Resolved, flow: Flow, means: Mapping[str, float]) -> dict[str, float]:
    """Pool → unit milliseconds that an entity asks it for, on average."""
    work: dict[str, float] = {}
    for values, chance in kinds_of(scenario, flow):
        for step, visits in visits_of(scenario, flow, values).items():
            worked = visits > 0 and scenario.steps[step].time is not None  # what is held is left out
            for need in scenario.steps[step].needs if worked else ():
                if len(need.any_of) == 1:
                    pool, units = need.any_of[0]
                    time = means[leaf_of(scenario.steps[step].time, values)]
                    work[pool] = work.get(pool, 0.0) + chance * visits * units * time
    return work


def kinds_of(scenario: Resolved, flow: Flow) -> list[tuple[Values, float]]:
    """Combinations of the attributes that matter, with their chances."""
    kinds: list[tuple[dict[str, str], float]] = [({}, 1.0)]
    wanted = _wanted(scenario, flow)
    for name in (name for name in flow.attributes if name in wanted):
        kinds = [
            ({**values, name: value}, chance * share)
            for values, chance in kinds
            for value, share in _shares(scenario, flow.attributes[name].draw, values).items()
            if share > 0
        ]
        if len(kinds) > MOST_COMBINATIONS:
            return []
    return list(kinds)


def _wanted(scenario: Resolved, flow: Flow) -> set[str]:
    """Attributes that ways and times depend on, and those that these depend on."""
    found: set[str] = set()
    for name in flow.next:
        step = scenario.steps[name]
        found |= {step.by} if step.by else set()
        found |= set(_attributes(step.shares)) | set(_attributes(step.time))
    for name in reversed(flow.attributes):
        found |= set(_attributes(flow.attributes[name].draw)) if name in found else set()
    return found


def _attributes(tree: Tree) -> Iterator[str]:
    if isinstance(tree, By):
        yield tree.attribute
        for case in tree.cases.values():
            yield from _attributes(case)


def leaf_of(tree: Tree, values: Values) -> str:
    """The leaf for one kind of entity."""
    while isinstance(tree, By):
        tree = tree.cases[values[tree.attribute]]
    return str(tree)


def _shares(scenario: Resolved, tree: Tree, values: Values) -> dict[str, float]:
    mix = scenario.mixes[leaf_of(tree, values)]
    edges = zip(mix.values, (0, *mix.upto), mix.upto, strict=False)
    return {value: (upto - before) / CERTAIN for value, before, upto in edges}


@lru_cache(maxsize=512)
def _mean(table: Table) -> float:
    """Mean of a table of any form: a constant, the grid, or steps."""
    if len(table) == 1:
        return table[0]
    if len(table) == SIZE:
        return table_mean(table)
    upto, values = table[: len(table) // 2], table[len(table) // 2 :]
    chances = (after - before for before, after in zip((0, *upto), upto, strict=False))
    return sum(chance / CERTAIN * value for chance, value in zip(chances, values, strict=True))


def visits_of(scenario: Resolved, flow: Flow, values: Values) -> dict[str, float]:
    """Expected visits of each step: v = first + Pᵀ v."""
    names = list(flow.next)
    place = {name: i for i, name in enumerate(names)}
    onward: NDArray[np.float64] = np.eye(len(names))
    for name in names:
        for target, share in ways_on(scenario.steps[name], name, scenario, flow, values):
            onward[place[target], place[name]] -= share
    first = np.zeros(len(names))
    first[place[flow.first]] = 1.0
    try:
        return dict(zip(names, np.linalg.solve(onward, first).tolist(), strict=True))
    except np.linalg.LinAlgError:  # a combination that goes round for ever; none is ever born
        return {}


def ways_on(
    step: Step, name: str, scenario: Resolved, flow: Flow, values: Values
) -> Iterator[tuple[str, float]]:
    """Where an entity goes from a step, with its chances (a parallel part goes to all its branches)."""
    options = flow.options.get(name, {})
    chances = (
        {values[step.by]: 1.0} if step.by else _shares(scenario, step.shares, values) if step.shares else {}
    )
    if step.shortest:  # lanes that are alike get alike
        chances = dict.fromkeys(options, 1 / max(1, len(options)))
    elif step.when:  # conditions are for what is not usual
        chances = {REST: 1.0} if options else {}
    for option, share in chances.items():
        if options[option] is not None:
            yield str(options[option]), share
    yield from ((branch, 1.0) for branch in step.branches)
    if step.kind != "choose" and flow.next[name] is not None:
        yield str(flow.next[name]), 1.0


# ---- how they go through the steps -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one flow makes of the steps, by expected values.

    per_day : entities that come in an average day · visits : of an entity to each step · work : time of these
    visits [ms] · ways : of an entity from step to step, None for leaving
    """

    per_day: float
    visits: dict[str, float]
    work: dict[str, float]
    ways: dict[tuple[str, str | None], float]


def traffic(scenario: Resolved, name: str) -> Traffic:
    """The traffic of one flow; who is there at the start is not of those who come."""
    flow = scenario.flows[name]
    backlog = flow.backlog.count if flow.backlog else 0
    begin, end = _span(scenario)
    found = Traffic((_entities(scenario, flow) - backlog) * DAY / (end - begin), {}, {}, {})
    for values, chance in kinds_of(scenario, flow):
        for step, visits in visits_of(scenario, flow, values).items():
            _add_visits(scenario, name, step, chance * visits, values, found)
    return found


def _add_visits(scenario: Resolved, flow: str, name: str, visits: float, values: Values, to: Traffic) -> None:
    step = scenario.steps[name]
    to.visits[name] = to.visits.get(name, 0.0) + visits
    if step.time is not None:
        time = _mean(scenario.tables[leaf_of(step.time, values)])
        to.work[name] = to.work.get(name, 0.0) + visits * time
    onward = list(ways_on(step, name, scenario, scenario.flows[flow], values))
    leaves = 1 + len(step.branches) - sum(share for _, share in onward)
    for target, share in (*onward, (None, leaves)):
        if share > 1e-12:
            to.ways[name, target] = to.ways.get((name, target), 0.0) + visits * share


def called_per_day(scenario: Resolved, calendar: str) -> float:
    """How often a calendar opens in an average day of those in which somebody comes."""
    begin, end = _span(scenario)
    opens = [opens for opens, _ in open_spans(scenario.calendars[calendar], scenario.clock)]
    return sum(begin <= each < end for each in opens) * DAY / (end - begin)


def scheduled_per_day(scenario: Resolved) -> dict[str, float]:
    """Pool → unit milliseconds on duty in an average day of those in which somebody comes."""
    begin, end = _span(scenario)
    return {
        name: _scheduled(pool, scenario) * DAY / (end - begin) for name, pool in scenario.resources.items()
    }
