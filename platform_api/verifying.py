"""Doing a verification: in processes side by side or one piece after another, telling how far it is."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from metrics.verification.tasks import Comparison, Done, Plan, Replication, Task, Verification, summed
from platform_api.crew import Crew
from platform_api.following import Advance, Follow

if TYPE_CHECKING:
    from scenarios.resolved import Label

Tell = Callable[["Label", int, int], None]
"""Called with the name of what is finished, its place, and how many there are."""


def verify(plan: Plan, jobs: int | None, follow: Follow, tell: Tell) -> Verification:
    """Do all of a plan.

    Parameters
    ----------
    jobs : processes at the most; by default as many as the machine has processors

    Raises
    ------
    RunFailed
        If a process died.
    """
    tasks = list(plan.tasks())
    tally = _Tally(tasks, follow, tell)
    many = min(len(tasks), jobs or os.cpu_count() or 1)
    if many == 1:
        for task in tasks:
            tally.finished(task())
    else:
        with Crew(many, room=1) as crew:
            crew.perform(tasks, tally.finished)
    return summed(plan, tally.done)


class _Tally:
    """What is done so far."""

    def __init__(self, tasks: list[Task], follow: Follow, tell: Tell) -> None:
        self.done: list[Done] = []
        self._open = Counter(_name(task).en for task in tasks)
        self._names, self._tasks = len(self._open), len(tasks)
        self._weight, self._weighed = sum(task.weight for task in tasks), 0
        self._follow, self._tell = follow, tell
        self._began = perf_counter()

    def finished(self, done: Done) -> None:
        """Note what came of a task, and tell."""
        self.done.append(done)
        self._weighed += done.task.weight
        name = _name(done.task)
        self._open[name.en] -= 1
        if not self._open[name.en]:
            del self._open[name.en]
            self._tell(name, self._names - len(self._open), self._names)
        self._follow(
            Advance(
                self._weighed / self._weight, len(self.done), self._tasks,
                sum(each.visits for each in self.done), perf_counter() - self._began,
            )
        )  # fmt: skip


def _name(task: Task) -> Label:
    """What a person calls it."""
    from metrics.verification.cases import BY_NAME
    from scenarios.resolved import Label

    if isinstance(task, Replication):
        return BY_NAME[task.case].title
    if isinstance(task, Comparison):
        name = task.common.name
        return Label(f"hai bộ mô phỏng: {name}", f"both engines: {name}")
    return task.closure.title
