"""The record on disk: what is saved is loaded, and a write that fails leaves no record (law §6)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import files
from sim.digest import digest
from sim.log import EMPTY, EventLog
from tests.sim.build import always, category, chain, flow, needs, shares, step, zone
from tests.sim.tell import play, trucks, world

ODD = 'l\'étape "số 1"; drop table x --'
"""A name with everything that a query or a file could stumble over."""


@pytest.fixture(scope="module")
def log() -> EventLog:
    goods = {"goods": category("it's", 'a "b"', draw="goods")}
    told = play(
        world(
            {"luồng a": flow(trucks(0, 1, 190), chain(ODD, "desk"), attributes=goods)},
            {
                ODD: step(needs=needs("p'p"), time="2", zone='bãi "1"'),
                "desk": step(needs=needs("q"), time="10", room=1),
            },
            resources={"p'p": always(2)},
            mixes={"goods": shares(**{"it's": 0.5, 'a "b"': 1.0})},
            zones={'bãi "1"': zone(2)},
        )
    )
    return told.log


def assert_equal(one: EventLog, other: EventLog) -> None:
    assert one.names == other.names
    assert (one.begin, one.end) == (other.begin, other.end)
    for table in ("visits", "entities", "attributes", "timetable"):
        _assert_columns(getattr(one, table), getattr(other, table), table)
    for table in ("usage", "places"):
        assert list(getattr(one, table)) == list(getattr(other, table))
        for name, columns in getattr(one, table).items():
            _assert_columns(columns, getattr(other, table)[name], f"{table} {name}")


def _assert_columns(one: dict[str, Any], other: dict[str, Any], where: str) -> None:
    assert list(one) == list(other), where
    for name, column in one.items():
        assert other[name].dtype == np.int64, (where, name)
        assert column.tolist() == other[name].tolist(), (where, name)


def test_a_record_comes_back_as_it_was(log: EventLog, tmp_path: Path) -> None:
    files.save(log, tmp_path / "run")
    back = files.load(tmp_path / "run")
    assert_equal(log, back)
    assert digest(back) == digest(log)


def test_folders_with_quotes_and_spaces(log: EventLog, tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "run" — số 1'
    files.save(log, folder)
    assert_equal(log, files.load(folder))


def test_a_record_without_rows_comes_back(tmp_path: Path) -> None:
    nobody = play(world({"a": flow(trucks(), chain("desk"))}, {"desk": step("wait", time="1")})).log
    files.save(nobody, tmp_path)
    assert_equal(nobody, files.load(tmp_path))


def test_any_tool_reads_names_and_nulls(log: EventLog, tmp_path: Path) -> None:
    files.save(log, tmp_path)
    visits = f"'{tmp_path}/visits.parquet'"
    found = _asked(f"select step, joined, started from {visits} order by joined, step")
    assert found[0] == (ODD, 0, 0)
    assert found[-1] == ("desk", 192, 192)
    open_rows = _asked(f'select count(*) from {visits} where "left" is null')
    assert open_rows == [(np.count_nonzero(log.visits["left"] == EMPTY),)]


def _asked(query: str) -> list[Any]:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def test_nothing_is_left_beside_the_tables(log: EventLog, tmp_path: Path) -> None:
    files.save(log, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*(f"{table}.parquet" for table in files.TABLES), "record.json"]
    )


FAILING = ["visits", "entities", "timetable", "usage", "places", "record"]


@pytest.mark.parametrize("table", FAILING)
def test_a_write_that_fails_leaves_no_record(
    log: EventLog, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_at(table, monkeypatch)
    with pytest.raises(OSError, match="disk"):
        files.save(log, tmp_path)
    assert not list(tmp_path.glob("*.part"))
    assert not (tmp_path / f"{table}.parquet").exists()
    with pytest.raises(FileNotFoundError):
        files.load(tmp_path)


@pytest.mark.parametrize("table", FAILING)
def test_a_failed_write_over_an_older_record_is_not_taken_for_a_record(
    log: EventLog, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new visits beside the old entities would be a lie."""
    files.save(log, tmp_path)
    _break_at(table, monkeypatch)
    with pytest.raises(OSError, match="disk"):
        files.save(replace(log, end=log.end + 1), tmp_path)
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        files.load(tmp_path)
    files.save(log, tmp_path)
    assert_equal(log, files.load(tmp_path))


def _break_at(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when this table is to reach it."""
    sync = files._sync

    def full(path: Path) -> None:
        if path.name.startswith(f"{table}."):
            raise OSError("no space left on the disk")
        sync(path)

    monkeypatch.setattr(files, "_sync", full)


def test_a_folder_that_cannot_be_written_says_which_table_and_where(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "visits.parquet.part").mkdir()  # where the table would be written stands a folder
    with pytest.raises(OSError, match=r"visits\.parquet cannot be written into .*: "):
        files.save(log, tmp_path)


def test_a_record_of_a_later_version_is_refused(log: EventLog, tmp_path: Path) -> None:
    files.save(log, tmp_path)
    about = tmp_path / "record.json"
    about.write_text(about.read_text("utf-8").replace('"format": 1', '"format": 99'), "utf-8")
    with pytest.raises(ValueError, match="later version"):
        files.load(tmp_path)


def test_a_folder_without_a_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.load(tmp_path)


def test_nothing_is_printed_while_tables_are_read() -> None:
    (told,) = files.connect().execute("select current_setting('enable_progress_bar')").fetchone()
    assert told is False
