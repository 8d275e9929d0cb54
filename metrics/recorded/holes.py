"""Rows that are lacking, and rows under a wrong plate, found by the holes that they leave.

Where a row begins as the one before of its case ends, time that nothing fills is a row that was left out or
that stands under another plate. A piece of way that stands by itself is given to the case whose hole it fills
to the millisecond, if no other piece and no other hole fits: its plate was mistyped. A hole between two steps
that nearly all others had one step between is filled with that step: it counts for the way, not for times of
service. What is left is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.recorded.collect import NONE
from metrics.recorded.ledger import Ledger, Rows, first_line, latest_end
from metrics.recorded.log import DONE, MISSING, Column, Mask
from metrics.recorded.nameless import most
from metrics.recorded.shifts import HANDED_OVER

NEAR = 1_000
"""Closer than that a row begins as the one before ended [ms]."""
SELDOM = 0.1
"""Share of its visits that are a case's first (or last), below which a way that begins so lacks a part."""


def without_holes(rows: Rows, ledger: Ledger, total: int) -> Rows:
    """The rows with pieces under wrong plates put where they belong, and holes filled where others tell how.

    They come in the order of their case, and go so. Where rows do not hand over to each other they stay.
    """
    link, gap = _links(rows)
    if len(rows["case"]) < 3 or not link.any() or np.mean(np.abs(gap[link]) < NEAR) <= HANDED_OVER:
        return rows
    rows = _under_right_plates(rows, ledger, total)
    return _filled(rows, ledger, total)


def _links(rows: Rows) -> tuple[Mask, Column]:
    """Between each row and the next of its case: whether both times are known, and what lies between.

    Of parts done at once the latest end counts.
    """
    case, joined, ended = (rows[name] for name in ("case", "joined", "ended"))
    ended = np.where(ended != MISSING, latest_end(case, ended), MISSING)
    link = (case[1:] == case[:-1]) & (joined[1:] != MISSING) & (ended[:-1] != MISSING)
    link &= (rows["outcome"][:-1] == DONE) & (rows["segment"][1:] == 1)
    return link, np.where(link, joined[1:] - np.where(link, ended[:-1], 0), 0)


