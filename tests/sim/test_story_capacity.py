"""Worked by hand: opening hours, losses, outages and slow-downs (law §1, §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scenarios.resolved import DAY, By, Disruption, Resolved, Resource, Shift
from tests.sim.build import (
    HOUR,
    NAME,
    START_DAY,
    category,
    chain,
    clock,
    hours,
    needs,
    platform,
    shares,
    step,
)
from tests.sim.tell import curve, happens, one_flow, trucks


def disruption(kind: Any, target: str, *when: tuple[int, int], **fields: Any) -> Disruption:
    """On one target, from … to … [ms]."""
    spans = tuple((begin, end - begin) for begin, end in when)
    return Disruption(NAME, ((kind, target),), when=spans, **fields)


def on_shift(units: int) -> Resource:
    return Resource(NAME, (Shift("day", units),))


# ---- hours and losses
def test_work_starts_at_the_opening_and_what_is_under_way_at_the_closing_is_finished() -> None:
    told = happens(
        one_flow(
            trucks(3, 39, 40),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            resources={"p": on_shift(1)},
            calendars={"day": hours((10, 40), (55, 70))},
        ),
        """
        a0 desk: 3 3 10 20 20
        a1 desk: 39 39 39 49 49
        a2 desk: 40 40 55 65 65
        """,
    )
    assert curve(told.log.usage["p"], "serving") == [(10, 1), (20, 0), (39, 1), (49, 0), (55, 1), (65, 0)]


def test_nobody_starts_at_the_instant_of_closing() -> None:
    happens(
        one_flow(
            trucks(30, 31),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            resources={"p": on_shift(1)},
            calendars={"day": hours((10, 40), (55, 70))},
        ),
        """
        a0 desk: 30 30 30 40 40
        a1 desk: 31 31 55 65 65
        """,
    )


def test_the_gate_opens_at_seven_oclock_local_time_exactly() -> None:
    at_seven, in_hanoi = 7 * HOUR, ((-(1 << 60), 7 * HOUR),)
    happens(
        one_flow(
            trucks(at_seven - 1, at_seven, 18 * HOUR - 1, 18 * HOUR),
            chain("gate"),
            {"gate": step(needs=needs("p"), time="10")},
            resources={"p": on_shift(2)},
            calendars={"day": replace(hours((at_seven, 18 * HOUR)), offsets=in_hanoi)},
            clock=clock(2 * DAY, start_utc=START_DAY * DAY - 7 * HOUR, offsets=in_hanoi),
        ),
        f"""
        a0 gate: 25199999 25199999 25200000 25200010 25200010
        a1 gate: 25200000 25200000 25200000 25200010 25200010
        a2 gate: 64799999 64799999 64799999 64800009 64800009
        a3 gate: 64800000 64800000 {DAY + at_seven} {DAY + at_seven + 10} {DAY + at_seven + 10}
        """,
    )


def test_capacity_that_falls_below_what_is_busy_lets_work_finish_and_starts_nothing() -> None:
    """One of two officers is missing from 5 to 15; at 6 one is still busy, which is all there is."""
    happens(
        one_flow(
            trucks((0, {"goods": "fruit"}), 0, 1, 2),
            chain("desk"),
            {"desk": step(needs=needs("p"), time=By("goods", {"fruit": "6", "stone": "10"}))},
            attributes={"goods": category("fruit", "stone", draw="goods")},
            mixes={"goods": shares(stone=1.0)},
            resources={"p": Resource(NAME, (Shift(None, 2),))},
            disruptions={"ill": disruption("resource", "p", (5, 15), lose=1)},
        ),
        """
        a0 desk: 0 0 0 6 6
        a1 desk: 0 0 0 10 10
        a2 desk: 1 1 10 20 20
        a3 desk: 2 2 15 25 25
        """,
    )


def test_losses_beyond_the_calendar_leave_nothing_never_less() -> None:
    happens(
        one_flow(
            trucks(0),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            disruptions={"ill": disruption("resource", "p", (0, 15), lose=7)},
        ),
        "a0 desk: 0 0 15 25 25",
    )


# ---- platforms
def desk_on_line(
    *arrivals: int, down: tuple[tuple[int, int], ...], units: int = 3, **step_fields: Any
) -> Resolved:
    """A desk that works on line in 10 ms."""
    return one_flow(
        trucks(*arrivals),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="10", platforms=("net",), **step_fields)},
        resources={"p": Resource(NAME, (Shift(None, units),))},
        platforms={"net": platform()},
        disruptions={"outage": disruption("platform", "net", *down, down=True)},
    )


def test_the_paper_fallback_is_chosen_at_the_start_and_kept() -> None:
    happens(
        desk_on_line(0, 5, 19, 20, down=((5, 20),), fallback="30"),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 5 5 5 35 35 paper
        a2 desk: 19 19 19 49 49 paper
        a3 desk: 20 20 20 30 30
        """,
    )


