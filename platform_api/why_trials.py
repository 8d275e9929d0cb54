"""The parts of `why`, each one replication: where time went, who is to thank for it, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from platform_api.following import Ask
from platform_api.trials import Seen, Trial
from scenarios.relief import Party, relieved
from scenarios.resolved import DAY, Resolved
from sim import chance
from sim import run as simulation

if TYPE_CHECKING:
    from metrics.reasons import Cause

EXACT = 5
"""Parties up to which all their coalitions are simulated; of more, two orders a replication."""

HOUR = 3_600_000
BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Question:
    """What every part needs to know: the scenario, until everybody has left, and who may be relieved."""

    scenario: Resolved
    seed: int
    engine: str
    parties: tuple[Party, ...]


def key_of(cause: Cause) -> str:
    """A cause as a word."""
    return BETWEEN.join((cause.kind, cause.step, *cause.of))


def cause_of(word: str) -> Cause:
    """The cause that a word stands for."""
    from metrics.reasons import Cause

    kind, step, *of = word.split(BETWEEN)
    return Cause(kind, step, tuple(of))


# ---- where time went --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Causes:
    """Part n: the hours of replication n by cause; values: (entities that came, gone a day of the window)."""

    question: Question

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts, one after another.

        Raises
        ------
        sim.run.Cancelled
            If `stop` says so.
        """
        return [self._one(number, stop) for number in numbers]

    def _one(self, number: int, stop: Ask) -> Trial:
        from metrics.causes import parts_of_stays
        from metrics.milestones import LOST
        from metrics.replication import Replication
        from metrics.visits import reached

        began, of = perf_counter(), self.question
        done = simulation.run(of.scenario, of.seed, number, engine=of.engine, cancel=stop)
        _require_going_on(stop)
        run = Replication(of.scenario, done.log)
        hours = {key_of(cause): ms / HOUR for cause, ms in parts_of_stays(run).sums().items()}
        gone = run.stays.counted & (run.stays.fate != LOST) & reached(run.stays.gone)
        through = int((gone & run.within(run.stays.gone)).sum()) * DAY / max(1, run.length)
        cycle = () if done.deadlock is None else done.deadlock.cycle
        seen = Seen((float(run.cohort.sum()), through), done.digest, None, deadlock=cycle, parts=hours)
        return Trial(number, (seen,), (), done.timing.entities, perf_counter() - began)


def _require_going_on(stop: Ask) -> None:
    if stop():
        raise simulation.Cancelled


# ---- relieved of some -------------------------------------------------------------------------------------


class _Runs:
    """The hours inside of one replication's cohort, relieved of some parties; each once."""

    def __init__(self, question: Question, scenario: Resolved, replication: int, stop: Ask) -> None:
        self.question, self.scenario, self.replication, self.stop = question, scenario, replication, stop
        self.known: dict[frozenset[Party], float] = {}
        self.digest, self.entities, self.stuck = "", 0, 0

    def hours(self, of: Iterable[Party]) -> float:
        chosen = frozenset(of)
        if chosen not in self.known:
            self.known[chosen] = self._run(chosen)
        return self.known[chosen]

    def _run(self, of: frozenset[Party]) -> float:
        from metrics.outages import inside
        from metrics.presence import bins_for

        scenario = relieved(self.scenario, of) if of else self.scenario
        done = simulation.run(
            scenario, self.question.seed, self.replication, engine=self.question.engine, keep="sums",
            cancel=self.stop, hour=bins_for(scenario),
        )  # fmt: skip
        _require_going_on(self.stop)
        assert done.tally is not None
        self.digest = self.digest or done.digest
        self.entities += done.timing.entities
        self.stuck += done.deadlock is not None
        return inside(scenario, done.tally).hours


@dataclass(frozen=True, slots=True)
class Shares:
    """Part first + n: what reliefs save in replication n.

    values : hours inside as it is, and relieved of all parties; then what each party saves alone, and its
    share; then what each of `singles` saves alone · scenarios : one, or each point of a design, a part each ·
    already : who is relieved in every one of these
    """

    question: Question
    first: int
    replications: int
    scenarios: tuple[Resolved, ...]
    singles: tuple[Party, ...] = ()
    already: tuple[Party, ...] = ()
    parties: bool = True

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts, one after another.

        Raises
        ------
        sim.run.Cancelled
            If `stop` says so.
        """
        return [self._one(number, stop) for number in numbers]

    def _one(self, number: int, stop: Ask) -> Trial:
        began = perf_counter()
        point, replication = divmod(number - self.first, self.replications)
        runs = _Runs(self.question, self.scenarios[point], replication, stop)
        now = runs.hours(self.already)
        values = [now]
        if self.parties:
            values += self._of_parties(runs, now, replication)
        values += [now - runs.hours((*self.already, each)) for each in self.singles]
        seen = Seen(tuple(values), runs.digest, None, parts={"stuck": float(runs.stuck)})
        return Trial(number, (seen,), (), runs.entities, perf_counter() - began)

    def _of_parties(self, runs: _Runs, now: float, replication: int) -> list[float]:
        from metrics import shares

        parties = self.question.parties

        def worth(of: frozenset[int]) -> float:
            return now - runs.hours(parties[each] for each in of)

        alone = [worth(frozenset({each})) for each in range(len(parties))]
        if len(parties) <= EXACT:
            found = shares.exactly(len(parties), worth)
        else:
            order = orders_of(self.question, replication)
            found = shares.along((order, order[::-1]), worth)
        return [runs.hours(parties), *alone, *found.tolist()]


def orders_of(question: Question, replication: int) -> list[int]:
    """An order of the parties drawn for a replication; its reverse goes with it."""
    drawn = [
        chance.draw(chance.key(question.seed, "order", party.key), 0, 0, replication=replication)
        for party in question.parties
    ]
    return sorted(range(len(drawn)), key=drawn.__getitem__)
