"""`cuakhau list`: which questions are ready to be answered."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line
from platform_api.console import Speech

if TYPE_CHECKING:
    from rich.table import Table

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
    from rich.text import Text

    from platform_api.cards import cards

    speech.show(table_of(speech, found))
    speech.show(Text(speech.say("list.designs"), "bold"))
    speech.show(table_of(speech, list(cards("designs"))))
    speech.note("list.next", name=found[0].name)


def table_of(speech: Speech, found: list[Card]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 1, 0))
    for card in found:
        told = Text.assemble((speech.pick(card.title), "bold"), "\n", speech.pick(card.question))
        table.add_row(Text(card.name, "cyan", no_wrap=True), told)
    return table
