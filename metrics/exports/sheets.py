"""Tables as a workbook (XLSX, ECMA-376), written cell by cell into a ZIP: no library, no limit but Excel's.

A sheet holds at most 1,048,576 rows; a longer table goes on in a further sheet. Text is written in place, so
nothing grows with the number of rows; a text is never a formula. Numbers stay numbers, and local times are
dates that a spreadsheet can reckon with.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

MOST_ROWS = 1 << 20
"""Of a sheet, its head included."""

LONGEST_TEXT = 32_767
"""Characters of a cell."""

LONGEST_NAME = 31
"""Characters of a sheet's name."""

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

BOLD, DATE, HEADING, WRAPPED, ANSWER, FAINT = 1, 2, 3, 4, 5, 6
"""Styles of cells, by their place in `STYLES`. What is typed into an ANSWER stays the text that was typed."""

STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '<font><sz val="8"/><color rgb="FF8A94A0"/><name val="Calibri"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFDCE8F4"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFFF8DC"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/>'
    "<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="3" borderId="1" xfId="0" applyNumberFormat="1" applyFill="1" '
    'applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    "</styleSheet>"
)  # fmt: skip

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  - a spreadsheet's day 0; its times have no zone


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell that looks otherwise than its row."""

    value: Any
    style: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Cells, as in `J4:J6`, that offer a list; what is not in it may be typed all the same."""

    cells: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, the names of its columns, its rows; read once.

    widths : of the columns [characters] · choices : cells that offer a list
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] = ()
    choices: Sequence[Choice] = ()


def write(sheets: Iterable[Sheet], target: Path | IO[bytes]) -> None:
    """Write a workbook.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        names: list[str] = []
        for sheet in sheets:
            rows = iter(sheet.rows)
            more: Sequence[Any] | None = None
            while True:
                names.append(_named(sheet.name, names))
                with book.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as file:
                    more = _write(file, sheet, rows, more)
                if more is None:
                    break
        _bind(book, names)


def _write(
    file: IO[bytes], sheet: Sheet, rows: Iterator[Sequence[Any]], first: Sequence[Any] | None
) -> Sequence[Any] | None:
    """One sheet; the first row that found no room in it, if any."""
    file.write(
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{_widths(sheet.widths)}<sheetData>{_row(sheet.columns, BOLD)}".encode()
    )
    end = f"</sheetData>{_choices(sheet.choices)}</worksheet>".encode()
    room = MOST_ROWS - 1
    if first is not None:
        file.write(_row(first).encode())
        room -= 1
    for row in rows:
        if not room:
            file.write(end)
            return row
        file.write(_row(row).encode())
        room -= 1
    file.write(end)
    return None


def _row(values: Sequence[Any], style: int = 0) -> str:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>"


def _widths(widths: Sequence[float]) -> str:
    told = (f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, 1))
    return f"<cols>{''.join(told)}</cols>" if widths else ""


def _choices(choices: Sequence[Choice]) -> str:
    told = (
        f'<dataValidation type="list" allowBlank="1" sqref="{each.cells}">'
        f"<formula1>{escape(chr(34) + ','.join(each.words) + chr(34))}</formula1></dataValidation>"
        for each in choices
    )
    return f'<dataValidations count="{len(choices)}">{"".join(told)}</dataValidations>' if choices else ""


def _cell(value: Any, style: int) -> str:
    if isinstance(value, Styled):
        value, style = value.value, value.style
    look = f' s="{style}"' if style else ""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return f"<c{look}/>"
    if isinstance(value, bool):
        return f'<c{look} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c{look}><v>{value!r}</v></c>"
    if isinstance(value, datetime):
        return f'<c s="{DATE}"><v>{(value - EPOCH).total_seconds() / 86_400!r}</v></c>'
    text = "".join(c for c in str(value)[:LONGEST_TEXT] if c >= " " or c in "\t\n")
    return f'<c{look} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _named(name: str, taken: Sequence[str]) -> str:
    """A name that a sheet may have: short, without what Excel forbids, not given yet."""
    plain = "".join(" " if c in "[]:*?/\\'" else c for c in name)[:LONGEST_NAME] or "1"
    lower = {each.lower() for each in taken}
    number, found = 1, plain
    while found.lower() in lower:
        number += 1
        found = f"{plain[: LONGEST_NAME - len(str(number)) - 1]} {number}"
    return found


def _bind(book: zipfile.ZipFile, names: Sequence[str]) -> None:
    """The parts that say which sheets there are."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    styles = f'<Relationship Id="rId0" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET}.worksheet+xml"/>'
        for n in numbers
    )
    book.writestr("xl/styles.xml", STYLES)
    book.writestr(
        "xl/workbook.xml",
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>',
    )
    book.writestr(
        "xl/_rels/workbook.xml.rels",
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}{styles}</Relationships>',
    )
    book.writestr(
        "_rels/.rels",
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    book.writestr(
        "[Content_Types].xml",
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET}.styles+xml"/>{parts}</Types>',
    )
