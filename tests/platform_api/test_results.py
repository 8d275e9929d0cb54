"""The answer of a run: what it says beside each figure, and how it is kept."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from platform_api import results
from platform_api.examples import SMALL_SCENARIO
from platform_api.reading import Reading
from platform_api.results import NotAResult, Result
from platform_api.runner import run_scenario
from scenarios.library import load
from scenarios.resolved import DAY, Expected, Label, Published, Resolved, scenario_hash
from sim.run import shorten
from tests.platform_api.conftest import resolved

Mark = Literal["given", "fitted", "predicted"]


@pytest.fixture(scope="module")
def scenario() -> Resolved:
    return replace(
        resolved(SMALL_SCENARIO),
        published=(
            published("arrived", 80.0, "predicted"),
            published("arrived", 800.0, "given"),
            published("dwell_mean", 10.0, "fitted", unit="min"),
            published("no_such_figure", 1.0, "predicted"),
        ),
        expected=(
            band("arrived", 1.0, 1000.0, "1"),
            band("dwell_mean", 900.0, 1000.0, "min"),
            band("no_such_figure", 0.0, 1.0, "1"),
        ),
    )


def band(kpi: str, low: float, high: float, unit: str) -> Expected:
    return Expected(kpi, {"flow": "truck"}, low, high, unit, Label("vì", "because"))


def published(kpi: str, value: float, mark: Mark, unit: str = "1") -> Published:
    return Published(kpi, {"flow": "truck"}, value, unit, mark, "assumption")


@pytest.fixture(scope="module")
def result(scenario: Resolved) -> Result:
    return run_scenario(scenario, seed=7, replications=12, overrides={"a.b": "c"})


def test_the_document_has_all_that_a_reader_needs(result: Result) -> None:
    document = json.loads(result.to_json())
    wanted = {
        "scenario",
        "seed",
        "replications",
        "engine",
        "digest",
        "timing",
        "provenance",
        "kpis",
        "trs",
        "series",
    }
    assert wanted | {"published", "deadlock", "warnings", "expected"} == document.keys()
    assert document["timing"].keys() == {"setup_s", "engine_s", "entities", "visits", "events"}
    needed = {"name", "unit", "labels", "n", "mean", "half_width", "level", "p10", "p90"}
    assert all(needed <= kpi.keys() for kpi in document["kpis"])
    names = {kpi["name"] for kpi in document["kpis"]}
    assert {
        "arrived",
        "completed",
        "lost",
        "closing_backlog",
        "dwell_mean",
        "dwell_p50",
        "dwell_p95",
    } <= names
    assert {"blocked_mean", "wait_mean", "service_mean", "utilisation"} <= names


def test_provenance_tells_how_to_repeat_it(result: Result, scenario: Resolved) -> None:
    told = result.provenance
    assert told.scenario_hash == scenario_hash(scenario)
    assert (told.seed, told.replications, told.overrides) == (7, 12, {"a.b": "c"})
    assert told.parameters == scenario.parameters
    assert {parameter.source for parameter in told.parameters} == {"assumption"}


def test_what_is_missing_has_a_reason(scenario: Resolved) -> None:
    once = run_scenario(scenario, seed=7)
    arrived = once.kpi("arrived", flow="truck")
    assert (arrived.n, arrived.half_width, arrived.p10) == (1, None, None)
    assert arrived.reason is not None
    assert "replication" in arrived.reason.en
    empty = [kpi for kpi in once.kpis if kpi.n == 0]
    assert all(kpi.mean is None and kpi.reason is not None for kpi in empty)


def test_published_figures_stand_beside_simulated_ones(result: Result) -> None:
    near, far, minutes, nothing = result.published
    arrived = result.kpi("arrived", flow="truck")
    assert (near.mean, near.half_width, near.p10) == (arrived.mean, arrived.half_width, arrived.p10)
    assert near.inside is (arrived.p10 <= 80.0 <= arrived.p90)  # type: ignore[operator]
    assert (far.mark, far.inside) == ("given", False)
    dwell = result.kpi("dwell_mean", flow="truck").mean
    assert dwell is not None
    assert minutes.mean == pytest.approx(dwell / 60)
    assert (nothing.mean, nothing.inside) == (None, None)
    assert nothing.reason is not None


def test_bands_stand_beside_simulated_means_in_their_own_unit(result: Result) -> None:
    wide, far, nothing = result.expected
    assert (wide.inside, wide.mean) == (True, result.kpi("arrived", flow="truck").mean)
    dwell = result.kpi("dwell_mean", flow="truck").mean
    assert dwell is not None
    assert far.mean == pytest.approx(dwell / 60)
    assert far.inside is False
    assert (nothing.mean, nothing.inside) == (None, None)
    assert nothing.missing is not None


def test_a_few_replications_predict_nothing(scenario: Resolved) -> None:
    near = run_scenario(scenario, seed=7, replications=8).published[0]
    assert near.inside is None
    assert near.reason is not None
    assert "9" in near.reason.en


def test_the_time_release_study_of_an_average_day(result: Result) -> None:
    row = next(row for row in result.trs if (row.begin, row.end, row.labels) == ("arrived", "crossed", {}))
    dwell = result.kpi("dwell_mean")
    assert row.statistics["mean"] == pytest.approx(dwell.mean)
    assert row.half_width == pytest.approx(dwell.half_width)
    assert row.replications == 12


def test_the_columns_of_a_study_row_rest_on_the_same_days() -> None:
    """Two days of a gate with strata of about twenty trucks: P95 is that of both days, or is not given."""
    found = run_scenario(load("lang-son-2025-03-12").resolved, seed=1, replications=2, jobs=1)
    names = ("p5", "p25", "p50", "p75", "p90", "p95", "max")
    rows = [[told for name in names if (told := row.statistics[name]) is not None] for row in found.trs]
    assert [row for row in rows if row != sorted(row)] == []
    assert {len(names) - 2, len(names)} <= {len(row) for row in rows}


def test_curves_have_a_value_at_each_instant(result: Result) -> None:
    assert {line.name for line in result.series} >= {"backlog", "queue", "utilisation"}
    for line in result.series:
        assert len(line.times) == len(line.mean) == len(line.p10) == len(line.p90)


def test_what_is_saved_is_read_back(result: Result, scenario: Resolved, tmp_path: Path) -> None:
    results.save(result, scenario, tmp_path / "kept")
    assert results.load(tmp_path / "kept") == (result, scenario)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_result_may_be_replaced_by_a_newer_one(result: Result, scenario: Resolved, tmp_path: Path) -> None:
    for seed in (1, 2):
        results.save(replace(result, seed=seed), scenario, tmp_path / "kept")
    assert results.load(tmp_path / "kept")[0].seed == 2


def test_what_is_no_result_is_never_replaced(result: Result, scenario: Resolved, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(NotAResult, match="choose another folder"):
        results.save(result, scenario, tmp_path)
    with pytest.raises(NotAResult):
        results.save(result, scenario, tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_nothing_half_written_is_left(
    result: Result, scenario: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.save(result, scenario, tmp_path / "kept")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("platform_api.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        results.save(replace(result, seed=99), scenario, tmp_path / "kept")
    assert results.load(tmp_path / "kept")[0].seed == 7
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"scenario": 3}'])
def test_a_broken_result_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "result.json").write_text(content, encoding="utf-8")
    with pytest.raises(NotAResult, match="cuakhau run"):
        results.load(tmp_path)


def test_what_waiting_costs_stands_among_the_first_figures_where_there_are_rates() -> None:
    from platform_api.reading import COSTS, Reading

    for name, shown in (("kim-thanh-2021-01", set(COSTS[:4])), ("smart-gate-agv", set())):
        scenario = load(name).resolved
        result = run_scenario(scenario, seed=1, replications=1, jobs=1)
        figures = {
            f.estimate.name for group in Reading(result, scenario, "vi").groups() for f in group.figures
        }
        assert figures & set(COSTS) == shown


def test_orders_and_dossiers_answer_what_is_asked_of_them_and_goods_that_fill_a_stock_are_not_told() -> None:
    told = {
        name: Reading(
            run_scenario(shorten(scenario, 4 * DAY), seed=1, replications=1, jobs=1), scenario, "en"
        ).groups()
        for name in ("ocop-livestream", "lao-cai-dossiers")
        for scenario in [load(name).resolved]
    }
    orders, dossiers = (
        [{figure.estimate.name for figure in group.figures} for group in told[name]] for name in told
    )
    assert [group.labels for group in told["ocop-livestream"]] == [{"flow": "live_order"}, {"flow": "order"}]
    assert all({"cancelled_share", "shipped_next_day"} <= names for names in orders)
    assert {"online_submission", "online_payment", "overdue"} <= dossiers[0]
