"""The compiled engine hands its rows over: those of families that have left, copied out and forgotten.

Rows of entities are numbered by birth. Who stays is numbered anew, in the same order, so nothing that a run
does or gives depends on when pieces are taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.kernel import records
from sim.engines.kernel.records import State
from sim.log import Column

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
"""Numbers of rows: they are taken several times faster than by a mask."""

CURVES = (
    ("usage", "pools", "usage_row", records.USAGE_ROWS),
    ("places", "zones", "place_row", records.PLACE_ROWS),
    ("levels", "stocks", "level_row", records.STOCK_ROWS),
)
"""Of each kind of curve: its rows, what they are of, where that keeps its last row, their number."""


def part(state: State) -> tuple[State, int]:
    """A state that holds the rows of families that have left; and when the first of the others came [ms].

    The rows are taken out of `state`, and the rest moves up.
    """
    n, v = int(state.x[records.ENTITIES]), int(state.x[records.VISIT_ROWS])
    inside, parent = _inside_and_parents(state, n)
    gone = _whole_families(parent, inside)
    of_gone = gone[state.visit_log["entity"][:v]]
    taken = _chosen(state, gone, of_gone, parent)
    first = _first_arrival(state, gone, inside)
    _keep(state, ~gone, ~of_gone, parent)
    return taken, first


def _inside_and_parents(state: State, n: int) -> tuple[Mask, Column]:
    """Which of `n` rows are of entities inside; and the row of the parent of each."""
    live = state.entities["live"] == 1
    rows = state.entities["row"][live]
    inside = np.zeros(n, np.bool_)
    inside[rows] = True
    parent = np.full(n, -1, np.int64)
    if len(state.kin_log):
        parent[~inside] = state.kin_log["parent"][:n][~inside]
        parent[rows] = state.entities["parent"][live]
    return inside, parent


def _whole_families(parent: Column, inside: Mask) -> Mask:
    """The entities of whose family nobody is inside."""
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    while not np.array_equal(root, root[root]):
        root = root[root]
    present = np.zeros(len(parent), np.bool_)
    present[root[inside]] = True
    gone: Mask = ~present[root]
    return gone


def _first_arrival(state: State, gone: Mask, inside: Mask) -> int:
    """When the first of those who are not handed over came [ms]; the present, if there is nobody."""
    waiting = state.entity_log["arrived"][: len(gone)][~gone & ~inside]
    live = state.entities["arrived"][state.entities["live"] == 1]
    return int(min(waiting.min(initial=state.x[records.NOW]), live.min(initial=state.x[records.NOW])))


def _renumbered(chosen: Mask) -> Column:
    """The new number of each chosen row."""
    return np.cumsum(chosen) - 1


def _chosen(state: State, gone: Mask, of_gone: Mask, parent: Column) -> State:
    """A state whose rows are those of `gone`, and all curves."""
    number = _renumbered(gone)
    entities, rows = np.flatnonzero(gone), np.flatnonzero(of_gone)
    x = state.x.copy()
    x[records.ENTITIES], x[records.VISIT_ROWS] = len(entities), len(rows)
    visits = state.visit_log.take(rows)
    visits["entity"] = number[visits["entity"]]
    found: dict[str, Any] = {
        "x": x,
        "visit_log": visits,
        "extra_log": state.extra_log.take(rows, axis=0),
        "entity_log": state.entity_log.take(entities),
        "attribute_log": state.attribute_log.take(entities, axis=0),
    }
    if len(state.kin_log):
        found["kin_log"] = _kin(state, entities, number, parent)
    for name, _, _, count in CURVES:
        found[name] = getattr(state, name)[: x[count]].copy()
    found["reserved_log"] = state.reserved_log[: x[records.USAGE_ROWS]].copy()
    return state._replace(**found)


def _kin(state: State, chosen: Rows, number: Column, parent: Column) -> NDArray[Any]:
    rows: NDArray[Any] = state.kin_log.take(chosen)
    above = parent[chosen]
    rows["parent"] = np.where(above >= 0, number[above], -1)
    return rows


def _keep(state: State, stays: Mask, of_stays: Mask, parent: Column) -> None:
    """The rows that stay move up; of each curve its last row stays."""
    number = _renumbered(stays)
    entities, rows = np.flatnonzero(stays), np.flatnonzero(of_stays)
    visits = state.visit_log.take(rows)
    visits["entity"] = number[visits["entity"]]
    if len(state.kin_log):
        _put(state.kin_log, _kin(state, entities, number, parent))
    _put(state.visit_log, visits)
    for name, chosen in (("extra_log", rows), ("entity_log", entities), ("attribute_log", entities)):
        _put(getattr(state, name), getattr(state, name).take(chosen, axis=0))
    live = np.flatnonzero(state.entities["live"] == 1)
    above = state.entities["parent"][live]
    state.entities["parent"][live] = np.where(above >= 0, number[above], above)
    state.entities["row"][live] = number[state.entities["row"][live]]
    x = state.x
    x[records.ENTITY_ROWS] -= len(stays) - len(entities)
    x[records.ENTITIES], x[records.VISIT_ROWS] = len(entities), len(rows)
    for name, things, last, count in CURVES:
        _keep_last(state, name, getattr(state, things)[last], count)


def _keep_last(state: State, name: str, last: Column, count: int) -> None:
    known = np.flatnonzero(last >= 0)
    order = known[np.argsort(last[known])]
    if name == "usage" and len(state.reserved_log):
        _put(state.reserved_log, state.reserved_log[last[order]])
    _put(getattr(state, name), getattr(state, name)[last[order]])
    last[order] = np.arange(len(order))
    state.x[count] = len(order)


def _put(array: NDArray[Any], rows: NDArray[Any]) -> None:
    array[: len(rows)] = rows
