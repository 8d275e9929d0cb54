"""Damage of other kinds than wrong times: rows that are lacking, wrong plates, desks whose clock is off."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from metrics.recorded.findings import Finding
from metrics.recorded.log import HOUR, Recorded
from tests.metrics.fitted.loops import Rows, read_rows
from tests.metrics.recorded.test_mending import all_right, cases, rows_of

MINUTE = 60_000


def found(log: Recorded, kind: str) -> Finding | None:
    return next((f for f in log.findings if f.kind == kind), None)


def ways(log: Recorded) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(log.steps[s].key for s in log.step[a:b])
        for a, b in zip(log.first[:-1], log.first[1:], strict=True)
    )


ALL = ("papers", "scan", "inspect", "exit")


# ---- rows that were left out ----------------------------------------------------------------------------


def test_rows_that_are_lacking_are_told_and_filled_where_all_others_went_one_way() -> None:
    visits = cases(400)
    rows = rows_of(visits, {})
    lost = [line for line in range(1, len(rows)) if rows[line][2] in ("scan", "inspect") and line % 23 == 0]
    log = read_rows([row for line, row in enumerate(rows) if line not in lost])
    assert ways(log) == {ALL: 400}
    told = found(log, "row_filled")
    assert told is not None
    assert told.count == len(lost)
    assert all_right(log, visits) == 1.0


def test_a_hole_that_two_steps_could_fill_is_told_and_left() -> None:
    visits = cases(400)
    rows = rows_of(visits, {})
    for line in range(1, len(rows)):
        if rows[line][2] == "scan" and (line // 4) % 2:
            rows[line][2] = rows[line][3] = "x_ray"
    lost = [line for line in range(1, len(rows)) if rows[line][2] in ("scan", "x_ray") and line % 20 == 2]
    log = read_rows([row for line, row in enumerate(rows) if line not in lost])
    told = found(log, "row_lost")
    assert told is not None
    assert told.count == len(lost)
    assert len(log.case) == 4 * 400 - len(lost)


def test_a_healthy_log_has_no_holes() -> None:
    log = read_rows(rows_of(cases(300), {}))
    assert not {f.kind for f in log.findings} - {"unfinished"}


# ---- wrong plates ---------------------------------------------------------------------------------------


def mistyped(rows: Rows, lines: list[int]) -> Rows:
    """The plates of some rows with a letter more."""
    made = [list(row) for row in rows]
    for line in lines:
        made[line][0] += "x"
    return made


@pytest.mark.parametrize("step", ALL)
def test_a_row_under_a_wrong_plate_is_given_back(step: str) -> None:
    visits = cases(400)
    rows = rows_of(visits, {})
    wrong = [line for line in range(1, len(rows)) if rows[line][2] == step and (line // 4) % 15 == 7]
    log = read_rows(mistyped(rows, wrong))
    told = found(log, "mistyped")
    assert told is not None
    assert told.count == len(wrong)
    assert ways(log) == {ALL: 400}
    assert all_right(log, visits) == 1.0


def test_two_rows_in_a_row_under_a_wrong_plate_are_given_back() -> None:
    rows = rows_of(cases(400), {})
    firsts = [line for line in range(1, len(rows)) if rows[line][2] == "scan" and (line // 4) % 15 == 7]
    log = read_rows(mistyped(rows, [*firsts, *(line + 1 for line in firsts)]))
    assert ways(log) == {ALL: 400}


# ---- a desk whose clock is off throughout ---------------------------------------------------------------


@pytest.mark.parametrize("off", [13 * MINUTE, -4 * MINUTE, 7 * HOUR])
@pytest.mark.parametrize("place", [1, 2])
def test_a_desk_whose_clock_is_off_throughout_is_put_right(place: int, off: int) -> None:
    visits = cases(300)
    log = read_rows(rows_of(visits, {(n, place): off for n in range(300)}))
    told = found(log, "desk_clock")
    assert told is not None
    assert told.count == 300
    assert all_right(log, visits) == 1.0


def test_the_last_desk_is_put_right_where_it_began_before_they_came() -> None:
    visits = cases(300)
    log = read_rows(rows_of(visits, {(n, 3): -9 * MINUTE for n in range(300)}))
    assert found(log, "desk_clock") is not None
    assert all_right(log, visits) == 1.0


def test_a_way_of_nine_minutes_is_no_clock() -> None:
    visits = cases(300)
    for case in visits:
        step, pool, joined, ended = case[3]
        case[3] = step, pool, joined + 9 * MINUTE, ended + 9 * MINUTE
    log = read_rows(rows_of(visits, {}))
    assert found(log, "desk_clock") is None
    assert all_right(log, visits) == 1.0


def test_where_nobody_wrote_down_when_they_came_a_desk_that_overlaps_is_told() -> None:
    luck = np.random.default_rng(6)
    visits = cases(300)
    for case in visits:
        later = 0
        for k, (step, pool, joined, ended) in enumerate(case):
            later += int(luck.integers(0, 3 * MINUTE))
            case[k] = step, pool, joined + later, ended + later
    rows = rows_of(visits, {(n, 2): -40 * MINUTE for n in range(300)})
    at = rows[0].index("joined")
    log = read_rows([[cell for k, cell in enumerate(row) if k != at] for row in rows])
    told = found(log, "desk_overlap")
    assert told is not None
    assert "of 'scanner' and 'teams' overlap" in told.what.en
