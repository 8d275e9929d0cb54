"""Experiments: from a description to a comparison that is right, resumable, and the same on every machine."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.outcomes import kpi_of, names, needs_no_rows
from platform_api.comparing import Comparison
from platform_api.estimate import expected_entities
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.hands import Hands, usual
from platform_api.journal import POINTS, Journal, read_head
from platform_api.runner import SEED_LIMIT, draw_seed
from platform_api.sides import Opened, open_sides
from platform_api.trials import Plan
from platform_api.work import Work
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.experiments import Design
from scenarios.resolved import Label, Resolved, scenario_hash
from scenarios.wanted import Outcome
from sim.run import RESULT_VERSION

USUAL_REPLICATIONS = 30
FEWEST = 10
QUICK_ENTITIES = 10_000_000
"""Without `replications`: fewer than usual where together they would simulate more, never under ten."""

BESIDES = (("cohort_size", ()), ("cohort_unfinished", ()))
"""Counted besides, last of all: a comparison is of the same trucks if the first is equal, and complete if the
second is zero."""

AFFORDABLE = 50_000
"""Entities of a replication up to which it is told who wins and who loses: rows are kept for that."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A design with its scenarios opened and every choice made."""

    design: Design
    sides: tuple[Opened, ...]
    outcomes: tuple[Outcome, ...]
    plan: Plan
    replications: int  # or at the most, with a wanted precision

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this experiment: equal heads give equal replications."""
        return {
            "experiment": 1,
            "result_version": RESULT_VERSION,
            "seed": self.plan.seed,
            "engine": self.plan.engine,
            "sides": [[side.name, scenario_hash(side.resolved)] for side in self.sides],
            "outcomes": [str(outcome) for outcome in self.outcomes],
            "rows": self.plan.rows,
        }


def prepare(design: Design, folder: Path | None = None, winners: bool | None = None) -> Experiment:
    """Open the scenarios of a design and settle what it leaves open.

    A folder that holds the beginning of an experiment lends it its seed.

    Raises
    ------
    ScenarioError
        With what is wrong with a scenario or an outcome.
    """
    sides = tuple(open_sides(design))
    base = sides[0].resolved
    outcomes = design.outcomes or usual_outcomes(base)
    for number, outcome in enumerate(outcomes):
        require_known(outcome, number)
    keys = tuple((outcome.name, outcome.labels) for outcome in outcomes)
    entities = max(expected_entities(side.resolved) for side in sides)
    plan = Plan(
        variants=tuple(side.resolved for side in sides),
        seed=seed_of(design, folder),
        engine=design.engine,
        keys=(*keys, *BESIDES),
        rows=entities <= AFFORDABLE if winners is None else winners,
        measured=not all(needs_no_rows(key, side.resolved) for key in keys for side in sides),
    )
    return Experiment(design, sides, outcomes, plan, _replications(design, entities * len(sides)))


def seed_of(design: Design, folder: Path | None) -> int:
    """As asked for, as a folder that was begun has it, or drawn."""
    if design.seed is not None:
        if not 0 <= design.seed < SEED_LIMIT:
            raise ValueError(f"seed must be from 0 to 2**64 - 1; got {design.seed}")
        return design.seed
    begun = None if folder is None else read_head(folder)
    return int(begun["seed"]) if begun and isinstance(begun.get("seed"), int) else draw_seed()


def _replications(design: Design, entities: int) -> int:
    if design.precision is not None:
        return design.precision.at_most
    usual_number = min(USUAL_REPLICATIONS, QUICK_ENTITIES // max(1, entities))
    return design.replications or max(FEWEST, usual_number)


def usual_outcomes(base: Resolved) -> tuple[Outcome, ...]:
    """What is compared when nothing is asked for: how long those who came stayed, and how many are left."""
    label = "direction" if _values(base, "direction") else "flow"
    values = _values(base, label)
    parts = [((label, value),) for value in values] if len(values) > 1 else []
    dwell = [Outcome("cohort_dwell_mean", labels) for labels in ((), *parts)]
    return (*dwell, Outcome("closing_backlog"), Outcome("cohort_unfinished"))


def _values(base: Resolved, label: str) -> list[str]:
    from sim.origins import only_sent

    if label == "flow":
        return [flow for flow in base.flows if not only_sent(base, flow)]
    found = (flow.attributes[label].values for flow in base.flows.values() if label in flow.attributes)
    return list(dict.fromkeys(value for values in found for value in values))


def require_known(outcome: Outcome, number: int) -> None:
    """Refuse a figure that no indicator gives."""
    if kpi_of(outcome.name) is None:
        raise ScenarioError([
            Flaw(
                outcome.name,
                Label(vi=f"là '{outcome.name}', không phải chỉ tiêu nào",
                      en=f"is '{outcome.name}', which is no indicator"),
                suggestion(outcome.name, list(names())),
            ).at(f"outcomes[{number}]")
        ])  # fmt: skip


# ---- running ------------------------------------------------------------------------------------------


def compare(
    design: Design,
    *,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
    winners: bool | None = None,
) -> Comparison:
    """Run an experiment and compare its variants.

    Parameters
    ----------
    jobs : hands at the most; by default as many as the machine has processors
    hands : who does the work instead (see `platform_api.hands`)
    folder : where finished replications are kept as they come; what is there already is not run again
    progress : called a few times a second · cancel : asked as often; a yes stops it within about a second
    winners : whether to tell who wins and who loses; by default if there are not too many entities

    Raises
    ------
    ScenarioError
        With what is wrong with a scenario or an outcome.
    journal.NotOurs
        If the folder holds something else.
    sim.run.Cancelled
        If it was cancelled.
    RunFailed
        If a process died; as a `ScenarioFault`, if a scenario turned out not to be runnable.
    OSError
        If the folder cannot be written.
    """
    return run(prepare(design, folder, winners), jobs, hands, folder, progress, cancel)


def run(
    experiment: Experiment,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> Comparison:
    """As `compare`, of an experiment that is prepared."""
    able = hands or usual(experiment.plan.engine, jobs)
    with Journal(folder, experiment.head) as journal, blaming_the_scenario(), able as many:
        work = Work(many, journal, experiment.replications, progress, cancel)
        return _Running(experiment, work).to_the_end()


class _Running:
    """An experiment on its way: so many replications, or until it is known well enough."""

    def __init__(self, experiment: Experiment, work: Work) -> None:
        self.experiment, self.work = experiment, work
        self.trials = work.journal.first

    def to_the_end(self) -> Comparison:
        """Every look in turn, until the last one or until it is known well enough."""
        from metrics.precision import looks
        from platform_api.verdicts import assemble, judge

        count = self.experiment.replications
        if self.experiment.design.precision is None:
            self._up_to(count)
            return self._tried(assemble(self.experiment, self.trials(count), None))
        for number, count in enumerate(looks(self.experiment.replications), 1):
            self._up_to(count)
            reached, self.work.aim = judge(self.experiment, self.trials(count), number)
            if reached.reached:
                break
        return self._tried(assemble(self.experiment, self.trials(count), reached))

    def _up_to(self, count: int) -> None:
        self.work.up_to(self.experiment.plan, count)

    def _tried(self, answer: Comparison) -> Comparison:
        """With the verdict tried over the ranges of the assumptions, if that is asked for."""
        if self.experiment.design.ranges is None:
            return answer
        from platform_api.ranges import survive

        with Journal(self.work.journal.folder, self.experiment.head, POINTS) as points:
            return survive(self.experiment, answer, self.work.hands, points, self.work.tell_points)
