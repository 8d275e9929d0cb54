"""The statistics of the compiled engine, seen from outside: tables, arrays, the tally read out.

What is counted is in `sim.engines.kernel.tally`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Flow, Resolved
from sim.engines.kernel import records
from sim.engines.kernel.records import State
from sim.engines.words import Codes
from sim.log import EMPTY
from sim.recount import NO_CELLS
from sim.remembered import per_scenario
from sim.tally import (
    CELLS,
    FAR,
    FLOW_TALLY,
    INTERVALS,
    KIND_TALLY,
    POOL_TALLY,
    STEP_TALLY,
    ZONE_TALLY,
    Axis,
    Cells,
    Tally,
    carries,
    kinds,
    octaves,
)

Array = NDArray[Any]

MARKS = {"arrived": records.CARRIES_ARRIVED, "crossed": records.CARRIES_CROSSED}

FIRST_BLOCKS = 2 * records.FRESH_ROWS * records.BLOCKS_A_ROW
"""Blocks of cells at the start; doubled when they run out. Number 0 is none."""


_kinds = per_scenario(kinds)


def marks_of(milestones: tuple[str, ...]) -> int:
    """The milestones of a step that the statistics need, as bits."""
    return sum(mark for name, mark in MARKS.items() if name in milestones)


def net_tables(scenario: Resolved, columns: Codes) -> dict[str, Any]:
    """The arrays that a network needs for the statistics, by their names in it."""
    told = _kinds(scenario)
    widest = max((len(codes or ()) for codes in columns.values()), default=0)
    parts = []
    for name, flow in scenario.flows.items():
        for attribute, described in flow.attributes.items():
            row = np.zeros(max(1, widest), np.int64)
            codes, stride = columns[attribute], told.strides.get((name, attribute), 0)
            for place, value in enumerate(described.values if codes is not None else ()):
                row[(codes or {})[value]] = place * stride
            parts.append(row)
    return {
        "kind_first": np.array(told.first, np.int64),
        "kind_part": np.array(parts, np.int64).reshape(len(parts), max(1, widest)),
        "flow_marks": np.array([_marks(scenario, flow) for flow in scenario.flows.values()], np.int64),
    }


def _marks(scenario: Resolved, flow: Flow) -> int:
    """The milestones that any step of a flow carries."""
    return marks_of(tuple(name for name in MARKS if carries(scenario, flow, name)))


def new_arrays(scenario: Resolved, axis: Axis) -> dict[str, Any]:
    """The arrays of a new run, by their names in the state."""
    bins, begin = len(axis.edges) - 1, int(axis.edges[0])
    steps, told = len(scenario.steps), _kinds(scenario)
    series = steps * len(INTERVALS) + len(told.members)
    longest = max(int(axis.edges[-1]) - begin, _longest(scenario))
    flows = np.zeros(len(scenario.flows), records.FLOW)
    flows["since"] = begin
    return {
        "flows": flows,
        "step_tally": np.zeros((bins, steps), STEP_TALLY),
        "pool_tally": np.zeros((bins, len(scenario.resources)), POOL_TALLY),
        "zone_tally": np.zeros((bins, len(scenario.zones)), ZONE_TALLY),
        "flow_tally": np.zeros((bins, len(scenario.flows)), FLOW_TALLY),
        "kind_tally": np.zeros((3, len(told.members)), KIND_TALLY),
        "squares": np.zeros((3, len(told.members))),
        "open": np.zeros(steps, np.int64),
        "blocks": np.zeros((axis.spans, series, octaves(2 * longest)), np.int32),
        "cells": np.zeros((FIRST_BLOCKS, CELLS), np.uint16),
        "carries": np.zeros(FIRST_BLOCKS, np.int64),
    }


@per_scenario
def _longest(scenario: Resolved) -> int:
    """The longest time that is drawn anywhere [ms]."""
    return max(max(table) for table in scenario.tables.values())


def begin(state: State, scenario: Resolved, axis: Axis) -> None:
    """Put a new state at the first bin."""
    x, started = state.x, int(axis.edges[0])
    x[records.BLOCKS], x[records.WINDOW] = 1, axis.window
    x[records.BIN_END] = axis.edges[1] if len(axis.edges) > 2 else FAR
    state.pools["noted"] = state.zones["noted"] = EMPTY
    state.zones["since"] = started
    state.sites["places_since"] = started
    state.zones["room"] = [zone.room for zone in scenario.zones.values()]


CLOSED = ("sites", "entities", "pools", "zones", "flows", "kind_tally", "squares", "open")
BY_BIN = ("step_tally", "pool_tally", "zone_tally", "flow_tally")


def copies(state: State, axis: Axis, end: int) -> dict[str, Array]:
    """Of everything that writing the last rows changes; only what is used of what is large."""
    last = max(len(axis.until(end).span), int(state.x[records.BIN]) + 1)
    found = {name: getattr(state, name).copy() for name in CLOSED}
    found |= {name: getattr(state, name)[:last].copy() for name in BY_BIN}
    if state.x[records.COUNTS] < records.HISTOGRAMS:
        return found
    rows = int(np.count_nonzero(state.visits["mover"] >= 0)) + int(np.count_nonzero(state.entities["live"]))
    more = rows * len(INTERVALS)
    found["blocks"] = state.blocks[: axis.span[last - 1] + 1].copy()
    found["cells"] = longer(state.cells[: state.x[records.BLOCKS]], min(more, found["blocks"].size))
    found["carries"] = longer(state.carries[: state.x[records.CARRIES]], more)
    return found


def longer(array: Array, more: int) -> Array:
    """The same with room for more; what is new is not touched, so it takes no memory before it is used."""
    found = np.zeros((len(array) + max(0, more), *array.shape[1:]), array.dtype)
    found[: len(array)] = array
    return found


def read(state: State, scenario: Resolved, axis: Axis, end: int, histograms: bool) -> Tally:
    """The statistics of a state whose open rows have been written."""
    known = axis.until(end)
    bins = len(known.span)
    return Tally(
        axis=known,
        steps=tuple(scenario.steps),
        resources=tuple(scenario.resources),
        zones=tuple(scenario.zones),
        flows=tuple(scenario.flows),
        kinds=_kinds(scenario).members,
        by_step=np.asarray(state.step_tally[:bins]),
        by_resource=np.asarray(state.pool_tally[:bins]),
        by_zone=np.asarray(state.zone_tally[:bins]),
        by_flow=np.asarray(state.flow_tally[:bins]),
        by_kind=np.asarray(state.kind_tally),
        squares=state.squares,
        open=state.open,
        cells=_cells(state) if histograms else NO_CELLS,
    )


def _cells(state: State) -> Cells:
    """The blocks as rows, those cells that anything fell into."""
    span, series, octave = (place.astype(np.int32) for place in np.nonzero(state.blocks))
    block = state.blocks[span, series, octave]
    counts = state.cells[block].reshape(-1)
    carried = _places(block, state.carries[: state.x[records.CARRIES]])
    holds = counts > 0
    holds[carried] = True
    filled = np.flatnonzero(holds)  # narrow columns: a year fills millions of cells
    row = (filled // CELLS).astype(np.int32)
    cell = octave[row] * CELLS + (filled % CELLS).astype(np.int32)
    found = counts[filled].astype(np.int64)
    np.add.at(found, np.searchsorted(filled, carried), records.CARRY)
    return Cells(span[row], series[row], cell, found)


def _places(block: Array, carries: Array) -> Array:
    """Where the cells that were carried stand, if the blocks are put in this order."""
    rows = np.zeros(int(block.max(initial=0)) + 1, np.int64)
    rows[block] = np.arange(len(block))
    places: Array = rows[carries // CELLS] * CELLS + carries % CELLS
    return places
