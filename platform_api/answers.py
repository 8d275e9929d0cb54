"""What runs leave on disk: ``<data folder>/runs/<id>/`` with `result.json`, `scenario.json`, `ticket.json`.

A run's folder is renamed into place once all of it is written, so what is there is whole; the database holds
a checksum of each file, so that one that was damaged later is told and never shown.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from platform_api.files import hidden_folder, put_in_place
from platform_api.wire import Ticket

log = structlog.get_logger(__name__)

ABANDONED = 3_600
"""What has been half-written for so long belongs to nobody [s]."""

MOST_SEEN = 10_000

JOURNAL = ".journal"

Files = dict[str, dict[str, Any]]
"""Name below the run's folder → `sha256` and `bytes`."""


class Damaged(Exception):
    """A stored file is not what was written: gone, or other bytes."""

    def __init__(self, run: str, name: str) -> None:
        super().__init__(f"{run}/{name}")
        self.run, self.name = run, name


class Answers:
    """The files of finished runs below one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "runs"
        self._right: set[tuple[str, int, int]] = set()  # files that were as they were written

    def writing(self, run: str) -> AbstractContextManager[Path]:
        """A hidden folder to write a run's files in; it is gone afterwards unless `put_in_place` took it."""
        return hidden_folder(self.folder / run)

    def put_in_place(self, run: str, fresh: Path) -> None:
        """Let a folder whose files are written and flushed be that of a run."""
        put_in_place(fresh, self.folder / run)

    def read(self, run: str, name: str, files: Files) -> bytes:
        """A file of a run.

        Raises
        ------
        Damaged
            If it is not there, or not what was written.
        """
        self.require(run, name, files)
        try:
            return self.path(run, name).read_bytes()
        except OSError:
            raise Damaged(run, name) from None

    def require(self, run: str, name: str, files: Files) -> Path:
        """Where a file of a run is; its checksum is asked once, and again when it looks changed.

        Raises
        ------
        Damaged
            If it is not there, or not what was written.
        """
        path = self.path(run, name)
        try:
            now = path.stat()
            seen = (str(path), now.st_mtime_ns, now.st_size)
            if name in files and (seen in self._right or _sum(path)["sha256"] == files[name]["sha256"]):
                if len(self._right) >= MOST_SEEN:
                    self._right.clear()
                self._right.add(seen)
                return path
        except OSError:
            pass
        raise Damaged(run, name)

    def path(self, run: str, name: str) -> Path:
        """Where a file of a run is."""
        return self.folder / run / name

    def journal(self, run: str) -> Path:
        """Where what an experiment has found so far is kept; it may not be there."""
        return self.folder / f".{run}{JOURNAL}"

    def drop_journal(self, run: str) -> None:
        """It has ended: what it found on the way is not needed any more."""
        shutil.rmtree(self.journal(run), ignore_errors=True)

    def journals(self) -> list[str]:
        """The experiments that have one."""
        found = (path.name for path in self.folder.glob(f".*{JOURNAL}"))
        return sorted(name[1:].removesuffix(JOURNAL) for name in found)

    def tickets(self) -> list[Ticket]:
        """The tickets beside the files, the oldest first. What cannot be read is left alone and logged."""
        return sorted(self._readable(), key=lambda ticket: ticket.created)

    def _readable(self) -> Iterator[Ticket]:
        for path in sorted(self.folder.glob("[!.]*/ticket.json")):
            try:
                yield Ticket.model_validate_json(path.read_bytes())
            except (OSError, ValidationError) as error:
                log.warning("unreadable run", folder=path.parent.name, reason=type(error).__name__)

    def names(self) -> list[str]:
        """The runs that have a folder."""
        return sorted(path.name for path in self.folder.glob("[!.]*") if path.is_dir())

    def remove(self, run: str) -> None:
        """Take the files of a run away."""
        shutil.rmtree(self.folder / run, ignore_errors=True)
        self.drop_journal(run)

    def abandoned(self) -> list[Path]:
        """What a killed process left half-written; not what another one may be writing now."""
        found = [*self.folder.glob(".*.partial"), *self.folder.glob(".*.old")]
        return sorted(path for path in found if _age(path) > ABANDONED)

    def sweep(self) -> None:
        """Take away what was abandoned."""
        for leftover in self.abandoned():
            shutil.rmtree(leftover, ignore_errors=True)


def checksums(folder: Path) -> Files:
    """Every file below a folder with its SHA-256 and its size."""
    return {
        path.relative_to(folder).as_posix(): _sum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sum(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _age(path: Path) -> float:
    """Since anything below it was written [s]."""
    try:
        return time.time() - max(each.stat().st_mtime for each in (path, *path.rglob("*")))
    except OSError:  # gone meanwhile
        return 0.0
