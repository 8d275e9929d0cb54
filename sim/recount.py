"""The statistics of a run from its record: the definition that an engine's own are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Resolved
from sim.log import EMPTY, ENTITY_OUTCOMES, MODES, SOURCES, TARGETS, VISIT_OUTCOMES, Column, EventLog
from sim.tally import (
    AFTER,
    BEFORE,
    FAR,
    FLOW_TALLY,
    HOUR,
    INTERVALS,
    KIND_TALLY,
    POOL_TALLY,
    STEP_TALLY,
    WITHIN,
    ZONE_TALLY,
    Axis,
    Cells,
    Floats,
    Tally,
    axis,
    carries,
    cell_of,
    kinds,
)

Mask = NDArray[np.bool_]
Rows = NDArray[np.void]
Seen = tuple[Column, Column, Column]
"""What goes into histograms: bins, series and values."""

_NOTHING = np.empty(0, np.int32)
NO_CELLS = Cells(_NOTHING, _NOTHING, _NOTHING, np.empty(0, np.int64))
"""The histograms of who asks for sums only."""


def recount(scenario: Resolved, log: EventLog, hour: int = HOUR) -> Tally:
    """The tally of a run; bins of an `hour` [ms]."""
    bins = axis(scenario, max(log.end, scenario.clock.at_most), hour).until(log.end)
    told = kinds(scenario).members
    by_step, of_visits = _steps(scenario, log, bins)
    by_kind, squares, of_entities = _kinds(scenario, log, bins)
    visits = log.visits
    return Tally(
        axis=bins,
        steps=log.names.steps,
        resources=log.names.resources,
        zones=log.names.zones,
        flows=log.names.flows,
        kinds=told,
        by_step=by_step,
        by_resource=_resources(log, bins),
        by_zone=_zones(scenario, log, bins),
        by_flow=_flows(log, bins),
        by_kind=by_kind,
        squares=squares,
        open=np.bincount(visits["step"][visits["ended"] == EMPTY], minlength=len(log.names.steps)),
        cells=_cells(bins, [of_visits, of_entities]),
    )


def _sum(shape: tuple[int, ...], where: tuple[Column, Column], amount: Column | Mask | int = 1) -> Column:
    found = np.zeros(shape, np.int64)
    np.add.at(found, where, amount)
    return found


# ---- levels: how many there are, over time -------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Level:
    """`values[i]` from `times[i]` (ascending, distinct) on; `before` earlier."""

    times: Column
    values: Column
    before: int = 0

    def at(self, instants: Column) -> Column:
        """The value at each instant."""
        return np.append(self.before, self.values)[np.searchsorted(self.times, instants, side="right")]

    def areas(self, edges: Column) -> Column:
        """The integral of each bin."""
        cuts = np.unique(np.concatenate((edges, self.times)))
        cuts = cuts[(cuts >= edges[0]) & (cuts <= edges[-1])]
        so_far = np.append(0, np.cumsum(np.diff(cuts) * self.at(cuts[:-1])))
        return np.diff(so_far[np.searchsorted(cuts, edges)])

    def most(self, edges: Column) -> Column:
        """The largest value in each bin, the one just before it begins included."""
        first = np.append(self.before, self.values)[np.searchsorted(self.times, edges, side="left")]
        found = [first[:-1]]
        inside = (self.times >= edges[0]) & (self.times < edges[-1])
        of = np.searchsorted(edges, self.times[inside], side="right") - 1
        np.maximum.at(found[0], of, self.values[inside])
        return found[0]


def _level(times: Column, values: Column, before: int = 0) -> Level:
    """Of several values set at one instant the last counts."""
    last = np.append(np.diff(times) != 0, True)[: len(times)]
    return Level(times[last], values[last], before)


def _counting(since: Column, until: Column) -> Level:
    times = np.concatenate((since, until))
    order = np.argsort(times, kind="stable")
    changes = np.concatenate((np.ones(len(since), np.int64), np.full(len(until), -1, np.int64)))
    return _level(times[order], np.cumsum(changes[order]))


def _together(how: Callable[..., Column], *levels: Level) -> Level:
    times = np.unique(np.concatenate([level.times for level in levels]))
    before = how(*(np.array([level.before]) for level in levels))
    return Level(times, how(*(level.at(times) for level in levels)), int(before[0]))


# ---- tables --------------------------------------------------------------------------------------------
def _steps(scenario: Resolved, log: EventLog, bins: Axis) -> tuple[Rows, Seen]:
    visits, end = log.visits, log.end
    step, joined, admitted, started, ended = (
        visits[n] for n in ("step", "joined", "admitted", "started", "ended")
    )
    rows = np.zeros((len(bins.span), len(log.names.steps)), STEP_TALLY)
    shape = rows.shape
    first = visits["segment"] == 1
    rows["came"] = _sum(shape, (bins.bin_of(joined[first]), step[first]))
    turned = (started == EMPTY) & (ended != EMPTY)
    gone = (bins.bin_of(ended[turned]), step[turned])
    rows["turned"] = _sum(shape, gone)
    rows["turned_time"] = _sum(shape, gone, (ended - joined)[turned])

    went = started != EMPTY
    where = (bins.bin_of(started[went]), step[went])
    stop = np.where(ended == EMPTY, end, ended)
    left = np.where(visits["left"] == EMPTY, end, visits["left"])
    lasted = {
        "blocked": admitted - joined, "wait": started - admitted, "service": stop - started,
        "held": left - stop, "sojourn": stop - joined,
    }  # fmt: skip
    rows["started"] = _sum(shape, where)
    rows["delayed"] = _sum(shape, where, (started > joined)[went])
    rows["paper"] = _sum(shape, where, (visits["mode"] == MODES.index("fallback"))[went])
    for name in ("blocked", "wait", "service", "held"):
        rows[name] = _sum(shape, where, lasted[name][went])
    _step_levels(scenario, log, bins, rows)
    series = [step[went] * len(INTERVALS) + n for n in range(len(INTERVALS))]
    values = [lasted[name][went] for name in INTERVALS]
    seen = np.concatenate([where[0]] * len(INTERVALS)), np.concatenate(series), np.concatenate(values)
    return rows, seen


def _step_levels(scenario: Resolved, log: EventLog, bins: Axis, rows: Rows) -> None:
    """Queues, and the places taken of steps with a room."""
    visits = log.visits
    stop = np.where(visits["started"] != EMPTY, visits["started"], visits["ended"])
    stop = np.where(stop == EMPTY, log.end, stop)
    left = np.where(visits["left"] == EMPTY, log.end, visits["left"])
    for code, step in enumerate(scenario.steps.values()):
        here = (visits["step"] == code) & (visits["admitted"] != EMPTY)
        queue = _counting(visits["admitted"][here], stop[here])
        rows["queue"][:, code], rows["queue_most"][:, code] = queue.areas(bins.edges), queue.most(bins.edges)
        if step.room is not None:
            rows["places"][:, code] = _counting(visits["admitted"][here], left[here]).areas(bins.edges)


def _resources(log: EventLog, bins: Axis) -> Rows:
    rows = np.zeros((len(bins.span), len(log.names.resources)), POOL_TALLY)
    for code, name in enumerate(log.names.resources):
        usage, mine = log.usage[name], rows[:, code]
        serving, kept = (_level(usage["time"], usage[part]) for part in ("serving", "kept"))
        scheduled, capacity = (_setting(log, what, code) for what in ("scheduled", "capacity"))
        duty = _together(lambda a, b, s: np.minimum(a + b, s), serving, kept, scheduled)
        ready = _together(lambda d, c, s: np.maximum(d, np.minimum(c, s)), duty, capacity, scheduled)
        levels = {"serving": serving, "kept": kept, "duty": duty, "available": ready}
        for part, level in levels.items():
            mine[part] = level.areas(bins.edges)
        np.add.at(mine["changes"], bins.bin_of(serving.times), 1)
    return rows


def _setting(log: EventLog, what: str, target: int) -> Level:
    rows = (log.timetable["what"] == TARGETS.index(what)) & (log.timetable["target"] == target)
    return _level(log.timetable["time"][rows], log.timetable["value"][rows])


def _zones(scenario: Resolved, log: EventLog, bins: Axis) -> Rows:
    rows = np.zeros((len(bins.span), len(log.names.zones)), ZONE_TALLY)
    for code, (name, zone) in enumerate(scenario.zones.items()):
        taken = _level(log.places[name]["time"], log.places[name]["taken"])
        full = Level(taken.times, (taken.values >= zone.room).astype(np.int64))
        rows["taken"][:, code], rows["full"][:, code] = taken.areas(bins.edges), full.areas(bins.edges)
        np.add.at(rows["changes"][:, code], bins.bin_of(taken.times), 1)
    return rows


def _flows(log: EventLog, bins: Axis) -> Rows:
    entities = log.entities
    rows = np.zeros((len(bins.span), len(log.names.flows)), FLOW_TALLY)
    born = np.maximum(entities["arrived"], log.begin)
    gone = entities["left"] != EMPTY
    left = np.where(gone, entities["left"], log.end)
    rows["came"] = _sum(rows.shape, (bins.bin_of(born), entities["flow"]))
    rows["left"] = _sum(rows.shape, (bins.bin_of(left[gone]), entities["flow"][gone]))
    for code in range(len(log.names.flows)):
        mine = entities["flow"] == code
        inside = _counting(born[mine], left[mine])
        rows["inside"][:, code], rows["most"][:, code] = inside.areas(bins.edges), inside.most(bins.edges)
    return rows


# ---- entities by the milestones of coming and crossing ---------------------------------------------------
def _kinds(scenario: Resolved, log: EventLog, bins: Axis) -> tuple[Rows, Floats, Seen]:
    entities, outcome = log.entities, log.entities["outcome"]
    kind = _kind_of(scenario, log)
    count = len(kinds(scenario).members)
    rows, squares = np.zeros((3, count), KIND_TALLY), np.zeros((3, count))
    backlog = entities["source"] == SOURCES.index("backlog")
    came, crossed = _came(scenario, log, backlog), _crossed(scenario, log)
    gone = np.where(crossed != EMPTY, crossed, entities["left"])
    until = np.where(gone != EMPTY, gone, log.end)
    counted = (entities["parent"] < 0) & (came != EMPTY)

    def note(name: str, where: Mask, times: Column, amount: Column | int = 1) -> None:
        mine = where & counted
        place = (_phase(times[mine], bins.window), kind[mine])
        np.add.at(rows[name], place, amount if isinstance(amount, int) else amount[mine])

    over = crossed != EMPTY
    note("crossed", over, crossed)
    note("dwell", over, crossed, crossed - came)
    np.maximum.at(
        rows["dwell_most"],
        (_phase(crossed[over & counted], bins.window), kind[over & counted]),
        (crossed - came)[over & counted],
    )
    np.add.at(
        squares,
        (_phase(crossed[over & counted], bins.window), kind[over & counted]),
        ((crossed - came)[over & counted] / 1000) ** 2,
    )
    for name in ENTITY_OUTCOMES[1:]:
        note(name, ~over & (outcome == ENTITY_OUTCOMES.index(name)), entities["left"])
    note("came", ~backlog, came)
    note("restricted", ~backlog, came, until - came)
    note("unfinished", ~backlog & (gone == EMPTY), came)

    window = min(bins.window, log.end)
    zero = np.zeros(len(kind), np.int64)
    note("area", counted, zero, np.maximum(0, np.minimum(until, window) - np.maximum(came, 0)))
    left_by = np.where(gone == EMPTY, FAR, gone)
    note("opening", ((came < 0) | (backlog & (came == 0))) & (left_by >= 0), zero)
    closing = ((came < window) | (backlog & (came == window))) & (left_by >= window)
    note("closing", closing, zero)
    note("age", closing, zero, window - came)
    mine = over & counted
    series = len(log.names.steps) * len(INTERVALS) + kind[mine]
    return rows, squares, (bins.bin_of(crossed[mine]), series, (crossed - came)[mine])


def _phase(times: Column, window: int) -> Column:
    return np.where(times < 0, BEFORE, np.where(times < window, WITHIN, AFTER))


def _kind_of(scenario: Resolved, log: EventLog) -> Column:
    """The kind of each entity."""
    told = kinds(scenario)
    kind = np.array(told.first, np.int64)[log.entities["flow"]]
    for (flow, attribute), stride in told.strides.items():
        mine = log.entities["flow"] == log.names.flows.index(flow)
        book = log.names.attributes[attribute] or ()
        values = scenario.flows[flow].attributes[attribute].values
        place = np.array([values.index(v) if v in values else 0 for v in book], np.int64)
        kind[mine] += place[log.attributes[attribute][mine]] * stride
    return kind


def _came(scenario: Resolved, log: EventLog, backlog: Mask) -> Column:
    """The first time that an entity joined a step with `arrived`; its arrival where its flow has none."""
    visits, here = log.visits, _at(scenario, log, "arrived")
    first = np.full(len(log.entities["flow"]), FAR, np.int64)
    np.minimum.at(first, visits["entity"][here], visits["joined"][here])
    first[first == FAR] = EMPTY
    return np.where(_flow_carries(scenario, log, "arrived") & ~backlog, first, log.entities["arrived"])


def _crossed(scenario: Resolved, log: EventLog) -> Column:
    """The last time that an entity completed a step with `crossed`; its end where its flow has none."""
    visits, entities = log.visits, log.entities
    here = _at(scenario, log, "crossed") & (visits["outcome"] == VISIT_OUTCOMES.index("completed"))
    last = np.full(len(entities["flow"]), EMPTY, np.int64)
    np.maximum.at(last, visits["entity"][here], visits["ended"][here])
    completed = entities["outcome"] == ENTITY_OUTCOMES.index("completed")
    ended = np.where(completed, entities["left"], EMPTY)
    return np.where(_flow_carries(scenario, log, "crossed"), last, ended)


def _at(scenario: Resolved, log: EventLog, milestone: str) -> Mask:
    marked = np.array([milestone in step.milestones for step in scenario.steps.values()], np.bool_)
    return marked[log.visits["step"]]


def _flow_carries(scenario: Resolved, log: EventLog, milestone: str) -> Mask:
    marked = np.array([carries(scenario, flow, milestone) for flow in scenario.flows.values()], np.bool_)
    return marked[log.entities["flow"]]


# ---- histograms ----------------------------------------------------------------------------------------
def _cells(bins: Axis, seen: list[Seen]) -> Cells:
    span, series, values = (np.concatenate(columns) for columns in zip(*_spans(bins, seen), strict=True))
    above = values > 0
    keys = np.stack((span[above], series[above], cell_of(values[above])))
    cells, counts = np.unique(keys, axis=1, return_counts=True)
    narrow = cells.astype(np.int32)
    return Cells(narrow[0], narrow[1], narrow[2], counts)


def _spans(bins: Axis, seen: list[Seen]) -> Iterator[Seen]:
    for moment, series, values in seen:
        yield bins.span[moment], series, values
