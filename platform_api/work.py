"""A job on its way: what is there is not done again, what is done is kept, and somebody watches."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from platform_api.following import Advance, Ask, Follow
from platform_api.hands import Hands, Job, work_off
from platform_api.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from platform_api.trials import Trial


class Work:
    """Hands that do the parts of a job, and the journal that keeps them.

    aim : how many parts are wanted, as far as is known · rows : parts of one replication, in which it is told
    """

    def __init__(
        self, hands: Hands, journal: Journal, aim: int, progress: Follow | None, cancel: Ask | None,
        rows: int = 1,
    ) -> None:  # fmt: skip
        self.hands, self.journal, self.aim, self.rows = hands, journal, aim, rows
        self.progress, self.cancel = progress, cancel
        self.began, self.already = perf_counter(), len(journal.trials)

    def up_to(self, job: Job, count: int) -> None:
        """Do those of the first so many parts that are not there yet.

        Raises
        ------
        sim.run.Cancelled
            If it was told to stop.
        RunFailed
            If a process died.
        """
        self.parts(job, range(count))

    def parts(self, job: Job, numbers: Iterable[int]) -> None:
        """Do those of some parts that are not there yet; errors as of `up_to`."""
        if missing := self.journal.missing(numbers):
            work_off(self.hands, job, missing, self.journal.add, self._tell)

    def _tell(self) -> bool:
        """Tell how far it is; whether to stop."""
        if self.progress is not None:
            self.progress(self._advance())
        return self.cancel is not None and self.cancel()

    def _advance(self) -> Advance:
        """Counted in parts; what was there from before took no time."""
        done = len(self.journal.trials)
        fresh = done - self.already
        whole = max(self.aim, done) - self.already
        entities = sum(each.entities for each in self._fresh(fresh))
        seconds, rows = perf_counter() - self.began, self.rows
        return Advance(fresh / max(1, whole), done // rows, self.aim // rows, entities, seconds)

    def _fresh(self, fresh: int) -> Sequence[Trial]:
        return list(self.journal.trials.values())[-fresh:] if fresh else []

    def tell_points(self, done: int, planned: int) -> bool:
        """Tell at which point of a design it is; whether to stop."""
        if self.progress is not None:
            share, counted = done / planned, len(self.journal.trials)
            seconds = perf_counter() - self.began
            self.progress(Advance(share, counted, self.aim, 0, seconds, (done, planned)))
        return self.cancel is not None and self.cancel()
