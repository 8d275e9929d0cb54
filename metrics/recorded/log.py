"""A gate's own record as columns: who was where, from when until when, as far as anybody wrote it down.

Times are whole milliseconds of the clock on the wall (since 1970-01-01 00:00 of the log's zone), so hours and
weekdays are read off them; `MISSING` is a time that nobody wrote down. Names of cases are pseudonyms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from metrics.recorded.findings import Finding

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

MISSING = -(1 << 63)
"""A time that was not written down (the smallest int64)."""

DAY = 86_400_000
HOUR = 3_600_000

DONE, OPEN, WENT_AWAY, BROKE_OFF = range(4)
"""How a visit ended: as it should; not yet; unserved; in the middle of the service."""


@dataclass(frozen=True, slots=True)
class Named:
    """A step, pool or agency: the name in scenarios, and what people call it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """What is known of every case: a code for each, -1 unknown."""

    label: str
    values: tuple[str, ...]
    codes: Column


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A log that has been read and cleaned.

    flow : of each case · finished : whether its last visit is over · visits are sorted by case, then by
    the time they were joined · service : time in service, without interruptions [ms] · agency : of each step,
    -1 none · knows : which of `joined`, `started` and `resource` somebody wrote down · sound : of each visit,
    whether its times stand as they were written and agree with its neighbours
    """

    name: str
    flows: tuple[Named, ...]
    steps: tuple[Named, ...]
    pools: tuple[Named, ...]
    agencies: tuple[Named, ...]
    agency: Column
    flow: Column
    finished: Mask
    attributes: dict[str, Attribute]
    case: Column
    step: Column
    pool: Column
    unit: Column
    joined: Column
    started: Column
    ended: Column
    service: Column
    outcome: Column
    sound: Mask
    knows: frozenset[str]
    rows: int = 0
    findings: tuple[Finding, ...] = field(default=())

    @property
    def cases(self) -> int:
        """How many there are."""
        return len(self.flow)

    @property
    def first(self) -> Column:
        """The row of each case's first visit; then how many rows there are."""
        return np.searchsorted(self.case, np.arange(self.cases + 1))

    @property
    def arrived(self) -> Column:
        """When each case was first seen."""
        return self.joined[self.first[:-1]]

    @property
    def left(self) -> Column:
        """When each case was last seen; MISSING of those that are still there."""
        gone = np.maximum.reduceat(self.ended, self.first[:-1]) if len(self.case) else self.flow
        return np.where(self.finished, gone, MISSING)

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last instant that was written down."""
        known = np.concatenate([self.joined, self.ended[self.ended != MISSING]])
        return int(known.min()), int(known.max())
