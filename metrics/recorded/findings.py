"""What is wrong with a log, and what it costs: said with numbers, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.errors import Problem, ScenarioError, shown
from scenarios.resolved import Label


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of damage.

    count : rows or cases that have it · of : how many there are · example : a line of the file, or nothing ·
    cost : what it does to the analysis, and what was done about it
    """

    kind: str
    count: int
    of: int
    what: Label
    cost: Label
    example: str = ""

    @property
    def share(self) -> float:
        """Of all rows or cases."""
        return self.count / self.of if self.of else 0.0


class LogError(ScenarioError):
    """A file that cannot be read as a log, with everything that is wrong with it."""


def unreadable(
    place: str, value: object, vi: str, en: str, vi_do: str, en_do: str, line: int | None = None
) -> LogError:
    """One thing that is wrong with a file: where, what stands there, why, and what to do."""
    return LogError([Problem(place, shown(value), Label(vi, en), Label(vi_do, en_do), line)])


def together(errors: Iterable[LogError]) -> LogError:
    """Several, told at once."""
    return LogError([problem for error in errors for problem in error.problems])
