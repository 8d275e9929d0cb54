"""The answer of `why` on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.sheet import Sheet
from platform_api.sweep_screen import table
from platform_api.why_reading import Reading

if TYPE_CHECKING:
    from rich.console import RenderableType

    from platform_api.console import Speech
    from platform_api.why_answer import Why

MOST_PARTS = 40
"""Parts of a story on the screen; all of them stand in the page, the CSV and --json."""


def show(speech: Speech, answer: Why) -> None:
    """Print the answer."""
    for part in _parts(Reading(answer, speech.language)):
        speech.show(part)
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")


def _parts(reading: Reading) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(reading.title, "bold cyan")
    yield Text(f"➤ {reading.first}", "bold")
    for sheet in reading.sheets():
        yield from sheet_shown(sheet)
    yield from _stories(reading)
    for told in reading.how:
        yield Text(told, "dim")


def sheet_shown(sheet: Sheet) -> Iterator[RenderableType]:
    """A table with its notes."""
    from rich.text import Text

    if sheet.heads:
        yield table(sheet.title, sheet.heads, map(list, sheet.rows))
    else:
        yield Text(sheet.title, "bold")
    yield from (Text(f"  {note}") for note in sheet.notes)
    yield Text()


def _stories(reading: Reading) -> Iterator[RenderableType]:
    from rich.text import Text

    for story in reading.answer.stories:
        yield Text(reading.story_title(story), "bold")
        rows = list(reading.story_rows(story))
        for since, length, why in rows[:MOST_PARTS]:
            yield Text(f"  {since:<20} {length:>10}  {why}")
        if len(rows) > MOST_PARTS:
            yield Text(f"  … +{len(rows) - MOST_PARTS}", "dim")
        yield Text()
