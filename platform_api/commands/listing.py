"""`cuakhau list`: which questions are ready to be answered."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.cards import Card


@command("list")
@click.option("--json", "as_json", is_flag=True, help=one_line("list.json"))
def listing(speech: Speech, as_json: bool) -> None:
    """The scenarios of the library, each with its question."""
    from platform_api.cards import cards

    found = list(cards())
    if as_json:
        speech.json(json.dumps([asdict(card) for card in found], ensure_ascii=False, indent=1))
    else:
        _show(speech, found)


def _show(speech: Speech, found: list[Card]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 1, 0))
    for card in found:
        told = Text.assemble((speech.pick(card.title), "bold"), "\n", speech.pick(card.question))
        table.add_row(Text(card.name, "cyan", no_wrap=True), told)
    speech.show(table)
    _show_designs(speech)
    speech.note("list.next", name=found[0].name)


def _show_designs(speech: Speech) -> None:
    """Experiments that are ready to be run."""
    from rich.table import Table
    from rich.text import Text

    from scenarios.experiments import load_design, names

    table = Table.grid(padding=(0, 2, 1, 0))
    for design in map(load_design, names()):
        title, question = (speech.pick(label) if label else "" for label in (design.title, design.question))
        told = Text.assemble((title, "bold"), "\n", question)
        table.add_row(Text(design.name, "cyan", no_wrap=True), told)
    speech.show(Text(speech.say("list.designs"), "bold"))
    speech.show(table)
