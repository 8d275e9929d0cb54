"""Classes as they can be taken up again, each one document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from platform_api.store.database import writing
from platform_api.store.tables import classes


class ClassTable:
    """Every class that has not been ended."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, writing(engine)

    def add(self, code: str, holder: str, document: dict[str, Any]) -> None:
        """A new class."""
        now = datetime.now(UTC)
        row = {"code": code, "holder": holder, "document": document, "created": now, "touched": now}
        with self._writing.begin() as connection:
            connection.execute(insert(classes).values(**row))

    def note(self, code: str, document: dict[str, Any]) -> None:
        """How a class stands."""
        standing = {"document": document, "touched": datetime.now(UTC)}
        with self._writing.begin() as connection:
            connection.execute(update(classes).where(classes.c.code == code).values(**standing))

    def all(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Code, holder and document of every class, the oldest first."""
        with self._engine.connect() as connection:
            found = connection.execute(select(classes).order_by(classes.c.created)).all()
        return [(row.code, row.holder, row.document) for row in found]

    def untouched_since(self, moment: datetime) -> list[str]:
        """Classes in which nothing was done since a moment."""
        with self._engine.connect() as connection:
            found = connection.execute(select(classes.c.code).where(classes.c.touched < moment))
            return [row.code for row in found]

    def remove(self, code: str) -> None:
        """A class is over."""
        with self._writing.begin() as connection:
            connection.execute(delete(classes).where(classes.c.code == code))
