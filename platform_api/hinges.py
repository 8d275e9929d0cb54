"""What the answer of a scenario hangs on: the numbers that move its main figure most, and tip it.

The main figure is that of the first expected band, which answers the question; the threshold are its ends.
Every number with a range (assumptions, fitted numbers, opening hours) is turned by itself to both ends, the
others as they are written, on the same seeds; those that move the figure most are turned again with more
replications. Of the first three it is sought at which value the figure leaves the band.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from metrics.outcomes import Key, names, needs_no_rows
from metrics.statistics import Floats, average, half_width
from platform_api.along import CONFIRMING, Crossing, confirmed, crossings
from platform_api.formats import published_scale
from platform_api.sweep_trials import Places
from platform_api.trials import Plan
from scenarios.dials import Choice, Dial, choices, is_twin, ranged, turned
from scenarios.errors import ScenarioError
from scenarios.library import Loaded
from scenarios.resolved import Expected, Resolved
from sim.engines import DEFAULT_ENGINE

SEED = 2025
SCREENING, REPLICATIONS = 1, 8
"""Of each place: while all assumptions are turned, and of those that are told."""

AGAIN = 5
"""Assumptions that are turned again with more replications."""

TOLD = 3

Place = tuple[frozenset[tuple[Dial | Choice, float]], int, int]
"""What is turned to where, replications, another seed."""

UNREAD = ("rates.",)
"""Numbers that no engine reads: they move the indicators of costs and freshness only."""


@dataclass(frozen=True, slots=True)
class End:
    """The figure at one end of a range, less what it is as written, with the half-width of its interval."""

    value: str
    change: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the figure passes an end of the band.

    threshold : [unit of results] · at : a value that was run again; None where only the two around it were ·
    first, last : on either side of it · confirmed : whether fresh seeds told the figure on either side
    """

    threshold: float
    at: str | None
    first: str
    last: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Hinge:
    """One number, by what it does to the main figure."""

    dial: Dial | Choice
    low: End
    high: End
    tips: tuple[Tip, ...]

    @property
    def span(self) -> float:
        """From the lowest of the figures to the highest."""
        seen = (0.0, self.low.change, self.high.change)
        return max(seen) - min(seen)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A scenario's main figure, and what it hangs on [unit of results]."""

    scenario: Resolved
    band: Expected
    low: float
    high: float
    mean: float
    half_width: float
    tried: int
    hinges: tuple[Hinge, ...]


def hinges(loaded: Loaded, folder: Path | None = None) -> Hanging:
    """Turn every number with a range of a scenario that has an expected band.

    folder : beside which its lists of arrivals lie
    """
    return _Turning(loaded, folder).all()


def figure_at(loaded: Loaded, path: str, value: float, fresh: int, folder: Path | None = None) -> float:
    """The main figure with one number turned to a value, by seeds that neither sought nor confirmed it.

    fresh : 2 or more · value : in the base unit of its kind
    """
    turning = _Turning(loaded, folder)
    (dial,) = (dial for dial in turning.dials if dial.path == path)
    seen = turning.figures({dial: value}, CONFIRMING * REPLICATIONS, fresh)
    assert seen is not None, f"{path} cannot be {value}"
    return average(seen)


