"""`cuakhau report`: the HTML page of a kept result."""

from __future__ import annotations

from pathlib import Path

import click

from platform_api.commands.common import command, one_line
from platform_api.commands.writing import write_text
from platform_api.console import Refusal, Speech
from scenarios.resolved import Label


@command("report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("report.out"))
def report(speech: Speech, folder: Path, out: Path | None) -> None:
    """Read the result and write its page."""
    from platform_api.report import render
    from platform_api.results import NotAResult, load
    from platform_api.screen import command_of

    try:
        result, scenario = load(folder)
    except NotAResult as error:
        raise Refusal(_placed(folder, error.message), error.remedy) from None
    target = out or folder / "report.html"
    write_text(target, render(result, scenario, command_of(result), speech.language))
    speech.out.print(str(target), markup=False, soft_wrap=True)
    speech.note("report.next")


def _placed(folder: Path, message: Label) -> Label:
    return Label(vi=f"{folder} {message.vi}", en=f"{folder} {message.en}")
