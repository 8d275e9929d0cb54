"""Whether a gate changes within its log: a fit takes all weeks for alike, and cannot reproduce others."""

from __future__ import annotations

import numpy as np

from metrics.recorded.log import DAY, MISSING, Recorded
from metrics.recorded.study import Sample, chance_of

TIMES = 1.3
"""So much longer the mean stay of one half is at least."""
SURE = 0.01
FEWEST_DAYS = 5
"""Days of each half from which it can be told."""


def changing(log: Recorded, begin: int, end: int) -> list[int]:
    """The flows whose stays differ between the halves of [begin, end) by far more than days differ.

    The first day is left out: whoever left on it had come on it, and was quick.
    """
    left, start = log.left, begin + DAY
    middle = (start + end) // 2 // DAY * DAY
    found = []
    for flow in range(len(log.flows)):
        mine = (log.flow == flow) & (left != MISSING)
        halves = [mine & (left >= a) & (left < b) for a, b in ((start, middle), (middle, end))]
        one, other = (Sample((left - log.arrived)[half] / 1000, left[half] // DAY) for half in halves)
        if min(len(np.unique(each.day)) for each in (one, other)) >= FEWEST_DAYS:
            low, high = sorted((float(one.times.mean()), float(other.times.mean())))
            if high > TIMES * low and chance_of(one, other) < SURE:
                found.append(flow)
    return found
