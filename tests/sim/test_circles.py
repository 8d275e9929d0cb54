"""Where it is said that nobody can be stuck, the search among entities finds nobody (law §4)."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings

from scenarios import library
from scenarios.resolved import Resolved, Shift
from sim.circles import has_no_circle, nobody_can_be_stuck
from sim.engines import reference
from sim.engines.floor import DoesNotFit, EndlessInstant
from sim.rules import highest
from tests.sim.build import chain, flow, needs, step, zone
from tests.sim.networks import networks
from tests.sim.tell import trucks, world

PLAIN = frozenset({"stocks", "sends", "joins", "gather", "carrier", "reserve"})
"""Without what is always searched."""


def holds(scenario: Resolved) -> None:
    model = reference.Model(scenario, 1, 0, scenario.clock.at_most)
    try:
        model.advance(scenario.clock.at_most)
    except (DoesNotFit, EndlessInstant):
        return
    told, found = nobody_can_be_stuck(scenario, highest(scenario, model.timetable)), model.deadlock()
    event(f"nobody can be: {told}, somebody is: {found is not None}")
    assert not told or found is None


@settings(max_examples=60)
@given(networks(PLAIN))
def test_nobody_is_stuck_where_nobody_can_be(scenario: Resolved) -> None:
    holds(scenario)


@pytest.mark.long
@settings(max_examples=10_000)
@given(networks(PLAIN))
def test_nobody_is_stuck_where_nobody_can_be_in_ten_thousand_networks(scenario: Resolved) -> None:
    holds(scenario)


@pytest.mark.parametrize("name", ["lang-son-700k", "lang-son-2025-03-12", "lang-son-2021-12", "telehealth"])
def test_gates_of_the_library_need_no_search(name: str) -> None:
    assert has_no_circle(library.load(name).resolved)


def yard(last: str) -> Resolved:
    """Through a yard of one place; `last` is where whoever was in it goes."""
    return world(
        {"a": flow(trucks(0), chain("lane", "yard")), "b": flow(trucks(0), chain("yard", last))},
        {
            "lane": step("wait", time="5", room=1),
            "yard": step(needs=needs("p"), time="7", zone="yard"),
            "shed": step("wait", time="7", room=1),
        },
        zones={"yard": zone(1)},
    )


def test_a_way_that_leads_back_is_a_circle() -> None:
    assert has_no_circle(yard("shed"))
    assert not has_no_circle(yard("lane"))


def test_what_never_fits_is_waited_for_for_ever() -> None:
    told = yard("shed")
    assert nobody_can_be_stuck(told, {"p": 1})
    assert not nobody_can_be_stuck(told, {"p": 0})
    p = replace(told.resources["p"], shifts=(Shift(None, 0),))
    model = reference.Model(replace(told, resources={"p": p}), 1, 0, told.clock.at_most)
    model.advance(told.clock.at_most)
    assert model.deadlock() is not None
