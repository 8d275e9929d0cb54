"""Worked by hand: how a run begins and ends, and how an entity's story ends (law §1, §5, §6)."""

from __future__ import annotations

import pytest

from scenarios.resolved import Backlog, By
from sim.run import run
from tests.sim.build import category, chain, clock, flow, needs, shares, step, zone
from tests.sim.tell import curve, happens, one_flow, outcomes, trucks, until_empty, world

DESK = {"desk": step(needs=needs("p"), time="10")}


# ---- beginning
def test_the_opening_backlog_is_in_the_queue_by_age_before_who_comes() -> None:
    told = happens(
        world(
            {
                "a": flow(trucks(0), chain("desk"), backlog=Backlog(2, "desk", "5")),
                "b": flow(trucks(), chain("desk"), backlog=Backlog(1, "desk", "20")),
            },
            DESK,
        ),
        """
        b.backlog0 desk: 0 0 0 10 10
        a.backlog0 desk: 0 0 10 20 20
        a.backlog1 desk: 0 0 20 30 30
        a0 desk: 0 0 30 40 40
        """,
    )
    assert told.log.entities["arrived"].tolist() == [-5, -5, 0, -20]


def test_priority_counts_before_age() -> None:
    happens(
        world(
            {
                "a": flow(trucks(), chain("desk"), backlog=Backlog(1, "desk", "90"), priority=1),
                "b": flow(trucks(), chain("desk"), backlog=Backlog(1, "desk", "5"), priority=0),
            },
            DESK,
        ),
        """
        a.backlog0 desk: 0 0 10 20 20
        b.backlog0 desk: 0 0 0 10 10
        """,
    )


def test_the_backlog_is_patient_from_the_start_of_the_run() -> None:
    happens(
        one_flow(
            trucks(),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", patience="6")},
            backlog=Backlog(2, "desk", "50"),
        ),
        """
        a.backlog0 desk: 0 0 0 10 10
        a.backlog1 desk: 0 0 - 6 6 reneged
        """,
    )


def test_the_backlog_takes_places_in_step_and_zone_and_goes_on_from_there() -> None:
    told = happens(
        one_flow(
            trucks(0),
            chain("pre", "desk"),
            {"pre": step("wait", time="1"), "desk": step(needs=needs("p"), time="10", zone="yard", room=2)},
            zones={"yard": zone(2)},
            backlog=Backlog(2, "desk", "3"),
        ),
        """
        a.backlog0 desk: 0 0 0 10 10
        a.backlog1 desk: 0 0 10 20 20
        a0 pre: 0 0 0 1 10
        a0 desk: 1 10 20 30 30 by=yard
        """,
    )
    assert curve(told.log.places["yard"], "taken") == [(0, 2), (10, 2), (20, 1), (30, 0)]


@pytest.mark.parametrize(("room", "yard", "said"), [(2, 9, "room of 2"), (9, 2, r"zone has room \(2\)")])
def test_more_backlog_than_fits_is_an_error(room: int, yard: int, said: str) -> None:
    scenario = one_flow(
        trucks(),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="10", zone="yard", room=room)},
        zones={"yard": zone(yard)},
        backlog=Backlog(3, "desk", "3"),
    )
    with pytest.raises(ValueError, match=f"more opening backlog at 'desk'.*{said}"):
        run(scenario, 1, engine="reference")


def test_the_attributes_of_the_backlog_may_be_its_own() -> None:
    happens(
        one_flow(
            trucks(0),
            chain("desk"),
            {"desk": step(needs=needs("p"), time=By("goods", {"fruit": "4", "stone": "10"}))},
            attributes={"goods": category("fruit", "stone", draw="stone_only")},
            mixes={"stone_only": shares(stone=1.0), "fruit_only": shares(fruit=1.0)},
            backlog=Backlog(1, "desk", "3", {"goods": "fruit_only"}),
        ),
        """
        a.backlog0 desk: 0 0 0 4 4
        a0 desk: 0 0 4 14 14
        """,
    )


