"""`cuakhau rehearse`: alert rules tried on simulated time, by the real Prometheus."""

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
    scenario_argument,
    whole_number,
)
from platform_api.commands.opening import open_scenario
from platform_api.commands.warm import get_warm
from platform_api.commands.watching import watched
from platform_api.commands.writing import write_text
from platform_api.console import FAILED, Refusal, Speech, refuse

if TYPE_CHECKING:
    from platform_api.rehearsal_answer import Rehearsal
    from platform_api.rehearsing import Plan

USUAL_REPLICATIONS = 5


@command("rehearse")
@scenario_argument
@click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=one_line("rehearse.rules")
)
@click.option("--target", "targets", multiple=True, metavar="ALERT=EXPR", help=one_line("rehearse.target"))
@click.option("--within", metavar="T", default="2 h", help=one_line("rehearse.within"))
@click.option("--step", metavar="T", help=one_line("export.step"))
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("run.seed"))
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("rehearse.replications"),
)  # fmt: skip
@click.option("--until", metavar="T", help=one_line("run.until"))
@override_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("rehearse.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def rehearse(speech: Speech, scenario: str, out: Path | None, as_json: bool, **asked: Any) -> None:
    """Settle what is asked, simulate and judge, keep, print."""
    plan = _plan(speech, scenario, asked)
    get_warm(speech)
    answer = _rehearsed(speech, plan)
    if out is not None:
        write_text(out, answer.to_json(indent=1) + "\n")
        speech.note("export.written", file=out)
    if as_json:
        speech.json(answer.to_json())
    else:
        from platform_api.rehearsal_screen import show

        show(speech, answer)


def _plan(speech: Speech, scenario: str, asked: dict[str, Any]) -> Plan:
    from platform_api.commands.export import duration_of
    from platform_api.rehearsing import RULES, SIMULATED, Plan
    from platform_api.runner import draw_seed
    from scenarios.overrides import split

    missing = [path for path in asked["rules"] if not path.is_file()]
    if missing:
        raise refuse("no_rules", file=missing[0])
    targets = dict(_target(each) for each in asked["targets"])
    within = duration_of("--within", asked["within"]) or 0
    step = duration_of("--step", asked["step"])
    loaded = open_scenario(speech, scenario, asked["overrides"], asked["until"])
    return Plan(
        loaded.resolved,
        seed=draw_seed() if asked["seed"] is None else asked["seed"],
        replications=asked["replications"] or USUAL_REPLICATIONS,
        rules=asked["rules"] or [RULES / name for name in SIMULATED],
        targets=targets,
        within=within / 1000,
        step=step,
        overrides=dict(split(each) for each in asked["overrides"]),
    )


def _target(written: str) -> tuple[str, str]:
    name, equals, expression = written.partition("=")
    if not (name.strip() and equals and expression.strip()):
        raise refuse("rehearse_target", value=written)
    return name.strip(), expression.strip()


def _rehearsed(speech: Speech, plan: Plan) -> Rehearsal:
    from platform_api.prometheus import PrometheusFailed
    from platform_api.rehearsing import UnknownAlert, rehearse

    with watched(speech, None, plan.seed) as bar:
        try:
            return rehearse(plan, bar.follow)
        except PrometheusFailed as error:
            raise Refusal(error.message, error.remedy, FAILED) from None
        except UnknownAlert as error:
            raise refuse("rehearse_alert", name=error.name, known=", ".join(error.known)) from None
