"""Damage that the rest of a case puts right: clocks that are off, rows that do not say what was done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from metrics.fitted.batches import batches
from metrics.recorded.log import DAY, HOUR, MISSING, Recorded
from tests.metrics.fitted.loops import Rows, read_rows

HEAD = ["case", "flow", "step", "activity", "resource", "joined", "started", "ended", "outcome"]
WAY = (("papers", "clerks"), ("scan", "scanner"), ("inspect", "teams"), ("exit", "gate"))


def at(ms: int) -> str:
    return str(np.datetime64(ms, "ms")).replace("T", " ") if ms != MISSING else ""


def cases(count: int) -> list[list[tuple[str, str, int, int]]]:
    """(step, pool, joined, ended) of each visit; each begins as the one before ends."""
    luck = np.random.default_rng(3)
    found = []
    for n in range(count):
        time = 19_000 * DAY + n * HOUR // 7
        visits = []
        for step, pool in WAY:
            took = int(luck.integers(60_000, 900_000))
            visits.append((step, pool, time, time + took))
            time += took
        found.append(visits)
    return found


def rows_of(visits: Sequence[Sequence[tuple[str, str, int, int]]], off: dict[tuple[int, int], int]) -> Rows:
    """Rows of a log; off : (case, place) → by how much its clock is ahead [ms]."""
    rows = [HEAD]
    for n, case in enumerate(visits):
        for k, (step, pool, joined, ended) in enumerate(case):
            times = [at(t + off.get((n, k), 0)) for t in (joined, joined, ended)]
            rows.append([f"case {n}", "truck", step, step, pool, *times, "completed"])
    return rows


def all_right(log: Recorded, visits: Sequence[Sequence[tuple[str, str, int, int]]]) -> float:
    """The share of visits that stand with their true times."""
    true = sorted(joined for case in visits for _, _, joined, _ in case)
    return float(np.isin(np.array(true), log.joined).mean()) if len(log.joined) == len(true) else 0.0


def test_a_clock_that_is_off_is_put_right_wherever_it_stands_in_a_case() -> None:
    """One row within a case, two in a run, the first, the last, the last two: five kinds, each ten times."""
    visits = cases(600)
    kinds = ((1,), (1, 2), (0,), (3,), (2, 3))
    off = {(10 * n + m, k): 7 * HOUR for n in range(10) for m, places in enumerate(kinds) for k in places}
    log = read_rows(rows_of(visits, off))
    assert all_right(log, visits) == 1.0
    assert next(f for f in log.findings if f.kind == "clock_shift").count == len(off)


def test_gaps_of_the_gate_itself_are_no_clocks() -> None:
    """Of waits between steps that nobody logged none is moved, though some last whole half hours."""
    luck = np.random.default_rng(4)
    visits = cases(400)
    for case in visits:
        later = 0
        for k, (step, pool, joined, ended) in enumerate(case):
            later += int(luck.choice([0, 0, HOUR // 2, HOUR, 7 * HOUR, 1_234_567]))
            case[k] = step, pool, joined + later, ended + later
    assert all_right(read_rows(rows_of(visits, {})), visits) == 1.0


def test_a_row_without_a_step_gets_the_one_that_the_others_had_there() -> None:
    visits = cases(500)
    rows = rows_of(visits, {})
    lacking = range(7, len(rows), 37)
    true = [rows[line][2] for line in lacking]
    for line in lacking:
        rows[line][2] = rows[line][3] = ""
    log = read_rows(rows)
    assert len(log.case) == 4 * 500
    counts = {step.key: int((log.step == code).sum()) for code, step in enumerate(log.steps)}
    assert counts == dict.fromkeys([step for step, _ in WAY], 500)
    assert next(f for f in log.findings if f.kind == "no_step").count == len(true)


def test_a_row_without_a_step_that_may_have_been_two_is_left_out() -> None:
    visits = cases(500)
    rows = rows_of(visits, {})
    for line in range(1, len(rows)):
        rows[line][4] = ""  # nobody says at which desk
        if rows[line][2] == "scan" and (line // 4) % 2:
            rows[line][2] = rows[line][3] = "x_ray"
    for line in range(2, len(rows), 40):
        rows[line][2] = rows[line][3] = ""
    log = read_rows(rows)
    assert next(f for f in log.findings if f.kind == "lost_step").count == len(range(2, len(rows), 40))


# ---- those who wait for each other ----------------------------------------------------------------------


def waiting(joined: np.ndarray, ended: np.ndarray) -> Recorded:
    """A log of one step at which nobody serves."""
    rows = [["case", "step", "activity", "joined", "started", "ended", "outcome"]]
    rows += [
        [f"c{n}", "wait", "wait", at(int(a)), at(int(b)), at(int(b)), "completed"]
        for n, (a, b) in enumerate(zip(joined, ended, strict=True))
    ]
    return read_rows(rows)


def left_together(joined: np.ndarray, ended: np.ndarray) -> object:
    log = waiting(joined, ended)
    return batches(log, np.ones(len(log.case), bool))


def test_a_timetable_and_a_number_are_found_and_chance_is_neither() -> None:
    luck = np.random.default_rng(5)
    joined = np.sort(19_000 * DAY + luck.integers(0, 28 * DAY, 1500))
    nine, fifteen = 9 * HOUR, 15 * HOUR
    times = np.array([d * DAY + t for d in range(19_000, 19_035) if d % 7 != 3 for t in (nine, fifteen)])
    by_clock = left_together(joined, times[np.searchsorted(times, joined)])
    assert by_clock is not None
    closed = (19_000 + 3) % 7  # the weekday of which d % 7 == 3 is one
    shut = next(d for d in range(7) if (19_000 + (d - closed)) % 7 == 3)
    assert [day for day in range(7) if not by_clock.times[day]] == [shut]  # type: ignore[attr-defined]
    assert all(day in ((nine, fifteen), ()) for day in by_clock.times)  # type: ignore[attr-defined]
    assert not by_clock.limited  # type: ignore[attr-defined]
    by_number = left_together(joined, np.repeat(joined[19::20], 20))
    assert by_number is not None
    assert (by_number.number, by_number.limited) == (20, True)  # type: ignore[attr-defined]
    assert left_together(joined, joined + luck.integers(HOUR, 3 * HOUR, 1500)) is None


# ---- another year ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [2, 12])
def test_rows_of_another_year_do_not_stretch_the_log(rows: int) -> None:
    visits = cases(120)
    off = {(9 * n, k): -365 * DAY for n in range(rows // 2) for k in (1, 2)}
    log = read_rows(rows_of(visits, off))
    days = (log.span[1] - log.span[0]) // DAY
    assert days < 2
    assert next(f for f in log.findings if f.kind == "impossible_time").count == rows
    assert len(log.case) == 4 * 120


def test_two_seasons_both_stand() -> None:
    visits = cases(200)
    off = {(n, k): -365 * DAY for n in range(60) for k in range(4)}
    log = read_rows(rows_of(visits, off))
    assert not [f for f in log.findings if f.kind == "impossible_time"]
    assert (log.span[1] - log.span[0]) // DAY >= 365
