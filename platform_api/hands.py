"""Who does the work of an experiment: anything that is a `concurrent.futures.Executor`.

Threads for the compiled engine, which lets others run while it does; processes for the reference engine. What
a task gives depends on its replications alone, so the answer is the same whoever did it, in whatever order.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from platform_api import workers
from platform_api.board import Board
from platform_api.crew import LOOK_EVERY, RunFailed, worker_died
from platform_api.following import Ask
from platform_api.turns import short_turns
from sim.run import Cancelled

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from platform_api.trials import Trial

SHORTEST = 0.2
"""A task is made of so many replications that it lasts this long at least [s]."""

LONGEST_BATCH = 500
"""Replications of a task, at the most: what is lost when it is interrupted."""

AHEAD = 2
"""Tasks that wait or run, for each hand."""

GRACE = 0.3
"""Time for a process to stop by itself; then it is ended, so that all has stopped within a second [s]."""

Task = Callable[[Ask], "list[Trial]"]


class Job(Protocol):
    """What is to be done, in numbered parts that know nothing of each other."""

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts, one after another."""
        ...


def _pool_broke(error: BaseException) -> RunFailed | None:
    return worker_died() if isinstance(error, BrokenExecutor) else None


@dataclass(slots=True)
class Pace:
    """How many parts have been done, and in how long [s]: the next job of the same hands is like the last."""

    done: int = 0
    seconds: float = 0.0

    def worth(self) -> int:
        """So many parts make a task that is worth handing over."""
        if not self.done:
            return 1
        return min(LONGEST_BATCH, math.ceil(SHORTEST * self.done / max(self.seconds, 1e-6)))


@dataclass(frozen=True, slots=True)
class Hands:
    """An executor, how a task is handed to it, how all are told to stop, and which errors mean it broke."""

    executor: Executor
    count: int
    submit: Callable[[Task], Future[list[Trial]]]
    stop: Callable[[], None]
    broke: Callable[[BaseException], RunFailed | None] = _pool_broke
    pace: Pace = field(default_factory=Pace)


@contextmanager
def threads(count: int) -> Iterator[Hands]:
    """Threads of this process."""
    stopped = threading.Event()
    with short_turns(), ThreadPoolExecutor(count, "trial") as pool:
        yield Hands(pool, count, lambda task: pool.submit(task, stopped.is_set), stopped.set)


@contextmanager
def processes(count: int) -> Iterator[Hands]:
    """Fresh processes, which hear of a stop through a little shared memory."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    board = Board(1)
    pool = ProcessPoolExecutor(count, get_context("spawn"), workers.begin, (board, GRACE))
    try:
        yield Hands(pool, count, lambda task: pool.submit(workers.perform, task), board.cancel)
    finally:
        _let_go(pool, board)


def _let_go(pool: ProcessPoolExecutor, board: Board) -> None:
    """End the processes; those that were told to stop and had their grace are killed, even as they begin."""
    if board.is_cancelled():
        for process in list(pool._processes.values()):
            process.kill()
    pool.shutdown(cancel_futures=board.is_cancelled())


@contextmanager
def of(executor: Executor, count: int) -> Iterator[Hands]:
    """Somebody else's executor, on this machine or others: it cannot be told to stop within a task."""
    yield Hands(executor, count, lambda task: executor.submit(task, _never), lambda: None)


def _never() -> bool:
    return False


def usual(engine: str, jobs: int | None) -> AbstractContextManager[Hands]:
    """The hands that suit an engine, as many as there are processors unless said otherwise."""
    count = jobs or os.cpu_count() or 1
    return threads(count) if engine == "compiled" else processes(count)


def work_off(
    hands: Hands, job: Job, numbers: Sequence[int], keep: Callable[[Trial], None], tell: Callable[[], bool]
) -> None:
    """Do some parts of a job; each is kept as soon as it is there, in whatever order.

    `tell` is called a few times a second; it says whether to stop. However this ends, what was finished by
    then has been kept.

    Raises
    ------
    sim.run.Cancelled
        If it was told to stop.
    RunFailed
        If a process died.
    """
    work = _Work(hands, job, numbers, keep)
    try:
        while work.goes_on():
            if tell():
                raise Cancelled("the experiment was cancelled")
    except BaseException as error:
        failed = hands.broke(error)
        if failed is None:
            hands.stop()
        work.keep_finished()
        if failed is not None:
            raise failed from None
        raise


class _Work:
    """Replications that wait, and tasks that run."""

    def __init__(self, hands: Hands, job: Job, numbers: Sequence[int], keep: Callable[[Trial], None]) -> None:
        self.hands, self.job, self.keep = hands, job, keep
        self.waiting = list(numbers)[::-1]
        self.running: set[Future[list[Trial]]] = set()

    def goes_on(self) -> bool:
        """Hand out tasks, and keep what came of those that are finished; False once all are."""
        while self.waiting and len(self.running) < AHEAD * self.hands.count:
            self._hand_out()
        finished, self.running = wait(self.running, LOOK_EVERY, FIRST_COMPLETED)
        for future in finished:
            self._take(future)
        return bool(self.waiting or self.running)

    def _hand_out(self) -> None:
        batch = [self.waiting.pop() for _ in range(min(self._size(), len(self.waiting)))]
        self.running.add(self.hands.submit(partial(self.job.perform, tuple(batch))))

    def _size(self) -> int:
        """So many replications that a task is worth handing over, as far as is known; not all to one hand."""
        share = math.ceil(len(self.waiting) / (AHEAD * self.hands.count))
        return max(1, min(self.hands.pace.worth(), share))

    def _take(self, future: Future[list[Trial]]) -> None:
        for trial in future.result():
            self.keep(trial)
            self.hands.pace.done += 1
            self.hands.pace.seconds += trial.seconds

    def keep_finished(self) -> None:
        """Wait for the tasks that run, which were told to stop, and keep what is finished."""
        finished, _ = wait(self.running, 2 * GRACE)
        for future in finished:
            with suppress(Exception, CancelledError):
                self._take(future)
