"""One replication: simulated, saved if wanted, measured. This is what a worker process does."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from metrics.pieces import Measuring, needs_record
from platform_api.assembly import Replicate, told
from platform_api.board import Board
from platform_api.following import Ask, Following
from scenarios.resolved import Resolved
from sim import run as simulation
from sim.pieces import whole

T = TypeVar("T")

GRACE = 1.0
"""Time for a worker to stop by itself when asked to; then it is ended [s]."""

WATCH_EVERY = 0.1
"""How often a worker looks whether it is still wanted [s]."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every replication of a run needs to know."""

    scenario: Resolved
    seed: int
    engine: str
    until: int | None  # the run stops here [ms], if before its own end
    record_to: Path | None
    threads: int = 1  # for parts of the scenario that share nothing

    @property
    def as_run(self) -> Resolved:
        """The scenario, cut short where that is asked."""
        return self.scenario if self.until is None else simulation.shorten(self.scenario, self.until)

    @property
    def needs_rows(self) -> bool:
        """Whether the record is kept as a whole: to be saved, or because it cannot be measured otherwise."""
        return self.record_to is not None or needs_record(self.as_run)


def replicate(work: Work, replication: int, board: Board, following: Following | None = None) -> Replicate:
    """Simulate and measure one replication; in a process of its own nobody follows, the board is read."""
    stop = following.is_cancelled if following else board.is_cancelled

    def advance(progress: simulation.Progress) -> None:
        board.note(replication, progress)
        if following:
            following.tell()

    measuring, rows = Measuring(work.as_run), work.needs_rows
    done = simulation.run(
        work.as_run,
        work.seed,
        replication,
        engine=work.engine,
        keep="record" if rows else "statistics",
        take=None if rows else measuring.take,
        progress=advance,
        cancel=stop,
        threads=work.threads,
    )
    if work.record_to is not None:
        save_record(done, work.record_to, replication)
    if stop():
        raise simulation.Cancelled
    if rows:
        measuring.take(whole(done.log))
    board.finish(replication)
    if following:
        following.tell()
    return told(done, measuring)


def save_record(done: simulation.Run, folder: Path, replication: int) -> None:
    """The record of one replication as Parquet, complete or not there at all."""
    from platform_api.files import new_folder
    from sim.files import save

    with new_folder(folder / f"replication-{replication + 1:04d}") as fresh:
        save(done.log, fresh)


# ---- in a process of its own --------------------------------------------------------------------------


class _Duty:
    """What this worker process is doing; there is one for each process, made when it begins."""

    def __init__(self, board: Board, grace: float) -> None:
        self.board, self.grace = board, grace
        self.batches = 0  # begun
        self.busy = False

    def stopped_in_vain(self) -> bool:
        """Whether it goes on with the same batch although it was asked to stop a while ago."""
        if not (self.busy and self.board.is_cancelled()):
            return False
        batch = self.batches
        time.sleep(self.grace)
        return self._is_at(batch)

    def _is_at(self, batch: int) -> bool:
        return self.busy and self.batches == batch


_duty: _Duty | None = None


def begin(board: Board, grace: float = GRACE, megabytes: int | None = None) -> None:
    """Make this process a worker: Ctrl-C is the parent's affair, and it ends when it is no longer wanted.

    With a limit of memory it works for a service: it gets no more, and steps back for who asks something.
    """
    if megabytes is not None:
        _step_back(megabytes)
    global _duty  # noqa: PLW0603  - an initializer has no other place to leave it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _duty = _Duty(board, grace)
    threading.Thread(target=_watch, args=(_duty,), daemon=True).start()


def _step_back(megabytes: int) -> None:
    """Leave the processor to the service where it wants it; no more memory than so much."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    os.nice(10)
    most = megabytes * 1_000_000
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


@dataclass(frozen=True, slots=True)
class Packed:
    """What some replications gave, for whoever puts an answer together: who hands it on need not unpack it.

    visits : of the largest of them
    """

    content: bytes
    visits: int

    def unpacked(self) -> list[Replicate]:
        """The replications, in their order."""
        found: list[Replicate] = pickle.loads(self.content)
        return found


def replicate_batch(work: Work, batch: range) -> Packed:
    """Some replications in a worker process, one after another."""
    with _on_duty() as board:
        found = [replicate(work, number, board) for number in batch]
        return Packed(pickle.dumps(found), max(each.timing.visits for each in found))


def perform(task: Callable[[Ask], T]) -> T:
    """Some other work in a worker process; it is given a question that it asks to know whether to stop."""
    with _on_duty() as board:
        return task(board.is_cancelled)


def alone(task: Callable[[Board], T]) -> T:
    """As `perform`, of work that tells on the board how far it is."""
    with _on_duty() as board:
        return task(board)


@contextmanager
def _on_duty() -> Iterator[Board]:
    assert _duty is not None, "a worker is made with `begin`"
    if _duty.board.is_cancelled():
        raise simulation.Cancelled
    _duty.batches += 1
    _duty.busy = True
    try:
        yield _duty.board
    finally:
        _duty.busy = False


def _watch(duty: _Duty) -> None:
    """End this process when its parent is gone, or when it goes on although it was asked to stop."""
    parent = multiprocessing.parent_process()
    while (parent is None or parent.is_alive()) and not duty.stopped_in_vain():
        time.sleep(WATCH_EVERY)
    os._exit(1)
