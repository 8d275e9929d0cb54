"""The lessons of the service: read once, simulated once, answered as often as asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from platform_api import errors, lesson_score, lessons, refusals
from platform_api.lesson_score import Judged
from platform_api.lessons import Answer, Cancel, Played
from scenarios.errors import suggestion
from scenarios.lessons import Lesson, WrittenQuestion, load_lesson, names
from scenarios.resolved import Label
from sim.live import Live
from sim.run import Cancelled
from sim.timetable import Row

WITHIN = 20.0
"""How long one request may simulate [s]."""

TRIED = 5
"""Other seeds for which an answer is looked at when it is revealed; the tests of the house look at 100."""


@dataclass
class _Ready:
    """A lesson with what was found out about it."""

    lesson: Lesson
    played: Played
    tried: dict[int, dict[str, bool]] = field(default_factory=dict)


class Teaching:
    """All lessons; may be called from any thread. One is simulated at a time, so that live sessions go on."""

    def __init__(self) -> None:
        self._ready: dict[str, _Ready] = {}
        self._one = threading.Lock()

    def lesson(self, name: str) -> Lesson:
        """A lesson by its name.

        Raises
        ------
        ApiError
            404 when there is none.
        """
        if name not in names():
            raise unknown_lesson(name)
        return _read(name)

    def question(self, name: str, question: str) -> WrittenQuestion:
        """A question of a lesson; 422 when it has none of that name."""
        found = self.lesson(name).written.questions
        if question not in found:
            raise _unknown("question", question, list(found))
        return found[question]

    def answer(self, name: str, question: str) -> Answer:
        """What is right."""
        return self.played(name).answers[question]

    def played(self, name: str) -> Played:
        """What comes out of a lesson."""
        return self._of(name).played

    def _of(self, name: str) -> _Ready:
        lesson = self.lesson(name)
        if name not in self._ready:
            with self._alone() as cancel:
                if name not in self._ready:
                    self._ready[name] = _Ready(lesson, lessons.play(lesson, lesson.written.seed, cancel))
        return self._ready[name]

    def agreement(self, name: str) -> tuple[dict[str, int], int]:
        """By question: for how many seeds, of how many, the answer is the same; the lesson's own is one."""
        ready = self._of(name)
        for seed in lessons.other_seeds(ready.lesson, TRIED):
            with self._alone() as cancel:  # one at a time, so that others get their turn
                if seed not in ready.tried:
                    ready.tried[seed] = lessons.same(ready.lesson, ready.played, seed, cancel)
        tried = list(ready.tried.values())
        agree = {name: 1 + sum(found[name] for found in tried) for name in ready.played.answers}
        return agree, 1 + len(tried)

    def judge(self, name: str, rows: Sequence[Row]) -> Judged:
        """What a play is worth; 422 for a decision that cannot be."""
        lesson = self.lesson(name)
        with self._alone() as cancel:
            try:
                return lesson_score.judged(lesson, rows, cancel)
            except ValueError as error:
                raise refusals.cannot_set("", "", 0, error) from None

    def followed(self, lesson: Lesson) -> int | None:
        """The number, by birth, of the entity that everybody follows."""
        way = lesson.played
        with self._alone() as cancel:
            live = Live(way.scenario, lesson.written.seed, 0, (), _watch(cancel), lessons.rows_of(way))
            live.advance(lesson.since)
            seen = live.born
            while not live.is_over:
                live.advance(live.now + 60_000)
                for entity in range(seen, live.born):
                    if live.name_of(entity)[0] == lesson.written.follow.flow:
                        return entity
                seen = live.born
        return None

    @contextmanager
    def _alone(self) -> Iterator[Cancel]:
        with self._one:
            until = time.monotonic() + WITHIN
            try:
                yield lambda: time.monotonic() > until
            except Cancelled:
                raise refusals.session_beyond("time", None) from None


def _watch(cancel: Cancel) -> Callable[[], None]:
    def watch() -> None:
        if cancel():
            raise Cancelled("too long")

    return watch


@cache
def _read(name: str) -> Lesson:
    """The files do not change while the service runs."""
    return load_lesson(name)


def unknown_lesson(name: str) -> errors.ApiError:
    """There is no lesson of this name."""
    message = Label(vi=f"không có bài học '{name}'", en=f"'{name}' is not a lesson")
    return errors.fault(errors.UNKNOWN_LESSON, "lesson", name, message, suggestion(name, list(names())))


def _unknown(place: str, value: str, known: list[str]) -> errors.ApiError:
    message = Label(vi=f"bài không có '{value}'", en=f"'{value}' is not in the lesson")
    return errors.fault(errors.WRONG_REQUEST, place, value, message, suggestion(value, known))


def refuse_way(way: str, lesson: Lesson) -> errors.ApiError:
    """A lesson has no such way."""
    return _unknown("way", way, list(lesson.ways))


def refuse_guess(guess: str | float, question: WrittenQuestion) -> errors.ApiError:
    """A guess that is no answer to its question."""
    if question.guess is None:
        return _unknown("guess", str(guess), list(question.options))
    message = Label(vi="không phải một con số", en="is not a number")
    remedy = Label(vi="hãy viết một số theo đơn vị của câu hỏi", en="write a number in the question's unit")
    return errors.fault(errors.WRONG_REQUEST, "guess", guess, message, remedy)
