"""What `cuakhau fit` found: what is wrong with the log, what was fitted, how well it is reproduced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metrics.recorded.findings import Finding
from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Held:
    """A figure of the log beside that of the fitted scenario.

    kind, of : as in `metrics.recorded.measures` · recorded : in the log, from n observations · fitted,
    half_width : mean over replications · difference : relative, of visits a case absolute
    """

    kind: str
    of: str
    label: str
    n: int
    recorded: float
    fitted: float | None
    half_width: float | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class Timed:
    """A time that was fitted. step, value : label, and of which attribute value · whole : waiting included ·
    mean, cv : (value, low, high), times in s · distance, limit : Kolmogorov-Smirnov, and from where on the
    family does not fit · observed, fitted : quantiles at `shares` [s]
    """

    step: str
    value: str
    whole: bool
    n: int
    family: str
    mean: tuple[float, float, float]
    cv: tuple[float, float, float] | None
    distance: float
    limit: float
    shares: tuple[float, ...]
    observed: tuple[float, ...]
    fitted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fit(Answer):
    """The whole answer.

    columns : role → column, of a table · doubts : what the log cannot tell · scenario : the YAML text
    """

    log: str
    rows: int
    cases: int
    visits: int
    begin: str
    end: str
    columns: dict[str, str]
    findings: tuple[Finding, ...]
    doubts: tuple[Label, ...]
    steps: int
    choices: int
    pools: int
    figures: tuple[Held, ...]
    replications: int
    seed: int
    scenario: str
    scenario_hash: str
    package_version: str
    times: tuple[Timed, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def table(self) -> Table:
        """The figures."""
        heads: list[Any] = ["kind", "of", "label", "n", "recorded", "fitted", "half_width", "difference"]
        return [heads, *([getattr(each, name) for name in heads] for each in self.figures)]
