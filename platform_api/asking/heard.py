"""What was heard: of every question who said what, what it comes to, and where they do not agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Person:
    """One who answered. mark : A, B … · years : in this work, as told"""

    mark: str
    file: str
    agency: Label
    position: str
    years: str
    date: str
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person told to one question."""

    mark: str
    said: Label
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One question.

    pooled : what stands in the scenario now; None if they could not be put together · before : what stood
    there · apart : marks of people whose ranges do not overlap, or who told other facts · beyond : whether
    the usual value lies outside the range that was believed before
    """

    code: str
    kind: str
    label: Label
    owner: str
    voices: tuple[Voice, ...]
    pooled: Label | None
    before: str
    apart: tuple[tuple[str, str], ...] = ()
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Intake(Answer):
    """The whole answer. silent : questions nobody answered, agency → how many · text : the variant"""

    scenario: str
    title: Label
    people: tuple[Person, ...]
    heard: tuple[Heard, ...]
    silent: tuple[tuple[Label, int], ...]
    text: str
    scenario_hash: str
    package_version: str
    parameters: tuple[Parameter, ...] = ()

    def table(self) -> Table:
        """A line for every voice, and one for what they come to."""
        rows: Table = [["code", "question", "who", "said", "remark", "apart"]]
        for of in self.heard:
            pairs = "; ".join("–".join(pair) for pair in of.apart)
            told: list[Any] = [of.code, of.label.en]
            rows += [[*told, voice.mark, voice.said.en, voice.remark, pairs] for voice in of.voices]
            rows.append([*told, "all", "" if of.pooled is None else of.pooled.en, "", pairs])
        return rows
