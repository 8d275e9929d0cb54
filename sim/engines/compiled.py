"""The compiled engine, seen from outside: arrays made and grown, the loop called, the record read out.

The loop itself is `sim.engines.kernel.loop`. All state is arrays, so a run stops at any instant and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Resolved
from sim import interventions, jit
from sim.arrivals import arrivals_end
from sim.circles import nobody_can_be_stuck
from sim.compile_run import Prepared, numbered, prepared
from sim.deadlock import Deadlock
from sim.digest import Total, combined, timetable_total
from sim.engines import audit, tallies
from sim.engines.errands import TooManyVisits
from sim.engines.floor import DoesNotFit, EndlessInstant
from sim.engines.kernel import loop, records
from sim.engines.kernel.records import State
from sim.engines.pieces import part
from sim.engines.tables import timetable_columns, timetable_table
from sim.engines.tallies import longer
from sim.engines.visit_rows import columns, numbers
from sim.engines.words import Codes
from sim.log import EMPTY, ENTITY_COLUMNS, VISIT_COLUMNS, Column, EventLog, Names, class_name
from sim.packed import LARGE, SPACE, packed
from sim.pieces import FAR, ROWS, Piece
from sim.remembered import per_scenario
from sim.rules import Switch, as_run, highest, most_busy
from sim.tally import HOUR, Tally, axis
from sim.timetable import Row

SLOTS = 512
"""Visits, movers and entities at the start; more are made when they run out."""

MOST_SLOTS = 1 << 13
"""Of them at the start, where a run of the same scenario came to have many."""

SPARE = 4 * records.LEAST_ROOM
"""Facts that must fit after growing, at least."""

Array = NDArray[Any]
T = TypeVar("T")


class Model:
    """A scenario in arrays, ready to run.

    `counts` is what can be asked of it without rows (see `records.HISTOGRAMS`).
    `breathe`, if given, is called every few hundredths of a second while it runs; it may raise to stop it.
    """

    def __init__(
        self, scenario: Resolved, seed: int, replication: int, end: int, *, keeps_record: bool = True,
        counts: int = records.HISTOGRAMS, hour: int = HOUR, breathe: Callable[[], None] | None = None,
        by_hand: Sequence[Row] = (),
    ) -> None:  # fmt: skip
        self.scenario, self.seed, self.replication = scenario, seed, replication
        self.begin, self.end = -scenario.clock.lead_in, end
        self.timetable = interventions.timetable_with(by_hand, scenario, seed, replication, self.begin, end)
        self._reached = self.begin  # the first instant not yet begun
        self.axis = _axis(scenario, end, hour)
        self.prepared = prepared(scenario, seed, replication, self.timetable, self.axis)
        self._room = _room(scenario)
        self.net = _named(self.prepared.net)
        self._net = self._room.net = packed(self.net, self._room.net)
        self.state = _new_state(
            self.prepared,
            self.begin,
            replication,
            tallies.new_arrays(scenario, self.axis),
            max(SLOTS, self._room.slots),
        )
        tallies.begin(self.state, scenario, self.axis)
        self.state.x[records.RECORD], self.state.x[records.COUNTS] = keeps_record, counts
        self._closed: tuple[int, State] | None = None
        self._packed: tuple[State, Any] | None = None
        self._hour, self._by_hand = hour, tuple(by_hand)
        self._given = (0, 0)  # rows of entities and of visits that were handed over
        self._given_until = -FAR
        self.answer = records.GROW
        self.breathe = breathe
        self._stand_in_backlog()
        loop.open_gates(self._net, self._table(), self.begin, arrivals_end(scenario.clock))

    def _stand_in_backlog(self) -> None:
        for flow, origin, count, step, age, day in self.prepared.network.backlogs:
            while loop.spare(self._table()) <= count:
                self.state = grow(self.state, count + SPARE)
            state = self._table()
            for number in range(count):
                with _wrapping():
                    fits = loop.stand_in_backlog(self._net, state, flow, origin, day, number, step, age)
                if not fits:
                    raise self._does_not_fit(step)

    def _does_not_fit(self, number: int) -> DoesNotFit:
        name, step = list(self.scenario.steps.items())[number]
        if step.room is not None and self.state.sites["places"][number] > step.room:
            return DoesNotFit.room(name, step.room)
        return DoesNotFit.zone(name, self.scenario.zones[str(step.zone)].room)

    def copy(self) -> Model:
        """A run that goes on from here by itself; what it does changes nothing in this one."""
        twin = copy(self)
        twin._closed = None
        twin.state = State(*(array.copy() for array in self.state))
        return twin

    def _table(self) -> Any:
        """The state as compiled functions take it, packed anew only where arrays were replaced."""
        if self._packed is None or self._packed[0] is not self.state:
            self._packed = self.state, packed(self.state, self._packed and self._packed[1])
        return self._packed[1]

    @property
    def now(self) -> int:
        """The current instant [ms]."""
        return int(self.state.x[records.NOW])

    @property
    def entities(self) -> int:
        """Born so far."""
        return int(self.state.x[records.ENTITIES]) + self._given[0]

    def events(self) -> int:
        """Facts and decision rounds so far."""
        return int(self.state.x[records.EVENTS])

    def advance(self, until: int) -> None:
        """Go on to an instant, or to the end if that comes first.

        Raises
        ------
        EndlessInstant
            If something goes round for ever without time passing.
        """
        if until <= self._reached:
            return
        empty = self.scenario.clock.until == "empty"
        last = arrivals_end(self.scenario.clock)
        self._closed = None
        while self.answer in {records.GROW, records.DONE, records.BREATH}:
            with _wrapping():
                self.answer = loop.run(self._net, self._table(), self.begin, last, until, empty)
                loop.count_fresh(self._net, self._table())
            if self.answer == records.GROW:
                self.state = grow(self.state, SPARE)
                self._room.note(self.state)
            elif self.answer != records.BREATH:
                break
            self._breathe()
        if self.answer == records.ENDLESS:
            fault = TooManyVisits if self.state.x[records.WRONG] == records.TOO_MANY else EndlessInstant
            raise fault.at(self._endless_steps(), self.now)
        self._reached = until

    def intervene(self, what: str, target: str, value: int) -> Row:
        """Set something at the first instant not yet begun; returns the row that says so.

        Raises
        ------
        ValueError
            If it cannot be set, or the run is over.
        """
        stops = self.stops_at()
        end = self.end if stops is None else stops
        row = interventions.row_of(self.scenario, self._reached, end, (what, target, value))
        self.timetable = interventions.merged(self.timetable, [row])
        self._by_hand += (row,)
        self._make_room_for(most_busy(self.scenario, self.timetable))
        self.net = _named(self.net._replace(timetable=numbered(self.prepared.network, self.timetable)))
        self._net = packed(self.net)
        return row

    def _make_room_for(self, most: dict[str, int]) -> None:
        """The free units of a pool stand in a part of one array, as long as the pool may become."""
        first, free = _all_free(np.array(list(most.values()), np.int64))
        pools = self.state.pools.copy()
        ends = [*pools["first"][1:], len(self.state.free_units)]
        for place, old, end in zip(first, pools["first"], ends, strict=True):
            free[place : place + end - old] = self.state.free_units[old:end]
        pools["first"] = first
        self.state = _named(self.state._replace(pools=pools, free_units=free))

    def _endless_steps(self) -> list[str]:
        names = list(self.scenario.steps)
        number = int(self.state.x[records.WRONG_STEP])
        if self.state.x[records.WRONG]:
            return [names[number]]
        return [names[step] for step in self.prepared.network.groups[number][:8]]

    def stops_at(self) -> int | None:
        """With `until: empty`: the end of the run, once it is known."""
        if self.answer != records.EMPTIED:
            return None
        window = self.scenario.clock.window
        last = int(self.state.x[records.LAST_LEFT]) + 1
        return min(self.end, max(last, window if window is not None else self.begin + 1))

    def broken_laws(self, end: int) -> Iterator[str]:
        """What the state tells of broken laws."""
        return audit.broken_laws(self.scenario, self._closed_at(end), end)

    def digest(self, end: int) -> str:
        """The identity of the run, kept row by row."""
        return combined(self.totals(end))

    def totals(self, end: int) -> dict[str, Total]:
        """What the rows of each table add up to."""
        state = self._closed_at(end)
        x, words = state.x, [int(word) for word in state.totals]
        names = names_of(self.scenario, self.prepared.network.columns, ())
        return {
            "visits": Total(self.visits(end), (words[0], words[1])),
            "entities": Total(int(x[records.ENTITY_ROWS]) + self._given[0], (words[2], words[3])),
            "timetable": timetable_total(names, self._timetable_until(names, end)),
        }

    def tally(self, end: int, histograms: bool = True) -> Tally:
        """The statistics of the run, kept while it went.

        A run until everybody has left may have looked for others, who were thinned away: then what was
        available is counted too far, and the run is made again, to its end.

        Raises
        ------
        ValueError
            If the run did not count so much.
        """
        if self.state.x[records.COUNTS] < (records.HISTOGRAMS if histograms else records.SUMS):
            raise ValueError("this run did not count what is asked: make the model with `counts`")
        if self.now > end:
            return self._again(end).tally(end, histograms)
        return tallies.read(self._closed_at(end), self.scenario, self.axis, end, histograms)

    def _again(self, end: int) -> Model:
        """The same run, to an instant."""
        again = Model(
            self.scenario, self.seed, self.replication, self.end,
            keeps_record=False, counts=int(self.state.x[records.COUNTS]),
            hour=self._hour, by_hand=self._by_hand,
        )  # fmt: skip
        again.advance(end)
        return again

    def visits(self, end: int) -> int:
        """Rows of visits, the open ones too."""
        return int(self._closed_at(end).x[records.VISIT_ROWS]) + self._given[1]

    def deadlock(self, breathe: Callable[[], None] = lambda: None) -> Deadlock | None:
        """Who is stuck for ever in the state as it is now; `breathe` may raise, which ends the search."""
        if nobody_can_be_stuck(self.scenario, highest(self.scenario, self.timetable)):
            return None
        if (self.state.visits["mover"] < 0).all():
            return None  # nobody is anywhere
        from sim.engines.thaw import deadlock

        return deadlock(self, breathe)

    def record(self, end: int) -> EventLog | None:
        """The whole record, open rows too, in canonical order; None if the run keeps none."""
        if not self.state.x[records.RECORD]:
            return None
        self._breathe()
        reader = _Reader(self.scenario, self.prepared, self._closed_at(end), self._breathe)
        return reader.log(self.begin, end, self.timetable_as_run())

    def _breathe(self) -> None:
        """Between what takes long; it may raise."""
        if self.breathe is not None:
            self.breathe()

    @property
    def rows(self) -> int:
        """Rows of visits that are there, not handed over yet."""
        return int(self.state.x[records.VISIT_ROWS])

    def hand_over(self, until: int, /) -> Piece | None:
        """The families that have left before `until`, the instant that was advanced to; then forgotten.

        None while there are but few rows.
        """
        return None if self.rows < ROWS else self.hand_over_now(until)

    def hand_over_now(self, until: int) -> Piece:
        """The same however few rows there are."""
        taken, first = part(self.state)
        self._closed = None
        self._given = (
            self._given[0] + int(taken.x[records.ENTITIES]),
            self._given[1] + int(taken.x[records.VISIT_ROWS]),
        )
        reader = _Reader(self.scenario, self.prepared, taken, self._breathe)
        log = reader.log(self.begin, self.end, self.timetable_as_run())
        since, self._given_until = self._given_until, until
        return Piece(log, since, until, min(first, until), last=False)

    def rest(self, end: int) -> Piece | None:
        """The last piece, of a run that ended; None if the run keeps no rows."""
        log = self.record(end)
        return None if log is None else Piece(log, self._given_until, FAR, FAR, last=True)

    def timetable_as_run(self) -> Sequence[Row]:
        """Calendars, disruptions and what rules did."""
        told = self.state.switches[: self.state.x[records.SWITCH_ROWS]].tolist()
        switches = [Switch(time, rule, bool(on)) for time, rule, on in told]
        return as_run(self.scenario, self.timetable, switches, self.begin)

    def _timetable_until(self, names: Names, end: int) -> dict[str, Column]:
        """The timetable as run, in the codes of a record."""
        if self.scenario.rules:
            return timetable_table(names, self.timetable_as_run(), end)
        rows = self.net.timetable[:-1]  # the last never comes
        return timetable_columns(rows[rows[:, 0] < end])

    def _closed_at(self, end: int) -> State:
        """The final state with the rows of open visits and present entities; the run itself may go on."""
        if self._closed is None or self._closed[0] != end:
            state = self.state
            if state.x[records.RECORD]:
                rows, present = int(state.x[records.VISIT_ROWS]), state.visits.size
                log, extra = (longer(of[:rows], present) for of in (state.visit_log, state.extra_log))
                long = longer(state.long_log[: state.x[records.LONG_ROWS]], present)
                state = state._replace(visit_log=log, extra_log=extra, long_log=long)
            own = {name: getattr(state, name).copy() for name in ("x", "totals", "broken")}
            state = _named(state._replace(**own, **tallies.copies(state, self.axis, end)))
            with _wrapping():
                table = packed(state, self._packed and self._packed[1])
                loop.check_heads(self._net, table)
                loop.write_open(self._net, table, end)
            self._closed = end, state
        return self._closed[1]


class _Reader:
    """Turns the arrays of a finished run into a record."""

    def __init__(
        self, scenario: Resolved, prepared: Prepared, state: State, breathe: Callable[[], None]
    ) -> None:
        self.scenario, self.columns, self.state = scenario, prepared.network.columns, state
        self.breathe = breathe
        self.sources = prepared.network.origins.book
        x = state.x
        self.entity_rows = state.entity_log[: x[records.ENTITIES]]
        self.attribute_rows = state.attribute_log[: x[records.ENTITIES]]
        self.visit_rows = state.visit_log[: x[records.VISIT_ROWS]]
        self.extra_rows = state.extra_log[: x[records.VISIT_ROWS]]
        rows = self.entity_rows
        self.kin_rows = state.kin_log[: x[records.ENTITIES]]
        child = (self.kin_rows["child"],) if len(self.kin_rows) else ()
        self.order = np.lexsort((*child, rows["number"], rows["day"], rows["source"], rows["flow"]))

    def log(self, begin: int, end: int, rows: Sequence[Row]) -> EventLog:
        self.breathe()
        entities = self._entities()
        self.breathe()
        attributes = {name: self.attribute_rows[self.order, n] for n, name in enumerate(self.columns)}
        classes, klass = self._classes(entities["flow"], attributes)
        names = replace(names_of(self.scenario, self.columns, classes), sources=self.sources)
        return EventLog(
            names=names,
            begin=begin,
            end=end,
            visits=self._visits(klass),
            entities=entities,
            attributes=attributes,
            timetable=timetable_table(names, rows, end),
            usage=self._levels(self.state.usage, records.USAGE_ROWS, names.resources, ("serving", "kept")),
            places=self._levels(self.state.places, records.PLACE_ROWS, names.zones, ("serving",)),
            stocks=self._stocks(names.stocks),
        )

    def _entities(self) -> dict[str, Column]:
        fixed = {"child": 0, "parent": -1}
        found = {
            name: np.full(len(self.order), fixed[name], np.int64)
            if name in fixed
            else self.entity_rows[name][self.order].astype(np.int64)
            for name in ENTITY_COLUMNS
        }
        return found | self._kin()

    def _kin(self) -> dict[str, Column]:
        """Number and parent of sub-entities, in a scenario that has some."""
        if not len(self.kin_rows):
            return {}
        parent = self.kin_rows["parent"][self.order]
        parent[parent >= 0] = self._rank()[parent[parent >= 0]]
        return {"child": self.kin_rows["child"][self.order].astype(np.int64), "parent": parent}

    def _rank(self) -> Column:
        """The place of each entity, by its birth, in canonical order."""
        rank = np.empty(len(self.order), np.int64)
        rank[self.order] = np.arange(len(self.order))
        return rank

    def _classes(self, flow: Column, attributes: dict[str, Column]) -> tuple[tuple[str, ...], Column]:
        """The names of the classes, sorted, and each entity's."""
        keys = np.column_stack([flow, *attributes.values()]) if attributes else flow.reshape(-1, 1)
        numbers = [n + 1 for n, codes in enumerate(self.columns.values()) if codes is None]
        keys[:, numbers] = 0  # numbers make no class
        together = np.zeros(len(keys), np.int64)
        for column in keys.T:
            codes = np.where(column == EMPTY, 0, column + 1)
            together = together * (codes.max(initial=0) + 1) + codes
        _, first, inverse = np.unique(together, return_index=True, return_inverse=True)
        told = [self._class_of(row) for row in keys[first].tolist()]
        classes = tuple(sorted(set(told)))
        place = {name: code for code, name in enumerate(classes)}
        codes = np.array([place[name] for name in told], np.int64)
        return classes, codes[inverse.reshape(-1)] if len(codes) else np.empty(0, np.int64)

    def _class_of(self, row: list[int]) -> str:
        flow = list(self.scenario.flows.values())[row[0]]
        codes = dict(zip(self.columns, row[1:], strict=True))
        return class_name(
            {
                name: list(self.columns[name] or {})[codes[name]]
                for name, attribute in flow.attributes.items()
                if attribute.kind == "category"
            }
        )

    def _visits(self, klass: Column) -> dict[str, Column]:
        entity = self._rank()[self.visit_rows["entity"]]
        place = entity * len(self.scenario.steps) + self.visit_rows["step"]
        number = numbers(self.visit_rows, self.state.long_log)
        place = place * (int(number.max(initial=0)) + 1) + number
        if self.extra_rows.shape[1] > records.NTH_SEGMENT:
            order = np.lexsort((self.extra_rows[:, records.NTH_SEGMENT], place))
        else:
            order = np.argsort(place)  # no two are equal
        self.breathe()
        rows, entity = self.visit_rows.take(order), entity.take(order)
        known = {"entity": entity, "klass": klass[entity], **columns(rows, self.state.long_log)}
        fixed = {"segment": 1, "batch": -1, "amount": EMPTY}
        for column, name in enumerate(("amount", "batch", "segment")[: self.extra_rows.shape[1]]):
            known[name] = self.extra_rows[order, column]
            del fixed[name]
        self.breathe()
        return {
            name: np.full(len(rows), fixed[name], np.int64)
            if name in fixed
            else np.asarray(known[name]).astype(np.int64, copy=False)
            for name in VISIT_COLUMNS
        }

    def _stocks(self, names: tuple[str, ...]) -> dict[str, dict[str, Column]]:
        rows = self.state.levels[: self.state.x[records.STOCK_ROWS]]
        found = {}
        for code, name in enumerate(names):
            mine = rows[rows["what"] == code]
            found[name] = {
                "time": mine["time"].copy(), "level": mine["serving"].copy(), "put": mine["kept"].copy()
            }  # fmt: skip
        return found

    def _levels(
        self, levels: Array, count: int, names: tuple[str, ...], columns: tuple[str, ...]
    ) -> dict[str, dict[str, Column]]:
        self.breathe()
        rows = levels[: self.state.x[count]]
        found: dict[str, dict[str, Column]] = {}
        kept = len(self.state.reserved_log) > 0
        what = rows["what"].astype(np.int16)
        order = np.argsort(what, kind="stable")
        ends = np.concatenate(([0], np.cumsum(np.bincount(what, minlength=len(names)))))
        told = {column: rows[column].take(order) for column in ("time", *columns)}
        for code, name in enumerate(names):
            mine = slice(ends[code], ends[code + 1])
            parts = {column: values[mine] for column, values in told.items()}
            if "kept" in parts:
                reserved = self.state.reserved_log[order[mine]] if kept else None
                found[name] = parts | {
                    "reserved": np.zeros(len(parts["time"]), np.int64) if reserved is None else reserved
                }
            else:
                found[name] = {"time": parts["time"], "taken": parts["serving"]}
        return found


