"""`cuakhau calibrate`: unknown numbers of a scenario fitted to observed figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import (
    MAX_SEED,
    command,
    one_line,
    override_option,
    scenario_argument,
    whole_number,
)
from platform_api.commands.warm import get_warm
from platform_api.commands.watching import watched
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.calibrate_answer import Calibration

MOST = 1_000


@command("calibrate")
@scenario_argument
@click.argument("observed", metavar="FIGURES.csv", type=click.Path(path_type=Path))
@click.option("--unknown", "unknowns", multiple=True, metavar="PATH", help=one_line("calibrate.unknown"))
@click.option("--hold-out", metavar="DATE", help=one_line("calibrate.hold_out"))
@click.option(
    "--replications",
    metavar="R",
    callback=whole_number("replications", 2, MOST),
    help=one_line("calibrate.replications"),
)
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("seed.one"))
@override_option
@click.option("--column", "columns", multiple=True, metavar="FIGURE=NAME", help=one_line("calibrate.column"))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("calibrate.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
def calibrate(
    speech: Speech, scenario: str, observed: Path, out: Path | None, as_json: bool, **asked: Any
) -> None:
    """Simulate, fit, predict, print."""
    from platform_api.calibrating import Asked, run

    if asked["hold_out"] and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked["hold_out"]):
        raise refuse("calibrate_date", value=asked["hold_out"])
    if (
        out is not None
        and Path(scenario).is_file()
        and Path(scenario).resolve().parent != out.resolve().parent
    ):
        raise refuse("calibrate_beside", folder=Path(scenario).resolve().parent)
    get_warm(speech)
    seed = 1 if asked["seed"] is None else asked["seed"]
    with watched(speech, None, seed):
        answer = run(
            Asked(
                scenario, observed, asked["unknowns"], asked["overrides"], asked["hold_out"],
                asked["replications"] or 4, seed, columns=_told_columns(asked["columns"]),
            )
        )  # fmt: skip
    if out is not None:
        write_text(out, variant(answer, scenario, out))
    if as_json:
        speech.json(answer.to_json())
    else:
        from platform_api.calibrate_screen import show

        show(speech, answer)
    if out is not None:
        speech.note("calibrate.written", file=out)


def _told_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """`--column 'closing_backlog direction=export=Xe tồn'` as figure or role → column; the last = counts."""
    told = {}
    for each in columns:
        figure, equals, name = each.rpartition("=")
        if not equals or not figure.strip() or not name.strip():
            raise refuse("calibrate_column", value=each)
        told[figure.strip()] = name.strip()
    return told


def variant(answer: Calibration, scenario: str, out: Path) -> str:
    """A scenario that differs by the calibrated numbers, each with its interval."""
    import yaml

    from metrics.recorded.collect import slug

    told = {
        of.path: {"value": of.best, "range": [of.low, of.high], "source": "calibrated"}
        for of in answer.unknowns
    }
    told |= {path: value for path, value in answer.overrides.items() if path not in told}
    source = {
        "vi": f"Khớp bằng cuakhau calibrate với {len(answer.figures)} số liệu quan sát",
        "en": f"Calibrated by cuakhau calibrate to {len(answer.figures)} observed figures",
    }
    base = Path(scenario).stem if Path(scenario).is_file() else scenario
    written = {
        "name": slug(out.stem).replace("_", "-"),
        "based_on": base,
        "title": {"vi": f"{answer.title.vi} (đã khớp)", "en": f"{answer.title.en} (calibrated)"},
        "sources": {"calibrated": {"text": source}},
        "overrides": told,
    }
    return str(yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=110))
