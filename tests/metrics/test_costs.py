"""Money, fuel, the line and freshness, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from scenarios.library import load
from scenarios.resolved import Keeping, Rates
from sim.run import run
from tests.metrics.builder import HOUR, Record, category, flow, ms, number, scenario, step
from tests.metrics.test_pieces import difference, small_pieces, whole_and_together

__all__ = ["small_pieces"]

DAY = 24 * HOUR
VALID = Path(__file__).parents[1] / "scenarios" / "valid"


def gate(rates, window=24, **more):
    """A truck waits for a call, then for papers, then is served; goods as told."""
    steps = {"call": step("wait"), "papers": step(), "drive": step("wait")}
    attributes = {"goods": category("fruit", "timber")}
    made = scenario(steps, {"truck": flow(list(steps), attributes)}, window=window, **more)
    return Record(replace(made, rates=rates))


def values(record, end=24):
    return measure(Replication(record.scenario, record.log(end)))


def one_truck(record, came=0, goods="fruit"):
    """Called after 2 h, blocked 1 h, waiting 3 h, served 1 h, driving 1 h."""
    at = came
    record.entity(
        at,
        [
            ("call", at, at, at, at + 2),
            ("papers", at + 2, at + 3, at + 6, at + 7),
            ("drive", at + 7, at + 7, at + 7, at + 8),
        ],
        left=at + 8, goods=goods,
    )  # fmt: skip


def test_waiting_costs_by_the_hour_and_a_drive_costs_nothing():
    record = gate(Rates(("truck",), waiting_cost=100_000))
    one_truck(record)
    assert find(values(record), "waiting_cost").value == 4 * 100_000  # blocked 1, waiting 3


def test_who_waits_for_a_call_waits_if_the_rates_say_so():
    record = gate(Rates(("truck",), waits=("call",), waiting_cost=100_000))
    one_truck(record)
    assert find(values(record), "waiting_cost").value == 6 * 100_000


def test_waiting_is_clipped_to_the_window_and_counts_who_is_not_through():
    record = gate(Rates(("truck",), waiting_cost=100_000), window=5)
    one_truck(record)
    record.entity(1, [("papers", 1, 1, None, None)], goods="timber")
    seen = values(record, end=24)
    assert find(seen, "waiting_cost").value == (3 + 4) * 100_000
    assert find(seen, "waiting_cost", goods="timber").value == 4 * 100_000
    assert find(seen, "waiting_cost_each").value is None  # nobody crossed within five hours


def test_the_cost_of_each_is_a_ratio_of_sums():
    record = gate(Rates(("truck",), waiting_cost=100_000))
    one_truck(record)
    record.entity(0, [("papers", 0, 0, 0, 1)], left=1, goods="timber")
    assert find(values(record), "waiting_cost_each").value == 4 * 100_000 / 2


def test_engines_idle_while_waiting_and_cool_all_the_time():
    kept = Keeping(1, 1, DAY, 2 * DAY, cooling=3)
    record = gate(Rates(("truck",), idling=2, engine_on=0.5, co2=2.5, goods={"fruit": kept}))
    one_truck(record)
    one_truck(record, came=1, goods="timber")
    seen = values(record)
    assert find(seen, "fuel_waiting", goods="timber").value == 4 * 2 * 0.5
    assert find(seen, "fuel_waiting", goods="fruit").value == 4 * 2 * 0.5 + 8 * 3
    assert find(seen, "co2_waiting").value == pytest.approx(2.5 * (4 + 4 + 24))


def test_the_line_is_as_long_as_those_who_wait_in_it():
    record = gate(Rates(("truck",), spacing=20, lanes=2, queue_at=("papers",)), window=10)
    one_truck(record)  # in the line from 2 to 6
    one_truck(record, came=3)  # from 5 to 9
    seen = values(record)
    assert find(seen, "queue_length_max").value == 2 * 20 / 2
    assert find(seen, "queue_length_mean").value == pytest.approx((4 + 4) / 10 * 10)


def test_a_line_at_any_step_takes_in_the_call_if_that_is_waiting():
    record = gate(Rates(("truck",), waits=("call",), spacing=20), window=10)
    one_truck(record)
    assert find(values(record), "queue_length_mean").value == pytest.approx(20 * 6 / 10)


def test_fees_are_paid_by_whose_visit_ended_in_the_window():
    record = gate(Rates(("truck",), fees={"papers": 1_530_000}), window=10)
    one_truck(record)
    one_truck(record, came=4)  # its papers end at 11
    assert find(values(record), "fee_revenue").value == 1_530_000


def test_indicators_are_absent_without_their_rate_and_there_with_a_rate_of_nothing():
    record = gate(Rates(("truck",), waiting_cost=0))
    one_truck(record)
    names = {value.name for value in values(record)}
    assert "waiting_cost" in names
    assert not names & {"fuel_waiting", "co2_waiting", "fee_revenue", "queue_length_max", "spoilage"}
    bare = gate(None)
    one_truck(bare)
    assert "waiting_cost" not in {value.name for value in values(bare)}


def test_rates_are_about_their_flows_only():
    record = gate(Rates((), waiting_cost=1))
    one_truck(record)
    assert "waiting_cost" not in {value.name for value in values(record)}


# ---- freshness (KPI sheet: a load of 17.4 t at 30,000 VND/kg) ------------------------------------------
def lorry(age, window):
    kept = Keeping(load=17_400, price=30_000, fresh=5 * DAY, spoilt=10 * DAY, age=age)
    return gate(Rates(("truck",), goods={"fruit": kept}), window=window)


def test_a_load_that_crosses_at_six_days_and_a_half_has_lost_three_tenths():
    record = lorry(6 * DAY, 24)
    record.entity(0, [("papers", 0, 0, 0, 12)], left=12, goods="fruit")
    record.entity(0, [("papers", 0, 0, 0, 12)], left=12, goods="timber")
    seen = values(record)
    assert find(seen, "spoilage").value == pytest.approx(0.3)
    assert find(seen, "spoilage_value").value == pytest.approx(156_600_000)
    assert find(seen, "spoilage_here_value").value == pytest.approx(52_200_000)
    assert find(seen, "spoilage", goods="timber").value is None


def test_who_is_still_inside_has_lost_something_too():
    record = lorry(5 * DAY, 12)
    record.entity(0, [("papers", 0, 0, None, None)], goods="fruit")
    seen = values(record)
    assert find(seen, "spoilage_here_value").value == 0
    assert find(seen, "spoilage_inside_value").value == pytest.approx(0.1 * 17_400 * 30_000)


def test_nothing_is_lost_before_its_time_and_no_more_than_all():
    record = lorry(0, 24 * 30)
    record.entity(0, [("papers", 0, 0, 0, 24 * 4)], left=24 * 4, goods="fruit")
    record.entity(0, [("papers", 0, 0, 0, 24 * 20)], left=24 * 20, goods="fruit")
    assert find(values(record, end=24 * 30), "spoilage").value == 0.5


# ---- staff ---------------------------------------------------------------------------------------------
def test_staff_cost_their_schedule_and_overtime_at_its_factor():
    """The KPI sheet's two officers from 08 to 12, one of whom stays half an hour."""
    record = gate(Rates(("truck",), overtime=1.5), resources={"officers": "customs", "scanner": "customs"},
                  agencies={"customs": "VN"})  # fmt: skip
    officers = replace(record.scenario.resources["officers"], cost_per_hour=60_000)
    record.scenario = replace(record.scenario, resources=record.scenario.resources | {"officers": officers})
    record.set("scheduled", 0, (0, 0), (8, 2), (12, 0))
    record.usage["officers"] = [(8, 2), (9.5, 1), (12.5, 0)]
    one_truck(record)
    seen = values(record)
    assert find(seen, "staff_cost", resource="officers").value == 8 * 60_000
    assert find(seen, "staff_cost", agency="customs").value == 8 * 60_000
    assert find(seen, "overtime_cost", resource="officers").value == 0.5 * 60_000 * 1.5
    assert find(seen, "staff_cost", resource="scanner").value is None


