"""The Time Release Study table as people read it: an interval at a time, coarse rows first, one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_api.formats import NBSP, Scale, number, scale_for
from platform_api.texts import pick

if TYPE_CHECKING:
    from platform_api.reading import Reading
    from platform_api.results import Interval

STATISTICS = ("sd", "p50", "p5", "p25", "p75", "p90", "p95", "max")
"""Columns after the mean, in their order."""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One stratum."""

    name: str
    level: int  # 0 all, 1 gate and direction, 2 finer
    n: str  # entities a day
    mean: str
    half_width: str
    statistics: tuple[str, ...]
    waiting: str


@dataclass(frozen=True, slots=True)
class StudyPart:
    """One interval between two milestones."""

    title: str
    unit: str
    rows: tuple[StudyRow, ...]

    @property
    def coarse(self) -> list[StudyRow]:
        """All, and gate by direction: what is read first."""
        return [row for row in self.rows if row.level < 2]

    @property
    def fine(self) -> list[StudyRow]:
        """By goods and channel too."""
        return [row for row in self.rows if row.level == 2]


def study(rows: Sequence[Interval], reading: Reading) -> list[StudyPart]:
    """The parts of the study, in the order of the results."""
    parts: dict[tuple[str, str], list[Interval]] = {}
    for row in rows:
        if row.n and (reading.crosses or row.begin != "crossed"):
            parts.setdefault((row.begin, row.end), []).append(row)
    return [_part(begin, end, found, reading) for (begin, end), found in parts.items()]


def _part(begin: str, end: str, rows: list[Interval], reading: Reading) -> StudyPart:
    scale = scale_for("s", [rows[0].statistics["mean"]])
    title = " → ".join(_milestone(name, reading) for name in (begin, end))
    return StudyPart(
        title, scale.unit_name(reading.language), tuple(_row(row, scale, reading) for row in rows)
    )


def _milestone(name: str, reading: Reading) -> str:
    """What a milestone is called; where nothing crosses a border, `crossed` is the end of the way."""
    from metrics.trs import MILESTONES

    if name == "crossed" and not reading.crosses:
        return reading.say("report.trs.completed")
    return pick(MILESTONES[name], reading.language)


def _row(row: Interval, scale: Scale, reading: Reading) -> StudyRow:
    def told(seconds: float | None) -> str:
        return "–" if seconds is None else scale.number(seconds, reading.language)

    level = 0 if not row.labels else 1 if set(row.labels) <= {"gate", "direction"} else 2
    share = row.share_waiting
    per_day = row.n / max(1, reading.result.replications)
    return StudyRow(
        name=reading.told(row.labels) or reading.say("result.everything"),
        level=level,
        n=number(per_day, 0 if per_day >= 10 else 1, reading.language),
        mean=told(row.statistics["mean"]),
        half_width="" if row.half_width is None else f"± {told(row.half_width)}",
        statistics=tuple(told(row.statistics[name]) for name in STATISTICS),
        waiting="–" if share is None else f"{number(100 * share, 0, reading.language)}{NBSP}%",
    )
