"""Rows of any log, collected into columns: names become codes at once, plates never stay.

Readers hand over visits (one row with its times) or events (one instant with its transition); events are
paired into visits at the end. Cleaning is the next module's.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from metrics.recorded import personal
from metrics.recorded.columns import MOST_VALUES
from metrics.recorded.log import BROKE_OFF, DONE, MISSING, OPEN, WENT_AWAY, Column
from metrics.recorded.personal import plain
from metrics.recorded.pseudonyms import pseudonym

OUTCOMES: dict[str, int] = {
    "": DONE,
    "completed": DONE,
    "complete": DONE,
    "done": DONE,
    "hoàn thành": DONE,
    "xong": DONE,
    "open": OPEN,
    "preempted": OPEN,
    "reneged": WENT_AWAY,
    "balked": WENT_AWAY,
    "diverted": WENT_AWAY,
    "withdraw": WENT_AWAY,
}

BEGINS = frozenset(["schedule", "assign", "enqueue", "queued", "enabled"])
STARTS = frozenset(["start", "started", "resume", "begin", "bắt đầu"])
PAUSES = frozenset(["suspend", "preempted"])
ENDS = frozenset(
    [
        "complete",
        "completed",
        "end",
        "finish",
        "withdraw",
        "ate_abort",
        "pi_abort",
        "abort",
        "kết thúc",
        "xong",
        "",
    ]
)

NONE = -1
VISIT = (
    "case", "step", "number", "segment", "pool", "unit", "agency", "outcome", "joined", "started", "ended",
    "line",
)  # fmt: skip
EVENT = ("case", "step", "pool", "unit", "agency", "transition", "time", "line")
TIMES = ("joined", "started", "ended")


class Codes:
    """Names as numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def __call__(self, name: str | None) -> int:
        """The code of a name; NONE of no name."""
        if not name:
            return NONE
        return self.known.setdefault(name, len(self.known))

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, by code."""
        return tuple(self.known)


@dataclass(slots=True)
class Collector:
    """What has been read so far.

    key : of the pseudonyms · labels : key of a step → what people call it
    """

    key: bytes
    flows: Codes = field(default_factory=Codes)
    steps: Codes = field(default_factory=Codes)
    pools: Codes = field(default_factory=Codes)
    units: Codes = field(default_factory=Codes)
    agencies: Codes = field(default_factory=Codes)
    labels: dict[str, str] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    flow: array[int] = field(default_factory=lambda: array("q"))
    values: dict[str, Codes] = field(default_factory=dict)
    given: dict[str, array[int]] = field(default_factory=dict)
    visits: dict[str, array[int]] = field(default_factory=lambda: _columns(VISIT))
    events: dict[str, array[int]] = field(default_factory=lambda: _columns(EVENT))
    rows: int = 0
    nameless: int = 0
    last: tuple[str, int] = ("", NONE)

    def case(self, name: str, flow: str = "") -> int:
        """The number of a case; NONE without a name. The name itself is forgotten."""
        if name == self.last[0] and name:
            return self.last[1]
        if not name.strip():
            return NONE
        hidden = pseudonym(name, self.key)
        number = self.cases.get(hidden)
        if number is None:
            number = self.cases[hidden] = len(self.cases)
            self.flow.append(self.flows(flow or "case"))
            for codes in self.given.values():
                codes.append(NONE)
        self.last = (name, number)
        return number

    def attribute(self, case: int, name: str, value: str) -> None:
        """What is known of a case; the first that is told stays. Nothing of persons and plates is kept."""
        if personal.is_column(name) or personal.is_told(value):
            return
        if name not in self.given:
            self.values[name] = Codes()
            self.given[name] = array("q", [NONE]) * len(self.cases)
        codes = self.given[name]
        if value and codes[case] == NONE and len(self.values[name].known) <= MOST_VALUES:
            codes[case] = self.values[name](value)

    def pool(self, name: str) -> int:
        """The code of who works; of a person a pseudonym."""
        return self.pools(pseudonym(name, self.key) if personal.is_person(name) else name)

    def step(self, key: str, label: str = "") -> int:
        """The code of a step."""
        if key and key not in self.steps.known:
            self.labels[key] = label or key
        return self.steps(key)

    def visit(self, *row: int) -> None:
        """One row of VISIT, its columns in their order."""
        for column, value in zip(self.visits.values(), row, strict=True):
            column.append(value)

    def event(self, *row: int) -> None:
        """One row of EVENT, its columns in their order."""
        for column, value in zip(self.events.values(), row, strict=True):
            column.append(value)

    def columns(self) -> dict[str, Column]:
        """All visits, those that were told as events paired."""
        visits = {
            name: np.frombuffer(c, np.int64).copy() if c else np.empty(0, np.int64)
            for name, c in self.visits.items()
        }
        if not self.events["case"]:
            return visits
        paired = paired_events({name: np.frombuffer(c, np.int64) for name, c in self.events.items()})
        return {name: np.concatenate([visits[name], paired[name]]) for name in VISIT}


SCHEDULED, STARTED, PAUSED, ENDED, WITHDRAWN, ABORTED, OTHER = range(7)


def _columns(names: Iterable[str]) -> dict[str, array[int]]:
    return {name: array("q") for name in names}


def transition_of(word: str) -> int:
    """What a word of a life cycle says."""
    word = word.strip().lower()
    if word in BEGINS:
        return SCHEDULED
    if word in STARTS:
        return STARTED
    if word in PAUSES:
        return PAUSED
    if word == "withdraw":
        return WITHDRAWN
    if word in ("ate_abort", "pi_abort", "abort"):
        return ABORTED
    return ENDED if word in ENDS else OTHER


def pool_and_unit(resource: str) -> tuple[str, str]:
    """`scanner 2` as the pool and which of it; any other name is a pool by itself."""
    pool, _, unit = resource.rpartition(" ")
    return (pool, unit) if pool and unit.isdigit() else (resource, "")


def outcome_of(word: str) -> int:
    """How a visit ended, by the word for it."""
    return OUTCOMES.get(word.strip().lower(), BROKE_OFF)


def paired_events(events: Mapping[str, Column]) -> dict[str, Column]:
    """Visits from events: what begins a visit opens it, what ends it closes it; pauses make segments."""
    order = np.lexsort((events["line"], events["transition"], events["time"], events["case"]))
    columns = [events[name][order].tolist() for name in EVENT]
    made: dict[str, list[int]] = {name: [] for name in VISIT}
    open_at: dict[tuple[int, int], int] = {}
    times: dict[tuple[int, int], tuple[int, int]] = {}
    for case, step, pool, unit, agency, transition, time, line in zip(*columns, strict=True):
        if transition == OTHER:
            continue
        which = case, step
        row = open_at.get(which)
        if row is None or (transition == SCHEDULED and made["joined"][row] != MISSING):
            number, segment = times.get(which, (0, 1))
            if transition != STARTED or segment == 1:
                number, segment = number + 1, 1
            row = open_at[which] = len(made["case"])
            times[which] = number, segment
            _append(
                made, (case, step, number, segment, NONE, NONE, agency, OPEN, MISSING, MISSING, MISSING, line)
            )
        _note(made, row, (pool, unit, transition, time))
        if transition >= PAUSED:
            del open_at[which]
            number, segment = times[which]
            times[which] = number, segment + 1 if transition == PAUSED else 1
    return {name: np.array(column, np.int64) for name, column in made.items()}


def _append(made: dict[str, list[int]], row: tuple[int, ...]) -> None:
    for column, value in zip(made.values(), row, strict=True):
        column.append(value)


def _note(made: dict[str, list[int]], row: int, told: tuple[int, int, int, int]) -> None:
    pool, unit, transition, time = told
    if pool != NONE:
        made["pool"][row], made["unit"][row] = pool, unit
    if transition == SCHEDULED:
        made["joined"][row] = time
    elif transition == STARTED:
        made["started"][row] = time
    else:
        made["ended"][row] = time
        made["outcome"][row] = {ENDED: DONE, WITHDRAWN: WENT_AWAY, ABORTED: BROKE_OFF}.get(transition, OPEN)


def slug(name: str, taken: Iterable[str] = ()) -> str:
    """A name as scenarios write it: letters without accents, digits and underscores; none that is taken."""
    made = re.sub(r"\s+", "_", plain(name)) or "x"
    made = made if made[0].isalpha() else f"n{made}"
    made, used, number = made[:48], set(taken), 2
    unique = made
    while unique in used:
        unique, number = f"{made}_{number}", number + 1
    return unique
