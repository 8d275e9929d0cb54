"""The record of a run: three tables of columns, in one order (law §6).

Names are stored as codes into the lists of `Names`; -1 is "none". Times are int64 milliseconds on the time
axis of the scenario; `EMPTY` is a time that was never reached.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

EMPTY = -(1 << 63)
"""A time that was never reached (the smallest int64)."""

Column = NDArray[np.int64]

SOURCES = ("backlog", "list", *(f"x{k}" for k in range(64)))
"""Sources that every scenario may have, in the order that decides ties; others follow (`Names.sources`)."""

VISIT_OUTCOMES = ("open", "completed", "diverted", "reneged", "balked", "preempted")
ENTITY_OUTCOMES = ("inside", "completed", "reneged", "balked", "turned_back")
MODES = ("digital", "fallback")
TARGETS = (
    "scheduled", "capacity", "platform", "slow", "demand", "overtime", "departure",
    "rule", "closed", "divert",
)  # fmt: skip
"""What a row of the timetable sets: units scheduled and units in capacity of a resource (with all rules); a
platform's state (0 down, else its factor of durations per mille); a step's factor of durations; a flow's
factor of demand; units of a resource that stay on after a closing for those who were waiting; a departure of
those who gather in a step (always 1); whether a rule is in force (1) or not; whether a step is closed (1) by
a rule; which option everybody takes at a choice (1, 2, … in the order of the file, 0: each its own)."""

VISIT_COLUMNS = (
    "entity", "step", "visit", "segment", "mode", "batch", "lane_pool", "lane", "klass", "amount",
    "blocked_by", "outcome", "joined", "admitted", "started", "ended", "left",
)  # fmt: skip
"""entity: row of `entities` · step: code · visit: 1, 2, … at that step · segment: 1, 2, … if pre-empted ·
mode: code into MODES, -1 before the start · batch: number, -1 none · lane_pool, lane: resource code and
lowest free unit (1, 2, …) that served the first need, -1 none · klass: code into `Names.classes` ·
amount: EMPTY none · blocked_by: code into `Names.places`, -1 none · outcome: code into VISIT_OUTCOMES ·
times [ms]."""

ENTITY_COLUMNS = ("flow", "source", "day", "number", "child", "arrived", "outcome", "left", "parent")
"""flow: code · source: code into `Names.sources` · day [days since 1970-01-01] · number · child ·
arrived [ms] · outcome: code into ENTITY_OUTCOMES · left [ms] · parent: row of `entities`, -1 none."""

TIMETABLE_COLUMNS = ("time", "what", "target", "value")
"""time [ms] · what: code into TARGETS · target: code into the list of its kind · value."""

USAGE_COLUMNS = ("time", "serving", "kept", "reserved")
PLACE_COLUMNS = ("time", "taken")
STOCK_COLUMNS = ("time", "level", "put")
"""put: all that was put in since the start of the run."""


@dataclass(frozen=True, slots=True)
class Names:
    """The code books of a record."""

    flows: tuple[str, ...]
    steps: tuple[str, ...]
    resources: tuple[str, ...]
    zones: tuple[str, ...]
    platforms: tuple[str, ...]
    classes: tuple[str, ...]  # "goods=fruit,direction=export": the category attributes of an entity
    attributes: dict[str, tuple[str, ...] | None]  # name → its values; None: a number
    stocks: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = SOURCES  # where entities come from; those of a scenario's own follow

    @property
    def places(self) -> tuple[str, ...]:
        """What can be full: the steps, then the zones."""
        return self.steps + self.zones


@dataclass(frozen=True, slots=True)
class EventLog:
    """Everything that happened, from `begin` (the lead-in included) to `end`."""

    names: Names
    begin: int  # first instant of the run [ms], 0 or negative
    end: int  # the instant the run stopped [ms]
    visits: dict[str, Column]  # VISIT_COLUMNS, canonical order
    entities: dict[str, Column]  # ENTITY_COLUMNS, canonical order
    attributes: dict[
        str, Column
    ]  # one per attribute, as long as `entities`: code of the value, or number; EMPTY none
    timetable: dict[str, Column]  # TIMETABLE_COLUMNS, by time
    usage: dict[str, dict[str, Column]]  # resource → USAGE_COLUMNS: units busy from `time` on
    places: dict[str, dict[str, Column]]  # zone → PLACE_COLUMNS: places taken from `time` on
    stocks: dict[str, dict[str, Column]] = field(default_factory=dict)  # stock → STOCK_COLUMNS


def class_name(categories: dict[str, str]) -> str:
    """The name of a class of entities: its category attributes in the order of the file."""
    return ",".join(f"{name}={value}" for name, value in categories.items())
