"""A questionnaire as a workbook: what is to be filled in has a frame, and stays what was typed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from metrics.exports.sheets import ANSWER, BOLD, FAINT, HEADING, WRAPPED, Choice, Sheet, Styled, write
from platform_api.asking.layout import COLUMNS, DAYS, HEAD, Line, Section, choices, sections, unit_word
from platform_api.asking.questions import Questionnaire
from platform_api.texts import Language, pick, text

WIDTHS = (10, 52, 11, 8, 8, 10, 10, 10, 8, 40)
FIRST = 2
"""The line after the names of the columns."""


def workbook(of: Questionnaire, language: Language) -> bytes:
    """The file."""
    rows: list[list[Any]] = []
    offers: list[Choice] = []
    for row, offer in _rows(of, language):
        if offer:
            column, words = offer
            letter = "ABCDEFGHIJ"[COLUMNS.index(column)]
            offers.append(Choice(f"{letter}{len(rows) + FIRST}", words))
        rows.append(row)
    heads = [text(f"intake.{name}", language) for name in COLUMNS]
    target = io.BytesIO()
    write([Sheet(text("intake.sheet", language), heads, rows, WIDTHS, offers)], target)
    return target.getvalue()


Offer = tuple[str, tuple[str, ...]] | None


def _rows(of: Questionnaire, language: Language) -> Iterator[tuple[list[Any], Offer]]:
    title = text("intake.form.title", language, agency=pick(of.label, language))
    yield (
        [
            Styled(HEAD, FAINT),
            Styled(title, BOLD),
            *[None] * 7,
            Styled(f"{of.scenario} / {of.agency}", FAINT),
        ],
        None,
    )
    for note in ("what", "how", "empty"):
        yield [None, Styled(text(f"intake.form.{note}", language), WRAPPED)], None
    for section in sections(of, language):
        yield [], None
        yield from _section(section, language)


def _section(section: Section, language: Language) -> Iterator[tuple[list[Any], Offer]]:
    heads = [None, section.title, *(section.heads.get(name) for name in COLUMNS[2:])]
    yield [Styled(head, HEADING) for head in heads], None
    yield [None, Styled(section.help, WRAPPED)], None
    for line in section.lines:
        yield _line(line, section, language), _offer(line, section, language)


def _line(line: Line, section: Section, language: Language) -> list[Any]:
    label = line.label if line.part == 0 else text("intake.more", language, question=line.label)
    cells: list[Any] = [Styled(line.code, FAINT), Styled(label, WRAPPED)]
    cells += [Styled("", ANSWER) if name in line.asks else None for name in COLUMNS[2:8]]
    unit = unit_word(line.unit, language) if "usual" in line.asks else ""
    cells += [unit, Styled("", ANSWER)]
    return cells if section.kind != "who" else [*cells[:2], *[None] * 7, Styled("", ANSWER)]


def _offer(line: Line, section: Section, language: Language) -> Offer:
    if section.kind == "down":
        return "answer", choices(language)
    return ("days", DAYS) if "days" in line.asks else None
