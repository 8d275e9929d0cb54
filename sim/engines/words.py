"""What names and constants add to the hashes of rows, ready-made for an engine that keeps its own digest.

Every array has a row for each code; its columns are what the name behind the code counts as, times the two
odd numbers of the table's column (see `sim.digest`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scenarios.resolved import Resolved
from sim.digest import ABSENT, Words, key, name_hash, start
from sim.log import ENTITY_OUTCOMES, MODES, VISIT_OUTCOMES

Pair = tuple[int, int]
Codes = dict[str, dict[str, int] | None]
"""Attribute → codes of its values; None: a number."""

CONSTANTS = {"segment": 1, "batch": -1, "amount": ABSENT}
"""Columns of visits that are the same in every row of the compiled engine, and what they count as."""

_MASK = 0xFFFFFFFFFFFFFFFF


def word_tables(scenario: Resolved, columns: Codes, sources: Iterable[str]) -> dict[str, Any]:
    """The arrays that a network needs for the digest, by their names in it.

    The words of a step also hold what every visit begins with, those of an entity's outcome what every
    entity's row begins with.
    """
    visit = _sum(start("visits"), *(_product(name, word) for name, word in CONSTANTS.items()))
    return {
        "flow_words": _flows(scenario, columns),
        "source_words": _named("source", sources),
        "step_words": _named("step", scenario.steps, visit),
        "place_words": _named("blocked_by", ("", *scenario.steps, *scenario.zones)),
        "pool_words": _named("lane_pool", ("", *scenario.resources)),
        "mode_words": _named("mode", ("", *MODES)),
        "outcome_words": _named("outcome", VISIT_OUTCOMES),
        "end_words": _named("outcome", ENTITY_OUTCOMES, start("entities")),
        "value_words": _values(columns),
    }


def _product(column: str, word: int) -> Pair:
    first, second = key(column)
    return word * first & _MASK, word * second & _MASK


def _sum(*words: Pair) -> Pair:
    return sum(a for a, _ in words) & _MASK, sum(b for _, b in words) & _MASK


def _named(column: str, names: Iterable[str], begin: Pair = (0, 0)) -> Words:
    rows = [_sum(begin, _product(column, name_hash(name))) for name in names]
    return np.array(rows, np.uint64).reshape(-1, 2)


def _flows(scenario: Resolved, columns: Codes) -> Words:
    """Two columns for the name of the flow, two for the attributes that it lacks."""
    rows = []
    for name, flow in scenario.flows.items():
        lacking = [_product(f"attribute {a}", ABSENT) for a in columns if a not in flow.attributes]
        rows.append((*_product("flow", name_hash(name)), *_sum(*lacking)))
    return np.array(rows, np.uint64).reshape(-1, 4)


def _values(columns: Codes) -> Words:
    """By attribute and code: what it adds to the name of the class, and the value in its own column.

    A number has one row: nothing for the class, and the odd numbers of its column.
    """
    widest = max((len(codes or ()) for codes in columns.values()), default=0)
    table = np.zeros((len(columns), max(1, widest), 3), np.uint64)
    for n, (name, codes) in enumerate(columns.items()):
        if codes is None:
            table[n, 0, 1:] = key(f"attribute {name}")
        for value, code in (codes or {}).items():
            table[n, code] = name_hash(f"{name}={value}"), *_product(f"attribute {name}", name_hash(value))
    return table
