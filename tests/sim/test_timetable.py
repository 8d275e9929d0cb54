"""The timetable: capacity, platforms, slow-downs and demand, set before anything moves (law §2, §4)."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.resolved import DAY, Disruption, Resolved, Resource, Shift
from sim.timetable import Row, occurrences, timetable
from tests.sim.build import NAME, chain, clock, even_day, flow, hours, platform, scenario, step
from tests.sim.gaps import EXPONENTIAL
from tests.sim.tell import trucks

BEGIN, END = -20, 200


def world(**parts: Any) -> Resolved:
    flows = {"a": flow(parts.pop("arrivals", trucks()), chain("desk"))}
    parts.setdefault("clock", clock(END, lead_in=-BEGIN))
    return scenario(flows, {"desk": step("wait")}, **parts)


def rows(told: Resolved, what: str, target: str, begin: int = BEGIN, end: int = END) -> list[tuple[int, int]]:
    """(time, value) of one target."""
    found = timetable(told, 1, 0, begin, end)
    assert list(found) == sorted(found, key=lambda row: row.time)
    return [(row.time, row.value) for row in found if (row.what, row.target) == (what, target)]


def at(steps: list[tuple[int, int]], instant: int) -> int:
    return [value for time, value in steps if time <= instant][-1]


def on(kind: Any, target: str, *when: tuple[int, int], **fields: Any) -> Disruption:
    """From … to …"""
    return Disruption(NAME, ((kind, target),), when=tuple((a, b - a) for a, b in when), **fields)


# ---- resources
def test_scheduled_units_are_the_sum_over_open_shifts() -> None:
    told = world(
        resources={"p": Resource(NAME, (Shift("day", 2), Shift("late", 3), Shift(None, 1)))},
        calendars={"day": hours((10, 100)), "late": hours((50, 150))},
    )
    expected = [(BEGIN, 1), (10, 3), (50, 6), (100, 4), (150, 1)]
    assert rows(told, "scheduled", "p") == expected
    assert rows(told, "capacity", "p") == expected


def test_a_shift_that_ends_as_an_equal_one_begins_is_no_change() -> None:
    told = world(
        resources={"p": Resource(NAME, (Shift("day", 2), Shift("late", 2)))},
        calendars={"day": hours((10, 100)), "late": hours((100, 150))},
    )
    assert rows(told, "scheduled", "p") == [(BEGIN, 0), (10, 2), (150, 0)]


def test_capacity_is_floored_once_and_then_loses_and_is_never_below_zero() -> None:
    """7 × 0.7 × 0.7 = 3.43: 3; floored one by one it would be 2. Less 2 is 1; less 4 is 0."""
    told = world(
        resources={"p": Resource(NAME, (Shift(None, 7),))},
        disruptions={
            "heat": on("resource", "p", (10, 90), factor=700),
            "smog": on("resource", "p", (20, 80), factor=700),
            "ill": on("resource", "p", (30, 70), lose=2),
            "strike": on("resource", "p", (40, 60), lose=2),
        },
    )
    assert rows(told, "capacity", "p") == [
        (BEGIN, 7), (10, 4), (20, 3), (30, 1), (40, 0), (60, 1), (70, 3), (80, 4), (90, 7),
    ]  # fmt: skip
    assert rows(told, "scheduled", "p") == [(BEGIN, 7)]


SPANS = st.lists(st.tuples(st.integers(-50, 220), st.integers(1, 90)), max_size=3).map(
    lambda spans: tuple((start, start + length) for start, length in spans)
)
HARM = st.tuples(SPANS, st.integers(0, 3), st.sampled_from([1000, 500, 333, 1500]))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=3), st.lists(HARM, max_size=3))
def test_capacity_at_every_instant_is_what_the_law_says(
    shifts: list[tuple[bool, int]], harms: list[tuple[tuple[tuple[int, int], ...], int, int]]
) -> None:
    told = world(
        resources={"p": Resource(NAME, tuple(Shift("day" if day else None, units) for day, units in shifts))},
        calendars={"day": hours((30, 90), (120, 160))},
        disruptions={
            f"d{n}": on("resource", "p", *spans, lose=lose, factor=factor)
            for n, (spans, lose, factor) in enumerate(harms)
        },
    )
    found = rows(told, "capacity", "p")
    assert [value for _, value in found] != []
    assert all(one[1] != other[1] for one, other in itertools.pairwise(found))
    for instant in range(BEGIN, END):
        open_now = 30 <= instant < 90 or 120 <= instant < 160
        units = sum(units for day, units in shifts if open_now or not day)
        active = [harm for harm in harms if any(a <= instant < b for a, b in harm[0])]
        for _, _, factor in active:
            units *= factor
        expected = max(0, units // 1000 ** len(active) - sum(lose for _, lose, _ in active))
        assert at(found, instant) == expected, instant


# ---- disruptions
def test_overlaps_of_one_disruption_count_once_and_those_that_touch_are_one() -> None:
    told = world(
        resources={"p": Resource(NAME, (Shift(None, 9),))},
        disruptions={
            "ill": on("resource", "p", (10, 40), (20, 30), (40, 50), (45, 60), lose=2),
            "flu": on("resource", "p", (20, 30), lose=3),
        },
    )
    assert list(occurrences(told, "ill", 1, 0, BEGIN, END)) == [(10, 60)]
    assert rows(told, "capacity", "p") == [(BEGIN, 9), (10, 7), (20, 4), (30, 7), (60, 9)]


def test_occurrences_are_cut_to_the_run() -> None:
    told = world(
        disruptions={"ill": on("platform", "net", (-90, -20), (-30, 5), (190, 500), (200, 210), down=True)}
    )
    assert list(occurrences(told, "ill", 1, 0, BEGIN, END)) == [(BEGIN, 5), (190, END)]


def test_one_disruption_may_hit_several_targets() -> None:
    storm = Disruption(
        NAME, (("platform", "net"), ("step", "desk"), ("flow", "a")), factor=1500, when=((10, 5),)
    )
    told = world(platforms={"net": platform()}, disruptions={"storm": storm})
    for what, target in (("platform", "net"), ("slow", "desk"), ("demand", "a")):
        assert rows(told, what, target) == [(BEGIN, 1000), (10, 1500), (15, 1000)]


def test_a_platform_is_down_if_anything_says_so_else_its_factors_multiply() -> None:
    told = world(
        platforms={"net": platform()},
        disruptions={
            "load": on("platform", "net", (10, 60), factor=2000),
            "more": on("platform", "net", (20, 50), factor=1500),
            "out": on("platform", "net", (30, 40), down=True),
        },
    )
    assert rows(told, "platform", "net") == [
        (BEGIN, 1000), (10, 2000), (20, 3000), (30, 0), (40, 3000), (50, 2000), (60, 1000),
    ]  # fmt: skip


def test_a_platform_that_is_up_is_never_rounded_to_down() -> None:
    """0.01 × 0.01 is nothing in per mille, but 0 would mean down."""
    fast = {f"d{n}": on("platform", "net", (10, 20), factor=10) for n in range(2)}
    told = world(platforms={"net": platform()}, disruptions=fast)
    assert rows(told, "platform", "net") == [(BEGIN, 1000), (10, 1), (20, 1000)]


def test_factors_of_one_step_multiply_and_are_floored_once_to_per_mille() -> None:
    """0.333 × 0.333 × 3 = 0.332667: 332 per mille; floored one by one it would be 330."""
    spans = [on("step", "desk", (10, 20), factor=factor) for factor in (333, 333, 3000)]
    told = world(disruptions={f"d{n}": one for n, one in enumerate(spans)})
    assert rows(told, "slow", "desk") == [(BEGIN, 1000), (10, 332), (20, 1000)]


def test_demand_begins_from_the_flows_own_factor() -> None:
    from dataclasses import replace

    told = world(
        arrivals=replace(trucks(), demand=700), disruptions={"rush": on("flow", "a", (10, 20), factor=1500)}
    )
    assert rows(told, "demand", "a") == [(BEGIN, 700), (10, 1050), (20, 700)]


def test_every_target_has_a_row_at_the_beginning_and_none_at_the_end() -> None:
    told = world(
        resources={"p": Resource(NAME, (Shift(None, 2),))},
        platforms={"net": platform()},
        disruptions={"ill": on("resource", "p", (BEGIN, END), lose=1)},
    )
    assert list(timetable(told, 1, 0, BEGIN, END)) == [
        Row(BEGIN, "scheduled", "p", 2), Row(BEGIN, "capacity", "p", 1), Row(BEGIN, "platform", "net", 1000),
        Row(BEGIN, "slow", "desk", 1000), Row(BEGIN, "demand", "a", 1000),
    ]  # fmt: skip


# ---- random ones
def outages(per_day: float, **parts: Any) -> Resolved:
    days = parts.pop("days", 400)
    random = Disruption(
        NAME, (("platform", "net"),), down=True, days=even_day(per_day), gap="gap", length="length"
    )
    return world(
        platforms={"net": platform()},
        tables={"gap": EXPONENTIAL, "length": (1,)} | parts.pop("tables", {}),
        disruptions={"outage": random} | parts.pop("disruptions", {}),
        clock=clock(days * DAY),
        **parts,
    )


def test_random_starts_are_poisson_by_day() -> None:
    """Exact test of the total, χ² of the counts by day; refused at one in a thousand."""
    from scipy import stats

    found = list(occurrences(outages(2.0), "outage", 1, 0, 0, 400 * DAY))
    assert stats.poisson.cdf(len(found), 800) > 0.0005
    assert stats.poisson.sf(len(found) - 1, 800) > 0.0005
    counts = Counter(start // DAY for start, _ in found)
    by_count = np.bincount([min(counts[day], 6) for day in range(400)], minlength=7)
    expected = 400 * np.append(stats.poisson.pmf(range(6), 2.0), stats.poisson.sf(5, 2.0))
    assert stats.chisquare(by_count, expected).pvalue > 0.001


def test_random_occurrences_last_as_their_table_says_and_unite_where_they_overlap() -> None:
    short = list(occurrences(outages(5.0, days=20), "outage", 1, 0, 0, 20 * DAY))
    long = list(
        occurrences(outages(5.0, days=20, tables={"length": (DAY // 4,)}), "outage", 1, 0, 0, 20 * DAY)
    )
    assert {last - first for first, last in short} == {1}
    assert len(long) < len(short)
    assert all(any(a <= start < b for a, b in long) for start, _ in short)
    covered = {start + n * DAY // 40 for start, _ in short for n in range(10)}
    assert all(any(a <= t < b for a, b in long) for t in covered if t < 20 * DAY)


def test_a_run_that_begins_later_in_the_day_sees_the_same_rest_of_the_day() -> None:
    told = outages(20.0, days=3)
    whole = list(occurrences(told, "outage", 1, 0, 0, 3 * DAY))
    half = DAY // 2
    assert list(occurrences(told, "outage", 1, 0, half, 3 * DAY)) == [s for s in whole if s[0] >= half]
    assert list(occurrences(told, "outage", 1, 0, 0, half)) == [s for s in whole if s[0] < half]


@pytest.mark.parametrize(("seed", "replication"), [(2, 0), (1, 1)])
def test_seed_and_replication_change_them(seed: int, replication: int) -> None:
    told = outages(20.0, days=3)
    assert list(occurrences(told, "outage", seed, replication, 0, 3 * DAY)) != list(
        occurrences(told, "outage", 1, 0, 0, 3 * DAY)
    )


def test_another_disruption_changes_nothing_and_has_its_own_chance() -> None:
    alone = outages(20.0, days=3)
    both = outages(20.0, days=3, disruptions={"twin": alone.disruptions["outage"]})
    first = list(occurrences(alone, "outage", 1, 0, 0, 3 * DAY))
    assert list(occurrences(both, "outage", 1, 0, 0, 3 * DAY)) == first
    assert list(occurrences(both, "twin", 1, 0, 0, 3 * DAY)) != first
