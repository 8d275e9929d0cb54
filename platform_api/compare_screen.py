"""A comparison on a terminal: the verdicts first, then what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.compare_reading import Reading

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from platform_api.comparing import Comparison
    from platform_api.console import Speech
    from platform_api.experiments import Experiment


def show(speech: Speech, answer: Comparison, experiment: Experiment) -> None:
    """Print a comparison."""
    screen = _Screen(Reading(answer, experiment, speech.language))
    for part in screen.parts():
        speech.show(part)
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")


class _Screen:
    """The parts of a comparison, ready for a terminal."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.say = reading, reading.say

    def parts(self) -> Iterator[RenderableType]:
        from rich.text import Text

        yield Text(self.reading.title, "bold cyan")
        if self.reading.question:
            yield Text(self.reading.question)
        for sentence in self.reading.first_sentences():
            yield Text(f"➤ {sentence}", "bold")
        yield self._differences()
        yield from self._winners()
        for survived, tipping in self.reading.survival():
            yield Text(f"↔ {survived}", "bold")
            for told in tipping:
                yield Text(f"  {told}")
        for told in self.reading.unturned():
            yield Text(f"  {told}", "dim")
        for cycled in self.reading.answer.cycles:
            yield Text(self.reading.cycles_told(cycled))
        if self.reading.precision:
            yield Text(self.reading.precision)
        yield Text(self.reading.how, "dim")
        yield Text(self.reading.facts, "dim")

    def _differences(self) -> Table:
        table = _table(self.say("differences"), *(self.say(f"column.{name}") for name in (
            "figure", "variant", "base", "value", "difference", "verdict", "gain")))  # fmt: skip
        for row in self.reading.rows():
            difference = f"{row.difference}\nHall {row.hall}" if row.hall else row.difference
            table.add_row(row.figure, row.variant, row.base, row.value, difference, row.verdict, row.gain)
        for column in (0, 1, 5):
            table.columns[column].justify = "left"
        return table

    def _winners(self) -> Iterator[RenderableType]:
        rows = list(self.reading.winner_rows())
        if not rows:
            return
        heads = (self.say(f"column.{name}") for name in ("variant", "won", "lost", "same", "won_s", "lost_s"))
        table = _table(self.say("winners"), *heads)
        for row in rows:
            table.add_row(*row)
        table.columns[0].justify = "left"
        yield table


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right", overflow="fold")
    return table
