"""The answer of an outage map, as `--json`, the CSV, the screen and the page tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure over replications: mean, half-width by Student, Hall's interval if skewed, P10, P90."""

    mean: float
    half_width: float | None
    hall: tuple[float, float] | None
    p10: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """An outage of one target at one hour.

    start : local, ISO 8601 · weekday : 0 is Monday · hour : of the day · queue : how many it adds at most
    · queue_km : of road; None where entities are no vehicles · recovery_h : from the end of the outage ·
    lost_h : hours inside beyond those of the undisturbed run
    """

    target: str
    start: str
    weekday: int
    hour: float
    queue: Figure
    queue_km: Figure | None
    recovery_h: Figure
    lost_h: Figure


@dataclass(frozen=True, slots=True)
class OutageMap(Answer):
    """What `--json` prints."""

    name: str
    title: Label
    seed: int
    replications: int
    engine: str
    level: float
    lasts_h: float
    metres: float | None
    metres_range: tuple[float, float] | None
    targets: dict[str, Label]
    cells: tuple[Cell, ...]
    warnings: tuple[Label, ...]
    overrides: dict[str, Any]
    scenario_hash: str
    digests: tuple[str, ...]
    window: int | None
    drained_until: int
    entities: int
    seconds: float
    package_version: str
    result_version: int
    parameters: tuple[Parameter, ...]

    def table(self) -> Table:
        """The cells as a table, one a line."""
        measures = ("queue", "queue_km", "recovery_h", "lost_h")
        heads = [f"{name}{part}" for name in measures for part in ("", "_half_width", "_p10", "_p90")]
        rows: Table = [["target", "start", "weekday", "hour", *heads]]
        for cell in self.cells:
            figures = [getattr(cell, name) for name in measures]
            parts = [part for of in figures for part in _parts(of)]
            rows.append([cell.target, cell.start, cell.weekday, cell.hour, *parts])
        return rows


def _parts(of: Figure | None) -> list[float | None]:
    return [None] * 4 if of is None else [of.mean, of.half_width, of.p10, of.p90]
