"""`cuakhau resilience`: what outages would do, by agency or platform and hour of the week."""

from __future__ import annotations

import re
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
from platform_api.commands.designing import overrides_of, read_option
from platform_api.commands.warm import get_warm
from platform_api.commands.watching import watched
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.outage_answer import OutageMap
    from platform_api.outage_map import Asked, Prepared

ANSWER, TABLE, REPORT = "outages.json", "outages.csv", "report.html"


@command("resilience")
@click.argument("scenario", metavar="NAME|FILE")
@click.option("--target", "targets", multiple=True, metavar="WHAT", help=one_line("resilience.target"))
@click.option("--every", metavar="T", help=one_line("resilience.every"))
@click.option("--lasts", metavar="T", help=one_line("resilience.lasts"))
@click.option("--metres", metavar="M", help=one_line("resilience.metres"))
@click.option(
    "--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("compare.seed")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 2, MAX_REPLICATIONS),
    help=one_line("resilience.replications"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("resilience.window"))
@click.option("--drain", metavar="T", help=one_line("compare.drain"))
@click.option("--engine", metavar="NAME", help=one_line("run.engine"))
@override_option
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("compare.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def resilience(speech: Speech, scenario: str, **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.outage_map import prepare

    prepared = prepare(_asked(scenario, asked), asked["out"])
    if prepared.side.warnings:
        speech.note("warning.count", count=len(prepared.side.warnings))
        speech.problems(list(prepared.side.warnings), "!", "yellow")
    if prepared.asked.engine == "compiled":
        get_warm(speech)
    answer = _run(speech, prepared, asked["out"], asked["jobs"])
    if asked["out"] is not None:
        _keep(speech, answer, asked["out"], _command(scenario, asked, answer))
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.outage_screen import show

        show(speech, answer)


def _run(speech: Speech, prepared: Prepared, out: Path | None, jobs: int | None) -> OutageMap:
    from platform_api.outage_map import run

    with watched(speech, out, prepared.outages.seed) as bar:
        return run(prepared, jobs, folder=out, progress=bar.follow)


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
        name: _length(name, asked[name]) for name in ("every", "lasts", "window", "drain") if asked[name]
    }
    if asked["metres"]:
        said["metres"] = _metres(asked["metres"])
    return Asked(
        scenario, asked["targets"], read_option("--override", asked["overrides"], overrides_of), **said
    )


def _length(option: str, written: str) -> int:
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


def _keep(speech: Speech, answer: OutageMap, out: Path, words: str) -> None:
    """The answer beside the parts it is made of."""
    from platform_api.outage_report import render

    write_text(out / ANSWER, answer.to_json(indent=1) + "\n")
    write_text(out / TABLE, answer.to_csv())
    write_text(out / REPORT, render(answer, words, speech.language))
    speech.note("run.kept", folder=out)


def _command(scenario: str, asked: dict[str, Any], answer: OutageMap) -> str:
    """The command that gives this answer again."""
    from platform_api.screen import quoted

    told = ["cuakhau resilience", quoted(scenario)]
    told += [f"--target {quoted(each)}" for each in asked["targets"]]
    told += [f"--override {quoted(each)}" for each in asked["overrides"]]
    for option in ("every", "lasts", "metres", "window", "drain", "engine"):
        told += [f"--{option} {quoted(str(asked[option]))}"] if asked[option] else []
    return " ".join([*told, f"--seed {answer.seed} --replications {answer.replications}"])
