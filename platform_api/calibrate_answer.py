"""What `cuakhau calibrate` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Known:
    """An unknown, told. before : as it stood · best, low, high : as scenarios write them"""

    path: str
    owner: str | None
    before: str
    range: tuple[str, str]
    best: str
    low: str
    high: str
    tells_little: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """An observed figure beside the calibrated model.

    mark : fitted or predicted (held out) · low, high : where nine of ten single days lie · inside : whether
    the observed one does
    """

    figure: str
    kpi: str
    labels: dict[str, str]
    unit: str
    date: str
    mark: str
    observed: float
    before: float | None
    mean: float | None
    low: float | None
    high: float | None
    inside: bool | None


@dataclass(frozen=True, slots=True)
class Calibration(Answer):
    """The whole answer. warnings : what cannot be told apart, or fitted at all"""

    title: Label
    typed: str
    unknowns: tuple[Known, ...]
    figures: tuple[Checked, ...]
    warnings: tuple[Label, ...]
    points: int
    replications: int
    seed: int
    overrides: dict[str, Any]
    scenario_hash: str
    package_version: str
    parameters: tuple[Parameter, ...] = ()

    def table(self) -> Table:
        """The figures."""
        heads: list[Any] = [
            "figure",
            "unit",
            "date",
            "mark",
            "observed",
            "before",
            "mean",
            "low",
            "high",
            "inside",
        ]
        return [heads, *([getattr(each, name) for name in heads] for each in self.figures)]
