"""Worked by hand: samples and documents sent out, waited for, met again (law §4)."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.resolved import CERTAIN, Arrivals, Attribute, By, Errand, Flow, Resolved
from sim import chance
from sim.chance import Purpose
from sim.deadlock import Obstacle, Waiting, find
from sim.engines.errands import TooManyVisits
from sim.run import run
from tests.sim.build import NAME, START_DAY, category, chain, flow, needs, shares, step, zone
from tests.sim.tell import happens, lines, outcomes, trucks, world

SAMPLE = Flow(NAME, Arrivals("none"), "test", {"test": None})


def send(count: Any = 2, wait_for: int | None = None, **fields: Any) -> Any:
    return step("send", errand=Errand("lab", wait_for, "s", count), **fields)


def gate(*arrivals: int, steps: Any, way: Any = None, **parts: Any) -> Resolved:
    """Trucks `a` that send samples `s` to be tested, one at a time, 5 ms each."""
    steps = {"test": step(needs=needs("tester"), time="5"), "out": step("wait", time="1")} | steps
    flows = {"a": flow(trucks(*arrivals), way or chain("lab", "out")), "s": SAMPLE}
    return world(flows, steps, **parts)


def test_the_truck_waits_for_all_its_samples() -> None:
    told = happens(
        gate(0, steps={"lab": send()}),
        """
        a0 lab: 0 0 0 10 10
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 5 10 10
        a0 out: 10 10 10 11 11
        """,
    )
    entities = told.log.entities
    assert entities["parent"].tolist() == [-1, 0, 0]
    assert entities["child"].tolist() == [0, 1, 2]
    assert entities["arrived"].tolist() == [0, 0, 0]


def test_or_for_some_of_them_and_the_others_go_on_without_it() -> None:
    told = happens(
        gate(0, steps={"lab": send(3, 1)}),
        """
        a0 lab: 0 0 0 5 5
        a0 out: 5 5 5 6 6
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 5 10 10
        s.a.list.lab0#3 test: 0 0 10 15 15
        """,
    )
    assert outcomes(told)["a0"] == "completed at 6"
    assert outcomes(told)["s.a.list.lab0#3"] == "completed at 15"


def test_or_meets_them_later() -> None:
    way = chain("lab", "park", "meet", "out")
    meet = step("join", errand=Errand("lab"))
    happens(
        gate(0, way=way, steps={"lab": send(2, 0), "park": step("wait", time="3"), "meet": meet}),
        """
        a0 lab: 0 0 0 0 0
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 5 10 10
        a0 park: 0 0 0 3 3
        a0 meet: 3 3 3 10 10
        a0 out: 10 10 10 11 11
        """,
    )


def test_nobody_waits_for_more_than_were_sent_and_none_sent_is_no_wait() -> None:
    way = chain("lab", "meet", "out")
    steps = {"lab": send(1, 9), "meet": step("join", errand=Errand("lab", 3))}
    happens(
        gate(0, way=way, steps=steps),
        """
        a0 lab: 0 0 0 5 5
        s.a.list.lab0#1 test: 0 0 0 5 5
        a0 meet: 5 5 5 5 5
        a0 out: 5 5 5 6 6
        """,
    )
    happens(gate(0, steps={"lab": send(0)}), "a0 lab: 0 0 0 0 0\n a0 out: 0 0 0 1 1")


def test_a_join_before_anything_was_sent_waits_for_nothing() -> None:
    way = chain("meet", "lab", "out")
    happens(
        gate(0, way=way, steps={"lab": send(1), "meet": step("join", errand=Errand("lab"))}),
        """
        a0 meet: 0 0 0 0 0
        a0 lab: 0 0 0 5 5
        s.a.list.lab0#1 test: 0 0 0 5 5
        a0 out: 5 5 5 6 6
        """,
    )


def test_a_lost_sample_has_ended_too() -> None:
    impatient = step(needs=needs("tester"), time="5", patience="2")
    told = happens(
        gate(0, steps={"lab": send(), "test": impatient}),
        """
        a0 lab: 0 0 0 5 5
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 - 2 2 reneged
        a0 out: 5 5 5 6 6
        """,
    )
    assert outcomes(told)["s.a.list.lab0#2"] == "reneged at 2"


def test_samples_come_in_the_order_of_their_parents_and_their_numbers() -> None:
    """Both trucks send at 0: the law's key compares flow, source, day, number, then child."""
    happens(
        gate(0, 0, steps={"lab": send()}),
        """
        a0 lab: 0 0 0 10 10
        a1 lab: 0 0 0 20 20
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 5 10 10
        s.a.list.lab1#1 test: 0 0 10 15 15
        s.a.list.lab1#2 test: 0 0 15 20 20
        a0 out: 10 10 10 11 11
        a1 out: 20 20 20 21 21
        """,
    )


def test_a_second_visit_sends_others_and_forgets_the_first() -> None:
    """Its samples are children 257 and 258; a join waits for these alone."""
    way = {"lab": "again", "again": None, "meet": "out", "out": None}
    options: dict[str, dict[str, str | None]] = {"again": {"back": "lab", "on": "meet"}}
    steps = {
        "lab": send(2, 0),
        "again": step("choose", shares="again"),
        "meet": step("join", errand=Errand("lab", 1)),
    }
    scenario = gate(0, way=way, steps=steps, mixes={"again": shares(back=0.5, on=0.5)})
    scenario.flows["a"].options.update(options)
    told = run(scenario, seed_that_goes_back_once(scenario), engine="reference")
    expected = """
        a0 lab: 0 0 0 0 0
        a0 lab: 0 0 0 0 0 visit=2
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 0 5 10 10
        s.a.list.lab0#257 test: 0 0 10 15 15
        s.a.list.lab0#258 test: 0 0 15 20 20
        a0 meet: 0 0 0 15 15
        a0 out: 15 15 15 16 16
    """
    assert lines(told.log) == sorted(line.strip() for line in expected.strip().splitlines())


