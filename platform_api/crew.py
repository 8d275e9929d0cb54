"""Worker processes that stand ready: the first run waits about a second for them, the next ones do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from platform_api import workers
from platform_api.board import Board
from platform_api.following import Ask, Following
from platform_api.workers import Packed, Work
from scenarios.resolved import Label
from sim.run import Cancelled

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")

LOOK_EVERY = 0.2
"""How often the progress of the workers is read [s]."""

LARGE = 1_000_000
"""A replication of so many visits leaves a process so large that it is not kept."""

Batch = range
"""Replications that one worker does one after another."""


class RunFailed(Exception):
    """A run that ended without a result, told in both languages."""

    def __init__(self, message: Label, remedy: Label) -> None:
        super().__init__(f"{message.en}; {remedy.en}")
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[RunFailed], tuple[Label, Label]]:
        """As it goes from one process to another."""
        return type(self), (self.message, self.remedy)


class Crew:
    """Some processes, and room for so many replications of one run; one run at a time."""

    def __init__(self, jobs: int, room: int, megabytes: int | None = None) -> None:
        self.jobs, self.megabytes = jobs, megabytes
        self.board = Board(room)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the processes go; the next run makes new ones."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def replicates(self, work: Work, batches: Sequence[Batch], following: Following) -> list[Packed]:
        """What every batch gave, in their order.

        Raises
        ------
        sim.run.Cancelled
            If the run was cancelled.
        RunFailed
            If a process died.
        """
        from concurrent.futures.process import BrokenProcessPool

        self.board.clear()
        try:
            futures = [self._ready().submit(workers.replicate_batch, work, batch) for batch in batches]
            found = list(self._gather(futures, following))
        except BrokenProcessPool:
            self.close()
            raise worker_died() from None
        if max(each.visits for each in found) > LARGE:
            self.close()
        return found

    def perform(self, tasks: Sequence[Callable[[Ask], T]], finished: Callable[[T], None]) -> None:
        """Do all tasks, begun in their order; `finished` gets what came of each as soon as it is there.

        Raises
        ------
        RunFailed
            If a process died.
        """
        from concurrent.futures import as_completed
        from concurrent.futures.process import BrokenProcessPool

        self.board.clear()
        try:
            futures = [self._ready().submit(workers.perform, task) for task in tasks]
            try:
                for future in as_completed(futures):
                    finished(future.result())
            except BaseException:
                self._stop(futures)
                raise
        except BrokenProcessPool:
            self.close()
            raise worker_died() from None

    def alone(self, task: Callable[[Board], T], look: Callable[[Board], None], cancel: Ask) -> T:
        """One piece of work in one of the processes; a few times a second somebody looks at its board.

        Raises
        ------
        sim.run.Cancelled
            If it was cancelled.
        RunFailed
            If the process died.
        """
        from concurrent.futures.process import BrokenProcessPool

        self.board.clear()
        try:
            future = self._ready().submit(workers.alone, task)
            try:
                while not _ended(future):
                    if cancel():
                        raise Cancelled("the experiment was cancelled")
                    look(self.board)
            except BaseException:
                self._stop([future])
                raise
            return future.result()
        except BrokenProcessPool:
            self.close()
            raise worker_died() from None

    def _gather(self, futures: Sequence[Future[Packed]], following: Following) -> Iterator[Packed]:
        """The results of all, once all are there; whatever ends this early stops the work first."""
        try:
            _await_all(futures, following)
        except BaseException:
            self._stop(futures)
            raise
        for future in futures:
            yield future.result()

    def _stop(self, futures: Sequence[Future[Any]]) -> None:
        """Ask the workers to stop, and wait until they have: they do within about a second, or are ended.

        Batches that wait are not taken back but refused by the workers: a pool of Python 3.11 that breaks
        while it holds a cancelled future never tells its other futures. Where one was ended all are let go.
        """
        from concurrent.futures import wait
        from concurrent.futures.process import BrokenProcessPool

        self.board.cancel()
        if any(isinstance(future.exception(), BrokenProcessPool) for future in wait(futures).done):
            self.close()

    def _ready(self) -> ProcessPoolExecutor:
        """Fresh processes: forking a server with threads would copy its locks in whatever state they are."""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        if self._pool is None:
            limits = (self.board, workers.GRACE, self.megabytes)
            self._pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), workers.begin, limits)
        return self._pool


def _ended(future: Future[Any]) -> bool:
    """Whether it has, after waiting a moment for it."""
    from concurrent.futures import wait

    return bool(wait([future], LOOK_EVERY).done)


def _await_all(futures: Sequence[Future[Packed]], following: Following) -> None:
    from concurrent.futures import FIRST_EXCEPTION, wait

    pending = set(futures)
    while pending:
        done, pending = wait(pending, LOOK_EVERY, FIRST_EXCEPTION)
        if following.is_cancelled():
            raise Cancelled("the run was cancelled")
        for future in done:
            future.result()
        following.tell()


def worker_died() -> RunFailed:
    """What to say when a process ended without an answer."""
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
