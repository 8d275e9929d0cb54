"""`cuakhau resilience`: what outages would do, by agency or platform and hour of the week."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
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
from platform_api.commands.watching import watched
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.hands import Hands
    from platform_api.outage_answer import OutageMap
    from platform_api.outage_map import Asked, Prepared

ANSWER, TABLE = "outages.json", "outages"


@command("resilience")
@click.argument("scenario", metavar="NAME|FILE")
@click.option("--target", "targets", multiple=True, metavar="WHAT", help=one_line("resilience.target"))
@click.option("--every", metavar="T", help=one_line("resilience.every"))
@click.option("--lasts", metavar="T", help=one_line("resilience.lasts"))
@click.option("--metres", metavar="M", help=one_line("resilience.metres"))
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 2, MAX_REPLICATIONS),
    help=one_line("resilience.replications"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("resilience.window"))
@experiment_options
def resilience(speech: Speech, scenario: str, **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.foot import studying
    from platform_api.outage_map import prepare

    prepared = prepare(_asked(scenario, asked), asked["out"])
    tell_warnings(speech, prepared.side.warnings)
    with studying(prepared.side, prepared.outages.seed, asked["out"] is not None) as study:
        answer = _run(speech, prepared, asked["out"], hands_for(speech, prepared.asked.engine, asked))
        studied = study()
    if asked["out"] is not None:
        from platform_api.outage_report import render

        words = _command(scenario, asked, answer)
        page = render(answer, prepared, words, speech.language, studied)
        keep(speech, answer, asked["out"], ANSWER, {TABLE: answer.table()}, page)
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.outage_screen import show

        show(speech, answer)


def _run(
    speech: Speech, prepared: Prepared, out: Path | None, hands: AbstractContextManager[Hands]
) -> OutageMap:
    from platform_api.outage_map import run

    with watched(speech, out, prepared.outages.seed) as bar:
        return run(prepared, hands=hands, folder=out, progress=bar.follow)


def _asked(scenario: str, asked: dict[str, Any]) -> Asked:
    """What the options say, read."""
    from platform_api.outage_map import Asked
    from sim.engines import ENGINES

    if asked["engine"] is not None and asked["engine"] not in ENGINES:
        raise refuse("engine", value=asked["engine"], known=", ".join(ENGINES))
    said: dict[str, Any] = {
        name: asked[name] for name in ("seed", "replications", "engine") if asked[name] is not None
    }
    said |= {
        name: length_of(name, asked[name]) for name in ("every", "lasts", "window", "drain") if asked[name]
    }
    if asked["metres"]:
        said["metres"] = _metres(asked["metres"])
    return Asked(
        scenario, asked["targets"], read_option("--override", asked["overrides"], overrides_of), **said
    )


def length_of(option: str, written: str) -> int:
    """A length of time above 0 [ms]; --drain may be 0."""
    from scenarios.units import parse_duration

    found: int = read_option(f"--{option}", written, parse_duration)
    if found <= 0 and option != "drain":
        raise refuse("outage_lasts", option=option, value=written)
    return found


def _metres(written: str) -> float:
    found = float(written) if re.fullmatch(r"\d{1,3}(\.\d+)?", written) else 0.0
    if not 1 <= found <= 100:
        raise refuse("metres", value=written)
    return found


def _command(scenario: str, asked: dict[str, Any], answer: OutageMap) -> str:
    """The command that gives this answer again."""
    options = ("targets", "overrides", "every", "lasts", "metres", "window", "drain", "engine")
    last = f"--seed {answer.seed} --replications {answer.replications}"
    return same_again(("resilience", scenario), asked, options, last)
