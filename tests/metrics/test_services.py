"""What is handed in and paid on line, worked by hand."""

from __future__ import annotations

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from tests.metrics.builder import Record, category, flow, scenario, step

ROUTE = ["portal", "counter", "pay", "cash", "back"]


def office():
    steps = {
        "portal": step(platforms=("web",), milestones=("submitted",)),
        "counter": step(milestones=("submitted",)),
        "pay": step(platforms=("web",), milestones=("paid",)),
        "cash": step(milestones=("paid",)),
        "back": step(),
    }
    attributes = {"payment": category("online", "counter")}
    return Record(scenario(steps, {"dossier": flow(ROUTE, attributes)}, platforms=("web",)))


def values(record):
    return measure(Replication(record.scenario, record.log(24)))


def test_a_dossier_counts_once_by_how_it_was_first_handed_in_and_last_paid():
    record = office()
    ways = [
        (["portal", "pay"], "online"),
        (["portal", "cash"], "counter"),
        (["portal", "counter", "pay"], "online"),  # handed in again at the counter
        (["counter", "pay", "cash"], "online"),  # paid again in cash
        (["counter"], "counter"),
    ]
    for i, (way, payment) in enumerate(ways):
        visits = [(name, i + n, i + n, i + n, i + n + 1) for n, name in enumerate(way)]
        record.entity(i, visits, left=i + len(way), payment=payment)
    seen = values(record)
    assert find(seen, "online_submission").value == pytest.approx(3 / 5)
    assert find(seen, "online_payment").value == pytest.approx(2 / 4)
    assert find(seen, "online_payment", payment="online").value == pytest.approx(2 / 3)
    assert find(seen, "online_submission", payment="counter").value == pytest.approx(1 / 2)


def test_what_nobody_handed_in_has_no_share():
    record = office()
    record.entity(1, [("back", 1, 1, 1, 2)], left=2, payment="online")
    assert find(values(record), "online_submission").value is None


def test_from_crossing_to_the_empty_truck_back_home():
    steps = {"cross": step(milestones=("crossed",)), "home": step(milestones=("returned",))}
    record = Record(scenario(steps, {"truck": flow(["cross", "home"])}))
    record.entity(1, [("cross", 1, 1, 1, 2), ("home", 5, 5, 5, 6)], left=6)
    record.entity(2, [("cross", 2, 2, 2, 3), ("home", 10, 10, 10, 11)], left=11)
    record.entity(3, [("cross", 2, 2, 2, 4)], left=4)  # never comes back
    assert find(values(record), "empty_return_time_mean").value == (4 + 8) / 2 * 3600
