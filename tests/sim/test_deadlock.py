"""Deadlock: named with the entities involved where nothing can free them, and only there (law §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scenarios.resolved import Disruption, Need, Resolved, Resource, Shift
from sim.deadlock import Deadlock, Obstacle, Waiting, find
from sim.run import run
from tests.sim.build import NAME, always, chain, flow, hours, needs, platform, step, zone
from tests.sim.tell import happens, one_flow, play, trucks, until_empty, world


def loop(**fields: Any) -> Resolved:
    """a goes from x to y, b from y to x, each with room for one."""
    arrivals = fields.pop("arrivals", trucks(0))
    return world(
        {"a": flow(arrivals, chain("x", "y")), "b": flow(trucks(0), chain("y", "x"))},
        {"x": step("wait", time="5", room=1, **fields), "y": step("wait", time="7", room=1, **fields)},
    )


def stuck(told: Resolved) -> set[str]:
    found = play(told).deadlock
    assert run(told, 1).deadlock == found
    return set() if found is None else set(found.entities)


def named(flow: str, number: int, step: str) -> str:
    return f"{flow} list 2025-03-12 #{number} ({step})"


def test_two_full_rooms_in_a_loop() -> None:
    told = happens(
        loop(),
        """
        a0 x: 0 0 0 5 -
        a0 y: 5 - - - - by=y
        b0 y: 0 0 0 7 -
        b0 x: 7 - - - - by=x
        """,
    )
    assert told.deadlock == Deadlock(
        (named("a", 0, "y"), named("b", 0, "x")),
        (
            f"{named('a', 0, 'y')} at 'y' waits for 'y', held by {named('b', 0, 'x')}",
            f"{named('b', 0, 'x')} at 'x' waits for 'x', held by {named('a', 0, 'y')}",
        ),
    )
    assert str(told.deadlock).startswith("2 entities can never go on: a list 2025-03-12 #0 (y) at 'y'")


def test_who_stands_behind_is_stuck_too() -> None:
    assert stuck(loop(arrivals=trucks(0, 1, 2))) == {
        named("a", 0, "y"), named("b", 0, "x"), named("a", 1, "x"), named("a", 2, "x"),
    }  # fmt: skip


def test_no_deadlock_when_patience_can_free_one() -> None:
    assert stuck(loop(patience="190")) == set()


def test_who_gives_up_opens_the_circle() -> None:
    """a0 loses patience at 35 and lets b0 in, whose own would have ended at 37."""
    happens(
        loop(patience="30"),
        """
        a0 x: 0 0 0 5 35
        a0 y: 5 - - 35 35 by=y reneged
        b0 y: 0 0 0 7 35
        b0 x: 7 35 35 40 40 by=x
        """,
    )


def test_no_deadlock_when_one_more_place_is_there() -> None:
    told = world(
        {"a": flow(trucks(0), chain("x", "y")), "b": flow(trucks(0), chain("y", "x"))},
        {"x": step("wait", time="5", room=1), "y": step("wait", time="7", room=2)},
    )
    assert stuck(told) == set()


def test_a_deadlock_ends_nothing_early_and_an_emptying_run_stops_at_its_latest() -> None:

    told = play(replace(loop(), clock=until_empty(500)))
    assert told.log.end == 500
    assert told.deadlock is not None


def test_officers_kept_by_the_blocked() -> None:
    """a0 keeps p while y is full; who is in y waits for p. Releasing p would free all."""

    def told(while_blocked: str) -> Resolved:
        return world(
            {"a": flow(trucks(0), chain("x", "y")), "b": flow(trucks(1), chain("y"))},
            {
                "x": step(needs=needs("p"), time="5", while_blocked=while_blocked),
                "y": step(needs=needs("p"), time="7", room=1),
            },
        )

    assert stuck(told("keep")) == {named("a", 0, "y"), named("b", 0, "y")}
    assert stuck(told("release")) == set()


def test_a_full_zone_whose_way_out_leads_back_in() -> None:
    """From the yard to the shed and back, one place each."""
    told = world(
        {"a": flow(trucks(0), chain("in", "shed")), "b": flow(trucks(0), chain("shed", "in"))},
        {"in": step("wait", time="5", zone="yard"), "shed": step("wait", time="7", room=1)},
        zones={"yard": zone(1)},
    )
    found = play(told).deadlock
    assert found is not None
    assert any("waits for 'yard', held by" in line for line in found.cycle)


def test_branches_that_hold_each_others_officers() -> None:
    """Each branch keeps the officer that whoever fills the other's second step waits for."""
    told = one_flow(
        trucks(0),
        {"fork": None, "l1": "l2", "l2": None, "r1": "r2", "r2": None},
        {
            "fork": step("parallel", branches=("l1", "r1")),
            "l1": step(needs=needs("p"), time="2", room=1),
            "l2": step(needs=needs("q"), time="2", room=1),
            "r1": step(needs=needs("q"), time="2", room=1),
            "r2": step(needs=needs("p"), time="2", room=1),
        },
    )
    assert stuck(told) == set()  # l2 and r2 have room: p and q are given back at once
    jammed = world(
        {
            "a": flow(trucks(0), told.flows["a"].next),
            "b": flow(trucks(0), chain("l2")),
            "c": flow(trucks(0), chain("r2")),
        },
        told.steps | {
            "l2": step(needs=needs("q", "s"), time="2", room=1),
            "r2": step(needs=needs("p", "t"), time="2", room=1),
        },
    )  # fmt: skip
    assert stuck(jammed) == {
        named("a", 0, "fork"), named("a", 0, "l2"), named("a", 0, "r2"),
        named("b", 0, "l2"), named("c", 0, "r2"),
    }  # fmt: skip