class _Turning:
    """A scenario whose assumptions are turned."""

    def __init__(self, loaded: Loaded, folder: Path | None) -> None:
        self.scenario, self.written = loaded.resolved, loaded.written
        self.band = self.scenario.expected[0]
        key: Key = (self.band.kpi, tuple(self.band.labels.items()))
        measured = not needs_no_rows(key, self.scenario)
        plan = Plan((), SEED, DEFAULT_ENGINE, (key,), rows=False, measured=measured, stuck=False)
        self.places = Places(plan, self.written, folder, ({},), SCREENING)
        reads_rates = any(need.startswith("rate:") for need in names()[self.band.kpi].needs)
        found: list[Dial | Choice] = [*ranged(self.scenario.parameters), *choices(self.scenario.parameters)]
        self.seen: dict[Place, Floats | None] = {}
        self.dials = [dial for dial in found if reads_rates or not dial.path.startswith(UNREAD)]

    def all(self) -> Hanging:
        """Screen all, turn some again, tell the first."""
        base = self.figures({}, REPLICATIONS)
        assert base is not None, f"{self.scenario.name} does not give {self.band.kpi}"
        found = [hinge for dial in self._screened(base) if (hinge := self._hinge(dial, base)) is not None]
        found.sort(key=lambda hinge: -hinge.span)
        return Hanging(
            scenario=self.scenario,
            band=self.band,
            low=self._in_results(self.band.low),
            high=self._in_results(self.band.high),
            mean=average(base),
            half_width=half_width(base),
            tried=len(self.dials),
            hinges=tuple(
                replace(hinge, tips=tuple(self._tips(hinge, average(base))))
                for hinge in self._without_twins(found)[:TOLD]
            ),
        )

    def _without_twins(self, found: Sequence[Hinge]) -> list[Hinge]:
        """Of a share and the only other one beside it the stronger: turning either turns both."""
        kept: list[Hinge] = []
        for hinge in found:
            if not any(self._is_twin(hinge.dial, one.dial) for one in kept):
                kept.append(hinge)
        return kept

    def _is_twin(self, one: Dial | Choice, other: Dial | Choice) -> bool:
        return isinstance(one, Dial) and isinstance(other, Dial) and is_twin(self.written, one, other)

    def _in_results(self, value: float) -> float:
        factor, _ = published_scale(self.band.unit, [value])
        return value * factor

    def _screened(self, base: Floats) -> list[Dial | Choice]:
        spans = {dial: self._span(dial, base[:SCREENING]) for dial in self.dials}
        moving = [dial for dial in self.dials if spans[dial] > 0]
        return sorted(moving, key=lambda dial: -spans[dial])[:AGAIN]

    def _span(self, dial: Dial | Choice, base: Floats) -> float:
        ends = [self.figures({dial: end}, SCREENING) for end in (dial.low, dial.high)]
        seen = [average(base), *(average(end) for end in ends if end is not None)]
        return max(seen) - min(seen)

    def _hinge(self, dial: Dial | Choice, base: Floats) -> Hinge | None:
        """Both ends; None if one cannot be, or neither is told from what is written."""
        ends = [self._end(dial, value, base) for value in (dial.low, dial.high)]
        low, high = ends
        if low is None or high is None or all(abs(end.change) <= end.half_width for end in (low, high)):
            return None
        return Hinge(dial, low, high, ())

    def _end(self, dial: Dial | Choice, value: float, base: Floats) -> End | None:
        seen = self.figures({dial: value}, REPLICATIONS)
        if seen is None:
            return None
        change = seen - base
        return End(dial.told(value), average(change), half_width(change))

    def _tips(self, hinge: Hinge, mean: float) -> Iterator[Tip]:
        """Looked for where the ends of the range lie on different sides of an end of the band."""
        seen = (mean, mean + hinge.low.change, mean + hinge.high.change)
        for edge in (self.band.low, self.band.high):
            threshold = self._in_results(edge)
            if isinstance(hinge.dial, Dial) and min(seen) < threshold < max(seen):
                for found in self._crossings(hinge.dial, threshold):
                    yield _told(hinge.dial, threshold, found)

    def _crossings(self, dial: Dial, threshold: float) -> Iterator[Crossing]:
        """Where the figure passes a threshold: halved on the seeds of all, confirmed with others."""

        def look(value: float) -> Floats | None:
            row = self.figures({dial: value}, REPLICATIONS)
            return None if row is None else row - threshold

        def fresh(value: float) -> Floats | None:
            row = self.figures({dial: value}, CONFIRMING * REPLICATIONS, 1)
            return None if row is None else row - threshold

        for each in crossings(dial, look):
            yield confirmed(each, fresh)

    def figures(self, values: Mapping[Dial | Choice, float], count: int, fresh: int = 0) -> Floats | None:
        """The main figure in every replication; None where values do not go together, or it is not seen.

        fresh : another seed than that of all
        """
        place = (frozenset(values.items()), count, fresh)
        if place not in self.seen:
            self.seen[place] = self._simulated(values, count, fresh)
        return self.seen[place]

    def _simulated(self, values: Mapping[Dial | Choice, float], count: int, fresh: int) -> Floats | None:
        plan = replace(self.places.plan, seed=SEED + fresh)
        places = replace(self.places, plan=plan, settings=(self._setting(values),), replications=count)
        try:
            (trial,) = places.perform((0,), lambda: False)
        except ScenarioError:
            return None
        seen = np.array([each.values[0] for each in trial.seen], dtype=np.float64)
        return None if np.isnan(seen).any() else seen

    def _setting(self, values: Mapping[Dial | Choice, float]) -> dict[str, Any]:
        setting: dict[str, Any] = dict(
            turned(self.written, {dial: value for dial, value in values.items() if isinstance(dial, Dial)})
        )
        for dial, value in values.items():
            if isinstance(dial, Choice):
                setting |= dial.setting(value)
        return setting


def _told(dial: Dial, threshold: float, found: Crossing) -> Tip:
    at = None if found.at is None else dial.told(found.at)
    return Tip(threshold, at, dial.told(found.first), dial.told(found.last), found.confirmed)
