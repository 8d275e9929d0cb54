"""What the answer of a scenario hangs on: the assumptions that move its main figure most, and tip it.

The main figure is that of the first expected band, the threshold its ends. Every assumption is turned by
itself to both ends of its range, the others as they are written, on the same seeds; those that move it
most are turned again with more replications. Of the first three it is sought at which value the figure leaves
the band.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from metrics.outcomes import Key, names, needs_no_rows
from metrics.statistics import Floats, average, half_width
from platform_api.along import crossings, short
from platform_api.formats import published_scale
from platform_api.sweep_trials import Places
from platform_api.trials import Plan
from scenarios.dials import Dial, dials, is_twin, turned
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
    """Where the figure passes an end of the band: a value of the assumption, and an interval around it."""

    threshold: float  # [unit of results]
    at: str | None
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Hinge:
    """One assumption, by what it does to the main figure."""

    dial: Dial
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
    """Turn every assumption of a scenario that has an expected band.

    folder : beside which its lists of arrivals lie
    """
    return _Turning(loaded, folder).all()


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
        found = dials(self.scenario.parameters, [self.written])
        self.dials = [dial for dial in found if reads_rates or not dial.path.startswith(UNREAD)]

    def all(self) -> Hanging:
        """Screen all, turn some again, tell the first."""
        base = self._figures({}, REPLICATIONS)
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
            if not any(is_twin(self.written, hinge.dial, one.dial) for one in kept):
                kept.append(hinge)
        return kept

    def _in_results(self, value: float) -> float:
        factor, _ = published_scale(self.band.unit, [value])
        return value * factor

    def _screened(self, base: Floats) -> list[Dial]:
        spans = {dial: self._span(dial, base[:SCREENING]) for dial in self.dials}
        moving = [dial for dial in self.dials if spans[dial] > 0]
        return sorted(moving, key=lambda dial: -spans[dial])[:AGAIN]

    def _span(self, dial: Dial, base: Floats) -> float:
        ends = [self._figures({dial: end}, SCREENING) for end in (dial.low, dial.high)]
        seen = [average(base), *(average(end) for end in ends if end is not None)]
        return max(seen) - min(seen)

    def _hinge(self, dial: Dial, base: Floats) -> Hinge | None:
        """Both ends; None if one cannot be, or neither is told from what is written."""
        ends = [self._end(dial, value, base) for value in (dial.low, dial.high)]
        low, high = ends
        if low is None or high is None or all(abs(end.change) <= end.half_width for end in (low, high)):
            return None
        return Hinge(dial, low, high, ())

    def _end(self, dial: Dial, value: float, base: Floats) -> End | None:
        seen = self._figures({dial: value}, REPLICATIONS)
        if seen is None:
            return None
        change = seen - base
        return End(dial.told(value), average(change), half_width(change))

    def _tips(self, hinge: Hinge, mean: float) -> Iterator[Tip]:
        """Looked for where the ends of the range lie on different sides of an end of the band."""
        dial, seen = hinge.dial, (mean, mean + hinge.low.change, mean + hinge.high.change)
        for edge in (self.band.low, self.band.high):
            threshold = self._in_results(edge)
            if not min(seen) < threshold < max(seen):
                continue

            def look(values: Sequence[float], threshold: float = threshold) -> Floats | None:
                rows = [self._figures({dial: value}, REPLICATIONS) for value in values]
                known = [row - threshold for row in rows if row is not None]
                return np.array(known) if len(known) == len(values) else None

            for found in crossings(dial, look):
                first, last = (dial.told(short(dial, value)) for value in (found.first, found.last))
                at = None if found.at is None else dial.told(short(dial, found.at))
                yield Tip(threshold, at, first, last)

    def _figures(self, values: Mapping[Dial, float], count: int) -> Floats | None:
        """The main figure in every replication; None where values do not go together, or it is not seen."""
        setting: Mapping[str, Any] = turned(self.written, values)
        places = replace(self.places, settings=(setting,), replications=count)
        try:
            (trial,) = places.perform((0,), lambda: False)
        except ScenarioError:
            return None
        seen = np.array([each.values[0] for each in trial.seen], dtype=np.float64)
        return None if np.isnan(seen).any() else seen
