"""`cuakhau forecast`: what the next days may bring from a situation now, and what would change it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_REPLICATIONS, command, one_line, whole_number
from platform_api.commands.designing import overrides_of, read_option, typed_variants
from platform_api.commands.experimenting import (
    hands_for,
    keep,
    options_but_drain,
    same_again,
    tell_warnings,
)
from platform_api.commands.resilience import length_of
from platform_api.commands.watching import watched
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.forecast import Asked
    from platform_api.forecast_answer import Forecast
    from scenarios.situation import Situation

ANSWER, TABLE = "forecast.json", "forecast"


@command("forecast")
@click.argument("scenario", metavar="NAME|FILE")
@click.option(
    "--situation", type=click.Path(path_type=Path), metavar="FILE", help=one_line("forecast.situation")
)
@click.option("--now", metavar="WHEN", help=one_line("forecast.now"))
@click.option("--waiting", "waiting", multiple=True, metavar="WHO", help=one_line("forecast.waiting"))
@click.option("--shut", "shut", multiple=True, metavar="WHAT", help=one_line("forecast.shut"))
@click.option("--horizon", metavar="T", help=one_line("forecast.horizon"))
@click.option("--limit", metavar="N|ZONE", help=one_line("forecast.limit"))
@click.option("--of", metavar="NAME=VALUE", help=one_line("forecast.of"))
@click.option("--action", "actions", multiple=True, metavar="CHANGE", help=one_line("forecast.action"))
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 2, MAX_REPLICATIONS),
    help=one_line("forecast.replications"),
)  # fmt: skip
@options_but_drain
def forecast(speech: Speech, scenario: str, **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.forecast import prepare, run

    prepared = prepare(_asked(scenario, asked), asked["out"])
    tell_warnings(speech, prepared.warnings)
    hands = hands_for(speech, prepared.asked.engine, asked)
    with watched(speech, asked["out"], prepared.futures.seed) as bar:
        answer = run(prepared, hands=hands, folder=asked["out"], progress=bar.follow)
    if asked["out"] is not None:
        from platform_api.forecast_report import render

        page = render(answer, prepared, _command(scenario, asked, answer), speech.language)
        keep(speech, answer, asked["out"], ANSWER, {TABLE: answer.table()}, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.forecast_screen import show

        show(speech, answer)


def _asked(scenario: str, asked: dict[str, Any]) -> Asked:
    """What the options say, read."""
    from platform_api.forecast import Asked
    from sim.engines import ENGINES

    if asked["engine"] is not None and asked["engine"] not in ENGINES:
        raise refuse("engine", value=asked["engine"], known=", ".join(ENGINES))
    said: dict[str, Any] = {
        name: asked[name] for name in ("seed", "replications", "engine", "limit", "of") if asked[name]
    }
    if asked["seed"] is not None:
        said["seed"] = asked["seed"]
    if asked["horizon"]:
        said["horizon"] = length_of("horizon", asked["horizon"])
    overrides = read_option("--override", asked["overrides"], overrides_of)
    actions = tuple(typed_variants(asked["actions"], "--action"))
    return Asked(scenario, _situation(asked), actions, overrides, **said)


def _situation(asked: dict[str, Any]) -> Situation:
    """The file, with what the options say instead or besides."""
    from scenarios.situation import Situation, parse_group, parse_shut
    from scenarios.units import parse_local_time

    found = Situation() if asked["situation"] is None else _read(asked["situation"])
    if asked["now"]:
        now = read_option("--now", asked["now"], parse_local_time)
        found = replace(found, now=str(now))
    if asked["waiting"]:
        groups = tuple(read_option("--waiting", text, parse_group) for text in asked["waiting"])
        found = replace(found, waiting=(*(found.waiting or ()), *groups))
    if asked["shut"]:
        shut = dict(read_option("--shut", text, parse_shut) for text in asked["shut"])
        found = replace(found, shut={**found.shut, **shut})
    return found


def _read(file: Path) -> Situation:
    from scenarios.errors import ScenarioError
    from scenarios.situation import read_situation

    try:
        return read_situation(file.read_bytes())
    except OSError as error:
        raise refuse("situation_file", file=file, reason=error.strerror or error) from None
    except ScenarioError as error:
        raise ScenarioError(error.problems, str(file)) from None


def _command(scenario: str, asked: dict[str, Any], answer: Forecast) -> str:
    """The command that gives this answer again."""
    options = ("situation", "now", "horizon", "limit", "of", "engine")
    told = same_again(["forecast", scenario], asked, options, "")
    from platform_api.screen import quoted

    several = [("waiting", "waiting"), ("shut", "shut"), ("actions", "action"), ("overrides", "override")]
    told += "".join(f"--{option} {quoted(each)} " for name, option in several for each in asked[name])
    return f"{told}--seed {answer.seed} --replications {answer.replications}"
