"""A replication as monitoring would have seen it: counters, gauges and histograms along simulated time.

Every figure stands on a grid of instants through the window, the last of which is its end. A counter at an
instant has counted what happened before it, from the window's start on; so at the last instant it is the
figure of the results, exactly (KPIS rule: who crossed counts when it crosses, with its whole dwell).

Pieces of a record are measured one after another and forgotten, as in `metrics.pieces`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from metrics.declare import Kpi, Stratum
from metrics.kpis import CATALOGUE
from metrics.kpis_orders import cancelled_by_buyer, due
from metrics.kpis_places import waiting
from metrics.milestones import COMPLETED, LOST
from metrics.occupancy import StepFunction
from metrics.replication import Part, Replication
from metrics.statistics import Floats
from metrics.strata import strata, things
from metrics.visits import Mask, reached
from scenarios.resolved import Resolved
from sim.log import Column
from sim.origins import only_sent
from sim.pieces import Piece

MINUTE, HOUR = 60_000, 3_600_000

BUCKETS = tuple(n * MINUTE for n in (5, 15, 30)) + tuple(n * HOUR for n in (1, 2, 4, 8, 12, 24, 48, 96, 240))
"""Upper bounds of the classic histograms, included [ms]; above them all is what is longer."""

STEPS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
"""Distances between samples [ms]: the first with which a series has no more than `MOST_SAMPLES`."""

MOST_SAMPLES = 3_000

BY = ("gate direction", "gate", "direction", "payment", "")
"""By what entities are told apart: the first that the scenario has."""

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name without prefix and suffix, its unit (a part of the name), what it means."""

    name: str
    kind: Kind
    unit: str
    help: str


FAMILIES = {
    family.name: family
    for family in (
        Family("arrived", "counter", "", "Entities that came, since the start of the window."),
        Family("crossed", "counter", "", "Entities that crossed the border."),
        Family("completed", "counter", "", "Entities that reached their end without crossing."),
        Family("lost", "counter", "", "Entities that gave up, found no place or were turned back."),
        Family("backlog_entities", "gauge", "entities", "Entities inside, just before the instant."),
        Family("dwell_seconds", "histogram", "seconds", "From coming to crossing; counted at crossing."),
        Family("wait_seconds", "histogram", "seconds", "Waiting at an agency; counted at crossing."),
        Family("queue_entities", "gauge", "entities", "Entities waiting for an agency's service."),
        Family("busy_seconds", "counter", "seconds", "Unit time busy within duty."),
        Family("scheduled_seconds", "counter", "seconds", "Unit time on duty."),
        Family("utilisation_ratio", "gauge", "ratio", "Busy share of duty since the instant before."),
        Family("zone_taken_places", "gauge", "places", "Places taken in a zone."),
        Family("zone_room_places", "gauge", "places", "Places that a zone has."),
        Family("platform_up", "gauge", "", "Whether a platform is up (1) or down (0)."),
        Family("orders_due", "counter", "", "Orders whose promised time has come."),
        Family("orders_on_time", "counter", "", "Of the orders due, those delivered in time."),
    )
}
"""Every metric in simulated time, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its values on the grid; a histogram has a row for each bucket, then count and sum [s]."""

    family: Family
    labels: dict[str, str]
    values: Floats


def step_for(length: int) -> int:
    """The distance between samples for a window of some length [ms]."""
    return next((step for step in STEPS if length <= step * MOST_SAMPLES), STEPS[-1])


