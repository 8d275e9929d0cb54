"""`cuakhau trs`: a log beside a scenario, the size of the next study, how far instruments can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_SEED, command, one_line, override_option, whole_number
from platform_api.commands.fit import checked_zone, log_options, told_columns
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.trs_twin import LogAsked

USUAL, MOST = 3, 100

WHAT = ("compare", "plan", "instruments")


@command("trs")
@click.argument("what", metavar="compare|plan|instruments", type=click.Choice(WHAT))
@click.argument("log", metavar="LOG|SCENARIO", type=click.Path(path_type=Path))
@click.argument("other", metavar="[SCENARIO|LOG]", required=False)
@click.option("--precision", metavar="T", help=one_line("trs.precision"))
@click.option("--flow", metavar="NAME", help=one_line("trs.flow"))
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("seed.one"))
@click.option(
    "--replications",
    metavar="R",
    callback=whole_number("replications", 1, MOST),
    help=one_line("trs.replications"),
)
@override_option
@log_options
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help=one_line("trs.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def trs(speech: Speech, what: str, log: Path, out: Path | None, as_json: bool, **asked: Any) -> None:
    """Two side by side, how large the next study must be, or how far instruments can be trusted."""
    from platform_api.trs_screen import show_instruments, show_plan, show_twin
    from platform_api.trs_twin import LogAsked

    read = LogAsked(log, told_columns(asked["columns"]), asked["sheet"], checked_zone(asked["zone"]))
    make = {
        "compare": lambda: _compared(speech, read, asked),
        "plan": lambda: _planned(read, asked),
        "instruments": lambda: _instruments(speech, str(log), asked),
    }
    answer: Any = make[what]()
    if as_json:
        speech.json(answer.to_json())
    else:
        show: dict[str, Any] = {"compare": show_twin, "plan": show_plan, "instruments": show_instruments}
        show[what](speech, answer)
    if out is not None:
        write_text(out, answer.to_csv())
        speech.note("explain.written", file=out)


def _compared(speech: Speech, read: LogAsked, asked: dict[str, Any]) -> Any:
    from platform_api.trs_twin import compared

    if asked["other"] is None:
        raise refuse("trs_other")
    seed = 1 if asked["seed"] is None else asked["seed"]
    other = _other(speech, asked["other"], asked["overrides"])
    return compared(read, other, seed, asked["replications"] or USUAL)


def _other(speech: Speech, other: str, overrides: tuple[str, ...]) -> Any:
    """A scenario by its name or file; any other file is a log."""
    file = Path(other)
    if file.is_file() and file.suffix.lower() not in (".yaml", ".yml"):
        return file
    from platform_api.commands.opening import open_scenario

    return open_scenario(speech, other, overrides).resolved


def _instruments(speech: Speech, scenario: str, asked: dict[str, Any]) -> Any:
    from platform_api.commands.opening import open_scenario
    from platform_api.commands.warm import get_warm
    from platform_api.instrumenting import instruments

    resolved = open_scenario(speech, scenario, asked["overrides"]).resolved
    get_warm(speech)
    return instruments(resolved, 1 if asked["seed"] is None else asked["seed"])


def _planned(read: LogAsked, asked: dict[str, Any]) -> Any:
    from platform_api.trs_twin import planned
    from scenarios.errors import Flaw
    from scenarios.units import parse_duration

    try:
        wanted = parse_duration(asked["precision"] or "")
    except Flaw:
        wanted = 0
    if wanted <= 0:
        raise refuse("trs_precision", value=asked["precision"] or "–")
    return planned(read, wanted / 1000, asked["flow"])
