"""Tables as rows of text: CSV in any encoding and with any separator, XLSX; titles on top are skipped."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from metrics.recorded import xlsx
from metrics.recorded.findings import unreadable

SEPARATORS = ",;\t|"
LOOK = 30
"""Lines that are looked at for the header."""
SAMPLE = 1000
"""Rows that are looked at to understand the columns."""
LEGACY = "cp1258"
"""What Windows in Việt Nam writes when it does not write UTF-8."""

csv.field_size_limit(1 << 20)


@dataclass(slots=True)
class Sheet:
    """A table: the names of its columns, and its rows with their line in the file."""

    file: str
    header: list[str]
    sample: list[list[str]]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str = "utf-8"
    unclosed: list[int] = field(default_factory=list)
    """Lines with a quote that is never closed; known once the rows have been read."""


def opened(file: Path, sheet: str | None = None) -> Sheet:
    """A table from CSV or XLSX, told apart by its first bytes.

    Raises
    ------
    LogError
        If it is empty, of another kind, or has no header.
    """
    unclosed: list[int] = []
    rows, encoding = raw(file, sheet, unclosed)
    return _with_header(file.name, rows, encoding, unclosed)


def raw(
    file: Path, sheet: str | None = None, unclosed: list[int] | None = None
) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """All rows of CSV or XLSX with their lines, and the encoding; no header is looked for.

    Parameters
    ----------
    unclosed : hears of lines with a quote that is never closed

    Raises
    ------
    LogError
        If it is empty or of another kind.
    """
    with file.open("rb") as opened_file:
        head = opened_file.read(1 << 16)
    if not head.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise unreadable(
            file.name,
            "",
            "là tệp rỗng",
            "is empty",
            "hãy xuất lại dữ liệu và kiểm tra khoảng ngày đã chọn",
            "export it again, and look at the dates chosen",
        )
    if head.startswith(b"PK"):
        return enumerate(xlsx.rows(file, sheet), 1), "xlsx"
    _refuse_others(file, head)
    encoding = _encoding(file, head)
    return _csv_rows(file, encoding, [] if unclosed is None else unclosed), encoding


def _refuse_others(file: Path, head: bytes) -> None:
    kinds = {
        b"\xd0\xcf\x11\xe0": (
            "sổ Excel đời cũ (.xls) hoặc có mật khẩu",
            "an old Excel workbook (.xls), or one with a password",
        ),
        b"%PDF": ("tệp PDF", "a PDF file"),
        b"\x1f\x8b": ("tệp nén gzip", "a file compressed by gzip"),
        b"Rar!": ("tệp nén RAR", "a RAR archive"),
        b"7z\xbc\xaf": ("tệp nén 7z", "a 7z archive"),
        b"\x89PNG": ("ảnh chụp", "a picture"),
        b"\xff\xd8\xff": ("ảnh chụp", "a picture"),
        b"PAR1": ("tệp Parquet", "a Parquet file"),
    }
    html = head.lstrip()[:200].lower()
    if html.startswith((b"<html", b"<!doctype html", b"<table")):
        kinds[head[:4]] = ("trang web (HTML) mang đuôi khác", "a web page (HTML) under another name")
    for start, (vi, en) in kinds.items():
        if head.startswith(start):
            raise unreadable(
                file.name,
                "",
                f"là {vi}, không phải bảng đọc được",
                f"is {en}, not a table that is read here",
                "hãy mở bằng Excel rồi lưu dạng .xlsx hoặc CSV UTF-8",
                "open it in Excel and save it as .xlsx or CSV UTF-8",
            )


def _encoding(file: Path, head: bytes) -> str:
    """UTF-8 if all of it is, UTF-16 by its mark or its zeros, else what old Windows writes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = head[:2000].count(0)
    if zeros > 0.2 * len(head[:2000]):
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    if b"\x00" in head:
        raise unreadable(
            file.name, "", "không phải tệp chữ", "is no text file",
            "hãy xuất lại dạng CSV UTF-8 hoặc .xlsx", "export it again as CSV UTF-8 or .xlsx",
        )  # fmt: skip
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as raw:
        try:
            while portion := raw.read(1 << 20):
                decoder.decode(portion)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return LEGACY
    return "utf-8-sig"


def _csv_rows(file: Path, encoding: str, unclosed: list[int]) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding=encoding, errors="replace", newline="") as text:
        start = text.read(1 << 14)
    with file.open(encoding=encoding, errors="replace", newline="") as text:
        separator = start[4] if start.startswith("sep=") else _separator(start)
        if start.startswith("sep="):
            text.readline()
        yield from _Records(file.name, text, separator, unclosed)


