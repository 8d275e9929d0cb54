"""What is found wrong or doubtful while a scenario is read: collected, then told all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from scenarios.changes import Change
from scenarios.errors import Flaw, Problem, ScenarioError, shown
from scenarios.paths import Path, dotted
from scenarios.resolved import Label

Mark = tuple[int, int]
"""Line and column, from 1."""

Marked = tuple[int | None, int | None]
"""The same, where they are known."""


@dataclass(slots=True)
class Findings:
    """Problems and warnings of one scenario, with the lines of its file and what overrides changed."""

    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def wrong(self, path: Sequence[str | int], value: Any, message: Label, remedy: Label) -> None:
        """Note a problem."""
        self.problems.append(self._problem(path, value, message, remedy))

    def doubt(self, path: Sequence[str | int], value: Any, message: Label, remedy: Label) -> None:
        """Note a warning."""
        self.warnings.append(self._problem(path, value, message, remedy))

    def flaw(self, path: Sequence[str | int], flaw: Flaw) -> None:
        """Note a flaw at its place."""
        self.wrong(path, flaw.value, flaw.message, flaw.remedy)

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Flaws and errors of this block are noted at this place, and the block is given up."""
        try:
            yield
        except Flaw as flaw:
            self.flaw(path, flaw)
        except ScenarioError as error:
            self.problems += [replace(p, place=f"{dotted(path)} {p.place}".strip()) for p in error.problems]

    def raise_if_any(self, file: str | None = None) -> None:
        """Tell all problems.

        Raises
        ------
        ScenarioError
            If there are any.
        """
        if self.problems:
            unique = dict.fromkeys(self.problems)
            raise ScenarioError(sorted(unique, key=lambda p: p.line or 0), file)

    def _problem(self, path: Sequence[str | int], value: Any, message: Label, remedy: Label) -> Problem:
        path, (line, column) = self._place(path)
        return Problem(dotted(path), shown(value), message, remedy, line, column)

    def _place(self, path: Sequence[str | int]) -> tuple[Sequence[str | int], Marked]:
        """Where a person finds a value: in a line of the file, or in the override that put it there."""
        for change in reversed(self.changes):
            if change.typed is not None and change.covers(path):
                within = path[len(change.path) :]
                return ("--override", dotted(path) if within else change.typed), (None, None)
        return path, self.mark(path)

    def mark(self, path: Sequence[str | int]) -> Marked:
        """Where a path stands in the file: its own place, else that of what it is in."""
        for length in range(len(path), 0, -1):
            if tuple(path[:length]) in self.marks:
                return self.marks[tuple(path[:length])]
        return None, None
