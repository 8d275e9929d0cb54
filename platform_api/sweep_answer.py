"""The answer of a sweep, as `--json`, the CSV, the screen and the page tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter
from scenarios.sweeps import Method

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at a place: mean over replications, half-width of its interval; empty if it was not seen."""

    mean: float | None
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the factors are (path → value as written), and the figures there, in the order of `outcomes`."""

    settings: dict[str, Any]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Influence:
    """What a factor does to the first figure; which fields there are depends on the method.

    low, high : (tornado) the paired difference from the scenario as written with the factor alone at its
    first and last value · mean, size, spread : (morris) over the whole range · first, total : (indices)
    shares of the variance · …_interval : of each · …_seeds : smallest and largest over single replications
    """

    factor: str
    label: Label
    path: str
    now: str | None
    ends: tuple[str, str]
    low: Figure | None = None
    high: Figure | None = None
    mean: float | None = None
    size: float | None = None
    size_interval: Interval | None = None
    spread: float | None = None
    first: float | None = None
    first_interval: Interval | None = None
    first_seeds: Interval | None = None
    total: float | None = None
    total_interval: Interval | None = None
    total_seeds: Interval | None = None

    @property
    def weight(self) -> float:
        """By which factors are put in order."""
        ends = [abs(end.mean or 0.0) for end in (self.low, self.high) if end is not None]
        return max([*ends, self.size or 0.0, self.total or 0.0])


@dataclass(frozen=True, slots=True)
class Sweep(Answer):
    """What `--json` prints; `influences` are in the order of their weight."""

    name: str
    title: Label | None
    question: Label | None
    method: Method
    seed: int
    replications: int
    engine: str
    level: float
    outcomes: tuple[str, ...]
    outcome_labels: tuple[Label, ...]
    units: tuple[str, ...]
    factors: tuple[str, ...]
    factor_labels: tuple[Label, ...]
    places: tuple[Place, ...]
    influences: tuple[Influence, ...]
    warnings: tuple[Label, ...]
    overrides: dict[str, Any]
    scenario_hash: str
    window: int | None
    drained_until: int
    entities: int
    seconds: float
    package_version: str
    result_version: int
    parameters: tuple[Parameter, ...]

    def table(self) -> Table:
        """The places as a table, one a line."""
        paths = list(dict.fromkeys(path for place in self.places for path in place.settings))
        figures = [f"{outcome}{part}" for outcome in self.outcomes for part in ("", " half_width")]
        rows: Table = [[*paths, *figures]]
        for place in self.places:
            numbers = [part for of in place.figures for part in (of.mean, of.half_width)]
            rows.append([*(place.settings.get(path, "") for path in paths), *numbers])
        return rows
