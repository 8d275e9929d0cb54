"""Parts of a record that every engine writes alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Resolved
from sim.log import TARGETS, TIMETABLE_COLUMNS, Column, Names
from sim.timetable import Row


def attribute_codes(scenario: Resolved) -> dict[str, dict[str, int] | None]:
    """Every attribute of any flow: the codes of its values, or None for a number."""
    found: dict[str, dict[str, int] | None] = {}
    for flow in scenario.flows.values():
        for name, attribute in flow.attributes.items():
            if attribute.kind == "number":
                found[name] = None
                continue
            codes = found.setdefault(name, {})
            for value in attribute.values:
                if codes is not None:
                    codes.setdefault(value, len(codes))
    return found


def timetable_table(names: Names, rows: Sequence[Row], end: int) -> dict[str, Column]:
    """The timetable as run: rows before the end, by (time, what, target)."""
    books = {
        "scheduled": names.resources, "capacity": names.resources, "platform": names.platforms,
        "slow": names.steps, "demand": names.flows, "overtime": names.resources, "departure": names.steps,
        "rule": names.rules, "closed": names.steps, "divert": names.steps,
    }  # fmt: skip
    codes = {what: {name: n for n, name in enumerate(book)} for what, book in books.items()}
    table = [(r.time, TARGETS.index(r.what), codes[r.what][r.target], r.value) for r in rows if r.time < end]
    return timetable_columns(np.array(table, np.int64).reshape(-1, len(TIMETABLE_COLUMNS)))


def timetable_columns(rows: NDArray[np.int64]) -> dict[str, Column]:
    """Rows of a timetable in codes, by (time, what, target), as columns."""
    ordered = rows[np.lexsort(rows.T[::-1])]
    return {name: ordered[:, i].copy() for i, name in enumerate(TIMETABLE_COLUMNS)}
