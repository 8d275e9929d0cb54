"""Work that can never start: it needs more than is ever on duty, or never all at one instant.

A start takes, need by need, the first written pool that has enough units free, and does not go back on it
(law §4). So what is free at an instant decides, and a greedy first need may leave nothing to the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any

from scenarios.capacity import called_in, levels, most_units
from scenarios.findings import Findings
from scenarios.resolved import Label, Need, Resolved, Step

MOST_WAYS = 4096
"""A step with more ways to choose its pools is not judged."""

Units = Mapping[str, int]
"""Pool → units."""

Note = Callable[[tuple[str, ...], Any, Label, Label], None]


def check_starts(scenario: Resolved, findings: Findings, *, cut_short: bool = False) -> None:
    """Note the steps whose work can never start; only a doubt where the run was cut short on demand."""
    most = most_units(scenario)
    note = _doubting(findings) if cut_short else findings.wrong
    for name, step in scenario.steps.items():
        _check_units(name, step, findings)
        alone = list(_short(step, most))
        for need in alone:
            _note_short(name, need, most, note)
        if not alone and not _starts_ever(name, step, scenario):
            _note_joint(name, step, most, note)


def _doubting(findings: Findings) -> Note:
    """What can never start in a run that was cut short may start in the scenario as it was written."""

    def note(path: tuple[str, ...], value: Any, message: Label, _: Label) -> None:
        findings.doubt(path, value, message, _LATER)

    return note


def _check_units(name: str, step: Step, findings: Findings) -> None:
    for pool, units in ((pool, units) for need in step.needs for pool, units in need.any_of):
        if units < 1:
            findings.wrong(
                ("steps", name, "resources"), f"{units} × {pool}",
                Label(vi=f"cần {units} × {pool}", en=f"needs {units} × {pool}"),
                Label(vi="hãy viết 1 hoặc hơn, hoặc bỏ nó", en="write 1 or more, or leave it out"),
            )  # fmt: skip


# ---- one thing that is short ----


def _short(step: Step, most: Units) -> Iterator[Need]:
    """Needs, and sums of needs without a choice, that are more than is ever on duty."""
    total: dict[str, int] = {}
    for need in step.needs:
        if len(need.any_of) == 1:
            pool, units = need.any_of[0]
            total[pool] = total.get(pool, 0) + units
        elif all(units > most[pool] for pool, units in need.any_of):
            yield need
    yield from (Need(((pool, units),)) for pool, units in total.items() if units > most[pool])


def _note_short(name: str, need: Need, most: Units, note: Note) -> None:
    wanted, there = _wanted(need), _there((pool for pool, _ in need.any_of), most)
    note(
        ("steps", name, "resources"), wanted,
        Label(vi=f"cần {wanted}, nhưng nhiều nhất chỉ có ({there}): không bao giờ bắt đầu được",
              en=f"needs {wanted}, but there are never more than ({there}): it can never start"),
        _MORE,
    )  # fmt: skip


# ---- several things, never at one instant ----


def _starts_ever(name: str, step: Step, scenario: Resolved) -> bool:
    """Whether at some instant of the run, with some of the units busy elsewhere, every need gets a pool."""
    if len(step.needs) < 2 or prod(len(need.any_of) for need in step.needs) > MOST_WAYS:
        return True
    pools = tuple(dict.fromkeys(pool for need in step.needs for pool, _ in need.any_of))
    lent = _lent(name, scenario)
    if any(called_in(pool, 0, scenario) for pool in pools):  # what rules call in has no calendar
        return True
    return any(
        _can_start(step.needs, {}, dict(zip(pools, level, strict=True)), lent)
        for level in levels(scenario, pools)
    )


def _lent(name: str, scenario: Resolved) -> frozenset[str]:
    """Pools of which fewer units than are on duty may be free: other work or a disruption takes some."""
    elsewhere = {
        pool
        for other, step in scenario.steps.items()
        for need in step.needs
        for pool, _ in need.any_of
        if other != name
    }
    hit = {target for d in scenario.disruptions.values() for kind, target in d.on if kind == "resource"}
    return frozenset(elsewhere | hit)


def _can_start(needs: tuple[Need, ...], used: Units, free: Units, lent: frozenset[str]) -> bool:
    """Whether the needs get their pools, one after the other, with at most `free` units free.

    To come to a later pool of a need, the earlier ones must be short: they are, or they are if lent units
    are away; then no more than the rest of them is free.
    """
    if not needs:
        return True
    for pool, units in needs[0].any_of:
        taken = used.get(pool, 0) + units
        if taken <= free[pool]:
            if _can_start(needs[1:], {**used, pool: taken}, free, lent):
                return True
            if pool not in lent or taken - 1 < used.get(pool, 0):
                return False
            free = {**free, pool: taken - 1}
    return False


def _note_joint(name: str, step: Step, most: Units, note: Note) -> None:
    wanted = " + ".join(_wanted(need) for need in step.needs)
    there = _there((pool for need in step.needs for pool, _ in need.any_of), most)
    note(
        ("steps", name, "resources"), wanted,
        Label(vi=f"cần cùng lúc {wanted}, nhưng không lúc nào đủ cả (nhiều nhất {there}; mỗi nhu cầu lấy "
                 "nhóm đầu tiên còn đủ): không bao giờ bắt đầu được",
              en=f"needs {wanted} at one instant, and never gets it (at most {there}; each need takes the "
                 "first pool that has enough): it can never start"),
        _TOGETHER,
    )  # fmt: skip


def _wanted(need: Need) -> str:
    return " / ".join(f"{units} × {pool}" for pool, units in need.any_of)


def _there(pools: Iterator[str], most: Units) -> str:
    return ", ".join(f"{pool}: {most[pool]}" for pool in dict.fromkeys(pools))


_MORE = Label(
    vi="hãy tăng 'capacity', xem lại lịch, hoặc cần ít hơn",
    en="raise the capacity, look at its calendar, or need fewer",
)
_TOGETHER = Label(
    vi="hãy cho các lịch trùng giờ, tăng 'capacity', hoặc viết trước trong 'any_of' nhóm mà nhu cầu khác "
    "không cần",
    en="let the calendars overlap, raise a capacity, or write first in 'any_of' a pool that no other need "
    "takes",
)
_LATER = Label(
    vi="đó là trong lần chạy bị rút ngắn này; hãy để nó đi xa hơn ('--until')",
    en="so it is in this run, which was cut short; let it go on for longer (--until)",
)
