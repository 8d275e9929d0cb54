"""What an operator of the service does: access keys, workers, clearing out, backing up, restoring."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, refused_settings, whole_number
from platform_api.commands.warm import get_warm
from platform_api.console import FAILED, Speech, refuse

if TYPE_CHECKING:
    from platform_api.answers import Answers
    from platform_api.keeping import Waste
    from platform_api.settings import Settings
    from platform_api.store import Database
    from platform_api.store.key_table import Key


@contextmanager
def _store(speech: Speech) -> Iterator[tuple[Settings, Database, Answers]]:
    """The settings, the database and the files, as the service has them."""
    from platform_api.answers import Answers
    from platform_api.settings import load_settings
    from platform_api.store.database import open_database

    with refused_settings(speech):
        settings = load_settings()
        database = open_database(settings.database_url)
    try:
        yield settings, database, Answers(settings.data_dir)
    finally:
        database.dispose()


# ---- keys ---------------------------------------------------------------------------------------------


@command("keys")
@click.argument("action", type=click.Choice(["list", "add", "revoke"]), default="list")
@click.argument("name", required=False)
@click.option(
    "--scope",
    type=click.Choice(["view", "run", "teach", "admin"]),
    default="run",
    help=one_line("keys.scope"),
)
def keys(speech: Speech, action: str, name: str | None, scope: str) -> None:
    """Make, list and end access keys."""
    from platform_api.store.key_table import KeyTable

    if action != "list" and not name:
        raise refuse(f"keys.{action}")
    with _store(speech) as (_, database, _):
        table = KeyTable(database)
        if action == "add":
            key, token = table.add(str(name), scope)
            speech.out.print(token, markup=False, soft_wrap=True)
            speech.note("keys.added", name=key.name, scope=key.scope, id=key.id)
        elif action == "revoke":
            if not table.revoke(str(name)):
                raise refuse("keys.unknown", id=name)
            speech.note("keys.revoked", id=name)
        else:
            for key in table.all():
                _show_key(speech, key)


def _show_key(speech: Speech, key: Key) -> None:
    used = f"{key.last_used:%Y-%m-%d %H:%M} UTC" if key.last_used else speech.say("keys.never")
    state = "revoked_state" if key.revoked else "holds"
    line = f"{key.id}  {key.scope:<5}  {speech.say(f'keys.{state}')}  {key.name}  ({used})"
    speech.out.print(line, markup=False, soft_wrap=True)


# ---- workers ------------------------------------------------------------------------------------------


@command("worker")
def worker(speech: Speech) -> None:
    """Do runs of the service's queue until stopped."""
    from metrics.exposition import CollectorRegistry, Telemetry
    from platform_api.desk import Desk
    from platform_api.server import log_to_standard_error
    from platform_api.store.run_table import RunTable

    get_warm(speech)
    log_to_standard_error()
    over = threading.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: over.set())
    with _store(speech) as (settings, database, answers):
        telemetry = Telemetry(CollectorRegistry())  # the service counts what workers have done
        desk = Desk(settings, RunTable(database), answers, telemetry)
        desk.open()
        speech.note("worker.ready", name=desk.name)
        over.wait()
        desk.close()
    speech.note("worker.stopped")


# ---- clearing out -------------------------------------------------------------------------------------


@command("gc")
@click.option(
    "--keep", metavar="N", callback=whole_number("keep", 0, 1_000_000_000), help=one_line("gc.keep")
)
@click.option(
    "--older-than",
    metavar="DAYS",
    callback=whole_number("older-than", 0, 36_500),
    help=one_line("gc.older_than"),
)
@click.option("--dry-run", is_flag=True, help=one_line("gc.dry_run"))
def clear_out(speech: Speech, keep: int | None, older_than: int | None, dry_run: bool) -> None:
    """Take away old runs, and what belongs to none."""
    from platform_api.keeping import clear, find_waste
    from platform_api.store.run_table import RunTable

    with _store(speech) as (settings, database, answers):
        table = RunTable(database)
        age = None if older_than is None else timedelta(days=older_than)
        waste = find_waste(table, answers, settings.max_kept if keep is None else keep, age)
        _show_waste(speech, waste)
        if not dry_run:
            clear(table, answers, waste)
    speech.note("gc.would" if dry_run else "gc.done", megabytes=f"{waste.bytes / 1e6:,.1f}")


def _show_waste(speech: Speech, waste: Waste) -> None:
    for kind in ("runs", "orphans", "leftovers"):
        for name, size in getattr(waste, kind).items():
            line = f"{name}  {size / 1e6:,.1f} MB  {speech.say(f'gc.{kind}')}"
            speech.out.print(line, markup=False, soft_wrap=True)


# ---- a copy, and back ---------------------------------------------------------------------------------


@command("backup")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(speech: Speech, target: Path) -> None:
    """Everything the service has stored, as one file."""
    from platform_api.keeping import back_up

    with _store(speech) as (_, database, answers):
        copied = back_up(database, answers, target)
    for run in copied.left_out:
        speech.note("backup.left_out", run=run)
    speech.note("backup.done", file=target, runs=copied.runs, megabytes=f"{copied.bytes / 1e6:,.1f}")
    if copied.left_out:
        raise click.exceptions.Exit(FAILED)


@command("restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(speech: Speech, source: Path) -> None:
    """Take a backup up in a store that is empty."""
    from platform_api.answers import Damaged
    from platform_api.keeping import NotABackup, NotEmpty
    from platform_api.keeping import restore as take_up

    with _store(speech) as (settings, database, answers):
        try:
            copied = take_up(database, answers, source)
        except NotEmpty:
            raise refuse("restore.not_empty", folder=settings.data_dir) from None
        except NotABackup as error:
            raise refuse("restore.not_a_backup", FAILED, file=source, reason=error) from None
        except Damaged as error:
            raise refuse("restore.damaged", FAILED, file=source, name=error) from None
    speech.note("restore.done", runs=copied.runs, megabytes=f"{copied.bytes / 1e6:,.1f}")
