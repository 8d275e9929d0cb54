"""The record on disk: three Parquet tables and the busy units and places, written by DuckDB.

Names stand in the tables as text, so that any tool reads them; `load` gives back the codes. A file is written
under a temporary name, synced and renamed: a killed process leaves no half-written table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sim.log import EMPTY, ENTITY_OUTCOMES, MODES, TARGETS, VISIT_OUTCOMES, Column, EventLog, Names

FORMAT = 1
"""Version of the folder's layout."""

TABLES = ("visits", "entities", "timetable", "usage", "places")


def save(log: EventLog, folder: str | Path) -> None:
    """Write a record into a folder (made if missing): Parquet tables and `record.json`.

    Raises
    ------
    OSError
        If the folder cannot be written (no room, no right); it then holds no record, not even an older one.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").unlink(missing_ok=True)  # written last, it says that the tables belong together
    books = _books(log.names)
    _write(folder / "visits.parquet", log.visits, books["visits"])
    _write(folder / "entities.parquet", log.entities | _prefixed(log), books["entities"])
    _write(folder / "timetable.parquet", log.timetable, books["timetable"])
    _write(folder / "usage.parquet", _stacked("resource", log.usage, log.names.resources), books["usage"])
    _write(folder / "places.parquet", _stacked("zone", log.places, log.names.zones), books["places"])
    if log.stocks:
        _write(folder / "stocks.parquet", _stacked("stock", log.stocks, log.names.stocks), books["stocks"])
    about = {"format": FORMAT, "begin": log.begin, "end": log.end, "names": asdict(log.names)}
    _replace(folder / "record.json", json.dumps(about, ensure_ascii=False).encode())


def load(folder: str | Path) -> EventLog:
    """Read a record back; equal to the one that was saved.

    Raises
    ------
    FileNotFoundError
        If the folder holds no record.
    ValueError
        If it was written by a later version.
    """
    folder = Path(folder)
    about = json.loads((folder / "record.json").read_bytes())
    if about["format"] > FORMAT:
        raise ValueError(f"{folder} was written by a later version of cuakhau; install that one to read it")
    names = _names(about["names"])
    books = _books(names)
    found = (*TABLES, "stocks") if names.stocks else TABLES
    tables = {name: _read(folder / f"{name}.parquet", books[name]) for name in found}
    attributes = {name: tables["entities"].pop(f"attribute_{name}") for name in names.attributes}
    return EventLog(
        names=names,
        begin=about["begin"],
        end=about["end"],
        visits=tables["visits"],
        entities=tables["entities"],
        attributes=attributes,
        timetable=tables["timetable"],
        usage=_split("resource", tables["usage"], names.resources),
        places=_split("zone", tables["places"], names.zones),
        stocks=_split("stock", tables["stocks"], names.stocks) if names.stocks else {},
    )


def _books(names: Names) -> dict[str, dict[str, tuple[str, ...]]]:
    """Which columns hold codes, and their code books."""
    attributes = {
        f"attribute_{name}": values for name, values in names.attributes.items() if values is not None
    }
    return {
        "visits": {
            "step": names.steps, "mode": MODES, "lane_pool": names.resources, "klass": names.classes,
            "blocked_by": names.places, "outcome": VISIT_OUTCOMES,
        },
        "entities": {"flow": names.flows, "source": names.sources, "outcome": ENTITY_OUTCOMES} | attributes,
        "timetable": {"what": TARGETS},
        "usage": {"resource": names.resources},
        "places": {"zone": names.zones},
        "stocks": {"stock": names.stocks},
    }  # fmt: skip


def _names(data: dict[str, Any]) -> Names:
    attributes = {name: None if v is None else tuple(v) for name, v in data.pop("attributes").items()}
    return Names(**{name: tuple(values) for name, values in data.items()}, attributes=attributes)


def _prefixed(log: EventLog) -> dict[str, Column]:
    return {f"attribute_{name}": column for name, column in log.attributes.items()}


def _stacked(key: str, parts: Mapping[str, dict[str, Column]], names: tuple[str, ...]) -> dict[str, Column]:
    """Several step functions as one table, the first column telling which."""
    codes = [np.full(len(parts[name]["time"]), code, np.int64) for code, name in enumerate(names)]
    columns = list(next(iter(parts.values()))) if parts else ["time"]
    stacked = {c: _joined([parts[name][c] for name in names]) for c in columns}
    return {key: _joined(codes)} | stacked


def _joined(columns: list[Column]) -> Column:
    return np.concatenate(columns) if columns else np.empty(0, np.int64)


def _split(key: str, table: dict[str, Column], names: tuple[str, ...]) -> dict[str, dict[str, Column]]:
    codes = table.pop(key)
    return {
        name: {c: column[codes == code] for c, column in table.items()} for code, name in enumerate(names)
    }


def connect() -> Any:
    """DuckDB in memory, on one thread, which fetches nothing from elsewhere and prints nothing."""
    import duckdb

    options: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    connection = duckdb.connect(config=options)
    connection.execute("set enable_progress_bar = false")  # standard output is for the answer
    return connection


def _write(path: Path, columns: dict[str, Column], books: dict[str, tuple[str, ...]]) -> None:
    """One table; codes become names through a join with a small table, EMPTY and -1 become null."""
    connection = connect()
    rows = {"row": np.arange(len(next(iter(columns.values())))), **columns}
    selected, joins = [], []
    connection.register("rows", rows)
    for name in columns:
        if name in books:
            connection.register(f"book_{name}", _book(books[name]))
            joins.append(f'left join "book_{name}" on rows."{name}" = "book_{name}".code')
            selected.append(f'"book_{name}".name as "{name}"')
        else:
            selected.append(f'nullif(rows."{name}", {EMPTY}) as "{name}"')
    query = f"select {', '.join(selected)} from rows {' '.join(joins)} order by rows.row"
    with _whole_file(path) as temporary:
        try:
            connection.sql(f"copy ({query}) to {quoted(temporary)} (format parquet, compression zstd)")
        except Exception as error:
            raise OSError(f"{path.name} cannot be written into {path.parent}: {error}") from error
        finally:
            connection.close()


def quoted(path: Path) -> str:
    """A path as SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def _book(names: tuple[str, ...]) -> dict[str, Any]:
    return {"code": np.arange(len(names)), "name": np.array(names, dtype=object if names else "U1")}


def _read(path: Path, books: dict[str, tuple[str, ...]]) -> dict[str, Column]:
    connection = connect()
    try:
        found = connection.sql(f"select * from read_parquet({quoted(path)})").fetchnumpy()
    finally:
        connection.close()
    return {
        name: _coded(column, books[name]) if name in books else _whole(column)
        for name, column in found.items()
    }


def _whole(column: Any) -> Column:
    return np.ma.filled(column, EMPTY).astype(np.int64)


def _coded(column: Any, names: tuple[str, ...]) -> Column:
    codes: dict[Any, int] = {name: code for code, name in enumerate(names)}
    missing = np.ma.getmaskarray(column)
    values = np.ma.getdata(column)
    return np.array([-1 if m else codes[v] for v, m in zip(values, missing, strict=True)], np.int64)


def _replace(path: Path, data: bytes) -> None:
    with _whole_file(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """A name to write under; what is written and synced gets its own name, what fails is removed."""
    temporary = path.with_name(path.name + ".part")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
