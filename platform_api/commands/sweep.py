"""`cuakhau sweep`: one scenario with some of its numbers varied together, and which of them matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import (
    MAX_REPLICATIONS,
    MAX_SEED,
    command,
    one_line,
    override_option,
    whole_number,
)
from platform_api.commands.designing import changed, sweep_of
from platform_api.commands.warm import get_warm
from platform_api.commands.watching import watched
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.sweep_answer import Sweep
    from platform_api.sweeping import Prepared
    from scenarios.experiments import Design

ANSWER, TABLE, REPORT = "sweep.json", "sweep.csv", "report.html"

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
    "--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("compare.seed")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("sweep.replications"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("compare.window"))
@click.option("--drain", metavar="T", help=one_line("compare.drain"))
@click.option("--level", metavar="P", help=one_line("compare.level"))
@click.option("--engine", metavar="NAME", help=one_line("run.engine"))
@override_option
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("compare.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def sweep(speech: Speech, base: str, factors: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.sweeping import prepare

    prepared = prepare(_design(base, factors, asked), asked["out"])
    if prepared.side.warnings:
        speech.note("warning.count", count=len(prepared.side.warnings))
        speech.problems(list(prepared.side.warnings), "!", "yellow")
    if prepared.design.engine == "compiled":
        get_warm(speech)
    answer = _run(speech, prepared, asked["out"], asked["jobs"])
    if asked["out"] is not None:
        _keep(speech, answer, asked["out"], _command((base, *factors), asked, answer))
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


def _run(speech: Speech, prepared: Prepared, out: Path | None, jobs: int | None) -> Sweep:
    from platform_api.sweeping import run

    with watched(speech, out, prepared.places.plan.seed) as bar:
        return run(prepared, jobs, folder=out, progress=bar.follow)


def _keep(speech: Speech, answer: Sweep, out: Path, words: str) -> None:
    """The answer beside the places it is made of."""
    from platform_api.sweep_report import render

    write_text(out / ANSWER, answer.to_json(indent=1) + "\n")
    write_text(out / TABLE, answer.to_csv())
    write_text(out / REPORT, render(answer, words, speech.language))
    speech.note("run.kept", folder=out)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Sweep) -> str:
    """The command that gives this answer again."""
    from platform_api.screen import quoted

    told = ["cuakhau sweep", *map(quoted, words)]
    told += [f"--outcome {quoted(each)}" for each in asked["outcomes"]]
    told += [f"--override {quoted(each)}" for each in asked["overrides"]]
    for option in ("method", "points", "window", "drain", "level", "engine"):
        told += [f"--{option} {quoted(str(asked[option]))}"] if asked[option] else []
    return " ".join([*told, f"--seed {answer.seed} --replications {answer.replications}"])
