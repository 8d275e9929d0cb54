"""Why time passed: every millisecond of a visit is laid to one cause, read off the record and its timetable.

At the end of an instant nobody waits who could go on (law §3), so the state of the floor between two instants
tells why the head of a line does not move, and everybody behind it waits for the same. Where several things
are in the way at once, the first in the order of `KINDS` is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from metrics.occupancy import StepFunction, combine, constant, counting
from metrics.reasons import Cause, reasons
from metrics.replication import Replication
from metrics.visits import FAR, Mask, critical_path, parallel_parts, reached
from metrics.waits import down
from scenarios.resolved import Step
from sim.log import MODES, Column

OUTSIDE = ("served", "passing", "carried", "errand")
"""What is service; everything else is delay."""

_PLAIN = {"wait": "passing", "ride": "carried", "send": "errand", "join": "errand"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The time of entities in parts, in the order of entity and time.

    causes : code book · entity : row of `entities` · cause : code · begin, end [ms]
    """

    causes: tuple[Cause, ...]
    entity: Column
    cause: Column
    begin: Column
    end: Column

    @property
    def length(self) -> Column:
        """Of each part [ms]."""
        return self.end - self.begin

    def of(self, entity: int) -> Iterator[tuple[Cause, int, int]]:
        """(cause, begin, end) of one entity's parts, as time went."""
        first, last = np.searchsorted(self.entity, [entity, entity + 1])
        for row in range(first, last):
            yield self.causes[self.cause[row]], int(self.begin[row]), int(self.end[row])

    def within(self, since: Column, until: Column) -> Parts:
        """What lies within an interval of each entity [ms]; its other time is left out."""
        begin = np.maximum(self.begin, since[self.entity])
        end = np.minimum(self.end, until[self.entity])
        some = end > begin
        return Parts(self.causes, self.entity[some], self.cause[some], begin[some], end[some])

    def sums(self, mine: Mask | None = None) -> dict[Cause, int]:
        """The time of all entities, or of some, by cause [ms]; causes that took none are left out."""
        weights = self.length if mine is None else np.where(mine[self.entity], self.length, 0)
        total = np.zeros(len(self.causes), np.int64)
        np.add.at(total, self.cause, weights)
        return {cause: int(ms) for cause, ms in zip(self.causes, total, strict=True) if ms}


def parts_of_stays(run: Replication) -> Parts:
    """The stays of those who came in the window in parts: from coming to being gone, as indicators count."""
    gone = np.where(reached(run.stays.gone), run.stays.gone, run.log.end)
    arrived = np.where(run.cohort, run.stays.arrived, FAR)
    return parts(run).within(arrived, gone)


def parts(run: Replication) -> Parts:
    """The time of every entity of a whole record in parts; they add up to its dwell to the millisecond.

    From its arrival until it left, or the end of the run. Of parallel branches the critical one counts; who
    was sent out has parts of its own.
    """
    if run.part is not None:
        raise ValueError("stories need the whole record")
    return _Reader(run).parts()


