"""A sweep on a terminal: what each factor does, then the figures at each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from platform_api.sweep_reading import Reading

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from platform_api.console import Speech
    from platform_api.sweep_answer import Sweep

MOST_SHOWN = 60
"""Places on the screen; all of them stand in the CSV and in --json."""

ONLY_INFLUENCES = ("morris", "indices")
"""Methods whose places tell a reader nothing by themselves."""


def show(speech: Speech, answer: Sweep) -> None:
    """Print a sweep."""
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
    if reading.sentence:
        yield Text(f"➤ {reading.sentence}", "bold")
    if heads := reading.heads():
        yield table(reading.influences, heads, reading.rows())
    if answer.method not in ONLY_INFLUENCES:
        rows = islice(reading.place_rows(), MOST_SHOWN)
        yield table(reading.say("places"), reading.place_heads(), rows)
        if len(answer.places) > MOST_SHOWN:
            yield Text(reading.say("more", count=len(answer.places) - MOST_SHOWN), "dim")
    yield Text(reading.how, "dim")


def table(title: str, heads: Sequence[str], rows: Iterable[list[str]]) -> Table:
    """A titled table whose first column is words."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for head in heads:
        made.add_column(Text(head), justify="right", overflow="fold")  # a unit in brackets is no style
    made.columns[0].justify = "left"
    for row in rows:
        made.add_row(*map(Text, row))
    return made
