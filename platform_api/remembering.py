"""What is remembered of logs between calls: the key of the pseudonyms, and what columns were said to mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from metrics.recorded.pseudonyms import key_of
from platform_api.commands.writing import write_text

KEY, COLUMNS = "pseudonyms.key", "columns.json"

Told = dict[str, str | list[str]]


def data_folder() -> Path:
    """Where the user's data lies, or where CUAKHAU_DATA_DIR says."""
    import os

    from platform_api.settings import user_data_folder

    return Path(os.environ.get("CUAKHAU_DATA_DIR") or user_data_folder())


def secret_key() -> bytes:
    """The key of this user's pseudonyms."""
    return key_of(data_folder() / KEY)


def remembered(header: Sequence[str]) -> Told:
    """What a person has said of tables with this header."""
    told = _all().get(_signature(header), {})
    return {role: name for role, name in told.items() if _known(name, header)}


def remember(header: Sequence[str], told: Mapping[str, str | Sequence[str]]) -> None:
    """Keep what a person said of such tables; names of columns only, nothing that stands in them."""
    kept = _all()
    kept[_signature(header)] = {
        role: name if isinstance(name, str) else list(name) for role, name in told.items()
    }
    write_text(data_folder() / COLUMNS, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _known(name: str | list[str], header: Sequence[str]) -> bool:
    return all(each in header for each in ([name] if isinstance(name, str) else name))


def _all() -> dict[str, Told]:
    try:
        kept = json.loads((data_folder() / COLUMNS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _signature(header: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(header).encode()).hexdigest()[:16]
