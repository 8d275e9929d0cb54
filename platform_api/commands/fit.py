"""`cuakhau fit`: a gate's own log to a scenario that runs, held against the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from platform_api.commands.common import MAX_SEED, command, one_line, whole_number
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

F = TypeVar("F", bound=Callable[..., Any])

MOST_HELD = 200
USUAL_HELD = 5


def log_options(function: F) -> F:
    """How a log is read: its columns, its sheet, its zone."""
    options = (
        click.option("--column", "columns", multiple=True, metavar="ROLE=NAME", help=one_line("fit.column")),
        click.option("--sheet", metavar="NAME", help=one_line("fit.sheet")),
        click.option("--zone", metavar="ZONE", default="Asia/Ho_Chi_Minh", help=one_line("fit.zone")),
    )
    for option in reversed(options):
        function = option(function)
    return function


def told_columns(columns: tuple[str, ...]) -> dict[str, str | list[str]]:
    """`--column case="Biển số"` as role → column; of milestones and attributes several."""
    from metrics.recorded.columns import ROLES

    told: dict[str, str | list[str]] = {}
    for each in columns:
        role, equals, name = each.partition("=")
        if not equals or not name or role not in ROLES:
            raise refuse("fit_column", value=each, known=", ".join(ROLES))
        if role in ("milestones", "attributes"):
            told[role] = [one.strip() for one in name.split(",")]
        else:
            told[role] = name
    return told


def checked_zone(zone: str) -> str:
    """A time zone that there is."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise refuse("fit_zone", value=zone) from None
    return zone


@command("fit")
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("fit.out"))
@log_options
@click.option("--name", metavar="NAME", help=one_line("fit.name"))
@click.option(
    "--check", metavar="R", callback=whole_number("check", 0, MOST_HELD), help=one_line("fit.check")
)
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("seed.one"))
@click.option(
    "--report", "page", type=click.Path(path_type=Path), metavar="FILE.html", help=one_line("fit.report")
)
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def fit(speech: Speech, log: Path, out: Path | None, page: Path | None, **asked: Any) -> None:
    """Read, fit, write the scenario and the page, print."""
    from platform_api.fitting import Asked, make

    answer = make(
        Asked(
            log,
            told_columns(asked["columns"]),
            asked["sheet"],
            checked_zone(asked["zone"]),
            asked["name"],
            USUAL_HELD if asked["check"] is None else asked["check"],
            1 if asked["seed"] is None else asked["seed"],
        ),
        _telling(speech),
    )
    if out is not None:
        write_text(out, answer.scenario)
    if page is not None:
        from platform_api.fit_report import render

        write_text(page, render(answer, _command(log, out, asked), speech.language))
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.fit_screen import show

        show(speech, answer)
    if out is not None:
        speech.note("fit.written", file=out)
    if page is not None:
        speech.note("fit.page_written", file=page)


def _command(log: Path, out: Path | None, asked: dict[str, Any]) -> str:
    """The command that gives this answer again."""
    from platform_api.commands.experimenting import same_again

    words = ["fit", str(log), *([] if out is None else ["-o", str(out)])]
    return same_again(words, asked, ("columns", "sheet", "zone", "name", "check", "seed"), "").rstrip()


def _telling(speech: Speech) -> Callable[[str], None]:
    """What is being done, told where a person watches."""

    def tell(what: str) -> None:
        if speech.err.is_terminal:
            speech.err.print(speech.say(f"fit.doing.{what}"), markup=False, style="dim")

    return tell
