"""`cuakhau estimate`: the main figures in a moment, without a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, override_option, scenario_argument
from platform_api.commands.opening import open_scenario
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.beforehand import Beforehand
    from scenarios.resolved import Resolved


@command("estimate")
@scenario_argument
@override_option
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def estimate(speech: Speech, scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Load, estimate, print."""
    from platform_api.beforehand import beforehand

    resolved = open_scenario(speech, scenario, overrides).resolved
    told = beforehand(resolved)
    if as_json:
        speech.json(told.to_json())
    else:
        _show(speech, told, resolved)


def _show(speech: Speech, told: Beforehand, scenario: Resolved) -> None:
    """Figures with their bands, what is not in them, and what to make of it."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from platform_api.beforehand import rows

    speech.show(Text(speech.pick(scenario.title), "bold cyan"))
    if told.figures:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column(speech.say("screen.figure"))
        table.add_column(speech.say("beforehand.band", level=f"{told.level:.0%}"), justify="right")
        for name, spoken in rows(told, scenario, speech.language):
            table.add_row(name, spoken)
        speech.show(table)
    missing = told.missing if told.figures else told.refused
    if missing:
        speech.show(Text(speech.say("beforehand.missing" if told.figures else "beforehand.refused"), "bold"))
    for each in missing:
        speech.show(Text(f"  · {speech.pick(each.told)}"))
    if told.figures:
        speech.show(Text(speech.say("beforehand.meaning"), "dim"))


def tell_beforehand(speech: Speech, scenario: Resolved, name: str | None = None) -> None:
    """One line before a simulation, where a person watches."""
    if not speech.err.is_terminal:
        return
    from platform_api.beforehand import beforehand
    from platform_api.beforehand import one_line as told_in_a_line

    line = told_in_a_line(beforehand(scenario), speech.language)
    speech.err.print(f"{name}: {line}" if name else line, markup=False, soft_wrap=True, style="dim")
