"""Filled questionnaires read back: a workbook, the CSV saved from it, or the file that the web form saves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from metrics.elicited import Three
from metrics.recorded import sheets, xlsx
from metrics.recorded.findings import LogError, together, unreadable
from metrics.recorded.personal import plain
from platform_api.asking import cells, complaints
from platform_api.asking.layout import COLUMNS, HEAD, PAPER, WAITS
from platform_api.asking.questions import WHO, Question
from scenarios.errors import Flaw

Value = TypeVar("Value")

AT = {name: place for place, name in enumerate(COLUMNS)}
NUMBERS = ("least", "usual", "most")


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it was typed. where : column → how to find the cell"""

    code: str
    typed: Mapping[str, str]
    where: Callable[[str], tuple[str, int | None]]

    def said(self, name: str) -> str:
        """What stands in a column."""
        return self.typed.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of a week and how many are there: days from 0 for Monday, minutes after midnight."""

    days: tuple[int, ...]
    begin: int | None
    end: int | None
    three: Three | None = None


@dataclass(slots=True)
class Told:
    """What one person answered to one question; numbers in the unit asked.

    paper : whether work goes on on paper while the platform is down
    """

    three: Three | None = None
    shifts: list[Shift] = field(default_factory=list)
    paper: bool | None = None
    remark: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no answer."""
        return self.three is None and not self.shifts and self.paper is None


@dataclass(frozen=True, slots=True)
class Answers:
    """A filled questionnaire. who : position, years, date; the name stays in the file"""

    file: str
    agency: str
    who: dict[str, str]
    told: dict[str, Told]


def read(file: Path, scenario: str, questions: Mapping[str, Mapping[str, Question]]) -> Answers:
    """The answers of one person. questions : agency → code → question

    Raises
    ------
    LogError
        With everything in it that cannot be understood.
    """
    rows = list(_json_rows(file) if file.read_bytes()[:1] == b"{" else _table_rows(file))
    agency = _whose(file, rows, scenario, questions)
    reader = _Reader(file.name, questions[agency])
    for row in rows:
        reader.take(row)
    if reader.wrong:
        raise together(reader.wrong)
    told = {code: each for code, each in reader.told.items() if not each.is_empty or each.remark}
    return Answers(file.name, agency, reader.who, told)


# ---- rows of a file ---------------------------------------------------------------------------------------


def _table_rows(file: Path) -> Iterator[Row]:
    found, encoding = sheets.raw(file)
    if encoding == "xlsx":
        _refuse_merged(file)
    letters = encoding == "xlsx"
    for line, cells_ in found:
        typed = dict(zip(COLUMNS, cells_, strict=False))

        def where(name: str, line: int = line) -> tuple[str, int | None]:
            return (f"{'ABCDEFGHIJ'[AT[name]]}{line}", None) if letters else (name, line)

        if typed.get("code", "").strip():
            yield Row(typed["code"].strip(), typed, where)


def _refuse_merged(file: Path) -> None:
    """Merged cells hide which answer was meant."""
    wrong = [
        unreadable(
            f"{file.name}, {_cell(top, left)}:{_cell(bottom, right)}", "",
            "là các ô bị gộp: không biết số thuộc ô nào",
            "are merged cells: which of them is meant cannot be told",
            "hãy chọn các ô này, bấm 'Bỏ gộp ô' (Unmerge) rồi ghi từng ô",
            "select them, choose 'Unmerge cells', and fill in each",
        )
        for (top, left), (bottom, right) in xlsx.merged(file)
        if right >= AT["days"] and left <= AT["answer"] and (top, left) != (bottom, right)
    ]  # fmt: skip
    if wrong:
        raise together(wrong)


def _cell(line: int, column: int) -> str:
    return f"{chr(ord('A') + min(column, 25))}{line}"


