"""A forecast on a terminal: the answer in words, what might be done, the backlog by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_api.forecast_reading import Reading
from platform_api.why_screen import sheet_shown

if TYPE_CHECKING:
    from platform_api.console import Speech
    from platform_api.forecast_answer import Forecast


def show(speech: Speech, answer: Forecast) -> None:
    """Print a forecast."""
    from rich.text import Text

    reading = Reading(answer, speech.language)
    speech.show(Text(reading.title, "bold cyan"))
    for told in reading.sentences():
        speech.show(Text(f"➤ {told}", "bold"))
    for sheet in reading.sheets():
        for part in sheet_shown(sheet):
            speech.show(part)
    for told in reading.how:
        speech.show(Text(told, "dim"))
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")
