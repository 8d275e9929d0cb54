"""A log from a file as the commands read it: what was said of its columns is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from metrics.recorded import sheets
from metrics.recorded.read import Asked, Read, read
from platform_api.remembering import remember, remembered, secret_key


def read_log(
    file: Path,
    told: Mapping[str, str | Sequence[str]],
    sheet: str | None = None,
    zone: str = "Asia/Ho_Chi_Minh",
) -> Read:
    """The log.

    Parameters
    ----------
    told : role → column, as said in this call; it wins over what was said before

    Raises
    ------
    LogError
        If the file cannot be read as a log.
    OSError
        If it cannot be opened.
    """
    known = remembered(_header(file, sheet))
    found = read(file, Asked(secret_key(), zone, {**known, **told}, sheet))
    if told and found.header:
        remember(found.header, {**known, **told})
    return found


def _header(file: Path, sheet: str | None) -> list[str]:
    """The names of the columns, of a file that is a table."""
    from metrics.recorded.findings import LogError

    try:
        with file.open("rb") as raw:
            if (
                raw.read(64)
                .removeprefix(b"\xef\xbb\xbf")
                .lstrip()
                .startswith((b"<", b"{", b"[", b"\x1f\x8b"))
            ):
                return []
        return sheets.opened(file, sheet).header
    except LogError:
        return []  # told when it is read
