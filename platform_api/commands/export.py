"""`cuakhau export`: an answer, a record or a scenario in a form that another program reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
from platform_api.commands.opening import open_scenario
from platform_api.commands.writing import write_bytes
from platform_api.console import Refusal, Speech, refuse

if TYPE_CHECKING:
    from platform_api.exports import CannotExport, Order

SHORTEST_STEP = 1_000
"""Between samples in simulated time [ms]."""

RECORD, RESULT = "record.json", "result.json"


@command("export")
@click.argument("what", metavar="SCENARIO|DIR")
@click.option("--format", "form", metavar="NAME", help=one_line("export.format"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("export.out"))
@click.option("--table", metavar="NAME", help=one_line("export.table"))
@click.option(
    "--replication", metavar="N", callback=whole_number("replication", 1, MAX_REPLICATIONS),
    help=one_line("export.replication"),
)  # fmt: skip
@click.option("--object", "objects", multiple=True, metavar="FLOW=KIND", help=one_line("export.object"))
@click.option("--step", metavar="T", help=one_line("export.step"))
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("run.seed"))
@click.option("--until", metavar="T", help=one_line("run.until"))
@override_option
def export(speech: Speech, what: str, form: str | None, out: Path | None, **asked: Any) -> None:
    """Settle what is asked, read or simulate, write."""
    from platform_api.exports import FORMS, CannotExport, stream

    form = _form(form, out)
    if out is None and FORMS[form].binary and sys.stdout.isatty():
        raise refuse("export_screen", form=form, suffix=FORMS[form].suffix)
    try:
        with _ordered(speech, what, form, asked) as order:
            portions = stream(form, order)
            if out is None:
                _to_stdout(portions)
            else:
                write_bytes(out, portions)
                speech.note("export.written", file=out)
    except CannotExport as error:
        raise _refused(error) from None


def _form(asked: str | None, out: Path | None) -> str:
    """The form that is asked for, by name or by the name of the file."""
    from platform_api.exports import FORMS, form_of

    found = asked or (form_of(out) if out is not None else None)
    if found is None:
        raise refuse("export_no_form", known=", ".join(FORMS))
    if found not in FORMS:
        raise refuse("export_form", value=found, known=", ".join(FORMS))
    return found


def _to_stdout(portions: Iterator[bytes]) -> None:
    sys.stdout.flush()
    for portion in portions:
        sys.stdout.buffer.write(portion)
    sys.stdout.buffer.flush()


def _refused(error: CannotExport) -> Refusal:
    return Refusal(error.message, error.remedy)


# ---- what is exported ---------------------------------------------------------------------------------


@contextmanager
def _ordered(speech: Speech, what: str, form: str, asked: dict[str, Any]) -> Iterator[Order]:
    """What the first word names: a folder with a record or a result, else a scenario."""
    from platform_api.exports import FORMS

    folder = Path(what)
    kept = next((name for name in (RECORD, RESULT) if (folder / name).is_file()), None)
    if kept is None:
        with _simulated(speech, what, form, asked) as order:
            yield _as_asked(speech, order, asked)
        return
    given = [f"--{name}" for name in ("seed", "until") if asked[name] is not None]
    given += ["--override"] if asked["overrides"] else []
    if given:
        raise refuse("export_kept", option=given[0])
    replays = FORMS[form].replays
    order = _record(folder, asked) if kept == RECORD else _result(folder, asked, replays)
    yield _as_asked(speech, order, asked)


def _as_asked(speech: Speech, order: Order, asked: dict[str, Any]) -> Order:
    kinds = dict(_pair(each) for each in asked["objects"])
    step = duration_of("--step", asked["step"])
    return replace(order, language=speech.language, table=asked["table"], kinds=kinds, step=step)


def duration_of(option: str, written: str | None) -> int | None:
    """`15 min` in milliseconds; at least a second."""
    from scenarios.errors import Flaw, ScenarioError
    from scenarios.units import parse_duration

    if written is None:
        return None
    try:
        milliseconds = parse_duration(written)
    except Flaw as flaw:
        raise ScenarioError([flaw.at(option)]) from None
    if milliseconds < SHORTEST_STEP:
        raise refuse("export_step", option=option, value=written)
    return milliseconds


def _pair(written: str) -> tuple[str, str]:
    flow, equals, kind = written.partition("=")
    if not (flow and equals and kind):
        raise refuse("export_object", value=written)
    return flow, kind


def _record(folder: Path, asked: dict[str, Any]) -> Order:
    """A record, with the scenario that lies beside it or above it."""
    from platform_api.exports import Order
    from platform_api.results import SCENARIO
    from scenarios.resolved import from_json

    if asked["replication"] is not None:
        raise refuse("export_kept", option="--replication")
    found = next((f / SCENARIO for f in (folder, folder.resolve().parent) if (f / SCENARIO).is_file()), None)
    if found is None:
        raise refuse("export_no_scenario", folder=folder)
    return Order(from_json(found.read_bytes()), record=folder)


def _result(folder: Path, asked: dict[str, Any], replays: bool) -> Order:
    """A kept result, with the record of a replication if there is one."""
    from platform_api.exports import Order
    from platform_api.results import NotAResult, load

    try:
        result, scenario = load(folder)
    except NotAResult as error:
        raise Refusal(error.message, error.remedy) from None
    record = folder / f"replication-{asked['replication'] or 1:04d}"
    number, kept = asked["replication"], (record / RECORD).is_file()
    if number is not None and not (kept or (replays and number <= result.replications)):
        raise refuse("export_replication", value=asked["replication"], folder=folder)
    return Order(
        scenario,
        record=record if kept else None,
        result=result,
        seed=result.seed,
        replication=(asked["replication"] or 1) - 1,
        until=result.provenance.until,
    )


@contextmanager
def _simulated(speech: Speech, what: str, form: str, asked: dict[str, Any]) -> Iterator[Order]:
    """A scenario: run once, unless the form only asks for the process."""
    import tempfile

    from platform_api.commands.warm import get_warm
    from platform_api.exports import FORMS, Order
    from platform_api.runner import draw_seed

    if asked["replication"] is not None:
        raise refuse("export_once")
    scenario = open_scenario(speech, what, asked["overrides"], asked["until"]).resolved
    if not FORMS[form].needs_run:
        yield Order(scenario)
        return
    if FORMS[form].replays:
        get_warm(speech)
        seed = draw_seed() if asked["seed"] is None else asked["seed"]
        speech.note("export.seed", seed=seed)
        yield Order(scenario, seed=seed)
        return
    with tempfile.TemporaryDirectory(prefix="cuakhau-export-") as folder:
        yield _run(speech, scenario, asked["seed"], Path(folder), asked["table"])


def _run(speech: Speech, scenario: Any, seed: int | None, folder: Path, table: str | None) -> Order:
    from platform_api.commands.warm import get_warm
    from platform_api.commands.watching import watched
    from platform_api.exports import RESULT_TABLES, Order
    from platform_api.runner import draw_seed, run_scenario

    get_warm(speech)
    seed = draw_seed() if seed is None else seed
    with watched(speech, None, seed) as bar:
        result = run_scenario(
            scenario, seed=seed, replications=1, jobs=1, progress=bar.follow, record_to=folder
        )
    speech.note("export.seed", seed=seed)
    told = result if table in RESULT_TABLES else None
    return Order(scenario, record=folder / "replication-0001", result=told)