class _Records:
    """Records of a CSV file. A quote that is never closed would swallow all lines up to the next quote: where
    the lines of a record are records of their own, its first is read by itself, and the rest again.
    """

    def __init__(self, file: str, text: Iterator[str], separator: str, unclosed: list[int]) -> None:
        self.file, self.text, self.separator, self.unclosed = file, text, separator, unclosed
        self.again: deque[str] = deque()
        self.lines: list[str] = []
        """Of the record that is being read."""

    def _kept(self) -> Iterator[str]:
        while True:
            line = self.again.popleft() if self.again else next(self.text, None)
            if line is None:
                return
            self.lines.append(line)
            yield line

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        lines, width, at = self.lines, 0, 0
        reader = csv.reader(self._kept(), delimiter=self.separator)
        while True:
            lines.clear()
            try:
                row = next(reader, None)
            except csv.Error as error:
                if not self._are_records(width):
                    raise self._refusal(str(error), at + 1) from None
                row = []
            if row is None:
                return
            if (len(lines) > 1 or len(row) < width) and self._are_records(width):
                at += 1
                yield at, self._first_alone(at)
                reader = csv.reader(self._kept(), delimiter=self.separator)
            else:
                width, at = len(row) or width, at + len(lines)
                yield at, row

    def _are_records(self, width: int) -> bool:
        """Whether the first line is odd, and most of the lines have as many cells as the records before."""
        cells = [len(self._alone(line)) for line in self.lines]
        return self.lines[0].count('"') % 2 == 1 and width > 1 and 2 * cells.count(width) > len(cells)

    def _first_alone(self, at: int) -> list[str]:
        self.unclosed.append(at)
        self.again.extendleft(reversed(self.lines[1:]))
        return self._alone(self.lines[0])

    def _alone(self, line: str) -> list[str]:
        """The cells of a line by itself, without a quote that has no other."""
        text = line.replace('"', "") if line.count('"') % 2 else line
        return next(csv.reader([text], delimiter=self.separator), [])

    def _refusal(self, said: str, line: int) -> Exception:
        return unreadable(
            self.file, said, "có dòng không đọc được (dấu nháy kép không khép?)",
            "has a line that cannot be read (a quote that is not closed?)",
            "hãy xem dòng này, bỏ dấu nháy thừa rồi lưu lại",
            "look at this line, take out the stray quote and save again", line,
        )  # fmt: skip


def _separator(start: str) -> str:
    """Which of the separators cuts the first lines into the most cells, alike in each."""
    lines = [line for line in start.splitlines()[:LOOK] if line.strip()]
    best, most = ",", 0.0
    for each in SEPARATORS:
        counts = sorted(len(row) for row in csv.reader(lines, delimiter=each))
        usual = counts[len(counts) // 2] if counts else 0
        alike = counts.count(usual) / len(counts) if counts else 0.0
        if (usual - 1) * alike > most:
            best, most = each, (usual - 1) * alike
    return best


def _with_header(
    file: str, rows: Iterator[tuple[int, list[str]]], encoding: str, unclosed: list[int]
) -> Sheet:
    """The header is the first of the fullest lines; what stands above it is a title."""
    start = [(n, [cell.strip() for cell in row]) for n, row in islice(rows, LOOK)]
    filled = [len({cell for cell in row if cell}) for _, row in start]
    if not filled or max(filled) < 2:
        raise unreadable(
            file, start[0][1][0] if start and start[0][1] else "", "không có bảng nào: cần ít nhất hai cột",
            "holds no table: at least two columns are needed",
            "hãy kiểm tra dấu phân cách cột (phẩy, chấm phẩy, tab) và dòng tiêu đề",
            "look at the separator of columns (comma, semicolon, tab) and at the header line",
        )  # fmt: skip
    at = next(k for k, count in enumerate(filled) if count >= 0.7 * max(filled))
    header = _distinct(start[at][1])
    rest = ((n, row) for n, row in chain(start[at + 1 :], rows) if any(cell.strip() for cell in row))
    sample = list(islice(rest, SAMPLE))
    if _are_values(header):
        raise unreadable(
            file,
            ", ".join(header[:4]),
            "không có dòng tiêu đề: dòng đầu đã là số liệu",
            "has no header line: the first line is data already",
            "hãy thêm một dòng tên cột lên đầu tệp",
            "add a line with the names of the columns on top",
            start[at][0],
        )
    if not sample:
        raise unreadable(
            file, "", "chỉ có dòng tiêu đề, không có dữ liệu", "has a header line but no data",
            "hãy xuất lại và kiểm tra khoảng ngày đã chọn", "export it again, and look at the dates chosen",
        )  # fmt: skip
    return Sheet(file, header, [row for _, row in sample], chain(sample, rest), encoding, unclosed)


def _distinct(header: Sequence[str]) -> list[str]:
    """Names of columns; one that stands twice gets a number."""
    seen: dict[str, int] = {}
    named = []
    for name in header:
        clean = " ".join(name.split())
        seen[clean] = seen.get(clean, 0) + 1
        named.append(clean if seen[clean] == 1 or not clean else f"{clean} ({seen[clean]})")
    return named


def _are_values(header: Sequence[str]) -> bool:
    """Whether a first line looks like data: half of its cells begin with a digit."""
    told = [name for name in header if name]
    return sum(name[0].isdigit() for name in told) > 0.45 * len(told)
