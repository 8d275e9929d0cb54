"""What of a table may have been read otherwise than it was meant, and what of it was not read at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.recorded import clocks, sheets
from metrics.recorded.columns import Columns, ignored
from metrics.recorded.findings import Finding
from metrics.recorded.stamps import Stamps
from scenarios.resolved import Label


@dataclass(slots=True)
class Table:
    """A table as it is read. turned : lines on which a clock turned midnight · longer : lines with cells
    beyond the last column
    """

    sheet: sheets.Sheet
    columns: Columns
    stamps: Mapping[str, Stamps]
    clocks: clocks.Clocks
    turned: list[int] = field(default_factory=list)
    longer: list[int] = field(default_factory=list)

    @property
    def one_date(self) -> bool:
        """Whether all times of a row share one column of dates."""
        of = self.columns
        return self.clocks.share_a_date([*filter(None, (of.joined, of.started, of.ended)), *of.milestones])

    def note_longer(self, row: Sequence[str], line: int) -> None:
        """Note a row with something beyond the last column."""
        if any(cell.strip() for cell in row[len(self.sheet.header) :]):
            self.longer.append(line)


def doubts(of: Table, rows: int) -> Iterator[Finding]:
    """All of them, once the rows have been read."""
    yield from _times(of)
    yield from _columns(of)
    if of.sheet.encoding == sheets.LEGACY:
        yield _found(
            "encoding", 1, 1, "tệp không phải UTF-8", "the file is not UTF-8",
            "đọc theo bảng mã Windows-1258; nếu chữ có dấu bị sai, hãy lưu lại dạng CSV UTF-8",
            "read as Windows-1258; if accented letters look wrong, save it as CSV UTF-8",
        )  # fmt: skip
    if of.sheet.unclosed:
        yield _found(
            "unclosed_quote", len(of.sheet.unclosed), rows, "dòng có dấu nháy kép không khép",
            "lines with a quote that is not closed",
            "đọc riêng từng dòng, bỏ dấu nháy ấy; không mất dòng nào",
            "each was read by itself, without that quote; no line is lost", of.sheet.unclosed[0],
        )  # fmt: skip
    if of.turned:
        yield _found(
            "next_day", len(of.turned), rows, "dòng có giờ qua nửa đêm trong khi chỉ ghi một ngày",
            "rows whose clock turned midnight beside a single date", "giờ sau được tính sang ngày hôm sau",
            "the later times count for the next day", of.turned[0],
        )  # fmt: skip
    if of.longer:
        yield _found(
            "longer_row", len(of.longer), rows, "dòng có ô nằm ngoài cột cuối cùng",
            "rows with a cell beyond the last column",
            "ô ấy bị bỏ; nếu cả dòng bị lệch cột (thừa dấu phân cách) hãy sửa rồi đọc lại",
            "that cell is left out; if the whole row is shifted (a separator too many), mend it and read on",
            of.longer[0],
        )  # fmt: skip


def _times(of: Table) -> Iterator[Finding]:
    doubtful = [name for name, each in of.stamps.items() if each.doubtful]
    if doubtful:
        names = ", ".join(doubtful)
        yield _found(
            "day_or_month", len(doubtful), len(of.stamps),
            f"cột không cho biết ngày hay tháng đứng trước: {names}",
            f"columns that do not tell day from month: {names}",
            "đọc là ngày/tháng/năm", "read as day/month/year",
        )  # fmt: skip
    at = {name: k for k, name in enumerate(of.sheet.header)}
    dated = [
        name for name in of.stamps
        if clocks.is_date_only([row[at[name]] for row in of.sheet.sample if at[name] < len(row)])
    ]  # fmt: skip
    if dated:
        names = ", ".join(dated)
        yield _found(
            "no_clock", len(dated), len(of.stamps), f"cột chỉ có ngày, không có giờ: {names}",
            f"columns with a date but no time of day: {names}",
            "đọc là nửa đêm: thời gian ngắn hơn một ngày, giờ làm và giờ đến không nói được gì",
            "read as midnight: times shorter than a day, working hours and hours of arrival tell nothing",
        )  # fmt: skip


def _columns(of: Table) -> Iterator[Finding]:
    personal, other = ignored(of.sheet.header, of.columns, of.clocks.dates)
    columns = len(of.sheet.header)
    if other:
        yield _found(
            "ignored_columns", len(other), columns, f"cột không dùng đến: {', '.join(other)}",
            f"columns that were ignored: {', '.join(other)}",
            "không ảnh hưởng gì; nếu là giờ, bước, quầy hay thuộc tính thì chỉ ra bằng --column",
            "they change nothing; if one is a time, a step, a desk or an attribute, say so with --column",
        )  # fmt: skip
    if personal:
        yield _found(
            "personal_columns", len(personal), columns,
            f"cột về người, biển số hay liên lạc: {', '.join(personal)}",
            f"columns of persons, plates or addresses: {', '.join(personal)}", "không giữ lại gì",
            "nothing of them is kept",
        )  # fmt: skip


def _found(
    kind: str, count: int, of: int, vi: str, en: str, vi_cost: str, en_cost: str, line: int | None = None
) -> Finding:
    example = "" if line is None else str(line)
    return Finding(kind, count, of, Label(vi, en), Label(vi_cost, en_cost), example)
