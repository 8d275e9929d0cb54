"""Those who wait for each other: a step that is left together, by the clock or once there are enough.

Nobody serves there, and who comes in between waits for the same instant as all others. Told apart from chance
by the instants themselves: a timetable uses a few minutes of the day only, and whoever waits goes with the
next of them; a number goes at the instant at which the last one came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.fitted.estimate import Estimate, of_share
from metrics.fitted.pools import WEEK, weekday
from metrics.recorded.log import DAY, MISSING, Column, Mask, Recorded

MINUTE = 60_000
FEWEST = 50
"""Visits from which anything is told."""
TOGETHER = 1.5
"""So many leave together on average, or they do not wait for each other."""
MOST_TIMES, COVERED = 12, 0.95
"""A timetable has so many times of day at the most, and nearly all leave by it."""
SURE = 0.8
"""Share of those who left that must have left as the rule has it."""
USED = 0.2
"""Share of the weeks in which a departure is seen on a weekday, from which it is one of that day's."""


@dataclass(frozen=True, slots=True)
class Batches:
    """How a step is left. times : of each weekday, Monday first, when [ms since midnight]; none: by number ·
    number : how many go together, 0: by the clock · largest : that were seen to · limited : whether somebody
    was left behind by that many · kept : share that left as the rule has it, with its interval
    """

    times: tuple[tuple[int, ...], ...]
    number: int
    largest: int
    limited: bool
    kept: Estimate


def batches(log: Recorded, rows: Mask) -> Batches | None:
    """How those who visited a step left it together; None if they did not."""
    rows = rows & (log.ended != MISSING)
    joined, ended = log.joined[rows], log.ended[rows]
    if len(ended) < FEWEST or len(ended) < TOGETHER * len(np.unique(ended // MINUTE)):
        return None
    return _by_clock(joined, ended) or _by_number(joined, ended)


def _by_clock(joined: Column, ended: Column) -> Batches | None:
    """Whether all go at a few times of day, each with the first of them."""
    minute = ended // MINUTE
    of_day = np.bincount(minute % (DAY // MINUTE), minlength=DAY // MINUTE)
    often = np.argsort(-of_day, kind="stable")
    enough = int(np.searchsorted(np.cumsum(of_day[often]), COVERED * len(ended))) + 1
    if enough > MOST_TIMES:
        return None
    at, sizes = np.unique(minute, return_counts=True)
    table = _weekly(at, np.sort(often[:enough]))
    planned = _planned(table, int(joined.min()), int(ended.max()))
    if not len(planned):
        return None
    following = np.minimum(np.searchsorted(planned, joined // MINUTE), len(planned) - 1)
    on_time = planned[following] == minute
    largest = int(sizes.max())
    late = ~on_time & np.isin(minute, planned) & (planned[following] < minute)
    limited = bool(late.sum() > 0.02 * len(ended))  # left behind by a departure that was full
    kept = of_share(int((on_time | late).sum()), len(ended))
    return Batches(table, 0, largest, limited, kept) if kept.value >= SURE else None


def _weekly(at: Column, of_day: Column) -> tuple[tuple[int, ...], ...]:
    """The times of departure of each weekday, of those that are seen often enough on it."""
    date, minute = at * MINUTE // DAY, at % (DAY // MINUTE)
    weeks = max(1.0, float(date.max() - date.min() + 1) / WEEK)
    return tuple(
        tuple(
            int(each) * MINUTE
            for each in of_day
            if ((weekday(at * MINUTE) == day) & (minute == each)).sum() >= max(1.0, USED * weeks)
        )
        for day in range(WEEK)
    )


def _planned(table: tuple[tuple[int, ...], ...], begin: int, end: int) -> Column:
    """All departures of a timetable in a span of time [minutes]."""
    days = range(begin // DAY, end // DAY + 1)
    return np.array(
        [(day * DAY + time) // MINUTE for day in days for time in table[(day + 3) % WEEK]], np.int64
    )


def _by_number(joined: Column, ended: Column) -> Batches | None:
    """Whether so many go at the instant at which the last of them came."""
    at, sizes = np.unique(ended, return_counts=True)
    number = int(np.bincount(sizes).argmax())
    last = np.full(len(at), MISSING)
    np.maximum.at(last, np.searchsorted(at, ended), joined)
    as_told = (sizes == number) & (last == at)
    kept = of_share(int(as_told.sum()), len(at))
    return Batches(((),) * WEEK, number, number, True, kept) if number > 1 and kept.value >= SURE else None
