"""Along one assumption: where a figure crosses zero as its dial is turned from one end to the other.

A crossing is sought by halving on the seeds of the experiment and confirmed with fresh ones. No straight line
is believed: a queue bends near its capacity. Every value that is told has been run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from metrics import inputs
from metrics.statistics import Floats, average, half_width
from scenarios.dials import Dial

STEPS = 5
"""Values of an assumption at which the figure is looked at first."""

HALVINGS = 12
"""Of the range between two of these, at the most."""

SIDES = 3
"""Halvings on either side of a value at which the figure is not told from zero."""

CLOSE = 0.01
"""Of a value: two that lie closer are not halved any more."""

CONFIRMING = 4
"""So many times the replications confirm a crossing."""

Look = Callable[[float], Floats | None]
"""Of a value of a dial the figure, a column for each replication; None if there is none."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place at which the figure changes its sign.

    at : where it is not told from zero; None where there is no such value (whole numbers, a jump) ·
    sign : −1 or 1, of the figure below it · below, above : values on either side that were looked at and have
    the sign of their side, nearest first · confirmed : whether fresh seeds told the signs at the nearest
    """

    at: float | None
    sign: int
    below: tuple[float, ...]
    above: tuple[float, ...]
    confirmed: bool = False

    @property
    def first(self) -> float:
        """From here …"""
        return self.below[0]

    @property
    def last(self) -> float:
        """… to here."""
        return self.above[0]


def crossings(dial: Dial, look: Look) -> Iterator[Crossing]:
    """Every such place, from the low end to the high one."""
    values = sorted({short(dial, dial.at(step / (STEPS - 1))) for step in range(STEPS)})
    seen = {value: row for value in values if (row := look(value)) is not None}
    if len(seen) == len(values):
        for i in inputs.crossings([average(seen[value]) for value in values]):
            yield _Halving(dial, look, dict(seen)).between(values[i], values[i + 1])


def confirmed(found: Crossing, fresh: Look) -> Crossing:
    """Looked at again with fresh seeds: as wide as these tell it, without a value that they deny.

    fresh : with `CONFIRMING` times the replications
    """
    below, above = _told(found.below, found.sign, fresh), _told(found.above, -found.sign, fresh)
    row = None if found.at is None else fresh(found.at)
    at = found.at if row is not None and abs(average(row)) <= half_width(row) else None
    if below and above:
        return replace(found, at=at, below=below, above=above, confirmed=True)
    return replace(found, at=None)


def _told(values: Sequence[float], sign: int, fresh: Look) -> tuple[float, ...]:
    """From the first of some values at which a sign is told."""
    for i, value in enumerate(values):
        row = fresh(value)
        if row is not None and inputs.sign_of(row) == sign:
            return tuple(values[i:])
    return ()


class _Halving:
    """One crossing, between two values where the figure has opposite signs.

    seen : what was looked at
    """

    def __init__(self, dial: Dial, look: Look, seen: dict[float, Floats]) -> None:
        self.dial, self.look, self.seen = dial, look, seen

    def between(self, first: float, last: float) -> Crossing:
        sign = 1 if (average(self.seen[first]) or -average(self.seen[last])) > 0 else -1
        at: float | None = None
        middle = self._straight(first, last)  # exact where the figure is a straight line
        for _ in range(HALVINGS):
            if middle is None or (row := self._seen(middle)) is None:
                break
            if inputs.sign_of(row) == 0:
                at = middle
                first, last = self._side(first, at), self._side(last, at)
                break
            first, last = (middle, last) if average(row) * sign > 0 else (first, middle)
            middle = self._middle(first, last)
        return Crossing(at, sign, self._beyond(first, -1, sign), self._beyond(last, 1, -sign))

    def _side(self, told: float, untold: float) -> float:
        """Nearer to a value at which the figure is not told from zero, as long as it is told."""
        for _ in range(SIDES):
            middle = self._middle(*sorted((told, untold)))
            if middle is None or (row := self._seen(middle)) is None:
                break
            told, untold = (middle, untold) if inputs.sign_of(row) else (told, middle)
        return told

    def _beyond(self, end: float, way: int, sign: int) -> tuple[float, ...]:
        """An end, and what was seen on from it, as long as the figure has the sign."""
        on = sorted((value for value in self.seen if (value - end) * way > 0), key=lambda v: abs(v - end))
        return (end, *takewhile(lambda value: average(self.seen[value]) * sign > 0, on))

    def _seen(self, value: float) -> Floats | None:
        row = self.look(value)
        if row is not None:
            self.seen[value] = row
        return row

    def _straight(self, first: float, last: float) -> float | None:
        before, after = average(self.seen[first]), average(self.seen[last])
        if before == after:
            return self._middle(first, last)
        value = first + (last - first) * before / (before - after)
        return self._whole(value, first, last) or self._middle(first, last)

    def _middle(self, first: float, last: float) -> float | None:
        """None where nothing is left to be told between them."""
        if not self.dial.is_whole and last - first <= CLOSE * max(abs(first), abs(last)):
            return None
        return self._whole(self.dial.between(first, last), first, last)

    def _whole(self, value: float, first: float, last: float) -> float | None:
        """A value as it is told, if that lies between two others as they are told."""
        value = float(round(value)) if self.dial.is_whole else short(self.dial, value)
        told = self.dial.told(value)
        inside = first < value < last and told not in (self.dial.told(first), self.dial.told(last))
        return value if inside else None


def short(dial: Dial, value: float) -> float:
    """Three digits, or whole seconds: no more is known. The ends of the range stay what they are."""
    if value in (dial.low, dial.high):
        return value
    if dial.kind == "duration" and value >= 60_000:
        return round(value / 1000) * 1000.0
    return float(f"{value:.3g}")
