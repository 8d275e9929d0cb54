"""A Time Release Study of a log, and of two logs side by side: how far apart they are, where they part.

An interval is from one milestone of a case to another; without milestones, a step's wait and its work are the
intervals, and the whole stay. The distance of two samples is the area between their distribution functions
(Wasserstein's, in seconds: so much later the one is on average, counted without sign), over the pooled mean.
Whether chance alone could shift the mean is told by Welch's test on the means of days, as trucks of one day
are alike; of many intervals Holm's correction keeps the chance of any false alarm below the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from metrics.recorded.log import DAY, DONE, MISSING, Mask, Recorded

Times = NDArray[np.float64]

FEWEST_DAYS = 3
"""With fewer days on a side single trucks are compared, which is severe."""
STRATA = ("gate", "direction", "goods", "channel")
FEWEST = 20
KINDS = ("stay", "wait", "work")
"""What is timed."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """kind : stay (from first to last seen), wait, work or visits · step : key of it, empty of the stay ·
    stratum : (attribute, value), empty: everybody of the flow
    """

    flow: str
    kind: str
    step: str
    stratum: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Times [s], and on which day the case of each was done."""

    times: Times
    day: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """Statistics of one interval [s]."""

    n: int
    mean: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Apart:
    """An interval in both logs.

    distance : area between the distribution functions [s] · relative : of the pooled mean · shift : mean of
    the second less that of the first [s] · chance : how likely a shift so large is by chance alone (Welch, by
    days) · per_case : what the shift of the mean adds to an average case of the flow [s]
    """

    interval: Interval
    first: Row
    second: Row
    distance: float
    relative: float
    shift: float
    chance: float
    per_case: float


def intervals(log: Recorded, begin: int, end: int) -> dict[Interval, Sample]:
    """The times [s] of all intervals, of the cases that were done in [begin, end)."""
    left = log.left
    counted = (left != MISSING) & (left >= begin) & (left < end)
    found: dict[Interval, Sample] = {}
    for flow, named in enumerate(log.flows):
        mine = counted & (log.flow == flow)
        if mine.any():
            found |= _of_flow(log, named.key, mine, left)
    return found


def cases_of(log: Recorded, begin: int, end: int) -> dict[str, int]:
    """How many cases of each flow were done in [begin, end)."""
    left = log.left
    counted = (left != MISSING) & (left >= begin) & (left < end)
    return {flow.key: int((counted & (log.flow == k)).sum()) for k, flow in enumerate(log.flows)}


def _of_flow(log: Recorded, flow: str, mine: Mask, left: NDArray[np.int64]) -> dict[Interval, Sample]:
    day = left // DAY
    stay, days = (left - log.arrived)[mine] / 1000, day[mine]
    found = {Interval(flow, "stay", ""): Sample(stay, days)}
    for name in STRATA:
        if name in log.attributes:
            attribute = log.attributes[name]
            for code, value in enumerate(attribute.values):
                here = attribute.codes[mine] == code
                if FEWEST <= here.sum() < len(stay):
                    found[Interval(flow, "stay", "", (name, value))] = Sample(stay[here], days[here])
    return found | dict(_of_steps(log, flow, mine, day))


def _of_steps(
    log: Recorded, flow: str, mine: Mask, day: NDArray[np.int64]
) -> Iterator[tuple[Interval, Sample]]:
    rows = mine[log.case] & (log.outcome == DONE) & (log.ended != MISSING)
    begun = rows & (log.started != MISSING)
    for step in np.unique(log.step[rows]).tolist():
        key = log.steps[step].key
        here = begun & (log.step == step)
        waited = (log.started - log.joined)[here] / 1000
        yield Interval(flow, "wait", key), Sample(waited, day[log.case[here]])
        worked = here & (log.service != MISSING)
        yield Interval(flow, "work", key), Sample(log.service[worked] / 1000, day[log.case[worked]])


def statistics(times: Times) -> Row:
    """Of some times."""
    if not len(times):
        return Row(0, 0.0, 0.0, 0.0)
    return Row(len(times), float(times.mean()), *(float(q) for q in np.quantile(times, [0.5, 0.95])))


def distance(first: Times, second: Times) -> float:
    """The area between two distribution functions; 0 of a sample and itself."""
    every = np.sort(np.concatenate([first, second]))
    gaps = np.diff(every)
    one, two = (np.searchsorted(np.sort(x), every[:-1], side="right") / len(x) for x in (first, second))
    return float(np.sum(np.abs(one - two) * gaps))


def compare(
    first: Mapping[Interval, Sample], second: Mapping[Interval, Sample], cases: Mapping[str, int]
) -> list[Apart]:
    """All intervals that both have, those that add most to an average case first; strata after the whole."""
    found = [
        _apart(interval, first[interval], second[interval], cases)
        for interval in first
        if interval in second
        and interval.kind in KINDS
        and min(len(first[interval].times), len(second[interval].times)) >= FEWEST
    ]
    return sorted(
        found, key=lambda each: (each.interval.stratum != ("", ""), -abs(each.per_case), each.interval)
    )


def _apart(interval: Interval, first: Sample, second: Sample, cases: Mapping[str, int]) -> Apart:
    one, two = statistics(first.times), statistics(second.times)
    far = distance(first.times, second.times)
    middle = (one.n * one.mean + two.n * two.mean) / (one.n + two.n)
    visits = one.n / max(1, cases.get(interval.flow, one.n))
    shift, relative = two.mean - one.mean, far / middle if middle else 0.0
    return Apart(interval, one, two, far, relative, shift, chance_of(first, second), shift * visits)


def chance_of(first: Sample, second: Sample) -> float:
    """The two-sided p-value of Welch's test on the means of days."""
    from scipy.special import stdtr

    a, b = (_units(each) for each in (first, second))
    shift = float(b.mean() - a.mean())
    parts = [float(x.var(ddof=1)) / len(x) for x in (a, b)]
    if shift == 0 or sum(parts) == 0:
        return 1.0 if shift == 0 else 0.0
    freedom = sum(parts) ** 2 / sum(p * p / (len(x) - 1) for p, x in zip(parts, (a, b), strict=True))
    return float(2 * stdtr(freedom, -abs(shift) / sum(parts) ** 0.5))


def _units(of: Sample) -> Times:
    """The means of days; of too few days the times themselves."""
    days, number = np.unique(of.day, return_inverse=True)
    if len(days) < FEWEST_DAYS:
        return of.times
    return np.asarray(np.bincount(number, of.times) / np.bincount(number))


class _Tested(Protocol):
    @property
    def chance(self) -> float: ...


Tested = TypeVar("Tested", bound=_Tested)


def sure_of(found: Iterable[Tested], level: float = 0.05) -> list[Tested]:
    """Those that chance does not explain, the surest first, as all of them are tried (Holm 1979)."""
    tried = sorted(found, key=lambda each: each.chance)
    sure: list[Tested] = []
    for place, each in enumerate(tried):
        if each.chance * (len(tried) - place) > level:
            break
        sure.append(each)
    return sure


def parts_at(found: Iterable[Apart], level: float = 0.05) -> Apart | None:
    """Where two logs part: of the waits and works that chance does not explain, the one that adds most."""
    sure = sure_of([each for each in found if each.interval.kind != "stay"], level)
    return max(sure, key=lambda each: abs(each.per_case), default=None)


def too_few(first: Mapping[Interval, Sample], second: Mapping[Interval, Sample]) -> int:
    """Intervals that both have, but of which one has too few times to compare."""
    both = [i for i in first if i in second and i.kind in KINDS]
    return sum(min(len(first[i].times), len(second[i].times)) < FEWEST for i in both)
