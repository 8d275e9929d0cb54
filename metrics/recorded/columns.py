"""What the columns of a table mean: told by a person, remembered, or guessed from their names.

The roles are few: whose row it is (`case`), what was done (`activity`), and when (`joined`, `started`,
`ended`; or one `time` with a `lifecycle`). A table with one row a truck has a column of times for each step
instead (`milestones`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from metrics.recorded import personal
from metrics.recorded.findings import LogError, together, unreadable
from metrics.recorded.personal import plain
from metrics.recorded.stamps import Stamps
from scenarios.errors import nearest

NAMES: dict[str, tuple[str, ...]] = {
    "case": (
        "case",
        "case id",
        "caseid",
        "case concept name",
        "case_id",
        "bien so",
        "bien so xe",
        "bien kiem soat",
        "so xe",
        "plate",
        "truck",
        "truck id",
        "vehicle",
        "ma ho so",
        "so ho so",
        "ma xe",
        "ma luot",
        "dossier",
        "order id",
        "ma don",
        "ma don hang",
        "to khai",
        "so to khai",
        "ma phuong tien",
        "container",
        "so container",
    ),
    "activity": (
        "activity",
        "concept name",
        "event",
        "task",
        "step name",
        "hoat dong",
        "buoc",
        "ten buoc",
        "cong doan",
        "cong viec",
        "thu tuc",
        "khau",
        "noi dung",
        "su kien",
        "trang thai",
    ),
    "step": ("step",),
    "joined": (
        "joined",
        "queued",
        "enqueued",
        "scheduled",
        "vao hang",
        "xep hang",
        "gio vao hang",
        "gio den buoc",
        "thoi gian cho tu",
        "schedule",
    ),
    "started": (
        "started",
        "start",
        "start time",
        "start timestamp",
        "begin",
        "bat dau",
        "gio bat dau",
        "thoi gian bat dau",
        "thoi diem bat dau",
        "tu luc",
    ),
    "ended": (
        "ended",
        "end",
        "end time",
        "complete",
        "completed",
        "complete timestamp",
        "finish",
        "finished",
        "ket thuc",
        "gio ket thuc",
        "thoi gian ket thuc",
        "thoi diem ket thuc",
        "hoan thanh",
        "xong",
        "den luc",
    ),
    "time": (
        "time",
        "timestamp",
        "time timestamp",
        "date",
        "datetime",
        "at",
        "when",
        "thoi gian",
        "thoi diem",
        "gio",
        "ngay gio",
        "ngay",
        "luc",
    ),
    "lifecycle": ("lifecycle", "lifecycle transition", "transition", "trang thai su kien", "vong doi"),
    "flow": ("flow", "loai hinh", "loai xe", "luong hang"),
    "resource": (
        "resource",
        "org resource",
        "officer",
        "user",
        "can bo",
        "nguoi thuc hien",
        "nhan vien",
        "nguoi xu ly",
        "lan",
        "quay",
        "cua",
        "desk",
        "counter",
    ),
    "unit": ("lane", "unit", "so quay"),
    "agency": ("agency", "org group", "department", "co quan", "don vi", "don vi xu ly", "phong ban"),
    "outcome": ("outcome", "ket qua"),
    "visit": ("visit",),
    "segment": ("segment",),
}
"""Role → what columns of it are called, without accents and odd signs."""

TIMES = ("joined", "started", "ended", "time")

OURS = ("admitted", "left", "mode", "batch", "amount", "blocked_by", "blocked_seconds", "wait_seconds",
        "service_seconds", "held_seconds")  # fmt: skip
"""Columns of our own tables that say nothing about a case."""

MOST_VALUES = 30
"""Values that an attribute has at the most."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Role → column. `milestones`: columns of times, one a step; `attributes`: what else is known."""

    case: str
    activity: str | None = None
    step: str | None = None
    joined: str | None = None
    started: str | None = None
    ended: str | None = None
    time: str | None = None
    lifecycle: str | None = None
    flow: str | None = None
    resource: str | None = None
    unit: str | None = None
    agency: str | None = None
    outcome: str | None = None
    visit: str | None = None
    segment: str | None = None
    milestones: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


ROLES = tuple(field.name for field in fields(Columns))


def understand(
    header: Sequence[str], sample: Sequence[Sequence[str]], told: Mapping[str, str | Sequence[str]],
    file: str, aside: frozenset[str] = frozenset(),
) -> Columns:  # fmt: skip
    """What the columns mean.

    Parameters
    ----------
    told : role → column, by a person or remembered; the rest is guessed · aside : columns of dates whose
        times of day stand in others

    Raises
    ------
    LogError
        If the case, what was done or when cannot be found, or what was told names no column.
    """
    found = _checked(header, told, file)
    cells = {name: [row[k] for row in sample if k < len(row)] for k, name in enumerate(header)}
    given = {name for value in found.values() for name in ([value] if isinstance(value, str) else value)}
    header = [name for name in header if name not in aside - given]
    times = [name for name in header if name not in given and _are_times(cells[name])]
    for role, names in NAMES.items():
        if role not in found:
            taken = {
                name for value in found.values() for name in ([value] if isinstance(value, str) else value)
            }
            match = _best(role, names, [name for name in header if name and name not in taken], times)
            if match is not None:
                found[role] = match
    return _completed(header, cells, times, found, file)


