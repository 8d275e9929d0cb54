"""A log from a file: CSV, XLSX, XES or OCEL, told apart by what stands in it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from metrics.recorded import clocks, sheets
from metrics.recorded.clean import cleaned
from metrics.recorded.collect import NONE, Collector, outcome_of, pool_and_unit, transition_of
from metrics.recorded.columns import Columns, understand
from metrics.recorded.doubts import Table, doubts
from metrics.recorded.findings import unreadable
from metrics.recorded.log import MISSING, Recorded
from metrics.recorded.stamps import Stamps

ZONE = "Asia/Ho_Chi_Minh"

Told = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a log is to be read. key : of the pseudonyms · told : role → column · sheet : of a workbook."""

    key: bytes
    zone: str = ZONE
    told: Told = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A log, and what its columns were taken for (None of forms that say so themselves)."""

    log: Recorded
    columns: Columns | None
    header: tuple[str, ...] = ()


def read(file: Path, asked: Asked) -> Read:
    """The log in a file.

    Raises
    ------
    LogError
        If it cannot be read as one.
    OSError
        If the file cannot be opened.
    """
    head = _head(file)
    if head.startswith(b"<") and b"<log" in head:
        return _events(file, asked, "xes")
    if head.startswith((b"{", b"[")):
        return _events(file, asked, "ocel")
    return _table(file, asked)


def _head(file: Path) -> bytes:
    with file.open("rb") as raw:
        start = raw.read(4096)
    if start.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(file) as packed:
                start = packed.read(4096)
        except (OSError, EOFError):
            return start
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()


def _events(file: Path, asked: Asked, form: str) -> Read:
    from metrics.recorded import ocel, xes

    collector = Collector(asked.key)
    {"xes": xes.collect, "ocel": ocel.collect}[form](file, collector, asked.zone)
    return Read(_checked(file, cleaned(file.name, collector)), None)


def _table(file: Path, asked: Asked) -> Read:
    sheet, joined = clocks.with_dates(sheets.opened(file, asked.sheet))
    columns = understand(sheet.header, sheet.sample, asked.told, file.name, joined.dates)
    collector = Collector(asked.key)
    stamps = {name: _stamps(sheet, name, asked.zone) for name in _timed(columns)}
    table = Table(sheet, columns, stamps, joined)
    if columns.milestones:
        _collect_wide(table, collector)
    else:
        _collect_long(table, collector)
    log = _checked(file, cleaned(file.name, collector))
    return Read(
        replace(log, findings=(*log.findings, *doubts(table, log.rows))), columns, tuple(sheet.header)
    )


def _timed(columns: Columns) -> list[str]:
    single = (columns.joined, columns.started, columns.ended, columns.time)
    return [*filter(None, single), *columns.milestones]


def _stamps(sheet: sheets.Sheet, name: str, zone: str) -> Stamps:
    """How a column writes its times; refused if most of it cannot be read."""
    at = sheet.header.index(name)
    stamps = Stamps([row[at] for row in sheet.sample if at < len(row)], zone)
    if stamps.told and stamps.readable < 0.5:
        column = [row[at] for row in sheet.sample if at < len(row)]
        if clocks.is_clock_only(name, column):
            raise unreadable(
                f"{sheet.file}, {name}", column[0], "chỉ có giờ, không có ngày, và không cột nào có ngày",
                "has a time of day but no date, and no column has a date",
                "hãy thêm một cột ngày, như 2025-03-12 hoặc 12/03/2025",
                "add a column with the date, as 2025-03-12 or 12/03/2025",
            )  # fmt: skip
        line, cell = next(
            (k, row[at]) for k, row in enumerate(sheet.sample, 2) if at < len(row) and row[at].strip()
            and stamps.read(row[at]) <= MISSING + 1
        )  # fmt: skip
        raise unreadable(
            f"{sheet.file}, {name}", cell, "không đọc được như thời gian", "cannot be read as a time",
            "hãy viết như 2025-03-12 07:30 hoặc 12/03/2025 07:30, hoặc chỉ cột khác bằng --column",
            "write it as 2025-03-12 07:30 or 12/03/2025 07:30, or name another column with --column", line,
        )  # fmt: skip
    return stamps


def _collect_long(table: Table, into: Collector) -> None:
    """One row a visit, or one row an event where there is a life cycle."""
    sheet, columns, stamps = table.sheet, table.columns, table.stamps
    at = {name: k for k, name in enumerate(sheet.header)}
    place = {
        role: at[name] if isinstance(name := getattr(columns, role), str) else None
        for role in Columns.__slots__
    }
    cell = [place[r] for r in ("case", "flow", "activity", "step", "resource", "unit", "agency", "outcome")]
    width = max(p for p in [*place.values(), *(at[a] for a in columns.attributes)] if p is not None) + 1
    times = [
        (stamps[n].read, at[n]) if (n := getattr(columns, r)) else None
        for r in ("joined", "started", "ended")
    ]
    if columns.time and not any(times):
        times[2] = stamps[columns.time].read, at[columns.time]
    attributes = [(name.removeprefix("attribute_"), at[name]) for name in columns.attributes]
    cycle, numbers = place["lifecycle"], (place["visit"], place["segment"])
    one_date = table.one_date
    seen: set[int] = set()
    for line, row in sheet.rows:
        into.rows += 1
        if len(row) > len(at):
            table.note_longer(row, line)
        if len(row) < width:
            row = [*row, *([""] * (width - len(row)))]  # noqa: PLW2901
        case_name, flow, activity, step, pool, unit, agency, outcome = (
            row[p].strip() if p is not None else "" for p in cell
        )
        case = into.case(case_name, flow)
        if case not in seen and case != NONE:
            seen.add(case)
            for name, k in attributes:
                into.attribute(case, name, row[k].strip())
        if place["unit"] is None:
            pool, unit = pool_and_unit(pool)
        common = (
            into.step(step or activity, activity),
            into.pool(pool),
            into.units(unit),
            into.agencies(agency),
        )
        when = [each[0](row[each[1]]) if each else MISSING for each in times]
        if one_date and clocks.over_midnight(when):
            table.turned.append(line)
        if cycle is not None:
            into.event(case, *common, transition_of(row[cycle]), _first(when), line)
            continue
        told = [_whole(row[p]) if p is not None else 1 for p in numbers]
        into.visit(case, common[0], *told, *common[1:], outcome_of(outcome), *when, line)


def _first(when: list[int]) -> int:
    return next((time for time in (when[2], when[1], when[0]) if time != MISSING), MISSING)


def _whole(text: str) -> int:
    try:
        return int(float(text))
    except ValueError:
        return 1


def _collect_wide(table: Table, into: Collector) -> None:
    """One row a truck: each column of times is a step, done then; an empty cell: it did not go there."""
    sheet, columns, stamps = table.sheet, table.columns, table.stamps
    at = {name: k for k, name in enumerate(sheet.header)}
    case_at, flow_at = at[columns.case], at[columns.flow] if columns.flow else None
    for line, row in sheet.rows:
        cells = [*row, *([""] * (len(sheet.header) - len(row)))]
        case = into.case(cells[case_at].strip(), cells[flow_at].strip() if flow_at is not None else "")
        into.rows += 1
        if len(row) > len(at):
            table.note_longer(row, line)
        for name in columns.attributes:
            if case != NONE:
                into.attribute(case, name, cells[at[name]].strip())
        when = [stamps[name].read(cells[at[name]]) for name in columns.milestones]
        if table.one_date and clocks.over_midnight(when):
            table.turned.append(line)
        for name, time in zip(columns.milestones, when, strict=True):
            if time != MISSING:
                step = into.step(name)
                into.visit(case, step, 1, 1, NONE, NONE, NONE, 0, MISSING, MISSING, time, line)


def _checked(file: Path, log: Recorded) -> Recorded:
    """A log with something in it."""
    if len(log.case):
        return log
    raise unreadable(
        file.name, "", "không có dòng nào đủ mã, công việc và thời gian",
        "has no row with a case, something done and a time",
        "hãy xem các cột đã hiểu đúng chưa, chỉ lại bằng --column",
        "see whether its columns were understood, say so with --column",
    )  # fmt: skip
