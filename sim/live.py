"""A run that somebody watches and changes: stopped at any instant, looked at, changed, taken back in time.

What is set by hand are rows of the timetable (`sim.interventions`), so a session that was changed on the way
and a run that was told of the rows beforehand are the same run, with the same digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Resolved
from sim import interventions
from sim.engines import compiled
from sim.engines.kernel import records
from sim.engines.visit_rows import columns
from sim.timetable import Row

AT_DOOR, IN_QUEUE, SERVED, HELD = range(4)
"""Where an entity stands in a visit: before a full place, in the queue, being served, or served and not yet
on, because what comes next is full."""

PHASES = ("door", "queue", "service", "held")

MINUTE = 60_000
MOMENT = 0.05
"""How long a portion of a longer way takes [s]."""

MOST_MINUTES = 2 * 24 * 60
"""How far ahead something interesting is looked for."""

NEVER = 1 << 62

POINTS = 192
"""Instants of a curve, at the most."""

Ints = NDArray[np.int64]

Address = tuple[str, str, int, int, int]
"""Flow, source, day, number, child (law §2)."""


@dataclass(frozen=True, slots=True)
class Look:
    """The state at one instant; visits side by side, in the order of `entity` and `step`."""

    now: int  # the first instant not yet begun [ms]
    entity: Ints  # by birth, from 0
    step: Ints
    phase: Ints
    since: Ints  # when this phase began [ms]
    blocked: Ints  # of those at a door: the step (or, after the steps, the zone) that was full; -1
    capacity: Ints  # by resource: units on duty
    busy: Ints
    taken: Ints  # by zone: places
    platforms: Ints  # state [‰]: 0 down
    came: Ints  # by flow, since the run began, the opening backlog too
    left: Ints
    inside: Ints

    def count(self, steps: int) -> Ints:
        """How many are at each step in each phase: steps × phases."""
        found: Ints = np.bincount(self.step * len(PHASES) + self.phase, minlength=steps * len(PHASES))
        return found.reshape(steps, len(PHASES)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Past:
    """A visit that is over. started: None of who was not served"""

    step: str
    joined: int  # [ms]
    started: int | None
    left: int


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened between two looks: `kind` names a sentence, the rest is what it tells."""

    time: int  # [ms]
    kind: str
    what: str  # a step, resource, zone or platform
    entity: int  # by birth; -1 when it is about no entity
    value: int  # a wait [ms], units, or a number; 0 where there is none
    interesting: bool


