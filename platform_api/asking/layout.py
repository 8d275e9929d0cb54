"""How a questionnaire is laid out, alike as a workbook and as a form: sections of lines, ten columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from platform_api.asking.questions import ASKS, KINDS, LINES, WHO, Questionnaire
from platform_api.texts import Language, pick, text

COLUMNS = ("code", "question", "days", "from", "to", "least", "usual", "most", "unit", "answer")

HEAD = "questionnaire"
"""The code of the line that says whose questionnaire it is: scenario and agency."""

DAYS = ("T2-CN", "T2-T6", "T2-T7", "T7-CN", "T7", "CN")
WAITS, PAPER = ("wait", "chờ"), ("paper", "giấy")
"""Words for what is done while a platform is down."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be filled in. asks : the columns of it that are; part : which line of its question"""

    code: str
    label: str
    unit: str
    asks: tuple[str, ...]
    part: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind, with what their columns mean. heads : column → its meaning here"""

    kind: str
    title: str
    help: str
    heads: dict[str, str]
    lines: tuple[Line, ...]


def sections(of: Questionnaire, language: Language) -> Iterator[Section]:
    """All sections that have a question: who answers first."""
    yield _section("who", tuple(Line(code, _say(code, language), "", ASKS["who"]) for code in WHO), language)
    for kind in KINDS:
        lines = tuple(
            Line(question.code, pick(question.label, language), question.unit, ASKS[kind], part)
            for question in of.of(kind)
            for part in range(LINES.get(kind, 1))
        )
        if lines:
            yield _section(kind, lines, language)


def _section(kind: str, lines: tuple[Line, ...], language: Language) -> Section:
    heads = {
        column: _say(f"{kind}.{column}" if column in ("least", "usual", "most") else column, language)
        for column in ASKS[kind]
        if column != "answer"
    }
    heads["answer"] = _say("remark" if "answer" not in ASKS[kind] else f"{kind}.answer", language)
    return Section(kind, _say(f"{kind}.title", language), _say(f"{kind}.help", language), heads, lines)


def unit_word(unit: str, language: Language) -> str:
    """`min` as people write it."""
    words = {"s", "min", "h", "d"}
    return _say(f"unit.{unit}", language) if unit in words else unit


def choices(language: Language) -> tuple[str, str]:
    """What may be done while a platform is down: wait, or work on paper."""
    return _say("down.wait", language), _say("down.paper", language)


def _say(key: str, language: Language) -> str:
    return text(f"intake.{key}", language)
