"""The indicators of appointments, worked by hand. Times are in hours; slots are an hour long."""

from dataclasses import replace

import pytest

from metrics.kpis import compute, find
from scenarios.resolved import Appointments, Arrivals
from tests.metrics.builder import HOUR, Record, category, flow, number, scenario, step


def gate(*, quota=2):
    attributes = {"booking": category("booked", "walk_in"), "appointment": number("ms")}
    truck = replace(
        flow(["road"], attributes), arrivals=Arrivals("none", appointments=Appointments(HOUR, quota))
    )
    return Record(scenario({"road": step()}, {"truck": truck}, window=10))


def comes(record, arrived, slot=None, **fields):
    booking = "walk_in" if slot is None else "booked"
    appointment = (arrived if slot is None else slot) * HOUR
    visit = ("road", max(0, arrived), max(0, arrived), max(0, arrived), None)
    record.entity(arrived, [visit], booking=booking, appointment=round(appointment), **fields)


def value(record, name, **labels):
    return find(compute(record.scenario, record.log(10)), name, **labels).value


def morning():
    record = gate()
    comes(record, 1.5)  # walks in
    comes(record, 1.75, 2)  # early
    comes(record, 2.5, 2)  # in time
    comes(record, 4, 3)  # late: the slot is over
    comes(record, 4.5, 4)
    return record


def test_who_booked_who_is_early_and_who_is_late():
    record = morning()
    assert value(record, "booked_share") == pytest.approx(4 / 5)
    assert value(record, "early_share") == pytest.approx(1 / 4)
    assert value(record, "late_share") == pytest.approx(1 / 4)


def test_slot_use_counts_every_place_offered_in_the_window():
    """Ten slots of two places; whose slot is later does not count yet."""
    record = morning()
    comes(record, 9.75, 10)
    assert value(record, "slot_use") == pytest.approx(4 / 20)
    assert value(record, "slot_use", flow="truck") == pytest.approx(4 / 20)


def test_the_opening_backlog_has_no_known_slot():
    record = morning()
    comes(record, -1, 0, source="backlog")
    assert value(record, "slot_use") == pytest.approx(4 / 20)
    assert value(record, "booked_share") == pytest.approx(4 / 5)


def test_a_flow_that_calls_something_else_a_booking_has_no_appointments():
    record = Record(scenario({"road": step()}, {"truck": flow(["road"], {"booking": category("booked")})}))
    record.entity(1, [("road", 1, 1, 1, 2)], left=2, booking="booked")
    names = {result.name for result in compute(record.scenario, record.log(10))}
    assert not names & {"booked_share", "slot_use", "early_share", "late_share"}
