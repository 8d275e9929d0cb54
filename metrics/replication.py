"""One replication, ready to be measured: the record of a run with everything that several KPIs ask of it.

Nothing here is a KPI yet; each property is computed once, when first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from metrics.milestones import Stays, carries, read_milestones, read_stays
from metrics.occupancy import StepFunction, combine, constant, counting, from_settings
from metrics.visits import Mask, Visits, earliest, latest, per_entity, reached, read_visits, whole_visits
from metrics.waits import parts_of_waits
from scenarios.resolved import DAY, Resolved
from sim.log import TARGETS, Column, EventLog

T = TypeVar("T")

ROWS = ("work", "wait", "parallel", "hold", "take", "send", "join", "gather", "ride")
"""Kinds of steps that write visits."""

SERVICE = ("service", "by_process")
"""Amounts of a visit that are service, or a part of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """That a record is a piece: its span of time [ms], and whether none follows (see `sim.pieces`)."""

    since: int
    until: int
    last: bool


@dataclass(frozen=True)
class Replication:
    """The record of one run, read once; or a piece of it, whose figures add up with those of the others."""

    scenario: Resolved
    log: EventLog
    part: Part | None = None

    @cached_property
    def window(self) -> tuple[int, int]:
        """[a, b): what results are about [ms]. The lead-in is left out; a run stopped early ends it early.

        A run until empty without a window takes in its last instant; only its last piece knows which that is.
        """
        window = self.scenario.clock.window
        if window is not None:
            return 0, min(window, self.log.end)
        return 0, max(self.log.end, int(self.log.entities["left"].max(initial=-1)) + 1)

    @property
    def frame(self) -> tuple[int, int]:
        """The window as planned; without one, up to the latest end of the run."""
        return (0, self.scenario.clock.at_most) if self.scenario.clock.window is None else self.window

    @cached_property
    def during(self) -> tuple[int, int]:
        """The part of the window that the curves of this piece tell of [ms]."""
        begin, end = self.window
        if self.part is not None:
            begin, end = max(begin, self.part.since), min(end, self.part.until)
        return begin, max(begin, end)

    def is_told(self, times: Column) -> Mask:
        """Which instants the curves of this piece tell of."""
        part = self.part
        every = np.ones(len(times), dtype=np.bool_)
        return every if part is None else (times >= part.since) & (times < part.until)

    @property
    def is_last(self) -> bool:
        """Whether no other piece follows."""
        return self.part is None or self.part.last

    def once(self, amount: int) -> int:
        """What is to be counted once over all pieces."""
        return amount if self.is_last else 0

    @property
    def length(self) -> int:
        """Length of the window [ms]."""
        return self.window[1] - self.window[0]

    @cached_property
    def visits(self) -> Visits:
        """The visit rows with what follows from them."""
        return read_visits(self.scenario, self.log)

    @cached_property
    def milestones(self) -> dict[str, Column]:
        """Instants of the milestones that steps carry, `arrived` and `crossed` always [ms]."""
        return self._carried | {"arrived": self.stays.arrived, "crossed": self.stays.crossed}

    @cached_property
    def stays(self) -> Stays:
        """From coming to being gone, per entity."""
        return read_stays(self.scenario, self.log, self._carried)

    @cached_property
    def _carried(self) -> dict[str, Column]:
        return read_milestones(self.scenario, self.log, self.visits)

    @cached_property
    def amounts(self) -> dict[str, Column]:
        """Blocked, wait and service of each visit, and the parts of its wait and service [ms]."""
        rows = self.visits
        whole = {"blocked": rows.blocked, "wait": rows.wait, "service": rows.service}
        whole["by_process"] = np.where(self._wait_steps[self.log.visits["step"]], rows.service, 0)
        return whole | parts_of_waits(self.scenario, self.log, self.visits, self.setting)

    @property
    def _wait_steps(self) -> Mask:
        """Which steps (by code) only let time pass: nobody works there."""
        kinds = [self.scenario.steps[name].kind for name in self.log.names.steps]
        return np.array([kind in ("wait", "ride") for kind in kinds], dtype=np.bool_)

    @cached_property
    def path(self) -> dict[str, Column]:
        """The same of each entity along its whole path [ms]."""
        rows, log = self.visits, self.log
        return {
            part: per_entity(log, rows.root, amount, rows.served if part in SERVICE else rows.on_path)
            for part, amount in self.amounts.items()
        }

    @cached_property
    def started_in_window(self) -> Mask:
        """SW: visits whose service started in the window, at their first segment if they were pre-empted."""
        first: Mask = self.log.visits["segment"] == 1
        return first & self.within(self.log.visits["started"])

    @cached_property
    def crossed_in_window(self) -> Mask:
        """XW: counted entities that crossed (or reached their end) in the window."""
        return self.stays.counted & self.within(self.stays.crossed)

    @cached_property
    def cohort(self) -> Mask:
        """CW: counted entities that came in the window; the opening backlog is not of them."""
        return self.stays.counted & ~self.stays.opening & self.within(self.stays.arrived)

    def within(self, times: Column) -> Mask:
        """Which times lie in the window."""
        return (times >= self.window[0]) & (times < self.window[1])

    def meanwhile(self, times: Column) -> Mask:
        """Which times lie in the part of the window that the curves of this piece tell of."""
        return (times >= self.during[0]) & (times < self.during[1])

    def local_day(self, times: Column) -> Column:
        """The local date of each time [days since 1970-01-01]."""
        since, offset = np.array(self.scenario.clock.offsets, dtype=np.int64).T
        ahead = offset[np.maximum(0, np.searchsorted(since, times, side="right") - 1)]
        day: Column = (self.scenario.clock.start_utc + times + ahead) // DAY
        return day

    def inside(self, instant: int) -> Mask:
        """The counted entities in the system just before an instant; the opening backlog from the start."""
        stays = self.stays
        came = (stays.arrived < instant) | (stays.opening & (stays.arrived <= instant))
        return stays.counted & came & ~(reached(stays.gone) & (stays.gone < instant))

    def backlog(self, of: Mask) -> StepFunction:
        """How many of some entities are in the system, over time."""
        mine = of & self.stays.counted
        gone = self.stays.gone[mine]
        return counting(self.stays.arrived[mine], gone[reached(gone)])

    def spent(self, part: str, step_mask: Mask) -> Column:
        """Blocked, wait or service of the visits that started in the window, at some steps [ms]."""
        amount = self.once_for("spent", part, make=lambda: whole_visits(self.log, self.amounts[part]))
        return amount[self.started_at(step_mask)]

    def started_at(self, step_mask: Mask) -> Column:
        """The rows of visits at some steps that started in the window."""
        rows = self.rows_at(step_mask)
        return self.once_for(
            "started", step_mask.tobytes(), make=lambda: rows[np.flatnonzero(self.started_in_window[rows])]
        )

    def at_agency(self, part: str, step_mask: Mask) -> Column:
        """Blocked, wait or service at some steps, summed per entity that met them; of those in XW [ms]."""
        rows, root, met = self.once_for("met", step_mask.tobytes(), make=lambda: self._met(step_mask))
        total = np.zeros(self._count, dtype=np.int64)
        np.add.at(total, root, self.amounts[part][rows])
        return total[met]

    def crossed_who_met(self, step_mask: Mask) -> Column:
        """The rows of entities that `at_agency` tells of: those in XW with a visit to some steps."""
        _, _, met = self.once_for("met", step_mask.tobytes(), make=lambda: self._met(step_mask))
        return met

    def _met(self, step_mask: Mask) -> tuple[Column, Column, Column]:
        """(the rows of visits at some steps, whose they are, those in XW who have any)."""
        rows = self.rows_at(step_mask)
        root = self.visits.root[rows]
        met = np.zeros(self._count, dtype=np.bool_)
        met[root] = True
        return rows, root, np.flatnonzero(met & self.crossed_in_window)

    def first_start_at_gate(self, step_mask: Mask) -> Column:
        """When each entity's first service at some steps, after it came, began [ms]; EMPTY for none."""
        return self.once_for("first", step_mask.tobytes(), make=lambda: self._first_start(step_mask))

    def _first_start(self, step_mask: Mask) -> Column:
        rows = self.rows_at(step_mask)
        root, started = self.visits.root[rows], self.log.visits["started"][rows]
        there = reached(started) & (started >= self.stays.arrived[root])
        return earliest(self._count, root[there], started[there])

    def first_and_last(self, step_mask: Mask) -> tuple[Column, Column]:
        """When each entity first joined some steps, and last ended there [ms]; EMPTY for none."""
        rows = self.rows_at(step_mask)
        root, visits = self.visits.root[rows], self.log.visits
        first = earliest(self._count, root, visits["joined"][rows])
        return first, latest(self._count, root, visits["ended"][rows])

    def rows_at(self, step_mask: Mask) -> Column:
        """The rows of visits at some steps."""
        return self.once_for("rows", step_mask.tobytes(), make=lambda: self._rows_at(step_mask))

    def _rows_at(self, step_mask: Mask) -> Column:
        order, ends = self._by_step
        chosen = [order[ends[code] : ends[code + 1]] for code in np.flatnonzero(step_mask)]
        return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)

    @cached_property
    def _by_step(self) -> tuple[Column, Column]:
        """(the rows of visits by step, where each step begins among them)."""
        step = self.log.visits["step"]
        ends = np.concatenate(([0], np.cumsum(np.bincount(step, minlength=len(self.log.names.steps)))))
        return np.argsort(step.astype(np.int16), kind="stable"), ends

    def once_for(self, *key: str | int | bytes, make: Callable[[], T]) -> T:
        """What was made for this key before, or is made now."""
        if key not in self._memory:
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    @cached_property
    def _memory(self) -> dict[tuple[str | int | bytes, ...], Any]:
        return {}

    @property
    def _count(self) -> int:
        return len(self.log.entities["flow"])

    def steps(self, *, agency: str | None = None, domestic: bool = False) -> Mask:
        """Which steps (by code) belong to an agency, or to the agencies of Việt Nam."""
        of = [self.scenario.steps[name].agency for name in self.log.names.steps]
        mine = [
            owner is not None
            and (agency is None or owner == agency)
            and (not domestic or self.scenario.agencies[owner].country == "VN")
            for owner in of
        ]
        return np.array(mine, dtype=np.bool_)

    def step(self, name: str) -> Mask:
        """One step, as a mask over the codes of steps."""
        return np.array([step == name for step in self.log.names.steps], dtype=np.bool_)

    def attribute(self, name: str, value: str) -> Mask:
        """Which entities have this value of a category."""
        values = self.log.names.attributes.get(name) or ()
        if value not in values:
            return np.zeros(len(self.log.entities["flow"]), dtype=np.bool_)
        return self.once_for(
            "attribute", name, value, make=lambda: self.log.attributes[name] == values.index(value)
        )

    def flow(self, name: str) -> Mask:
        """Which entities are of this flow."""
        code = self.log.names.flows.index(name)
        return self.once_for("flow", name, make=lambda: self.log.entities["flow"] == code)

    def carries(self, flow: str, milestone: str) -> bool:
        """Whether the interval to or from a milestone is reported for a flow."""
        if milestone in ("arrived", "crossed"):
            return True
        return self.once_for("carries", flow, milestone, make=lambda: carries(self.scenario, flow, milestone))

    def setting(self, what: str, target: int, before: int) -> StepFunction:
        """What the timetable, as run, set one target to."""
        return self.once_for("setting", what, target, make=lambda: self._setting(what, target, before))

    def _setting(self, what: str, target: int, before: int) -> StepFunction:
        rows = (self.log.timetable["what"] == TARGETS.index(what)) & (self.log.timetable["target"] == target)
        return from_settings(self.log.timetable["time"][rows], self.log.timetable["value"][rows], before)

    def scheduled(self, resource: str) -> StepFunction:
        """Units that calendars put on duty."""
        return self.setting("scheduled", self.log.names.resources.index(resource), 0)

    def capacity(self, resource: str) -> StepFunction:
        """Units in capacity: scheduled ones after losses and factors."""
        return self.setting("capacity", self.log.names.resources.index(resource), 0)

    def platform(self, name: str) -> StepFunction:
        """State of a platform: 0 down, else its factor of durations [per mille]."""
        return self.setting("platform", self.log.names.platforms.index(name), 1000)

    def busy(self, resource: str, *parts: str) -> StepFunction:
        """Units busy; of the parts `serving`, `kept` (while held) and `reserved` all, unless named."""
        return self.once_for("busy", resource, *parts, make=lambda: self._busy(resource, parts))

    def _busy(self, resource: str, parts: tuple[str, ...]) -> StepFunction:
        usage = self.log.usage.get(resource)
        if usage is None:
            return constant(0)
        columns = [usage[part] for part in parts or ("serving", "kept", "reserved")]
        return from_settings(usage["time"], np.sum(columns, axis=0, dtype=np.int64))

    def on_duty(self, resource: str) -> StepFunction:
        """Units busy within what is scheduled."""
        return self.once_for(
            "on_duty", resource,
            make=lambda: combine(np.minimum, self.busy(resource), self.scheduled(resource)),
        )  # fmt: skip

    def level(self, stock: str) -> StepFunction:
        """What there is of a stock."""
        levels, opening = self.log.stocks[stock], self.scenario.stocks[stock].level
        return from_settings(levels["time"], levels["level"], opening)

    def taken(self, zone: str) -> StepFunction:
        """Places taken in a zone."""
        places = self.log.places.get(zone)
        return constant(0) if places is None else from_settings(places["time"], places["taken"])
