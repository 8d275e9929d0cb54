"""Starts of service that nobody wrote down, and pools that nobody named.

Where only "done" is logged, a visit is a wait and a service in one. Two things tell them apart: who found the
desk busy with others began when one of its officers was done (if it is known who served whom, or else at the
step); and who found nobody there waited for nobody, so his whole visit was service. From the latter comes how
many serve: as long as one is free, a visit takes no longer than that of somebody alone. A name in the log may
be that of one officer or of a room with several, or of one who does several things at once: it is judged by
the same, not by the name.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.fitted.estimate import of_mean
from metrics.recorded.log import DONE, MISSING, Column, Mask, Named, Recorded

Floats = NDArray[np.float64]

NAMED = 0.5
"""Share of the visits to a step that name who served, from which the step goes by names."""
ALONE = 30
"""Visits without company from which a time of service is believed."""
LONGER = 1.15
"""So much longer than alone is a visit that had to wait."""
AWAY = 10
"""Work that seems so many times as long as usual (the median) is taken for absence."""
MOST_SERVERS = 200


FITS = 0.97
"""So much of the time alone a service seems to take at least, once enough are taken to serve."""
ABOUT = 0.8
"""The same, where one more would leave nobody waiting to judge by."""
TRIED = 20_000
"""Visits by which the number of servers is tried."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A step whose starts were worked out.

    way : `officer` (who served is named), `alone` or `none` · servers : how many serve at once, at the desk
    with the most · n : visits that it rests on · low, high : what the times of service may be multiplied by,
    from what the visits of those alone tell; where nobody was ever alone, up to their whole visits · known :
    whether anybody was
    """

    step: int
    way: str
    servers: int
    n: int
    low: float = 1.0
    high: float = 1.0
    known: bool = True


def revealed(log: Recorded) -> tuple[Recorded, tuple[Guess, ...]]:
    """The log with starts and pools worked out where they are missing."""
    guesses: list[Guess] = []
    if "started" not in log.knows:
        log, guesses = _with_starts(log)
    return _with_pools(log), tuple(guesses)


def _with_starts(log: Recorded) -> tuple[Recorded, list[Guess]]:
    started, desk = log.started.copy(), _desks(log)
    done = (log.ended != MISSING) & (log.outcome == DONE)
    servers, alone = _by_desk(log, done, desk, started)
    guesses = []
    for step in np.unique(log.step[done]).tolist():
        mine = np.flatnonzero(done & (log.step == step))
        way = "officer" if (desk[mine] >= 0).mean() > NAMED else "alone"
        if way == "alone" and alone[mine].sum() < ALONE:
            started[mine] = log.joined[mine]
            guesses.append(Guess(step, "none", 0, int(alone[mine].sum())))
            continue
        guesses.append(Guess(step, way, int(servers[mine].max()), len(mine)))
    told = (started != MISSING) & (log.ended != MISSING)
    service = np.where(told, log.ended - started, MISSING)
    for guess in guesses:
        if guess.way != "none":
            _without_nights(guess.step, log, started, service)
    first = log.first[:-1]
    service[first[log.joined[first] == log.ended[first]]] = MISSING  # nobody knows when they came
    guesses = [each if each.way == "none" else _bounded(each, log, service, alone) for each in guesses]
    return replace(log, started=started, service=service, knows=log.knows | {"worked out"}), guesses


def _desks(log: Recorded) -> Column:
    """Who served, as a number; of a step that names nobody its own, below 0."""
    named = (log.unit != -1) | (log.pool != -1)
    steps = np.unique(log.step)
    share = {s: float(named[log.step == s].mean()) for s in steps.tolist()}
    by_name = named & np.array([share.get(s, 0.0) > NAMED for s in range(len(log.steps))])[log.step]
    return np.where(by_name, (log.pool + 1) * 10_000 + log.unit + 1, -1 - log.step)


def _by_desk(log: Recorded, done: Mask, desk: Column, started: Column) -> tuple[Column, Mask]:
    """Work the starts out, desk by desk, in place; how many serve there, and who was alone."""
    servers, alone = np.ones(len(desk), np.int64), np.zeros(len(desk), bool)
    rows = np.flatnonzero(done)
    rows = rows[np.argsort(desk[rows], kind="stable")]
    for mine in np.split(rows, np.flatnonzero(np.diff(desk[rows])) + 1):
        if not len(mine):
            continue
        usual = _usual_alone(log, mine)
        count, by_themselves = _servers(log.joined[mine], log.ended[mine], usual)
        servers[mine], alone[mine] = count, by_themselves
        if count == 1 and desk[mine[0]] >= 0:
            started[mine] = _one_after_the_other(log, mine)
        else:
            started[mine] = _in_turn(log.joined[mine], log.ended[mine], count)
    return servers, alone


def _usual_alone(log: Recorded, mine: Column) -> Floats:
    """For each visit to a desk, how long one to the same step takes somebody who is alone there [ms]."""
    company = _company(log.joined[mine], log.ended[mine])
    stay, step = (log.ended - log.joined)[mine], log.step[mine]
    found = np.ones(len(mine))
    for each in np.unique(step).tolist():
        here = (step == each) & (stay > 0)
        alone = here & (company <= 0)
        some = alone if alone.sum() >= 5 else here
        found[step == each] = float(np.median(stay[some])) if some.any() else 1.0
    return found


def _bounded(guess: Guess, log: Recorded, service: Column, alone: Mask) -> Guess:
    """How far the times of service may be off, by the visits of those who were alone."""
    mine = np.flatnonzero((log.step == guess.step) & (service != MISSING) & (service > 0))
    if not len(mine):
        return guess
    mean = float(service[mine].mean())
    by_themselves = mine[alone[mine]]
    if len(by_themselves) < ALONE:
        stay = float((log.ended - log.joined)[mine].mean())
        return replace(guess, high=max(1.0, stay / mean), known=False)
    told = of_mean((log.ended - log.joined)[by_themselves].astype(np.float64))
    return replace(guess, low=min(1.0, told.low / mean), high=max(1.0, told.high / mean))


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


def _one_after_the_other(log: Recorded, mine: Column) -> Column:
    """Begun when the one officer was done with the one before, or at once."""
    order = np.argsort(log.ended[mine], kind="stable")
    rows = mine[order]
    before = np.append(MISSING, log.ended[rows[:-1]])
    made = np.empty(len(rows), np.int64)
    made[order] = np.minimum(np.maximum(log.joined[rows], before), log.ended[rows])
    return made


def _company(joined: Column, ended: Column) -> Column:
    """How many were there as each came."""
    order = np.argsort(joined, kind="stable")
    found = np.empty(len(joined), np.int64)
    found[order] = np.arange(len(joined)) - np.searchsorted(np.sort(ended), joined[order], side="right")
    return found


def _servers(joined: Column, ended: Column, usual: Floats) -> tuple[int, Mask]:
    """How many serve at once, and which visits had no company.

    So many at least as visits with less company take no longer than alone; and so many that those who had to
    wait seem to be served as long as those who had not.
    """
    company, stay = _company(joined, ended), (ended - joined) / usual
    alone, servers = (company <= 0) & (stay > 0), 1
    if alone.sum() < ALONE:
        return 1, alone
    middle = float(np.median(stay[alone]))
    while servers < MOST_SERVERS:
        mine = company == servers
        if mine.sum() < ALONE or float(np.median(stay[mine])) > LONGER * middle:
            break
        servers += 1
    order = np.argsort(joined, kind="stable")[:TRIED]
    some = joined[order], ended[order], usual[order], company[order]
    return _enough(servers, middle, *some), alone


def _enough(
    servers: int, middle: float, joined: Column, ended: Column, usual: Floats, company: Column
) -> int:
    """So many servers, a few less or more, as those who waited seem to be served as long as who was alone."""

    def seems(count: int) -> float | None:
        waited = (company >= count) & (ended > joined)
        if not 1 <= count < MOST_SERVERS or waited.sum() < ALONE:
            return None
        took = (ended - _in_turn(joined, ended, count)) / usual
        return float(np.median(took[waited])) / middle

    now = seems(servers)
    if now is None:
        return servers
    way = 1 if now < FITS else -1 if now > 1 / FITS else 0
    while way:
        then = seems(servers + way)
        if then is None:  # nobody waits to judge by
            return servers + way if way > 0 and now < ABOUT else servers
        if (then - 1) * way >= 0:
            return servers + way if abs(np.log(then)) < abs(np.log(max(now, 1e-9))) else servers
        servers, now = servers + way, then
    return servers


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
