"""Tables of answers as files: the same rows in all three forms, numbers as numbers."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from platform_api.answer import Table
from platform_api.tabling import as_parquet, write_tables
from scenarios.resolved import Parameter
from sim.files import connect, quoted

TABLE: Table = [
    ["name", "count", "mean", "wins", "nothing", 'a "b"', "mixed"],
    ["a", 1, 0.5, True, None, "x", 1],
    ["=b", 2, None, False, None, "", "two"],
    ["ệ", None, 3.0, True, None, None, None],
]


def read(content: bytes, folder: Path) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    file = folder / "table.parquet"
    file.write_bytes(content)
    found = connect().sql(f"select * from read_parquet({quoted(file)})")
    return found.columns, [str(kind) for kind in found.types], found.fetchall()


def test_parquet_has_numbers_as_numbers_and_nothing_as_null(tmp_path: Path) -> None:
    heads, kinds, rows = read(as_parquet(TABLE), tmp_path)
    assert heads == TABLE[0]
    assert kinds == ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR", "VARCHAR", "VARCHAR"]
    assert rows == [("a", 1, 0.5, True, None, "x", "1"), ("=b", 2, None, False, None, None, "two"),
                    ("ệ", None, 3.0, True, None, None, None)]  # fmt: skip


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    assert read(as_parquet([["a", "b"]]), tmp_path)[0] == ["a", "b"]


@pytest.mark.parametrize("count", [3, 20_000])
def test_the_three_forms_have_the_same_rows(count: int, tmp_path: Path) -> None:
    table: Table = [["n", "half"], *([n, n / 2] for n in range(count))]
    assumed = Parameter("steps.x.time", "5 min", "assumption", ("4 min", "6 min"), "customs")
    write_tables(tmp_path, {"figures": table}, [assumed])
    rows = list(csv.reader(io.StringIO((tmp_path / "figures.csv").read_text(encoding="utf-8"))))
    assert [[int(n), float(half)] for n, half in rows[1:]] == table[1:]
    assert read((tmp_path / "figures.parquet").read_bytes(), tmp_path)[2] == [tuple(row) for row in table[1:]]
    with zipfile.ZipFile(tmp_path / "data.xlsx") as book:
        assert "figures" in book.read("xl/workbook.xml").decode()
        assert book.read("xl/worksheets/sheet1.xml").decode().count("<row") == count + 1
        told = book.read("xl/worksheets/sheet2.xml").decode()
    for part in ("steps.x.time", "5 min", "assumption", "4 min", "customs"):
        assert part in told