def _json_rows(file: Path) -> Iterator[Row]:
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
        head, answers = f"{data['scenario']} / {data['agency']}", list(data["answers"])
        told = [{key: str(value) for key, value in each.items()} for each in answers]
        codes = [each.pop("code") for each in told]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise unreadable(
            file.name, "", "không phải tệp do phiếu hỏi trên web lưu, hoặc đã bị cắt ngang",
            "is no file that the web form saved, or was cut short",
            "hãy mở lại phiếu và bấm 'Lưu câu trả lời'", "open the form again and press 'Save the answers'",
        ) from None  # fmt: skip
    yield Row(HEAD, {"answer": head}, lambda _: (HEAD, None))
    for code, typed in zip(codes, told, strict=True):
        yield Row(code, typed, lambda name, code=code: (f"{code}, {name}", None))  # type: ignore[misc]


def _whose(
    file: Path, rows: Sequence[Row], scenario: str, questions: Mapping[str, Mapping[str, Question]]
) -> str:
    """The agency that a questionnaire was made for."""
    head = next((row.said("answer") for row in rows if row.code == HEAD), None)
    if head is None:
        raise unreadable(
            file.name, "", "không phải phiếu hỏi của chương trình này (mất cột A hoặc dòng đầu)",
            "is no questionnaire of this program (column A or the first lines are gone)",
            "hãy điền vào đúng tệp mà 'cuakhau intake' đã in ra, giữ nguyên cột A",
            "fill in the file that 'cuakhau intake' wrote, and leave column A as it is",
        )  # fmt: skip
    of, _, agency = head.partition(" / ")
    if of != scenario or agency not in questions:
        raise unreadable(
            file.name, head, f"là phiếu của '{of}', cơ quan '{agency}', không phải của '{scenario}'",
            f"is a questionnaire of '{of}', agency '{agency}', not of '{scenario}'",
            f"hãy đọc nó cùng kịch bản '{of}', hoặc in lại phiếu cho '{scenario}'",
            f"read it with the scenario '{of}', or print one for '{scenario}' again",
        )  # fmt: skip
    return agency


# ---- what the rows mean -----------------------------------------------------------------------------------


