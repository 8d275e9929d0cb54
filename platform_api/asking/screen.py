"""What was heard, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_api.asking.reading import Reading
from platform_api.why_screen import sheet_shown

if TYPE_CHECKING:
    from platform_api.asking.heard import Intake
    from platform_api.console import Speech


def show(speech: Speech, answer: Intake) -> None:
    """Print the answer."""
    from rich.text import Text

    reading = Reading(answer, speech.language)
    speech.show(Text(reading.title, "bold cyan"))
    speech.show(Text(f"➤ {reading.first}", "bold"))
    for sheet in reading.sheets():
        for part in sheet_shown(sheet):
            speech.show(part)
