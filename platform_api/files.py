"""Files that are complete or not there: written under another name, flushed to the disk, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A hidden folder beside `target` that takes its name once everything in it is written.

    A folder that stands at `target` is replaced. If the block fails, `target` stays as it was.
    """
    with hidden_folder(target) as fresh:
        yield fresh
        flush(fresh)
        put_in_place(fresh, target)


@contextmanager
def hidden_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target`, gone afterwards unless it was put in place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}.partial")
    fresh.mkdir()
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def put_in_place(fresh: Path, target: Path) -> None:
    """Rename; a folder cannot be renamed over another, so the old one steps aside first."""
    old = target.with_name(f".{target.name}.{secrets.token_hex(6)}.old")
    with suppress(FileNotFoundError):
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def flush(folder: Path) -> None:
    """Have every file below a folder on the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
