"""Writing one file: there as a whole, or not at all; a full disk and a forbidden place are said plainly."""

from __future__ import annotations

import errno
import os
import secrets
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
    if target.is_dir():
        raise refuse("file_is_folder", place=target)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise cannot_write(target, error) from None


def cannot_write(target: Path, error: OSError) -> Refusal:
    """Why something could not be written there."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return refuse("disk_full", FAILED, place=target)
    if error.errno == errno.EFBIG:
        return refuse("file_limit", FAILED, place=target)
    return refuse("unwritable", place=target, reason=error.strerror or str(error))
