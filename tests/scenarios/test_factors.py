"""Factors multiply where they can meet, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.factors import MOST_DEMAND
from scenarios.library import load_text
from sim.log import SOURCES

INVALID = Path(__file__).parent / "invalid"


def test_there_is_a_source_for_each_time_of_the_demand():
    assert sum(name.startswith("x") for name in SOURCES) == MOST_DEMAND


@pytest.mark.parametrize(
    ("file", "wrong", "right"),
    [
        ("demand_times_factors", "factor: 2000 %", "factor: 1600 %"),  # 16 × 2 × 2 = 64
        ("demand_times_factors", "per_day: 20 /d, demand: 200 %", "per_day: 40 /d"),
        ("factors_times_each_other", "start: 2025-03-14", "start: 2025-03-15"),  # begins when the other ends
        ("factors_times_each_other", "factor: 9000 %", "factor: 5000 %"),
        ("factors_to_nothing", "factor: 2 %", "factor: 10 %"),
        ("platform_factor_of_zero", "platforms.portal", "resources.desk"),
        ("step_factor_of_zero", "steps.serve", "flows.truck"),  # nobody comes
        ("factor_too_fine", "0.04 %", "0.1 %"),
        ("demand_too_fine", "110.25 %", "110.2 %"),
    ],
)
def test_at_the_bounds_and_apart_they_are_right(file, wrong, right):
    text = (INVALID / f"{file}.yaml").read_text(encoding="utf-8")
    assert wrong in text
    assert load_text(text.replace(wrong, right)).resolved.disruptions
