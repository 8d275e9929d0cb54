"""One replication: simulated, saved if wanted, measured. This is what a worker process does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from platform_api.board import Board
from platform_api.results import Replicate, measure
from scenarios.resolved import Resolved
from sim import run as simulation

GRACE = 1.0
"""Time for a worker to stop by itself when asked to; then it is ended [s]."""

WATCH_EVERY = 0.25
"""How often a worker looks whether it is still wanted [s]."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every replication of a run needs to know."""

    scenario: Resolved
    seed: int
    replications: int
    engine: str
    until: int | None  # the run stops here [ms], if before its own end
    record_to: Path | None


def replicate(
    work: Work,
    replication: int,
    board: Board,
    tell: Callable[[], None] = lambda: None,
    cancel: Callable[[], bool] | None = None,
) -> Replicate:
    """Simulate and measure one replication."""
    stop = cancel or board.is_cancelled

    def advance(progress: simulation.Progress) -> None:
        board.note(replication, progress)
        tell()

    done = simulation.run(
        work.scenario,
        work.seed,
        replication,
        engine=work.engine,
        until=work.until,
        progress=advance,
        cancel=stop,
    )
    if work.record_to is not None:
        save_record(done, work.record_to, replication)
    if stop():
        raise simulation.Cancelled
    measured = measure(done)
    board.finish(replication)
    return measured


def save_record(done: simulation.Run, folder: Path, replication: int) -> None:
    """The record of one replication as Parquet, complete or not there at all."""
    from platform_api.files import new_folder
    from sim.files import save

    with new_folder(folder / f"replication-{replication + 1:04d}") as fresh:
        save(done.log, fresh)


# ---- in a process of its own --------------------------------------------------------------------------


class _Duty(NamedTuple):
    work: Work
    board: Board


_duty: _Duty | None = None
"""What this worker process was made for; set once, when it begins."""


def begin(work: Work, board: Board) -> None:
    """Make this process a worker: Ctrl-C is the parent's affair, and it ends when it is no longer wanted."""
    global _duty  # noqa: PLW0603  - a worker's initializer has no other place to leave it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _duty = _Duty(work, board)
    threading.Thread(target=_watch, args=(board,), daemon=True).start()


def replicate_here(replication: int) -> Replicate:
    """One replication in a worker process."""
    assert _duty is not None, "a worker is made with `begin`"
    return replicate(_duty.work, replication, _duty.board)


def _watch(board: Board) -> None:
    """End this process when its parent is gone, or when it goes on after it was asked to stop."""
    parent = multiprocessing.parent_process()
    while parent is None or parent.is_alive():
        if board.is_cancelled():
            time.sleep(GRACE)
            break
        time.sleep(WATCH_EVERY)
    os._exit(1)
