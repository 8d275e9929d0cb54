"""The laws in the final state of a compiled run: counters of what was broken, sums that must agree (§6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from scenarios.resolved import Resolved
from sim.engines.kernel import records
from sim.engines.kernel.records import State
from sim.log import EMPTY, Column

COUNTED = {
    records.TIMES_GO_BACK: "an instant is earlier than what precedes it",
    records.PARTS_DIFFER: "the parts of an entity's time do not sum to its dwell",
    records.ABOVE_CAPACITY: "a start leaves more busy than capacity",
    records.NOT_HELD: "units are given back that were not held",
    records.ABOVE_ROOM: "a step or a zone holds more than its room, or less than nothing",
    records.BELOW_NOTHING: "more is taken from a stock than there is",
}


def broken_laws(scenario: Resolved, state: State, end: int) -> Iterator[str]:
    """Every law that is broken in a state whose open rows have been written."""
    for law, told in COUNTED.items():
        if times := int(state.broken[law]):
            yield f"{told} ({times} times)"
    if heads := int(state.x[records.IDLE_HEADS]):
        yield f"{heads} times a head waited that could start"
    yield from _nobody_vanishes(state)
    yield from _areas_are_waits(scenario, state, end)
    yield from _taken_is_held(scenario, state)
    yield from _stocks_balance(scenario, state)
    yield from _all_ride(state)


def _nobody_vanishes(state: State) -> Iterator[str]:
    """Entities in = out + inside + lost."""
    x = state.x
    inside, present = int(x[records.INSIDE_NOW]), int(np.count_nonzero(state.entities["live"]))
    if inside != present:
        yield f"{inside} entities are counted as inside, {present} are there"
    if x[records.ENTITY_ROWS] != x[records.ENTITIES]:
        yield f"{x[records.ENTITIES]} entities came, {x[records.ENTITY_ROWS]} are inside, gone or lost"


def _areas_are_waits(scenario: Resolved, state: State, end: int) -> Iterator[str]:
    """The area under each queue curve up to the end is the sum of its waits [entity ms]."""
    sites = state.sites
    areas = sites["area"] + sites["queued"] * (end - sites["since"])
    for name, area, waited in zip(scenario.steps, areas, sites["waits"], strict=True):
        if area != waited:
            yield f"the area under the queue of '{name}' is {area}, the sum of its waits {waited}"


def _taken_is_held(scenario: Resolved, state: State) -> Iterator[str]:
    """What is taken at the end is what the open visits hold, no more and no less."""
    rows = np.flatnonzero(state.visits["mover"] >= 0)
    busy = state.pools["serving"] + state.pools["kept"] + state.pools["reserved"]
    held = _units(state.unit_pools[rows], state.visits["held_units"][rows], len(busy))
    if state.hold_counts.shape[1]:
        kept = np.arange(len(state.hold_counts))
        held += sum(
            _units(state.hold_pools[kept, hold], state.hold_counts[:, hold], len(busy))
            for hold in range(state.hold_counts.shape[1])
        )
    yield from _compare(scenario.resources, busy, held, "'{}' has {} units busy, its visits hold {}")
    admitted = rows[state.visits["admitted"][rows] != EMPTY]
    inside = np.bincount(state.visits["step"][admitted], minlength=len(state.sites))
    yield from _compare(
        scenario.steps, state.sites["places"], inside, "'{}' has {} places taken, {} visits are in it"
    )
    zones = state.movers["zone"]
    whole = _moving(state) & (state.movers["branch"] == 0) & (zones >= 0)
    there = np.bincount(zones[whole], minlength=len(state.zones))
    told = "zone '{}' has {} places taken, {} entities are in it"
    yield from _compare(scenario.zones, state.zones["taken"], there, told)


def _stocks_balance(scenario: Resolved, state: State) -> Iterator[str]:
    """Level = opening level + puts - takes."""
    opening = np.array([stock.level for stock in scenario.stocks.values()], np.int64)
    balance = opening + state.stocks["put_in"] - state.stocks["taken"]
    told = "stock '{}' has {}, what was put in less what was taken is {}"
    yield from _compare(scenario.stocks, state.stocks["level"], balance, told)


def _all_ride(state: State) -> Iterator[str]:
    """Who departed on a carrier rides until it is gone: as many are on board as there are rides."""
    used = np.ones(state.loads.size, np.bool_)
    used[state.free_loads[: state.x[records.FREE_LOADS]]] = False
    loads = state.movers["load"]
    riding = np.bincount(loads[_moving(state) & (loads >= 0)], minlength=state.loads.size)
    for load in np.flatnonzero(used):
        row = state.loads[load]
        if row["aboard"] != riding[load] or (row["aboard"] and row["carrier"] < 0):
            yield f"load {row['number']}: {row['aboard']} are on board, {riding[load]} ride"


def _moving(state: State) -> Column:
    """The movers that are on a visit, as a mask."""
    found = np.zeros(state.movers.size, np.bool_)
    found[state.visits["mover"][state.visits["mover"] >= 0]] = True
    return found


def _units(pools: Column, counts: Column, size: int) -> Column:
    """How many units of each pool: the first `counts` of each row of `pools`."""
    held = np.arange(pools.shape[1]) < counts[:, None]
    return np.bincount(pools[held], minlength=size)


def _compare(names: Iterable[str], one: Column, other: Column, told: str) -> Iterator[str]:
    for name, a, b in zip(names, one, other, strict=True):
        if a != b:
            yield told.format(name, a, b)
