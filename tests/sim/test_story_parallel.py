"""Worked by hand: parallel parts, from the fork to the last branch (law §4)."""

from __future__ import annotations

from typing import Any

from tests.sim.build import always, chain, flow, needs, step, zone
from tests.sim.tell import curve, happens, one_flow, outcomes, trucks, world

WAY: dict[str, str | None] = {"fork": "out", "left": None, "right": None, "out": None}


def fork(**fields: Any) -> Any:
    return step("parallel", branches=("left", "right"), **fields)


def test_a_parallel_part_ends_with_its_last_branch_and_its_row_spans_all() -> None:
    told = happens(
        one_flow(
            trucks(0),
            WAY,
            {
                "fork": fork(),
                "left": step(needs=needs("p"), time="5"),
                "right": step(needs=needs("q"), time="9"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 5 5
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 10 10
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10"}


def test_a_queue_in_one_branch_is_the_critical_one() -> None:
    happens(
        one_flow(
            trucks(0, 0),
            WAY,
            {
                "fork": fork(),
                "left": step(needs=needs("p"), time="6"),
                "right": step("wait", time="9"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 6 6
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 10 10
        a1 fork: 0 0 0 12 12
        a1 left: 0 0 6 12 12
        a1 right: 0 0 0 9 9
        a1 out: 12 12 12 13 13
        """,
    )


def test_a_lost_child_only_ends_its_branch() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            WAY,
            {
                "fork": fork(),
                "left": step("wait", time="5"),
                "right": step(needs=needs("q"), time="9", patience="3"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 5 5
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 10 10
        a1 fork: 0 0 0 5 5
        a1 left: 0 0 0 5 5
        a1 right: 0 0 - 3 3 reneged
        a1 out: 5 5 5 6 6
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10", "a1": "completed at 6"}


def test_a_child_may_go_elsewhere_within_its_branch() -> None:
    happens(
        one_flow(
            trucks(0, 0),
            WAY | {"paper": None},
            {
                "fork": fork(),
                "left": step("wait", time="5"),
                "right": step(needs=needs("q"), time="9", patience="3", patience_to="paper"),
                "paper": step("wait", time="8"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 5 5
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 10 10
        a1 fork: 0 0 0 11 11
        a1 left: 0 0 0 5 5
        a1 right: 0 0 - 3 3 reneged
        a1 paper: 3 3 3 11 11
        a1 out: 11 11 11 12 12
        """,
    )


def test_branches_block_within_themselves_and_their_last_visit_leaves_when_it_ends() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            {"fork": None, "left": "lab", "lab": None, "right": None},
            {
                "fork": fork(),
                "left": step(needs=needs("p"), time="1"),
                "lab": step(needs=needs("l"), time="10", room=1),
                "right": step(needs=needs("q"), time="2"),
            },
            resources={"p": always(2), "q": always(2)},
        ),
        """
        a0 fork: 0 0 0 11 11
        a0 left: 0 0 0 1 1
        a0 lab: 1 1 1 11 11
        a0 right: 0 0 0 2 2
        a1 fork: 0 0 0 21 21
        a1 left: 0 0 0 1 11
        a1 lab: 1 11 11 21 21 by=lab
        a1 right: 0 0 0 2 2
        """,
    )
    assert curve(told.log.usage["p"], "serving", "kept") == [(0, 2, 0), (1, 0, 1), (11, 0, 0)]
    assert curve(told.log.usage["q"], "serving", "kept") == [(0, 2, 0), (2, 0, 0)]


def test_branches_use_the_parents_place_in_its_zone() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            WAY,
            {
                "fork": fork(zone="yard"),
                "left": step("wait", time="5", zone="yard"),
                "right": step("wait", time="9"),
                "out": step("wait", time="7", room=1),
            },
            zones={"yard": zone(1)},
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 5 5
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 16 16
        a1 fork: 0 9 9 18 18 by=yard
        a1 left: 9 9 9 14 14
        a1 right: 9 9 9 18 18
        a1 out: 18 18 18 25 25
        """,
    )
    assert curve(told.log.places["yard"], "taken") == [(0, 1), (9, 1), (18, 0)]


def test_the_parents_place_is_held_while_what_follows_is_full() -> None:
    happens(
        one_flow(
            trucks(0, 0, 0),
            WAY,
            {
                "fork": fork(room=2),
                "left": step("wait", time="2"),
                "right": step("wait", time="3"),
                "out": step("wait", time="10", room=1),
            },
        ),
        """
        a0 fork: 0 0 0 3 3
        a0 left: 0 0 0 2 2
        a0 right: 0 0 0 3 3
        a0 out: 3 3 3 13 13
        a1 fork: 0 0 0 3 13
        a1 left: 0 0 0 2 2
        a1 right: 0 0 0 3 3
        a1 out: 3 13 13 23 23 by=out
        a2 fork: 0 3 3 6 23 by=fork
        a2 left: 3 3 3 5 5
        a2 right: 3 3 3 6 6
        a2 out: 6 23 23 33 33 by=out
        """,
    )


def test_a_fork_within_a_branch() -> None:
    happens(
        one_flow(
            trucks(0),
            {"outer": "out", "inner": "after", "after": None, "y": None, "z": None, "w": None, "out": None},
            {
                "outer": step("parallel", branches=("inner", "w")),
                "inner": step("parallel", branches=("y", "z")),
                "after": step("wait", time="2"),
                "y": step("wait", time="4"),
                "z": step("wait", time="6"),
                "w": step("wait", time="3"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 outer: 0 0 0 8 8
        a0 inner: 0 0 0 6 6
        a0 y: 0 0 0 4 4
        a0 z: 0 0 0 6 6
        a0 after: 6 6 6 8 8
        a0 w: 0 0 0 3 3
        a0 out: 8 8 8 9 9
        """,
    )


def test_a_step_of_a_branch_may_be_an_ordinary_step_of_another_flow() -> None:
    """Flow b comes to `left` by itself, and its time there is part of its dwell."""
    told = happens(
        world(
            {"a": flow(trucks(0), WAY), "b": flow(trucks(1), chain("left"))},
            {
                "fork": fork(),
                "left": step(needs=needs("p"), time="5"),
                "right": step("wait", time="9"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 0 0 0 9 9
        a0 left: 0 0 0 5 5
        a0 right: 0 0 0 9 9
        a0 out: 9 9 9 10 10
        b0 left: 1 1 5 10 10
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10", "b0": "completed at 10"}


def test_the_run_may_end_within_a_branch() -> None:
    told = happens(
        one_flow(
            trucks(195),
            WAY,
            {
                "fork": fork(),
                "left": step("wait", time="2"),
                "right": step("wait", time="9"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 fork: 195 195 195 - -
        a0 left: 195 195 195 197 197
        a0 right: 195 195 195 - -
        """,
    )
    assert outcomes(told) == {"a0": "inside"}