class Live:
    """One watched run on the compiled engine.

    `watch`, if given, is called between short portions of a longer way; it may raise to end it there, where
    the run then stands. `given` are rows that happen whoever decides what: nobody takes them back.
    """

    def __init__(
        self, scenario: Resolved, seed: int, replication: int = 0, rows: Sequence[Row] = (),
        watch: Callable[[], None] | None = None, given: Sequence[Row] = (),
    ) -> None:  # fmt: skip
        self.scenario, self.seed, self.replication, self.watch = scenario, seed, replication, watch
        self._portion = MINUTE
        self.rows, self.given = tuple(rows), tuple(given)
        self.steps, self.pools = list(scenario.steps), list(scenario.resources)
        self.zones, self.platforms = list(scenario.zones), list(scenario.platforms)
        self.flows = list(scenario.flows)
        self._begin_anew()

    def _begin_anew(self) -> None:
        end = self.scenario.clock.at_most
        rows = (*self.given, *self.rows)
        self._model = compiled.Model(self.scenario, self.seed, self.replication, end, by_hand=rows)
        self._at = self._model.begin

    # ---- time
    @property
    def begin(self) -> int:
        """The first instant [ms]."""
        return self._model.begin

    @property
    def end(self) -> int:
        """The last instant there can be [ms]."""
        return self._model.end

    @property
    def now(self) -> int:
        """The first instant that has not begun [ms]."""
        return self._at

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to happen."""
        return self._at >= self.end or self._model.stops_at() is not None

    def advance(self, until: int) -> None:
        """Go on to an instant, or to the end if that comes first."""
        until = min(until, self.end)
        while self._at < until:
            self._go(until if self.watch is None else min(until, self._at + self._portion))

    def _go(self, until: int) -> None:
        """One portion; the next is so long that it takes a moment."""
        began = perf_counter()
        self._model.advance(until)
        self._at = until
        took = perf_counter() - began
        if took < MOMENT / 2:
            self._portion *= 2
        elif took > MOMENT:
            self._portion = max(1_000, self._portion // 2)
        if self.watch is not None:
            self.watch()

    @property
    def born(self) -> int:
        """Entities that came so far, those of the beginning included."""
        return int(self._model.state.x[records.ENTITIES])

    @property
    def bytes(self) -> int:
        """What its state takes in memory."""
        return sum(int(getattr(part, "nbytes", 0)) for part in self._model.state)

    def next_instant(self) -> int | None:
        """The next instant at which something happens; None if nothing does any more [ms]."""
        state, x = self._model.state, self._model.state.x
        times = state.heap["time"][1 if x[records.HOLE] else 0 : int(x[records.HEAP])]
        coming = int(times.min()) if len(times) else self.end
        table, row = self._model.net.timetable, int(x[records.ROW])
        if row < len(table):
            coming = min(coming, int(table[row, 0]))
        return max(coming, self._at) if coming < self.end else None

    def step(self) -> list[Happening]:
        """Go on past the next instant at which something happens; what that was."""
        before = self.look()
        at = self.next_instant()
        self.advance(self.end if at is None else at + 1)
        return list(self.between(before, self.look()))

    def step_to_interesting(self) -> list[Happening]:
        """Go on until something happens that a trainer would stop for; what happened at that instant."""
        for _ in range(MOST_MINUTES):
            at, before = self._at, self.look()
            self.advance(at + MINUTE)
            if self._may_interest(before, self.look()):
                to = self._at
                self.seek(at)
                if found := self._interesting_before(to):
                    return found
            if self.is_over:
                break
        return []

    def _interesting_before(self, to: int) -> list[Happening]:
        """Instant by instant up to one: the first at which something interesting happens."""
        while self._at < to and not self.is_over:
            found = self.step()
            if any(each.interesting for each in found):
                return found
        return []

    def _may_interest(self, before: Look, after: Look) -> bool:
        """A quick look whether it is worth looking closely: most minutes are only somebody served."""
        same = (
            np.array_equal(before.capacity, after.capacity)
            and np.array_equal(before.platforms, after.platforms)
            and not (self._is_full(after) & ~self._is_full(before)).any()
        )
        stuck = np.isin(after.phase, (AT_DOOR, HELD)) & (after.since >= before.now - 1)
        return not same or bool(stuck.any())

    def seek(self, to: int, *, forget: bool = False) -> None:
        """Go to an instant, back too; with `forget`, without what was set at that instant or later.

        Going back is running anew, told of all rows beforehand: the same run by the law.
        """
        if forget:
            self.rows = tuple(row for row in self.rows if row.time < to)
        if to < self._at or forget:
            self._begin_anew()
        self.advance(to)

    # ---- decisions
    def intervene(self, what: str, target: str, value: int) -> Row:
        """Set something from this instant on.

        Demand is told to a run begun anew, which up to here is the same run by the law.

        Raises
        ------
        ValueError
            If it cannot be set, or the run is over.
        """
        if what not in interventions.BEFOREHAND:
            row = self._model.intervene(what, target, value)
            self.rows = (*self.rows, row)
            return row
        stops, at = self._model.stops_at(), self._at
        change, end = (what, target, value), self.end if stops is None else stops
        row = interventions.row_beforehand(self.scenario, at, end, change)
        self.rows = (*self.rows, row)
        self._begin_anew()
        self.advance(at)
        return row

    def without(self) -> Live:
        """The same trucks up to the same instant, had nobody decided anything."""
        other = Live(self.scenario, self.seed, self.replication, given=self.given)
        other.advance(self._at)
        return other

    def digest(self) -> str:
        """The identity of the run as it is, run to its end; `watch` is asked on the way."""
        whole = compiled.Model(
            self.scenario, self.seed, self.replication, self.end, by_hand=(*self.given, *self.rows),
            breathe=self.watch,
        )  # fmt: skip
        whole.advance(self.end)
        stops = whole.stops_at()
        return whole.digest(self.end if stops is None else stops)

    # ---- looking
    def look(self) -> Look:
        """The state now."""
        state = self._model.state
        visits = state.visits[state.visits["mover"] >= 0]
        entity = state.entities["row"][state.movers["entity"][visits["mover"]]].astype(np.int64)
        order = np.lexsort((visits["step"], entity))
        visits, entity = visits[order], entity[order]
        phase, since = _phases(visits)
        pools = state.pools
        tally = state.flow_tally
        return Look(
            now=self._at,
            entity=entity,
            step=visits["step"].astype(np.int64),
            phase=phase,
            since=since,
            blocked=np.where(phase == AT_DOOR, visits["blocked"], -1).astype(np.int64),
            capacity=pools["capacity"].astype(np.int64),
            busy=(pools["serving"] + pools["kept"] + pools["reserved"]).astype(np.int64),
            taken=state.zones["taken"].astype(np.int64),
            platforms=state.platforms.copy(),
            came=tally["came"].sum(axis=0),
            left=tally["left"].sum(axis=0),
            inside=state.inside.copy(),
        )

    def past(self, entity: int) -> list[Past]:
        """The visits of an entity that are over, the earliest first."""
        state = self._model.state
        rows = state.visit_log[: state.x[records.VISIT_ROWS]]
        mine = columns(rows[rows["entity"] == entity], state.long_log)
        steps = rows["step"][rows["entity"] == entity]
        told = zip(steps, *(mine[name] for name in ("joined", "started", "left")), strict=True)
        found = [
            Past(self.steps[step], int(joined), None if started == records.EMPTY else int(started), int(left))
            for step, joined, started, left in told
            if left != records.EMPTY
        ]
        return sorted(found, key=lambda visit: (visit.joined, visit.left))

    def stays(self) -> dict[Address, tuple[int, int]]:
        """Of each entity by its address: when it came, and when it left (the end of time: not yet) [ms]."""
        state = self._model.state
        log = state.entity_log[: self.born]
        child = state.kin_log["child"][: self.born] if len(state.kin_log) >= self.born else np.zeros(len(log))
        present = state.entities[state.entities["live"] == 1]
        gone = np.ones(len(log), bool)
        gone[present["row"]] = False
        here = zip(self._addresses(present, present["child"]), present["arrived"], strict=True)
        left = zip(self._addresses(log[gone], child[gone]), log[gone], strict=True)
        found = {address: (int(row["arrived"]), int(row["left"])) for address, row in left}
        return found | {address: (int(arrived), NEVER) for address, arrived in here}

    def _addresses(self, rows: Any, child: Any) -> Iterator[Address]:
        """By name, since a source has another number where demand has made more of them."""
        book = self._model.prepared.network.origins.book
        for row, number in zip(rows, child, strict=True):
            source = book[int(row["source"])]
            yield self.flows[int(row["flow"])], source, int(row["day"]), int(row["number"]), int(number)

    def times_inside(self) -> dict[Address, tuple[int, bool]]:
        """Of each entity by its address: how long it has been inside [ms], and whether it has left."""
        return {
            address: (min(left, self._at) - came, left < NEVER)
            for address, (came, left) in self.stays().items()
        }

    def name_of(self, entity: int) -> tuple[str, int]:
        """The flow of an entity, and its number in the order of birth from 1."""
        state = self._model.state
        here = state.entities[(state.entities["row"] == entity) & (state.entities["live"] == 1)]
        row = here[0] if len(here) else state.entity_log[entity]
        return self.flows[int(row["flow"])], entity + 1

    # ---- what happened
    def between(self, before: Look, after: Look) -> Iterator[Happening]:
        """What happened from one look to the next, in the order of what it is about."""
        yield from self._of_things(before, after)
        yield from self._of_entities(before, after)

    def _of_things(self, before: Look, after: Look) -> Iterator[Happening]:
        """Resources that opened or closed, platforms that went down or up, zones that filled."""
        time = after.now - 1
        for number in np.flatnonzero(before.capacity != after.capacity):
            was, units = int(before.capacity[number]), int(after.capacity[number])
            kind = "closed" if units == 0 else "opened" if was == 0 else "capacity"
            yield Happening(time, kind, self.pools[number], -1, units, True)
        for number in np.flatnonzero(before.platforms != after.platforms):
            state = int(after.platforms[number])
            kind = "platform_down" if state == 0 else "platform_up" if state == 1000 else "platform_slow"
            yield Happening(time, kind, self.platforms[number], -1, state, True)
        for number in np.flatnonzero(self._is_full(after) & ~self._is_full(before)):
            yield Happening(time, "zone_full", self.zones[number], -1, int(after.taken[number]), True)

    def _is_full(self, look: Look) -> NDArray[np.bool_]:
        full: NDArray[np.bool_] = look.taken >= self._model.net.zone_room
        return full

    def _of_entities(self, before: Look, after: Look) -> Iterator[Happening]:
        """Who came to a step, started, was held back, or left."""
        time, (moved, earlier) = after.now - 1, moves(before, after)
        for row, place in zip(moved, earlier, strict=True):
            phase, since = int(after.phase[row]), int(after.since[row])
            waited = since - int(before.since[place]) if place >= 0 and phase == SERVED else 0
            kind = ("came_to_door", "came", "started", "held")[phase]
            step, entity = self.steps[after.step[row]], int(after.entity[row])
            yield Happening(time, kind, step, entity, waited, phase in (AT_DOOR, HELD))
        for entity in np.setdiff1d(before.entity, after.entity):
            yield Happening(time, "left", "", int(entity), 0, False)


def moves(before: Look, after: Look) -> tuple[Ints, Ints]:
    """The visits of a look that are new or in another phase, and their places in the earlier look, or -1."""
    was, now = _keys(before), _keys(after)
    if not len(was):
        return np.arange(len(now)), np.full(len(now), -1)
    at = np.minimum(np.searchsorted(was, now), len(was) - 1)
    there = was[at] == now
    moved = ~there | (before.phase[at] != after.phase) | (before.since[at] != after.since)
    return np.flatnonzero(moved), np.where(there, at, -1)[moved]


def gone(before: Look, after: Look) -> Ints:
    """The visits of an earlier look that are there no more."""
    found: Ints = np.flatnonzero(~np.isin(_keys(before), _keys(after)))
    return found


def _keys(look: Look) -> Ints:
    """Entity and step as one number, rising along a look."""
    return (look.entity << 20) | look.step


def _phases(visits: Any) -> tuple[Ints, Ints]:
    """The phase of each visit, and when it began."""
    admitted, started, ended = (visits[name] for name in ("admitted", "started", "ended"))
    none = records.EMPTY
    phase = np.select([admitted == none, started == none, ended == none], [AT_DOOR, IN_QUEUE, SERVED], HELD)
    since = np.select(
        [phase == AT_DOOR, phase == IN_QUEUE, phase == SERVED], [visits["joined"], admitted, started], ended
    )
    return phase.astype(np.int64), since.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the decisions have done to the entities that came with and without them, up to now."""

    entities: int  # that both have
    left_with: int
    left_without: int
    saved_ms: int  # time inside, of all together; negative: lost
    won: int  # entities that were inside for a shorter time
    lost: int


