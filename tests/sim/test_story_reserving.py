"""Worked by hand: joint work whose head takes what it needs one after the other (law §4, Reservation)."""

from __future__ import annotations

from typing import Any

from scenarios.resolved import By, Disruption, Resource, Shift
from tests.sim.build import NAME, category, chain, flow, hours, needs, shares, step
from tests.sim.tell import curve, happens, lanes, one_flow, outcomes, trucks, world


def joint(**fields: Any) -> Any:
    """Needs both agencies; without reservation it could starve behind the queue of either."""
    return step(needs=needs("p", "q"), reserve=True, **{"time": "10"} | fields)


def beside(arrivals: Any, **fields: Any) -> dict[str, Any]:
    """Flow a wants joint work, flow b keeps p busy, flow c keeps q busy."""
    return {
        "a": flow(arrivals, chain("joint"), **fields),
        "b": flow(trucks(0, 1, 2), chain("papers")),
        "c": flow(trucks(0), chain("samples")),
    }


STEPS = {
    "joint": joint(),
    "papers": step(needs=needs("p"), time="5"),
    "samples": step(needs=needs("q"), time="8"),
}


def test_what_is_free_is_reserved_and_no_service() -> None:
    told = happens(
        world(beside(trucks(3)), STEPS),
        """
        a0 joint: 3 3 15 25 25
        b0 papers: 0 0 0 5 5
        b1 papers: 1 1 5 10 10
        b2 papers: 2 2 10 15 15
        c0 samples: 0 0 0 8 8
        """,
    )
    assert curve(told.log.usage["q"], "serving", "reserved") == [(0, 1, 0), (8, 0, 1), (15, 1, 0), (25, 0, 0)]
    assert lanes(told)["a0 joint"] == "p 1"


def test_the_one_behind_the_head_reserves_nothing_and_a_better_priority_does_not_overtake() -> None:
    rank = category("0", "1", draw="rank")
    ranks: Any = {"attributes": {"rank": rank}, "priority": By("rank", {"0": 0, "1": 1})}
    told = happens(
        world(
            beside(trucks((3, {"rank": "1"}), (9, {"rank": "0"})), **ranks),
            STEPS,
            mixes={"rank": shares(**{"0": 0.5, "1": 0.5})},
        ),
        """
        a0 joint: 3 3 15 25 25
        a1 joint: 9 9 25 35 35
        b0 papers: 0 0 0 5 5
        b1 papers: 1 1 5 10 10
        b2 papers: 2 2 10 15 15
        c0 samples: 0 0 0 8 8
        """,
    )
    assert curve(told.log.usage["q"], "reserved")[1] == (8, 1)


def test_units_are_reserved_whole() -> None:
    steps = {
        "joint": step(needs=needs(("p", 2), "q"), time="10", reserve=True),
        "one": step(needs=needs("p"), time="4"),
    }
    told = happens(
        world(
            {"b": flow(trucks(0, 0, 2), chain("one")), "a": flow(trucks(1), chain("joint"))},
            steps,
            resources={"p": Resource(NAME, (Shift(None, 2),))},
        ),
        """
        a0 joint: 1 1 4 14 14
        b0 one: 0 0 0 4 4
        b1 one: 0 0 0 4 4
        b2 one: 2 2 14 18 18
        """,
    )
    assert curve(told.log.usage["p"], "serving", "reserved") == [(0, 2, 0), (4, 2, 0), (14, 1, 0), (18, 0, 0)]


def test_who_gives_up_returns_what_was_reserved() -> None:
    told = happens(
        world(
            {
                "a": flow(trucks(1), chain("joint")),
                "b": flow(trucks(0), chain("papers")),
                "c": flow(trucks(2), chain("samples")),
            },
            STEPS | {"joint": joint(patience="3")},
        ),
        """
        a0 joint: 1 1 - 4 4 reneged
        b0 papers: 0 0 0 5 5
        c0 samples: 2 2 4 12 12
        """,
    )
    assert curve(told.log.usage["q"], "serving", "reserved") == [(1, 0, 1), (4, 1, 0), (12, 0, 0)]
    assert outcomes(told)["a0"] == "reneged at 4"


def test_what_is_reserved_stays_over_closing_and_work_starts_when_all_are_on_duty() -> None:
    told = happens(
        one_flow(
            trucks(35),
            chain("joint"),
            {"joint": joint()},
            resources={"p": Resource(NAME, (Shift("day", 1),)), "q": Resource(NAME, (Shift("late", 1),))},
            calendars={"day": hours((10, 40), (55, 70)), "late": hours((50, 90))},
        ),
        "a0 joint: 35 35 55 65 65",
    )
    assert curve(told.log.usage["p"], "serving", "reserved") == [(35, 0, 1), (55, 1, 0), (65, 0, 0)]
    assert curve(told.log.usage["q"], "serving", "reserved") == [(50, 0, 1), (55, 1, 0), (65, 0, 0)]


def test_a_lost_unit_that_is_reserved_lets_the_work_wait() -> None:
    told = one_flow(
        trucks(1),
        chain("joint"),
        {"joint": joint()},
        resources={"q": Resource(NAME, (Shift("late", 1),))},
        calendars={"late": hours((8, 90))},
        disruptions={"loss": Disruption(NAME, (("resource", "p"),), lose=1, when=((4, 10),))},
    )
    happens(told, "a0 joint: 1 1 14 24 24")
