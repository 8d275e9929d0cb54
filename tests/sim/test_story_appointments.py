"""Worked by hand: slots, who gets which, and who never comes (law §2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scenarios.resolved import CERTAIN, Appointments, Arrivals, Attribute, Flow, Resolved
from sim.appointments import slots
from sim.arrivals import Birth, Demand, births
from sim.chance import Purpose
from sim.run import run
from sim.timetable import timetable
from tests.sim import build
from tests.sim.build import NAME, START_DAY, category, clock, even_day, hours, needs, step
from tests.sim.tell import world

MS_PER_DAY = 86_400_000


def gate(spec: Appointments, per_ms: float = 0.05, window: int = 400, **parts: Any) -> Resolved:
    """Trucks that want to come at random, some by appointment; the booked go first."""
    attributes = {
        "booking": category("booked", "walk_in", draw="book"),
        "appointment": Attribute(NAME, "number", "0"),
    }
    arrivals = Arrivals("rate", days=even_day(per_ms * MS_PER_DAY), gap="gap", appointments=spec)
    flow = Flow(NAME, arrivals, "gate", {"gate": None}, attributes=attributes)
    parts.setdefault("calendars", {})
    return world(
        {"a": flow},
        {"gate": step(needs=needs("officer"), time="3")},
        tables={"gap": (1_000_000,), "late": (7,)},
        mixes={"book": build.shares(booked=0.5, walk_in=0.5)},
        clock=clock(window),
        **parts,
    )


def wanting(scenario: Resolved) -> list[int]:
    """When they want to come: the same flow without appointments."""
    flow = scenario.flows["a"]
    plain = replace(scenario, flows={"a": replace(flow, arrivals=replace(flow.arrivals, appointments=None))})
    return [birth.at for birth in coming(plain)]


def coming(scenario: Resolved, source: str = "x0") -> list[Birth]:
    rows = timetable(scenario, 1, 0, 0, scenario.clock.at_most)
    return list(births(scenario, "a", source, Demand.of("a", rows), 1, 0))


def test_one_wants_to_come_every_20_ms() -> None:
    assert wanting(gate(Appointments(50, 9)))[:5] == [20, 40, 60, 80, 100]


def test_each_gets_the_first_slot_that_is_not_over_and_has_a_place() -> None:
    """Slots of 50 ms with one place: 20 → 0, 40 → 50 (0 is taken), 60 → 100 (50 is taken), …"""
    told = coming(gate(Appointments(50, 1)))
    assert [birth.at for birth in told] == [0, 50, 100, 150, 200, 250, 300, 350]
    assert [birth.number for birth in told] == list(range(8))


def test_a_slot_that_is_over_is_lost() -> None:
    """Slots of 10 ms: who wants to come at 20 gets the one that begins then; those before are over."""
    assert [birth.at for birth in coming(gate(Appointments(10, 5)))][:3] == [20, 40, 60]


def test_with_places_for_all_they_come_in_the_slot_they_want() -> None:
    told = coming(gate(Appointments(50, 9)))
    assert [birth.at for birth in told][:7] == [0, 0, 50, 50, 100, 100, 100]
    assert all(birth.given == {"booking": "booked", "appointment": birth.at} for birth in told)


def test_ahead_and_late_but_not_before_the_run_begins() -> None:
    told = coming(gate(Appointments(50, 9, ahead=20, delay="late")))
    assert [birth.at for birth in told][:4] == [0, 0, 37, 37]
    assert [birth.given["appointment"] for birth in told][:4] == [0, 0, 50, 50]


def test_slots_begin_anew_at_each_opening() -> None:
    scenario = gate(
        Appointments(30, 1, calendar="day"), calendars={"day": hours((10, 80), (205, 300))}, window=10_000
    )
    spec = scenario.flows["a"].arrivals.appointments
    assert spec is not None
    first_day = [slot for slot in slots(scenario, spec, 0) if slot < MS_PER_DAY]
    assert first_day == [10, 40, 70, 205, 235, 265, 295]
    assert [birth.at for birth in coming(scenario)] == first_day


def test_who_walks_in_comes_when_he_wants_to() -> None:
    scenario = gate(Appointments(50, 1, uptake=0))
    told = coming(scenario)
    assert [birth.at for birth in told] == wanting(scenario)
    assert all(birth.given == {"booking": "walk_in", "appointment": birth.at} for birth in told)


def test_a_no_show_leaves_its_place_empty() -> None:
    everybody = coming(gate(Appointments(50, 1)))
    some = coming(gate(Appointments(50, 1, no_show=CERTAIN // 2)))
    assert 0 < len(some) < len(everybody)
    assert all(birth in everybody for birth in some)  # in the very same slot: nobody moves up
    assert coming(gate(Appointments(50, 1, no_show=CERTAIN))) == []


def test_booking_showing_up_and_being_late_are_drawn_apart() -> None:
    """Who books does not depend on how many come late, nor the other way round."""
    assert len({Purpose.BOOKS, Purpose.NO_SHOW, Purpose.DELAY, Purpose.KEEP, Purpose.GAP}) == 5
    half = Appointments(50, 9, uptake=CERTAIN // 2)
    plain = {birth.number: birth.given["booking"] for birth in coming(gate(half))}
    other = coming(gate(replace(half, no_show=CERTAIN // 2, delay="late", quota=1)))
    assert {"booked", "walk_in"} == set(plain.values())
    assert all(birth.given["booking"] == plain[birth.number] for birth in other)


def test_more_demand_keeps_who_came_and_what_they_drew() -> None:
    half = Appointments(50, 99, uptake=CERTAIN // 2, no_show=CERTAIN // 4)
    scenario = gate(half)
    flow = scenario.flows["a"]
    more = replace(scenario, flows={"a": replace(flow, arrivals=replace(flow.arrivals, demand=2000))})
    assert coming(more, "x0") == coming(scenario)
    assert len(coming(more, "x1")) > 5


def test_sources_share_the_slots_in_the_order_of_who_wants_to_come_first() -> None:
    scenario = gate(Appointments(50, 1))
    flow = scenario.flows["a"]
    more = replace(scenario, flows={"a": replace(flow, arrivals=replace(flow.arrivals, demand=2000))})
    old, new = coming(more, "x0"), coming(more, "x1")
    taken = [birth.at for birth in (*old, *new)]
    assert sorted(taken) == [0, 50, 100, 150, 200, 250, 300, 350]
    assert len(set(taken)) == len(taken)
    assert [birth.at for birth in old] == [0, 100, 200, 300]  # both want to come at 20, 40 …: x0 is first


def test_walk_ins_and_only_they_take_no_places() -> None:
    told = coming(gate(Appointments(50, 1, uptake=CERTAIN // 2)))
    booked = sorted((b for b in told if b.given["booking"] == "booked"), key=lambda b: b.number)
    taken: list[int] = []
    for birth in booked:
        slot = (20 * birth.number + 20) // 50 * 50  # the one in which it wants to come
        while slot in taken:
            slot += 50
        taken.append(slot)
    assert [birth.at for birth in booked] == taken
    assert 2 < len(booked) < len(told)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_the_record_tells_who_booked_and_for_when(engine: str) -> None:
    told = run(gate(Appointments(50, 1, uptake=CERTAIN // 2, delay="late")), 1, engine=engine)
    log = told.log
    assert log is not None
    booked = log.attributes["booking"] == 0
    late = log.entities["arrived"] - log.attributes["appointment"]
    assert set(late[booked].tolist()) == {7}
    assert set(late[~booked].tolist()) == {0}
    assert (log.entities["day"] == START_DAY).all()
