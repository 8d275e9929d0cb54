"""One replication of one combination of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

from platform_api.following import Ask
from platform_api.trials import Plan, Trial, simulate
from scenarios.dials import with_values
from scenarios.errors import ScenarioError
from scenarios.findings import Findings
from scenarios.resolve import resolve
from scenarios.resolved import Resolved

STRIDE = 1 << 20
"""Part number = combination · STRIDE + replication."""


@dataclass(frozen=True, slots=True)
class Combinations:
    """What every part needs to know.

    plan : seed, engine and figures (its variants are none) · written : the base as plain data · folder :
    beside which its lists lie · overrides : of each combination that may be tried, by its number
    """

    plan: Plan
    written: Mapping[str, Any]
    folder: Path | None
    overrides: Mapping[int, Mapping[str, Any]]

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some replications of some combinations, one after another.

        Raises
        ------
        ScenarioError
            If the options of a combination do not go together.
        sim.run.Cancelled
            If `stop` says so.
        """
        found: list[Trial] = []
        for combination, own in groupby(numbers, lambda number: number // STRIDE):
            scenario = self.scenario(combination)
            found += [self._once(scenario, number, stop) for number in own]
        return found

    def _once(self, scenario: Resolved, number: int, stop: Ask) -> Trial:
        began = perf_counter()
        once = simulate(self.plan, scenario, number % STRIDE, stop)
        return Trial(number, (once.seen,), (), once.entities, perf_counter() - began)

    def scenario(self, combination: int) -> Resolved:
        """The base with the options of a combination."""
        values = self.overrides[combination]
        try:
            return resolve(with_values(self.written, values), Findings(), self.folder, told=False)
        except ScenarioError as error:
            here = ", ".join(f"{path} = {value}" for path, value in values.items())
            told = [replace(each, place=f"[{here}] {each.place}") for each in error.problems]
            raise ScenarioError(told, error.file) from None
