"""All tables as text, for a backup that any later version, and either kind of database, can take up again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, LargeBinary, Table, func, insert, select, text

from platform_api.store.database import writing
from platform_api.store.tables import Instant, metadata


def dumped(engine: Engine) -> Iterator[str]:
    """Every row as a line of JSON, the tables in the order in which they can be filled."""
    snapshot = engine
    if engine.dialect.name == "postgresql":
        snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table).order_by(*table.primary_key)):
                yield json.dumps({"table": table.name, "row": _as_text(row._asdict())}, ensure_ascii=False)


def is_empty(engine: Engine) -> bool:
    """Whether no table has a row."""
    with engine.connect() as connection:
        tables = metadata.sorted_tables
        return all(connection.execute(select(func.count()).select_from(t)).scalar_one() == 0 for t in tables)


def take_up(engine: Engine, lines: Iterator[str]) -> int:
    """Put dumped rows into an empty database, all or none; how many there were."""
    count = 0
    with writing(engine).begin() as connection:
        for line in lines:
            said = json.loads(line)
            table = metadata.tables[said["table"]]
            connection.execute(insert(table).values(**_as_values(table, said["row"])))
            count += 1
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('runs_number_seq', (SELECT max(number) FROM runs))"))
    return count


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _as_values(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table, name, said) for name, said in row.items()}


def _value(table: Table, name: str, said: Any) -> Any:
    kind = table.c[name].type
    if said is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(said)
    return base64.b64decode(said) if isinstance(kind, LargeBinary) else said
