"""The rows of visits as the compiled engine keeps them, forty bytes each, and as columns of a record."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.kernel.records import LONG, MODE_BITS, NOT_REACHED
from sim.log import EMPTY, Column

Rows = NDArray[Any]


def columns(rows: Rows, long: Rows) -> dict[str, Column]:
    """Each column that the rows hold, by its name in a record; `long`: what does not fit into a row."""
    joined: Column = rows["joined"]
    how = rows["how"]
    found: dict[str, Column] = {
        "step": rows["step"],
        "visit": numbers(rows, long),
        "lane_pool": rows["lane_pool"],
        "lane": (rows["lane_high"].astype(np.int64) << 16 | rows["lane_low"]) - 1,
        "blocked_by": rows["blocked"],
        "mode": (how >> MODE_BITS).astype(np.int64) - 1,
        "outcome": how & ((1 << MODE_BITS) - 1),
        "joined": joined,
    }
    elsewhere, where = _elsewhere(rows)
    found["lane"][elsewhere] = long["lane"][where]
    for name in ("admitted", "started", "ended", "left"):
        after = rows[name]
        column = joined + after
        column[after == NOT_REACHED] = EMPTY
        column[elsewhere] = long[name][where]
        found[name] = column
    return {name: column.astype(np.int64, copy=False) for name, column in found.items()}


def numbers(rows: Rows, long: Rows) -> Column:
    """The number of each visit among those of its entity to its step."""
    found: Column = rows["visit"].astype(np.int64)
    elsewhere, where = _elsewhere(rows)
    found[elsewhere] = long["visit"][where]
    return found


def _elsewhere(rows: Rows) -> tuple[Column, Column]:
    """The rows into which not all fits, and the rows of the table that has it."""
    found = np.flatnonzero(rows["admitted"] == LONG)
    return found, rows["started"][found].astype(np.int64)
