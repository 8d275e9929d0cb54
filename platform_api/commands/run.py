"""`cuakhau run`: simulate a scenario, print what came out, keep it if wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from platform_api.commands.estimate import tell_beforehand
from platform_api.commands.opening import open_scenario
from platform_api.commands.warm import get_warm
from platform_api.commands.writing import cannot_write
from platform_api.console import FAILED, Refusal, Speech, refuse
from platform_api.stopping import exit_code, how_told
from scenarios.resolved import Label
from sim.engines import DEFAULT_ENGINE

if TYPE_CHECKING:
    from platform_api.results import Result
    from scenarios.library import Loaded
    from scenarios.resolved import Resolved

USUAL_REPLICATIONS = 10
QUICK_ENTITIES = 300_000
"""Without `--replications`: fewer than usual where together they would simulate more than this."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    typed: str  # how the scenario was named
    seed: int | None
    replications: int
    engine: str
    overrides: dict[str, Any]
    until: int | None  # [ms]
    jobs: int | None
    records: bool


@command("run")
@scenario_argument
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("run.seed"))
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("run.replications"),
)  # fmt: skip
@click.option("--engine", metavar="NAME", default=DEFAULT_ENGINE, help=one_line("run.engine"))
@override_option
@click.option("--until", metavar="T", help=one_line("run.until"))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("run.out"))
@click.option("--records", is_flag=True, help=one_line("run.records"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def run(speech: Speech, scenario: str, out: Path | None, as_json: bool, **asked: Any) -> None:
    """Load, simulate, keep, print: in this order, so that what was printed is on the disk."""
    until = _until(asked["until"])
    _check(asked["engine"], out, asked["records"])
    loaded = open_scenario(speech, scenario, asked["overrides"], asked["until"])
    if not as_json:
        tell_beforehand(speech, loaded.resolved)
    if asked["engine"] == "compiled":
        get_warm(speech)
    result = _simulate_and_keep(speech, loaded, _order(scenario, loaded, until, asked), out)
    if out is not None:
        speech.note("run.kept", folder=out)
    if as_json:
        speech.json(result.to_json())
    else:
        from platform_api.screen import show_result

        show_result(speech, result, loaded.resolved, scenario, None if out is None else str(out))


# ---- what was asked for -------------------------------------------------------------------------------


def _until(written: str | None) -> int | None:
    """`6h` in milliseconds."""
    if written is None:
        return None
    from scenarios.errors import Flaw, ScenarioError
    from scenarios.units import parse_duration

    try:
        milliseconds = parse_duration(written)
    except Flaw as flaw:
        raise ScenarioError([flaw.at("--until")]) from None
    if milliseconds <= 0:
        raise refuse("until", value=written)
    return milliseconds


def _check(engine: str, out: Path | None, records: bool) -> None:
    """Refuse what can be seen to fail before anything is simulated."""
    from platform_api.results import NotAResult, require_free
    from sim.engines import ENGINES

    if engine not in ENGINES:
        raise refuse("engine", value=engine, known=", ".join(ENGINES))
    if records and out is None:
        raise refuse("records")
    if out is not None:
        try:
            require_free(out)
            _try_writing(out)
        except NotAResult as error:
            raise _not_free(error) from None
        except OSError as error:
            raise cannot_write(out, error) from None


def _try_writing(folder: Path) -> None:
    """Find out whether a folder could be made there, before minutes of work."""
    import tempfile

    above = next(parent for parent in folder.absolute().parents if parent.exists())
    with tempfile.TemporaryDirectory(prefix=".cuakhau", dir=above):
        pass


def _not_free(error: Any) -> Refusal:
    message = Label(
        vi=f"--out {error.folder} {error.message.vi}", en=f"--out {error.folder} {error.message.en}"
    )
    return Refusal(message, error.remedy)


def _order(typed: str, loaded: Loaded, until: int | None, asked: dict[str, Any]) -> Order:
    from scenarios.overrides import split

    return Order(
        typed=typed,
        seed=asked["seed"],
        replications=asked["replications"] or _usual_replications(loaded.resolved),
        engine=asked["engine"],
        overrides=dict(split(text) for text in asked["overrides"]),
        until=until,
        jobs=asked["jobs"],
        records=asked["records"],
    )


def _usual_replications(scenario: Resolved) -> int:
    """As usual, or as many as take about a minute or two."""
    from platform_api.estimate import expected_entities

    return max(1, min(USUAL_REPLICATIONS, QUICK_ENTITIES // max(1, expected_entities(scenario))))


# ---- doing it -----------------------------------------------------------------------------------------


def _simulate_and_keep(speech: Speech, loaded: Loaded, order: Order, out: Path | None) -> Result:
    """The result; with `out` it is there as a whole (records too), or nothing is."""
    from platform_api.files import new_folder
    from platform_api.results import write_result

    if out is None:
        return _simulate(speech, loaded, order, None)
    try:
        with new_folder(out) as fresh:
            result = _simulate(speech, loaded, order, fresh if order.records else None)
            write_result(result, loaded.resolved, fresh)
    except OSError as error:
        raise cannot_write(out, error) from None
    return result


def _simulate(speech: Speech, loaded: Loaded, order: Order, record_to: Path | None) -> Result:
    from platform_api.progress import Bar, interrupted
    from platform_api.runner import RunFailed, run_scenario
    from sim.laws import LawBroken

    with Bar(speech) as bar:
        try:
            result = run_scenario(
                loaded.resolved, seed=order.seed, replications=order.replications, engine=order.engine,
                overrides=order.overrides, warnings=loaded.warnings, until=order.until, jobs=order.jobs,
                progress=bar.follow, record_to=record_to,
            )  # fmt: skip
            return replace(result, provenance=replace(result.provenance, typed=order.typed))
        except KeyboardInterrupt as stop:
            interrupted(speech, bar, how_told(stop))
            raise click.exceptions.Exit(exit_code(stop)) from None
        except LawBroken as error:
            raise refuse(
                "law", FAILED, law=error, seed=order.seed if order.seed is not None else "?"
            ) from None
        except RunFailed as error:
            raise Refusal(error.message, error.remedy, FAILED) from None
        except ValueError as error:
            raise refuse("cannot_run", FAILED, reason=error) from None
