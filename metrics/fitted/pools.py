"""How many serve, and when: read off the starts of service at which somebody was still left waiting.

At such an instant everybody on duty is busy, so the number in service right after the start *is* the number
on duty. Where nobody ever had to wait, only a lower bound is known. Hours in which people waited all through
and nobody began are closed; hours in which nobody waited and nobody began are told by their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.fitted.estimate import Estimate
from metrics.recorded.log import DAY, HOUR, MISSING, Column, Mask, Recorded

SLOT = HOUR // 2
SLOTS = DAY // SLOT
WEEK = 7
MONDAY = 4
"""1970-01-01 was a Thursday: days since then, plus 3, modulo 7, are 0 on Mondays."""

ENOUGH = 8
"""Starts with others left waiting, from which a level counts as seen."""
CLEAR = 0.6
"""Share of these that must agree."""
ODD = 0.05
"""Days with starts in a half hour, over those in the busiest, that may be slips."""
FEW = 0.01
"""Starts in a half hour, over those in the busiest, that may be slips, if few days have any."""
MINUTES_5 = 300_000

CLOSED, UNKNOWN = 0, -1


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end` of a day [ms since midnight], so many are on duty."""

    begin: int
    end: int
    units: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty when. days : for each weekday, Monday first, its spans · most : the largest level, with
    its interval; n = starts that show it, 0: a lower bound only · odd : weekdays unlike the others
    """

    days: tuple[tuple[Span, ...], ...]
    most: Estimate
    odd: tuple[int, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether anybody ever waited while all were busy."""
        return self.most.n > 0


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants at which services started: how many were in service right after, how many waited still."""

    time: Column
    busy: Column
    queue: Column

    @property
    def full(self) -> Mask:
        """Where somebody was left waiting."""
        return self.queue > 0


def duty(log: Recorded, pool: int, steps: list[int]) -> Duty:
    """Who is on duty in a pool that serves some steps."""
    moments, waits = _moments(log, pool, steps)
    if not len(moments.time):
        return Duty(((Span(0, DAY, 1),),) * WEEK, Estimate(1, 1, 2, 0))
    bound = int(np.quantile(moments.busy, 0.999, method="higher"))
    full = _kept_full(moments)
    if full.sum() < ENOUGH:
        whole = ((Span(0, DAY, bound),),) * WEEK
        return Duty(_opened(whole, moments, waits), Estimate(bound, bound, 2 * bound, 0))
    level, odd = _levels(moments, full)
    opened = _open(moments, waits)
    days = tuple(_spans(level[d], opened[d], moments) for d in range(WEEK))
    most = int(level.max())
    seen = moments.busy[full & (moments.busy >= most - 1)]
    low, high = (
        (int(np.quantile(seen, q, method="nearest")) for q in (0.025, 0.975)) if len(seen) else (most, most)
    )
    return Duty(_alike(days, odd), Estimate(most, min(low, most), max(high, most), int(full.sum())), odd)


def _moments(log: Recorded, pool: int, steps: list[int]) -> tuple[Moments, tuple[Column, Column]]:
    """The instants of starts; and the times (from, until) at which somebody waited.

    Who was in service is counted with the visits whose start or end is guessed, or the level would seem
    lower than it is; who waited, and that somebody began, is believed of sound visits only.
    """
    mine = (log.pool == pool) & (log.ended != MISSING) & (log.sound | (log.service == MISSING))
    begun = mine & (log.service != MISSING)
    usual = int(np.median(log.service[begun])) if begun.any() else 0
    starts = np.where(log.started != MISSING, log.started, np.maximum(log.joined, log.ended - usual))
    guessed = ~log.sound & (log.service == MISSING) & (log.started != MISSING)
    ends = np.where(guessed, starts + usual, log.ended)
    busy_at, busy = _curve(starts[mine], ends[mine])
    served = log.sound & (log.started != MISSING)
    waiting = np.isin(log.step, steps) & served & (log.started > log.joined)
    waiting &= (log.pool == pool) | (log.pool == -1)
    came, went = log.joined[waiting], log.started[waiting]
    queue_at, queue = _curve(came, went)
    times = np.unique(log.started[(log.pool == pool) & served])
    return Moments(times, _at(busy_at, busy, times), _at(queue_at, queue, times)), (came, went)


def _curve(begin: Column, end: Column) -> tuple[Column, Column]:
    """How many there are from each instant on."""
    times = np.concatenate([begin, end])
    change = np.concatenate([np.ones(len(begin), np.int64), -np.ones(len(end), np.int64)])
    order = np.argsort(times, kind="stable")
    times, level = times[order], np.cumsum(change[order])
    last = np.append(times[1:] != times[:-1], True) if len(times) else np.empty(0, bool)
    return times[last], level[last]


def _at(times: Column, level: Column, when: Column) -> Column:
    """The level of a curve at some instants."""
    place = np.searchsorted(times, when, side="right") - 1
    return (
        np.where(place >= 0, level[np.maximum(place, 0)], 0) if len(level) else np.zeros(len(when), np.int64)
    )


def _kept_full(moments: Moments) -> Mask:
    return moments.full & (moments.busy > 0)


# ---- levels -------------------------------------------------------------------------------------------


def weekday(time: Column) -> Column:
    """0 on Mondays."""
    return (time // DAY + 3) % WEEK


def _levels(moments: Moments, full: Mask) -> tuple[Column, tuple[int, ...]]:
    """On duty by weekday and half hour; weekdays unlike the others.

    Of a few ways to put weekdays together the one is taken that the starts contradict least, each group more
    at a price: so many starts must speak for it.
    """
    price = max(2 * ENOUGH, 0.01 * len(moments.time))
    best: tuple[float, Column, tuple[int, ...]] | None = None
    for groups in GROUPINGS:
        level, against = _grouped(moments, full, groups)
        cost = against + price * (len(groups) - 1)
        if best is None or cost < best[0]:
            best = cost, level, tuple(sorted(day for group in groups[1:] for day in group))
    assert best is not None
    return np.maximum(best[1], 1), best[2]


GROUPINGS: tuple[tuple[tuple[int, ...], ...], ...] = (
    (tuple(range(WEEK)),),
    *((tuple(d for d in range(WEEK) if d != odd), (odd,)) for odd in range(WEEK)),
    ((0, 1, 2, 3, 4), (5, 6)),
    ((0, 1, 2, 3, 4), (5,), (6,)),
    *((tuple(d for d in range(5) if d != odd), (odd,), (5, 6)) for odd in range(5)),
)
"""Weekdays that may be alike, 0 is Monday: all; all but one; working days, weekend; all but one of these."""


def _grouped(moments: Moments, full: Mask, groups: tuple[tuple[int, ...], ...]) -> tuple[Column, float]:
    """The levels if some weekdays are alike; how many starts contradict them."""
    day, slot, busy = weekday(moments.time), moments.time % DAY // SLOT, moments.busy
    level = np.zeros((WEEK, SLOTS), np.int64)
    for group in groups:
        mine = np.isin(day, group)
        shown = mine & full
        if shown.any():
            level[list(group)] = _profile(slot[shown], busy[shown], _reached(slot[mine], busy[mine]))
        elif mine.any():
            level[list(group)] = _reached(slot[mine], busy[mine]).max()
    told = level[day, slot]
    return level, float((full & (busy != told)).sum() + (~full & (busy > told)).sum())


def _reached(slot: Column, busy: Column) -> Column:
    """The most that were in service in each half hour, but for the odd slip: so many were there at least."""
    return np.array([
        np.quantile(here, 0.995, method="lower") if len(here := busy[slot == k]) else 0 for k in range(SLOTS)
    ]).astype(np.int64)  # fmt: skip


def _profile(slot: Column, busy: Column, reached: Column) -> Column:
    """The level of each half hour: what most starts show; else the least level seen that was not exceeded."""
    level = np.full(SLOTS, UNKNOWN)
    for each in np.unique(slot).tolist():
        _settle(level, np.array([each]), busy[slot == each])
    for run in _runs(level == UNKNOWN):
        _settle(level, run, busy[np.isin(slot, run)])
    seen = np.unique(level[level != UNKNOWN])
    seen = seen if len(seen) else np.array([_mode(busy)])
    for each in np.flatnonzero(level == UNKNOWN):
        level[each] = seen[min(np.searchsorted(seen, reached[each]), len(seen) - 1)]
    return _smooth(level)


def _settle(level: Column, slots: Column, busy: Column) -> None:
    """Some half hours have the level that most starts in them show, if these are enough and agree."""
    if len(busy) >= ENOUGH and np.mean(busy == _mode(busy)) >= CLEAR / 1.5:
        level[slots] = _mode(busy)


def _runs(which: Mask) -> list[Column]:
    """Half hours that follow each other."""
    at = np.flatnonzero(which)
    return np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []


def _smooth(level: Column) -> Column:
    """A single half hour unlike both of its equal neighbours is one of them that was misread."""
    made = level.copy()
    for k in range(1, SLOTS - 1):
        if level[k - 1] == level[k + 1] != level[k]:
            made[k] = level[k - 1]
    return made


def _mode(values: Column) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])


# ---- opening hours ------------------------------------------------------------------------------------


def _open(moments: Moments, waits: tuple[Column, Column]) -> Mask:
    """By weekday and half hour, whether anybody is on duty."""
    began, stuck = _began_and_stuck(moments, waits)
    often = _often(moments, began.sum(axis=0))
    every = _state(began.sum(axis=0), stuck.sum(axis=0), often) == 1
    shut = (began == 0) & (stuck >= 2)
    opened = (began > 0) & (stuck == 0) & often[None, :]
    return np.where(shut, False, np.where(opened, True, every[None, :]))


def _often(moments: Moments, began: Column) -> Mask:
    """Half hours with so many starts, on so many days, that they are no slips of the pen."""
    starts = np.bincount(moments.time % DAY // SLOT, minlength=SLOTS)
    many = (starts > FEW * starts.max()) | (began > began.max() / 2)
    return np.asarray((began > ODD * began.max()) & many)


def _state(began: Column, stuck: Column, often: Mask) -> Column:
    """1 open, 0 closed; what is not told lies between two that are: open only between open ones."""
    begun = (began > 0.05 * np.maximum(stuck, 1)) & (often | (stuck == 0))
    state = np.where(begun, 1, np.where(stuck >= 2, CLOSED, UNKNOWN))
    state = np.where(often & (stuck == 0), 1, state)
    known = np.flatnonzero(state != UNKNOWN)
    if not len(known) or not (state == CLOSED).any():
        return np.ones(SLOTS, np.int64)
    for k in np.flatnonzero(state == UNKNOWN):
        before, after = known[known < k], known[known > k]
        left = state[before[-1]] if len(before) else state[known[-1]]
        right = state[after[0]] if len(after) else state[known[0]]
        state[k] = 1 if left == right == 1 else CLOSED
    return state


def _began_and_stuck(moments: Moments, waits: tuple[Column, Column]) -> tuple[Column, Column]:
    """Days on which somebody began in a half hour; days on which people waited all through and nobody did."""
    first = int(min(moments.time.min(), waits[0].min() if len(waits[0]) else moments.time.min())) // DAY
    days = int(moments.time.max()) // DAY - first + 1
    cells = np.zeros(days * SLOTS, bool)
    cells[(moments.time // SLOT - first * SLOTS)] = True
    edges = (np.arange(days * SLOTS) + first * SLOTS) * SLOT
    queue_at, queue = _curve(*waits)
    there = _at(queue_at, queue, edges) > 0
    through = there & (_at(queue_at, queue, edges + SLOT - 1) > 0) & ~cells
    day = (np.arange(days) + first + 3) % WEEK
    began, stuck = np.zeros((WEEK, SLOTS), np.int64), np.zeros((WEEK, SLOTS), np.int64)
    np.add.at(began, day, cells.reshape(days, SLOTS).astype(np.int64))
    np.add.at(stuck, day, through.reshape(days, SLOTS).astype(np.int64))
    return began, stuck


def _opened(
    days: tuple[tuple[Span, ...], ...], moments: Moments, waits: tuple[Column, Column]
) -> tuple[tuple[Span, ...], ...]:
    opened = _open(moments, waits)
    level = np.full(SLOTS, days[0][0].units)
    return tuple(_spans(level, opened[d], moments) for d in range(WEEK))


def _spans(level: Column, opened: Mask, moments: Moments) -> tuple[Span, ...]:
    """Runs of half hours with one level; the edges of opening hours to five minutes."""
    units = np.where(opened, level, CLOSED)
    edges = np.flatnonzero(np.append(True, units[1:] != units[:-1]))
    ends = np.append(edges[1:], SLOTS)
    spans = []
    for begin, end in zip(edges.tolist(), ends.tolist(), strict=True):
        if units[begin] == CLOSED:
            continue
        first, last = begin * SLOT, end * SLOT
        if begin and units[begin - 1] == CLOSED:
            first = _opening(moments, begin, first)
        if end < SLOTS and units[end] == CLOSED:
            last = _closing(moments, end, last)
        spans.append(Span(first, last, int(units[begin])))
    return tuple(spans)


def _opening(moments: Moments, slot: int, usual: int) -> int:
    """The earliest start in the first half hour, down to five minutes."""
    within = moments.time[moments.time % DAY // SLOT == slot] % DAY
    if not len(within):
        return usual
    return int(np.quantile(within, 0.005, method="nearest")) // MINUTES_5 * MINUTES_5


def _closing(moments: Moments, slot: int, usual: int) -> int:
    """The latest start in the last half hour, up to five minutes; the half hour itself if nearly reached."""
    within = moments.time[moments.time % DAY // SLOT == slot - 1] % DAY
    if not len(within):
        return usual
    latest = -(-int(np.quantile(within, 0.995, method="nearest") + 1) // MINUTES_5) * MINUTES_5
    return usual if usual - latest <= 2 * MINUTES_5 else latest


def _alike(days: tuple[tuple[Span, ...], ...], odd: tuple[int, ...]) -> tuple[tuple[Span, ...], ...]:
    """Weekdays that differ by minutes only are one day: the one that most of them have."""
    plain = [d for d in range(WEEK) if d not in odd]
    shapes = [tuple((s.begin // SLOT, -(-s.end // SLOT), s.units) for s in days[d]) for d in range(WEEK)]
    made = list(days)
    for day in plain:
        same = [days[d] for d in plain if shapes[d] == shapes[day]]
        made[day] = max(same, key=lambda each: (same.count(each), -same.index(each)))
    return tuple(made)
