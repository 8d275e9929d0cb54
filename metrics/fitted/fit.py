"""All that a log tells of a gate, found in one pass; `metrics.fitted.written` makes a scenario of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.fitted import arrivals, order, patience, pools, steps
from metrics.fitted.hidden import Guess, revealed
from metrics.fitted.trees import Tree, grow
from metrics.recorded.log import DAY, MISSING, Column, Mask, Recorded

FAIR = 0.05
"""Part of a usual day's arrivals, below which a day at either end of a log is none of it."""
ODDEST = 1e-4
"""Share of the times at either end of a log that may be slips of the pen."""
LEAD = 3.0
"""So many of the long stays (P95) are simulated before the window."""


@dataclass(frozen=True, slots=True)
class Window:
    """Whole local days [ms]: the log begins, the figures begin, they end."""

    begin: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything. mixes : flow → attribute → how its values come, given those before it"""

    log: Recorded
    window: Window
    orders: dict[int, order.Order]
    steps: dict[int, steps.Fit]
    duties: dict[int, pools.Duty]
    arrivals: dict[int, arrivals.Arrivals | None]
    mixes: dict[int, dict[str, Tree]]
    guesses: tuple[Guess, ...]
    patience: dict[int, patience.Patience]


def fit(log: Recorded, tell: Callable[[str], None] = lambda _: None) -> Fitted:
    """What a log tells; `tell` hears what is being done."""
    tell("hidden")
    log, guesses = revealed(log)
    tell("order")
    mixes = {flow: _mixes(log, flow) for flow in range(len(log.flows)) if (log.flow == flow).any()}
    left = patience.patiences(log)
    gone = patience.given_up(log) & np.isin(log.step, list(left))
    orders = {flow: order.discover(log, flow, names, gone) for flow, names in mixes.items()}
    brackets = frozenset().union(*(each.brackets for each in orders.values()))
    used = [s for s in np.unique(log.step).tolist() if s not in brackets]
    tell("times")
    bounds = {guess.step: (guess.low, guess.high) for guess in guesses}
    fits = {step: steps.of_step(log, step).widened(*bounds.get(step, (1.0, 1.0))) for step in used}
    tell("duty")
    serves = {pool: [s for s in used if pool in fits[s].pools] for pool in range(len(log.pools))}
    duties = {pool: pools.duty(log, pool, those) for pool, those in serves.items() if those}
    tell("arrivals")
    window = window_of(log)
    arrived = log.arrived
    came = {flow: arrivals.profile(arrived[log.flow == flow], window.begin, window.end) for flow in orders}
    return Fitted(log, window, orders, fits, duties, came, mixes, guesses, left)


def window_of(log: Recorded) -> Window:
    """The whole days of a log, and how many of them pass before those that are looked at."""
    believed = log.sound if log.sound.any() else np.ones(len(log.case), bool)
    first, last = _span(log, believed)
    arrived, seen = log.arrived, believed[log.first[:-1]]
    came = _usual_days(arrived[seen] if seen.any() else arrived)
    first = max(first, int(came.min()) // DAY * DAY)
    begin, end = -(-int(came.min()) // DAY) * DAY, int(min(came.max() + 1, last) // DAY) * DAY
    if begin - int(came.min()) > 0.9 * DAY or end - begin < 2 * DAY:
        begin = first // DAY * DAY
    if last - end > 0.95 * DAY or end - begin < DAY:
        end = -(-last // DAY) * DAY
    left = log.left
    stays = (left - arrived)[left != MISSING]
    long = float(np.quantile(stays, 0.95)) if len(stays) else 0.0
    lead = min(max(1, math.ceil(LEAD * long / DAY)), (end - begin) // DAY // 3)
    return Window(begin, begin + lead * DAY, end)


def _usual_days(came: Column) -> Column:
    """Arrivals without those before the first and after the last day that has a fair part of a usual day's.

    A clock that was off by hours leaves a few arrivals on days before the log begins or after it ends.
    """
    days, counts = np.unique(came // DAY, return_counts=True)
    fair = days[counts >= FAIR * np.median(counts)]
    return np.asarray(came[(came // DAY >= fair[0]) & (came // DAY <= fair[-1])])


def _span(log: Recorded, believed: Mask) -> tuple[int, int]:
    """The first and the last instant of the visits that are believed, but for the oddest."""
    times = log.joined[believed], log.ended[believed & (log.ended != MISSING)]
    known = np.concatenate(times)
    first, last = np.quantile(known, (ODDEST, 1 - ODDEST), method="nearest").tolist()
    return int(first), int(last)


def _mixes(log: Recorded, flow: int) -> dict[str, Tree]:
    """How the values of each attribute come, given those of the attributes before it."""
    mine = log.flow == flow
    found: dict[str, Tree] = {}
    before: dict[str, np.ndarray] = {}
    for name, attribute in log.attributes.items():
        codes = attribute.codes[mine]
        known = codes >= 0
        if known.mean() < 0.5:
            continue
        given = {each: column[known] for each, column in before.items()}
        found[name] = grow(codes[known], len(attribute.values), given, 2)
        if len(np.unique(codes[known])) > 1:
            before[name] = codes
    return found
