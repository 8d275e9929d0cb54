"""The answer of an optimisation: what to choose, what it costs, and with what probability that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from metrics.selection import Fate
from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Figure:
    """Mean over replications, half-width of Student's interval for it alone."""

    mean: float
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A combination that was simulated.

    number : in the space · settings : decision → option · fate : in the last set (None: not in it) · targets
    : of each target the figure that it is about · replications : those of its figures · front : no other one
    costs less and serves as well · now : the scenario as it is written
    """

    number: int
    settings: dict[str, str]
    cost: Figure
    targets: tuple[Figure, ...]
    replications: int
    fate: Fate | None
    front: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One of the last set again, on days that took no part in choosing it."""

    number: int
    settings: dict[str, str]
    cost: Figure
    targets: tuple[Figure, ...]
    replications: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was simulated, and what may be said of the choice.

    space : combinations there are · tried : of which so many were simulated · last : so many were raced, on
    days of their own where they had been searched for · how : all, or searched · first, most : replications
    of the first stage, and of the longest race · replications : all together · error : shared by targets and
    costs · promised : the probability at the least, for normal figures; None where it was not decided (then
    `estimate` only), or where figures are skewed and Hall's interval does not confirm it · unseen : the share
    of days that a kind of day may make up of which the chosen one saw none (exact, at the same error)
    """

    how: Literal["all", "searched"]
    space: int
    tried: int
    last: int
    first: int
    most: int
    replications: int
    error: float
    indifference: float
    tolerances: tuple[float, ...]
    decided: bool
    promised: float | None
    estimate: float | None
    unseen: float
    sentence: Label


@dataclass(frozen=True, slots=True)
class Target:
    """What must be kept."""

    written: str
    label: Label
    figure: str
    unit: str
    bound: float
    at_least: bool
    tolerance: float


@dataclass(frozen=True, slots=True)
class Decided:
    """What could be decided: its options with their names, and their own cost [VND]."""

    name: str
    label: Label
    path: str
    options: dict[str, Label]
    costs: dict[str, int]


@dataclass(frozen=True, slots=True)
class Optimum(Answer):
    """What `--json` prints; `chosen`: a number of the candidates, None if none meets the targets."""

    name: str
    title: Label | None
    question: Label | None
    seed: int
    replications: int
    engine: str
    level: float
    decisions: tuple[Decided, ...]
    targets: tuple[Target, ...]
    figures: tuple[str, ...]
    chosen: int | None
    sentence: Label
    candidates: tuple[Candidate, ...]
    confirmed: tuple[Confirmed, ...]
    certificate: Certificate
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
        """The combinations that were simulated as a table, one a line."""
        heads = [decision.name for decision in self.decisions]
        figures = [f"{name}{part}" for name in ("cost", *(of.written for of in self.targets))
                   for part in ("", " half_width")]  # fmt: skip
        rows: Table = [[*heads, *figures, "replications", "fate", "front", "chosen", "now"]]
        for of in self.candidates:
            numbers = [part for each in (of.cost, *of.targets) for part in (each.mean, each.half_width)]
            chosen = of.number == self.chosen
            rows.append([*(of.settings[head] for head in heads), *numbers, of.replications, of.fate, of.front,
                         chosen, of.now])  # fmt: skip
        return rows
