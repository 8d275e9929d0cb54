"""Published figures beside simulated ones on a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from platform_api.field import COLUMNS, Held, cells, summary

if TYPE_CHECKING:
    from platform_api.console import Speech

COLOURS = {"inside": "green", "outside": "bold red", "unknown": "bold yellow"}


def show(speech: Speech, found: list[Held], replications: int, seed: int) -> None:
    """Print them scenario by scenario; only verdicts on predictions have a colour."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in COLUMNS:
        table.add_column(speech.say(f"field.column.{name}"), overflow="fold")
    for name, rows in groupby(found, lambda held: held.scenario.name):
        table.add_section()
        table.add_row(f"[bold]{name}[/]")
        for held in rows:
            *told, verdict = (escape(cell) for cell in cells(held, speech.language))
            colour = COLOURS[held.verdict] if held.figure.mark == "predicted" else "dim"
            table.add_row(*told, f"[{colour}]{verdict}[/]")
    speech.show(table)
    speech.show(Text(summary(found, replications, seed, speech.language), "dim"))
