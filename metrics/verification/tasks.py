"""A verification as pieces of work that can be done anywhere and in any order, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from metrics.verification.case import REPLICATIONS, SEED, Case, Replicated, replicate
from metrics.verification.cases import BY_NAME, CASES
from metrics.verification.closures import CLOSURES, Closure, judge_closure
from metrics.verification.engines import Agreement, Common, agree, commons
from metrics.verification.judge import MARGIN, Judged, judged
from sim.laws import LawBroken

Ask = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a piece of work: replications and visits that were run, and the law that was broken."""

    task: Task
    result: Replicated | Agreement | list[Judged] | None
    runs: int = 0
    visits: int = 0
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication of a case."""

    case: str
    entities: int
    number: int
    seed: int

    @property
    def weight(self) -> int:
        """About how much work it is."""
        return self.entities

    def __call__(self, cancel: Ask | None = None) -> Done:
        try:
            found = replicate(BY_NAME[self.case], self.entities, self.number, self.seed, cancel)
        except LawBroken as error:
            return Done(self, None, 1, 0, f"{self.case}, replication {self.number}: {error}")
        return Done(self, found, 1, found.visits)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One scenario on both engines."""

    common: Common
    seed: int

    @property
    def weight(self) -> int:
        """About how much work it is: the reference engine takes so many times longer."""
        return {"library": 5_000_000, "small": 300_000, "case": 100_000}[self.common.kind]

    def __call__(self, cancel: Ask | None = None) -> Done:
        try:
            found = agree(self.common, self.seed, cancel)
        except LawBroken as error:
            return Done(self, None, 1, 0, f"{self.common.name}: {error}")
        engines = 2 if self.common.kind == "library" else 3
        return Done(self, found, engines * self.common.replications, engines * found.visits)


@dataclass(frozen=True, slots=True)
class Shutting:
    """A gate that is shut for a while."""

    closure: Closure
    weight: int = 1000

    def __call__(self, cancel: Ask | None = None) -> Done:
        try:
            return Done(self, judge_closure(self.closure, cancel=cancel), 1)
        except LawBroken as error:
            return Done(self, None, 1, 0, f"{self.closure.name}: {error}")


Task = Replication | Comparison | Shutting


@dataclass(frozen=True, slots=True)
class Plan:
    """What is verified, and how sharply."""

    margin: float = MARGIN
    seed: int = SEED
    cases: Sequence[Case] = CASES
    closures: Sequence[Closure] = CLOSURES
    commons: Sequence[Common] = field(default_factory=lambda: tuple(commons()))

    def tasks(self) -> Iterator[Task]:
        """All of it, what takes longest first."""
        yield from (Comparison(common, self.seed) for common in self.commons)
        for case in self.cases:
            yield from self.replications(case)
        yield from (Shutting(closure) for closure in self.closures)

    def replications(self, case: Case) -> list[Replication]:
        """Of one case."""
        entities = case.entities(self.margin)
        return [Replication(case.name, entities, number, self.seed) for number in range(REPLICATIONS)]


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was found.

    runs, visits : in all, each of them checked for the laws · broken : what was told of broken laws
    """

    plan: Plan
    theory: tuple[Judged, ...]
    agreements: tuple[Agreement, ...]
    runs: int
    visits: int
    broken: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every verdict is "equal" and no law was broken."""
        verdicts = {row.verdict for row in self.theory} | {each.verdict for each in self.agreements}
        return not self.broken and verdicts <= {"equal"}


def summed(plan: Plan, done: Sequence[Done]) -> Verification:
    """The verdicts, from all that was done; the order in which it was done plays no part."""
    by_task = {each.task: each.result for each in done}
    theory: list[Judged] = []
    for case in plan.cases:
        found = [by_task[task] for task in plan.replications(case)]
        whole = [each for each in found if isinstance(each, Replicated)]
        theory += judged(case, whole, plan.margin) if len(whole) == len(found) else []
    for closure in plan.closures:
        rows = by_task[Shutting(closure)]
        theory += rows if isinstance(rows, list) else []
    agreements = [by_task[Comparison(common, plan.seed)] for common in plan.commons]
    return Verification(
        plan,
        tuple(theory),
        tuple(each for each in agreements if isinstance(each, Agreement)),
        sum(each.runs for each in done),
        sum(each.visits for each in done),
        tuple(sorted(each.broken for each in done if each.broken is not None)),
    )
