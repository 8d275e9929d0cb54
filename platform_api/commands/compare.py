"""`cuakhau compare`: variants against a base, on the same trucks."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_REPLICATIONS, command, one_line, whole_number
from platform_api.commands.designing import changed, design_of
from platform_api.commands.estimate import tell_beforehand
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
    from platform_api.comparing import Comparison
    from platform_api.experiments import Experiment
    from platform_api.hands import Hands

ANSWER, TABLE = "comparison.json", "differences"


@command("compare")
@click.argument("base", metavar="BASE")
@click.argument("variants", metavar="[VARIANT]…", nargs=-1)
@click.option("--outcome", "outcomes", multiple=True, metavar="KPI", help=one_line("compare.outcome"))
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
@click.option(
    "--ranges", metavar="K", callback=whole_number("ranges", 5, 1000), help=one_line("compare.ranges")
)
@click.option("--level", metavar="P", help=one_line("compare.level"))
@click.option("--winners/--no-winners", default=None, help=one_line("compare.winners"))
@experiment_options
def compare(speech: Speech, base: str, variants: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.experiments import prepare
    from platform_api.foot import studying

    design = changed(design_of(base, variants), asked)
    experiment = prepare(design, asked["out"], asked["winners"])
    tell_warnings(speech, (warning for side in experiment.sides for warning in side.warnings))
    for side in experiment.sides if not asked["as_json"] else ():
        tell_beforehand(speech, side.resolved, speech.pick(side.label))
    with studying(experiment.sides[0], experiment.plan.seed, asked["out"] is not None) as study:
        answer = _run(speech, experiment, asked["out"], hands_for(speech, design.engine, asked))
        studied = study()
    if asked["out"] is not None:
        from platform_api.compare_report import render

        words = _command((base, *variants), asked, answer)
        page = render(answer, experiment, words, speech.language, studied)
        keep(speech, answer, asked["out"], ANSWER, {TABLE: answer.table()}, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.compare_screen import show

        show(speech, answer, experiment)


def _run(
    speech: Speech, experiment: Experiment, out: Path | None, hands: AbstractContextManager[Hands]
) -> Comparison:
    from platform_api.experiments import run

    with watched(speech, out, experiment.plan.seed) as bar:
        return run(experiment, hands=hands, folder=out, progress=bar.follow)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Comparison) -> str:
    """The command that gives this answer again."""
    options = ("outcomes", "overrides", "window", "drain", "level", "engine", "ranges")
    last = f"--seed {answer.seed} --replications {answer.replications}"
    return same_again(("compare", *words), asked, options, last)
