"""Files as clerks really send them: each broken in one way, with what must be said of it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

HEADER = "Biển số,Công đoạn,Bắt đầu,Kết thúc"


def rows(count: int = 40, day: str = "2025-03-{d:02d}", clock: str = "{h:02d}:{m:02d}:00") -> list[list[str]]:
    """Rows of a healthy log: twenty trucks, two steps each, two a day."""
    made = []
    for k in range(count // 2):
        date = day.format(d=13 + k % 12, m=3, y=2025)
        for step, (hour, name) in enumerate(((8, "Kiểm tra giấy tờ"), (9, "Soi chiếu"))):
            begin, end = (clock.format(h=hour, m=5 * (k // 12) + 2 * step + late) for late in (0, 3))
            made.append([f"12C-{k:05d}", name, f"{date} {begin}", f"{date} {end}"])
    return made


def csv(made: list[list[str]], header: str = HEADER, sep: str = ",", end: str = "\n") -> str:
    """A table as text."""
    return end.join([header.replace(",", sep), *(sep.join(row) for row in made)]) + end


def plain(change: Callable[[list[list[str]]], object] = lambda _: None) -> bytes:
    """The healthy log as CSV, after a change of its rows."""
    made = rows()
    change(made)
    return csv(made).encode()


@dataclass(frozen=True)
class Broken:
    """A file.

    refused : words of the refusal, in English; empty: it must be read · found : findings that must be there ·
    cases : how many cases are read
    """

    name: str
    content: bytes
    refused: str = ""
    found: tuple[str, ...] = ()
    cases: int = 20
    suffix: str = ".csv"
    told: dict[str, str] = field(default_factory=dict)


def _set(row: int, column: int, value: str) -> Callable[[list[list[str]]], object]:
    def change(made: list[list[str]]) -> None:
        made[row][column] = value

    return change


def _every(column: int, change: Callable[[str], str]) -> Callable[[list[list[str]]], object]:
    def apply(made: list[list[str]]) -> None:
        for row in made:
            row[column] = change(row[column])

    return apply


def _year(row: int) -> Callable[[list[list[str]]], object]:
    """A row of the year before, as in January."""

    def change(made: list[list[str]]) -> None:
        made[row][2:] = [cell.replace("2025", "2024") for cell in made[row][2:]]

    return change


def _both(*changes: Callable[[list[list[str]]], object]) -> Callable[[list[list[str]]], object]:
    return lambda made: [change(made) for change in changes]


def _behind() -> list[list[str]]:
    """Thirty trucks at three desks, each a minute after the other; the second's clock is an hour behind."""
    made = []
    for k in range(30):
        day = f"2025-03-{1 + k % 20:02d}"
        for n, (step, hour, minute) in enumerate((("Giấy tờ", 8, k), ("Soi", 7, k + 8), ("Ra", 8, k + 16))):
            begin, end = (f"{day} {hour:02d}:{minute + late:02d}:00" for late in (0, 7))
            made.append([f"12C-{k:05d}", step, f"Quầy {n + 1}", begin, end])
    return made


def _swap(row: int) -> Callable[[list[list[str]]], object]:
    def change(made: list[list[str]]) -> None:
        made[row][2], made[row][3] = made[row][3], made[row][2]

    return change


