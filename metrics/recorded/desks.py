"""Desks whose clock is off throughout: their rows come as much too late as the next ones come too early.

Where a row begins as another of its case ends, the clocks of two desks can be held together. A desk of which
nearly all rows begin c after another row of their case ended, and end c after another begins, has a clock
that is c ahead; c is taken off. At either end of a case only one side can tell, and only that nobody begins
before he came: a step that always begins five minutes later may be a way of five minutes.

Where nobody wrote down when people came, a wait hides the clock: then desks whose rows overlap with those
before or after are told, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from metrics.recorded.ledger import TIMES, Ledger, Rows, first_line
from metrics.recorded.log import MISSING, Column, Mask

LOGGED = 0.2
"""Share of the rows that say when people came, from which that was written down."""
OFF = 60_000
"""A clock is off from a minute on [ms]."""
NEAR = 2_000
"""Closer than that two times are the same [ms]."""
FEWEST, NEARLY_ALL, MOST = 20, 0.8, 0.5
NEIGHBOURS = 4
"""So many rows of a case on either side are looked at: a wrong clock puts rows out of their order."""

Name = Callable[[int, int], str]
"""What the desk of a pool and a step is called."""


def set_clocks(rows: Rows, ledger: Ledger, total: int, name: Name) -> None:
    """Put the times of such desks right, in place."""
    if len(rows["case"]) < FEWEST:
        return
    order = np.lexsort((rows["line"], rows["case"]))
    desk, names = _desks(rows, name)
    if not (rows["joined"] != MISSING).mean() > LOGGED:
        _tell_overlaps(rows, ledger, total, order, (desk, names))
        return
    for judge in (_ahead, _at_an_end):  # what both sides tell first: of two desks one is right
        told = _differences(rows, order, desk)
        for code, called in enumerate(names):
            mine = desk == code
            off = judge(told[0][:, mine], told[1][:, mine])
            if off:
                for time in TIMES:
                    there = mine & (rows[time] != MISSING)
                    rows[time][there] -= off
                _note(rows, ledger, total, mine, called, off)
                told = _differences(rows, order, desk)


def _desks(rows: Rows, name: Name) -> tuple[Column, list[str]]:
    """The desk of each row (the step, where nobody is named), and what each is called."""
    pool, unit, step = rows["pool"], rows["unit"], rows["step"]
    keys = np.stack([pool, np.where(pool >= 0, unit, -1), np.where(pool >= 0, -1, step)])
    found, code = np.unique(keys, axis=1, return_inverse=True)
    return np.asarray(code).ravel(), [name(int(p), int(s)) for p, _, s in found.T]


def _differences(rows: Rows, order: Column, desk: Column) -> tuple[Column, Column]:
    """How long each row begins after the end of its neighbours, and ends after their begin: of other desks,
    that do not begin with it. MISSING where nothing tells.
    """
    case, desk, joined, ended = (of[order] for of in (rows["case"], desk, rows["joined"], rows["ended"]))
    begins, ends = (np.full((2 * NEIGHBOURS, len(case)), MISSING) for _ in range(2))
    for k in range(1, NEIGHBOURS + 1):
        if k >= len(case):
            break
        tells = (case[k:] == case[:-k]) & (desk[k:] != desk[:-k]) & (joined[k:] != joined[:-k])
        for place, one, other in ((2 * k - 2, slice(k, None), slice(None, -k)),
                                  (2 * k - 1, slice(None, -k), slice(k, None))):  # fmt: skip
            for made, mine, theirs in ((begins, joined, ended), (ends, ended, joined)):
                known = tells & (mine[one] != MISSING) & (theirs[other] != MISSING)
                made[place, order[one]] = np.where(
                    known, mine[one] - np.where(known, theirs[other], 0), MISSING
                )
    return begins, ends


def _ahead(begins: Column, ends: Column) -> int:
    """How far a desk's clock is ahead by what both sides tell [ms]; 0 if it is right, or they do not tell."""
    if not _are_off(begins, ends):
        return 0
    for of in (begins, ends):
        off = _usual(of)
        if abs(off) >= OFF and min(_share(begins, off), _share(ends, off)) >= NEARLY_ALL:
            return off
    return 0


