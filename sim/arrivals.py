"""Who comes when: the entities of each flow and source, by address (law §2).

Each x source draws the full base rate; source x_k keeps an entity if its own number is below the factor of
demand at its instant less k. So more demand adds entities and keeps the old ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from scenarios.resolved import Arrivals, Clock, DayShapes, Resolved, Table
from sim import chance
from sim.appointments import by_appointment
from sim.chance import Purpose
from sim.clock import day_span, days_between, place_in_day, shape_of
from sim.timetable import Row


@dataclass(frozen=True, slots=True)
class Birth:
    """One arrival: its instant, the rest of its address, and the attributes that are given."""

    at: int  # [ms]
    day: int  # [days since 1970-01-01]
    number: int
    given: dict[str, str | int] = field(default_factory=dict)
    child: int = 0  # of a sub-entity


@dataclass(frozen=True, slots=True)
class Demand:
    """The factor of demand of one flow over time [per mille]."""

    rows: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, flow: str, timetable: Sequence[Row]) -> Demand:
        return cls(tuple((r.time, r.value) for r in timetable if r.what == "demand" and r.target == flow))

    def at(self, instant: int) -> int:
        row = bisect_right(self.rows, instant, key=lambda row: row[0]) - 1
        return self.rows[max(0, row)][1]

    def sources(self) -> int:
        """How many x sources can contribute."""
        return -(-max(value for _, value in self.rows) // 1000)


def sources(arrivals: Arrivals, demand: Demand) -> list[str]:
    """The sources of a flow, backlog apart."""
    if arrivals.kind == "none":
        return []
    if arrivals.kind == "list":
        return ["list"]
    return [f"x{k}" for k in range(demand.sources())]


def arrivals_end(clock: Clock) -> int:
    """Nobody arrives from here on: the end of the window, or the latest end of the run if there is none."""
    return clock.at_most if clock.window is None else clock.window


def births(
    scenario: Resolved, flow: str, source: str, demand: Demand, seed: int, replication: int
) -> Iterator[Birth]:
    """The arrivals of one source within the run, in order of time, then of day and number."""
    arrivals, clock = scenario.flows[flow].arrivals, scenario.clock
    begin, end = -clock.lead_in, arrivals_end(clock)
    if source == "list":
        rows = sorted(arrivals.listed, key=lambda row: (row.at, row.day, row.number))
        yield from (Birth(r.at, r.day, r.number, r.attributes) for r in rows if begin <= r.at < end)
    elif arrivals.appointments is not None:
        wanting = {
            one: _wanting(scenario, flow, one, demand, seed, replication) for one in sources(arrivals, demand)
        }
        booked = by_appointment(scenario, flow, wanting, seed, replication)
        mine = [birth for one, birth in booked if one == source and birth.at < end]
        yield from sorted(mine, key=lambda birth: (birth.at, birth.day, birth.number))
    else:
        yield from _wanting(scenario, flow, source, demand, seed, replication)


def _wanting(
    scenario: Resolved, flow: str, source: str, demand: Demand, seed: int, replication: int
) -> Iterator[Birth]:
    """Who of one source wants to come, and when: the base rate, thinned."""
    arrivals, clock = scenario.flows[flow].arrivals, scenario.clock
    begin, end = -clock.lead_in, arrivals_end(clock)
    key = chance.key(seed, "flow", flow, flow, source)
    floor = 1000 * int(source[1:])
    for birth in _candidates(arrivals, clock, scenario.tables, key, replication, begin, end):
        factor = demand.at(birth.at) - floor
        if factor >= 1000 or chance.below(_keep(key, birth, replication), factor):
            yield birth


def _keep(key: int, birth: Birth, replication: int) -> int:
    """The draw that decides whether thinning keeps somebody."""
    return chance.draw(key, birth.day, birth.number, 0, 0, Purpose.KEEP, replication)


def _candidates(
    arrivals: Arrivals,
    clock: Clock,
    tables: dict[str, Table],
    key: int,
    replication: int,
    begin: int,
    end: int,
) -> Iterator[Birth]:
    """The base rate's arrivals, before thinning."""
    if arrivals.days is None:
        raise TypeError("arrivals by rate or count need the shape of their days")
    if arrivals.kind == "count":
        yield from _placed(arrivals, arrivals.days, clock, key, replication)
        return
    if arrivals.gap is None:
        raise TypeError("arrivals by rate need a table of gaps")
    left = arrivals.count
    for day in days_between(clock.offsets, clock.start_utc, begin, end):
        for birth in _of_day(arrivals.days, tables[arrivals.gap], clock, day, key, replication):
            if birth.at < begin:
                continue
            if birth.at >= end or left == 0:
                return
            yield birth
            left = None if left is None else left - 1


def _of_day(
    days: DayShapes, gaps: Table, clock: Clock, day: int, key: int, replication: int
) -> Iterator[Birth]:
    """A whole day's arrivals, drawn afresh: gaps of a unit Poisson process laid along the day's profile."""
    shape = shape_of(days, day)
    if not shape[-1]:
        return
    begins, ends = day_span(clock.offsets, clock.start_utc, day)
    if begins == ends:  # a date that the zone skipped
        return
    position = 0
    for number in count():
        draw = chance.draw(key, day, number, 0, 0, Purpose.GAP, replication)
        position += chance.quantile(gaps, draw)
        if position >= shape[-1]:
            return
        yield Birth(place_in_day(shape, position, begins, ends), day, number)


def _placed(arrivals: Arrivals, days: DayShapes, clock: Clock, key: int, replication: int) -> Iterator[Birth]:
    """Exactly `count` arrivals, each placed in the window by its own number."""
    end = arrivals_end(clock)
    dates = days_between(clock.offsets, clock.start_utc, 0, end)
    spans = [(shape_of(days, day), *day_span(clock.offsets, clock.start_utc, day)) for day in dates]
    low, high = _first_from(spans, 0), _first_from(spans, end)
    found = []
    for number in range(arrivals.count or 0):
        draw = chance.draw(key, dates[0], number, 0, 0, Purpose.PLACE, replication)
        found.append(Birth(_locate(spans, low + (draw * (high - low) >> chance.BITS)), dates[0], number))
    yield from sorted(found, key=lambda birth: (birth.at, birth.number))


Span = tuple[tuple[int, ...], int, int]
"""A day's cumulative profile, its begin and its end."""


def _locate(spans: list[Span], position: int) -> int:
    """The instant at which the profile of several days reaches a position."""
    for shape, begins, ends in spans:
        if position < shape[-1]:
            return place_in_day(shape, position, begins, ends)
        position -= shape[-1]
    raise AssertionError("a position lies within the profile")


def _first_from(spans: list[Span], instant: int) -> int:
    """The first position that the profile places at `instant` or later."""
    total = sum(shape[-1] for shape, _, _ in spans)
    return bisect_left(range(total), instant, key=lambda position: _locate(spans, position))
