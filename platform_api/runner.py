"""Replications of one scenario, side by side in processes or one after another, into one `Result`.

Each replication is simulated and measured where it runs; only its figures come back, so memory stays flat and
no record is shipped. The answer depends on (scenario, seed, replication) alone, never on who finished first.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from platform_api.assembly import Replicate, assemble
from platform_api.board import Board
from platform_api.crew import Batch, Crew, RunFailed
from platform_api.estimate import expected_entities
from platform_api.faults import ScenarioFault, blaming_the_scenario
from platform_api.following import Advance, Ask, Follow, Following
from platform_api.results import Result
from platform_api.workers import Packed, Work, replicate
from scenarios.errors import Problem
from scenarios.resolved import Resolved
from sim.engines import DEFAULT_ENGINE

__all__ = ["Advance", "RunFailed", "ScenarioFault", "draw_seed", "run_scenario"]

T = TypeVar("T")

SEED_LIMIT = 1 << 64
DRAWN_SEEDS = 1 << 53
"""Seeds that are drawn stay below this: every JSON reader holds them exactly."""

WORTH_PROCESSES = 5_000
"""Expected entities of all replications from which starting processes (about a second) pays."""


def draw_seed() -> int:
    """A seed for a run that was given none."""
    return secrets.randbelow(DRAWN_SEEDS)


def run_scenario(
    resolved: Resolved,
    *,
    seed: int | None = None,
    replications: int = 1,
    engine: str = DEFAULT_ENGINE,
    overrides: Mapping[str, Any] | None = None,
    warnings: Sequence[Problem] = (),
    until: int | None = None,
    jobs: int | None = None,
    crew: Crew | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
    record_to: Path | None = None,
) -> Result:
    """Run R replications of a scenario and measure them.

    Parameters
    ----------
    seed : 0 ≤ seed < 2**64; drawn and recorded when left out
    jobs : processes at the most; by default as many as the machine has processors. A single replication uses
        threads instead, for parts of the scenario that share nothing
    crew : simulate in these processes, so that this one stays responsive
    overrides, warnings : what the scenario was loaded with and what was doubtful in it, for the record
    until : stop at this instant [ms] at the latest
    progress : called a few times a second with an `Advance`
    cancel : asked a few times a second; once it says yes, the run stops within about a second
    record_to : folder for the record of each replication (`replication-0001/` … as Parquet)

    Raises
    ------
    ValueError
        If seed or replications are out of range.
    sim.run.Cancelled
        If it was cancelled.
    RunFailed
        If a process died; as a `ScenarioFault`, if the scenario turned out not to be runnable.
    """
    if replications < 1:
        raise ValueError(f"replications must be 1 or more; got {replications}")
    work = Work(resolved, _checked_seed(seed), engine, until, record_to)
    with blaming_the_scenario():
        replicates = _replicates(work, replications, jobs, crew, progress, cancel)
    return assemble(
        resolved, work.seed, engine, replicates, overrides=overrides or {}, until=until, warnings=warnings
    )


def run_apart(
    resolved: Resolved,
    finish: Callable[[Result], T],
    *,
    seed: int,
    replications: int,
    engine: str,
    crew: Crew,
    overrides: Mapping[str, Any],
    warnings: Sequence[Problem],
    progress: Follow,
    cancel: Ask,
    record_to: Path | None = None,
) -> T:
    """As `run_scenario`, but the answer too is put together in a process of the crew, which finishes it.

    Only what `finish` gives comes back: whoever asks for the run has other things to do.
    """
    work = Work(resolved, _checked_seed(seed), engine, None, record_to)
    put_together = partial(
        assemble, resolved, work.seed, engine, overrides=dict(overrides), until=None, warnings=warnings
    )
    with blaming_the_scenario():
        following = Following(crew.board, replications, progress, cancel)
        parts = crew.replicates(work, _batches(resolved, replications), following)
        return crew.alone(partial(_finished, parts, put_together, finish), _look_away, cancel)


def _finished(
    parts: Sequence[Packed], put_together: Callable[[list[Replicate]], Result],
    finish: Callable[[Result], T], _board: Board,
) -> T:  # fmt: skip
    """As a process of the crew does it."""
    return finish(put_together(_unpacked(parts)))


def _unpacked(parts: Sequence[Packed]) -> list[Replicate]:
    return [each for part in parts for each in part.unpacked()]


def _look_away(_board: Board) -> None:
    """Putting an answer together has no progress to tell."""


def _replicates(
    work: Work, replications: int, jobs: int | None, crew: Crew | None, progress: Follow | None,
    cancel: Ask | None,
) -> list[Replicate]:  # fmt: skip
    """Every replication: by the crew that is there, by one of its own, or here."""
    batches = _batches(work.scenario, replications)
    many = min(len(batches), jobs or os.cpu_count() or 1)
    if crew is None and many <= 1:
        following = Following(Board(replications), replications, progress, cancel)
        alone = replace(work, threads=jobs or os.cpu_count() or 1)
        return _in_turn(alone, replications, following)
    with nullcontext(crew) if crew else Crew(many, replications) as workers:
        following = Following(workers.board, replications, progress, cancel)
        return _unpacked(workers.replicates(work, batches, following))


def _checked_seed(seed: int | None) -> int:
    if seed is None:
        return draw_seed()
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"seed must be from 0 to 2**64 - 1; got {seed}")
    return seed


def _batches(resolved: Resolved, replications: int) -> list[Batch]:
    """What is handed to processes: little work as a whole, else one replication at a time."""
    if expected_entities(resolved) * replications < WORTH_PROCESSES:
        return [range(replications)]
    return [range(number, number + 1) for number in range(replications)]


def _in_turn(work: Work, replications: int, following: Following) -> list[Replicate]:
    """All replications here, one after another."""
    return [replicate(work, number, following.board, following) for number in range(replications)]
