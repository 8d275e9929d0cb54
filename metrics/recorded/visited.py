"""Which way cases went, in two logs: steps and flows that only one has, and how often each is come to.

A step that only one side has, or a loop that only one side goes round, shifts no time of any other step, so
the times alone would call two such gates the same. The visits of each case to each step are counted, those of
none too; whether chance alone could part the means is told as with times (`metrics.recorded.study`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.recorded.log import DONE, MISSING, Recorded
from metrics.recorded.study import Interval, Sample, chance_of, sure_of

VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Often:
    """How often a case comes to a step. first, second : visits a case; None: the side has no such step"""

    flow: str
    step: str
    first: float | None
    second: float | None
    chance: float


@dataclass(frozen=True, slots=True)
class Alone:
    """A flow that only one side has. cases : done in its window"""

    flow: str
    side: int
    cases: int


def visits(log: Recorded, begin: int, end: int) -> dict[Interval, Sample]:
    """Of each flow and step, how often each case that was done in [begin, end) came there."""
    left = log.left
    counted = (left != MISSING) & (left >= begin) & (left < end)
    done = log.outcome == DONE
    found: dict[Interval, Sample] = {}
    for code, flow in enumerate(log.flows):
        mine = counted & (log.flow == code)
        rows = done & mine[log.case]
        for step in np.unique(log.step[rows]).tolist():
            times = np.bincount(log.case[rows & (log.step == step)], minlength=log.cases)[mine]
            interval = Interval(flow.key, VISITS, log.steps[step].key)
            found[interval] = Sample(times.astype(np.float64), left[mine] // 86_400_000)
    return found


def often(first: Mapping[Interval, Sample], second: Mapping[Interval, Sample]) -> list[Often]:
    """Steps of the flows that both have, at which visits differ by more than chance; one-sided ones first."""
    flows = _flows(first) & _flows(second)
    every = {i for i in (*first, *second) if i.kind == VISITS and i.flow in flows}
    told = [_one(interval, first, second) for interval in sorted(every)]
    sided = [each for each in told if each.first is None or each.second is None]
    both = [each for each in told if each not in sided]
    return [*sided, *sure_of(both)]


def alone(first: Mapping[Interval, Sample], second: Mapping[Interval, Sample]) -> list[Alone]:
    """The flows that only one side has."""
    flows = _flows(first), _flows(second)
    sides = (first, second)
    return [
        Alone(flow, side + 1, len(sides[side][Interval(flow, "stay", "")].times))
        for side in (0, 1)
        for flow in sorted(flows[side] - flows[1 - side])
    ]


def renamed(first: Mapping[Interval, Sample], second: Mapping[Interval, Sample]) -> dict[Interval, Sample]:
    """The second with its flow called as that of the first, where each has one only: it must be the same."""
    mine, theirs = _flows(first), _flows(second)
    if len(mine) != 1 or len(theirs) != 1:
        return dict(second)
    (name,) = mine
    return {Interval(name, i.kind, i.step, i.stratum): sample for i, sample in second.items()}


def _flows(side: Mapping[Interval, Sample]) -> set[str]:
    return {interval.flow for interval in side}


def _one(interval: Interval, first: Mapping[Interval, Sample], second: Mapping[Interval, Sample]) -> Often:
    one, two = (_of(interval, side) for side in (first, second))
    means = [None if interval not in side else float(s.times.mean()) for side, s in
             ((first, one), (second, two))]  # fmt: skip
    return Often(interval.flow, interval.step, means[0], means[1], chance_of(one, two))


def _of(interval: Interval, side: Mapping[Interval, Sample]) -> Sample:
    """Visits of each case, none where the side has no such step."""
    if interval in side:
        return side[interval]
    every = side[Interval(interval.flow, "stay", "")]
    return Sample(np.zeros(len(every.times)), every.day)
