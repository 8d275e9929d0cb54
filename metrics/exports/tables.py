"""The record as flat tables, with names and calendar time: CSV for anything, Parquet for analysis.

`visits` has a row for each entity at each step, `entities` one for each truck, order or dossier, `timetable`
what calendars, disruptions and rules did. CSV has times as text with their offset, Parquet as instants.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from metrics.exports.source import TIMES, Source
from sim.files import quoted

TABLES = ("visits", "entities", "timetable")

ENTITY_TIMES = ("arrived", "left")

PLAIN = (
    "step", "activity", "agency", "visit", "segment", "mode", "resource", "lane", "batch", "amount",
    "blocked_by", "outcome",
)  # fmt: skip

When = Callable[[str], str]
"""How a time is told, in SQL."""

PORTION = 2_000
"""Rows that are handed over at a time."""


def write_csv(source: Source, table: str = "visits") -> Iterator[bytes]:
    """A table as CSV (UTF-8, lines end in LF), the names of columns first."""
    with source.opened() as record:
        answer = record.execute(_select(source, table, source.stamp))
        rows: list[Any] = [[column[0] for column in answer.description]]
        while rows:
            lines = io.StringIO()
            csv.writer(lines, lineterminator="\n").writerows(rows)
            yield lines.getvalue().encode()
            rows = answer.fetchmany(PORTION)


def write_parquet(source: Source, target: Path, table: str = "visits") -> None:
    """A table as a Parquet file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with source.opened() as record:
        query = _select(source, table, source.instant)
        try:
            record.execute(f"copy ({query}) to {quoted(target)} (format parquet, compression zstd)")
        except Exception as error:
            raise OSError(f"{target} cannot be written: {error}") from error


def rows(source: Source, table: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The names of a table's columns, and its rows with times as local times without offset."""
    query = _select(source, table, source.local)
    with source.opened() as record:
        names = [name for name, *_ in record.execute(f"describe {query}").fetchall()]
    return names, _rows(source, table)


ROW = {"visits": "visit.row", "entities": "one.entity", "timetable": "one.row"}
"""Of each table the number of a row in the record, from 0."""


class Page(NamedTuple):
    """Some rows of a table, and the number of the row at which the next page begins."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    following: int | None


def page(source: Source, table: str, first: int, limit: int, case: str | None = None) -> Page:
    """So many rows from a row of the record on, in its order; times as text.

    Rows are found by their number and not counted off: the last page costs what the first one does.

    case : only rows of one entity, by the name that the column `case` has
    """
    with source.opened() as record:
        numbers = _narrow(record, table, first, limit + 1, case)
        query = f"{_select(source, table, source.stamp)} order by {ROW[table]} limit ?"
        answer = record.execute(query, [limit])
        columns = [name for name, *_ in answer.description]
        return Page(columns, answer.fetchall(), numbers[limit] if len(numbers) > limit else None)


def _narrow(record: Any, table: str, first: int, limit: int, case: str | None) -> list[int]:
    """Let the views hold these rows and what belongs to them only; the numbers of the rows."""
    view = {"visits": "visit", "entities": "entity", "timetable": "timetable"}[table]
    number = "entity" if table == "entities" else "row"
    mine = ""
    asked: list[int | str] = [first]
    if case is not None:
        mine, asked = 'and entity = (select entity from entity where "case" = ?)', [first, case]
    record.execute(
        f"create temp table part as select * from {view} where {number} >= ? {mine} "
        f"order by {number} limit ?", [*asked, limit],
    )  # fmt: skip
    if table == "visits":
        record.execute(
            "create temp table those as select * from entity "
            "where entity between (select min(entity) from part) and (select max(entity) from part)"
        )
        record.execute("create or replace view entity as select * from those")
    record.execute(f"create or replace view {view} as select * from part")
    return [row[0] for row in record.execute(f"select {number} from part order by {number}").fetchall()]


def _rows(source: Source, table: str) -> Iterator[tuple[Any, ...]]:
    with source.opened() as record:
        yield from source.query(_select(source, table, source.local), record)


def _select(source: Source, table: str, when: When) -> str:
    return {"visits": _visits, "entities": _entities, "timetable": _timetable}[table](source, when)


def _visits(source: Source, when: When) -> str:
    columns = [
        'entity."case"', "entity.flow", *(f"visit.{name}" for name in PLAIN),
        *_times(when, "visit", TIMES),
        _seconds("admitted", "joined", "blocked"), _seconds("started", "admitted", "wait"),
        _seconds("ended", "started", "service"), _seconds('"left"', "ended", "held"),
    ]  # fmt: skip
    attributes = source.attribute_columns("entity")
    return f"select {', '.join(columns)}{attributes} from visit join entity using (entity)"


def _times(when: When, table: str, names: tuple[str, ...]) -> list[str]:
    columns = {name: f'{table}."{name}"' for name in names}
    return [f'{when(column)} as "{name}"' for name, column in columns.items()]


def _seconds(end: str, begin: str, name: str) -> str:
    return f"(visit.{end} - visit.{begin}) / 1000 as {name}_seconds"


def _entities(source: Source, when: When) -> str:
    columns = [
        '"case"', "flow", "source", "number", "child",
        *_times(when, "one", ENTITY_TIMES), "outcome",
        '(one."left" - arrived) / 1000 as stay_seconds',
    ]  # fmt: skip
    return f"select {', '.join(columns)}{source.attribute_columns('one')} from entity as one"


def _timetable(source: Source, when: When) -> str:
    """What a row sets is told by name: its target is a place in the list of its kind."""
    scenario = source.scenario
    lists: dict[str, Mapping[str, object]] = {
        "scheduled": scenario.resources, "capacity": scenario.resources, "overtime": scenario.resources,
        "platform": scenario.platforms, "slow": scenario.steps, "departure": scenario.steps,
        "closed": scenario.steps, "divert": scenario.steps, "demand": scenario.flows, "rule": scenario.rules,
    }  # fmt: skip
    named = ", ".join(
        f"('{what}', {place}, {_literal(name)})"
        for what, names in lists.items()
        for place, name in enumerate(names)
    )
    return (
        f'select {when("one.time")} as "time", one.what, named.name as target, one.value '
        f"from timetable as one left join (values {named}) as named(what, place, name) "
        "on named.what = one.what and named.place = one.target"
    )


def _literal(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def write_rows(columns: list[str], rows: list[list[Any]], target: Path) -> None:
    """A small table that is not of a record, as a Parquet file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    import numpy as np

    from sim.files import connect

    cells = zip(*rows, strict=True) if rows else ((),) * len(columns)
    given = {name: _typed(list(column), np) for name, column in zip(columns, cells, strict=True)}
    connection = connect()
    try:
        connection.register("given", given)
        connection.execute(f"copy (select * from given) to {quoted(target)} (format parquet)")
    except Exception as error:
        raise OSError(f"{target} cannot be written: {error}") from error
    finally:
        connection.close()


def _typed(values: list[Any], np: Any) -> Any:
    """Numbers as numbers, all else as text; nothing stays nothing."""
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, int | float) for value in there):
        return np.array([np.nan if value is None else float(value) for value in values])
    return np.array([None if value is None else str(value) for value in values], dtype=object)
