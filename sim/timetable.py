"""The timetable: what is set when, before anything moves (law §2, §4).

Calendars and disruptions become rows (time, what, target, value), in the order of time. Both engines take
their rows from here; interventions and rules only add to them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

from scenarios.resolved import DAY, Disruption, Resolved
from sim import chance
from sim.chance import Purpose
from sim.clock import day_span, days_between, open_intervals, place_in_day, shape_of
from sim.remembered import per_scenario

Interval = tuple[int, int]
Active = Mapping[str, Sequence[Interval]]
"""When each disruption is active."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """From `time` on, `what` of `target` is `value` (vocabulary: `sim.log.TARGETS`)."""

    time: int  # [ms]
    what: str
    target: str
    value: int  # units, or per mille


def timetable(scenario: Resolved, seed: int, replication: int, begin: int, end: int) -> Sequence[Row]:
    """All rows of a run over [begin, end): each target's first at `begin`, then one for each change.

    Most targets have the same rows in every replication; those that random disruptions touch have not.
    Where nothing is random all replications share one tuple.
    """
    if all(disruption.days is None for disruption in scenario.disruptions.values()):
        return _fixed(scenario, begin, end)
    drawn = {
        name: tuple(occurrences(scenario, name, seed, replication, begin, end))
        for name, disruption in scenario.disruptions.items()
        if disruption.days is not None
    }
    touched = {target for name in drawn for target in scenario.disruptions[name].on}
    active: dict[str, tuple[Interval, ...]] | None = None
    rows: list[Row] = []
    for kind, name in _targets(scenario):
        if (kind, name) in touched:
            active = active or _planned(scenario, begin, end) | drawn
            rows += _rows_of(scenario, kind, name, active, begin, end)
        else:
            rows += _planned_rows(scenario, begin, end)[kind, name]
    return sorted(rows, key=lambda row: row.time)


@per_scenario
def _fixed(scenario: Resolved, begin: int, end: int) -> tuple[Row, ...]:
    """The rows of a scenario in which nothing is drawn."""
    rows = chain.from_iterable(_planned_rows(scenario, begin, end).values())
    return tuple(sorted(rows, key=lambda row: row.time))


@per_scenario
def _planned(scenario: Resolved, begin: int, end: int) -> dict[str, tuple[Interval, ...]]:
    """When the disruptions that are not random are active, whatever the seed."""
    return {
        name: tuple(occurrences(scenario, name, 0, 0, begin, end))
        for name, disruption in scenario.disruptions.items()
        if disruption.days is None
    }


@per_scenario
def _planned_rows(scenario: Resolved, begin: int, end: int) -> dict[tuple[str, str], list[Row]]:
    """The rows of every target that no random disruption touches."""
    active = _planned(scenario, begin, end)
    touched = {on for name, each in scenario.disruptions.items() if name not in active for on in each.on}
    return {
        (kind, name): list(_rows_of(scenario, kind, name, active, begin, end))
        for kind, name in _targets(scenario)
        if (kind, name) not in touched
    }


def _targets(scenario: Resolved) -> Iterator[tuple[str, str]]:
    """Everything that has rows, by kind."""
    yield from (("resource", name) for name in scenario.resources)
    yield from (("platform", name) for name in scenario.platforms)
    yield from (("step", name) for name in scenario.steps)
    for name, step in scenario.steps.items():
        if step.gather is not None and step.gather.departures is not None:
            yield "departure", name
    yield from (("flow", name) for name in scenario.flows)


def _rows_of(scenario: Resolved, kind: str, name: str, active: Active, begin: int, end: int) -> Iterator[Row]:
    """The rows of one target."""
    hits = _affecting(scenario, kind, name, active)
    if kind == "resource":
        yield from _resource_rows(scenario, name, hits, begin, end)
    elif kind == "platform":
        yield from _changes("platform", name, begin, end, hits, _platform_state)
    elif kind == "step":
        yield from _changes("slow", name, begin, end, hits, _factor)
    elif kind == "departure":
        yield from _departures(scenario, name, begin, end)
    else:
        demand = scenario.flows[name].arrivals.demand
        yield from _changes("demand", name, begin, end, hits, partial(_factor, base=demand))


def occurrences(
    scenario: Resolved, name: str, seed: int, replication: int, begin: int, end: int
) -> Iterator[Interval]:
    """When a disruption is active within [begin, end), ascending; overlaps of one disruption count once.

    Random ones are drawn from the first local date of the run on: earlier beginnings are not seen.
    """
    disruption = scenario.disruptions[name]
    spans = [(start, start + length) for start, length in disruption.when]
    spans += _random_spans(scenario, name, disruption, seed, replication, begin, end)
    return _union((max(first, begin), min(last, end)) for first, last in spans)


def _random_spans(
    scenario: Resolved, name: str, disruption: Disruption, seed: int, replication: int, begin: int, end: int
) -> Iterator[Interval]:
    if disruption.days is None or disruption.gap is None:
        return
    if not isinstance(disruption.length, str):
        raise TypeError(f"disruptions.{name}: the length of a random disruption is a table")
    clock, gaps, lengths = scenario.clock, scenario.tables[disruption.gap], scenario.tables[disruption.length]
    key = chance.key(seed, "disruption", name)
    for day in days_between(clock.offsets, clock.start_utc, begin, end):
        shape = shape_of(disruption.days, day)
        begins, ends = day_span(clock.offsets, clock.start_utc, day)
        position, number = 0, 0
        while True:
            draw = chance.draw(key, day, number, 0, 0, Purpose.GAP, replication)
            position += chance.quantile(gaps, draw)
            if position >= shape[-1]:
                break
            start = place_in_day(shape, position, begins, ends)
            draw = chance.draw(key, day, number, 0, 0, Purpose.LENGTH, replication)
            yield start, start + chance.quantile(lengths, draw)
            number += 1


def _union(spans: Iterable[Interval]) -> Iterator[Interval]:
    current: Interval | None = None
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if current and first <= current[1]:
            current = current[0], max(current[1], last)
            continue
        if current:
            yield current
        current = first, last
    if current:
        yield current


def _affecting(scenario: Resolved, kind: str, name: str, active: Active) -> list[tuple[Interval, Disruption]]:
    """The occurrences that hit one target, each with its disruption."""
    return [
        (span, disruption)
        for key, disruption in scenario.disruptions.items()
        if (kind, name) in disruption.on
        for span in active[key]
    ]


def _factor(on: list[Disruption], base: int = 1000) -> int:
    """The product of factors [per mille], floored once."""
    product = base
    for disruption in on:
        product *= disruption.factor
    return int(product // 1000 ** len(on))


def _platform_state(on: list[Disruption]) -> int:
    """0 is down; the factor of a platform that is up is never rounded to that."""
    return 0 if any(disruption.down for disruption in on) else max(1, _factor(on))


def _changes(
    what: str,
    target: str,
    begin: int,
    end: int,
    hits: list[tuple[Interval, Disruption]],
    value: Callable[[list[Disruption]], int],
) -> Iterator[Row]:
    """Rows of a target whose value depends on the disruptions that are active."""
    last: int | None = None
    for time, on in _active_over_time(hits, begin, end):
        now = value(on)
        if now != last:
            yield Row(time, what, target, now)
        last = now


def _active_over_time(
    hits: list[tuple[Interval, Disruption]], begin: int, end: int
) -> Iterator[tuple[int, list[Disruption]]]:
    """The disruptions that are active from each instant on at which they change, `begin` first; one sweep."""
    edges: dict[int, list[int]] = {begin: []}
    for number, ((first, stop), _) in enumerate(hits):
        for edge in (max(begin, first), stop):
            edges.setdefault(edge, []).append(number)
    active: dict[int, None] = {}
    for time in sorted(edge for edge in edges if edge < end):
        for number in edges[time]:
            first, stop = hits[number][0]
            if first <= time < stop:
                active[number] = None
            else:
                active.pop(number, None)
        yield time, [hits[number][1] for number in sorted(active)]


def _resource_rows(
    scenario: Resolved, name: str, hits: list[tuple[Interval, Disruption]], begin: int, end: int
) -> Iterator[Row]:
    """Scheduled units and capacity = max(0, floor(scheduled × factors) − losses)."""
    scheduled = _schedules(scenario, begin, end)[name]
    for time, units in scheduled:
        yield Row(time, "scheduled", name, units)
    on_duty = dict(scheduled)
    disrupted = dict(_active_over_time(hits, begin, end))
    units, on, last = 0, disrupted[begin], 0
    closings: dict[int, int] = {}  # units that go off duty then
    for time in sorted({*on_duty, *disrupted}):
        if on_duty.get(time, units) < units:
            closings[time] = last
        units, on = on_duty.get(time, units), disrupted.get(time, on)
        capacity = max(0, _factor(on, units) - sum(disruption.lose for disruption in on))
        if capacity != last or time == begin:
            yield Row(time, "capacity", name, capacity)
        if time in closings:
            closings[time] -= capacity
        last = capacity
    yield from _overtime_rows(scenario, name, list(on_duty), closings, end)


def _overtime_rows(
    scenario: Resolved, name: str, changes: list[int], closings: dict[int, int], end: int
) -> Iterator[Row]:
    """The units that go off duty stay on, until the schedule changes again or `overtime` has passed."""
    resource = scenario.resources[name]
    if resource.at_closing != "clear":
        return
    settings: dict[int, int] = {}
    for closes, units in closings.items():
        if units > 0:
            following = bisect_right(changes, closes)
            until = changes[following] if following < len(changes) else end
            settings.setdefault(min(until, closes + (resource.overtime or end - closes)), 0)
            settings[closes] = units
    yield from (Row(time, "overtime", name, units) for time, units in sorted(settings.items()) if time < end)


LOOK_AHEAD = 14 * DAY
"""How far beyond the end of the run the hours are known to those who must be done before closing."""


def duty(scenario: Resolved, name: str, begin: int, end: int) -> list[tuple[int, int]]:
    """(time, units scheduled) from `begin` on, one entry for each change, beyond the end of the run too."""
    return _scheduled(scenario, name, begin, end + LOOK_AHEAD)


def _departures(scenario: Resolved, name: str, begin: int, end: int) -> Iterator[Row]:
    """A row whenever its calendar opens; what is open before the run begins does not count."""
    gather = scenario.steps[name].gather
    assert gather is not None
    calendar = scenario.calendars[str(gather.departures)]
    for opens, _ in open_intervals(calendar, scenario.clock.start_utc, begin - DAY, end):
        if begin <= opens < end:
            yield Row(opens, "departure", name, 1)


@per_scenario
def _schedules(scenario: Resolved, begin: int, end: int) -> dict[str, list[tuple[int, int]]]:
    """Of every resource."""
    return {name: _scheduled(scenario, name, begin, end) for name in scenario.resources}


def _scheduled(scenario: Resolved, name: str, begin: int, end: int) -> list[tuple[int, int]]:
    """(time, units on duty) from `begin` on, one entry for each change."""
    changes: dict[int, int] = {begin: 0}
    for shift in scenario.resources[name].shifts:
        spans: Iterable[Interval] = [(begin, end)]
        if shift.calendar is not None:
            calendar = scenario.calendars[shift.calendar]
            spans = open_intervals(calendar, scenario.clock.start_utc, begin, end)
        for opens, closes in spans:
            changes[opens] = changes.get(opens, 0) + shift.units
            changes[closes] = changes.get(closes, 0) - shift.units
    units, steps = 0, []
    for time in sorted(changes):
        units += changes[time]
        if time < end:
            steps.append((time, units))
    return steps[:1] + [later for earlier, later in pairwise(steps) if earlier[1] != later[1]]
