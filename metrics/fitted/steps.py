"""What each step is: who serves there, how long it takes, whom it serves first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from metrics.fitted.batches import Batches, batches
from metrics.fitted.estimate import Estimate
from metrics.fitted.families import Family, chosen
from metrics.recorded.log import MISSING, Column, Mask, Recorded

SHARED = 0.02
"""Share of a step's services by a pool, from which the pool counts as one of the step's."""
STANDING = 0.05
"""Share of a visit that passes before it begins, from which a step without officers is one of waiting."""
FEWEST = 50
"""Visits of each value of an attribute, for times of its own."""
DIFFERENT = 1.1
"""The largest mean over the smallest, for times by an attribute."""
OVERTAKES = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """One step. pools : who serves, the most frequent first; none: nobody · time : by the value of
    `attribute`, or under None · whole : whether the time is that of the whole visit, its waiting too ·
    first : attribute values in the order in which they are served, or nothing · n : visits · together : how
    those leave who wait for each other there
    """

    step: int
    pools: tuple[int, ...]
    time: dict[int | None, Family]
    attribute: str | None
    whole: bool
    first: tuple[str, tuple[int, ...]] | None
    overtaken: int
    n: int
    together: Batches | None = None

    def widened(self, low: float, high: float) -> Fit:
        """The same, if its times may have to be multiplied by as little or as much."""
        if self.whole or (low, high) == (1.0, 1.0):
            return self
        time = {
            value: replace(family, mean=_wider(family.mean, low, high)) for value, family in self.time.items()
        }
        return replace(self, time=time)


def _wider(of: Estimate, low: float, high: float) -> Estimate:
    return replace(of, low=min(of.low, low * of.value), high=max(of.high, high * of.value))


def of_step(log: Recorded, step: int) -> Fit:
    """What a step is."""
    mine = log.step == step
    served = _believed(log, mine & (log.service != MISSING))
    pools = _pools(log.pool[served])
    whole = _is_standing(log, served, bool(pools))
    if whole:
        pools = ()
        served = _believed(log, mine & (log.ended != MISSING))
    times = (log.ended - log.joined if whole else log.service)[served].astype(np.float64)
    together = None if pools else batches(log, _believed(log, mine))
    attribute = _telling(log, times, log.case[served])
    first, overtaken = (None, 0) if whole or not pools else _priority(log, mine)
    return Fit(
        step,
        pools,
        _times(log, times, log.case[served], attribute),
        attribute,
        whole,
        first,
        overtaken,
        int(mine.sum()),
        together,
    )


def _believed(log: Recorded, rows: Mask) -> Mask:
    """Those of some visits that are sound, unless these are few."""
    sound = rows & log.sound
    return sound if sound.sum() >= 0.5 * rows.sum() else rows


def _pools(pool: Column) -> tuple[int, ...]:
    """Who serves: pools with a good part of the services; none if most have none."""
    known = pool[pool >= 0]
    if len(known) < 0.5 * len(pool) or not len(known):
        return ()
    counts = np.bincount(known)
    return tuple(int(p) for p in np.argsort(-counts) if counts[p] >= SHARED * len(known))


def _is_standing(log: Recorded, served: Mask, has_pool: bool) -> bool:
    """Whether a visit is waiting for something that the log does not name."""
    length = float((log.ended[served] - log.joined[served]).sum())
    work = float(log.service[served].sum())
    if has_pool:
        return work == 0
    return length > 0 and (length - work) / length > STANDING


def _times(log: Recorded, times: np.ndarray, case: Column, attribute: str | None) -> dict[int | None, Family]:
    if not len(times):
        return {}
    if attribute is None:
        return {None: chosen(times)}
    codes = log.attributes[attribute].codes[case]
    found: dict[int | None, Family] = {
        value: chosen(times[codes == value]) for value in np.unique(codes[codes >= 0]).tolist()
    }
    return found


def _telling(log: Recorded, times: np.ndarray, case: Column) -> str | None:
    """The attribute that tells most of how long it takes, if any tells enough."""
    best, most = None, 0.0
    for name, attribute in log.attributes.items():
        codes = attribute.codes[case]
        told = _told(times, codes)
        if told > most:
            best, most = name, told
    return best


def _told(times: np.ndarray, codes: Column) -> float:
    """The share of the variance of logarithms that the groups tell; 0 if that may be chance, or little."""
    if (codes < 0).any() or len(times) < 2 * FEWEST:
        return 0.0
    sizes = np.bincount(codes)
    there = np.flatnonzero(sizes)
    if len(there) < 2 or sizes[there].min() < FEWEST:
        return 0.0
    means = np.bincount(codes, times)[there] / sizes[there]
    if means.max() < DIFFERENT * max(means.min(), 1.0):
        return 0.0
    logs = np.log(np.maximum(times, 1.0))
    middle = np.bincount(codes, logs)[there] / sizes[there]
    between = float((sizes[there] * (middle - logs.mean()) ** 2).sum())
    total = float(((logs - logs.mean()) ** 2).sum())
    if total <= 0:
        return 0.0
    within = max(total - between, 1e-9) / max(1, len(times) - len(there))
    return between / total if between / (len(there) - 1) / within > 12 else 0.0


# ---- who is served first ------------------------------------------------------------------------------


def _priority(log: Recorded, mine: Column) -> tuple[tuple[str, tuple[int, ...]] | None, int]:
    """The attribute whose values are always served in one order; how often somebody was overtaken.

    Of two that start one after the other the second waited already as the first began: who of them was to be
    first is a matter of rank if they differ, of patience if not.
    """
    rows = np.flatnonzero(_believed(log, mine & (log.started != MISSING)))
    rows = rows[np.lexsort((log.joined[rows], log.started[rows]))]
    a, b = rows[:-1], rows[1:]
    chosen_from = (log.joined[b] < log.started[a]) & (log.started[b] > log.started[a])
    overtook = chosen_from & (log.joined[b] < log.joined[a])
    if overtook.sum() < OVERTAKES:
        return None, int(overtook.sum())
    best, most = None, 0
    for name, attribute in log.attributes.items():
        first, second = attribute.codes[log.case[a]], attribute.codes[log.case[b]]
        order = _ranking(first[chosen_from], second[chosen_from], len(attribute.values))
        differ = int((first != second)[overtook].sum())
        if order is not None and differ > most and differ >= 0.8 * overtook.sum():
            best, most = (name, order), differ
    return best, int(overtook.sum())


def _ranking(first: Column, second: Column, values: int) -> tuple[int, ...] | None:
    """Values from first to last served, if hardly ever a later one was taken while an earlier one waited."""
    known = (first >= 0) & (second >= 0) & (first != second)
    if known.sum() < OVERTAKES:
        return None
    wins = np.zeros((values, values))
    np.add.at(wins, (first[known], second[known]), 1)
    score = wins.sum(axis=1) - wins.sum(axis=0)
    order = tuple(int(v) for v in np.argsort(-score, kind="stable"))
    against = sum(wins[order[j], order[i]] for i in range(values) for j in range(i + 1, values))
    return order if against <= 0.05 * wins.sum() else None
