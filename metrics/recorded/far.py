"""Times far from all others: a year or a month that was typed wrong.

The times of a log are parted where two months pass without any. A part that holds few of them is taken for a
slip of the pen, whether it lies a hundred years away or one; a log of two seasons has two large parts, which
both stand.
"""

from __future__ import annotations

import numpy as np

from metrics.recorded.log import DAY, Column, Mask
from metrics.recorded.stamps import EARLIEST_MS, LATEST_MS

APART = 60 * DAY
FEW = 0.05
"""Share of all times, up to which a part is a slip of the pen."""

Spans = list[tuple[int, int]]


def believed(times: Column) -> Spans:
    """From when until when the times of a log lie, part by part; of a log without large parts all of them."""
    every = np.sort(times[(times >= EARLIEST_MS) & (times < LATEST_MS)])
    if not len(every):
        return []
    cuts = np.flatnonzero(np.diff(every) > APART) + 1
    parts = np.split(every, cuts)
    large = [part for part in parts if len(part) > FEW * len(every)]
    if sum(map(len, large)) < (1 - 2 * FEW) * len(every):
        large = parts
    return [(int(part[0]), int(part[-1])) for part in large]


def within(times: Column, spans: Spans) -> Mask:
    """Which times lie in one of the parts."""
    inside = np.zeros(len(times), bool)
    for low, high in spans:
        inside |= (times >= low) & (times <= high)
    return inside
