"""`cuakhau optimise`: of what may be decided the cheapest that keeps its targets, and how sure that is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_REPLICATIONS, command, one_line, whole_number
from platform_api.commands.designing import changed, optimisation_of
from platform_api.commands.experimenting import (
    experiment_options,
    hands_for,
    keep,
    same_again,
    tell_warnings,
)
from platform_api.commands.watching import watched
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.hands import Hands
    from platform_api.optimise_answer import Optimum
    from platform_api.optimising import Prepared

ANSWER, TABLE = "optimum.json", "combinations"

NOT_ASKED = {"precision": None, "ranges": None, "outcomes": (), "level": None}


@command("optimise")
@click.argument("base", metavar="DESIGN|SCENARIO")
@click.argument("decisions", metavar="[DECISION]…", nargs=-1)
@click.option("--target", "targets", multiple=True, metavar="WHAT", help=one_line("optimise.target"))
@click.option("--cost", "costs", multiple=True, metavar="NAME=VND", help=one_line("optimise.cost"))
@click.option("--figure", "figures", multiple=True, metavar="KPI", help=one_line("optimise.figures"))
@click.option("--indifference", metavar="VND", help=one_line("optimise.indifference"))
@click.option("--error", metavar="P", help=one_line("optimise.error"))
@click.option(
    "--points", metavar="N", callback=whole_number("points", 2, 10_000), help=one_line("optimise.points")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 10, MAX_REPLICATIONS),
    help=one_line("optimise.replications"),
)  # fmt: skip
@click.option(
    "--at-most", "at_most", metavar="R", callback=whole_number("at-most", 20, MAX_REPLICATIONS),
    help=one_line("optimise.at_most"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("compare.window"))
@experiment_options
def optimise(speech: Speech, base: str, decisions: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.foot import studying
    from platform_api.optimising import prepare

    design = changed(optimisation_of(base, decisions, asked), asked | NOT_ASKED | {"at_most": None})
    prepared = prepare(replace(design, points=asked["points"] or design.points), asked["out"])
    tell_warnings(speech, prepared.side.warnings)
    with studying(prepared.side, prepared.combinations.plan.seed, asked["out"] is not None) as study:
        answer = _run(speech, prepared, asked["out"], hands_for(speech, design.engine, asked))
        studied = study()
    if asked["out"] is not None:
        from platform_api.optimise_report import render

        words = _command((base, *decisions), asked, answer)
        page = render(answer, prepared, words, speech.language, studied)
        keep(speech, answer, asked["out"], ANSWER, {TABLE: answer.table()}, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.optimise_screen import show

        show(speech, answer)


def _run(
    speech: Speech, prepared: Prepared, out: Path | None, hands: AbstractContextManager[Hands]
) -> Optimum:
    from platform_api.optimising import run

    with watched(speech, out, prepared.combinations.plan.seed) as bar:
        return run(prepared, hands=hands, folder=out, progress=bar.follow)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Optimum) -> str:
    """The command that gives this answer again."""
    options = ("targets", "costs", "figures", "overrides", "indifference", "error", "points", "at_most",
               "window", "drain", "engine")  # fmt: skip
    last = f"--seed {answer.seed} --replications {answer.replications}"
    return same_again(("optimise", *words), asked, options, last)
