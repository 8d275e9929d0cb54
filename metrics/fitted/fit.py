"""All that a log tells of a gate, found in one pass; `metrics.fitted.written` makes a scenario of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.fitted import arrivals, order, pools, steps
from metrics.fitted.hidden import Guess, revealed
from metrics.fitted.trees import Tree, grow
from metrics.recorded.log import DAY, MISSING, Mask, Recorded

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


def fit(log: Recorded, tell: Callable[[str], None] = lambda _: None) -> Fitted:
    """What a log tells; `tell` hears what is being done."""
    tell("hidden")
    log, guesses = revealed(log)
    tell("order")
    mixes = {flow: _mixes(log, flow) for flow in range(len(log.flows)) if (log.flow == flow).any()}
    orders = {flow: order.discover(log, flow, names) for flow, names in mixes.items()}
    brackets = frozenset().union(*(each.brackets for each in orders.values()))
    used = [s for s in np.unique(log.step).tolist() if s not in brackets]
    tell("times")
    fits = {step: steps.of_step(log, step) for step in used}
    tell("duty")
    serves = {pool: [s for s in used if pool in fits[s].pools] for pool in range(len(log.pools))}
    duties = {pool: pools.duty(log, pool, those) for pool, those in serves.items() if those}
    tell("arrivals")
    window = window_of(log)
    arrived = log.arrived
    came = {flow: arrivals.profile(arrived[log.flow == flow], window.begin, window.end) for flow in orders}
    return Fitted(log, window, orders, fits, duties, came, mixes, guesses)


def window_of(log: Recorded) -> Window:
    """The whole days of a log, and how many of them pass before those that are looked at."""
    believed = log.sound if log.sound.any() else np.ones(len(log.case), bool)
    first, last = _span(log, believed)
    arrived, seen = log.arrived, believed[log.first[:-1]]
    came = arrived[seen] if seen.any() else arrived
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


def _span(log: Recorded, believed: Mask) -> tuple[int, int]:
    """The first and the last instant of the visits that are believed."""
    times = log.joined[believed], log.ended[believed & (log.ended != MISSING)]
    known = np.concatenate(times)
    return int(known.min()), int(known.max())


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
