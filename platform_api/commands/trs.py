"""`cuakhau trs`: a log and a scenario as two Time Release Studies; the size of the next study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from platform_api.commands.common import MAX_SEED, Command, one_line, speaking, two_lines, whole_number
from platform_api.commands.fit import checked_zone, log_options, told_columns
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

USUAL, MOST = 3, 100


class Group(click.Group):
    """A command of several, described in both languages."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, described in both languages."""
        from platform_api.commands.common import help_option

        return help_option(super().get_help_option(ctx))


@click.group("trs", cls=Group, help=two_lines("trs"), short_help=one_line("trs.short"))
def trs() -> None:
    """Time Release Studies of logs."""


def _log(log: Path, asked: dict[str, Any]) -> Any:
    from platform_api.trs_twin import LogAsked

    return LogAsked(log, told_columns(asked["columns"]), asked["sheet"], checked_zone(asked["zone"]))


def _keep(speech: Speech, out: Path | None, csv: str) -> None:
    if out is not None:
        write_text(out, csv)
        speech.note("explain.written", file=out)


LOG = click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
OUT = click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help=one_line("trs.out"))
JSON = click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))


@trs.command("compare", cls=Command, key="trs_compare")
@LOG
@click.argument("other", metavar="SCENARIO|LOG")
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("run.seed"))
@click.option(
    "--replications",
    metavar="R",
    callback=whole_number("replications", 1, MOST),
    help=one_line("trs.replications"),
)
@log_options
@OUT
@JSON
@speaking
def compare(speech: Speech, log: Path, other: str, out: Path | None, as_json: bool, **asked: Any) -> None:
    """Put the two side by side."""
    from platform_api.trs_twin import compared

    seed = 1 if asked["seed"] is None else asked["seed"]
    answer = compared(_log(log, asked), _other(speech, other), seed, asked["replications"] or USUAL)
    if as_json:
        speech.json(answer.to_json())
    else:
        from platform_api.trs_screen import show_twin

        show_twin(speech, answer)
    _keep(speech, out, answer.to_csv())


def _other(speech: Speech, other: str) -> Any:
    """A scenario by its name or file; any other file is a log."""
    file = Path(other)
    if file.is_file() and file.suffix.lower() not in (".yaml", ".yml"):
        return file
    from platform_api.commands.opening import open_scenario

    return open_scenario(speech, other).resolved


@trs.command("plan", cls=Command, key="trs_plan")
@LOG
@click.option("--precision", metavar="T", required=True, help=one_line("trs.precision"))
@click.option("--flow", metavar="NAME", help=one_line("trs.flow"))
@log_options
@OUT
@JSON
@speaking
def plan(speech: Speech, log: Path, precision: str, out: Path | None, as_json: bool, **asked: Any) -> None:
    """Tell how many days and trucks are needed."""
    from platform_api.trs_twin import planned
    from scenarios.errors import Flaw
    from scenarios.units import parse_duration

    try:
        wanted = parse_duration(precision)
    except Flaw:
        wanted = 0
    if wanted <= 0:
        raise refuse("trs_precision", value=precision)
    answer = planned(_log(log, asked), wanted / 1000, asked["flow"])
    if as_json:
        speech.json(answer.to_json())
    else:
        from platform_api.trs_screen import show_plan

        show_plan(speech, answer)
    _keep(speech, out, answer.to_csv())
