"""The sequential rule, and what tells whether a run has settled, against values computed elsewhere."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.honesty import Draw, stopped
from metrics import precision, settling
from metrics.statistics import half_width

X = np.array([12.1, 9.8, 15.3, 11.0, 10.4, 22.7, 9.1, 13.6, 12.9, 18.2])
M = np.array([40, 35, 31, 28, 24, 22, 19, 18, 16, 15, 10, 12, 9, 11, 8, 11, 13, 9, 12, 9, 8, 10, 9, 9, 8, 12,
              11, 13, 10, 11, 10, 9, 11, 10, 12, 9, 9, 10, 8, 11], dtype=np.float64)  # fmt: skip


def test_targets_and_forecasts():
    target = precision.relative_target(X, 0.1)
    assert target == pytest.approx(1.228182, abs=1e-6)
    assert precision.forecast(len(X), half_width(X), target) == 61
    assert precision.stein(X, 1.5, 0.95) == 41


def test_looks_are_the_same_on_every_machine():
    assert precision.looks(35) == [10, 20, 30, 35]
    assert precision.looks(10) == [10]
    assert precision.looks(4) == [4]


def test_skewed_figures_are_looked_at_longer():
    skewed = np.array([0.0] * 9 + [1.0])
    assert not precision.is_enough(skewed, 0.0, 1.0)
    assert precision.is_enough(np.arange(10.0), 0.0, 1.0)
    assert precision.is_enough(np.tile(skewed, 3), 0.0, 1.0)


FIGURES: dict[str, Draw] = {
    "normal": lambda chance, n: chance.normal(1, 0.3, n),
    "exponential": lambda chance, n: chance.exponential(1, n),
}
"""Of mean 1."""


@pytest.mark.parametrize(("figure", "gamma"), [("normal", 0.1), ("exponential", 0.2)])
def test_the_promise_of_the_rule_is_kept_and_its_last_interval_covers_93_per_cent(
    figure: str, gamma: float
) -> None:
    """P(|mean − μ| ≤ γμ) ≥ 95 %, and the interval that is shown, by exact binomial tests."""
    chance, trials = np.random.default_rng(7), 300
    ends = [stopped(FIGURES[figure](chance, 5000), gamma) for _ in range(trials)]
    kept = sum(abs(mean - 1) <= gamma for mean, _ in ends)
    covered = sum(abs(mean - 1) <= reach for mean, reach in ends)
    assert stats.binomtest(kept, trials, 0.95, alternative="less").pvalue >= 0.01
    assert stats.binomtest(covered, trials, 0.93, alternative="less").pvalue >= 0.01
    assert covered < trials


def test_mser5():
    found = settling.mser5(M)
    assert found.drop == 10
    assert found.statistic == pytest.approx((6.55625, 1.173411, 0.123704, 0.177280, 0.245), abs=1e-6)
    assert M[10:].mean() == pytest.approx(10.133333, abs=1e-6)


def test_a_growing_series_does_not_settle():
    assert settling.mser5(np.arange(200.0)).drop is None


@pytest.mark.parametrize("length", [0, 3, 5, 9])
def test_too_short_a_series_does_not_settle(length):
    assert settling.mser5(np.ones(length)).drop is None


def test_the_slope_is_scipys():
    levels = [12.0, 14, 15, 19, 22]
    found = settling.trend(levels)
    assert found is not None
    assert found.slope == pytest.approx(stats.linregress(range(5), levels).slope, abs=1e-12)
    assert (found.mean, found.cycles) == (16.4, 5)
    assert settling.trend([1.0, 2.0]) is None


def trends(slope: float, seed: int = 1) -> list[settling.Trend]:
    days = np.random.default_rng(seed).normal(100, 5, (20, 14)) + slope * np.arange(14)
    return [found for each in days if (found := settling.trend(each)) is not None]


def test_a_backlog_that_grows_is_noticed_and_one_that_does_not_is_not():
    assert settling.grows(trends(2.0))
    assert not settling.grows(trends(0.0))
    assert not settling.grows(trends(-2.0))
    assert not settling.grows(trends(0.1)), "grows, but by less than is worth a word"
