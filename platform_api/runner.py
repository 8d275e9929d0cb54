"""Replications of one scenario, side by side in processes or one after another, into one `Result`.

Each replication is simulated and measured where it runs; only its figures come back, so memory stays flat and
no record is shipped. The answer depends on (scenario, seed, replication) alone, never on who finished first.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from platform_api import workers
from platform_api.board import Board
from platform_api.estimate import expected_entities
from platform_api.results import Replicate, Result, assemble
from platform_api.workers import Work, replicate
from scenarios.errors import Problem
from scenarios.resolved import Label, Resolved
from sim.run import Cancelled

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

SEED_LIMIT = 1 << 64
DRAWN_SEEDS = 1 << 53
"""Seeds that are drawn stay below this: every JSON reader holds them exactly."""

WORTH_PROCESSES = 5_000
"""Expected entities of all replications from which starting processes (about a second) pays."""

LOOK_EVERY = 0.2
"""How often the progress of processes is read [s]."""


@dataclass(frozen=True, slots=True)
class Advance:
    """How far all replications are together."""

    done: float  # share of the simulated time, 0 … 1
    finished: int  # replications
    replications: int
    entities: int
    seconds: float  # since the start

    @property
    def entities_per_s(self) -> float:
        """Entities simulated in a second."""
        return self.entities / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Estimated time left [s]; None while nothing is known."""
        return self.seconds * (1 - self.done) / self.done if self.done > 0 else None


Follow = Callable[[Advance], None]
Ask = Callable[[], bool]


class RunFailed(Exception):
    """A run that ended without a result, told in both languages."""

    def __init__(self, message: Label, remedy: Label) -> None:
        super().__init__(f"{message.en}; {remedy.en}")
        self.message = message
        self.remedy = remedy


def draw_seed() -> int:
    """A seed for a run that was given none."""
    return secrets.randbelow(DRAWN_SEEDS)


def run_scenario(
    resolved: Resolved,
    *,
    seed: int | None = None,
    replications: int = 1,
    engine: str = "reference",
    overrides: Mapping[str, Any] | None = None,
    warnings: Sequence[Problem] = (),
    until: int | None = None,
    jobs: int | None = None,
    apart: bool = False,
    progress: Follow | None = None,
    cancel: Ask | None = None,
    record_to: Path | None = None,
) -> Result:
    """Run R replications of a scenario and measure them.

    Parameters
    ----------
    seed : 0 ≤ seed < 2**64; drawn and recorded when left out
    jobs : processes at the most; by default as many as the machine has processors
    apart : simulate in processes even what is small, so that this process stays responsive
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
        If a process died.
    """
    work = Work(resolved, _checked_seed(seed), replications, engine, until, record_to)
    if replications < 1:
        raise ValueError(f"replications must be 1 or more; got {replications}")
    many = jobs_worth_using(resolved, replications, jobs)
    board = Board(replications)
    following = _Following(board, replications, progress)
    if apart or many > 1:
        replicates = list(_in_processes(work, board, many, following, cancel))
    else:
        replicates = list(_in_turn(work, board, following, cancel))
    return assemble(
        resolved, work.seed, engine, replicates, overrides=overrides or {}, until=until, warnings=warnings
    )


def _checked_seed(seed: int | None) -> int:
    if seed is None:
        return draw_seed()
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"seed must be from 0 to 2**64 - 1; got {seed}")
    return seed


def jobs_worth_using(resolved: Resolved, replications: int, jobs: int | None) -> int:
    """How many processes to use: one for little work, else one per replication up to `jobs`."""
    if replications == 1 or expected_entities(resolved) * replications < WORTH_PROCESSES:
        return 1
    return max(1, min(replications, jobs or os.cpu_count() or 1))


class _Following:
    """Turns the board into `Advance`s for whoever follows the run."""

    def __init__(self, board: Board, replications: int, progress: Follow | None) -> None:
        self.board, self.replications, self.progress = board, replications, progress
        self.began = perf_counter()
        self.finished = 0

    def tell(self) -> None:
        if self.progress is None:
            return
        done, entities = self.board.totals()
        seconds = perf_counter() - self.began
        self.progress(Advance(done, self.finished, self.replications, entities, seconds))

    def finish_one(self) -> None:
        self.finished += 1
        self.tell()


# ---- one after another --------------------------------------------------------------------------------


def _in_turn(work: Work, board: Board, following: _Following, cancel: Ask | None) -> Iterator[Replicate]:
    for replication in range(work.replications):
        yield replicate(work, replication, board, following.tell, cancel)
        following.finish_one()


# ---- in processes -------------------------------------------------------------------------------------


def _in_processes(
    work: Work, board: Board, jobs: int, following: _Following, cancel: Ask | None
) -> Iterator[Replicate]:
    """The replicates in their order, each computed in a worker process."""
    with _pool(work, board, jobs) as pool:
        futures = [pool.submit(workers.replicate_here, number) for number in range(work.replications)]
        try:
            _await_all(futures, following, cancel)
        finally:
            board.cancel()  # stops what still runs; nothing does when all went well
            pool.shutdown(cancel_futures=True)
        yield from (future.result() for future in futures)


def _pool(work: Work, board: Board, jobs: int) -> ProcessPoolExecutor:
    """Fresh processes: forking a server with threads would copy its locks in whatever state they are."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(jobs, get_context("spawn"), workers.begin, (work, board))


def _await_all(futures: list[Future[Replicate]], following: _Following, cancel: Ask | None) -> None:
    from concurrent.futures import FIRST_EXCEPTION, wait
    from concurrent.futures.process import BrokenProcessPool

    pending = set(futures)
    while pending:
        done, pending = wait(pending, LOOK_EVERY, FIRST_EXCEPTION)
        if cancel is not None and cancel():
            raise Cancelled
        try:
            for future in done:
                future.result()
        except BrokenProcessPool:
            raise _worker_died() from None
        following.finished += len(done)
        following.tell()


def _worker_died() -> RunFailed:
    return RunFailed(
        Label(
            vi="một tiến trình mô phỏng đã dừng đột ngột",
            en="a simulating process died suddenly",
        ),
        Label(
            vi="thường là do hết bộ nhớ: hãy dùng ít tiến trình hơn (jobs) hoặc kịch bản nhỏ hơn",
            en="most often the memory ran out: use fewer processes (jobs) or a smaller scenario",
        ),
    )
