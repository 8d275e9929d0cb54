"""Worked by hand: units that are kept across steps (law §4, Hold and free)."""

from __future__ import annotations

from typing import Any

from sim.deadlock import Deadlock
from tests.sim.build import always, chain, flow, needs, step
from tests.sim.tell import curve, happens, lanes, one_flow, outcomes, play, trucks, world

WAY = chain("dock", "unload", "sign", "undock", "drive")
"""A dock is held while a truck unloads and signs; only then does it drive off."""


def docked(**fields: Any) -> dict[str, Any]:
    return {
        "dock": step("hold", needs=needs("d"), **fields),
        "unload": step("wait", time="10"),
        "sign": step(needs=needs("p"), time="2"),
        "undock": step("free", frees=("dock",)),
        "drive": step("wait", time="5"),
    }


def test_what_is_held_is_busy_over_the_steps_and_free_at_the_free_step() -> None:
    told = happens(
        one_flow(trucks(0, 1), WAY, docked()),
        """
        a0 dock: 0 0 0 0 0
        a0 unload: 0 0 0 10 10
        a0 sign: 10 10 10 12 12
        a0 drive: 12 12 12 17 17
        a1 dock: 1 1 12 12 12
        a1 unload: 12 12 12 22 22
        a1 sign: 22 22 22 24 24
        a1 drive: 24 24 24 29 29
        """,
    )
    assert curve(told.log.usage["d"], "serving", "kept") == [(0, 1, 0), (12, 1, 0), (24, 0, 0)]
    assert lanes(told)["a1 dock"] == "d 1"


def test_who_holds_and_finds_the_next_door_shut_goes_on_holding() -> None:
    steps = docked() | {"unload": step("wait", time="10", room=1)}
    told = happens(
        one_flow(trucks(0, 1), chain("dock", "unload", "undock"), steps, resources={"d": always(2)}),
        """
        a0 dock: 0 0 0 0 0
        a0 unload: 0 0 0 10 10
        a1 dock: 1 1 1 1 10
        a1 unload: 1 10 10 20 20 by=unload
        """,
    )
    assert curve(told.log.usage["d"], "serving", "kept") == [(0, 1, 0), (1, 2, 0), (10, 1, 0), (20, 0, 0)]


def test_a_loss_gives_back_what_is_held() -> None:
    steps = docked() | {"sign": step(needs=needs("p"), time="9", patience="3")}
    told = happens(
        one_flow(trucks(0, 1, 2), chain("dock", "sign", "undock"), steps, resources={"d": always(2)}),
        """
        a0 dock: 0 0 0 0 0
        a0 sign: 0 0 0 9 9
        a1 dock: 1 1 1 1 1
        a1 sign: 1 1 - 4 4 reneged
        a2 dock: 2 2 4 4 4
        a2 sign: 4 4 - 7 7 reneged
        """,
    )
    assert outcomes(told) == {"a0": "completed at 9", "a1": "reneged at 4", "a2": "reneged at 7"}


def test_an_end_gives_back_what_is_held() -> None:
    steps = {"dock": step("hold", needs=needs("d")), "x": step("wait", time="5"), "out": step("end")}
    happens(
        one_flow(trucks(0, 1), chain("dock", "x", "out"), steps),
        """
        a0 dock: 0 0 0 0 0
        a0 x: 0 0 0 5 5
        a1 dock: 1 1 5 5 5
        a1 x: 5 5 5 10 10
        """,
    )


def test_a_branch_frees_what_it_held_when_it_ends() -> None:
    steps = {
        "both": step("parallel", branches=("dock", "walk")),
        "dock": step("hold", needs=needs("d")),
        "unload": step("wait", time="4"),
        "walk": step("wait", time="9"),
    }
    way = {"both": None, "dock": "unload", "unload": None, "walk": None}
    told = happens(
        one_flow(trucks(0, 1), way, steps),
        """
        a0 both: 0 0 0 9 9
        a0 dock: 0 0 0 0 0
        a0 unload: 0 0 0 4 4
        a0 walk: 0 0 0 9 9
        a1 both: 1 1 1 10 10
        a1 dock: 1 1 4 4 4
        a1 unload: 4 4 4 8 8
        a1 walk: 1 1 1 10 10
        """,
    )
    assert curve(told.log.usage["d"], "serving") == [(0, 1), (4, 1), (8, 0)]


def test_freeing_what_is_not_held_does_nothing() -> None:
    steps = {"undock": step("free", frees=("dock",)), **docked()}
    happens(
        one_flow(trucks(3), {"undock": "drive", "drive": None, "dock": "undock"}, steps, first="undock"),
        "a0 drive: 3 3 3 8 8",
    )


def test_two_who_hold_what_the_other_wants_are_a_deadlock() -> None:
    steps = {
        "a_first": step("hold", needs=needs("p")), "a_then": step("hold", needs=needs("q")),
        "b_first": step("hold", needs=needs("q")), "b_then": step("hold", needs=needs("p")),
        "walk": step("wait", time="1"), "stroll": step("wait", time="1"), "out": step("end"),
    }  # fmt: skip
    told = play(
        world(
            {
                "a": flow(trucks(0), chain("a_first", "walk", "a_then", "out")),
                "b": flow(trucks(0), chain("b_first", "stroll", "b_then", "out")),
            },
            steps,
        )
    )
    a, b = "a list 2025-03-12 #0 (a_then)", "b list 2025-03-12 #0 (b_then)"
    assert told.deadlock == Deadlock(
        (a, b), (f"{a} at 'a_then' waits for 'q', held by {b}", f"{b} at 'b_then' waits for 'p', held by {a}")
    )