class _Reader:
    """Takes row after row, and notes whatever is wrong."""

    def __init__(self, file: str, questions: Mapping[str, Question]) -> None:
        self.file, self.questions = file, questions
        self.who: dict[str, str] = {}
        self.told: dict[str, Told] = {}
        self.wrong: list[LogError] = []

    def take(self, row: Row) -> None:
        """One line."""
        if row.code in WHO:
            if row.code != "who.name" and row.said("answer"):
                self.who[row.code] = row.said("answer")
            return
        question = self.questions.get(row.code)
        if question is None:
            if "." in row.code:
                self._note(row, "code", row.code, Flaw(row.code, *complaints.UNASKED))
            return
        told = self.told.setdefault(row.code, Told())
        before = len(self.wrong)
        self._fill(question, row, told)
        if len(self.wrong) == before and question.kind != "down" and row.said("answer"):
            told.remark = "; ".join(filter(None, (told.remark, row.said("answer"))))

    def _fill(self, question: Question, row: Row, told: Told) -> None:
        if question.kind in ("people", "hours"):
            shift = self._shift(question, row)
            told.shifts += [shift] if shift is not None else []
            if len(told.shifts) > 1 and any(each.begin is None for each in told.shifts):
                self._note(row, "from", "", Flaw("", *complaints.WHICH_SHIFT))
            return
        if question.kind == "down":
            told.paper = self._paper(row)
        told.three = self._three(question, row)
        if told.paper and told.three is None:
            self._note(row, "usual", "", Flaw("", *complaints.HOW_LONG))
        if told.paper is None and told.three is not None and question.kind == "down":
            told.paper = True

    def _paper(self, row: Row) -> bool | None:
        typed = plain(row.said("answer"))
        if not typed:
            return None
        if any(plain(word) in typed for word in PAPER):
            return True
        if any(plain(word) in typed for word in WAITS):
            return False
        self._note(row, "answer", row.said("answer"), Flaw(row.said("answer"), *complaints.WAIT_OR_PAPER))
        return None

    def _three(self, question: Question, row: Row) -> Three | None:
        typed = [row.said(name) for name in NUMBERS]
        if not any(typed):
            return None
        found = [self._number(question, row, name) for name in NUMBERS]
        if any(each is None for each in found):
            for name, text in zip(NUMBERS, typed, strict=True):
                if not text:
                    self._note(row, name, "", Flaw("", *complaints.ALL_THREE))
            return None
        low, usual, high = (float(each or 0) for each in found)
        if not low <= usual <= high:
            self._note(
                row, "least" if low > usual else "most", " / ".join(typed), Flaw("", *complaints.ORDER)
            )
            return None
        if question.kind in ("time", "down") and high == 0:
            self._note(row, "most", typed[2], Flaw("", *complaints.NO_TIME))
            return None
        return Three(low, usual, high)

    def _number(self, question: Question, row: Row, name: str) -> float | None:
        """In the unit asked; whole where things are counted."""
        if not row.said(name):
            return None
        found = self._try(row, name, cells.number)
        if found is None:
            return None
        value, typed = found
        try:
            value = self._in_unit(question, value, typed or self._unit_cell(question, row), row.said(name))
        except Flaw as flaw:
            self._note(row, name, row.said(name), flaw)
            return None
        if question.unit == "" and value != round(value):
            self._note(row, name, row.said(name), Flaw("", *complaints.WHOLE))
            return None
        if question.unit == "%" and value > 100:
            self._note(row, name, row.said(name), Flaw("", *complaints.PERCENT))
            return None
        return value

    def _unit_cell(self, question: Question, row: Row) -> str:
        return row.said("unit") if question.unit in cells.MS else ""

    def _in_unit(self, question: Question, value: float, typed: str, cell: str) -> float:
        if (
            not typed
            or typed == question.unit
            or (question.unit not in cells.MS and question.kind != "people")
        ):
            return value
        unit = cells.unit_of(typed)
        if question.unit not in cells.MS:
            return value
        if unit is None:
            raise cells.flaw(
                cell or typed, f"có '{typed}', không phải là đơn vị thời gian",
                f"has '{typed}', which is no unit of time",
                "hãy ghi giây, phút, giờ hoặc ngày", "write s, min, h or d",
            )  # fmt: skip
        return value * cells.MS[unit] / cells.MS[question.unit]

    def _shift(self, question: Question, row: Row) -> Shift | None:
        three = self._three(question, row) if question.kind == "people" else None
        hours = {name: row.said(name) for name in ("from", "to")}
        if not any(hours.values()) and not row.said("days") and three is None:
            return None
        days = self._try(row, "days", cells.days)
        if bool(hours["from"]) != bool(hours["to"]) or (question.kind == "hours" and not all(hours.values())):
            self._note(row, "to" if hours["from"] else "from", "", Flaw("", *complaints.BOTH_HOURS))
            return None
        if question.kind == "people" and three is None:
            if not any(row.said(name) for name in NUMBERS):
                self._note(row, "usual", "", Flaw("", *complaints.HOW_MANY))
            return None
        if not hours["from"]:
            if question.shifts or row.said("days"):
                self._note(row, "from", "", Flaw("", *complaints.WHICH_SHIFT))
            return Shift(tuple(range(7)), None, None, three)
        begin, end = (self._try(row, name, cells.time_of_day) for name in ("from", "to"))
        if begin is None or end is None or days is None:
            return None
        if begin == end:
            self._note(row, "to", hours["to"], Flaw("", *complaints.NO_HOURS))
            return None
        return Shift(days, begin, end, three)

    def _try(self, row: Row, name: str, parse: Callable[[str], Value]) -> Value | None:
        try:
            return parse(row.said(name))
        except Flaw as flaw:
            self._note(row, name, row.said(name), flaw)
            return None

    def _note(self, row: Row, name: str, value: Any, flaw: Flaw) -> None:
        place, line = row.where(name)
        question = self.questions.get(row.code)
        about = f" ({question.label.vi})" if question is not None else ""
        vi, en = flaw.message.vi, flaw.message.en
        self.wrong.append(
            unreadable(f"{self.file}, {place}{about}", value, vi, en, flaw.remedy.vi, flaw.remedy.en, line)
        )
