"""Starts of service that nobody wrote down, and pools that nobody named.

Where only "done" is logged, a visit is a wait and a service in one. Two things tell them apart: who found the
officer busy with somebody else began when that one was done (if it is known who served whom); and who found
nobody at the step waited for nobody, so its whole visit was service. From the latter comes how many serve:
as long as a desk is free, a visit takes no longer than that of somebody alone.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from metrics.recorded.log import DONE, MISSING, Column, Mask, Named, Recorded

ALONE = 30
"""Visits without company from which a time of service is believed."""
LONGER = 1.15
"""So much longer than alone is a visit that had to wait."""
AWAY = 10
"""Work that seems so many times as long as usual (the median) is taken for absence."""
MOST_SERVERS = 200


@dataclass(frozen=True, slots=True)
class Guess:
    """A step whose starts were worked out. way : `officer` or `alone` · servers : how many serve at once, by
    the second way · n : visits that it rests on
    """

    step: int
    way: str
    servers: int
    n: int


def revealed(log: Recorded) -> tuple[Recorded, tuple[Guess, ...]]:
    """The log with starts and pools worked out where they are missing."""
    guesses: list[Guess] = []
    if "started" not in log.knows:
        log, guesses = _with_starts(log)
    return _with_pools(log), tuple(guesses)


def _with_starts(log: Recorded) -> tuple[Recorded, list[Guess]]:
    started = log.started.copy()
    guesses = []
    for step in np.unique(log.step).tolist():
        mine = np.flatnonzero((log.step == step) & (log.ended != MISSING) & (log.outcome == DONE))
        if not len(mine):
            continue
        mine = mine[np.argsort(log.ended[mine], kind="stable")]
        named = (log.unit[mine] != -1) | (log.pool[mine] != -1)
        if named.mean() > 0.5:
            started[mine] = _by_officer(log, mine)
            guesses.append(Guess(step, "officer", 0, len(mine)))
            continue
        servers, alone = _servers(log.joined[mine], log.ended[mine])
        if alone < ALONE:
            started[mine] = log.joined[mine]
            guesses.append(Guess(step, "none", 0, alone))
            continue
        started[mine] = _in_turn(log.joined[mine], log.ended[mine], servers)
        guesses.append(Guess(step, "alone", servers, alone))
    told = (started != MISSING) & (log.ended != MISSING)
    service = np.where(told, log.ended - started, MISSING)
    for guess in guesses:
        if guess.way != "none":
            _without_nights(guess.step, log, started, service)
    first = log.first[:-1]
    service[first[log.joined[first] == log.ended[first]]] = MISSING  # nobody knows when they came
    return replace(log, started=started, service=service, knows=log.knows | {"worked out"}), guesses


def _without_nights(step: int, log: Recorded, started: Column, service: Column) -> None:
    """Work that seems so much longer than usual was none: nobody was there, and it began when somebody was.

    How long it took is not known then; it is taken to have begun the usual time before it ended.
    """
    mine = np.flatnonzero((log.step == step) & (service != MISSING) & (service > 0))
    if not len(mine):
        return
    usual = int(np.median(service[mine]))
    away = mine[service[mine] > AWAY * max(usual, 1)]
    if len(away) < 0.5 * len(mine):
        started[away] = np.maximum(log.joined[away], log.ended[away] - usual)
        service[away] = MISSING


def _by_officer(log: Recorded, mine: Column) -> Column:
    """Begun when the same officer was done with the one before, or at once."""
    who = log.pool[mine] * 10_000 + log.unit[mine]
    order = np.lexsort((log.ended[mine], who))
    rows = mine[order]
    before = np.full(len(rows), MISSING)
    same = who[order][1:] == who[order][:-1]
    before[1:] = np.where(same, log.ended[rows[:-1]], MISSING)
    made = np.empty(len(rows), np.int64)
    made[order] = np.minimum(np.maximum(log.joined[rows], before), log.ended[rows])
    return made


def _servers(joined: Column, ended: Column) -> tuple[int, int]:
    """How many serve at once, and how many visits had no company."""
    order = np.argsort(joined, kind="stable")
    came, gone = joined[order], np.sort(ended)
    company = np.arange(len(came)) - np.searchsorted(gone, came, side="right")
    stay = (ended - joined)[order]
    alone = (company <= 0) & (stay > 0)
    if alone.sum() < ALONE:
        return 1, int(alone.sum())
    usual, servers = float(np.median(stay[alone])), 1
    while servers < MOST_SERVERS:
        mine = company == servers
        if mine.sum() < ALONE or float(np.median(stay[mine])) > LONGER * usual:
            break
        servers += 1
    return servers, int(alone.sum())


def _in_turn(joined: Column, ended: Column, servers: int) -> Column:
    """First come, first served by so many: begun when one of them was free."""
    order = np.argsort(joined, kind="stable")
    free = [MISSING] * servers
    heapq.heapify(free)
    made = np.empty(len(joined), np.int64)
    for row, came, done in zip(order.tolist(), joined[order].tolist(), ended[order].tolist(), strict=True):
        begun = min(max(came, free[0]), done)
        made[row] = begun
        heapq.heapreplace(free, max(done, free[0]))
    return made


def _with_pools(log: Recorded) -> Recorded:
    """A pool of its own for each step at which people wait, in a log that names nobody."""
    if (log.pool != -1).any():
        return log
    pool = log.pool.copy()
    pools: list[Named] = []
    for step in np.unique(log.step).tolist():
        mine = log.step == step
        if _waits(log, mine):
            pool[mine & (log.started != MISSING)] = len(pools)
            named = log.steps[step]
            pools.append(Named(f"desk_{named.key}"[:48], named.label))
    return replace(log, pool=pool, pools=tuple(pools))


def _waits(log: Recorded, mine: Mask) -> bool:
    begun = mine & (log.started != MISSING)
    return bool(begun.any() and np.mean(log.started[begun] > log.joined[begun]) > 0.01)