class _Reader:
    """Reads the parts of one record, a step at a time."""

    def __init__(self, run: Replication) -> None:
        self.run, self.scenario, self.log = run, run.scenario, run.log
        self.codes: dict[Cause, int] = {}
        self.found: list[tuple[Column, Column, Column, Column]] = []

    def parts(self) -> Parts:
        self._before()
        everybody = np.arange(len(self.log.entities["flow"]))[self.log.visits["entity"]]
        self.on_path, spans = critical_path(self.scenario, self.log, everybody, subs=True)
        self.served = self.on_path & ~spans
        for name in self.log.names.steps:
            self._step(name, self.scenario.steps[name])
        entity, cause, begin, end = (np.concatenate(column) for column in zip(*self.found, strict=True))
        order = np.lexsort((begin, entity))
        return Parts(tuple(self.codes), entity[order], cause[order], begin[order], end[order])

    def _code(self, cause: Cause) -> int:
        return self.codes.setdefault(cause, len(self.codes))

    def _before(self) -> None:
        """Who was there when the run began brings its age."""
        arrived, start = self.log.entities["arrived"], self.log.begin
        early = np.flatnonzero(arrived < start)
        ends = np.full(len(early), start)
        self._add(early, np.full(len(early), self._code(Cause("before"))), arrived[early], ends)

    def _add(self, entity: Column, cause: Column, begin: Column, end: Column) -> None:
        some = end > begin
        self.found.append((entity[some], cause[some], begin[some], end[some]))

    # ---- one step ----------------------------------------------------------------------------------------

    def _step(self, name: str, step: Step) -> None:
        rows = self.run.rows_at(self.run.step(name))
        rows = rows[self.on_path[rows]]
        if not len(rows):
            return
        joined = self.log.visits["joined"][rows]
        amounts = self.run.visits
        admitted = joined + amounts.blocked[rows]
        started = admitted + amounts.wait[rows]
        ended = started + np.where(self.served[rows], amounts.service[rows], 0)
        self._blocked(name, step, rows, joined, admitted)
        self._laid(rows, admitted, started, lambda: reasons(self.run, name, step, self._code))
        self._service(name, step, rows, started, ended)

    def _laid(self, rows: Column, begin: Column, end: Column, make: Callable[[], StepFunction]) -> None:
        """Lay intervals of visits to the causes (codes over time) that hold meanwhile."""
        some = np.flatnonzero(end > begin)
        if len(some):
            which, cause, begins, ends = cut(make(), begin[some], end[some])
            self._add(self.log.visits["entity"][rows[some[which]]], cause, begins, ends)

    def _service(self, name: str, step: Step, rows: Column, begin: Column, end: Column) -> None:
        serving = self._code(Cause(_PLAIN.get(step.kind, "served"), name, _errand_of(step)))
        pauses = step.on_outage != "finish" and step.platforms
        digital = self.log.visits["mode"][rows] == MODES.index("digital")
        stands = digital & bool(pauses)
        self._laid(rows[~stands], begin[~stands], end[~stands], lambda: constant(serving))
        if pauses:
            paused = self._code(Cause("paused", name, step.platforms))
            states = [down(self.log.names, each, self.run.setting) for each in step.platforms]
            when = combine(lambda *bad: np.where(np.max(bad, axis=0) > 0, paused, serving), *states)
            self._laid(rows[stands], begin[stands], end[stands], lambda: when)

    # ---- the door ----------------------------------------------------------------------------------------

    def _blocked(self, name: str, step: Step, rows: Column, begin: Column, end: Column) -> None:
        stopped = end > begin
        rows, begin, end = rows[stopped], begin[stopped], end[stopped]
        if not len(rows):
            return
        needs = self._needs_zone(step, rows)
        for zone in dict.fromkeys((step.zone, None)):
            mine = needs if zone is not None else ~needs
            make = partial(self._door, name, step, zone)
            self._laid(rows[mine], begin[mine], end[mine], make)

    def _door(self, name: str, step: Step, zone: str | None) -> StepFunction:
        """What keeps the head of a door line out."""
        full = constant(0)
        if zone is not None:
            room = self.scenario.zones[zone].room
            full = combine(lambda taken: (taken >= room).astype(np.int64), self.run.taken(zone))
        codes = [self._code(Cause(kind, name)) for kind in ("rule", "room", "door")]
        inside = self._code(Cause("zone", name, (zone,))) if zone is not None else -1
        closed = self.run.setting("closed", self.log.names.steps.index(name), 0)
        return combine(
            lambda *states: np.select([state > 0 for state in states], [inside, *codes[:2]], codes[2]),
            full, closed, self._step_full(name, step),
        )  # fmt: skip

    def _step_full(self, name: str, step: Step) -> StepFunction:
        if step.room is None:
            return constant(0)
        rows = self.run.rows_at(self.run.step(name))
        admitted, left = (self.log.visits[column][rows] for column in ("admitted", "left"))
        there = reached(admitted)
        level = counting(admitted[there], left[there & reached(left)])
        return combine(lambda inside: (inside >= step.room).astype(np.int64), level)

    def _needs_zone(self, step: Step, rows: Column) -> Mask:
        """Which of the blocked visits hold no place of the zone yet: branches share that of their parent.

        A place is held from an admission within to the next admission, wherever that is.
        """
        if step.zone is None or self._branches[self.log.visits["step"][rows[0]]]:
            return np.zeros(len(rows), np.bool_)
        entity, admitted, code = self._admissions
        span = self.log.end - self.log.begin + 2
        mine, joined = self.log.visits["entity"][rows], self.log.visits["joined"][rows]
        last = np.searchsorted(entity * span + admitted, mine * span + joined - self.log.begin, "right") - 1
        zones = [self.scenario.steps[name].zone == step.zone for name in self.log.names.steps]
        holds: Mask = (last >= 0) & (entity[last] == mine) & np.array(zones)[code[last]]
        return ~holds

    @cached_property
    def _branches(self) -> Mask:
        """Which steps (by code) are part of a branch."""
        inside = {
            step for _, _, branches in parallel_parts(self.scenario) for each in branches for step in each
        }
        return np.array([name in inside for name in self.log.names.steps])

    @cached_property
    def _admissions(self) -> tuple[Column, Column, Column]:
        """(entity, when [ms from the beginning], step) of admissions outside of branches, as time went."""
        visits = self.log.visits
        rows = np.flatnonzero(reached(visits["admitted"]) & ~self._branches[visits["step"]])
        left = np.where(reached(visits["left"][rows]), visits["left"][rows], FAR)
        entity, admitted = visits["entity"][rows], visits["admitted"][rows] - self.log.begin
        order = np.lexsort((left, admitted, entity))
        return entity[order], admitted[order], visits["step"][rows[order]]


def _errand_of(step: Step) -> tuple[str, ...]:
    """Who is waited for: the flow that was sent, or the step that sent it."""
    if step.errand is None:
        return ()
    return (step.errand.flow or step.errand.of,)


def cut(codes: StepFunction, begin: Column, end: Column) -> tuple[Column, Column, Column, Column]:
    """Intervals cut where a code changes: (which interval, code, begin, end) of each piece."""
    codes = _merged(codes)
    first = np.searchsorted(codes.times, begin, side="right")
    last = np.searchsorted(codes.times, end, side="left")
    count = last - first + 1
    which = np.repeat(np.arange(len(begin)), count)
    piece = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    edges = np.concatenate(([np.iinfo(np.int64).min], codes.times, [np.iinfo(np.int64).max]))
    values = np.concatenate(([codes.before], codes.values))
    begins = np.maximum(edges[piece], begin[which])
    ends = np.minimum(edges[piece + 1], end[which])
    return which, values[piece], begins, ends


def _merged(codes: StepFunction) -> StepFunction:
    """Without the times at which nothing changes."""
    changes = np.diff(codes.values, prepend=codes.before) != 0
    return StepFunction(codes.times[changes], codes.values[changes], codes.before)
