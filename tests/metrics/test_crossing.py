"""Open hours, delay, inspection, the other side and the work of people, worked by hand and against theory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from metrics.theory import mmc
from metrics.visits import reached
from scenarios.library import load, load_text
from scenarios.resolved import DAY, Need
from sim.run import run, shorten
from tests.metrics.builder import Record, category, flow, scenario, step

LANE = {"lane": "abroad"}
SIDES = {"abroad": "CN", "ours": "VN"}


def border(**fields):
    """A check of ours, then a lane of the other side, which is open from 8 to 18."""
    steps = {
        "papers": step(agency="ours", purpose="inspection"),
        "cross": step(agency="abroad", milestones=("crossed",), needs=(Need((("lane", 1),)),)),
        "home": step("wait", milestones=("returned",)),
    }
    goods = {"goods": category("fruit", "other")}
    route = flow(["papers", "cross", "home"], goods)
    record = Record(scenario(steps, {"truck": route}, agencies=SIDES, resources=LANE, window=48, **fields))
    for day in (0, 24):
        record.set("scheduled", 0, (day, 0), (day + 8, 1), (day + 18, 0))
        record.set("capacity", 0, (day, 0), (day + 8, 1), (day + 18, 0))
    return record


def values(record, end=48):
    return measure(Replication(record.scenario, record.log(end)))


def test_of_a_night_only_the_open_hours_count():
    record = border()
    # comes at 16, is checked till 17, waits for the lane till 9 next morning, crosses at 10, is home at 14
    record.entity(16, [("papers", 16, 16, 16, 17), ("cross", 17, 17, 33, 34), ("home", 34, 34, 34, 38)],
                  left=38, goods="fruit")  # fmt: skip
    seen = values(record)
    assert find(seen, "dwell_mean").value == 18 * 3600
    assert find(seen, "dwell_open_mean").value == (2 + 2) * 3600  # 16–18 and 8–10
    assert find(seen, "dwell_open_mean", goods="fruit").value == 4 * 3600
    assert find(seen, "dwell_open_mean", goods="other").value is None
    assert find(seen, "delay_mean").value == 16 * 3600  # 18 less an hour of papers and an hour of crossing
    assert find(seen, "foreign_delay_mean").value == 16 * 3600
    assert find(seen, "foreign_closed_mean").value == 14 * 3600  # 18 to 8
    assert find(seen, "foreign_delay_share").value == 1
    assert find(seen, "empties_outside").value == pytest.approx(4 / 48)


def test_waits_on_our_side_are_not_foreign():
    record = border()
    record.entity(8, [("papers", 8, 8, 11, 12), ("cross", 12, 12, 13, 14)], left=14, goods="other")
    seen = values(record)
    assert find(seen, "foreign_delay_mean").value == 3600
    assert find(seen, "foreign_delay_share").value == pytest.approx(1 / 4)


def test_who_is_never_inspected_is_not_of_the_inspected():
    record = border()
    record.entity(8, [("papers", 8, 8, 8, 9), ("cross", 9, 9, 9, 10)], left=10, goods="other")
    record.entity(8, [("cross", 8, 8, 8, 9)], left=9, goods="fruit")
    record.entity(9, [("papers", 9, 9, None, None)], goods="fruit")  # has not crossed
    seen = values(record)
    assert find(seen, "inspected_share").value == 1 / 2
    assert find(seen, "inspected_share", goods="fruit").value == 0


def test_vehicles_outside_are_those_that_crossed_and_are_not_back():
    record = border()
    record.entity(1, [("cross", 1, 1, 1, 2), ("home", 2, 2, 2, 12)], left=12)
    record.entity(1, [("cross", 1, 1, 1, 2), ("home", 2, 2, 2, None)])  # never comes back: 46 hours
    assert find(values(record), "empties_outside").value == pytest.approx((10 + 46) / 48)


# ---- the work of people
def office():
    steps = {
        "check": step(needs=(Need((("officers", 1),)),), agency="ours"),
        "mend": step("wait"),
    }
    route = flow(["check"], options={"check": {"again": "mend", "done": None}}, following={"mend": "check"})
    described = scenario(
        steps, {"truck": replace(route, attributes={"gate": category("a")})}, agencies=SIDES,
        resources={"officers": "ours", "lane": "abroad"},
    )  # fmt: skip
    officers = replace(described.resources["officers"], kind="officer")
    record = Record(replace(described, resources={**described.resources, "officers": officers}))
    record.set("scheduled", 0, (0, 0), (8, 2), (12, 0))
    record.set("capacity", 0, (0, 0), (8, 2), (12, 0))
    record.usage["officers"] = [(8, 2), (9, 0), (11, 1), (12.5, 0)]
    return record


def test_staff_time_is_what_is_on_duty_and_overtime_over_those_who_crossed():
    record = office()
    for _ in range(3):
        record.entity(8, [{"step": "check", "joined": 8, "admitted": 8, "started": 8, "ended": 9,
                           "lane_pool": 0}], left=9)  # fmt: skip
    record.entity(11, [{"step": "check", "joined": 11, "admitted": 11, "started": 11, "lane_pool": 0}])
    seen = values(record, 24)
    on_duty, overtime = 8, 0.5  # officer-hours
    assert find(seen, "staff_time_per_crossing").value == (on_duty + overtime) * 3600 / 3
    assert find(seen, "staff_time_per_crossing", agency="ours").value == (on_duty + overtime) * 3600 / 3
    assert find(seen, "staff_time_per_crossing", agency="abroad").value is None
    assert find(seen, "service_rate", resource="officers").value == 3 / 8
    assert find(seen, "service_rate", resource="lane").value is None


def test_rework_is_of_steps_to_which_one_may_come_back():
    record = office()
    record.entity(1, [("check", 1, 1, 1, 2), ("mend", 2, 2, 2, 3), ("check", 3, 3, 3, 4)], left=4)
    record.entity(1, [("check", 1, 1, 1, 2)], left=2)
    record.entity(1, [("check", 1, 1, 1, 2), ("mend", 2, 2, 2, 3), ("check", 3, 3, 23, 25)], left=25)
    seen = values(record, 30)
    assert find(seen, "rework_share", step="check").value == pytest.approx(1 / 3)  # 25 h is not in the window
    assert find(seen, "rework_share", step="mend").value == 0


# ---- against the laws, and theory
def test_dwell_is_age_and_delay_and_service_to_the_millisecond():
    """The law of §4: of who does nothing before coming or after crossing, the delay is all that it waited."""
    made = shorten(load("lang-son-2025-03-12").resolved, DAY)
    of = Replication(made, run(made, 7).log)
    mine = of.crossed_in_window & reached(of.stays.crossed) & ~of.stays.opening
    seen = measure(of)
    waited = (of.path["blocked"] + of.path["wait"])[mine]
    assert find(seen, "delay_mean").value == pytest.approx(waited.mean() / 1000, rel=1e-12)


DESK = """
name: desk
title: {vi: "Một bàn", en: "One desk"}
question: {vi: "Chậm bao lâu?", en: "How much delay?"}
time_zone: Asia/Ho_Chi_Minh
start: 2025-03-12 00:00
window: 300 d
lead_in: 2 d
horizon: stationary
until: window
agencies:
  office: {label: {vi: "Cơ quan", en: "Office"}}
