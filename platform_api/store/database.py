"""A database opened and brought up to this version: SQLite in the data folder, or a server by its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from platform_api.store import Newer

BUSY_MS = 10_000
"""How long a writer of SQLite waits for another one [ms]."""

CHANGES, ORDERS = 0x43554B48, 0x43554B49
"""The locks under which a PostgreSQL server lets one of us change the tables, or take an order."""

ANSWERS_WITHIN = 5
"""How long a server of a database is waited for [s]."""


def open_database(url: str) -> Engine:
    """The database at an address, with the tables of this version.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If it cannot be reached or written.
    Newer
        If a later version has changed its tables.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True)
        _as_sqlite_should_be(engine)
    else:
        engine = create_engine(
            parsed, pool_pre_ping=True, pool_timeout=ANSWERS_WITHIN, hide_parameters=True,
            connect_args={"connect_timeout": ANSWERS_WITHIN},
        )  # fmt: skip
    try:
        _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same database for transactions that write: in SQLite they wait for the lock at once."""
    return engine.execution_options(writes=True)


def one_at_a_time(connection: Connection) -> None:
    """Have transactions that ask this wait for each other; in SQLite those that write do so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ORDERS})


def _as_sqlite_should_be(engine: Engine) -> None:
    """Transactions begin where we say so; readers never wait for a writer."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(engine: Engine) -> None:
    """Make the changes that are missing, in one transaction; of two that begin at once, one waits."""
    config = Config()
    config.set_main_option("script_location", (Path(__file__).parent / "migrations").as_posix())
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHANGES})
        _refuse_newer(connection, ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _refuse_newer(connection: Connection, known: ScriptDirectory) -> None:
    """What is unknown here was made by a later version, whose tables we must not touch."""
    there = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := there - {change.revision for change in known.walk_revisions()}:
        raise Newer(", ".join(sorted(unknown)))
