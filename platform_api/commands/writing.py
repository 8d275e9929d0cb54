"""Writing one file: there as a whole, or not at all; a full disk and a forbidden place are said plainly."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from platform_api.console import FAILED, Refusal, refuse


def write_text(target: Path, content: str) -> None:
    """Write a text file under another name first, then put it in place.

    Raises
    ------
    Refusal
        If it cannot be written; nothing half-written is left.
    """
    write_bytes(target, [content.encode()])


def write_bytes(target: Path, portions: Iterable[bytes]) -> None:
    """Write a file, portion by portion, under another name first; then put it in place.

    Raises
    ------
    Refusal
        If it cannot be written; nothing half-written is left.
    """
    if target.is_dir():
        raise refuse("file_is_folder", place=target)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("xb") as file:
            for portion in portions:
                file.write(portion)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def cannot_write(target: Path, error: OSError) -> Refusal:
    """Why something could not be written there."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return refuse("disk_full", FAILED, place=target)
    if error.errno == errno.EFBIG:
        return refuse("file_limit", FAILED, place=target)
    return refuse("unwritable", place=target, reason=error.strerror or str(error))
