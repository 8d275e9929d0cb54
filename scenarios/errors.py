"""What can be wrong with a scenario, told with its place, its value and a remedy, in both languages.

A `Problem`'s message reads on after its place: ``flows.truck.route[0]`` + ``goes to 'document', which is not
a step`` + ``did you mean 'documents'?``. All problems that can be told together are in one `ScenarioError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scenarios.resolved import Label

Language = Literal["vi", "en"]

LONGEST_VALUE = 60
"""Longer values are cut in messages [characters]."""


class Flaw(ValueError):
    """Something wrong with one value, told by code that does not know where the value stands.

    `value` is what was written; `message` reads on after a place; `remedy` says what to write instead.
    Whoever knows the place turns it into a `Problem`. Raised inside a pydantic validator it travels in the
    error's context.
    """

    def __init__(self, value: object, message: Label, remedy: Label) -> None:
        super().__init__(f"{message.en}; {remedy.en}")
        self.value = value
        self.message = message
        self.remedy = remedy

    def at(self, place: str, line: int | None = None, column: int | None = None) -> Problem:
        """The problem at a place."""
        return Problem(place, shown(self.value), self.message, self.remedy, line, column)


def not_one_word(said: Sequence[str], words: Sequence[str], does: Label, several: Label) -> Flaw:
    """Of words that exclude each other none was written, or more than one.

    `does` is what the thing does with what a word names; `several` how more of such things are called.
    """
    both, known = ", ".join(f"'{word}'" for word in said), ", ".join(words)
    message = (
        Label(vi=f"{does.vi} cùng lúc {both}", en=f"{does.en} {both} at once")
        if said
        else Label(vi=f"không {does.vi} gì", en=f"{does.en} nothing")
    )
    return Flaw(
        both, message,
        Label(vi=f"hãy viết đúng một trong: {known}; {several.vi} thì viết thành danh sách",
              en=f"write exactly one of: {known}; {several.en} make a list"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or, among warnings, doubtful) with a scenario."""

    place: str  # dotted path, as in `flows.truck.route[0]`; empty: the whole file
    value: str  # what stands there, as written
    message: Label  # reads on after the place
    remedy: Label
    line: int | None = None  # in the file, from 1
    column: int | None = None  # from 1

    def text(self, language: Language = "en") -> str:
        """One sentence: place, message, remedy, and the line where it is known."""
        whole = {"vi": "tệp kịch bản", "en": "the scenario file"}[language]
        where = {"vi": "dòng", "en": "line"}[language]
        tail = f" ({where} {self.line})" if self.line else ""
        said = f"{getattr(self.message, language)}; {getattr(self.remedy, language)}"
        return f"{self.place or whole} {said}{tail}"

    def __str__(self) -> str:
        return self.text("en")


class ScenarioError(Exception):
    """A scenario that cannot be run, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem], file: str | None = None) -> None:
        self.problems = tuple(problems)
        self.file = file
        super().__init__(self.text("en"))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...], str | None]]:
        """As it goes from one process to another."""
        return type(self), (self.problems, self.file)

    def text(self, language: Language = "en") -> str:
        """All problems, one a line, under the file's name."""
        head = [f"{self.file}:"] if self.file else []
        return "\n".join(head + [problem.text(language) for problem in self.problems])


def shown(value: Any) -> str:
    """A value as a person wrote it, cut when long."""
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like a mistyped one, if any is alike."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, known: Sequence[str]) -> Label:
    """A remedy for a word that is not known: the nearest one, else all of them."""
    near = nearest(word, known)
    if near is not None:
        return Label(vi=f"có phải ý bạn là '{near}'?", en=f"did you mean '{near}'?")
    if not known:
        return Label(vi="hãy khai báo nó trước, hoặc bỏ dòng này", en="declare it first, or leave this out")
    listed = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    return Label(vi=f"hãy chọn một trong: {listed}", en=f"choose one of: {listed}")
