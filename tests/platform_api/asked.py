"""Filling in questionnaires as people do: into the workbook that was printed."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from metrics.recorded import xlsx
from platform_api.asking.layout import COLUMNS

Filled = Mapping[str, Mapping[str, str]]
"""Code, or code#1 for its second line → column → what is typed."""


def lines_of(file: Path) -> dict[str, int]:
    """Code → the line of its question in a workbook; of further lines `code#1` …"""
    found: dict[str, int] = {}
    for line, row in enumerate(xlsx.rows(file), 1):
        if row and row[0]:
            code, part = row[0], 0
            while code in found:
                part += 1
                code = f"{row[0]}#{part}"
            found[code] = line
    return found


def fill(printed: Path, target: Path, told: Filled, merge: str = "") -> Path:
    """A copy of a workbook with cells typed into; `merge` a span of cells."""
    lines = lines_of(printed)
    with zipfile.ZipFile(printed) as book, zipfile.ZipFile(target, "w") as made:
        for name in book.namelist():
            content = book.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                rows = re.findall(r"<row>.*?</row>", content)
                for code, cells in told.items():
                    rows[lines[code] - 1] = _typed(rows[lines[code] - 1], cells)
                begin, end = content.index("<row>"), content.rindex("</row>") + len("</row>")
                content = content[:begin] + "".join(rows) + content[end:]
                merged = f'<mergeCells count="1"><mergeCell ref="{merge}"/></mergeCells>' if merge else ""
                content = content.replace("</sheetData>", f"</sheetData>{merged}")
            made.writestr(name, content)
    return target


def _typed(row: str, cells: Mapping[str, str]) -> str:
    found = re.findall(r"<c[^>]*/>|<c[^>]*>.*?</c>", row)
    for column, text in cells.items():
        found[COLUMNS.index(column)] = f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
    return f"<row>{''.join(found)}</row>"


def as_csv(filled: Path, target: Path, separator: str = ";") -> Path:
    """What a spreadsheet saves as CSV."""
    with target.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened, delimiter=separator).writerows(xlsx.rows(filled))
    return target
