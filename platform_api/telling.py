"""The answer of an experiment in words and tables, as screen and report tell it; for pages and programs."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Protocol

from platform_api import wire
from platform_api.kinds import KINDS
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick

MODULES = {
    "resilience": "outage",
    "optimise": "optimise",
    "sweep": "sweep",
    "why": "why",
    "forecast": "forecast",
}
"""Kind → whose reading tells it; a comparison is told by the sentences that are in its answer."""


class Told(Protocol):
    """A reading of an answer in one language."""

    @property
    def title(self) -> str:
        """What is asked of which scenario."""
        ...

    @property
    def question(self) -> str:
        """As its design asks it; else empty."""
        ...

    @property
    def how(self) -> str | list[str]:
        """What the figures are."""
        ...

    def sentences(self) -> Iterable[str]:
        """The answer, the most telling first."""
        ...

    def sheets(self) -> Iterable[Sheet]:
        """The tables, in their order."""
        ...


def told(kind: str, content: bytes, language: Language) -> wire.Told:
    """An answer as it is stored, told in a language."""
    answer: Any = KINDS[kind].answer_class().from_json(content)
    if kind not in MODULES:
        return _compared(answer, language)
    reading: Told = import_module(f"platform_api.{MODULES[kind]}_reading").Reading(answer, language)
    how = [reading.how] if isinstance(reading.how, str) else reading.how
    return wire.Told(
        title=reading.title,
        question=reading.question,
        sentences=[each for each in reading.sentences() if each],
        how=how,
        warnings=[pick(each, language) for each in answer.warnings],
        sheets=[wire.Sheet(**_plain(each)) for each in reading.sheets()],
    )


def _plain(sheet: Sheet) -> dict[str, Any]:
    rows = [list(row) for row in sheet.rows]
    return {"title": sheet.title, "heads": list(sheet.heads), "rows": rows, "notes": list(sheet.notes)}


def _compared(answer: Any, language: Language) -> wire.Told:
    in_order = sorted(answer.evidence, key=lambda why: not why.primary)
    return wire.Told(
        title=pick(answer.title, language) if answer.title else answer.name,
        question=pick(answer.question, language) if answer.question else "",
        sentences=[pick(why.sentence, language) for why in in_order],
        how=[],
        warnings=[pick(each, language) for each in answer.warnings],
        sheets=[],
    )
