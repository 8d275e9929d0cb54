"""Plates and names are personal data: what is read of them is a keyed hash, never the words themselves.

The same plate under the same key has the same pseudonym in every log, so two logs can be joined by who holds
the key; without it a pseudonym cannot be guessed by hashing all plates that there are.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

KEY_BYTES = 32
SHORT = 10
"""Bytes of a pseudonym: among a million cases two share one with a chance below 10⁻¹²."""


def pseudonym(name: str, key: bytes) -> str:
    """What stands for a name, as 20 hexadecimal digits."""
    return hashlib.blake2b(name.strip().casefold().encode(), key=key, digest_size=SHORT).hexdigest()


def key_of(file: Path) -> bytes:
    """The key that is kept in a file, which only its owner can read; drawn if there is none yet.

    Raises
    ------
    OSError
        If it can be neither read nor made.
    """
    try:
        kept = file.read_bytes()
    except FileNotFoundError:
        return _drawn(file)
    if len(kept) != KEY_BYTES:
        raise OSError(f"{file} does not hold a key of {KEY_BYTES} bytes; move it away to have another drawn")
    return kept


def _drawn(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(key)
    return key
