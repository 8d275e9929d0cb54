"""Rows of a workbook (XLSX), read as a stream: the cells as text, dates as ISO text.

An XLSX file is a zip of XML. What is read: shared and inline strings, numbers, booleans, dates by the format
of their cell, and where cells were merged, the value in each of them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as Tree

from metrics.recorded.findings import unreadable

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
NUMBER = re.compile(r'\br="(\d+)"')
CELL = re.compile(
    r'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    r"(?:/>|></c>|>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v></c>"
    r"|><is><t(?: [^>]*)?>([^<]*)</t></is></c>)"
)
"""A cell as nearly all programs write it: column, style, kind, value or text."""
USUAL_SPACES = " ".join(
    f'xmlns:{name}="x:{name}"'
    for name in ("r", "mc", "x14ac", "x15ac", "x16r2", "xr", "xr2", "xr3", "x14", "mx", "mv")
)
"""Prefixes that rows may have attributes of."""
MOST_UNPACKED = 4 << 30
"""A workbook that unpacks to more is refused [bytes]."""

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  - a sheet has no zone
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001


def rows(file: Path, sheet: str | None = None) -> Iterator[list[str]]:
    """The rows of a sheet (the first with more than one row, if none is named), empty ones too.

    Raises
    ------
    LogError
        If it is no workbook, is locked, or has no such sheet.
    """
    book = _Book(file)
    with book.archive:
        yield from book.rows(sheet)


def merged(file: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The spans of merged cells of the first sheet: (line, column) of both corners, columns from 0."""
    book = _Book(file)
    with book.archive:
        part = next(iter(book._sheets().values()))
        sheet = Tree.fromstring(book.archive.read(part))
        return [_corners(each.get("ref", "")) for each in sheet.iter(MAIN + "mergeCell")]


