"""The answer of a forecast, as `--json`, the CSV, the screen and the page tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Fan:
    """One curve of one variant. what: backlog, zone, gone · quantiles: name → a value for each look"""

    what: str
    label: Label
    variant: str
    limited: bool  # it is this number that may pass the limit
    quantiles: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Chance:
    """How probable it is that the limit is passed. seen: in so many replications · peak: P10, median, P90 of
    the most there are"""

    variant: str
    label: Label
    seen: int
    probability: float
    interval: tuple[float, float]
    peak: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Turned:
    """What an action does, on the same days. change: of the probability, with an interval that holds for all
    actions together · peak_change, peak_half_width : of the most there are, on average"""

    variant: str
    label: Label
    change: float
    interval: tuple[float, float]
    onto: int
    off: int
    peak_change: float
    peak_half_width: float
    sentence: Label


@dataclass(frozen=True, slots=True)
class Forecast(Answer):
    """What `--json` prints.

    now : local date and time · looks : hours from now · limit : the number; limit_of : what it is the room
    of · best : the action that changes the probability most, if any is shown to
    """

    name: str
    title: Label
    vehicles: bool
    now: str
    there: int
    horizon_h: float
    seed: int
    replications: int
    engine: str
    level: float
    looks: tuple[float, ...]
    fans: tuple[Fan, ...]
    of: str
    limit: int | None
    limit_of: Label | None
    chances: tuple[Chance, ...]
    actions: tuple[Turned, ...]
    best: str | None
    best_told: Label | None
    warnings: tuple[Label, ...]
    overrides: dict[str, Any]
    scenario_hash: str
    digests: tuple[str, ...]
    entities: int
    seconds: float
    package_version: str
    result_version: int
    parameters: tuple[Parameter, ...]

    def table(self) -> Table:
        """The fans as a table: a line for each look at each curve."""
        names = list(self.fans[0].quantiles) if self.fans else []
        rows: Table = [["variant", "what", "of", "hours", *names]]
        for fan in self.fans:
            for i, hours in enumerate(self.looks):
                values = [fan.quantiles[name][i] for name in names]
                rows.append([fan.variant, fan.what, fan.label.en, hours, *values])
        return rows
