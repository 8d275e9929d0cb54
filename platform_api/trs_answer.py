"""What `cuakhau trs compare` and `cuakhau trs plan` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metrics.instruments import Reported
from metrics.recorded.findings import Finding
from metrics.recorded.study import Apart
from metrics.recorded.visited import Alone, Often
from metrics.sample_size import Plan, Spread
from platform_api.answer import Answer, Table


@dataclass(frozen=True, slots=True)
class Twin(Answer):
    """Two studies side by side.

    apart : every interval · parts : where they part most; nothing if chance explains all · often : steps that
    one side has alone or comes to more often · alone : flows of one side only · few : intervals that have too
    few times to compare
    """

    first: str
    second: str
    labels: dict[str, str]
    begin: str
    end: str
    findings: tuple[Finding, ...]
    apart: tuple[Apart, ...]
    parts: Apart | None
    often: tuple[Often, ...]
    alone: tuple[Alone, ...]
    few: int
    seed: int | None
    replications: int

    def table(self) -> Table:
        """All intervals."""
        heads: list[Any] = [
            "flow",
            "interval",
            "step",
            "stratum",
            "n_first",
            "mean_first",
            "p50_first",
            "p95_first",
            "n_second",
            "mean_second",
            "p50_second",
            "p95_second",
            "distance",
            "relative",
            "shift",
            "chance",
            "per_case",
        ]
        return [heads, *map(_cells, self.apart)]


def _cells(of: Apart) -> list[Any]:
    which = of.interval
    sides = [value for row in (of.first, of.second) for value in (row.n, row.mean, row.p50, row.p95)]
    stratum = "=".join(which.stratum).strip("=")
    return [
        which.flow, which.kind, which.step, stratum, *sides, of.distance, of.relative, of.shift, of.chance,
        of.per_case,
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned(Answer):
    """How large the next study must be. asked : half-width that is wanted [s]; plans : by trucks a day"""

    of: str
    flow: str
    spread: Spread
    asked: float
    level: float
    plans: tuple[Plan, ...]

    def table(self) -> Table:
        """The plans."""
        heads: list[Any] = ["days", "a_day", "trucks", "half_width"]
        return [heads, *([p.days, p.a_day, p.days * p.a_day, p.half_width] for p in self.plans)]


@dataclass(frozen=True, slots=True)
class Instruments(Answer):
    """What instruments would have reported. flows : flow → each instrument · uses : of each, on one run"""

    of: str
    flows: dict[str, tuple[Reported, ...]]
    labels: dict[str, str]
    uses: int
    seed: int

    def table(self) -> Table:
        """All of them."""
        heads: list[Any] = ["flow", "instrument", "n", "truth", "mean", "bias", "spread", "share"]
        names = heads[1:]
        rows = [[flow, *(getattr(r, n) for n in names)] for flow, told in self.flows.items() for r in told]
        return [heads, *rows]
