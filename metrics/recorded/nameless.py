"""Rows that do not say what was done: the order of their case often leaves one thing that it can have been.

A row that is left out is a step that nobody seems to have done, so its officers seem less busy than they
were; where they are busy nearly always, half a per cent of such rows shortens the waits. So each is given the
step that others had between the same two steps (and at the same desk), if these nearly all agree.
"""

from __future__ import annotations

import numpy as np

from metrics.recorded.collect import NONE
from metrics.recorded.ledger import Ledger, Rows, first_line, kept
from metrics.recorded.log import Column, Mask

AGREE = 0.9
"""Share of the others that must have had one step between the same two."""
FEWEST = 5


def named_by_neighbours(rows: Rows, ledger: Ledger, total: int) -> Rows:
    """The rows that have a step, or whose neighbours tell it; they come in the order of their case."""
    lacking = rows["step"] == NONE
    if not lacking.any():
        return rows
    guess = _guessed(rows, lacking)
    rows = {**rows, "step": np.where(lacking, guess, rows["step"])}
    told, left = lacking & (guess != NONE), lacking & (guess == NONE)
    ledger.note(
        "no_step", int(told.sum()), total,
        ("dòng không nói làm việc gì, suy ra được từ bước trước, bước sau và quầy",
         "rows that do not say what was done, told by the steps before and after and by the desk",
         "tính như các dòng khác", "they count as all others do"), first_line(rows, told),
    )  # fmt: skip
    ledger.note(
        "lost_step", int(left.sum()), total,
        ("dòng không nói làm việc gì, không suy ra được",
         "rows that do not say what was done, and nothing tells it",
         "bị bỏ; tỷ lệ rẽ nhánh và giờ công lệch tối đa bằng tỷ lệ này",
         "left out; shares of routes and work are off by at most this share"), first_line(rows, left),
    )  # fmt: skip
    return kept(rows, rows["step"] != NONE)


def _guessed(rows: Rows, lacking: Mask) -> Column:
    """The step of each row that lacks one, where the others leave little doubt; NONE else."""
    case, step, pool = rows["case"], rows["step"], rows["pool"]
    size = int(step.max()) + 3  # two codes more: before the first, after the last
    before = np.where(np.append(False, case[1:] == case[:-1]), np.roll(step, 1), size - 2)
    after = np.where(np.append(case[1:] == case[:-1], False), np.roll(step, -1), size - 1)
    pools = int(pool.max()) + 2
    sure = ~lacking & (before != NONE) & (after != NONE)
    asked = lacking & (before != NONE) & (after != NONE)
    guess = np.full(len(step), NONE)
    for key in (
        (before * size + after) * pools + pool + 1,  # from the strictest to what tells least
        before * pools + pool + 1,
        after * pools + pool + 1,
    ):
        open_ = asked & (guess == NONE)
        guess[open_] = most(key[sure], step[sure], key[open_], size)
    return guess


def most(key: Column, step: Column, asked: Column, size: int) -> Column:
    """For each key that is asked for, the step that nearly all rows with that key have."""
    found = np.full(len(asked), NONE)
    if not len(key) or not len(asked):
        return found
    pairs, counts = np.unique(key * size + step, return_counts=True)
    of = pairs // size
    starts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    total = np.add.reduceat(counts, starts)
    order = np.lexsort((counts, of))
    best = order[np.append(starts[1:], len(of)) - 1]  # the last of each key has the most
    place = np.minimum(np.searchsorted(of[starts], asked), len(starts) - 1)
    there = (of[starts][place] == asked) & (counts[best][place] >= AGREE * total[place])
    there &= total[place] >= FEWEST
    found[there] = pairs[best][place][there] % size
    return found