def test_a_branch_that_needs_the_officer_of_who_waits_for_the_fork() -> None:
    told = one_flow(
        trucks(0, 1),
        {"x": "fork", "fork": None, "left": None},
        {
            "x": step(needs=needs("p"), time="5"),
            "fork": step("parallel", branches=("left",), room=1),
            "left": step(needs=needs("p"), time="2"),
        },
    )
    assert stuck(told) == {named("a", 0, "fork"), named("a", 0, "left"), named("a", 1, "fork")}


def test_who_gave_up_in_a_yard_and_cannot_leave_it() -> None:
    """a0 gives up at 4 and stands before the shed, whose b0 wants to the yard; c0 has the officer."""
    told = world(
        {
            "a": flow(trucks(1), {"yard": None, "shed": None}),
            "b": flow(trucks(0), chain("shed", "in")),
            "c": flow(trucks(0), chain("desk")),
        },
        {
            "yard": step(needs=needs("p"), time="5", zone="yard", patience="3", patience_to="shed"),
            "in": step("wait", time="5", zone="yard"),
            "desk": step(needs=needs("p"), time="190"),
            "shed": step("wait", time="7", room=1),
        },
        zones={"yard": zone(1)},
    )
    assert stuck(told) == {named("a", 0, "shed"), named("b", 0, "in")}


def test_who_gave_up_at_a_door_keeps_the_place_behind() -> None:
    """a0 leaves the door of t for that of u, where b0 wants to the place that a0 still holds."""
    told = world(
        {
            "a": flow(trucks(0), {"x": "t", "t": None, "u": None}),
            "b": flow(trucks(0), chain("u", "x")),
            "c": flow(trucks(0), chain("t")),
        },
        {
            "x": step("wait", time="5", room=1),
            "t": step("wait", time="190", room=1, patience="10", patience_to="u"),
            "u": step("wait", time="7", room=1),
        },
    )
    assert stuck(told) == {named("a", 0, "u"), named("b", 0, "x")}


def test_a_fork_waits_for_branches_that_still_move() -> None:
    told = one_flow(
        trucks(0),
        {"fork": None, "left": None, "right": None},
        {
            "fork": step("parallel", branches=("left", "right")),
            "left": step("wait", time="5"),
            "right": step("wait", time="200"),
        },
    )
    assert stuck(told) == set()


NOT_STUCK = {
    "behind somebody who is served": one_flow(
        trucks(0, 1), chain("x"), {"x": step(needs=needs("p"), time="200")}
    ),
    "a gate that is closed and opens again": one_flow(
        trucks(100),
        chain("x"),
        {"x": step(needs=needs("p"), time="5")},
        resources={"p": Resource(NAME, (Shift("day", 1),))},
        calendars={"day": hours((10, 40))},
    ),
    "a platform that is down": one_flow(
        trucks(100),
        chain("x"),
        {"x": step("wait", time="5", platforms=("net",))},
        platforms={"net": platform()},
        disruptions={"out": Disruption(NAME, (("platform", "net"),), down=True, when=((50, 500),))},
    ),
    "officers who are ill until after the end": one_flow(
        trucks(100),
        chain("x"),
        {"x": step(needs=needs("p"), time="5")},
        disruptions={"ill": Disruption(NAME, (("resource", "p"),), lose=1, when=((50, 500),))},
    ),
    "a full room in which one is served": one_flow(
        trucks(190, 191, 192),
        chain("x", "y"),
        {"x": step("wait", time="1"), "y": step("wait", time="90", room=1)},
    ),
}


@pytest.mark.parametrize("why", NOT_STUCK)
def test_waiting_is_no_deadlock(why: str) -> None:
    assert stuck(NOT_STUCK[why]) == set()


def test_more_officers_than_there_ever_are_is_reported() -> None:
    told = one_flow(
        trucks(0, 1), chain("x"), {"x": step(needs=needs(("p", 3)), time="5")}, resources={"p": always(2)}
    )
    assert stuck(told) == {named("a", 0, "x"), named("a", 1, "x")}


def test_any_of_two_pools_waits_for_both() -> None:
    """p serves on and on; q is kept by somebody who waits for it: p will do."""
    either = (Need((("p", 1), ("q", 1))),)
    told = world(
        {"a": flow(trucks(0), chain("x")), "b": flow(trucks(1), chain("y"))},
        {"x": step(needs=needs("p"), time="150"), "y": step(needs=either, time="5")},
        resources={"p": always(1), "q": always(0)},
    )
    assert stuck(told) == set()


# ---- the search itself
def wait(who: str, *obstacles: tuple[str, ...], may_open: bool = False) -> Waiting:
    return Waiting(who, "here", tuple(Obstacle("what", holders, may_open) for holders in obstacles))


def test_nobody_waits() -> None:
    assert find([]) is None


def test_who_waits_only_for_those_who_move_will_move() -> None:
    assert find([wait("a", ("b",)), wait("b", ("c",))]) is None


def test_one_of_several_holders_is_enough_but_all_obstacles_must_go() -> None:
    circle = [wait("a", ("b",)), wait("b", ("a",))]
    assert find([*circle, wait("c", ("a", "free"))]) == find(circle)
    found = find([*circle, wait("c", ("free",), ("a",))])
    assert found is not None
    assert found.entities == ("a", "b", "c")


def test_what_the_timetable_can_open_holds_nobody_for_ever() -> None:
    assert find([wait("a", ("b",), may_open=True), wait("b", ("a",))]) is None


def test_the_circle_leaves_out_who_stands_behind_it() -> None:
    found = find([wait("behind", ("a",)), wait("a", ("b",)), wait("b", ("a",))])
    assert found is not None
    assert len(found.entities) == 3
    assert [line.split()[0] for line in found.cycle] == ["a", "b"]
