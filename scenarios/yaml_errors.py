"""What the YAML parser complains of, in plain words of both languages: its own are for programmers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from scenarios.errors import Problem
from scenarios.resolved import Label


@dataclass(frozen=True, slots=True)
class Complaint:
    """One usual mistake: how both of PyYAML's parsers put it, and how a planner reads it.

    `{line}` in the words is where the thing began that is not finished, `{sign}` the sign at the place.
    """

    pattern: str
    message: Label
    remedy: Label


TAB = Complaint(
    r"\btab\b|\\t",
    Label(vi="có phím tab ở đầu dòng", en="a tab at the beginning of a line"),
    Label(vi="hãy thay tab bằng dấu cách", en="replace the tab by spaces"),
)

LEFTOVER = Complaint(
    r"",
    Label(
        vi="có chữ thừa ngay trước hoặc sau '{sign}'",
        en="something left over at '{sign}', after a whole value",
    ),
    Label(
        vi="hãy bỏ chữ thừa, hoặc đặt cả đoạn chữ trong ngoặc kép",
        en="remove it, or put the whole text in quotes",
    ),
)

INDENTATION = Complaint(
    r"block mapping.*(expected key|<block end>)",
    Label(vi="thụt đầu dòng không khớp với các dòng trên", en="an indentation that no line above it has"),
    Label(
        vi="hãy thụt các khóa cùng nhóm bằng nhau, bằng dấu cách",
        en="indent the keys of one group alike, with spaces",
    ),
)

USUAL = (
    TAB,
    Complaint(
        r"quoted scalar.*end of stream",
        Label(
            vi="dấu ngoặc kép mở ở dòng {line} chưa đóng",
            en="the quotation mark of line {line} is not closed",
        ),
        Label(vi="hãy đóng ngoặc kép ở cuối đoạn chữ", en="close the quotation mark at the end of the text"),
    ),
    Complaint(
        r"flow (sequence|mapping)",
        Label(
            vi="dấu ngoặc mở ở dòng {line} chưa đóng, hoặc thiếu dấu phẩy trong đó",
            en="the bracket of line {line} is not closed, or lacks a comma",
        ),
        Label(vi="hãy viết [a, b] hoặc {{a: 1, b: 2}}", en="write [a, b] or {{a: 1, b: 2}}"),
    ),
    Complaint(
        r"flow node",
        Label(vi="thiếu giá trị trước '{sign}'", en="a value is missing before '{sign}'"),
        Label(
            vi="hãy bỏ dấu phẩy thừa, hoặc điền giá trị", en="remove the extra comma, or fill in the value"
        ),
    ),
    Complaint(
        r"mapping values are not allowed",
        Label(vi="dấu hai chấm ở chỗ không thể có khóa", en="a colon where no key can be"),
        Label(
            vi="hãy đặt chữ có dấu hai chấm trong ngoặc kép; khóa thì viết ở dòng riêng, thụt đúng tầng",
            en="put a text with a colon in quotes; give a key its own line with the indentation of its level",
        ),
    ),
    Complaint(
        r"simple key.*expected ':'",
        Label(vi="dòng {line} thiếu dấu hai chấm sau khóa", en="line {line} lacks the colon after its key"),
        Label(vi="hãy viết 'khóa: giá trị'", en="write 'key: value'"),
    ),
    INDENTATION,
    Complaint(
        r"block collection|sequence entries",
        Label(vi="danh sách viết chưa đúng", en="a list that is not written as one"),
        Label(
            vi="hãy viết mỗi mục ở một dòng riêng '- mục', các dấu '-' thụt bằng nhau",
            en="write each item on a line of its own, '- item', every '-' indented alike",
        ),
    ),
    Complaint(
        r"cannot start any token",
        Label(vi="có giá trị bắt đầu bằng '{sign}'", en="a value that begins with '{sign}'"),
        Label(vi="hãy đặt nó trong ngoặc kép", en="put it in quotes"),
    ),
    Complaint(
        r"escape character|hexdecimal|hexadecimal",
        Label(vi="dấu '\\' lạ trong ngoặc kép", en="an unknown '\\' within quotes"),
        Label(vi="hãy viết '\\\\', hoặc dùng ngoặc đơn '…'", en="write '\\\\', or use single quotes '…'"),
    ),
    Complaint(
        r"an (alias|anchor)",
        Label(vi="dấu '*' hoặc '&' không kèm tên", en="a '*' or '&' without a name"),
        Label(vi="hãy đặt chữ ấy trong ngoặc kép", en="put the text in quotes"),
    ),
)

OTHER = Complaint(
    r"",
    Label(
        vi="không đọc tiếp được từ '{sign}' (“{said}”)", en="it cannot be read on from '{sign}' (“{said}”)"
    ),
    Label(
        vi="hãy xem dấu hai chấm, thụt đầu dòng (dấu cách, không phải tab) và ngoặc ở chỗ đó",
        en="look at the colons, the indentation (spaces, no tabs), the brackets and quotes there",
    ),
)


def told(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """The problem that a complaint of the parser is, at the place where it gave up."""
    said = " ".join(part for part in (error.context, error.problem) if part)
    mark, begun = error.problem_mark, error.context_mark or error.problem_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    written = (text.split("\n")[mark.line : mark.line + 1] or [""])[0] if mark else ""
    sign = written[mark.column : mark.column + 1] if mark else ""
    complaint = _complaint(said, sign, written[: mark.column] if mark else "")
    words = {"line": begun.line + 1 if begun else "?", "sign": sign or "…", "said": said}
    message, remedy = ({n: getattr(label, n).format(**words) for n in ("vi", "en")}
                       for label in (complaint.message, complaint.remedy))  # fmt: skip
    return Problem(
        "", "",
        Label(vi=f"không phải là YAML đúng: {message['vi']}", en=f"is not valid YAML: {message['en']}"),
        Label(**remedy), line, column,
    )  # fmt: skip


def _complaint(said: str, sign: str, before: str) -> Complaint:
    """The usual mistake that the parser means; `before` is what stands before the place in its line."""
    if sign == "\t" and not before.strip():
        return TAB
    found = next((usual for usual in USUAL if re.search(usual.pattern, said)), OTHER)
    return LEFTOVER if found is INDENTATION and before.strip() else found
