"""Rows written by a clock that was off by whole half hours: one that kept another zone, say.

Such a row is as far ahead of what came before as behind what follows. How far clocks were off is learnt from
rows of which both neighbours tell; where the rows of a case hand over to each other without a gap, runs of
rows, and those at either end of a case, are then put right too: the clock that most rows of a case were
written by is taken for right, and of equals the one that the others of the log would have gone wrong from.
"""

from __future__ import annotations

import numpy as np

from metrics.recorded.ledger import TIMES, Ledger, Rows, first_line
from metrics.recorded.log import MISSING, Column, Mask

HALF_HOUR = 1_800_000
HANDED_OVER = 0.7
"""Share of rows that begin as the one before ends, from which this is taken for the rule of the log."""
OFTEN, OFTEN_SHARE = 3, 0.2
"""So often, and in such a share of the most frequent one's count, a shift is seen that is believed."""


def undo_shifts(rows: Rows, ledger: Ledger, total: int) -> None:
    """Put the times of such rows right, in place."""
    if len(rows["case"]) < 3 or not (rows["joined"] != MISSING).any():
        return
    order = np.lexsort((rows["line"], rows["case"]))
    case, joined, ended = (rows[name][order] for name in ("case", "joined", "ended"))
    link = np.zeros(len(case) + 1, bool)  # between a row and the one before
    link[1:-1] = (case[1:] == case[:-1]) & (joined[1:] != MISSING) & (ended[:-1] != MISSING)
    gap = np.zeros(len(case) + 1, np.int64)
    gap[1:-1] = np.where(link[1:-1], joined[1:] - ended[:-1], 0)
    near = 60_000 if not (joined[joined != MISSING] % 60_000).any() else 2_000  # as fine as the log is
    whole = (gap + HALF_HOUR // 2) // HALF_HOUR * HALF_HOUR
    off = link & (np.abs(gap) >= HALF_HOUR) & (np.abs(gap - whole) < near)
    inner = off[:-1] & off[1:] & (np.abs(gap[:-1] + gap[1:]) < near)
    moved = np.where(inner, whole[:-1], 0)
    if link.any() and np.mean(np.abs(gap[link]) < near) > HANDED_OVER:
        usual = _usual(moved[inner])
        jump = off & np.isin(np.abs(whole), np.abs(usual))
        broken = ~(jump | (link & (np.abs(gap) < near)))
        moved = _by_most(np.cumsum(broken[:-1]), np.where(jump, whole, 0)[:-1], usual)
    for name in TIMES:
        there = (moved != 0) & (rows[name][order] != MISSING)
        rows[name][order[there]] -= moved[there]
    told = np.zeros(len(case), bool)
    told[order[moved != 0]] = True
    _note(rows, ledger, total, told)


def _usual(seen: Column) -> Column:
    """How far clocks are off, the most frequent first, from rows of which both neighbours tell."""
    sizes, counts = np.unique(seen, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    sizes, counts = sizes[order], counts[order]
    return sizes[counts >= max(OFTEN, OFTEN_SHARE * counts.max())] if len(sizes) else sizes


def _by_most(run: Column, jumps: Column, usual: Column) -> Column:
    """How far each row is ahead of the clock by which most rows of its run were written.

    run : rows of a case that hand over to each other, but for jumps · jumps : from the row before
    """
    if not len(usual):
        return np.zeros(len(run), np.int64)
    begins = np.append(True, run[1:] != run[:-1])
    jumps = np.where(begins, 0, jumps)
    ahead = np.cumsum(jumps)
    ahead -= np.repeat(ahead[begins], np.diff(np.append(np.flatnonzero(begins), len(run))))
    return np.asarray(ahead - _baseline(run, ahead, 1 if usual[0] > 0 else -1))


def _baseline(run: Column, ahead: Column, sign: int) -> Column:
    """What most rows of each run are ahead by; of equals that from which the others went wrong as usual."""
    found = np.zeros(len(run), np.int64)
    some = np.isin(run, run[ahead != 0])
    if not some.any():
        return found
    pairs, counts = np.unique(np.stack([run[some], sign * ahead[some]]), axis=1, return_counts=True)
    order = np.lexsort((-pairs[1], counts, pairs[0]))
    last = np.append(np.diff(pairs[0][order]) != 0, True)
    of, base = pairs[0][order][last], sign * pairs[1][order][last]
    found[some] = base[np.searchsorted(of, run[some])]
    return found


def _note(rows: Rows, ledger: Ledger, total: int, told: Mask) -> None:
    ledger.note(
        "clock_shift", int(told.sum()), total,
        ("dòng ghi bằng đồng hồ lệch chẵn nửa giờ", "rows written by a clock that is off by whole half hours",
         "đã chỉnh lại theo bước trước và bước sau", "put right by the steps before and after"),
        first_line(rows, told),
    )  # fmt: skip
