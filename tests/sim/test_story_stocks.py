"""Worked by hand: stocks that are taken from in the order of the queue, and put into (law §4)."""

from __future__ import annotations

from dataclasses import replace

from scenarios.resolved import Arrivals, Attribute, Resolved
from tests.sim.build import NAME, chain, flow, needs, step, stock
from tests.sim.tell import curve, happens, one_flow, outcomes, play, trucks, until_empty, world


def shop(take: dict[str, object], level: int, *arrivals: int, puts: Arrivals | None = None) -> Resolved:
    """Flow `a` takes boxes and goes home; flow `b` packs for 5 ms and puts two boxes."""
    return world(
        {
            "a": flow(trucks(*arrivals), chain("take")),
            "b": flow(puts or trucks(), chain("pack", "put")),
        },
        {
            "take": step("take", stock="boxes", **take),
            "pack": step("wait", time="5"),
            "put": step("put", stock="boxes", amount=2),
        },
        stocks={"boxes": stock(level)},
    )


def test_who_finds_enough_takes_it_at_once() -> None:
    told = happens(
        shop({"amount": 3}, 7, 1, 2, puts=trucks(0)),
        """
        a0 take: 1 1 1 1 1 took=3
        a1 take: 2 2 2 2 2 took=3
        b0 pack: 0 0 0 5 5
        """,
    )
    assert curve(told.log.stocks["boxes"], "level", "put") == [(0, 7, 0), (1, 4, 0), (2, 1, 0), (5, 3, 2)]


def test_the_head_waits_until_there_is_enough_and_nobody_overtakes_it() -> None:
    """a1 wants 3 and waits; a2 behind it could have the 2 that are there from 5 on, and waits too."""
    scenario = one_flow(
        trucks(*[(at, {"size": size}) for at, size in ((0, 1), (1, 3), (2, 1))]),
        chain("take"),
        {
            "take": step("take", stock="boxes", amount="size"),
            "pack": step("wait", time="5"),
            "put": step("put", stock="boxes", amount=2),
        },
        attributes={"size": Attribute(NAME, "number", "1")},
        stocks={"boxes": stock(1)},
    )
    packers = flow(trucks(0, 10), chain("pack", "put"))
    scenario.flows["b"] = packers
    happens(
        scenario,
        """
        a0 take: 0 0 0 0 0 took=1
        a1 take: 1 1 15 15 15 took=3
        a2 take: 2 2 15 15 15 took=1
        b0 pack: 0 0 0 5 5
        b1 pack: 10 10 10 15 15
        """,
    )


def test_partial_takes_what_there_is_be_it_nothing() -> None:
    happens(
        shop({"amount": 3, "partial": True}, 4, 0, 1, 2),
        """
        a0 take: 0 0 0 0 0 took=3
        a1 take: 1 1 1 1 1 took=1
        a2 take: 2 2 2 2 2 took=0
        """,
    )


def test_who_would_get_too_little_goes_elsewhere_and_gives_its_place_back() -> None:
    """The place in the step is the only one: a1 comes in when a0, refused at 0, has gone."""
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            {"take": "use", "use": None, "buy": None},
            {
                "take": step("take", stock="boxes", amount=2, short_to="buy", room=1),
                "use": step("wait", time="3"),
                "buy": step("wait", time="4"),
            },
            stocks={"boxes": stock(3)},
        ),
        """
        a0 take: 0 0 0 0 0 took=2
        a0 use: 0 0 0 3 3
        a1 take: 0 0 - 0 0 diverted
        a1 buy: 0 0 0 4 4
        a2 take: 0 0 - 0 0 diverted
        a2 buy: 0 0 0 4 4
        """,
    )
    assert outcomes(told)["a1"] == "completed at 4"


def test_a_put_at_the_instant_of_a_take_is_there_for_it() -> None:
    """Facts first: what b0 puts at 5 is there for a0, who joins at 5 and would be refused."""
    scenario = shop({"amount": 2, "short_to": "pack"}, 0, 5, puts=trucks(0))
    scenario.flows["a"].next["pack"] = None
    happens(
        scenario,
        """
        a0 take: 5 5 5 5 5 took=2
        b0 pack: 0 0 0 5 5
        """,
    )


def test_who_loses_patience_takes_nothing() -> None:
    told = happens(
        shop({"amount": 2, "patience": "4"}, 0, 1, 3, puts=trucks(0)),
        """
        a0 take: 1 1 - 5 5 reneged
        a1 take: 3 3 5 5 5 took=2
        b0 pack: 0 0 0 5 5
        """,
    )
    assert outcomes(told)["a0"] == "reneged at 5"


def test_officers_are_kept_while_the_step_of_the_stock_is_full() -> None:
    happens(
        one_flow(
            trucks(0, 0, 0),
            chain("scan", "take"),
            {
                "scan": step(needs=needs("p"), time="2"),
                "take": step("take", stock="boxes", amount=1, room=1),
                "pack": step("wait", time="9"),
                "put": step("put", stock="boxes", amount=5),
            },
            stocks={"boxes": stock(0)},
        ),
        """
        a0 scan: 0 0 0 2 2
        a0 take: 2 2 - - -
        a1 scan: 0 0 2 4 -
        a1 take: 4 - - - - by=take
        a2 scan: 0 0 - - -
        """,
    )


# ---- who is stuck
def test_a_stock_that_nobody_will_fill_is_a_deadlock() -> None:
    told = play(shop({"amount": 9}, 2, 0, puts=trucks(0)))
    assert told.deadlock is not None
    assert "'take' waits for 'boxes', which nobody holds and nothing will open" in str(told.deadlock)


def test_who_may_still_come_to_a_put_opens_the_stock() -> None:
    told = play(shop({"amount": 9}, 2, 0, puts=trucks(0, 196)))
    assert told.deadlock is None


def test_a_run_until_empty_stops_at_most_when_a_taker_waits_for_ever() -> None:
    scenario = shop({"amount": 9}, 2, 0, puts=trucks(0))
    told = play(replace(scenario, clock=until_empty(100)))
    assert told.log.end == 100
    assert outcomes(told)["a0"] == "inside"
