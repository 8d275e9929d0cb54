"""Worked by hand: work that is interrupted, and what becomes of work and queue at closing (law §4)."""

from __future__ import annotations

from typing import Any

from scenarios.resolved import By, Disruption, Need, Resolved, Resource, Shift
from sim.laws import sum_of_waits
from sim.log import TARGETS
from tests.sim.build import NAME, category, chain, flow, hours, needs, platform, shares, step
from tests.sim.tell import curve, happens, lanes, one_flow, outcomes, trucks, world

URGENT, PLAIN, LAZY = ({"rank": rank} for rank in ("0", "1", "2"))
RANK: dict[str, Any] = {
    "attributes": {"rank": category("0", "1", "2", draw="rank")},
    "priority": By("rank", {"0": 0, "1": 1, "2": 2}),
    "mixes": {"rank": shares(**{"0": 0.3, "1": 0.3, "2": 0.4})},
}


def pool(units: int = 1, **rules: Any) -> Resource:
    return Resource(NAME, (Shift(None, units),), **rules)


def by_day(units: int = 1, **rules: Any) -> Resource:
    """On duty from 10 to 40 and from 55 to 70."""
    return Resource(NAME, (Shift("day", units),), **rules)


def desk(arrivals: Any, time: Any = "10", pools: dict[str, Resource] | None = None, **parts: Any) -> Resolved:
    fields = parts.pop("fields", {})
    return one_flow(
        arrivals,
        chain("desk"),
        {"desk": step(needs=parts.pop("needs", needs("p")), time=time, **fields)},
        resources=pools or {"p": pool(preempt=("priority",))},
        calendars={"day": hours((10, 40), (55, 70))},
        **parts,
    )


# ---- by priority
def test_a_better_priority_interrupts_and_the_rest_is_done_later() -> None:
    told = happens(
        desk(trucks((0, PLAIN), (4, URGENT), (6, PLAIN)), **RANK),
        """
        a0 desk: 0 0 0 4 4 preempted
        a1 desk: 4 4 4 14 14
        a0 desk: 4 4 14 20 20 segment=2
        a2 desk: 6 6 20 30 30
        """,
    )
    assert sum_of_waits(told.log) == {"desk": 10 + 14}
    assert curve(told.log.usage["p"], "serving") == [(0, 1), (4, 1), (14, 1), (20, 1), (30, 0)]


def test_restarted_work_takes_its_whole_time_again() -> None:
    happens(
        desk(trucks((0, PLAIN), (4, URGENT)), fields={"on_preempt": "restart"}, **RANK),
        """
        a0 desk: 0 0 0 4 4 preempted
        a1 desk: 4 4 4 14 14
        a0 desk: 4 4 14 24 24 segment=2
        """,
    )


def test_work_that_must_be_finished_is_no_victim() -> None:
    happens(
        desk(trucks((0, PLAIN), (4, URGENT)), fields={"on_preempt": "finish"}, **RANK),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 4 4 10 20 20
        """,
    )


def test_an_equal_priority_waits() -> None:
    happens(
        desk(trucks((0, PLAIN), (4, PLAIN)), **RANK),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 4 4 10 20 20
        """,
    )