def _at_an_end(begins: Column, ends: Column) -> int:
    """The same by one side, of the first or last desk of a case, where somebody began before he came."""
    if not _are_off(begins, ends):
        return 0
    for of, sign in ((begins, -1), (ends, 1)):
        off = _usual(of)
        if sign * off >= OFF and _share(of, off) >= NEARLY_ALL:
            return off
    return 0


def _are_off(begins: Column, ends: Column) -> bool:
    """Whether there are enough rows, and few that fit to a neighbour as they are."""
    both = (begins != MISSING).any(axis=0) & (ends != MISSING).any(axis=0)
    return both.sum() >= FEWEST and max(_share(begins, 0), _share(ends, 0)) <= MOST


def _usual(differences: Column) -> int:
    """The most frequent one."""
    known = differences[differences != MISSING]
    found, counts = np.unique((known + NEAR // 2) // NEAR, return_counts=True)
    near = known[(known + NEAR // 2) // NEAR == found[counts.argmax()]]
    return int(np.median(near))


def _share(differences: Column, off: int) -> float:
    """Of the rows, how many have a neighbour that is so far off."""
    near = (differences != MISSING) & (np.abs(differences - off) < NEAR)
    return float(near.any(axis=0).mean())


def _note(rows: Rows, ledger: Ledger, total: int, mine: Mask, called: str, off: int) -> None:
    minutes = f"{abs(off) / 60_000:.0f}"
    vi, en = ("nhanh", "ahead") if off > 0 else ("chậm", "behind")
    ledger.note(
        "desk_clock", int(mine.sum()), total,
        (f"dòng của '{called}', đồng hồ {vi} suốt {minutes} phút",
         f"rows of '{called}', whose clock is {minutes} min {en} throughout",
         "đã chỉnh theo bước trước và bước sau của mỗi xe",
         "put right by the steps before and after of each case"),
        first_line(rows, mine),
    )  # fmt: skip


def _tell_overlaps(
    rows: Rows, ledger: Ledger, total: int, order: Column, desks: tuple[Column, list[str]]
) -> None:
    """Pairs of desks of which most rows begin before the row before ended.

    Which row is before is what the file says; of a file that has the last row first, the other way round.
    """
    pairs = min(
        (_overlaps(rows, way, desks[0]) for way in (order, order[::-1])), key=lambda of: (of[2] > 0).sum()
    )
    first, second, over = pairs
    pair = first * len(desks[1]) + second
    for each in np.unique(pair).tolist():
        mine = pair == each
        which = np.flatnonzero(mine & (over > 0))
        if mine.sum() >= FEWEST and len(which) > MOST * mine.sum():
            one, other = (desks[1][code] for code in divmod(each, len(desks[1])))
            minutes = f"{float(np.median(over[which])) / 60_000:.0f}"
            ledger.note(
                "desk_overlap", len(which), total,
                (f"dòng của '{one}' và '{other}' chồng lên nhau (thường {minutes} phút)",
                 f"rows of '{one}' and '{other}' overlap (by {minutes} min, usually)",
                 "hai việc làm song song, hoặc đồng hồ một quầy lệch: hãy hỏi; không sửa gì",
                 "two things done at once, or the clock of one desk is off: ask; nothing is changed"),
            )  # fmt: skip


def _overlaps(rows: Rows, order: Column, desk: Column) -> tuple[Column, Column, Column]:
    """Of rows of a case that follow each other at two desks: the desks, and by how much they overlap [ms]."""
    case, started, ended, desk = (of[order] for of in (rows["case"], rows["started"], rows["ended"], desk))
    at = np.flatnonzero((case[1:] == case[:-1]) & (desk[1:] != desk[:-1]))
    at = at[(started[at + 1] != MISSING) & (ended[at] != MISSING)]
    over = ended[at] - started[at + 1]
    return desk[at], desk[at + 1], np.where(over >= OFF, over, 0)