# ---- wrong plates -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Runs of rows that hand over to each other. first, last : row of each · lacks : which lack what came
    before, and which what came after
    """

    first: Column
    last: Column
    lacks_before: Mask
    lacks_after: Mask


def _pieces(rows: Rows) -> _Pieces:
    link, gap = _links(rows)
    case = rows["case"]
    same = case[1:] == case[:-1]
    cut = same & link & (gap > NEAR)
    begins = np.append(True, ~same | cut)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(case)) - 1
    heads, tails = np.append(True, ~same), np.append(~same, True)
    odd_head, odd_tail = (_seldom(rows["step"], ends) for ends in (heads, tails))
    holes_before, holes_after = np.append(False, cut), np.append(cut, False)
    return _Pieces(
        first,
        last,
        holes_before[first] | (heads & odd_head)[first],
        holes_after[last] | (tails & odd_tail)[last],
    )


def _seldom(step: Column, ends: Mask) -> Mask:
    """Rows of a step that hardly ever stands at that end of a case."""
    seen, at_end = (np.bincount(step[which], minlength=int(step.max()) + 1) for which in (slice(None), ends))
    return np.asarray((at_end < SELDOM * seen)[step])


def _under_right_plates(rows: Rows, ledger: Ledger, total: int) -> Rows:
    pieces = _pieces(rows)
    case, joined, ended = (rows[name] for name in ("case", "joined", "ended"))
    open_ = np.flatnonzero(pieces.lacks_after & (ended[pieces.last] != MISSING))
    asks = np.flatnonzero(pieces.lacks_before & (joined[pieces.first] != MISSING))
    one, other = _only_match(ended[pieces.last[open_]], joined[pieces.first[asks]])
    one, other = open_[one], asks[other]
    apart = case[pieces.first[one]] != case[pieces.first[other]]
    owner = _owners(case, pieces, one[apart], other[apart])
    moved = owner != case
    ledger.note(
        "mistyped", int(moved.sum()), total,
        ("dòng đứng dưới một mã khác (gõ nhầm biển số): vừa khít chỗ trống của một xe",
         "rows under another plate (mistyped): they fit exactly into the hole that a case has",
         "đã trả về cho xe ấy", "given to that case"), first_line(rows, moved),
    )  # fmt: skip
    if not moved.any():
        return rows
    rows = {**rows, "case": owner}
    when = np.where(joined != MISSING, joined, ended)
    order = np.lexsort((np.arange(len(owner)), when, owner))
    return {name: column[order] for name, column in rows.items()}


def _only_match(ends: Column, begins: Column) -> tuple[Column, Column]:
    """Places in both of times that are the same and stand once only in each."""
    (a, at_a, n_a), (b, at_b, n_b) = (
        np.unique(x, return_index=True, return_counts=True) for x in (ends, begins)
    )
    _, one, other = np.intersect1d(a[n_a == 1], b[n_b == 1], assume_unique=True, return_indices=True)
    return at_a[n_a == 1][one], at_b[n_b == 1][other]


def _owners(case: Column, pieces: _Pieces, one: Column, other: Column) -> Column:
    """Whose each row is: of pieces that belong together the case that has most of the rows.

    Only cases that are a single piece give their rows away: a plate that was mistyped is on no other rows.
    """
    of = case[pieces.first]
    single = np.bincount(of, minlength=int(case.max()) + 1)[of] == 1
    length = pieces.last - pieces.first + 1
    owner: dict[int, int] = {}
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        small, large = (a, b) if single[a] and (length[a] < length[b] or not single[b]) else (b, a)
        if single[small]:
            owner.setdefault(int(of[small]), int(of[large]))
    found = np.arange(int(case.max()) + 1)
    for small in owner:
        found[small] = _last_of(owner, small)
    return found[case]


def _last_of(owner: dict[int, int], small: int) -> int:
    """Whose the rows are in the end, where their owner was given away too."""
    seen, large = {small}, owner[small]
    while large in owner and large not in seen:
        seen.add(large)
        large = owner[large]
    return large


# ---- rows that were left out ---------------------------------------------------------------------------


def _filled(rows: Rows, ledger: Ledger, total: int) -> Rows:
    """Holes filled with the one step that others had there."""
    link, gap = _links(rows)
    holes = np.flatnonzero(link & (gap > NEAR))
    guess = _between(rows, holes, ~(link & (gap > NEAR)))
    told = np.zeros(len(rows["case"]), bool)
    told[holes[guess == NONE]] = True
    filled = holes[guess != NONE]
    ledger.note(
        "row_filled", len(filled), total,
        ("chỗ thiếu một dòng, suy ra được bước nào",
         "places where a row is lacking, and the others tell its step",
         "bước ấy tính vào đường đi, không tính vào thời gian phục vụ",
         "that step counts for the route, not for times of service"),
        int(rows["line"][filled[0]]) if len(filled) else None,
    )  # fmt: skip
    ledger.note(
        "row_lost", int(told.sum()), total,
        ("chỗ có khoảng trống mà không bước nào lấp: thiếu dòng, hoặc chờ một việc không ghi",
         "places with a gap that no step fills: a row is lacking, or a wait for what nobody logged",
         "để nguyên: đường đi của xe ấy có thể thiếu một bước", "left as it is: that case may lack a step"),
        first_line(rows, told),
    )  # fmt: skip
    return rows if not len(filled) else _with_rows(rows, filled, guess[guess != NONE])


def _between(rows: Rows, holes: Column, whole: Mask) -> Column:
    """The step that nearly all others had between the same two steps; NONE where they do not agree."""
    case, step = rows["case"], rows["step"]
    size = int(step.max()) + 1
    three = np.flatnonzero((case[2:] == case[:-2]) & whole[1:] & whole[:-1])
    return most(
        step[three] * size + step[three + 2], step[three + 1], step[holes] * size + step[holes + 1], size
    )


def _with_rows(rows: Rows, after: Column, step: Column) -> Rows:
    """A row more after each of some: from when that ended until the next begins."""
    made = {name: column[after] for name, column in rows.items()}
    made |= {name: np.full(len(after), NONE) for name in ("pool", "unit", "agency")}
    made |= {name: np.ones(len(after), np.int64) for name in ("number", "segment")}
    made |= {"step": step, "joined": rows["ended"][after], "ended": rows["joined"][after + 1]}
    made["started"] = np.full(len(after), MISSING)
    return {name: np.insert(column, after + 1, made[name]) for name, column in rows.items()}
