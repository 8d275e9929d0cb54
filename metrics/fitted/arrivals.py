"""When they come: how many a day, by weekday and month, through the hours; days that stand out; bursts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from metrics.fitted.estimate import Estimate, of_count
from metrics.fitted.pools import WEEK, weekday
from metrics.recorded.log import DAY, HOUR, Column

CERTAIN = 6.0
"""A day that differs by so many standard deviations from what is usual has a factor of its own."""
YEARLY = 330
"""Days of a log from which months can be told from chance."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """per_day : of the days that are whole · weekdays, months : factor of each that differs · hours : (from,
    to, how many) in whole hours · dates : local date → factor · dispersion : variance of daily counts over
    their mean, weekdays and odd dates apart; 1 of a Poisson process
    """

    per_day: Estimate
    weekdays: dict[int, Estimate]
    months: dict[int, Estimate]
    hours: tuple[tuple[int, int, Estimate], ...]
    dates: dict[str, Estimate]
    dispersion: float
    days: int


def profile(arrived: Column, begin: int, end: int) -> Arrivals | None:
    """The arrivals in [begin, end), whole days; None if there are none."""
    days = (end - begin) // DAY
    arrived = arrived[(arrived >= begin) & (arrived < end)]
    if days < 1 or not len(arrived):
        return None
    counts = np.bincount((arrived - begin) // DAY, minlength=days)
    date = begin // DAY + np.arange(days)
    usual = counts.mean()
    by_day = _weekdays(counts, (date + 3) % WEEK)
    factor = np.array([by_day[d].value if d in by_day else 1.0 for d in ((date + 3) % WEEK).tolist()])
    by_month = _months(counts / np.maximum(factor, 1e-9), date)
    for k, each in enumerate(_month_of(date).tolist()):
        factor[k] *= by_month[each].value if each in by_month else 1.0
    dates, plain = _dates(counts, usual * factor, date)
    expected = np.maximum(usual * factor, 1e-9)[plain]
    spread = float(np.sum((counts[plain] - expected) ** 2 / expected) / max(1, plain.sum() - 1 - len(by_day)))
    rate = of_count(int(counts[plain].sum()), float(factor[plain].sum()))
    return Arrivals(rate, by_day, by_month, _hours(arrived), dates, spread, int(days))


def _weekdays(counts: Column, day: Column) -> dict[int, Estimate]:
    """Factors of the weekdays, if they differ by more than chance makes them (χ², with room for bursts)."""
    if len(counts) < 2 * WEEK:
        return {}
    usual = counts.mean()
    within = np.concatenate([counts[day == d] - counts[day == d].mean() for d in range(WEEK)])
    noise = max(float((within**2).sum()) / max(1, len(counts) - WEEK), usual)
    sizes = np.array([(day == d).sum() for d in range(WEEK)])
    means = np.array([counts[day == d].mean() for d in range(WEEK)])
    if float((sizes * (means - usual) ** 2).sum()) / noise < 22.5:  # χ² with 6 degrees of freedom, 0.1 %
        return {}
    half = 1.96 * np.sqrt(noise / sizes) / usual
    return {
        d: Estimate(
            means[d] / usual,
            max(0.0, means[d] / usual - half[d]),
            means[d] / usual + half[d],
            int(counts[day == d].sum()),
        )
        for d in range(WEEK)
    }


def _month_of(date: Column) -> Column:
    months = date.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12)


def _months(counts: np.ndarray, date: Column) -> dict[int, Estimate]:
    if len(counts) < YEARLY:
        return {}
    month, usual = _month_of(date), counts.mean()
    found = {}
    for each in range(12):
        mine = counts[month == each]
        if len(mine) > 1 and usual:
            half = 1.96 * float(mine.std(ddof=1)) / len(mine) ** 0.5 / usual
            value = float(mine.mean() / usual)
            found[each] = Estimate(value, max(0.0, value - half), value + half, int(mine.sum()))
    return found


def _dates(counts: Column, expected: np.ndarray, date: Column) -> tuple[dict[str, Estimate], np.ndarray]:
    """Days far from what is usual, told by a spread that they do not widen; and which days are not such."""
    scaled = (counts - expected) / np.sqrt(np.maximum(expected, 1.0))
    width = max(1.0, float(np.median(np.abs(scaled))) * 1.4826)
    odd = (np.abs(scaled) > CERTAIN * width) & (len(counts) >= WEEK)
    if odd.mean() > 0.2:
        odd[:] = False
    found = {}
    for k in np.flatnonzero(odd).tolist():
        told = of_count(int(counts[k]), float(max(expected[k], 1e-9)))
        found[str(date[k].astype("datetime64[D]"))] = told
    return found, ~odd


def _hours(arrived: Column) -> tuple[tuple[int, int, Estimate], ...]:
    """Spans of whole hours; neighbours whose counts differ by no more than chance are put together."""
    counts = np.bincount(arrived % DAY // HOUR, minlength=24).tolist()
    spans = [[k, k + 1, counts[k]] for k in range(24)]
    while len(spans) > 1:
        gains = [_told_apart(a, b, len(arrived)) for a, b in pairwise(spans)]
        least = int(np.argmin(gains))
        if gains[least] > 0:
            break
        a, b = spans[least], spans.pop(least + 1)
        spans[least] = [a[0], b[1], a[2] + b[2]]
    return tuple((a, b, of_count(n, b - a)) for a, b, n in spans if n)


def _told_apart(a: list[int], b: list[int], n: int) -> float:
    """What two rates tell beyond one, less its cost (BIC)."""

    def told(count: int, hours: int) -> float:
        return count * float(np.log(count / hours)) if count else 0.0

    two = told(a[2], a[1] - a[0]) + told(b[2], b[1] - b[0])
    return (
        two
        - told(a[2] + b[2], b[1] - a[0])
        - 0.5 * float(np.log(max(n, 2)))
        - (3.0 if a[2] and b[2] else 0.0)
    )


__all__ = ["Arrivals", "profile", "weekday"]
