"""One replication of all variants of an experiment: the same trucks in each, measured and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from platform_api.following import Ask
from scenarios.resolved import Resolved
from sim import run as simulation

if TYPE_CHECKING:
    from metrics.outcomes import Key
    from metrics.presence import Inside
    from metrics.settling import Trend
    from metrics.winners import Cohort, Moves


@dataclass(frozen=True, slots=True)
class Plan:
    """What every replication of an experiment needs to know.

    variants : resolved scenarios, the base first · keys : the figures · rows : whether the record is kept, to
    see who wins and who loses · measured : whether figures come from rows (else from statistics) · stuck :
    whether it is told who is stuck for ever
    """

    variants: tuple[Resolved, ...]
    seed: int
    engine: str
    keys: tuple[Key, ...]
    rows: bool
    measured: bool
    stuck: bool = True

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some replications, one after another.

        Raises
        ------
        sim.run.Cancelled
            If `stop` says so.
        """
        return [_try(self, number, stop) for number in numbers]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A plan whose replications are parts from some number on: parts of several plans are kept together."""

    plan: Plan
    first: int

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts; errors as of `Plan.perform`."""
        done = self.plan.perform([number - self.first for number in numbers], stop)
        return [replace(trial, replication=trial.replication + self.first) for trial in done]


@dataclass(frozen=True, slots=True)
class Seen:
    """One variant in one replication.

    levels : the mean number inside, of stationary horizons hour by hour, of cyclic ones cycle by cycle
    edges : of these spans [ms]
    parts : values that have names of their own
    """

    values: tuple[float | None, ...]
    digest: str
    trend: Trend | None
    levels: tuple[float, ...] = ()
    edges: tuple[int, ...] = ()
    deadlock: tuple[str, ...] = ()
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """One replication of every variant, the base first; `moves`: of each variant against the base.

    replication : its number; of other jobs, the number of the part
    """

    replication: int
    seen: tuple[Seen, ...]
    moves: tuple[Moves, ...]
    entities: int
    seconds: float


def _try(plan: Plan, replication: int, stop: Ask) -> Trial:
    begun, entities = perf_counter(), 0
    seen: list[Seen] = []
    moved: list[Moves] = []
    base: Cohort | None = None
    for variant in plan.variants:
        once = simulate(plan, variant, replication, stop)
        seen.append(once.seen)
        entities += once.entities
        if base is not None and once.cohort is not None:
            from metrics.winners import moves

            moved.append(moves(base, once.cohort))
        base = base or once.cohort
    return Trial(replication, tuple(seen), tuple(moved), entities, perf_counter() - begun)


@dataclass(frozen=True, slots=True)
class Once:
    """One run, measured."""

    seen: Seen
    cohort: Cohort | None
    entities: int


def simulate(plan: Plan, scenario: Resolved, replication: int, stop: Ask) -> Once:
    """One run of a scenario, measured as the plan says."""
    way = _by_rows if plan.rows or plan.measured else _by_statistics
    values, inside, cohort, done = way(plan, scenario, replication, stop)
    if stop():
        raise simulation.Cancelled
    seen = Seen(
        values=tuple(values),
        digest=done.digest,
        trend=None if scenario.clock.horizon == "terminating" else inside.trend(),
        deadlock=() if done.deadlock is None else done.deadlock.cycle,
    )
    if scenario.clock.horizon == "stationary":
        seen = _with_levels(seen, inside)
    elif scenario.clock.horizon == "cyclic":
        seen = _with_levels(seen, inside.by_cycle())
    return Once(seen, cohort, done.timing.entities)


def _with_levels(seen: Seen, inside: Inside) -> Seen:
    return replace(seen, levels=tuple(inside.mean.tolist()), edges=tuple(inside.edges.tolist()))


Told = tuple[Sequence[float | None], "Inside", "Cohort | None", simulation.Run]


def _by_statistics(plan: Plan, scenario: Resolved, replication: int, stop: Ask) -> Told:
    """Without any rows."""
    from metrics import outcomes, presence

    done = simulation.run(
        scenario, plan.seed, replication, engine=plan.engine, keep="sums", cancel=stop,
        hour=presence.bins_for(scenario), stuck=plan.stuck,
    )  # fmt: skip
    assert done.tally is not None
    values = outcomes.from_statistics(plan.keys, scenario, done.tally)
    return values, presence.from_statistics(scenario, done.tally), None, done


def _by_rows(plan: Plan, scenario: Resolved, replication: int, stop: Ask) -> Told:
    """From rows: all of them kept for a moment, or in pieces that are forgotten."""
    from metrics import outcomes, winners
    from metrics.pieces import Measuring, needs_record
    from metrics.presence import Counting
    from sim.pieces import whole

    measuring, counting = Measuring(scenario, outcomes.kpis_of(plan.keys)), Counting(scenario)
    keeps = plan.rows or needs_record(scenario)
    done = simulation.run(
        scenario, plan.seed, replication, engine=plan.engine, keep="record" if keeps else "statistics",
        take=None if keeps else _each(measuring.take, counting.take), cancel=stop, stuck=plan.stuck,
    )  # fmt: skip
    if keeps:
        _each(measuring.take, counting.take)(whole(done.log))
    values = outcomes.among(plan.keys, measuring.values())
    cohort = winners.cohort(scenario, done.log) if plan.rows else None
    return values, counting.inside(), cohort, done


def _each(*takers: Callable[..., None]) -> Callable[..., None]:
    """Hand what comes to all."""

    def take(piece: object) -> None:
        for taker in takers:
            taker(piece)

    return take
