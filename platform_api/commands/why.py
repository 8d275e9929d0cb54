"""`cuakhau why`: where the time goes, whose it is, the bottleneck, and the most that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_REPLICATIONS, command, one_line, whole_number
from platform_api.commands.designing import overrides_of, read_option
from platform_api.commands.experimenting import (
    experiment_options,
    hands_for,
    keep,
    same_again,
    tell_warnings,
)
from platform_api.commands.resilience import length_of
from platform_api.commands.watching import watched
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.why import Asked
    from platform_api.why_answer import Why

ANSWER, TABLE, STORIES = "why.json", "why", "stories"
MOST_POINTS = 10_000


@command("why")
@click.argument("scenario", metavar="NAME|FILE")
@click.option("--truck", "trucks", multiple=True, metavar="WHO", help=one_line("why.truck"))
@click.option(
    "--ranges", metavar="N", callback=whole_number("ranges", 0, MOST_POINTS), help=one_line("why.ranges")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 2, MAX_REPLICATIONS),
    help=one_line("resilience.replications"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("resilience.window"))
@experiment_options
def why(speech: Speech, scenario: str, **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.foot import studying
    from platform_api.why import prepare, run

    prepared = prepare(_asked(scenario, asked), asked["out"])
    tell_warnings(speech, prepared.side.warnings)
    hands = hands_for(speech, prepared.asked.engine, asked)
    with (
        studying(prepared.side, prepared.question.seed, asked["out"] is not None) as study,
        watched(speech, asked["out"], prepared.question.seed) as bar,
    ):
        answer = run(prepared, hands=hands, folder=asked["out"], progress=bar.follow)
        studied = study()
    if asked["out"] is not None:
        from platform_api.why_report import render

        page = render(answer, prepared, _command(scenario, asked, answer), speech.language, studied)
        tables = {TABLE: answer.table(), STORIES: answer.stories_table()}
        keep(speech, answer, asked["out"], ANSWER, tables, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.why_screen import show

        show(speech, answer)


def _asked(scenario: str, asked: dict[str, Any]) -> Asked:
    """What the options say, read."""
    from platform_api.why import Asked
    from sim.engines import ENGINES

    if asked["engine"] is not None and asked["engine"] not in ENGINES:
        raise refuse("engine", value=asked["engine"], known=", ".join(ENGINES))
    said: dict[str, Any] = {
        name: asked[name] for name in ("seed", "replications", "engine", "ranges") if asked[name] is not None
    }
    said |= {name: length_of(name, asked[name]) for name in ("window", "drain") if asked[name]}
    overrides = read_option("--override", asked["overrides"], overrides_of)
    return Asked(scenario, overrides, trucks=asked["trucks"], **said)


def _command(scenario: str, asked: dict[str, Any], answer: Why) -> str:
    """The command that gives this answer again."""
    options = ("trucks", "overrides", "ranges", "window", "drain", "engine")
    last = f"--seed {answer.seed} --replications {answer.replications}"
    return same_again(["why", scenario], asked, options, last)