@dataclass
class Simulated:
    """Takes the pieces of one replication, in their order; then tells its series."""

    scenario: Resolved
    step: int | None = None  # between samples [ms]; None: as fits the window
    _sums: dict[tuple[str, Labels], Column] = field(default_factory=dict, repr=False)
    _end: int = 0

    def __post_init__(self) -> None:
        clock = self.scenario.clock
        length = clock.at_most if clock.window is None else clock.window
        step = self.step or step_for(length)
        self._grid = np.append(np.arange(0, length, step, dtype=np.int64), length)

    def take(self, piece: Piece) -> None:
        """Measure a piece."""
        run = Replication(self.scenario, piece.log, Part(piece.since, piece.until, piece.last))
        self._end = run.window[1]
        self._entities(run)
        self._agencies(run)
        self._places(run)
        self._orders(run)

    @property
    def times(self) -> Column:
        """The instants [ms]; the last is the end of the window, or of a run that ended before it."""
        return np.append(self._grid[self._grid < self._end], self._end)

    def lines(self) -> Iterator[Line]:
        """Every series, family by family."""
        for family in FAMILIES.values():
            if family.name == "utilisation_ratio":
                yield from self._utilisation()
            for (name, labels), sums in self._sums.items():
                if name == family.name:
                    yield Line(family, dict(labels), self._told(family, sums))

    def _told(self, family: Family, sums: Column) -> Floats:
        """What was added at each instant, as the series of it."""
        level = family.name in ("zone_taken_places", "zone_room_places", "platform_up")
        told = self._cut(sums) if level else np.cumsum(self._cut(sums), axis=-1)
        if family.name in ("busy_seconds", "scheduled_seconds"):
            return told / 1000
        if family.kind == "histogram":
            upto = np.cumsum(told[:-1], axis=0)  # each bucket holds those below it too
            return np.vstack((upto, upto[-1:], told[-1:] / 1000))
        return told.astype(np.float64)

    def _cut(self, sums: Column) -> Column:
        """Up to the end; what is noted at a later instant of the grid happened before the end."""
        kept = len(self.times) - 1
        if kept == len(self._grid) - 1:
            return sums[..., : len(self._grid)]
        rest = sums[..., kept : len(self._grid)].sum(axis=-1, keepdims=True)
        return np.concatenate((sums[..., :kept], rest), axis=-1)

    def _utilisation(self) -> Iterator[Line]:
        family = FAMILIES["utilisation_ratio"]
        for (name, labels), busy in list(self._sums.items()):
            if name == "busy_seconds":
                duty = self._cut(self._sums["scheduled_seconds", labels])
                share = np.divide(self._cut(busy), duty, out=np.full(len(duty), np.nan), where=duty > 0)
                yield Line(family, dict(labels), share)

    # ---- adding up -----------------------------------------------------------------------------------

    def _sum(self, name: str, labels: dict[str, str], rows: int = 0) -> Column:
        """Where something is added up: one number for each instant, and one for what comes after all."""
        shape = (rows, len(self._grid) + 1) if rows else (len(self._grid) + 1,)
        return self._sums.setdefault((name, tuple(labels.items())), np.zeros(shape, np.int64))

    def _first_after(self, times: Column) -> Column:
        """The first instant of the grid that is later than each time; what is later than all is past it."""
        return np.searchsorted(self._grid, times, side="right")

    def _count(self, name: str, labels: dict[str, str], times: Column, sign: int = 1) -> None:
        np.add.at(self._sum(name, labels), self._first_after(times), sign)

    def _observe(self, name: str, labels: dict[str, str], at: Column, amounts: Column) -> None:
        """Note lengths of time [ms], at the instants at which they were over."""
        sums, place = self._sum(name, labels, len(BUCKETS) + 2), self._first_after(at)
        np.add.at(sums, (np.searchsorted(BUCKETS, amounts, side="left"), place), 1)
        np.add.at(sums[-1], place, amounts)

    # ---- entities ------------------------------------------------------------------------------------

    def _entities(self, run: Replication) -> None:
        stays = run.stays
        for of in parts_of(run, "arrived"):
            self._count("arrived", of.labels, stays.arrived[run.cohort & of.entities])
            lost = of.entities & stays.counted & (stays.fate == LOST) & run.within(stays.gone)
            self._count("lost", of.labels, stays.gone[lost])
            self._backlog(run, of)
        for of in parts_of(run, "crossed"):
            self._count("crossed", of.labels, stays.crossed[run.crossed_in_window & of.entities])
        for of in parts_of(run, "completed"):
            done = of.entities & stays.counted & (stays.fate == COMPLETED) & run.within(stays.gone)
            self._count("completed", of.labels, stays.gone[done])
        for of in parts_of(run, "dwell"):
            mine = run.crossed_in_window & of.entities
            self._observe(
                "dwell_seconds", of.labels, stays.crossed[mine], (stays.crossed - stays.arrived)[mine]
            )

    def _backlog(self, run: Replication, of: Stratum) -> None:
        """Who came before an instant and is not gone before it; the opening backlog is there at once."""
        stays = run.stays
        mine = of.entities & stays.counted
        came = np.where(stays.opening, stays.arrived - 1, stays.arrived)
        self._count("backlog_entities", of.labels, came[mine])
        self._count("backlog_entities", of.labels, stays.gone[mine & reached(stays.gone)], -1)

    # ---- agencies ------------------------------------------------------------------------------------

    def _agencies(self, run: Replication) -> None:
        for agency in things(self.scenario, "agency"):
            labels, steps = {"agency": agency}, run.steps(agency=agency)
            if steps.any():
                self._waits(run, labels, steps)
            self._duty(run, agency, labels)

    def _waits(self, run: Replication, labels: dict[str, str], steps: Mask) -> None:
        met = run.crossed_who_met(steps)
        self._observe("wait_seconds", labels, run.stays.crossed[met], run.at_agency("wait", steps))
        since, until = waiting(run, steps)
        self._count("queue_entities", labels, since)
        self._count("queue_entities", labels, until, -1)

    def _duty(self, run: Replication, agency: str, labels: dict[str, str]) -> None:
        for name, resource in self.scenario.resources.items():
            if resource.agency == agency:
                self._area(run, "busy_seconds", labels, run.on_duty(name))
                self._area(run, "scheduled_seconds", labels, run.scheduled(name))

    def _area(self, run: Replication, name: str, labels: dict[str, str], curve: StepFunction) -> None:
        """The area under a curve between one instant and the next, as far as this piece tells of it."""
        edges = np.clip(self._grid, *run.during)
        self._sum(name, labels)[1:-1] += curve.areas(edges)

    # ---- places --------------------------------------------------------------------------------------

    def _places(self, run: Replication) -> None:
        told = run.is_told(self._grid)
        for name, zone in self.scenario.zones.items():
            taken = np.where(told, run.taken(name).at(self._grid), 0)
            self._sum("zone_taken_places", {"zone": name})[:-1] += taken
            self._sum("zone_room_places", {"zone": name})[:-1] = zone.room
        for name in self.scenario.platforms:
            if run.is_last:  # who has the whole timetable
                self._sum("platform_up", {"platform": name})[:-1] = run.platform(name).at(self._grid) > 0

    # ---- orders --------------------------------------------------------------------------------------

    def _orders(self, run: Replication) -> None:
        for of in parts_of(run, "on_time"):
            promised = due(run)
            mine = of.entities & run.stays.counted & run.within(promised) & ~cancelled_by_buyer(run)
            delivered = run.milestones["delivered"]
            good = mine & reached(delivered) & (delivered <= promised)
            self._count("orders_due", of.labels, promised[mine])
            self._count("orders_on_time", of.labels, promised[good])


def parts_of(run: Replication, name: str) -> Iterator[Stratum]:
    """Strata that share out the entities of an indicator; those that no label fits come last, without."""
    found = list(strata(run, _kpi(name)))
    whole = next((of for of in found if of.by == ""), None)
    if whole is None:
        return
    by = next(by for by in BY if any(of.by == by for of in found))
    mine = [of for of in found if of.by == by]
    yield from mine
    rest = whole.entities & ~np.logical_or.reduce([of.entities for of in mine])
    if by and (rest.any() or not _is_shared_out(run, mine)):
        yield Stratum("", {}, rest)


def _is_shared_out(run: Replication, mine: list[Stratum]) -> bool:
    """Whether every flow that comes has the labels, so that nobody can be left over."""
    names, scenario = set(mine[0].labels), run.scenario
    coming = [flow for name, flow in scenario.flows.items() if not only_sent(scenario, name)]
    return all(names <= flow.attributes.keys() for flow in coming)


def _kpi(name: str) -> Kpi:
    return next(kpi for kpi in CATALOGUE if kpi.name == name)