def test_what_ends_at_this_instant_is_not_interrupted() -> None:
    happens(
        desk(trucks((0, PLAIN), (10, URGENT)), **RANK),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 10 10 10 20 20
        """,
    )


def test_the_victim_is_the_worst_priority_then_the_latest_start_then_the_largest_entity() -> None:
    happens(
        desk(
            trucks((0, LAZY), (1, PLAIN), (1, PLAIN), (2, URGENT), (3, URGENT), (4, URGENT)),
            "20",
            {"p": pool(3, preempt=("priority",))},
            **RANK,
        ),
        """
        a0 desk: 0 0 0 2 2 preempted
        a0 desk: 2 2 24 42 42 segment=2
        a1 desk: 1 1 1 4 4 preempted
        a1 desk: 4 4 22 39 39 segment=2
        a2 desk: 1 1 1 3 3 preempted
        a2 desk: 3 3 23 41 41 segment=2
        a3 desk: 2 2 2 22 22
        a4 desk: 3 3 3 23 23
        a5 desk: 4 4 4 24 24
        """,
    )


def test_a_head_interrupts_as_many_as_it_needs_and_no_more() -> None:
    told = happens(
        world(
            {"a": flow(trucks(0, 0, 0), chain("small"), priority=1), "b": flow(trucks(4), chain("large"))},
            {"small": step(needs=needs("p"), time="20"), "large": step(needs=needs(("p", 2)), time="5")},
            resources={"p": pool(3, preempt=("priority",))},
        ),
        """
        a0 small: 0 0 0 20 20
        a1 small: 0 0 0 4 4 preempted
        a1 small: 4 4 9 25 25 segment=2
        a2 small: 0 0 0 4 4 preempted
        a2 small: 4 4 9 25 25 segment=2
        b0 large: 4 4 4 9 9
        """,
    )
    assert lanes(told)["b0 large"] == "p 2"


def test_a_victim_of_joint_work_gives_back_all_its_units() -> None:
    told = happens(
        desk(
            trucks((0, PLAIN), (4, URGENT)),
            needs=needs("p", "q"),
            pools={"p": pool(preempt=("priority",)), "q": pool()},
            **RANK,
        ),
        """
        a0 desk: 0 0 0 4 4 preempted
        a1 desk: 4 4 4 14 14
        a0 desk: 4 4 14 20 20 segment=2
        """,
    )
    assert curve(told.log.usage["q"], "serving") == [(0, 1), (4, 1), (14, 1), (20, 0)]


def test_a_free_pool_is_taken_before_anybody_is_interrupted() -> None:
    told = happens(
        desk(
            trucks((0, PLAIN), (4, URGENT)),
            needs=(Need((("p", 1), ("q", 1))),),
            pools={"p": pool(preempt=("priority",)), "q": pool()},
            **RANK,
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 4 4 4 14 14
        """,
    )
    assert lanes(told)["a1 desk"] == "q 1"


def test_patience_is_over_once_work_has_begun() -> None:
    told = happens(
        desk(trucks((0, PLAIN), (4, URGENT)), fields={"patience": "9"}, **RANK),
        """
        a0 desk: 0 0 0 4 4 preempted
        a1 desk: 4 4 4 14 14
        a0 desk: 4 4 14 20 20 segment=2
        """,
    )
    assert outcomes(told) == {"a0": "completed at 20", "a1": "completed at 14"}


def test_who_is_interrupted_keeps_the_place_and_the_first_place_in_the_queue() -> None:
    happens(
        desk(trucks((0, PLAIN), (1, PLAIN), (4, URGENT)), fields={"room": 3}, **RANK),
        """
        a0 desk: 0 0 0 4 4 preempted
        a0 desk: 4 4 14 20 20 segment=2
        a1 desk: 1 1 20 30 30
        a2 desk: 4 4 4 14 14
        """,
    )


def test_work_interrupted_during_an_outage_waits_for_the_platform_and_is_not_done_on_paper() -> None:
    happens(
        desk(
            trucks((0, PLAIN), (6, URGENT)),
            fields={"platforms": ("net",), "fallback": "3", "on_outage": "pause"},
            platforms={"net": platform()},
            disruptions={"down": Disruption(NAME, (("platform", "net"),), down=True, when=((4, 16),))},
            **RANK,
        ),
        """
        a0 desk: 0 0 0 6 6 preempted
        a1 desk: 6 6 6 9 9 paper
        a0 desk: 6 6 20 26 26 segment=2
        """,
    )


# ---- by a loss of units
def lost(*when: tuple[int, int]) -> dict[str, Disruption]:
    return {"loss": Disruption(NAME, (("resource", "p"),), lose=1, when=when)}


def test_a_breakdown_interrupts_the_last_who_started() -> None:
    happens(
        desk(trucks(0, 2), pools={"p": pool(2, preempt=("breakdown",))}, disruptions=lost((5, 10))),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 2 2 5 5 preempted
        a1 desk: 5 5 10 17 17 segment=2
        """,
    )


def test_without_the_word_a_breakdown_lets_work_be_finished() -> None:
    happens(
        desk(trucks(0, 2), pools={"p": pool(2, preempt=("priority",))}, disruptions=lost((5, 10))),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 2 2 12 12
        """,
    )


