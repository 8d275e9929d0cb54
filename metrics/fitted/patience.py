"""Those who give up: how long people wait at a step before they leave it unserved, and where they go then.

Who was served had waited less than his patience, which is all that is known of it: such waits are censored.
The exponential and the Weibull distribution are fitted by maximum likelihood with censoring (Kalbfleisch and
Prentice 2002, The statistical analysis of failure time data); the second must be worth its parameter (BIC).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metrics.fitted.estimate import Estimate, Z, of_count
from metrics.fitted.families import CV_LIMITS, Family
from metrics.recorded.log import MISSING, WENT_AWAY, Column, Recorded

FEWEST = 20
"""Visits that were given up, from which patience is told."""
CAUTION = 3.0
"""The second parameter must be worth so many times its price."""
SPREAD_OF_SHAPE = 0.78
"""Standard deviation of the logarithm of a Weibull shape, times √n (Cohen 1965: 0.6079 is its square)."""
STEADY = 0.005

Times = np.ndarray


@dataclass(frozen=True, slots=True)
class Patience:
    """At one step. to : the step where most go who give up; None: nowhere · gone, seen : visits"""

    time: Family
    to: int | None
    gone: int
    seen: int


def patiences(log: Recorded) -> dict[int, Patience]:
    """Of each step that enough visits were given up at after a wait."""
    found = {}
    gone = given_up(log)
    for step in np.unique(log.step[gone]).tolist():
        mine = (log.step == step) & log.sound
        left, served = mine & gone, mine & ~gone & (log.started != MISSING)
        if left.sum() >= FEWEST:
            waits = np.concatenate([(log.ended - log.joined)[left], (log.started - log.joined)[served]])
            events = np.append(np.ones(int(left.sum()), bool), np.zeros(int(served.sum()), bool))
            time = _fitted(np.maximum(waits, 1).astype(np.float64), events)
            found[step] = Patience(time, _next(log, np.flatnonzero(left)), int(left.sum()), int(mine.sum()))
    return found


def given_up(log: Recorded) -> np.ndarray:
    """Visits that ended unserved after some wait; who turned away at once found it full or too long."""
    return np.asarray((log.outcome == WENT_AWAY) & (log.ended != MISSING) & (log.ended > log.joined))


def _next(log: Recorded, rows: Column) -> int | None:
    """The step that most come to after some visits; None if most come to none."""
    after = rows[rows + 1 < len(log.case)]
    on = after[log.case[after + 1] == log.case[after]] + 1
    if 2 * len(on) < len(rows):
        return None
    return int(np.bincount(log.step[on]).argmax())


def _fitted(waits: Times, events: np.ndarray) -> Family:
    """The family of patience [ms]; `events`: whose wait ended by giving up."""
    count, total = int(events.sum()), float(waits.sum())
    middle = float(np.median(waits[events]))
    steady = np.abs(waits[events] - middle) <= STEADY * middle
    if steady.mean() >= 0.9 and waits[~events].max(initial=0.0) <= (1 + STEADY) * middle:
        return Family("constant", Estimate(middle, middle, middle, count))
    rate = of_count(count, total)
    plain = Family("exponential", Estimate(1 / rate.value, 1 / rate.high, 1 / rate.low, count))
    shape = _shape(waits, events)
    scale = float(np.mean(waits**shape) * len(waits) / count) ** (1 / shape)
    told = count * (math.log(shape) - shape * math.log(scale)) + (shape - 1) * float(
        np.log(waits[events]).sum()
    )
    if told + count * math.log(total / count) < CAUTION * 0.5 * math.log(count):
        return plain
    return _weibull(shape, scale, count)


def _shape(waits: Times, events: np.ndarray) -> float:
    """The shape of a Weibull distribution by maximum likelihood, by bisection of the profile equation."""
    logs = np.log(waits) - float(np.log(waits).max())
    middle = float(logs[events].mean())
    low, high = 0.1, 20.0
    for _ in range(60):
        shape = math.sqrt(low * high)
        weights = np.exp(shape * logs)
        slope = 1 / shape + middle - float((weights * logs).sum() / weights.sum())
        low, high = (shape, high) if slope > 0 else (low, shape)
    return math.sqrt(low * high)


def _weibull(shape: float, scale: float, count: int) -> Family:
    mean = scale * math.gamma(1 + 1 / shape)
    cv = math.sqrt(max(math.gamma(1 + 2 / shape) / math.gamma(1 + 1 / shape) ** 2 - 1, 1e-9))
    cv = min(max(cv, CV_LIMITS[0]), CV_LIMITS[1])
    half, spread = Z * cv / math.sqrt(count), math.exp(Z * SPREAD_OF_SHAPE / math.sqrt(count))
    return Family(
        "weibull",
        Estimate(mean, mean * math.exp(-half), mean * math.exp(half), count),
        Estimate(cv, max(CV_LIMITS[0], cv / spread), min(CV_LIMITS[1], cv * spread), count),
    )
