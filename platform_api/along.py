"""Along one assumption: where a figure crosses zero as its dial is turned from one end to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metrics import inputs
from metrics.statistics import Floats, average
from scenarios.dials import Dial

STEPS = 5
"""Values of an assumption at which the figure is looked at."""

NEARBY = 0.125
"""Of the range, on both sides of a crossing: there a straight line will do."""

Look = Callable[[Sequence[float]], Floats | None]
"""Of some values of a dial the figure, a row each, a column for each replication; None if one cannot be."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place at which the figure changes its sign.

    at : None of a dial of whole numbers, and where no straight line will do · first, last : an interval
    around it
    """

    at: float | None
    first: float
    last: float


def crossings(dial: Dial, look: Look) -> Iterator[Crossing]:
    """Every such place, from the low end to the high one."""
    values = sorted({dial.at(step / (STEPS - 1)) for step in range(STEPS)})
    table = look(values)
    if table is None:
        return
    means = [average(row) for row in table]
    for i in inputs.crossings(means):
        if dial.is_whole:
            yield _neighbours(look, values[i], values[i + 1], means[i])
            continue
        guess = values[i] + (values[i + 1] - values[i]) * means[i] / (means[i] - means[i + 1])
        yield _nearby(dial, look, guess) or Crossing(None, values[i], values[i + 1])


def _neighbours(look: Look, first: float, last: float, before: float) -> Crossing:
    """The two neighbouring whole numbers between which the sign changes; `before`: the figure at `first`."""
    while last - first > 1:
        middle = (first + last) // 2
        table = look([middle])
        if table is None:
            break
        first, last = (middle, last) if average(table[0]) * before > 0 else (first, middle)
    return Crossing(None, first, last)


def _nearby(dial: Dial, look: Look, guess: float) -> Crossing | None:
    """By straight lines near a crossing; none where its interval leaves the range."""
    reach = NEARBY * (dial.high - dial.low)
    values = np.linspace(max(dial.low, guess - reach), min(dial.high, guess + reach), STEPS).tolist()
    table = look(values)
    found = None if table is None else inputs.root(values, table)
    if found is None or found.interval[0] < dial.low or dial.high < found.interval[1]:
        return None
    return Crossing(found.value, *found.interval)


def short(dial: Dial, value: float) -> float:
    """Three digits, or whole seconds: no more is known."""
    if dial.kind == "duration" and value >= 60_000:
        return round(value / 1000) * 1000.0
    return float(f"{value:.3g}")
