"""Worked by hand: what the people in charge do when a state holds for a time (law §3.7)."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.resolved import Condition, Disruption, Effect, Resolved, Resource, Rule, Shift
from sim.engines.reference import Model
from sim.log import TARGETS
from sim.run import Run, run
from tests.sim.build import NAME, always, category, chain, clock, hours, needs, platform, shares, step
from tests.sim.tell import happens, one_flow, outcomes, trucks


def rule(when: Condition, *effects: Effect, **fields: Any) -> Rule:
    return Rule(NAME, (when,), effects, **fields)


def rows(told: Run, what: str) -> list[tuple[int, int]]:
    """Time and value of the rows of one kind."""
    table = told.log.timetable
    mine = table["what"] == TARGETS.index(what)
    return list(zip(table["time"][mine].tolist(), table["value"][mine].tolist(), strict=True))


QUEUE = Condition("queue", ("desk",), above=1)
MORE = Effect("open", "p", 1)


def desk(*arrivals: int, rules: dict[str, Rule], **fields: Any) -> Resolved:
    """One desk that takes 10."""
    return one_flow(
        trucks(*arrivals),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="10")},
        rules=rules,
        **fields,
    )


# ---- when it comes into force, when it ends
def test_a_lane_is_opened_a_millisecond_after_the_reading_and_closed_when_it_holds_no_longer() -> None:
    told = happens(
        desk(0, 1, 2, 3, rules={"open": rule(QUEUE, MORE)}),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 3 13 13
        a2 desk: 2 2 10 20 20
        a3 desk: 3 3 20 30 30
        """,
    )  # two wait from 2 on: open from 3; a1 starts then, but a3 comes: still two, until a2 starts at 10
    assert rows(told, "rule") == [(0, 0), (3, 1), (11, 0)]
    assert rows(told, "capacity") == [(0, 1), (3, 2), (11, 1)]


def test_what_is_under_way_when_a_lane_is_closed_is_completed() -> None:
    told = happens(
        desk(0, 0, 0, rules={"open": rule(QUEUE, MORE)}),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 0 0 1 11 11
        a2 desk: 0 0 11 21 21
        """,
    )  # open at 1; one waits only: shut at 2, and a1 goes on; at 10 a0 ends, but a1 is still busy
    assert rows(told, "capacity") == [(0, 1), (1, 2), (2, 1)]


def test_it_must_have_held_at_every_reading_of_its_time() -> None:
    """Two wait from 2 on, and at 10 one of them starts: for 7 ms it holds, at the end of 8 no longer."""
    for lasts, switched in ((7, [(0, 0), (10, 1), (11, 0)]), (8, [(0, 0)])):
        told = run(desk(0, 1, 2, rules={"open": rule(QUEUE, MORE, lasts=lasts)}), 1, engine="reference")
        assert rows(told, "rule") == switched


def test_a_break_begins_the_time_anew() -> None:
    down = Condition("platform", ("net",), below=1)
    outage = Disruption(NAME, (("platform", "net"),), down=True, when=((5, 4), (10, 20)))
    told = run(
        desk(
            0,
            rules={"paper": rule(down, MORE, lasts=6)},
            platforms={"net": platform()},
            disruptions={"out": outage},
        ),
        1,
        engine="reference",
    )
    assert rows(told, "rule") == [(0, 0), (17, 1), (31, 0)]


def test_until_has_a_threshold_and_a_time_of_its_own() -> None:
    calm = Condition("queue", ("desk",), below=1)
    told = happens(
        desk(0, 1, 2, 3, rules={"open": rule(QUEUE, MORE, until=(calm,), until_lasts=4)}),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 3 13 13
        a2 desk: 2 2 10 20 20
        a3 desk: 3 3 13 23 23
        """,
    )  # nobody waits from 13 on
    assert rows(told, "rule") == [(0, 0), (3, 1), (18, 0)]