def _checked(
    header: Sequence[str], told: Mapping[str, str | Sequence[str]], file: str
) -> dict[str, str | tuple[str, ...]]:
    """What was told, with every column there."""
    wrong, found = [], {}
    for role, given in told.items():
        names = [given] if isinstance(given, str) else list(given)
        wrong += [no_column(file, name, header) for name in names if name not in header]
        found[role] = tuple(names) if role in ("milestones", "attributes") else names[0]
    if wrong:
        raise together(wrong)
    return found


def no_column(file: str, name: str, header: Sequence[str]) -> LogError:
    """That a table has no such column, with the nearest that it has."""
    near, listed = nearest(name, header), ", ".join(filter(None, header))
    return unreadable(
        file, name, f"không có cột '{name}'", f"has no column '{name}'",
        f"có phải ý bạn là '{near}'?" if near else f"các cột là: {listed}",
        f"did you mean '{near}'?" if near else f"its columns are: {listed}",
    )  # fmt: skip


def _best(role: str, names: tuple[str, ...], columns: list[str], times: list[str]) -> str | None:
    """The column that is called like a role: exactly, else by the words that it begins with."""
    if role in TIMES:
        columns = [name for name in columns if name in times]
    bare = {name: plain(name) for name in columns}
    for wanted in names:
        for name in columns:
            if bare[name] == wanted.replace("_", " "):
                return name
    if role in ("case", "activity", *TIMES):
        longest = sorted((n for n in names if len(n) > 4), key=len, reverse=True)
        for wanted in longest:
            for name in columns:
                if bare[name].startswith(wanted + " "):
                    return name
    return None


def _are_times(cells: Iterable[str]) -> bool:
    some = [cell for cell in cells if re.search(r"\d", cell)]
    if not some or all(re.fullmatch(r"\s*\d{1,4}([.,]\d+)?\s*", cell) for cell in some):
        return False
    stamps = Stamps(some)
    return (stamps.told > 0 and stamps.readable > 0.6 and stamps.kind != "serial") or _serials(some)


def _serials(cells: list[str]) -> bool:
    """Whether they look like dates of a sheet that lost their format: 45728.31."""
    return all(re.fullmatch(r"\s*4\d{4}[.,]\d+\s*", cell) for cell in cells)


def _completed(
    header: Sequence[str], cells: Mapping[str, list[str]], times: list[str],
    found: dict[str, str | tuple[str, ...]], file: str,
) -> Columns:  # fmt: skip
    if "activity" not in found and "step" in found:
        found["activity"] = found["step"]
    wide = "milestones" in found or ("activity" not in found and len(times) > 1)
    if wide and "milestones" not in found:
        found |= {"milestones": tuple(times)}
        for role in TIMES:
            found.pop(role, None)
    wrong = []
    if "case" not in found:
        wrong.append(
            _missing(
                file, header, "case", "cột mã xe hoặc hồ sơ", "the column that says which truck or dossier"
            )
        )
    if "activity" not in found and not wide:
        wrong.append(
            _missing(
                file, header, "activity", "cột tên công việc hoặc bước", "the column that says what was done"
            )
        )
    if not wide and not any(role in found for role in TIMES):
        wrong.append(_missing(file, header, "ended", "cột thời gian", "a column of times"))
    if wrong:
        raise together(wrong)
    columns = Columns(**found)  # type: ignore[arg-type]
    if "attributes" in found:
        return columns
    used = _used(columns)
    rest = tuple(n for n in header if n and n not in used and n not in times and _is_attribute(n, cells[n]))
    return replace(columns, attributes=rest)


def ignored(header: Sequence[str], columns: Columns, aside: frozenset[str]) -> tuple[list[str], list[str]]:
    """The columns that nothing is read of: those of persons and plates, and all others."""
    used = _used(columns) | aside | set(OURS)
    left = [name for name in header if name and name not in used]
    return [n for n in left if personal.is_column(n)], [n for n in left if not personal.is_column(n)]


def _used(columns: Columns) -> set[str]:
    """Every column that has a role."""
    told = [getattr(columns, role) for role in ROLES]
    return {name for each in told for name in ((each,) if isinstance(each, str) else each or ())}


def _missing(file: str, header: Sequence[str], role: str, vi: str, en: str) -> LogError:
    listed = ", ".join(filter(None, header)) or "–"
    return unreadable(
        file,
        listed,
        f"không tìm thấy {vi}; các cột là: {listed}",
        f"does not tell {en}; its columns are: {listed}",
        f"hãy chỉ ra: --column {role}='TÊN CỘT' (chỉ cần một lần)",
        f"say which: --column {role}='NAME OF COLUMN' (once is enough)",
    )


def _is_attribute(name: str, cells: list[str]) -> bool:
    if name in OURS or personal.is_column(name):
        return False
    values = {cell.strip() for cell in cells if cell.strip()}
    few = len(values) <= min(MOST_VALUES, max(2, len(cells) // 3))
    return few and not (values and all(re.fullmatch(r"-?\d+[.,]\d+", value) for value in values))
