"""Lists of arrivals from CSV files: one row an entity, with its local date and time and what is known of it.

Columns: `at`, optionally `id` (a whole number, one of its date), and attributes of the flow by their names;
an empty cell is drawn. Separated by commas or semicolons, in UTF-8.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scenarios.axis import TimeAxis
from scenarios.errors import Flaw, Problem, ScenarioError, suggestion
from scenarios.resolved import Label, ListedArrival
from scenarios.units import parse_local_time, parse_number

MOST_ROWS = 1_000_000
MOST_BYTES = 100_000_000
MOST_PROBLEMS = 20
"""So many bad rows are told; of the others only how many."""

LARGEST_ID = (1 << 32) - 1
EPOCH = date(1970, 1, 1)

Attributes = Mapping[str, tuple[str, ...] | None]
"""The attributes of a flow: the values of a category, None for a number."""


def read_list(file: Path, axis: TimeAxis, attributes: Attributes) -> tuple[ListedArrival, ...]:
    """A list of arrivals by time; rows outside the run are left out.

    Raises
    ------
    Flaw
        If there is no such file, it is no CSV, its columns are wrong, or nothing in it lies within the run.
    ScenarioError
        With all its bad rows; their places read `<file>:<line>`.
    """
    columns, rows = _table(file)
    _check_columns(columns, attributes)
    reading = _Reading(file.name, axis, attributes)
    found = [arrival for line, cells in rows if (arrival := reading.row(line, columns, cells))]
    reading.raise_if_any()
    inside = [row for row in found if axis.begin <= row.at < axis.end]
    if not inside:
        raise _nothing_inside(file.name, len(found))
    return tuple(sorted(inside, key=lambda row: (row.at, row.day, row.number)))


Rows = list[tuple[int, list[str]]]
"""Number of the line, and its cells."""


def _table(file: Path) -> tuple[list[str], Rows]:
    """The columns and the rows that are not empty."""
    lines = _text(file).splitlines()
    header = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=";" if ";" in header and "," not in header else ",", strict=True)
    rows: Rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise _no_csv(
            file.name, f"{error}, dòng {reader.line_num}", f"{error}, line {reader.line_num}"
        ) from None
    if len(rows) < 2 or len(rows) > MOST_ROWS + 1:
        said = f"{max(0, len(rows) - 1)} / {MOST_ROWS}"
        raise _no_csv(file.name, f"số dòng dữ liệu: {said}", f"rows of data: {said}")
    return rows[0][1], rows[1:]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _no_csv(file.name, "quá 100 MB", "over 100 MB")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _no_csv(file.name, "không phải UTF-8", "not UTF-8") from None
    except OSError:
        message = Label(
            vi=f"là '{file.name}', không đọc được tệp đó", en=f"is '{file.name}', a file that cannot be read"
        )
        remedy = Label(vi=f"hãy đặt tệp trong {file.parent}", en=f"put the file into {file.parent}")
        raise Flaw(file.name, message, remedy) from None


def _no_csv(name: str, vi: str, en: str) -> Flaw:
    message = Label(
        vi=f"là '{name}', không phải danh sách CSV đọc được ({vi})",
        en=f"is '{name}', not a CSV list that can be read ({en})",
    )
    remedy = Label(
        vi="hãy lưu thành CSV UTF-8 với dòng đầu 'at,…' và ít nhất một dòng dữ liệu",
        en="save it as CSV in UTF-8 with a first line 'at,…' and at least one row of data",
    )
    return Flaw(name, message, remedy)


def _check_columns(columns: list[str], attributes: Attributes) -> None:
    known = ["at", "id", *attributes]
    for name, times in Counter(columns).items():
        if name not in known or times > 1:
            said = ("có hai lần", "twice") if times > 1 else ("lạ", "that is not known,")
            message = Label(vi=f"có cột {said[0]} '{name}'", en=f"has a column {said[1]} '{name}'")
            remedy = (
                Label(vi="hãy giữ một cột", en="keep one of them") if times > 1 else suggestion(name, known)
            )
            raise Flaw(name, message, remedy)
    if "at" not in columns:
        message = Label(vi="không có cột 'at'", en="has no column 'at'")
        remedy = Label(
            vi="hãy thêm cột 'at' với ngày giờ địa phương, ví dụ '2025-03-12 07:00'",
            en="add a column 'at' with local date and time, such as '2025-03-12 07:00'",
        )
        raise Flaw(", ".join(columns), message, remedy)


@dataclass(slots=True)
class _Reading:
    """Reads rows and remembers what is wrong with them."""

    file: str
    axis: TimeAxis
    attributes: Attributes
    problems: list[Problem] = field(default_factory=list)
    taken: dict[tuple[int, int], int] = field(default_factory=dict)  # (day, number) → line
    of_day: Counter[int] = field(default_factory=Counter)

    def row(self, line: int, columns: list[str], cells: list[str]) -> ListedArrival | None:
        """The arrival of one row; nothing if it is bad."""
        before = len(self.problems)
        if len(cells) != len(columns):
            self._note(line, ",".join(cells), *_cells(len(cells), len(columns)))
            return None
        given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell or name == "at"}
        arrival = next(self._read(line, given), None)
        return arrival if len(self.problems) == before else None

    def _read(self, line: int, given: dict[str, str]) -> Iterator[ListedArrival]:
        known = {name: self._attribute(line, name, given[name]) for name in self.attributes if name in given}
        try:
            local = parse_local_time(given["at"])
            day = (local.date() - EPOCH).days
            yield ListedArrival(self.axis.at(local), day, self._number(line, day, given), known)
        except Flaw as flaw:
            self._note(line, flaw.value, *_in_column("at", flaw))

    def _attribute(self, line: int, name: str, cell: str) -> str | int:
        values = self.attributes[name]
        if values is not None and cell not in values:
            message = Label(
                vi=f"có {name} '{cell}', không phải giá trị của nó",
                en=f"has {name} '{cell}', not a value of it",
            )
            self._note(line, cell, message, suggestion(cell, values))
        if values is not None:
            return cell
        try:
            return round(parse_number(cell))
        except Flaw as flaw:
            self._note(line, cell, *_in_column(name, flaw))
            return 0

    def _number(self, line: int, day: int, given: dict[str, str]) -> int:
        """The entity's number: its id, else its place within its date."""
        number = self.of_day[day]
        self.of_day[day] += 1
        if "id" in given:
            number = int(given["id"]) if given["id"].isdecimal() else -1
        if not 0 <= number <= LARGEST_ID:
            self._note(line, given["id"], *_bad_id(given["id"]))
        elif self.taken.setdefault((day, number), line) != line:
            self._note(line, number, *_taken(number, self.taken[day, number]))
        return number

    def _note(self, line: int, value: object, message: Label, remedy: Label) -> None:
        self.problems.append(Flaw(value, message, remedy).at(f"{self.file}:{line}"))

    def raise_if_any(self) -> None:
        """Tell all bad rows."""
        if not self.problems:
            return
        told, more = self.problems[:MOST_PROBLEMS], len(self.problems) - MOST_PROBLEMS
        if more > 0:
            message = Label(vi=f"còn {more} lỗi nữa", en=f"has {more} more problems")
            told.append(
                Problem(self.file, "", message, Label("hãy sửa các lỗi trên trước", "correct these first"))
            )
        raise ScenarioError(told)


