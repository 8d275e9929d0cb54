"""What an operator does with what the service has stored: clear out, back up, restore."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from platform_api.answers import Answers, Damaged, Files
from platform_api.store import Database
from platform_api.store.dump import dumped, is_empty, take_up
from platform_api.store.run_table import RunTable

DATABASE, ABOUT = "database.jsonl", "backup.json"
FORMAT = 1


# ---- clearing out -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waste:
    """What may go, each with the room it takes [bytes]."""

    runs: dict[str, int]  # ended, and older or more than is to be kept
    orphans: dict[str, int]  # folders that no run names
    leftovers: dict[str, int]  # half-written by a process that was killed

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(sum(each.values()) for each in (self.runs, self.orphans, self.leftovers))


def find_waste(table: RunTable, answers: Answers, keep: int, older_than: timedelta | None) -> Waste:
    """What is beyond the newest `keep` ended runs, or older than that, and what belongs to nobody."""
    gone = set(table.beyond(keep))
    if older_than is not None:
        gone |= set(table.ended_before(datetime.now(UTC) - older_than))
    there, journals = answers.names(), answers.journals()  # first: what comes in meanwhile is known
    known = {kept.ticket.id for kept in table.everything()}
    orphans = [name for name in there if name not in known]
    at_work = set(table.unfinished())
    begun = [answers.journal(run) for run in journals if run not in at_work]
    return Waste(
        runs={run: _size(answers.folder / run) for run in sorted(gone)},
        orphans={name: _size(answers.folder / name) for name in orphans},
        leftovers={path.name: _size(path) for path in (*answers.abandoned(), *begun)},
    )


def clear(table: RunTable, answers: Answers, waste: Waste) -> None:
    """Take it away."""
    if waste.runs:
        table.forget(list(waste.runs))
    for name in (*waste.runs, *waste.orphans, *waste.leftovers):
        answers.remove(name)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


# ---- a copy, and back ---------------------------------------------------------------------------------


class NotABackup(Exception):
    """A file that cannot be restored; the text says why, in English."""


class NotEmpty(Exception):
    """The store to restore into holds something."""


@dataclass(frozen=True, slots=True)
class Copied:
    """How much a backup holds."""

    rows: int
    runs: int
    bytes: int
    left_out: tuple[str, ...] = ()  # runs of which a file is gone or damaged


def back_up(engine: Database, answers: Answers, target: Path) -> Copied:
    """Everything that is stored as one file, there as a whole or not at all; the service may run."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}.partial")
    try:
        with fresh.open("xb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            copied = _fill(archive, engine, answers)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return copied


def _fill(archive: tarfile.TarFile, engine: Database, answers: Answers) -> Copied:
    lines, left_out = _whole(list(dumped(engine)), answers)
    text = "".join(f"{line}\n" for line in lines).encode()
    about = {"format": FORMAT, "program": version("cuakhau"), "sha256": hashlib.sha256(text).hexdigest()}
    _add(archive, ABOUT, json.dumps(about).encode())
    _add(archive, DATABASE, text)
    runs, size = 0, len(text)
    for run, files in _with_files(lines):
        runs += 1
        for name, told in files.items():
            archive.add(answers.path(run, name), f"runs/{run}/{name}", recursive=False)
            size += told["bytes"]
    return Copied(len(lines), runs, size, left_out)


def _whole(lines: list[str], answers: Answers) -> tuple[list[str], tuple[str, ...]]:
    """The rows without runs of which a file is gone or damaged, and the names of these runs."""
    damaged = set()
    for run, files in _with_files(lines):
        try:
            for name in files:
                answers.require(run, name, files)
        except Damaged:
            damaged.add(run)
    kept = [line for line in lines if json.loads(line)["row"].get("id") not in damaged]
    return kept, tuple(sorted(damaged))


def _with_files(lines: list[str]) -> Iterator[tuple[str, Files]]:
    for line in lines:
        said = json.loads(line)
        if said["table"] == "runs" and said["row"]["files"]:
            yield said["row"]["id"], said["row"]["files"]


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), int(datetime.now(UTC).timestamp()), 0o600
    archive.addfile(entry, io.BytesIO(content))


def restore(engine: Database, answers: Answers, source: Path) -> Copied:
    """Take up a backup in a store that is empty; every file is held against its checksum first.

    Raises
    ------
    NotEmpty
        If something is stored already.
    NotABackup
        If the file is no backup, or was damaged.
    """
    if not is_empty(engine) or answers.names():
        raise NotEmpty
    answers.folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=answers.folder, prefix=".restore.", suffix=".partial"))
    try:
        _unpack(source, work)
        lines = _checked(work)
        for run, _ in _with_files(lines):
            (work / "runs" / run).rename(answers.folder / run)
        rows = take_up(engine, iter(lines))
        return Copied(
            rows, len(answers.names()), sum(_size(answers.folder / name) for name in answers.names())
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotABackup(str(error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(source: Path, work: Path) -> None:
    try:
        with tarfile.open(source, mode="r:") as archive:
            archive.extractall(work, filter="data")  # no path leads out of the folder
    except tarfile.TarError as error:
        raise NotABackup(str(error)) from error


def _checked(work: Path) -> list[str]:
    """The rows of a backup whose files are all as they were written."""
    if not (work / ABOUT).is_file() or not (work / DATABASE).is_file():
        raise NotABackup(f"has no {ABOUT} or no {DATABASE}")
    about, text = json.loads((work / ABOUT).read_bytes()), (work / DATABASE).read_bytes()
    if about["format"] != FORMAT:
        raise NotABackup(f"is of format {about['format']}, this program reads {FORMAT}")
    if hashlib.sha256(text).hexdigest() != about["sha256"]:
        raise NotABackup(f"{DATABASE} was damaged")
    lines = text.decode().splitlines()
    answers = Answers(work)
    for run, files in _with_files(lines):
        for name in files:
            answers.read(run, name, files)
    return lines
