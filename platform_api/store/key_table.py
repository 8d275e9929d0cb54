"""Access keys: who may do what. A key's secret is told once, when it is made; what is stored is its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Row, insert, select, update

from platform_api.store.database import writing
from platform_api.store.tables import keys

SCOPES = ("view", "run", "teach", "admin")
"""What a key may do, each with all before it: look, order runs, hold live sessions, everything."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use of a key is noted."""


@dataclass(frozen=True, slots=True)
class Key:
    """An access key as it is known afterwards."""

    id: str
    name: str
    scope: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


class KeyTable:
    """Every access key."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, writing(engine)

    def add(self, name: str, scope: str) -> tuple[Key, str]:
        """Make a key; the second value is what its bearer sends, and is known to nobody else."""
        key = Key(secrets.token_hex(4), name, scope, datetime.now(UTC), None, None)
        secret = secrets.token_urlsafe(32)
        columns = {
            "id": key.id, "name": name, "scope": scope, "created": key.created, "hash": _hash(secret)
        }  # fmt: skip
        with self._writing.begin() as connection:
            connection.execute(insert(keys).values(**columns))
        return key, f"ck_{key.id}_{secret}"

    def bearer(self, token: str) -> Key | None:
        """The key that a token belongs to, if it is one and still holds."""
        kind, _, rest = token.partition("_")
        name, _, secret = rest.partition("_")
        with self._engine.connect() as connection:
            row = connection.execute(select(keys).where(keys.c.id == name)).first()
        stored = row.hash if row is not None else _hash("")
        if not secrets.compare_digest(stored, _hash(secret)) or kind != "ck" or row is None:
            return None
        return None if row.revoked is not None else self._seen(_key(row))

    def _seen(self, key: Key) -> Key:
        now = datetime.now(UTC)
        if key.last_used is None or now - key.last_used > SEEN_EVERY:
            with self._writing.begin() as connection:
                connection.execute(update(keys).where(keys.c.id == key.id).values(last_used=now))
        return key

    def revoke(self, key: str) -> bool:
        """End a key for good; False if there is none of that id that holds."""
        ending = (
            update(keys).where(keys.c.id == key, keys.c.revoked.is_(None)).values(revoked=datetime.now(UTC))
        )
        with self._writing.begin() as connection:
            return connection.execute(ending).rowcount > 0

    def all(self) -> Sequence[Key]:
        """Every key, the oldest first, those that have ended too."""
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created))]

    def any(self) -> bool:
        """Whether some key holds."""
        return any(key.revoked is None for key in self.all())


def _key(row: Row[tuple[object, ...]]) -> Key:
    return Key(row.id, row.name, row.scope, row.created, row.last_used, row.revoked)


def _hash(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash: nobody guesses it."""
    return hashlib.sha256(secret.encode()).hexdigest()