def _in_column(name: str, flaw: Flaw) -> tuple[Label, Label]:
    vi, en = flaw.message.vi, flaw.message.en
    return Label(vi=f"có cột '{name}' {vi}", en=f"has a '{name}' that {en}"), flaw.remedy


def _cells(found: int, wanted: int) -> tuple[Label, Label]:
    message = Label(vi=f"có {found} ô, cần {wanted}", en=f"has {found} cells where {wanted} are wanted")
    return message, Label(
        vi="hãy để trống ô chưa biết và đặt chữ có dấu phẩy trong ngoặc kép",
        en="leave unknown cells empty and put text with commas into quotes",
    )


def _bad_id(written: str) -> tuple[Label, Label]:
    message = Label(
        vi=f"có id '{written}', không phải số nguyên từ 0 tới 2**32 - 1",
        en=f"has the id '{written}', not a whole number from 0 to 2**32 - 1",
    )
    return message, Label(
        vi="hãy đánh số lại, hoặc bỏ cột 'id'", en="number the rows anew, or leave out 'id'"
    )


def _taken(number: int, line: int) -> tuple[Label, Label]:
    message = Label(
        vi=f"lặp lại số {number} của dòng {line} trong cùng một ngày",
        en=f"repeats the number {number} of line {line} on the same date",
    )
    return message, Label(vi="mỗi ngày mỗi số một lần", en="give every row of a date a number of its own")


def _nothing_inside(name: str, rows: int) -> Flaw:
    message = Label(
        vi=f"là '{name}', cả {rows} dòng đều nằm ngoài thời gian chạy",
        en=f"is '{name}', all {rows} rows of which lie outside the run",
    )
    remedy = Label(
        vi="hãy xem lại 'start:', 'window:' và cột 'at'", en="compare 'start:', 'window:' and the column 'at'"
    )
    return Flaw(name, message, remedy)
