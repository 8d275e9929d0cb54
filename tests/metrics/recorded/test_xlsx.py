"""Workbooks: what is cut out of the text of a sheet is what a tree of it holds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from metrics.recorded import xlsx
from metrics.recorded.findings import LogError
from tests.metrics.recorded.broken import workbook

ODD = (
    '<row r="2" spans="1:4">'
    '<c r="A2" s="1" t="inlineStr"><is><t xml:space="preserve"> 12C &amp; 3 </t></is></c>'
    '<c r="C2" s="1"><v>45729.3125</v></c></row>'
    '<row r="3"/>'
    '<row r="4"><c r="A4" t="str"><f>A2&amp;""</f><v>lần &lt;2&gt;</v></c><c r="B4" t="b"><v>1</v></c>'
    '<c r="AB4" s="1"><v>45729.00000012</v></c></row>'
    '<row r="6"><c r="A6" t="inlineStr"><is><r><t>giàu </t></r><r><t>chữ</t></r></is></c><c r="B6"/></row>'
    '<row><c t="inlineStr"><is><t>không số</t></is></c><c><v>7</v></c></row>'
)
SHOWN = [
    ["Biển số", "Bước", "Giờ"],
    [" 12C & 3 ", "", "2025-03-13 07:30:00"],
    [],
    ["lần <2>", "1", *([""] * 25), "2025-03-13 00:00:00.010000"],
    [],
    ["giàu chữ", ""],
    ["không số", "7"],
]


def book(rows: str, prefix: str = "", cut: bool = False) -> bytes:
    """A workbook with these rows below a header."""
    whole = workbook([["Biển số", "Bước", "Giờ"]], dates=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                text = text.replace("</sheetData>", rows + "</sheetData>")
                text = text[: len(text) // 2] if cut else _prefixed(text, prefix)
            new.writestr(name, text)
    return packed.getvalue()


def _prefixed(text: str, prefix: str) -> str:
    """The same with a prefix on every name, as some programs write it."""
    if not prefix:
        return text
    text = text.replace("xmlns=", f"xmlns:{prefix}=").replace("</", f"<\\0{prefix}:")
    return text.replace("<", f"<{prefix}:").replace(f"<{prefix}:\\0", "</")


@pytest.mark.parametrize("prefix", ["", "x"])
def test_cells_are_read_however_they_are_written(prefix: str, tmp_path: Path) -> None:
    file = tmp_path / "so.xlsx"
    file.write_bytes(book(ODD, prefix))
    assert list(xlsx.rows(file)) == SHOWN


def test_many_rows_are_read_across_portions(tmp_path: Path) -> None:
    file = tmp_path / "so.xlsx"
    made = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 60_000))
    file.write_bytes(book(made))
    assert [row[0] for row in list(xlsx.rows(file))[1:]] == [str(n) for n in range(2, 60_000)]


def test_a_sheet_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "so.xlsx"
    file.write_bytes(book(ODD, cut=True))
    with pytest.raises(LogError, match="cut short"):
        list(xlsx.rows(file))