def test_the_delay_stands_between_the_decision_and_its_effect_at_both_ends() -> None:
    told = happens(
        desk(0, 1, 2, 3, rules={"open": rule(QUEUE, MORE, delay=5)}),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 7 17 17
        a2 desk: 2 2 10 20 20
        a3 desk: 3 3 20 30 30
        """,
    )  # read at 2; in force from 7; at 10 one waits only: ends at 15
    assert rows(told, "rule") == [(0, 0), (7, 1), (15, 0)]


def test_rules_are_read_once_an_instant_when_everything_is_done() -> None:
    """At 10 one ends and one comes: never are two waiting when nothing stirs."""
    told = run(desk(0, 1, 10, rules={"open": rule(QUEUE, MORE)}), 1, engine="reference")
    assert rows(told, "rule") == [(0, 0)]


def test_what_ends_it_may_hold_at_the_reading_that_gave_it_and_it_turns_a_millisecond_later() -> None:
    told = run(
        desk(0, 1, 2, rules={"open": rule(QUEUE, Effect("open", "q", 1), until=(QUEUE,))}, **SPARE),
        1,
        engine="reference",
    )
    turns = [(0, 0), *((time, (time - 2) % 2) for time in range(3, 11))]
    assert rows(told, "rule") == turns


SPARE: dict[str, Any] = {"resources": {"q": always(1)}}


# ---- effects
def test_units_are_kept_on_duty_after_hours_while_somebody_waits() -> None:
    waiting = Condition("queue", ("desk",), above=0)
    told = happens(
        desk(
            0, 1, 2,
            rules={"stay": rule(waiting, Effect("keep", "p", 1))},
            resources={"p": Resource(NAME, (Shift("day", 1),))},
            calendars={"day": hours((0, 5), (60, 200))},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 20 20
        a2 desk: 2 2 20 30 30
        """,
    )  # fmt: skip
    assert rows(told, "scheduled") == [(0, 1), (5, 0), (60, 1)]
    assert rows(told, "capacity") == [(0, 1), (21, 0), (60, 1)]


def test_kept_units_are_no_more_than_asked_for_and_opened_ones_come_on_top() -> None:
    crowd = Condition("inside", ("a",), above=1)
    told = run(
        desk(
            0, 0, 0,
            rules={
                "stay": rule(crowd, Effect("keep", "p", 2)),
                "more": rule(crowd, MORE),
                "again": rule(crowd, MORE),
            },
            resources={"p": always(3)},
        ),
        1,
     engine="reference")  # fmt: skip
    assert rows(told, "capacity") == [(0, 3), (1, 5), (11, 3)]


def test_a_closed_step_holds_those_who_come_where_they_are() -> None:
    crowd, calm = Condition("backlog", ("desk",), above=1), Condition("backlog", ("desk",), below=2)
    told = happens(
        one_flow(
            trucks(0, 1, 2, 3),
            chain("home", "road", "desk"),
            {
                "home": step("wait", time="2"),
                "road": step("wait", time="1"),
                "desk": step(needs=needs("p"), time="10"),
            },
            rules={"hold": rule(crowd, Effect("close", "road"), until=(calm,))},
        ),
        """
        a0 home: 0 0 0 2 2
        a0 road: 2 2 2 3 3
        a0 desk: 3 3 3 13 13
        a1 home: 1 1 1 3 3
        a1 road: 3 3 3 4 4
        a1 desk: 4 4 13 23 23
        a2 home: 2 2 2 4 4
        a2 road: 4 4 4 5 5
        a2 desk: 5 5 23 33 33
        a3 home: 3 3 3 5 24
        a3 road: 5 24 24 25 25 by=road
        a3 desk: 25 25 33 43 43
        """,
    )
    assert rows(told, "closed") == [(0, 0), (5, 1), (24, 0), (26, 1), (34, 0)]