def test_a_closing_is_no_breakdown() -> None:
    happens(
        desk(trucks(35), pools={"p": by_day(preempt=("breakdown",))}),
        "a0 desk: 35 35 35 45 45",
    )


# ---- closing
def test_work_is_stopped_at_closing_and_goes_on_at_the_opening() -> None:
    told = happens(
        desk(trucks(35), pools={"p": by_day(at_closing="stop")}),
        """
        a0 desk: 35 35 35 40 40 preempted
        a0 desk: 40 40 55 60 60 segment=2
        """,
    )
    assert curve(told.log.usage["p"], "serving") == [(35, 1), (40, 0), (55, 1), (60, 0)]


def test_what_cannot_be_finished_before_closing_is_not_begun_and_nobody_overtakes() -> None:
    happens(
        desk(
            trucks((20, {"goods": "b"}), (31, {"goods": "b"}), (32, {"goods": "a"})),
            pools={"p": by_day(at_closing="fit")},
            attributes={"goods": category("a", "b", draw="g")},
            mixes={"g": shares(a=0.5, b=0.5)},
            time=By("goods", {"a": "3", "b": "10"}),
        ),
        """
        a0 desk: 20 20 20 30 30
        a1 desk: 31 31 55 65 65
        a2 desk: 32 32 65 68 68
        """,
    )


def test_what_ends_at_the_closing_fits() -> None:
    happens(desk(trucks(30), pools={"p": by_day(at_closing="fit")}), "a0 desk: 30 30 30 40 40")


def test_what_is_longer_than_the_whole_day_is_begun_nevertheless() -> None:
    happens(desk(trucks(39), "31", pools={"p": by_day(at_closing="fit")}), "a0 desk: 39 39 39 70 70")


def test_a_crew_that_stays_is_no_closing_for_who_needs_no_more() -> None:
    happens(
        desk(
            trucks(35),
            pools={"p": Resource(NAME, (Shift("day", 1), Shift(None, 1)), at_closing="fit")},
        ),
        "a0 desk: 35 35 35 45 45",
    )


def test_the_end_of_a_slow_down_lets_somebody_fit() -> None:
    happens(
        desk(
            trucks(30),
            "6",
            pools={"p": by_day(at_closing="fit")},
            disruptions={"slow": Disruption(NAME, (("step", "desk"),), factor=2000, when=((25, 8),))},
        ),
        "a0 desk: 30 30 33 39 39",
    )


def test_who_waits_at_closing_is_still_served_and_who_comes_then_is_not() -> None:
    told = happens(
        desk(trucks(35, 36, 37, 40), pools={"p": by_day(at_closing="clear")}),
        """
        a0 desk: 35 35 35 45 45
        a1 desk: 36 36 45 55 55
        a2 desk: 37 37 55 65 65
        a3 desk: 40 40 65 75 75
        """,
    )
    assert curve(told.log.usage["p"], "serving")[-1] == (75, 0)


def test_who_comes_after_the_closing_waits_though_somebody_is_still_there() -> None:
    happens(
        desk(trucks(35, 36, 46), "6", pools={"p": by_day(2, at_closing="clear")}),
        """
        a0 desk: 35 35 35 41 41
        a1 desk: 36 36 36 42 42
        a2 desk: 46 46 55 61 61
        """,
    )


def test_overtime_has_an_end() -> None:
    told = happens(
        desk(trucks(20, 21, 22, 23), pools={"p": by_day(at_closing="clear", overtime=5)}),
        """
        a0 desk: 20 20 20 30 30
        a1 desk: 21 21 30 40 40
        a2 desk: 22 22 40 50 50
        a3 desk: 23 23 55 65 65
        """,
    )
    rows = told.log.timetable
    mine = rows["what"] == TARGETS.index("overtime")
    assert rows["time"][mine].tolist() == [40, 45, 70, 75]
    assert rows["value"][mine].tolist() == [1, 0, 1, 0]