# ---- orders --------------------------------------------------------------------------------------------
def shop():
    steps = {
        "order": step(milestones=("ordered",)),
        "pay": step(milestones=("collected",)),
        "deliver": step(milestones=("delivered",)),
        "back": step(milestones=("returned",)),
        "remit": step(milestones=("remitted",)),
    }
    options = {"value": number("VND")}
    return Record(scenario(steps, {"order": flow(list(steps), options)}, window=24))


def sold(record, value, *rows, left=None, outcome=None):
    visits = [(name, at, at, at, at) for name, at in rows]
    record.entity(0, visits, left=left, outcome=outcome, value=value)


def test_money_goes_to_the_seller_or_back_to_the_buyer():
    record = shop()
    sold(record, 100, ("order", 1), ("pay", 2), ("deliver", 5), ("remit", 10), left=10)
    sold(record, 200, ("order", 1), ("pay", 2), ("back", 8), left=8)
    sold(record, 300, ("order", 1), ("pay", 2), left=6, outcome="turned_back")
    sold(record, 400, ("order", 1), left=6, outcome="turned_back")  # never paid
    sold(record, 500, ("order", 1), ("pay", 4))  # under way
    seen = values(record)
    assert find(seen, "sales_value").value == 1500
    assert find(seen, "refund_value").value == 500
    assert find(seen, "sales_net").value == 100 - 500
    held = 100 * 8 + 200 * 6 + 300 * 4 + 500 * 20
    assert find(seen, "cash_in_transit").value == pytest.approx(held / 24)


# ---- from scenarios ------------------------------------------------------------------------------------
def test_rates_change_no_digest_and_are_measured_on_pieces_alike(small_pieces):
    told = load(VALID / "rates.yaml").resolved
    assert run(told, 3).digest == run(replace(told, rates=None), 3).digest
    seen, together = whole_and_together(told, 7)
    whole = measure(seen)
    assert difference(whole, together.values()) is None
    costs = {v.name: v.value or 0 for v in whole if not v.labels}
    assert costs["waiting_cost"] > 0
    assert costs["queue_length_max"] > 0
    assert costs["fee_revenue"] == 1_530_000 * (find(whole, "completed", flow="truck").value or 0)


def test_a_rate_is_changed_by_its_name():
    twice = load(VALID / "rates.yaml", {"rates.waiting_cost": "300000 VND/h"}).resolved
    assert twice.rates is not None
    assert twice.rates.waiting_cost == 300_000
    assert next(p for p in twice.parameters if p.path == "rates.waiting_cost").source == "override"


def test_what_a_rate_is_told_of_is_in_milliseconds_within():
    rates = load(VALID / "rates.yaml").resolved.rates
    assert rates is not None
    kept = rates.goods["fruit"]
    assert (kept.age, kept.fresh, kept.spoilt) == (ms(36), 5 * DAY, 10 * DAY)
