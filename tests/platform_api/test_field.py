"""Published figures held against the model: prediction intervals, and what is said of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from metrics.statistics import summarise
from platform_api.cli import cli
from platform_api.field import Held, cells, predicted, summary, verdict
from platform_api.results import Comparison
from scenarios.library import load

SCENARIO = load("lang-son-2025-03-12").resolved


def compared(values: list[float], published: float = 10.0) -> Comparison:
    """What a run says of a figure, from the values of its replications."""
    seen = summarise(values)
    return Comparison(
        kpi="dwell_mean", labels={}, mark="predicted", published=published, unit="h", source="S16", note=None,
        n=seen.n, mean=seen.mean, half_width=seen.half_width, p10=seen.p10, p90=seen.p90, inside=None,
    )  # fmt: skip


def held(values: list[float], published: float, between: tuple[float, float] | None = None) -> Held:
    figure = compared(values, published)
    return Held(SCENARIO, figure, *predicted(figure), between)


def test_the_interval_is_that_of_one_more_day() -> None:
    """Three values 9, 10, 11: mean 10, deviation 1, t(0.95; 2) = 2.919986."""
    low, high = predicted(compared([9, 10, 11]))
    assert low == pytest.approx(10 - 2.919986 * math.sqrt(4 / 3), abs=1e-5)
    assert high == pytest.approx(10 + 2.919986 * math.sqrt(4 / 3), abs=1e-5)


def test_nine_days_of_ten_lie_in_it() -> None:
    chance = np.random.default_rng(7)
    days = chance.normal(100, 15, (4000, 11))
    inside = 0
    for row in days.tolist():
        low, high = predicted(compared(row[:10]))
        assert low is not None
        assert high is not None
        inside += low <= row[10] <= high
    assert inside / 4000 == pytest.approx(0.9, abs=0.015)  # 3 standard errors


def test_one_replication_predicts_nothing() -> None:
    assert predicted(compared([10])) == (None, None)
    one = held([10], 10)
    assert verdict(one, "en") == "not known"
    assert list(cells(one, "en"))[3] == "–"


@pytest.mark.parametrize(
    ("published", "between", "told"),
    [
        (10, None, "the prediction holds"),
        (15, None, "the prediction fails"),
        (15, (12, 18), "the prediction holds"),
        (15, (14, 18), "the prediction fails"),
    ],
)
def test_a_figure_lies_inside_or_not_and_a_range_if_a_part_of_it_does(
    published: float, between: tuple[float, float] | None, told: str
) -> None:
    assert verdict(held([9, 10, 11], published, between), "en") == told


def test_given_and_fitted_figures_are_no_predictions() -> None:
    good = held([9, 10, 11], 10)
    typed = replace(good, figure=replace(good.figure, mark="given"))
    tuned = replace(good, figure=replace(good.figure, mark="fitted", published=20))
    assert verdict(typed, "vi") == "ra đúng như đã nhập"
    assert verdict(tuned, "en") == "does not come out as tuned"
    assert summary([good, typed, tuned], 3, 1, "en").startswith("Predictions: 1, of which 1 hold.")


def test_cells_are_in_the_unit_of_the_figure() -> None:
    told = [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells(held([9, 10, 11], 11, (10, 12)), "vi")]
    assert told == [
        "Thời gian lưu, trung bình", "◆ Dự đoán", "10,0 – 12,0 giờ", "10,0 [6,6; 13,4]", "dự đoán đứng vững",
    ]  # fmt: skip


# ---- the command
def verify(*words: object) -> Result:
    return CliRunner().invoke(cli, ["verify", "--field", "--quick", "--jobs", "1", *map(str, words)])


def test_the_command_holds_a_scenario_against_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "field.md"
    done = verify("--case", "yen-bai-dossiers", "--json", "--out", out)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    figures = load("yen-bai-dossiers").resolved.published
    assert [row["published"] for row in told["figures"]] == [figure.value for figure in figures]
    assert all(row["low"] <= row["mean"] <= row["high"] for row in told["figures"])
    assert out.read_text(encoding="utf-8").count("| `yen-bai-dossiers` |") == len(figures)


def test_a_scenario_without_figures_is_refused() -> None:
    done = verify("--case", "connectivity")
    assert done.exit_code == 2
    assert "lang-son-2025-03-12" in done.output
