"""The answer of `fit` on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_api.fit_reading import Reading
from platform_api.why_screen import sheet_shown

if TYPE_CHECKING:
    from platform_api.console import Speech
    from platform_api.fit_answer import Fit


def show(speech: Speech, answer: Fit) -> None:
    """Print the answer."""
    from rich.text import Text

    reading = Reading(answer, speech.language)
    speech.show(Text(reading.title, "bold cyan"))
    speech.show(Text(f"➤ {reading.first}", "bold"))
    speech.show(Text(reading.read))
    for sheet in reading.sheets():
        for part in sheet_shown(sheet):
            speech.show(part)