resources:
  officers: {label: {vi: "Cán bộ", en: "Officers"}, agency: office, kind: officer, capacity: 3}
steps:
  serve:
    label: {vi: "Làm", en: "Serve"}
    agency: office
    purpose: inspection
    resources: officers
    time: {distribution: exponential, mean: 10 min}
  right:
    kind: choose
    label: {vi: "Đúng chưa", en: "Right or not"}
    shares: {"yes": 80 %, "no": 20 %}
    options: {"yes": next, "no": [serve]}
flows:
  visitor:
    label: {vi: "Khách", en: "Visitor"}
    route: [serve, right]
    arrivals: {rate: 9.6 /h}
"""


def test_who_comes_back_with_a_fixed_chance_waits_as_erlang_says():
    """Feedback of one in five makes 12 visits an hour of 9.6 customers (Jackson), served by three at 10 min.

    The wait of a customer is 1.25 waits of M/M/3; one customer in five is seen again; 100,000 visits make the
    standard error of the share 0.0015, and the margins are four of them, and 5 % of the wait.
    """
    described = load_text(DESK).resolved
    seen = measure(Replication(described, run(described, 5, engine="compiled").log))
    visits = 9.6 / 0.8
    assert find(seen, "rework_share", step="serve").value == pytest.approx(0.2, abs=0.006)
    wait = mmc(visits / 3600, 600, 3).wait
    assert find(seen, "delay_mean").value == pytest.approx(wait / 0.8, rel=0.05)
    assert find(seen, "service_rate", resource="officers").value == pytest.approx(visits / 3, rel=0.02)
