"""The recorded and the simulated gate as two Time Release Studies; how large the next must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from metrics.fitted.fit import window_of
from metrics.recorded.findings import unreadable
from metrics.recorded.log import DAY, MISSING, Recorded
from metrics.recorded.replayed import replayed
from metrics.recorded.study import Interval, Sample, cases_of, compare, intervals, parts_at, too_few
from metrics.recorded.visited import alone, often, renamed, visits
from metrics.sample_size import Spread, plan, spread_of
from platform_api.log_reading import read_log
from platform_api.trs_answer import Planned, Twin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.resolved import Resolved

APART = 1_000_000
"""Days between replications, so that no day of one is taken for a day of another."""

A_DAY = (10, 25, 50, 100, 1_000_000)
"""Trucks timed on a day, of the plans that are offered; the last: all of them."""


@dataclass(frozen=True, slots=True)
class LogAsked:
    """How a log is read."""

    file: Path
    told: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    sheet: str | None = None
    zone: str = "Asia/Ho_Chi_Minh"


def compared(asked: LogAsked, other: Path | Resolved, seed: int = 1, replications: int = 3) -> Twin:
    """A log beside a scenario, or beside another log.

    Raises
    ------
    LogError
        If a file cannot be read as a log, or the two have no step or no flow in common.
    """
    log = read_log(asked.file, asked.told, asked.sheet, asked.zone).log
    window = window_of(log)
    first = _told(log, window.start, window.end)
    if isinstance(other, Path):
        twin = read_log(other, asked.told, asked.sheet, asked.zone).log
        second, name = _told(twin, *_own_window(twin)), twin.name
    else:
        second, name = _simulated(other, seed, replications), other.name
    second = renamed(first, second)
    if not {i.step for i in first if i.step} & {i.step for i in second if i.step}:
        raise _nothing_common(asked.file, first, second)
    if not {i.flow for i in first} & {i.flow for i in second}:
        raise _no_common_flow(asked.file, first, second)
    found = compare(first, second, cases_of(log, window.start, window.end))
    labels = {each.key: each.label for each in (*log.steps, *log.flows)}
    begin, end = (str(np.datetime64(t, "ms").astype("datetime64[D]")) for t in (window.start, window.end))
    simulated = not isinstance(other, Path)
    return Twin(
        log.name,
        name,
        labels,
        begin,
        end,
        log.findings,
        tuple(found),
        parts_at(found),
        tuple(often(first, second)),
        tuple(alone(first, second)),
        too_few(first, second),
        seed if simulated else None,
        replications if simulated else 0,
    )


def _told(log: Recorded, begin: int, end: int) -> dict[Interval, Sample]:
    """Times and visits."""
    return intervals(log, begin, end) | visits(log, begin, end)


def _own_window(log: Recorded) -> tuple[int, int]:
    window = window_of(log)
    return window.start, window.end


def _simulated(scenario: Resolved, seed: int, replications: int) -> dict[Interval, Sample]:
    """The intervals of some replications, put together."""
    from sim.run import run

    found: dict[Interval, list[Sample]] = {}
    for number in range(replications):
        log = replayed(scenario, run(scenario, seed, number).log)
        start = int(np.datetime64(scenario.clock.start.replace(" ", "T"), "ms").astype(np.int64))
        end = start + (scenario.clock.window or 0) if scenario.clock.window else log.span[1] + 1
        for interval, told in _told(log, start, end).items():
            found.setdefault(interval, []).append(Sample(told.times, told.day + number * APART))
    return {
        interval: Sample(np.concatenate([s.times for s in told]), np.concatenate([s.day for s in told]))
        for interval, told in found.items()
    }


def _nothing_common(
    file: Path, first: Mapping[Interval, object], second: Mapping[Interval, object]
) -> Exception:
    mine, theirs = (", ".join(sorted({i.step for i in side if i.step})[:8]) for side in (first, second))
    return unreadable(
        file.name, mine, f"không có bước nào trùng tên với bên kia ({theirs})",
        f"has no step in common with the other side ({theirs})",
        "hãy đặt cùng tên bước, hoặc khớp một kịch bản từ chính sổ này: cuakhau fit",
        "call the steps alike, or fit a scenario to this very log: cuakhau fit",
    )  # fmt: skip


def _no_common_flow(
    file: Path, first: Mapping[Interval, object], second: Mapping[Interval, object]
) -> Exception:
    mine, theirs = (", ".join(sorted({i.flow for i in side})[:8]) for side in (first, second))
    return unreadable(
        file.name, mine, f"không có luồng nào trùng tên với bên kia ({theirs}), nên không so được",
        f"has no flow called as one of the other side ({theirs}), so the two cannot be compared",
        "hãy ghi tên luồng của bên kia vào một cột rồi chỉ cột ấy: --column flow='TÊN CỘT'",
        "write the names of the other side's flows in a column and name it: --column flow='NAME OF COLUMN'",
    )  # fmt: skip


# ---- how large the next study must be --------------------------------------------------------------------


def planned(asked: LogAsked, half_width: float, flow: str | None = None, level: float = 0.95) -> Planned:
    """Plans for the next study, from the spread of a log; `half_width` is what is wanted [s].

    Raises
    ------
    LogError
        If the log cannot be read, has no such flow or too few days.
    """
    log = read_log(asked.file, asked.told, asked.sheet, asked.zone).log
    names = [each.key for each in log.flows]
    if flow is not None and flow not in names:
        raise unreadable(
            asked.file.name, flow, f"không có luồng '{flow}'", f"has no flow '{flow}'",
            f"hãy chọn một trong: {', '.join(names)}", f"choose one of: {', '.join(names)}",
        )  # fmt: skip
    which = names.index(flow) if flow else int(np.bincount(log.flow).argmax())
    spread = spread_of_log(log, which)
    if spread is None:
        raise unreadable(
            asked.file.name,
            "",
            "có chưa đủ hai ngày với hai xe xong việc",
            "has not two days with two cases that were done",
            "cần sổ của nhiều ngày hơn",
            "a log of more days is needed",
        )
    plans = [p for p in (plan(spread, half_width, n, level) for n in A_DAY) if p is not None]
    unique = {(p.days, p.a_day): p for p in plans}
    return Planned(log.name, log.flows[which].label, spread, half_width, level, tuple(unique.values()))


def spread_of_log(log: Recorded, flow: int) -> Spread | None:
    """The spread of stays between and within the days on which cases were done."""
    window = window_of(log)
    left = log.left
    mine = (log.flow == flow) & (left != MISSING) & (left >= window.start) & (left < window.end)
    try:
        return spread_of((left - log.arrived)[mine] / 1000, left[mine] // DAY)
    except ValueError:
        return None


__all__ = ["LogAsked", "compared", "planned", "spread_of_log"]