def test_without_a_fallback_starts_wait_until_the_platform_is_up() -> None:
    happens(
        desk_on_line(0, 6, down=((5, 20),)),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 6 6 20 30 30
        """,
    )


def test_a_fallback_by_attribute_counts_as_one() -> None:
    happens(
        one_flow(
            trucks((6, {"goods": "fruit"}), (6, {"goods": "stone"})),
            chain("desk"),
            {
                "desk": step(
                    time="10", platforms=("net",), fallback=By("goods", {"fruit": "30", "stone": "40"})
                )
            },
            attributes={"goods": category("fruit", "stone", draw="goods")},
            mixes={"goods": shares(stone=1.0)},
            platforms={"net": platform()},
            disruptions={"outage": disruption("platform", "net", (5, 20), down=True)},
        ),
        """
        a0 desk: 6 6 6 36 36 paper
        a1 desk: 6 6 6 46 46 paper
        """,
    )


def test_all_platforms_of_a_step_must_be_up() -> None:
    happens(
        one_flow(
            trucks(0, 6, 16),
            chain("desk"),
            {"desk": step(time="1", platforms=("net", "bank"), fallback="2")},
            platforms={"net": platform(), "bank": platform()},
            disruptions={
                "one": disruption("platform", "net", (5, 10), down=True),
                "two": disruption("platform", "bank", (15, 20), down=True),
            },
        ),
        """
        a0 desk: 0 0 0 1 1
        a1 desk: 6 6 6 8 8 paper
        a2 desk: 16 16 16 18 18 paper
        """,
    )


def ends_at(ended: int, on_outage: str) -> None:
    """Ten of work, down from 4 to 9; the officer stays with it."""
    told = happens(
        desk_on_line(0, 1, down=((4, 9),), units=1, on_outage=on_outage),
        f"""
        a0 desk: 0 0 0 {ended} {ended}
        a1 desk: 1 1 {ended} {ended + 10} {ended + 10}
        """,
    )
    assert curve(told.log.usage["p"], "serving") == [(0, 1), (ended, 1), (ended + 10, 0)]


def test_work_under_way_finishes_through_an_outage() -> None:
    ends_at(10, "finish")


def test_work_under_way_pauses_for_an_outage() -> None:
    ends_at(15, "pause")


def test_work_under_way_begins_again_after_an_outage() -> None:
    ends_at(19, "restart")


def test_two_outages_pause_twice() -> None:
    happens(
        desk_on_line(0, down=((4, 9), (11, 20)), on_outage="pause"),
        "a0 desk: 0 0 0 24 24",
    )


def test_a_restart_repeats_the_whole_duration_each_time() -> None:
    happens(
        desk_on_line(0, down=((4, 9), (11, 20)), on_outage="restart"),
        "a0 desk: 0 0 0 30 30",
    )


def test_what_ends_at_the_instant_of_an_outage_has_ended() -> None:
    happens(
        desk_on_line(0, 1, down=((10, 30),), on_outage="pause"),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 1 31 31
        """,
    )


def test_work_on_paper_is_not_paused() -> None:
    happens(
        desk_on_line(3, 6, down=((5, 20),), fallback="8", on_outage="pause"),
        """
        a0 desk: 3 3 3 28 28
        a1 desk: 6 6 6 14 14 paper
        """,
    )


def test_a_platform_of_two_that_comes_back_alone_resumes_nothing() -> None:
    happens(
        one_flow(
            trucks(0),
            chain("desk"),
            {"desk": step(time="10", platforms=("net", "bank"), on_outage="pause")},
            platforms={"net": platform(), "bank": platform()},
            disruptions={
                "one": disruption("platform", "net", (4, 12), down=True),
                "two": disruption("platform", "bank", (8, 20), down=True),
            },
        ),
        "a0 desk: 0 0 0 26 26",
    )


# ---- slow
def test_a_slow_down_touches_starts_only() -> None:
    happens(
        one_flow(
            trucks(0, 1, 2),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            disruptions={"heat": disruption("step", "desk", (5, 20), factor=1500)},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 25 25
        a2 desk: 2 2 25 35 35
        """,
    )


def test_factors_of_step_and_platform_multiply_exactly_and_are_floored_once() -> None:
    """1 ms × 1.5 × 1.4 is 2.1, that is 2; floored one by one 1. No factor of a platform on paper."""
    slow = {
        "heat": disruption("step", "desk", (0, 50), factor=1500),
        "load": disruption("platform", "net", (0, 50), factor=1400),
        "outage": disruption("platform", "net", (20, 30), down=True),
    }
    happens(
        one_flow(
            trucks(0, 20),
            chain("desk"),
            {"desk": step(time="1", platforms=("net",), fallback="3")},
            platforms={"net": platform()},
            disruptions=slow,
        ),
        """
        a0 desk: 0 0 0 2 2
        a1 desk: 20 20 20 24 24 paper
        """,
    )
