"""The declarations, and the page that is written from them."""

import re
from pathlib import Path

import pytest
from click import Context

from metrics.catalogue import page
from metrics.declare import Kpi
from metrics.kpis import CATALOGUE
from metrics.strata import KINDS
from metrics.told_elsewhere import TOLD
from metrics.trs import INTERVALS, MILESTONES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "kpis.md"
LONGEST_LABEL = 22


def test_the_committed_page_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m metrics.catalogue docs/reference/kpis.md"
    )


def test_names_are_unique():
    names = [name for kpi in CATALOGUE for name in kpi.value_names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.name)
def test_every_declaration_is_whole(kpi: Kpi):
    for label in (kpi.label.vi, kpi.label.en):
        assert 0 < len(label) <= LONGEST_LABEL
    assert kpi.meaning.en.endswith(".")
    assert kpi.meaning.vi.endswith(".")
    assert kpi.source
    assert set(kpi.by) <= set(KINDS)
    assert kpi.unit in {"1", "s", "ratio", "1/d", "1/h", "unit·s", "VND", "l", "kg", "m"}


def test_the_names_that_users_were_promised():
    promised = {
        "arrived", "crossed", "completed", "lost", "closing_backlog", "dwell_mean", "dwell_p50", "dwell_p95",
        "blocked_mean", "wait_mean", "service_mean", "utilisation",
    }  # fmt: skip
    assert promised <= {name for kpi in CATALOGUE for name in kpi.value_names}


ASKED_FOR = """
arrived crossed lost opening_backlog closing_backlog backlog_at backlog_mean backlog_max backlog_age_mean
throughput same_day_share dwell_restricted unfinished_share within_target recovery_time dwell
arrival_to_crossing
arrival_to_release customs_time customs_share procedure_time arrival_to_registration release_to_crossing
agency_time blocked wait service wait_closed wait_outage wait_queue dwell_open pre_arrival_share channel_share
share_waiting share_delayed delay buffer_time buffer_index utilisation utilisation_available availability
overtime busy_not_serving queue_mean queue_max staff_time_per_crossing service_rate rework_share
inspected_share detected_share zone_occupancy_mean zone_full_share blocked_by road_queue_length
road_over_limit foreign_delay foreign_delay_share quota_use empties_outside empty_return_time
platform_availability fallback_share outage_time_lost message_latency message_failed orders_placed
cancelled_share oversold_share acceptance_time order_lead_time shipped_next_day on_time perfect_order
return_share transit_time transit_within first_attempt_share attempts_mean load_factor gather_wait
waiting_cost fuel_waiting co2_waiting spoilage staff_cost overtime_cost fee_revenue sales_value refund_value
cash_in_transit cash_in_transit_time order_to_cash online_submission online_payment fully_online overdue
processing_time supplement_share stock_mean stockout_share fill_rate refused_share replenishments adopters
penetration active_share time_to_share half_width relative_precision difference variance_ratio won_share
lost_share probability_best input_range tipping_value
"""
"""The figures that the field's reports, studies and decisions name."""


def test_every_figure_of_the_field_is_declared_or_it_is_said_where_it_is_told() -> None:
    declared = {kpi.name for kpi in CATALOGUE}
    assert set(ASKED_FOR.split()) == {name for name in ASKED_FOR.split() if name in declared} | TOLD.keys()
    assert not declared & TOLD.keys()


def test_what_is_told_elsewhere_is_told_by_something_that_there_is() -> None:
    from platform_api.cli import cli

    declared = {kpi.name for kpi in CATALOGUE}
    commands = set(cli.list_commands(Context(cli)))
    for where in TOLD.values():
        for language in (where.vi, where.en):
            assert set(re.findall(r"`cuakhau (\w+)", language)) <= commands
            assert set(re.findall(r"`([a-z_]+)`", language)) <= declared | {"due"}


def test_every_milestone_of_an_interval_has_words():
    assert {name for interval in INTERVALS for name in interval} == MILESTONES.keys()