def names_of(scenario: Resolved, columns: Codes, classes: tuple[str, ...]) -> Names:
    """The code books of a record."""
    return Names(
        flows=tuple(scenario.flows),
        steps=tuple(scenario.steps),
        resources=tuple(scenario.resources),
        zones=tuple(scenario.zones),
        platforms=tuple(scenario.platforms),
        classes=classes,
        stocks=tuple(scenario.stocks),
        rules=tuple(scenario.rules),
        attributes={name: None if v is None else tuple(v) for name, v in columns.items()},
    )


@dataclass(slots=True)
class _Room:
    """What the next run of a scenario takes over: how many slots the latest came to have, their network."""

    slots: int = 0
    net: Any = None

    def note(self, state: State) -> None:
        self.slots = min(MOST_SLOTS, max(len(state.visits), len(state.entities), len(state.movers)))


_axis = per_scenario(axis)


@per_scenario
def _room(_scenario: Resolved) -> _Room:
    return _Room()


def _new_state(
    prepared: Prepared, begin: int, replication: int, statistics: dict[str, Array], slots: int
) -> State:
    net, network = prepared.net, prepared.network
    steps, pools, zones = net.steps.size, len(prepared.highest), net.zone_room.size
    attributes, stocks = len(network.columns), len(network.opening)
    forks = net.steps["branch_b"] - net.steps["branch_a"]
    x = np.zeros(records.SCALARS + SPACE, np.int64)
    x[records.NOW], x[records.LAST_LEFT], x[records.REPLICATION] = begin, begin, replication
    x[records.MAX_FORK], x[records.STILL_COMING] = max(1, forks.max()), prepared.sources.size
    x[records.BEGIN], x[records.STOCK_ROWS], x[records.READ_AT] = begin, stocks, EMPTY
    x[[records.FREE_VISITS, records.FREE_MOVERS, records.FREE_ENTITIES]] = slots
    errands = slots if network.errands else 0
    interrupted, reserves = bool(net.steps["stoppable"].any()), bool(net.steps["reserve"].any())
    x[records.FREE_ERRANDS] = errands
    loads = 2 * slots if net.gathers.size else 0  # one for each mover as a carrier, one as a member
    x[records.FREE_LOADS] = loads
    free = np.arange(slots)[::-1]
    first, free_units = _all_free(prepared.highest)
    return _named(
        State(
            x=x,
            heap=_records(4 * slots + prepared.sources.size, records.EVENT, time=records.NEVER),
            soon=np.zeros(4 * slots, np.int64),
            awake=np.zeros(len(network.groups) // 64 + 1, np.uint64),
            sites=_records(
                steps,
                records.SITE,
                slow=1000,
                newcomers=-1,
                under_way=-1,
                diverted=-1,
                since=begin,
                wait_at=-1,
                reserving=-1,
            ),
            lists=np.full((steps * records.LINES, 2), -1, np.int32),
            groups=_records(
                len(network.groups),
                records.GROUP,
                admit=-1,
                start=-1,
                pools=-1,
                passes_at=EMPTY,
                choosers=-1,
            ),
            pools=_records(
                pools,
                records.POOL,
                first=first,
                usage_row=-1,
                wait_first=net.wait_ptr[:-1],
                sleepers=-1,
                closed_at=EMPTY,
            ),
            free_units=free_units,
            zones=_records(zones, records.ZONE, place_row=-1),
            platforms=np.full(net.platform_ptr.size - 1, 1000, np.int64),
            demand=np.full(net.flow_first.size, 1000, np.int64),
            sources=prepared.sources,
            visits=_records(slots, records.VISIT, mover=-1),
            movers=_records(slots, records.MOVER, entity=-1),
            entities=np.zeros(slots, records.ENTITY),
            values=np.full((slots, attributes), EMPTY, np.int64),
            starts=np.zeros((slots, steps), np.int32),
            counts=np.zeros((slots, steps), np.int32),
            units=np.zeros((slots, network.units), np.int32),
            unit_pools=np.zeros((slots, network.units), np.int32),
            free_visits=free.copy(),
            free_movers=free.copy(),
            free_entities=free.copy(),
            fresh=np.zeros(records.FRESH_ROWS, records.FRESH_ROW),
            visit_log=np.zeros(4 * slots, records.VISIT_LOG),
            long_log=np.zeros(4 * slots, records.LONG_LOG),
            entity_log=np.zeros(slots, records.ENTITY_LOG),
            attribute_log=np.zeros((slots, attributes), np.int64),
            usage=np.zeros(slots, records.USAGE),
            places=np.zeros(slots, records.USAGE),
            stocks=_records(stocks, records.STOCK, level=network.opening, level_row=np.arange(stocks)),
            levels=_opening_levels(network.opening, begin, slots),
            extra_log=np.zeros((4 * slots, 3 if interrupted else 2 if stocks or loads else 0), np.int64),
            again=np.zeros((slots if interrupted else 0, 3), np.int64),
            victims=np.zeros(slots if interrupted else 0, np.int64),
            gathers=np.zeros(net.gathers.size, records.GATHERING),
            loads=np.zeros(loads, records.LOAD),
            load_units=np.zeros((loads, network.units), np.int64),
            load_pools=np.zeros((loads, network.units), np.int64),
            free_loads=np.arange(loads)[::-1].copy(),
            unit_needs=np.zeros((slots if reserves else 0, network.units), np.int64),
            reserved_log=np.zeros(slots if reserves else 0, np.int64),
            rules=_records(net.rules.size, records.RULE, since=EMPTY),
            switches=np.zeros((slots if net.rules.size else 0, 3), np.int64),
            errands=np.full((slots, network.errands), -1, np.int64),
            errand_slots=np.zeros(errands, records.ERRAND),
            free_errands=np.arange(errands)[::-1].copy(),
            kin_log=np.zeros(errands, records.KIN_LOG),
            pool_heaps=np.zeros(net.wait_ptr[-1] + 1, np.int64),
            holds=np.zeros((slots, network.holds, network.units), np.int64),
            hold_pools=np.zeros((slots, network.holds, network.units), np.int64),
            hold_counts=np.zeros((slots, network.holds), np.int64),
            signs=np.zeros((slots, 4), np.uint64),
            totals=np.zeros(4, np.uint64),
            broken=np.zeros(6, np.int64),
            there=np.zeros((steps, net.flow_first.size), np.int64),
            waiting=np.zeros((steps, net.flow_first.size), np.int64),
            inside=np.zeros(net.flow_first.size, np.int64),
            **statistics,
        )
    )


def _all_free(most: Array) -> tuple[Array, Array]:
    """Where the bits of each pool's units begin, in words; and the words, every unit free.

    A pool may come to have `most` units, and always has one that is free: capacity is counted elsewhere.
    """
    words = most // 64 + 1
    first = np.concatenate([[0], np.cumsum(words)[:-1]]).astype(np.int64)[: len(most)]
    return first, np.full(words.sum(), ~np.uint64(0), np.uint64)


def _records(size: int, kind: np.dtype[Any], **values: Any) -> Array:
    rows = np.zeros(size, kind)
    for name, value in values.items():
        rows[name] = value
    return rows


def _opening_levels(opening: Array, begin: int, slots: int) -> Array:
    """The first entry of each stock's curve, and room for more."""
    levels = np.zeros(len(opening) + slots, records.LEVEL)
    levels["what"][: len(opening)] = np.arange(len(opening))
    levels["time"][: len(opening)] = begin
    levels["serving"][: len(opening)] = opening
    return levels


def _named(arrays: T) -> T:
    """As they are; in the plain Python of NUMBA_DISABLE_JIT, arrays of records whose fields have names."""
    if jit.is_compiled():
        return arrays
    fields: dict[str, Array] = arrays._asdict()  # type: ignore[attr-defined]
    readable = {name: array.view(np.recarray) for name, array in fields.items() if array.dtype.names}
    replaced: T = arrays._replace(**readable)  # type: ignore[attr-defined]
    return replaced


def _wrapping() -> AbstractContextManager[object]:
    """The digest is a sum modulo 2**64; numpy would warn of it when the kernel runs as plain Python."""
    return np.errstate(over="ignore")


def _extended(array: Array, size: int) -> Array:
    """The array with room for so many rows, and for some more.

    A large one grows where it lies, by a quarter: the record of a year is not copied.
    """
    least = len(array) if array.nbytes < LARGE else len(array) // 4
    return _with(array, max(least, size - len(array)))


def grow(state: State, facts: int) -> State:
    """Make room for so many facts: more of whatever is nearly full."""
    state = _grow_slots(state, facts)
    x = state.x
    fork = int(x[records.MAX_FORK])
    live = state.movers.size - int(x[records.FREE_MOVERS])
    again = 2 * live if len(state.again) else 0
    again += 2 * live if state.gathers.size else 0
    rules = len(state.rules)
    events = 2 * live + again + (facts + 1) * (fork + 6 + 2 * rules)
    noted = (again + records.FRESH_ROWS) * records.BLOCKS_A_ROW + (facts + 1) * records.BLOCKS_A_FACT
    wanted = {
        "switches": x[records.SWITCH_ROWS] + (facts + 1) * rules,
        "heap": x[records.HEAP] + events + records.SPARE_EVENTS,
        "soon": x[records.SOON] + events,
    }
    histograms = {"cells": x[records.BLOCKS] + noted, "carries": x[records.CARRIES] + noted}
    rows = {
        "visit_log": x[records.VISIT_ROWS] + records.FRESH_ROWS + again + 4 * (facts + 1),
        "long_log": x[records.LONG_ROWS] + records.FRESH_ROWS + again + 4 * (facts + 1),
        "entity_log": x[records.ENTITIES] + facts + 2,
        "usage": x[records.USAGE_ROWS] + (facts + 1) * (state.pools.size + 1),
        "places": x[records.PLACE_ROWS] + (facts + 1) * (state.zones.size + 1),
        "levels": x[records.STOCK_ROWS] + (facts + 1) * (state.stocks.size + 1),
    }
    if x[records.RECORD]:
        wanted |= rows
    if x[records.COUNTS] == records.HISTOGRAMS:
        wanted |= histograms
    changed: dict[str, Array] = {}
    for name, size in wanted.items():
        array = getattr(state, name)
        if len(array) < size:
            changed[name] = _extended(array, int(size))
    state = state._replace(**changed)
    changed |= {name: _extended(getattr(state, name), size) for name, size in _too_short(state)}
    if "heap" in changed:
        changed["heap"]["time"][int(x[records.HEAP]) :] = records.NEVER
    return _named(state._replace(**changed))


BESIDE = {
    "extra_log": "visit_log", "attribute_log": "entity_log", "kin_log": "entity_log", "reserved_log": "usage",
}  # fmt: skip
"""Arrays that have a row for each row of another; the kernel looks at the length of the other alone."""


def _too_short(state: State) -> Iterator[tuple[str, int]]:
    """The arrays beside others that are shorter than these, and how long they must be."""
    for name, other in BESIDE.items():
        array, size = getattr(state, name), len(getattr(state, other))
        if state.x[records.RECORD] and len(array) < size and _is_used(state, name):
            yield name, size


def _is_used(state: State, name: str) -> bool:
    """Whether a scenario has sub-entities, or reserves."""
    return name not in ("kin_log", "reserved_log") or len(getattr(state, name)) > 0


def _grow_slots(state: State, facts: int) -> State:
    """More visits, entities and movers, each with its list of free slots."""
    x, fork = state.x, int(state.x[records.MAX_FORK])
    while x[records.FREE_VISITS] < facts + 2:
        state = _more_slots(state, records.FREE_VISITS, "free_visits", OF_A_VISIT)
    while x[records.FREE_ENTITIES] < facts + 2:
        state = _more_slots(state, records.FREE_ENTITIES, "free_entities", OF_AN_ENTITY)
    while state.errands.shape[1] > 0 and x[records.FREE_ERRANDS] < facts + 2:
        state = _more_slots(state, records.FREE_ERRANDS, "free_errands", ("errand_slots",))
    while x[records.FREE_MOVERS] < (facts + 1) * (fork + 1) + 1:
        state = _more_slots(state, records.FREE_MOVERS, "free_movers", OF_A_MOVER)
        while state.gathers.size and state.loads.size < 2 * state.movers.size:
            state = _more_slots(state, records.FREE_LOADS, "free_loads", OF_A_LOAD)
    return state


OF_A_VISIT = ("visits", "units", "unit_pools", "again", "victims", "unit_needs")
OF_AN_ENTITY = ("entities", "values", "starts", "counts", "signs", "errands")
OF_A_MOVER = ("movers", "holds", "hold_pools", "hold_counts")
OF_A_LOAD = ("loads", "load_units", "load_pools")
"""Arrays that have a row for each slot; some have none at all in a scenario that does not use them."""


def _more_slots(state: State, count: int, free: str, names: tuple[str, ...]) -> State:
    """More slots of one kind: as many again, or a quarter of them where they are large."""
    size = len(getattr(state, names[0]))
    more = size if getattr(state, names[0]).nbytes < LARGE else size // 4
    grown = {name: _with(getattr(state, name), more) for name in names if len(getattr(state, name))}
    if "visits" in grown:
        grown["visits"]["mover"][size:] = -1
    left = int(state.x[count])
    state.x[count] += more
    fresh = np.arange(size, size + more)[::-1]
    grown[free] = longer(np.concatenate([fresh, getattr(state, free)[:left]]), size - left)
    return state._replace(**grown)


def _with(array: Array, more: int) -> Array:
    """The array with so many rows more; a large one grows where it lies."""
    if array.nbytes < LARGE or not array.flags.owndata:
        return longer(array, more)
    array.resize((len(array) + more, *array.shape[1:]), refcheck=False)
    return array