def test_a_lead_in_is_simulated_before_time_zero() -> None:
    told = happens(
        one_flow(trucks(-41, -40, -5), chain("desk"), DESK, clock=clock(100, lead_in=40)),
        """
        a1 desk: -40 -40 -40 -30 -30
        a2 desk: -5 -5 -5 5 5
        """,
    )
    assert (told.log.begin, told.log.end) == (-40, 100)


def test_backlog_and_lead_in_may_stand_together() -> None:
    told = happens(
        one_flow(
            trucks(-39), chain("desk"), DESK, clock=clock(100, lead_in=40), backlog=Backlog(1, "desk", "7")
        ),
        """
        a.backlog0 desk: -40 -40 -40 -30 -30
        a0 desk: -39 -39 -30 -20 -20
        """,
    )
    assert told.log.entities["arrived"].tolist() == [-47, -39]


# ---- end
def test_what_would_end_at_the_end_of_the_run_has_not_ended() -> None:
    told = happens(
        one_flow(trucks(0, 1), chain("desk"), DESK, clock=clock(10)),
        """
        a0 desk: 0 0 0 - -
        a1 desk: 1 1 - - -
        """,
    )
    assert outcomes(told) == {"a0": "inside", "a1": "inside"}


def test_one_millisecond_later_it_has() -> None:
    told = happens(
        one_flow(trucks(0, 1), chain("desk"), DESK, clock=clock(11)),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 - -
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10", "a1": "inside"}


def test_nobody_arrives_at_the_end_of_the_window() -> None:
    happens(one_flow(trucks(9, 10), chain("desk"), DESK, clock=clock(10)), "a0 desk: 9 9 9 - -")


def test_until_empty_goes_on_until_everybody_has_left_though_nobody_comes_any_more() -> None:
    told = happens(
        one_flow(trucks(0, 19, 20), chain("desk"), DESK, clock=until_empty(200, window=20)),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 19 19 19 29 29
        """,
    )
    assert told.log.end == 30


def test_until_empty_is_never_before_the_end_of_the_window() -> None:
    told = happens(
        one_flow(trucks(0), chain("desk"), DESK, clock=until_empty(200, window=50)),
        "a0 desk: 0 0 0 10 10",
    )
    assert told.log.end == 50


def test_until_empty_without_a_window_ends_when_the_last_has_left() -> None:
    told = happens(
        one_flow(trucks(0, 30), chain("desk"), DESK, clock=until_empty(200)),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 30 30 30 40 40
        """,
    )
    assert told.log.end == 41


def test_until_empty_ends_at_the_latest_when_it_must() -> None:
    told = happens(
        one_flow(trucks(0, 1), chain("desk"), DESK, clock=until_empty(15, window=12)),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 - -
        """,
    )
    assert told.log.end == 15


def test_a_run_to_which_nobody_comes() -> None:
    told = happens(one_flow(trucks(), chain("desk"), DESK, clock=until_empty(200)), "")
    assert told.log.end == 1


# ---- how a story ends
def test_outcomes_completed_turned_back_and_lost() -> None:
    told = happens(
        one_flow(
            trucks((0, {"papers": "good"}), (1, {"papers": "bad"}), (2, {"papers": "good"})),
            {"desk": "verdict", "exit": None, "good": None, "back": None},
            {
                "desk": step(needs=needs("p"), time="10", patience="10"),
                "verdict": step("choose", by="papers"),
                "exit": step("wait", time="3"),
                "back": step("end", outcome="turned_back"),
                "good": step("end"),
            },
            attributes={"papers": category("good", "bad", draw="papers")},
            mixes={"papers": shares(good=1.0)},
            options={"verdict": {"good": "exit", "bad": "back"}},
        ),
        """
        a0 desk: 0 0 0 10 10
        a0 exit: 10 10 10 13 13
        a1 desk: 1 1 10 20 20
        a2 desk: 2 2 - 12 12 reneged
        """,
    )
    assert outcomes(told) == {"a0": "completed at 13", "a1": "turned_back at 20", "a2": "reneged at 12"}
