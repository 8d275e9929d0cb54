"""`cuakhau intake`: questionnaires for the agencies of a scenario, and their answers put into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, override_option, scenario_argument
from platform_api.commands.opening import open_scenario
from platform_api.commands.writing import write_bytes, write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from scenarios.library import Loaded

FOLDER = Path("questionnaires")


@command("intake")
@scenario_argument
@click.argument("answers", nargs=-1, metavar="[ANSWERS]...", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="PATH", help=one_line("intake.out"))
@click.option("--agency", "agencies", multiple=True, metavar="NAME", help=one_line("intake.agency"))
@override_option
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def intake(
    speech: Speech,
    scenario: str,
    answers: tuple[Path, ...],
    out: Path | None,
    agencies: tuple[str, ...],
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Without answers: write questionnaires. With answers: write what they make of the scenario."""
    loaded = open_scenario(speech, scenario, overrides)
    if not answers:
        _ask(speech, loaded, out or FOLDER, agencies)
        return
    for file in answers:
        if not file.is_file():
            raise refuse("intake_file", file=file)
    _read(speech, loaded, scenario, answers, out, as_json)


def _ask(speech: Speech, loaded: Loaded, folder: Path, agencies: tuple[str, ...]) -> None:
    from platform_api.asking.form import form
    from platform_api.asking.questions import questionnaires
    from platform_api.asking.workbook import workbook

    asked = questionnaires(loaded)
    known = [each.agency for each in asked]
    for name in agencies:
        if name not in known:
            raise refuse("intake_agency", name=name, known=", ".join(known))
    for each in asked:
        if not agencies or each.agency in agencies:
            file = folder / f"{each.scenario}-{each.agency}"
            write_bytes(file.with_name(f"{file.name}.xlsx"), [workbook(each, speech.language)])
            write_text(file.with_name(f"{file.name}.html"), form(each, speech.language))
            speech.note(
                "intake.printed", file=file, agency=speech.pick(each.label), count=len(each.questions)
            )


def _read(
    speech: Speech, loaded: Loaded, scenario: str, answers: tuple[Path, ...], out: Path | None, as_json: bool
) -> None:
    from metrics.recorded.collect import slug
    from platform_api.asking.making import make

    own = Path(scenario) if Path(scenario).is_file() else None
    if out is not None and own is not None and own.resolve().parent != out.resolve().parent:
        raise refuse("intake_beside", folder=own.resolve().parent)
    base = own.stem if own is not None else scenario
    name = slug(out.stem).replace("_", "-") if out is not None else f"{base}-asked"
    answer = make(loaded, answers, base, name, own.resolve().parent if own is not None else None)
    if out is not None:
        write_text(out, answer.text)
    if as_json:
        speech.json(answer.to_json())
    else:
        from platform_api.asking.screen import show

        show(speech, answer)
    if out is not None:
        speech.note("fit.written", file=out)
