"""How large a run will be: the estimate against what is simulated."""

from typing import Any

import pytest

from platform_api.estimate import _mean, expected_entities
from scenarios import library
from sim.run import run
from tests.platform_api.conftest import resolved


def simulated(scenario: Any) -> int:
    return run(scenario, 1, engine="reference").timing.entities


def test_a_rate_through_the_window(written: dict[str, Any]) -> None:
    assert expected_entities(resolved(written)) == 80


def test_the_lead_in_counts_and_a_count_stops(written: dict[str, Any]) -> None:
    longer = resolved(written | {"lead_in": "10 h"})
    assert expected_entities(longer) == pytest.approx(160, rel=0.01)
    arrivals = {"rate": "100 /h", "count": 50}
    written["flows"]["truck"]["arrivals"] = arrivals
    assert expected_entities(resolved(written)) == simulated(resolved(written)) == 50


def test_a_backlog_counts(written: dict[str, Any]) -> None:
    written["flows"]["truck"]["backlog"] = {"count": 30, "at": "papers", "age": "2 h"}
    assert expected_entities(resolved(written)) == 110


def test_a_burst_counts_while_it_lasts(written: dict[str, Any]) -> None:
    burst = {
        "label": {"vi": "Đợt cao điểm", "en": "Burst"},
        "on": "flows.truck",
        "factor": "2000 %",
        "at": [{"start": "2025-03-12 09:00", "lasts": "1 h"}],
    }
    bursting = resolved(written | {"disruptions": {"burst": burst}})
    assert expected_entities(bursting) == 80 + 8 * 19
    assert simulated(bursting) == pytest.approx(80 + 8 * 19, rel=0.2)


def test_random_bursts_count_by_their_mean(written: dict[str, Any]) -> None:
    burst = {
        "label": {"vi": "Đợt cao điểm", "en": "Burst"},
        "on": "flows.truck",
        "factor": "300 %",
        "every": "12 /d",
        "lasts": {"distribution": "exponential", "mean": "30 min"},
    }
    bursting = resolved(written | {"window": "20 d", "disruptions": {"burst": burst}})
    assert expected_entities(bursting) == pytest.approx(8 * 480 * 1.5, rel=0.02)


def test_the_mean_of_a_table(written: dict[str, Any]) -> None:
    tables = resolved(written).tables.values()
    assert any(_mean(table) == pytest.approx(300_000, rel=0.01) for table in tables)


def test_a_scenario_of_the_library_is_as_large_as_foreseen() -> None:
    scenario = library.load("yen-bai-ocop", until="2 d").resolved
    assert simulated(scenario) == pytest.approx(expected_entities(scenario), rel=0.15)
