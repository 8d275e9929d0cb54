"""`cuakhau explain`: the process of a scenario in words, or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, override_option, scenario_argument
from platform_api.commands.opening import open_scenario
from platform_api.commands.writing import write_text
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.explain import Section
    from scenarios.resolved import Resolved

FORMATS = ("text", "svg", "mermaid")


@command("explain")
@scenario_argument
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=one_line("explain.format"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("explain.out"))
@override_option
def explain(speech: Speech, scenario: str, form: str, out: Path | None, overrides: tuple[str, ...]) -> None:
    """Tell the process, on the screen or into a file."""
    resolved = open_scenario(speech, scenario, overrides).resolved
    if form == "text" and out is None:
        _tell(speech, resolved, scenario)
    elif out is None:
        speech.out.file.write(_document(speech, resolved, form))
    else:
        write_text(out, _document(speech, resolved, form))
        speech.note("explain.written", file=out)


def _document(speech: Speech, scenario: Resolved, form: str) -> str:
    """The whole explanation as one text."""
    if form == "svg":
        from platform_api.drawing import draw

        return draw(scenario, speech.language) + "\n"
    if form == "mermaid":
        from platform_api.mermaid import flowchart

        return flowchart(scenario, speech.language)
    return "\n".join(_lines(speech, scenario)) + "\n"


def _lines(speech: Speech, scenario: Resolved) -> list[str]:
    """The words without decoration."""
    from platform_api.explain import story

    lines = [speech.pick(scenario.title)]
    for section in story(scenario, speech.language):
        lines += ["", section.title]
        for entry in section.entries:
            lines += [f"  {entry.title}", *(f"      {line}" for line in entry.lines)]
    return lines


def _tell(speech: Speech, scenario: Resolved, typed: str) -> None:
    from rich.text import Text

    from platform_api.explain import story
    from platform_api.screen import quoted

    speech.show(Text(speech.pick(scenario.title), "bold"))
    for section in story(scenario, speech.language):
        _tell_section(speech, section)
    speech.note("explain.next", typed=quoted(typed), name=scenario.name)


def _tell_section(speech: Speech, section: Section) -> None:
    from rich.padding import Padding
    from rich.text import Text

    speech.show(Text(f"\n{section.title}", "bold cyan"))
    for entry in section.entries:
        speech.show(Padding(Text(entry.title, "bold"), (0, 0, 0, 2), expand=False))
        for line in entry.lines:
            speech.show(Padding(Text(line), (0, 0, 0, 6), expand=False))