def seed_that_goes_back_once(scenario: Resolved) -> int:
    return next(
        seed
        for seed in range(100)
        if sum(" lab:" in line for line in lines(run(scenario, seed, engine="reference").log)) == 2
    )


def test_the_parent_keeps_its_place_in_the_yard_and_a_sample_needs_its_own() -> None:
    """A yard of two: the truck, then one sample after the other."""
    happens(
        gate(
            0,
            steps={"lab": send(zone="yard"), "test": step("wait", time="5", zone="yard")},
            zones={"yard": zone(2)},
        ),
        """
        a0 lab: 0 0 0 10 10
        s.a.list.lab0#1 test: 0 0 0 5 5
        s.a.list.lab0#2 test: 0 5 5 10 10 by=yard
        a0 out: 10 10 10 11 11
        """,
    )


def test_a_truck_that_fills_the_yard_its_samples_must_enter_is_stuck() -> None:
    scenario = gate(
        0,
        steps={"lab": send(zone="yard"), "test": step("wait", time="5", zone="yard")},
        zones={"yard": zone(1)},
    )
    for engine in ("reference", "compiled"):
        told = run(scenario, 1, engine=engine)
        assert told.deadlock is not None
        assert len(told.deadlock.entities) == 3


def test_who_waits_for_one_of_two_is_stuck_only_if_both_are() -> None:
    stuck = Waiting("s2", "test", (Obstacle("test", ("s2",), may_open=False),))

    def found(needed: int) -> tuple[str, ...]:
        both = Obstacle("lab", ("s1", "s2"), may_open=False, needed=needed)
        deadlock = find([Waiting("truck", "lab", (both,)), stuck])
        return deadlock.entities if deadlock else ()

    assert found(1) == ("s2",)
    assert found(2) == ("truck", "s2")


def test_attributes_of_the_same_name_are_the_parents() -> None:
    goods = {"goods": category("fruit", "wood", draw="goods")}
    always_wood = {"goods": category("fruit", "wood", draw="wood")}
    sample = Flow(NAME, Arrivals("none"), "test", {"test": None}, attributes=always_wood)
    steps = {
        "lab": send(By("goods", {"fruit": 1, "wood": 2})),
        "test": step("wait", time=By("goods", {"fruit": "3", "wood": "7"})),
        "out": step("wait", time="1"),
    }
    came = trucks((0, {"goods": "fruit"}), (0, {"goods": "wood"}))
    happens(
        world(
            {"a": flow(came, chain("lab", "out"), attributes=dict(goods)), "s": sample},
            steps,
            mixes={"goods": shares(fruit=0.5, wood=0.5), "wood": shares(fruit=0, wood=1)},
        ),
        """
        a0 lab: 0 0 0 3 3
        a1 lab: 0 0 0 7 7
        s.a.list.lab0#1 test: 0 0 0 3 3
        s.a.list.lab1#1 test: 0 0 0 7 7
        s.a.list.lab1#2 test: 0 0 0 7 7
        a0 out: 3 3 3 4 4
        a1 out: 7 7 7 8 8
        """,
    )


def test_each_sample_draws_at_its_own_address() -> None:
    staircase = (CERTAIN // 4, CERTAIN // 2, 3 * CERTAIN // 4, CERTAIN, 11, 12, 13, 14)
    told = run(
        gate(0, 1, steps={"lab": send(9), "test": step("wait", time="drawn")}, tables={"drawn": staircase}),
        7,
        engine="reference",
    )
    log = told.log
    assert log is not None
    tests = log.visits["step"] == log.names.steps.index("test")
    took = (log.visits["ended"] - log.visits["started"])[tests].tolist()
    key = chance.key(7, "step", "test", "s", "a.list.lab")
    assert took == [
        chance.quantile(staircase, chance.draw(key, START_DAY, number, child, 1, Purpose.SERVICE))
        for number in (0, 1)
        for child in range(1, 10)
    ]
    assert len(set(took)) > 2


@pytest.mark.parametrize(("pages", "sent"), [(-3, 0), (2, 2), (400, 255)])
def test_a_number_attribute_says_how_many_within_what_addresses_hold(pages: int, sent: int) -> None:
    errand = Errand("lab", None, "s", "pages")
    papers = {"pages": Attribute(NAME, "number", "1")}
    steps = {"lab": step("send", errand=errand), "test": step("wait", time="5")}
    scenario = world(
        {"a": flow(trucks((0, {"pages": pages})), chain("lab"), attributes=papers), "s": SAMPLE}, steps
    )
    for engine in ("reference", "compiled"):
        assert len(run(scenario, 1, engine=engine).log.entities["flow"]) == 1 + sent


def test_who_sends_for_ever_is_told() -> None:
    scenario = gate(
        0, way={"lab": "lab", "out": None}, steps={"lab": send(0), "test": step("wait", time="0")}
    )
    scenario.steps["lab"] = send(1)
    for engine in ("reference", "compiled"):
        with pytest.raises(TooManyVisits, match=r"^lab: "):
            run(scenario, 1, engine=engine)


def test_a_sample_of_a_truck_that_has_left_ends_by_itself_and_empties_the_run() -> None:
    from tests.sim.tell import until_empty

    scenario = gate(0, steps={"lab": send(2, 0)}, clock=until_empty(500))
    for engine in ("reference", "compiled"):
        assert run(scenario, 1, engine=engine).log.end == 11