def test_a_closed_step_diverts_who_does_not_wait_for_a_full_one() -> None:
    always_so = Condition("inside", ("a",), above=0)
    happens(
        one_flow(
            trucks(0, 5),
            {"desk": None, "aside": None},
            {"desk": step(needs=needs("p"), time="10", full_to="aside"), "aside": step("wait", time="3")},
            rules={"shut": rule(always_so, Effect("close", "desk"))},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 5 - - 5 5 by=desk diverted
        a1 aside: 5 5 5 8 8
        """,
    )


def test_a_choice_is_diverted_and_goes_back_to_its_own_way() -> None:
    crowd = Condition("backlog", ("desk",), above=0)
    told = happens(
        one_flow(
            trucks(0, 1, 5, 12),
            {"which": None, "desk": None, "aside": None},
            {
                "which": step("choose", by="goods"),
                "desk": step(needs=needs("p"), time="10"),
                "aside": step("wait", time="3"),
            },
            options={"which": {"fruit": "desk", "stone": "aside"}},
            attributes={"goods": category("fruit", "stone", draw="goods")},
            mixes={"goods": shares(fruit=1.0)},
            rules={"turn": rule(crowd, Effect("divert", "which", option="stone"))},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 aside: 1 1 1 4 4
        a2 aside: 5 5 5 8 8
        a3 desk: 12 12 12 22 22
        """,
    )
    assert rows(told, "divert") == [(0, 0), (1, 2), (11, 0), (13, 2), (23, 0)]


def test_of_two_diversions_the_rule_written_first_counts() -> None:
    crowd = Condition("inside", ("a",), above=0)
    options: dict[str, str | None] = {"one": "one", "two": "two", "other": "desk"}
    told = one_flow(
        trucks(0, 5),
        {"which": None, "one": None, "two": None, "desk": None},
        {
            "which": step("choose", when={"one": (Condition("inside", ("a",), below=1),)}),
            "one": step("wait", time="1"),
            "two": step("wait", time="2"),
            "desk": step("wait", time="9"),
        },
        options={"which": options},
        rules={
            "b": rule(crowd, Effect("divert", "which", option="two")),
            "a": rule(crowd, Effect("divert", "which", option="one")),
        },
    )
    happens(
        told,
        """
        a0 desk: 0 0 0 9 9
        a1 two: 5 5 5 7 7
        """,
    )


def test_a_diverted_meeting_counts_for_the_draws_of_the_later_ones() -> None:
    """The luck of the second meeting of a choice is the same, whether the first was diverted or not."""
    way: dict[str, str | None] = {"desk": "again", "again": None}
    base: dict[str, Any] = {
        "options": {"again": {"back": "desk", "on": None}},
        "mixes": {"half": shares(back=0.5, on=0.5)},
        "clock": clock(100),
    }
    steps = {"desk": step("wait", time="10"), "again": step("choose", shares="half")}
    plain = visits_of(run(one_flow(trucks(*range(8)), way, steps, **base), 1, engine="reference"))
    outage = Disruption(NAME, (("platform", "net"),), down=True, when=((5, 14),))
    down = Condition("platform", ("net",), below=1)
    base |= {"platforms": {"net": platform()}, "disruptions": {"out": outage}}
    rules = {"turn": rule(down, Effect("divert", "again", option="back"))}
    turned = visits_of(
        run(one_flow(trucks(*range(8)), way, steps, rules=rules, **base), 1, engine="reference")
    )
    assert set(turned.values()) != {1}
    again = {number for number, count in plain.items() if count > 1}
    assert 0 < len(again) < 8
    assert {n: turned[n] for n in again} == {n: plain[n] for n in again}
    assert all(turned[n] > 1 for n in plain)


def visits_of(told: Run) -> dict[int, int]:
    """Truck → how often it was at the desk."""
    entities, counts = told.log.visits["entity"].tolist(), told.log.visits["visit"].tolist()
    return {n: max(c for e, c in zip(entities, counts, strict=True) if e == n) for n in set(entities)}


# ---- the run
@pytest.mark.parametrize("length", [1, 3, 7, 1000])
def test_slices_change_nothing(length: int) -> None:
    """Not even to a rule whose end holds already when it is given: the reading that gave it counts."""
    scenario = desk(
        0, 1, 2, 3, 9, 9, 9, 14, 30, 31, 32,
        rules={
            "both": rule(QUEUE, MORE, lasts=2, until=(QUEUE,), until_lasts=3, delay=9),
            "flickers": rule(QUEUE, MORE, until=(QUEUE,)),
            "open": rule(QUEUE, MORE, lasts=3, delay=2),
            "shut": rule(Condition("backlog", ("desk",), above=3), Effect("close", "desk"), until_lasts=2,
                         until=(Condition("queue", ("desk",), below=2),)),
        },
    )  # fmt: skip
    whole = run(scenario, 1, engine="reference")
    model = Model(scenario, 1, 0, scenario.clock.at_most)
    for reached in range(length, 200 + length, length):
        model.advance(min(200, reached))
    assert model.digest(200) == whole.digest


def test_a_step_that_a_rule_has_closed_is_no_deadlock() -> None:
    told = run(
        one_flow(
            trucks(0, 5),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            rules={"shut": rule(Condition("inside", ("a",), above=0), Effect("close", "desk"))},
        ),
        1,
        engine="reference",
    )
    assert told.deadlock is None
    assert outcomes(told) == {"a0": "completed at 10", "a1": "inside"}