def workbook(
    made: list[list[object]], merged: tuple[str, ...] = (), dates: bool = False, sheet: str = "Sổ"
) -> bytes:
    """A workbook as Excel writes it, with inline strings; numbers with the format of a date if asked for."""

    def cell(value: object, place: str) -> str:
        if isinstance(value, float):
            return f'<c r="{place}" s="{int(dates)}"><v>{value}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value != "" else ""

    lines = "".join(
        f'<row r="{n}">' + "".join(cell(v, f"{chr(65 + c)}{n}") for c, v in enumerate(row)) + "</row>"
        for n, row in enumerate(made, 1)
    )
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merged)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    parts = {
        "xl/workbook.xml": f"<workbook {space} {links}><sheets>"
        f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {space}><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{lines}</sheetData>"
        + (f"<mergeCells>{spans}</mergeCells>" if spans else "")
        + "</worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return packed.getvalue()


def _table(start: float = 45_729.0) -> list[list[object]]:
    """The healthy log with dates as the numbers of a sheet."""
    made: list[list[object]] = [["Biển số", "Công đoạn", "Bắt đầu", "Kết thúc"]]
    for k in range(20):
        for step, name in enumerate(("Kiểm tra giấy tờ", "Soi chiếu")):
            at = start + k % 12 + (8 + step) / 24 + k / 2000
            made.append([f"12C-{k:05d}", name, at, at + 0.002])
    return made


def _merged() -> list[list[object]]:
    """The plate stands once, in a merged cell over the rows of its truck."""
    made = _table()
    for n in range(2, len(made), 2):
        made[n][0] = ""
    return made


XES = """<?xml version="1.0"?><log xes.version="1849.2016">{traces}</log>"""


def xes(cut: bool = False) -> bytes:
    """A small XES log."""
    traces = "".join(
        f'<trace><string key="concept:name" value="12C-{k:05d}"/>'
        + "".join(
            f'<event><string key="concept:name" value="Soi"/><string key="lifecycle:transition" value="{t}"/>'
            f'<date key="time:timestamp" value="2025-03-{13 + k % 12}T08:{m:02d}:00+07:00"/></event>'
            for t, m in (("start", k), ("complete", k + 9))
        )
        + "</trace>"
        for k in range(20)
    )
    whole = XES.format(traces=traces).encode()
    return whole[: len(whole) // 2] if cut else whole


def ocel(cut: bool = False, known: bool = True) -> bytes:
    """A small OCEL 2.0 log."""
    events = [
        {"id": f"e{k}", "type": "Soi", "time": f"2025-03-{13 + k % 12}T08:{k:02d}:00+07:00", "attributes": [],
         "relationships": [{"objectId": f"12C-{k:05d}", "qualifier": "truck"}]}
        for k in range(20)
    ]  # fmt: skip
    objects = [
        {"id": f"12C-{k:05d}", "type": "truck", "attributes": [], "relationships": []} for k in range(20)
    ]
    whole = json.dumps(
        {"objectTypes": [], "eventTypes": [], "objects": objects, "events" if known else "rows": events}
    )
    return whole.encode()[: len(whole) // 2] if cut else whole.encode()


SLASHED = csv(rows(day="{d:02d}/{m:02d}/{y}")).encode()

BROKEN = (
    # ---- encodings
    Broken("utf-8 with a mark", b"\xef\xbb\xbf" + plain()),
    Broken("utf-16", csv(rows()).encode("utf-16")),
    Broken("utf-16 without a mark", csv(rows()).encode("utf-16-le")),
    Broken(
        "windows 1258",
        csv(rows(), "Bien so,Cong doan,Bat dau,Ket thuc")
        .replace("Kiểm tra giấy tờ", "Ki\u00eam tra")
        .replace("Soi chiếu", "Soi")
        .encode("cp1258"),
        found=("encoding",),
    ),
    Broken("binary", bytes(range(256)) * 20, refused="no text file"),
    # ---- not tables
    Broken("empty", b"", refused="is empty"),
    Broken("blank lines only", b"\n\n   \n", refused="is empty"),
    Broken("only a header", HEADER.encode(), refused="no data"),
    Broken("no header", csv(rows()[1:], ",".join(rows()[0])).encode(), refused="no header line"),
    Broken("header of numbers", b"1,2,3,4\n" + b"5,6,7,8\n" * 30, refused="no header line"),
    Broken("one column", "\n".join(["Biển số", *(row[0] for row in rows())]).encode(), refused="two columns"),
    Broken("old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, refused="old Excel workbook"),
    Broken("pdf", b"%PDF-1.7 " + b"x" * 600, refused="a PDF file"),
    Broken("picture", b"\xff\xd8\xff\xe0" + b"x" * 600, refused="a picture"),
    Broken("web page", b"<html><body><table><tr><td>1</td></tr></table></body></html>", refused="a web page"),
    Broken("rar", b"Rar!\x1a\x07" + b"x" * 600, refused="a RAR archive"),
    Broken("gzip of a table", gzip.compress(plain()), refused="compressed by gzip"),
    # ---- separators and quotes
    Broken("semicolons", csv(rows(), sep=";").encode()),
    Broken("tabs", csv(rows(), sep="\t").encode()),
    Broken("bars", csv(rows(), sep="|").encode()),
    Broken("a line that names the separator", ("sep=;\n" + csv(rows(), sep=";")).encode()),
    Broken("lines end as on Windows", csv(rows(), end="\r\n").encode()),
    Broken("lines end as on old Macs", csv(rows(), end="\r").encode()),
    Broken("a title above the header", ("BÁO CÁO THÁNG 3\nĐơn vị: Chi cục,\n\n" + csv(rows())).encode()),
    Broken("a total below", (csv(rows()) + "Tổng cộng,,,\n").encode(), found=("no_step",), cases=20),
    Broken("short rows", plain(lambda made: made[5].__delitem__(slice(3, 4))), found=("missing_time",)),
    Broken("long rows", plain(lambda made: made[5].append("ghi chú")), found=("longer_row",)),
    Broken("an unclosed quote", plain(_set(7, 1, '"Soi chiếu')), found=("unclosed_quote",)),
    # ---- dates
    Broken("day first", SLASHED),
    Broken("month first", csv(rows(day="{m:02d}/{d:02d}/{y}")).encode()),
    Broken("dots in dates", csv(rows(day="{d:02d}.{m:02d}.{y}")).encode()),
    Broken("years of two digits", csv(rows(day="{d:02d}/{m:02d}/25")).encode()),
    Broken("hours with a g", csv(rows(clock="{h}g{m:02d}")).encode()),
    Broken("SA and CH", csv(rows(day="{d:02d}/{m:02d}/{y}", clock="{h:02d}:{m:02d} SA")).encode()),
    Broken("an offset", csv(rows(clock="{h:02d}:{m:02d}:00+07:00")).encode()),
    Broken(
        "decimal commas in serials",
        csv(
            [
                [
                    a,
                    b,
                    f"{45729 + k / 50:.4f}".replace(".", ","),
                    f"{45729 + k / 50 + 0.01:.4f}".replace(".", ","),
                ]
                for k, (a, b, _, _) in enumerate(rows())
            ],
            sep=";",
        ).encode(),
    ),
    Broken(
        "times in words",
        plain(_every(2, lambda _: "sáng thứ hai")),
        refused="Bắt đầu",
        told={"started": "Bắt đầu"},
    ),
    Broken("one unreadable time", plain(_set(7, 3, "??:??")), found=("unreadable_time",)),
    Broken("32 of March", plain(_set(7, 3, "2025-03-32 09:00:00")), found=("unreadable_time",)),
    Broken("a year of 1900", plain(_set(7, 3, "1900-01-01 00:00:00")), found=("impossible_time",)),
    Broken("a year of 2205", plain(_set(7, 3, "2205-03-14 09:00:00")), found=("impossible_time",)),
    Broken(
        "day or month",
        csv(
            [
                [
                    a,
                    b,
                    f"0{1 + k % 9}/0{1 + k % 5}/2025 08:{k:02d}",
                    f"0{1 + k % 9}/0{1 + k % 5}/2025 09:{k:02d}",
                ]
                for k, (a, b, _, _) in enumerate(rows())
            ]
        ).encode(),
        found=("day_or_month",),
    ),
    # ---- rows
    Broken("a missing time", plain(_set(7, 3, "")), found=("missing_time",)),
    Broken("a row twice", plain(lambda made: made.append(list(made[3]))), found=("duplicate",)),
    Broken("ends before it begins", plain(_swap(6)), found=("reversed",)),
    Broken("a row without a plate", plain(_set(7, 0, "")), found=("no_case",)),
    Broken("a row without a step", plain(_set(7, 1, "")), found=("no_step",)),
    Broken("rows in the wrong order", plain(lambda made: made.reverse())),
    Broken(
        "a column twice",
        csv([[*row, row[3]] for row in rows()], HEADER + ",Kết thúc").encode(),
        found=("ignored_columns",),
    ),
    Broken(
        "a column of remarks",
        csv([[*row, f"ghi {k}"] for k, row in enumerate(rows())], HEADER + ",Diễn giải").encode(),
        found=("ignored_columns",),
    ),
    Broken(
        "a column of drivers",
        csv([[*row, "Nguyễn Văn An"] for row in rows()], HEADER + ",Lái xe").encode(),
        found=("personal_columns",),
    ),
    Broken("two rows of another year", plain(_both(_year(3), _year(9))), found=("impossible_time",)),
    Broken(
        "a single date and past midnight",
        csv(
            [[a, b, c[:10], "23:50", "00:20"] for a, b, c, _ in rows()[::2]],
            "Biển số,Công đoạn,Ngày,Bắt đầu,Kết thúc",
        ).encode(),
        found=("next_day",),
    ),
    Broken(
        "dates without a time of day",
        csv([[a, b, c[:10]] for a, b, c, _ in rows()], "Biển số,Công đoạn,Ngày").encode(),
        found=("no_clock",),
    ),
    Broken(
        "times of day without a date",
        csv([[a, b, c[11:], d[11:]] for a, b, c, d in rows()]).encode(),
        refused="add a column with the date",
        told={"started": "Bắt đầu", "ended": "Kết thúc"},
    ),
    Broken(
        "one desk's clock is behind by an hour",
        csv(_behind(), "Biển số,Công đoạn,Quầy,Bắt đầu,Kết thúc").encode(),
        found=("desk_overlap",),
        cases=30,
    ),
    Broken("columns nobody knows", csv(rows(), "A,B,C,D").encode(), refused="--column case="),
    Broken(
        "a role that names no column",
        plain(),
        refused="did you mean 'Công đoạn'",
        told={"activity": "Công đoan"},
    ),
    # ---- workbooks
    Broken("dates of a sheet", workbook(_table(), dates=True), suffix=".xlsx"),
    Broken("dates that lost their format", workbook(_table()), suffix=".xlsx"),
    Broken(
        "merged cells",
        workbook(_merged(), tuple(f"A{n}:A{n + 1}" for n in range(2, 42, 2)), dates=True),
        suffix=".xlsx",
    ),
    Broken(
        "a merged title",
        workbook([["BÁO CÁO", "", "", ""], *_table()], ("A1:D1",), dates=True),
        suffix=".xlsx",
    ),
    Broken(
        "a workbook cut short",
        workbook(_table())[:400],
        refused="damaged, cut short or locked",
        suffix=".xlsx",
    ),
    Broken("another zip", b"PK\x05\x06" + b"\x00" * 18, refused="no Excel workbook", suffix=".xlsx"),
    # ---- logs of other programs
    Broken("xes", xes(), suffix=".xes"),
    Broken("xes compressed", gzip.compress(xes()), suffix=".xes.gz"),
    Broken("xes cut short", xes(cut=True), refused="damaged or cut short", suffix=".xes"),
    Broken("ocel", ocel(), suffix=".json"),
    Broken("ocel cut short", ocel(cut=True), refused="damaged or cut short", suffix=".json"),
    Broken("json that is no ocel", ocel(known=False), refused="has no row with a case", suffix=".json"),
)