class _Book:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.columns: dict[str, int] = {}
        self.days: dict[int, str] = {}
        try:
            self.archive = zipfile.ZipFile(file)
            names = set(self.archive.namelist())
        except zipfile.BadZipFile:
            raise damaged(file) from None
        if "xl/workbook.xml" not in names:
            raise unreadable(
                file.name, "", "không phải sổ Excel (.xlsx)", "is no Excel workbook (.xlsx)",
                "hãy mở bằng Excel rồi lưu dạng .xlsx hoặc CSV UTF-8",
                "open it in Excel and save it as .xlsx or CSV UTF-8",
            )  # fmt: skip
        if sum(part.file_size for part in self.archive.infolist()) > MOST_UNPACKED:
            raise unreadable(
                file.name, "", "quá lớn khi giải nén", "is too large when unpacked",
                "hãy xuất ra CSV", "export it as CSV",
            )  # fmt: skip

    def rows(self, wanted: str | None) -> Iterator[list[str]]:
        try:
            self.strings = self._strings()
            self.dates, self.epoch = self._dates(), self._epoch()
            parts = self._sheets()
            if wanted is not None and wanted not in parts:
                raise unreadable(
                    self.file.name, wanted, f"không có trang tính '{wanted}'", f"has no sheet '{wanted}'",
                    f"hãy chọn một trong: {', '.join(parts)}", f"choose one of: {', '.join(parts)}",
                )  # fmt: skip
            yield from self._filled([parts[wanted]] if wanted else list(parts.values()))
        except (KeyError, Tree.ParseError, zipfile.BadZipFile, EOFError, RuntimeError):
            raise damaged(self.file) from None

    def _filled(self, parts: list[str]) -> Iterator[list[str]]:
        """The first sheet that holds more than a line, else the first."""
        for place, part in enumerate(parts):
            found = self._cells(part, self._merged(part))
            head = [row for _, row in zip(range(2), found, strict=False)]
            if len(head) > 1 or place == len(parts) - 1:
                yield from head
                yield from found
                return

    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.archive.namelist():
            return []
        with self.archive.open("xl/sharedStrings.xml") as opened:
            found = []
            for _, each in Tree.iterparse(opened):
                if each.tag == MAIN + "si":
                    found.append("".join(t.text or "" for t in each.iter(MAIN + "t")))
                    each.clear()
            return found

    def _dates(self) -> list[bool]:
        """Of each cell format, whether it shows a date."""
        if "xl/styles.xml" not in self.archive.namelist():
            return []
        styles = Tree.fromstring(self.archive.read("xl/styles.xml"))
        own = {
            int(f.get("numFmtId", "0")): _shows_date(f.get("formatCode", ""))
            for f in styles.iter(MAIN + "numFmt")
        }
        formats = styles.find(MAIN + "cellXfs")
        numbers = [int(f.get("numFmtId", "0")) for f in (() if formats is None else formats)]
        return [own.get(number, number in BUILT_IN_DATES) for number in numbers]

    def _epoch(self) -> datetime:
        book = Tree.fromstring(self.archive.read("xl/workbook.xml"))
        told = book.find(MAIN + "workbookPr")
        return EPOCH_1904 if told is not None and told.get("date1904") in ("1", "true") else EPOCH

    def _sheets(self) -> dict[str, str]:
        """Name → part, in the order of the tabs."""
        links = Tree.fromstring(self.archive.read("xl/_rels/workbook.xml.rels"))
        parts = {link.get("Id"): link.get("Target", "") for link in links.iter(RELATION)}
        book = Tree.fromstring(self.archive.read("xl/workbook.xml"))
        return {sheet.get("name", ""): _part(parts[sheet.get(LINK)]) for sheet in book.iter(MAIN + "sheet")}

    def _merged(self, part: str) -> dict[tuple[int, int], tuple[int, int]]:
        """Cell → the corner whose value it shows; of merged cells of modest size."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        if not self._says(part, b"<mergeCell "):
            return found
        with self.archive.open(part) as opened:
            for _, each in Tree.iterparse(opened):
                if each.tag == MAIN + "mergeCell":
                    found |= _covered(each.get("ref", ""))
                if each.tag != MAIN + "mergeCells":
                    each.clear()
            return found

    def _says(self, part: str, word: bytes) -> bool:
        """Whether a part has a word in it; to look is much quicker than to read."""
        with self.archive.open(part) as opened:
            before = b""
            while portion := opened.read(1 << 20):
                if word in before + portion:
                    return True
                before = portion[-len(word) :]
        return False

    def _cells(self, part: str, merged: dict[tuple[int, int], tuple[int, int]]) -> Iterator[list[str]]:
        corners = set(merged.values())
        held: dict[tuple[int, int], str] = {}
        line = 0
        for told, row in self._numbered(part):
            number = told or line + 1
            yield from ([] for _ in range(line + 1, min(number, line + 1000)))
            line = number
            if merged:
                held |= {(line, c): v for c, v in enumerate(row) if (line, c) in corners}
                _spread(row, line, merged, held)
            yield row

    def _numbered(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """Each row with its number (0: the next), as text where the sheet is written as most programs do."""
        with self.archive.open(part) as opened:
            head = opened.read(1 << 12)
        if b"<sheetData" in head and b"UTF-16" not in head[:100].upper():
            yield from self._by_text(part)
            return
        with self.archive.open(part) as opened:
            for _, each in Tree.iterparse(opened):
                if each.tag == MAIN + "row":
                    yield int(each.get("r", 0)), self._row(each)
                    each.clear()

    def _by_text(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """The rows, cut out of the text: six times as quick as making a tree of each."""
        rest = b""
        with self.archive.open(part) as opened:
            while portion := opened.read(1 << 20):
                whole, end, rest = (rest + portion).rpartition(b"</row>")
                for found in ROW.finditer((whole + end).decode()):
                    yield self._of_text(found)
        if b"</sheetData>" not in rest and b"<sheetData/>" not in rest:
            raise EOFError("the sheet is cut short")

    def _of_text(self, of: re.Match[str]) -> tuple[int, list[str]]:
        attributes, cells = of.groups()
        number = NUMBER.search(attributes)
        line = int(number[1]) if number else 0
        if cells is None:
            return line, []
        found = CELL.findall(cells)
        if len(found) != cells.count("<c ") + cells.count("<c>"):  # written otherwise: rich text, say
            space = MAIN.strip("{}")
            return line, self._row(Tree.fromstring(f'<x xmlns="{space}" {USUAL_SPACES}>{of[0]}</x>')[0])
        row: list[str] = []
        for letters, style, kind, value, inline in found:
            column = self.columns.get(letters)
            if column is None:
                column = self.columns[letters] = _column(letters)
            if column > len(row):
                row.extend([""] * (column - len(row)))
            row.append(self._told(kind or "n", int(style or 0), unescape(inline or value)))
        return line, row

    def _row(self, element: Tree.Element) -> list[str]:
        row: list[str] = []
        for cell in element:
            place = cell.get("r")
            column = _column(place) if place else len(row)
            row.extend([""] * (column - len(row)))
            row.append(self._value(cell))
        return row

    def _value(self, cell: Tree.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(MAIN + "t"))
        value = cell.find(MAIN + "v")
        return self._told(kind, int(cell.get("s", "0")), "" if value is None else value.text or "")

    def _told(self, kind: str, style: int, text: str) -> str:
        """What a cell shows."""
        if kind == "s" and text:
            return self.strings[int(text)]
        if kind == "n" and text and style < len(self.dates) and self.dates[style]:
            return self._dated(text)
        return text

    def _dated(self, text: str) -> str:
        """A number of days as ISO text; each day is written once only."""
        try:
            day, ms = divmod(round(float(text) * 86_400_000), 86_400_000)
            known = self.days.get(day)
            if known is None:
                known = self.days[day] = (self.epoch + timedelta(days=day)).date().isoformat()
        except (ValueError, OverflowError):
            return text
        seconds, ms = divmod(ms, 1000)
        clock = f"{known} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{clock}.{ms:03d}000" if ms else clock


def damaged(file: Path) -> Exception:
    """A workbook that cannot be opened."""
    return unreadable(
        file.name, "", "không mở được: sổ Excel bị hỏng, bị cắt ngang hoặc có mật khẩu",
        "cannot be opened: the workbook is damaged, cut short or locked by a password",
        "hãy mở bằng Excel, bỏ mật khẩu, lưu lại thành .xlsx mới",
        "open it in Excel, take the password off, save it as a new .xlsx",
    )  # fmt: skip


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _shows_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code.lower())
    return bool(re.search(r"[ydhs]", bare)) and "0.0" not in bare.replace("ss.0", "")


def _column(place: str) -> int:
    number = 0
    for letter in place:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _corners(span: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, _, last = span.partition(":")
    one, other = ((int(re.sub(r"\D", "", end)), _column(end)) for end in (first, last or first))
    return one, other


def _covered(span: str) -> dict[tuple[int, int], tuple[int, int]]:
    (top, left), (bottom, right) = _corners(span)
    if (bottom - top + 1) * (right - left + 1) > 100_000:
        return {}
    return {
        (line, column): (top, left) for line in range(top, bottom + 1) for column in range(left, right + 1)
    }


def _spread(
    row: list[str],
    line: int,
    merged: dict[tuple[int, int], tuple[int, int]],
    held: dict[tuple[int, int], str],
) -> None:
    """Put the value of a merged cell into each cell that it covers."""
    widest = max((c for n, c in merged if n == line), default=-1)
    row.extend([""] * (widest + 1 - len(row)))
    for column in range(widest + 1):
        if (line, column) in merged and not row[column]:
            row[column] = held.get(merged[line, column], "")
