"""Orders on their way: cancelled, posted by the next day, delivered in n days or at the first attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.kpis import find, measure
from metrics.pieces import needs_record
from metrics.replication import Replication
from scenarios.library import load
from scenarios.resolved import DAY
from sim.run import run, shorten
from tests.metrics.builder import Record, category, flow, scenario, step

ROUTE = ["shop", "box", "post", "try_1", "try_2", "door", "back"]


def orders(window=72, **fields):
    """Time 0 is midnight of a day in Việt Nam."""
    steps = {
        "shop": step("wait", milestones=("ordered",)),
        "box": step("take", stock="boxes", amount=1),
        "post": step(milestones=("posted",)),
        "try_1": step(purpose="attempt"),
        "try_2": step(purpose="attempt"),
        "door": step("wait", milestones=("delivered",)),
        "back": step("wait", milestones=("returned",)),
    }
    attributes = {"payment": category("cod", "online"), "cancelled_by": category("buyer", "seller")}
    return Record(scenario(steps, {"order": flow(ROUTE, attributes)}, window=window, **fields))


def at(record, hours, *steps, left=None, outcome=None, **attributes):
    """An order: `steps` are (name, when it ended), each as long as the time since the one before."""
    visits, now = [], hours
    for name, ended in steps:
        visits.append((name, now, now, now, ended))
        now = ended
    record.entity(hours, visits, left=left, outcome=outcome, **{"payment": "cod"} | attributes)


def values(record, end=72):
    return measure(Replication(record.scenario, record.log(end)))


def test_posted_by_the_end_of_the_next_day_and_who_came_too_late_to_know():
    record = orders()
    at(record, 8, ("shop", 9), ("post", 47), left=47)  # the evening of the next day
    at(record, 8, ("shop", 9), ("post", 48.5), left=49)  # after midnight: too late
    at(record, 8, ("shop", 9), left=10, outcome="turned_back", cancelled_by="seller")  # never: a failure
    at(record, 8, ("shop", 9), left=10, outcome="turned_back", cancelled_by="buyer")  # nobody's fault
    at(record, 50, ("shop", 51), ("post", 52), left=53)  # its next day is not over when the run ends
    seen = values(record)
    assert find(seen, "shipped_next_day").value == pytest.approx(1 / 3)
    assert find(seen, "cancelled_share").value == pytest.approx(2 / 5)
    assert find(values(record, 96), "shipped_next_day").value == pytest.approx(2 / 4)


def test_within_so_many_days_is_counted_from_the_day_of_posting():
    record = orders(window=96, targets={"transit_time": 48})
    at(record, 8, ("shop", 9), ("post", 20), ("door", 71.5), left=72)  # D+2
    at(record, 8, ("shop", 9), ("post", 20), ("door", 72.5), left=73)  # D+3
    at(record, 8, ("shop", 9), ("post", 20), ("back", 60), left=60)
    at(record, 50, ("shop", 51), ("post", 52))  # D+2 is not over
    assert find(values(record, 96), "transit_within").value == pytest.approx(1 / 3)


def test_without_a_target_there_is_no_n():
    seen = values(orders())
    assert [value for value in seen if value.name == "transit_within"] == []


def test_attempts_at_the_door():
    record = orders()
    at(record, 1, ("post", 2), ("try_1", 3), ("door", 4), left=4)
    at(record, 1, ("post", 2), ("try_1", 3), ("try_2", 30), ("door", 31), left=31, payment="online")
    at(record, 1, ("post", 2), ("try_1", 3), ("back", 20), left=20)
    at(record, 1, ("post", 2), ("try_1", 3))  # nobody knows yet
    seen = values(record)
    assert find(seen, "first_attempt_share").value == pytest.approx(1 / 3)
    assert find(seen, "first_attempt_share", payment="online").value == 0
    assert find(seen, "attempts_mean").value == pytest.approx((1 + 2 + 1) / 3)


def test_sold_out_is_not_the_same_as_cancelled():
    record = orders()
    short = {"step": "box", "joined": 2, "admitted": 2, "ended": 2, "outcome": "diverted"}
    record.entity(1, [("shop", 1, 1, 1, 2), short], left=2, outcome="turned_back", payment="cod")
    record.entity(1, [("shop", 1, 1, 1, 2), ("box", 2, 2, 2, 2)], left=3, outcome="turned_back",
                  payment="cod")  # fmt: skip
    at(record, 1, ("shop", 2), ("box", 2), ("post", 3), left=3)
    seen = values(record)
    assert find(seen, "oversold_share").value == pytest.approx(1 / 3)
    assert find(seen, "cancelled_share").value == pytest.approx(2 / 3)


def test_a_run_until_empty_that_counts_days_needs_its_record():
    by_day = orders().scenario
    assert not needs_record(by_day)
    assert needs_record(replace(by_day, clock=replace(by_day.clock, until="empty")))


def test_a_lorry_is_as_full_as_what_it_carries():
    """Loads of the lots on board, from the record, over 15 t for each lorry that left."""
    made = shorten(load("ocop-export-lorry").resolved, 2 * DAY)
    of = Replication(made, run(made, 3).log)
    seen = measure(of)
    lorries = of.flow("lorry") & of.within(of.log.entities["arrived"])
    lots = of.flow("lot") & of.within(of.milestones["posted"])
    kilograms = of.log.attributes["kg"][lots].sum()
    assert lorries.sum() > 3
    assert find(seen, "load_factor", step="load").value == pytest.approx(kilograms / (15000 * lorries.sum()))
