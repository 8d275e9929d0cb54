"""One reader of calendars: what the language judges by is what a run works by, also where clocks change."""

from __future__ import annotations

import pytest

from scenarios.capacity import most_units, open_spans
from scenarios.library import load_text
from scenarios.offered import offered_load
from sim.timetable import timetable

BERLIN = """
name: berlin
title: {vi: Đổi giờ, en: Clocks change}
question: {vi: Mở khi nào?, en: Open when?}
time_zone: Europe/Berlin
start: 2025-03-29 00:00
window: 3 d
sources: {lesson: {text: Made for teaching}}
calendars:
  night: {label: {vi: Đêm, en: Night}, weekly: "22:00-06:00"}
  early: {label: {vi: Sớm, en: Early}, weekly: "01:00-04:00"}
resources:
  desk:
    label: {vi: Quầy, en: Desk}
    capacity: [{units: 2, calendar: night}, {units: 3, calendar: early}]
    source: lesson
steps: {serve: {label: {vi: Phục vụ, en: Serve}, resources: desk, time: 6 min, source: lesson}}
flows: {truck: {label: {vi: Xe, en: Truck}, route: [serve], arrivals: {per_day: 24 /d, source: lesson}}}
"""
HOUR = 3_600_000


def test_spans_are_those_of_a_run_where_clocks_go_forward():
    scenario = load_text(BERLIN).resolved
    spans = list(open_spans(scenario.calendars["early"], scenario.clock))
    # 30 March has no hour from 02:00 to 03:00: 01:00-04:00 is two hours long, and all later hours come sooner
    assert spans == [(1 * HOUR, 4 * HOUR), (25 * HOUR, 27 * HOUR), (48 * HOUR, 51 * HOUR)]


def test_most_units_are_what_the_timetable_reaches():
    scenario = load_text(BERLIN).resolved
    rows = timetable(scenario, 1, 0, 0, scenario.clock.at_most)
    assert most_units(scenario)["desk"] == max(row.value for row in rows if row.what == "scheduled") == 5


def test_offered_load_counts_the_days_as_long_as_they_are():
    # three days from Saturday's midnight are 24 + 23 + 24 hours and one hour of Tuesday: 72 + 1 trucks' worth
    scenario = load_text(BERLIN).resolved
    scheduled = 2 * (6 + 2 + 5 + 2 + 6 + 2 + 1) + 3 * (3 + 2 + 3)
    assert offered_load(scenario)["desk"] == pytest.approx((72 + 1) * 0.1 / scheduled, rel=1e-9)
