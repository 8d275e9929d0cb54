"""The tables of an answer as files: CSV for anything, a workbook (XLSX) for people, Parquet for analysis."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from platform_api.answer import Table, as_csv
from platform_api.commands.writing import write_bytes

if TYPE_CHECKING:
    from scenarios.resolved import Parameter

WORKBOOK = "data.xlsx"


def write_tables(folder: Path, tables: Mapping[str, Table], parameters: Iterable[Parameter]) -> None:
    """Each table as `NAME.csv` and `NAME.parquet`; all of them, and the scenario's numbers, as a workbook.

    Raises
    ------
    Refusal
        If something cannot be written; nothing half-written is left.
    """
    for name, content in as_files(tables, parameters):
        write_bytes(folder / name, [content])


def as_files(tables: Mapping[str, Table], parameters: Iterable[Parameter]) -> Iterator[tuple[str, bytes]]:
    """The same as names of files and what is in them."""
    from metrics.exports.sheets import Sheet, write

    for name, table in tables.items():
        yield f"{name}.csv", as_csv(table).encode()
        yield f"{name}.parquet", as_parquet(table)
    every = {**tables, "numbers": numbers(parameters)}
    book = io.BytesIO()
    write([Sheet(name, table[0], map(_plain, table[1:])) for name, table in every.items()], book)
    yield WORKBOOK, book.getvalue()


def numbers(parameters: Iterable[Parameter]) -> Table:
    """The numbers that the answer rests on, with their pedigree."""
    rows: Table = [["path", "value", "source", "low", "high", "owner"]]
    for of in parameters:
        rows.append([of.path, of.value, of.source, *(of.range or (None, None)), of.owner])
    return rows


def _plain(row: list[Any]) -> list[Any]:
    """What a cell can hold: a number, a text, yes or no."""
    return [value if value is None or isinstance(value, bool | int | float) else str(value) for value in row]


def as_parquet(table: Table) -> bytes:
    """A table whose columns are numbers where all their values are."""
    from sim.files import connect, quoted

    heads, *rows = table
    columns = {f"c{place}": _column([row[place] for row in rows]) for place in range(len(heads))}
    named = (f'{_sql(name, kind)} as "{_doubled(str(head))}"'
             for (name, (kind, _)), head in zip(columns.items(), heads, strict=True))  # fmt: skip
    connection = connect()
    try:
        connection.register("rows", {name: values for name, (_, values) in columns.items()})
        with TemporaryDirectory() as folder:
            file = Path(folder) / "table.parquet"
            query = f"select {', '.join(named)} from rows"
            connection.execute(f"copy ({query}) to {quoted(file)} (format parquet, compression zstd)")
            return file.read_bytes()
    finally:
        connection.close()


def _column(values: list[Any]) -> tuple[str, Any]:
    """Its kind and its values: numbers with NaN, texts with "", where there is none."""
    import numpy as np

    kind = _type(values)
    if kind == "varchar":
        return kind, np.array(["" if value is None else str(value) for value in values], dtype=object)
    return kind, np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _sql(name: str, kind: str) -> str:
    if kind == "varchar":
        return f"nullif({name}, '')"
    return f"cast(case when isnan({name}) then null else {name} end as {kind})"


def _type(values: list[Any]) -> str:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in known) or not known:
        return "varchar"
    return "bigint" if all(isinstance(value, int) for value in known) else "double"


def _doubled(name: str) -> str:
    return name.replace('"', '""')
