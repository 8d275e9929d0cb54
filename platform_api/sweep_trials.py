"""One place of a sweep: the scenario with the factors as they are there, over all replications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Places:
    """What every place needs to know; part n is place n, its `seen` one for each replication.

    plan : seed, engine and figures (its variants are none) · written : the scenario as plain data · folder :
    beside which its lists lie · settings : path → value, of each place
    """

    plan: Plan
    written: Mapping[str, Any]
    folder: Path | None
    settings: tuple[Mapping[str, Any], ...]
    replications: int

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some places, one after another.

        Raises
        ------
        ScenarioError
            If the values of a place do not go together.
        sim.run.Cancelled
            If `stop` says so.
        """
        return [self._place(number, stop) for number in numbers]

    def _place(self, number: int, stop: Ask) -> Trial:
        began, scenario = perf_counter(), self._scenario(number)
        found = [simulate(self.plan, scenario, n, stop) for n in range(self.replications)]
        entities = sum(once.entities for once in found)
        return Trial(number, tuple(once.seen for once in found), (), entities, perf_counter() - began)

    def _scenario(self, number: int) -> Resolved:
        values = self.settings[number]
        try:
            return resolve(with_values(self.written, values), Findings(), self.folder, told=False)
        except ScenarioError as error:
            here = ", ".join(f"{path} = {value}" for path, value in values.items())
            told = [replace(each, place=f"[{here}] {each.place}") for each in error.problems]
            raise ScenarioError(told, error.file) from None
