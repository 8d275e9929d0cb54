"""`cuakhau sweep`: one scenario with some of its numbers varied together, and which of them matter."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_REPLICATIONS, command, one_line, whole_number
from platform_api.commands.designing import changed, sweep_of
from platform_api.commands.experimenting import (
    experiment_options,
    hands_for,
    keep,
    same_again,
    tell_warnings,
)
from platform_api.commands.watching import watched
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.hands import Hands
    from platform_api.sweep_answer import Sweep
    from platform_api.sweeping import Prepared
    from scenarios.experiments import Design

ANSWER, TABLE = "sweep.json", "sweep"

METHODS = ("factorial", "hypercube", "sobol", "tornado", "morris", "indices")

NOT_ASKED = {"precision": None, "at_most": None, "ranges": None}


@command("sweep")
@click.argument("base", metavar="BASE")
@click.argument("factors", metavar="[FACTOR]…", nargs=-1)
@click.option("--method", metavar="NAME", help=one_line("sweep.method"))
@click.option(
    "--points", metavar="N", callback=whole_number("points", 2, 10_000), help=one_line("sweep.points")
)
@click.option("--outcome", "outcomes", multiple=True, metavar="KPI", help=one_line("sweep.outcome"))
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("sweep.replications"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("compare.window"))
@click.option("--level", metavar="P", help=one_line("compare.level"))
@experiment_options
def sweep(speech: Speech, base: str, factors: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.foot import studying
    from platform_api.sweeping import prepare

    prepared = prepare(_design(base, factors, asked), asked["out"])
    tell_warnings(speech, prepared.side.warnings)
    with studying(prepared.side, prepared.places.plan.seed, asked["out"] is not None) as study:
        answer = _run(speech, prepared, asked["out"], hands_for(speech, prepared.design.engine, asked))
        studied = study()
    if asked["out"] is not None:
        from platform_api.sweep_report import render

        words = _command((base, *factors), asked, answer)
        page = render(answer, prepared, words, speech.language, studied)
        keep(speech, answer, asked["out"], ANSWER, {TABLE: answer.table()}, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.sweep_screen import show

        show(speech, answer)


def _design(base: str, factors: tuple[str, ...], asked: dict[str, Any]) -> Design:
    if asked["method"] is not None and asked["method"] not in METHODS:
        raise refuse("method", value=asked["method"], known=", ".join(METHODS))
    design = changed(sweep_of(base, factors), NOT_ASKED | asked)
    return replace(design, sweep=asked["method"] or design.sweep, points=asked["points"] or design.points)


def _run(speech: Speech, prepared: Prepared, out: Path | None, hands: AbstractContextManager[Hands]) -> Sweep:
    from platform_api.sweeping import run

    with watched(speech, out, prepared.places.plan.seed) as bar:
        return run(prepared, hands=hands, folder=out, progress=bar.follow)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Sweep) -> str:
    """The command that gives this answer again."""
    options = ("outcomes", "overrides", "method", "points", "window", "drain", "level", "engine")
    last = f"--seed {answer.seed} --replications {answer.replications}"
    return same_again(("sweep", *words), asked, options, last)
