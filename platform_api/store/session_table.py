"""Live sessions as they can be taken up again: what was decided when, and how far they are."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Engine, delete, insert, select, update

from platform_api.store.database import writing
from platform_api.store.tables import sessions
from scenarios.resolved import Resolved, from_json, to_json
from sim.timetable import Row

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """A session as it is stored."""

    id: str
    holder: str
    scenario: Resolved
    seed: int
    replication: int
    rows: tuple[Row, ...]
    at: int  # [ms]
    speed: float
    created: datetime
    given: tuple[Row, ...] = ()  # what happens whoever decides what


class SessionTable:
    """Every live session that has not been ended."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, writing(engine)

    def add(self, saved: Saved) -> None:
        """A new session."""
        with self._writing.begin() as connection:
            connection.execute(
                insert(sessions).values(
                    id=saved.id,
                    holder=saved.holder,
                    scenario=saved.scenario.name,
                    resolved=zlib.compress(to_json(saved.scenario).encode()),
                    seed=str(saved.seed),
                    replication=saved.replication,
                    created=saved.created,
                    given=_written(saved.given),
                    **_standing(saved.rows, saved.at, saved.speed),
                )
            )

    def note(self, session: str, rows: tuple[Row, ...], at: int, speed: float) -> None:
        """How a session stands."""
        with self._writing.begin() as connection:
            standing = _standing(rows, at, speed)
            connection.execute(update(sessions).where(sessions.c.id == session).values(**standing))

    def all(self) -> list[Saved]:
        """Every session, the oldest first."""
        with self._engine.connect() as connection:
            found = connection.execute(select(sessions).order_by(sessions.c.created, sessions.c.id)).all()
        return [saved for row in found for saved in _readable(row)]

    def untouched_since(self, moment: datetime) -> list[str]:
        """Sessions in which nothing was done since a moment."""
        with self._engine.connect() as connection:
            found = connection.execute(select(sessions.c.id).where(sessions.c.touched < moment))
            return [row.id for row in found]

    def remove(self, session: str) -> None:
        """A session is over."""
        with self._writing.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.id == session))


def _readable(row: Any) -> Iterator[Saved]:
    """A session, unless this version of the program cannot read it."""
    try:
        yield Saved(
            row.id, row.holder, from_json(zlib.decompress(row.resolved)), int(row.seed), row.replication,
            _rows(row.interventions), row.at, row.speed, row.created, _rows(row.given),
        )  # fmt: skip
    except (ValueError, TypeError, zlib.error) as error:
        log.warning("unreadable session", session=row.id, reason=type(error).__name__)


def _rows(written: list[Any]) -> tuple[Row, ...]:
    return tuple(Row(*one) for one in written)


def _written(rows: tuple[Row, ...]) -> list[list[object]]:
    return [[row.time, row.what, row.target, row.value] for row in rows]


def _standing(rows: tuple[Row, ...], at: int, speed: float) -> dict[str, object]:
    return {
        "interventions": _written(rows),
        "at": at,
        "speed": speed,
        "touched": datetime.now(UTC),
    }