def effect(with_: Live, without: Live) -> Effect:
    """Compare entity by entity, by address; both must stand at the same instant."""
    a, b = with_.times_inside(), without.times_inside()
    common = sorted(set(a) & set(b))
    saved = [b[each][0] - a[each][0] for each in common]
    return Effect(
        entities=len(common),
        left_with=sum(a[each][1] for each in common),
        left_without=sum(b[each][1] for each in common),
        saved_ms=sum(saved),
        won=sum(each > 0 for each in saved),
        lost=sum(each < 0 for each in saved),
    )


@dataclass(frozen=True, slots=True)
class Curves:
    """How many of the entities that both have are inside, with the decisions and without them."""

    times: list[int]  # [ms]
    with_: list[int]
    without: list[int]


def curves(with_: Live, without: Live) -> Curves:
    """Of the same entities, by address, from the start of the window (or of the run) to where both are."""
    a, b = with_.stays(), without.stays()
    common = sorted(set(a) & set(b))
    since = 0 if with_.now > 0 else with_.begin
    step = max(MINUTE, -(-(with_.now - since) // POINTS // MINUTE) * MINUTE)
    times = np.arange(since, with_.now + 1, step)
    inside = [_inside([stays[each] for each in common], times) for stays in (a, b)]
    return Curves(times.tolist(), *inside)


def _inside(stays: Sequence[tuple[int, int]], times: Ints) -> list[int]:
    ends = zip(*stays, strict=True) if stays else ((), ())
    came, left = (np.sort(np.array(each, np.int64)) for each in ends)
    counts = np.searchsorted(came, times, "right") - np.searchsorted(left, times, "right")
    found: list[int] = counts.tolist()
    return found
