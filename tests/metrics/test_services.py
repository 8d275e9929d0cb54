"""What is handed in and paid on line, worked by hand."""

from __future__ import annotations

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from scenarios.resolved import Need
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


# ---- in time
def bureau(window=240):
    """Days of work from 8 to 16; promised within 48 hours of acceptance."""
    steps = {
        "counter": step(milestones=("submitted",)),
        "check": step(milestones=("accepted",)),
        "supplement": step("wait", purpose="supplement"),
        "sign": step(milestones=("decided",), needs=(Need((("signers", 1),)),), agency="office"),
        "back": step("wait", milestones=("result",)),
    }
    route = flow(
        ["counter", "check", "supplement", "sign", "back"],
        {"payment": category("online", "counter")},
    )
    record = Record(
        scenario(
            steps,
            {"dossier": route},
            window=window,
            agencies={"office": "VN"},
            resources={"signers": "office"},
            targets={"processing_time": 48},
        )
    )
    for day in range(0, window, 24):
        record.set("scheduled", 0, (day, 0), (day + 8, 1), (day + 16, 0))
        record.set("capacity", 0, (day, 0), (day + 8, 1), (day + 16, 0))
    return record


def passes(record, *steps, left=None):
    """A dossier: (step, begun, ended), one after the other."""
    record.entity(
        steps[0][1], [(name, begun, begun, begun, ended) for name, begun, ended in steps], left=left,
        payment="online",
    )  # fmt: skip


def test_the_clock_of_a_dossier_begins_when_it_is_whole():
    record = bureau()
    passes(record, ("counter", 8, 9), ("check", 9, 10), ("sign", 14, 15), ("back", 15, 57), left=57)
    passes(record, ("counter", 8, 9), ("check", 9, 10), ("sign", 14, 15), ("back", 15, 59), left=59)  # late
    passes(
        record, ("counter", 8, 9), ("check", 9, 10), ("supplement", 10, 82), ("check", 82, 83),
        ("sign", 84, 85), ("back", 85, 100), left=100,
    )  # fmt: skip
    passes(record, ("counter", 8, 9), ("check", 9, 10), ("supplement", 10, None))  # not whole yet
    passes(record, ("counter", 200, 201), ("check", 201, 202))  # due after the window
    seen = measure(Replication(record.scenario, record.log(240)))
    assert find(seen, "overdue").value == pytest.approx(1 / 3)
    assert find(seen, "overdue").n == 3
    assert find(seen, "supplement_share").value == pytest.approx(1 / 4)


def test_only_the_hours_of_who_decides_are_worked():
    record = bureau()
    # accepted at 10 o'clock, result at 10 o'clock two days later: 6 + 8 + 2 hours of the office
    passes(record, ("counter", 8, 9), ("check", 9, 10), ("sign", 33, 34), ("back", 34, 58), left=58)
    seen = measure(Replication(record.scenario, record.log(240)))
    assert find(seen, "processing_time_mean").value == 16 * 3600
    assert find(seen, "processing_time_mean", payment="counter").value is None
