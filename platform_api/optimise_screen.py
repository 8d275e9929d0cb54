"""An optimisation on a terminal: what to choose, how sure that is, what else there was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.optimise_reading import MOST_SHOWN, Reading
from platform_api.sweep_screen import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from platform_api.console import Speech
    from platform_api.optimise_answer import Optimum


def show(speech: Speech, answer: Optimum) -> None:
    """Print an optimisation."""
    for part in _parts(Reading(answer, speech.language)):
        speech.show(part)
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")


def _parts(reading: Reading) -> Iterator[RenderableType]:
    from rich.text import Text

    answer = reading.answer
    yield Text(reading.title, "bold cyan")
    if reading.question:
        yield Text(reading.question)
    yield Text(f"➤ {reading.sentence}", "bold")
    yield Text(reading.certificate)
    yield table(reading.say("candidates"), reading.candidate_heads(), reading.rows(MOST_SHOWN))
    if len(answer.candidates) > MOST_SHOWN:
        yield Text(reading.say("more", count=len(answer.candidates) - MOST_SHOWN), "dim")
    if answer.confirmed:
        heads = [*reading.heads(), reading.say("column.replications")]
        yield table(reading.say("confirmed"), heads, reading.confirmed_rows())
        yield Text(reading.say("confirmed.note"), "dim")
    yield Text(reading.how, "dim")
