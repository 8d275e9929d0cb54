"""Who comes and who is on duty in each bin of a grid, by expected values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from metrics.fluid import Floats, Grid
from metrics.routes import moments
from scenarios.hours import day_span, days_between, open_intervals, shape_of
from scenarios.resolved import ARRIVAL_UNIT, DAY, Disruption, Flow, Resolved


def scheduled(scenario: Resolved, grid: Grid) -> dict[str, Floats]:
    """Of every pool, its units on duty [unit ms by bin]."""
    whole = np.full(grid.bins, grid.length)
    used = {shift.calendar for pool in scenario.resources.values() for shift in pool.shifts}
    open_for: dict[str | None, Floats] = {None: whole}
    for name in used - {None}:
        spans = open_intervals(
            scenario.calendars[str(name)], scenario.clock.start_utc, grid.begin, grid.end
        )  # fmt: skip
        open_for[name] = covered(grid, spans)
    return {
        name: sum((shift.units * open_for[shift.calendar] for shift in pool.shifts), np.zeros(grid.bins))
        for name, pool in scenario.resources.items()
    }


def capacity(scenario: Resolved, grid: Grid, on_duty: dict[str, Floats]) -> dict[str, Floats]:
    """The same less what disruptions take: planned ones when they are, those by chance on average."""
    found = dict(on_duty)
    for disruption in scenario.disruptions.values():
        active = _active(scenario, grid, disruption)
        for kind, name in disruption.on:
            if kind == "resource":
                part = 1 - active * (1 - disruption.factor / 1000)
                found[name] = np.maximum(0.0, found[name] * part - active * disruption.lose * grid.length)
    return found


def coming(scenario: Resolved, name: str, grid: Grid) -> Floats:
    """Expected arrivals of a flow in each bin, its opening backlog apart."""
    flow = scenario.flows[name]
    arrivals = flow.arrivals
    if arrivals.kind == "list":
        times = np.array([each.at for each in arrivals.listed], np.float64)
        return np.histogram(times, grid.edges)[0].astype(np.float64)
    if arrivals.kind == "none" or arrivals.days is None:
        return np.zeros(grid.bins)
    come = np.diff(np.interp(grid.edges, *_cumulated(scenario, flow, grid)))
    if arrivals.kind == "count":
        come[grid.middles < 0] = 0.0
        come *= (arrivals.count or 0) / max(come.sum(), 1e-12)
    elif arrivals.count is not None:
        come = np.diff(np.minimum(np.concatenate(([0.0], np.cumsum(come))), arrivals.count))
    for disruption in scenario.disruptions.values():
        if ("flow", name) in disruption.on:
            come = come * (1 + _active(scenario, grid, disruption) * (disruption.factor / 1000 - 1))
    thinned: Floats = come * (arrivals.demand / 1000)
    return thinned


def covered(grid: Grid, spans: Iterable[tuple[int, int]]) -> Floats:
    """How much of each bin some spans cover, which follow each other [ms]."""
    edges = np.array([edge for span in spans for edge in span], np.float64)
    if not len(edges):
        return np.zeros(grid.bins)
    lengths = np.diff(edges)
    lengths[1::2] = 0.0
    so_far = np.concatenate(([0.0], np.cumsum(lengths)))
    found: Floats = np.diff(np.interp(grid.edges, edges, so_far))
    return found


def _active(scenario: Resolved, grid: Grid, disruption: Disruption) -> Floats:
    """The share of each bin in which a disruption is active; of one by chance its share of all time."""
    found = np.zeros(grid.bins)
    for start, length in disruption.when:
        found = np.maximum(found, covered(grid, [(start, start + length)]) / grid.length)
    if disruption.days is None:
        return found
    per_day = float(np.mean([shape[-1] for shape in disruption.days.shapes])) / ARRIVAL_UNIT
    lasts = moments(scenario.tables[disruption.length])[0] if isinstance(disruption.length, str) else 0.0
    # starts that fall into one that lasts add nothing: the busy share of an M/G/∞ queue
    by_chance: Floats = np.maximum(found, 1 - np.exp(-per_day * lasts / DAY))
    return by_chance


def _cumulated(scenario: Resolved, flow: Flow, grid: Grid) -> tuple[Floats, Floats]:
    """Instants, and how many are expected up to each."""
    times, counts, so_far = [float(grid.begin) - DAY], [0.0], 0.0
    for opens, closes, shape in _days(scenario, flow, grid):
        times += [opens + (closes - opens) * hour / 24 for hour in range(25)]
        counts += [so_far + edge / ARRIVAL_UNIT for edge in shape]
        so_far += shape[-1] / ARRIVAL_UNIT
    return np.array(times), np.array(counts)


def _days(scenario: Resolved, flow: Flow, grid: Grid) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Beginning, end and cumulated arrivals of each date; a zone may have skipped one."""
    clock, days = scenario.clock, flow.arrivals.days
    assert days is not None
    for day in days_between(clock.offsets, clock.start_utc, grid.begin, grid.end):
        opens, closes = day_span(clock.offsets, clock.start_utc, day)
        if opens < closes:
            yield opens, closes, shape_of(days, day)
