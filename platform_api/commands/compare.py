"""`cuakhau compare`: variants against a base, on the same trucks."""

from __future__ import annotations

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
from platform_api.commands.designing import changed, design_of
from platform_api.commands.warm import get_warm
from platform_api.commands.watching import watched
from platform_api.commands.writing import write_text
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.comparing import Comparison
    from platform_api.experiments import Experiment

ANSWER, TABLE, REPORT = "comparison.json", "differences.csv", "report.html"


@command("compare")
@click.argument("base", metavar="BASE")
@click.argument("variants", metavar="[VARIANT]…", nargs=-1)
@click.option("--outcome", "outcomes", multiple=True, metavar="KPI", help=one_line("compare.outcome"))
@click.option(
    "--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("compare.seed")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("compare.replications"),
)  # fmt: skip
@click.option("--precision", metavar="P", help=one_line("compare.precision"))
@click.option(
    "--at-most", "at_most", metavar="R", callback=whole_number("at-most", 10, MAX_REPLICATIONS),
    help=one_line("compare.at_most"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("compare.window"))
@click.option("--drain", metavar="T", help=one_line("compare.drain"))
@click.option(
    "--ranges", metavar="K", callback=whole_number("ranges", 5, 1000), help=one_line("compare.ranges")
)
@click.option("--level", metavar="P", help=one_line("compare.level"))
@click.option("--engine", metavar="NAME", help=one_line("run.engine"))
@override_option
@click.option("--winners/--no-winners", default=None, help=one_line("compare.winners"))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("compare.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def compare(speech: Speech, base: str, variants: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.experiments import prepare

    design = changed(design_of(base, variants), asked)
    experiment = prepare(design, asked["out"], asked["winners"])
    _tell_warnings(speech, experiment)
    if design.engine == "compiled":
        get_warm(speech)
    answer = _run(speech, experiment, asked["out"], asked["jobs"])
    if asked["out"] is not None:
        _keep(speech, answer, experiment, asked["out"], _command((base, *variants), asked, answer))
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.compare_screen import show

        show(speech, answer, experiment)


def _tell_warnings(speech: Speech, experiment: Experiment) -> None:
    """What was doubtful in the scenarios, each thing once."""
    told = dict.fromkeys(warning for side in experiment.sides for warning in side.warnings)
    if told:
        speech.note("warning.count", count=len(told))
        speech.problems(list(told), "!", "yellow")


# ---- doing it -----------------------------------------------------------------------------------------


def _run(speech: Speech, experiment: Experiment, out: Path | None, jobs: int | None) -> Comparison:
    from platform_api.experiments import run

    with watched(speech, out, experiment.plan.seed) as bar:
        return run(experiment, jobs=jobs, folder=out, progress=bar.follow)


def _keep(speech: Speech, answer: Comparison, experiment: Experiment, out: Path, words: str) -> None:
    """The answer beside the replications it is made of."""
    from platform_api.compare_report import render

    write_text(out / ANSWER, answer.to_json(indent=1) + "\n")
    write_text(out / TABLE, answer.to_csv())
    write_text(out / REPORT, render(answer, experiment, words, speech.language))
    speech.note("run.kept", folder=out)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Comparison) -> str:
    """The command that gives this answer again."""
    from platform_api.screen import quoted

    told = ["cuakhau compare", *map(quoted, words)]
    told += [f"--outcome {quoted(each)}" for each in asked["outcomes"]]
    told += [f"--override {quoted(each)}" for each in asked["overrides"]]
    for option in ("window", "drain", "level", "engine", "ranges"):
        told += [f"--{option} {quoted(str(asked[option]))}"] if asked[option] else []
    return " ".join([*told, f"--seed {answer.seed} --replications {answer.replications}"])
