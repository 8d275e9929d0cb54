"""What was found wrong while a log is cleaned, and the rows that it is found in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metrics.recorded.findings import Finding
from metrics.recorded.log import MISSING, Column, Mask
from scenarios.resolved import Label

Rows = dict[str, Column]
"""Columns by name, all of one length."""

TIMES = ("joined", "started", "ended")


class Ledger:
    """What was found wrong, as it is found."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def note(self, kind: str, count: int, of: int, told: Sequence[str], line: int | None = None) -> None:
        """Note a kind of damage, if there is any: what it is and what it costs, each vi and en."""
        if count:
            example = "" if line is None else str(line)
            self.found.append(Finding(kind, count, of, Label(*told[:2]), Label(*told[2:]), example))


def kept(rows: Rows, which: Mask) -> Rows:
    """Some of the rows."""
    return {name: column[which] for name, column in rows.items()}


def first_line(rows: Rows, which: Mask) -> int | None:
    """The line in the file of the first of some rows."""
    return int(rows["line"][np.argmax(which)]) if which.any() else None


def latest_end(case: Column, ended: Column) -> Column:
    """The latest end so far in the case of each row."""
    shift = case * (1 << 43)  # cases apart by more than any time: one running maximum serves all
    return np.asarray(np.maximum.accumulate(np.where(ended != MISSING, ended, 0) + shift) - shift)
