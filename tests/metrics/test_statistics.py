"""Statistics over replications against values computed elsewhere, and what must hold for any data."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metrics import statistics as stats
from metrics.statistics import day_quantile, equivalence, summarise

X = [12.1, 9.8, 15.3, 11.0, 10.4, 22.7, 9.1, 13.6, 12.9, 18.2]
A = [41.2, 38.5, 52.0, 47.3, 39.9, 60.1, 44.8, 50.6, 43.7, 55.4]
B = [36.0, 35.1, 44.9, 43.0, 36.2, 49.8, 41.1, 44.0, 39.5, 47.7]
C = [40.8, 38.9, 50.7, 47.9, 39.1, 58.7, 45.0, 50.1, 44.4, 53.8]

numbers = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


def close(value, expected):
    assert value == pytest.approx(expected, abs=1e-6)


def test_students_interval():
    summary = summarise(X)
    close((summary.n, summary.mean, summary.sd, summary.half_width), (10, 13.51, 4.232270, 3.027584))


def test_halls_interval_where_outputs_are_skewed():
    summary = summarise(X)
    close(summary.skewness, 1.080379)
    assert summary.skewed
    close(summary.hall, (11.090793, 18.302488))


def test_hall_is_not_shown_for_symmetric_outputs():
    assert summarise([1.0, 2, 3, 4, 5]).hall is None


def test_halls_interval_of_symmetric_outputs_is_students():
    x = np.array([1.0, 2, 3, 4, 5])
    low, high = stats.hall_interval(x)
    half = stats.half_width(x)
    close((low, high), (3 - half, 3 + half))


def test_one_replication_has_no_interval_and_no_spread():
    summary = summarise([4.2])
    assert (summary.n, summary.mean) == (1, 4.2)
    assert (summary.half_width, summary.p10, summary.p90) == (None, None, None)


def test_nothing_observed_in_any_replication():
    assert summarise({0: None, 1: None}).mean is None


def test_undefined_replications_are_left_out_and_counted():
    assert summarise({0: 1.0, 1: None, 2: 3.0}).n == 2


def test_no_variation_gives_a_width_of_zero():
    summary = summarise([0.1] * 30)
    assert (summary.mean, summary.sd, summary.half_width, summary.skewness) == (0.1, 0, 0, None)


def test_spread_between_days_is_by_weibull_ranks():
    summary = summarise(X)
    close((summary.p10, summary.p90), (9.17, 22.25))


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_a_quantile_of_days_is_numpys_to_the_last_bit(values, p):
    assert day_quantile(np.array(values), p) == np.quantile(values, p, method="weibull")


@given(numbers)
def test_the_order_of_finishing_changes_no_bit(values):
    numbered = dict(enumerate(values))
    assert summarise(dict(reversed(numbered.items()))) == summarise(numbered)


@given(numbers, st.floats(-1e3, 1e3), st.floats(0.1, 1e3))
def test_intervals_shift_and_scale_with_the_data(values, shift, scale):
    plain, moved = summarise(values), summarise([scale * v + shift for v in values])
    size = scale * max(map(abs, values)) + abs(shift) + 1
    assert moved.mean == pytest.approx(scale * plain.mean + shift, abs=1e-9 * size)
    assert moved.half_width == pytest.approx(scale * plain.half_width, rel=1e-6, abs=1e-6 * size)


def test_ratio_estimator():
    y, n = [820, 1310, 640, 990, 2100, 760], [41, 55, 36, 47, 70, 40]
    estimate = stats.ratio_estimate(y, n)
    close((estimate.value, estimate.se, estimate.half_width), (22.906574, 2.175071, 5.591198))


def test_exact_interval_of_a_share():
    close(stats.share_interval(18, 20), (0.683017, 0.987651))


def test_never_seen_in_thirty_allows_a_tenth():
    close(stats.share_interval(0, 30), (0.0, 0.115703))
    assert stats.share_interval(30, 30)[1] == 1.0


def numbered(values):
    return dict(enumerate(values))


def test_paired_difference():
    better = stats.paired_difference(numbered(A), numbered(B))
    close((better.mean, better.half_width, better.sd), (-5.62, 1.610498, 2.251321))
    unclear = stats.paired_difference(numbered(A), numbered(C))
    close((unclear.mean, unclear.half_width), (-0.41, 0.613939))


@given(numbers)
def test_a_variant_that_is_the_baseline_differs_by_exactly_nothing(values):
    same = stats.paired_difference(numbered(values), numbered(values))
    assert (same.mean, same.half_width) == (0, 0)


def test_equivalence():
    result = equivalence(X, theory=13.5, margin=4)
    assert result.verdict == "equal"
    close(result.p, 0.007709)
    close(result.interval, (11.056632, 15.963368))


def test_too_few_replications_are_no_pass():
    assert equivalence(X, theory=13.5, margin=1).verdict == "undecided"


def test_a_wrong_mean_is_told():
    assert equivalence(X, theory=30, margin=1).verdict == "different"


@pytest.mark.parametrize(("theory", "verdict", "p"), [(5.0, "equal", 0.0), (7.0, "different", 1.0)])
def test_equivalence_without_variation(theory, verdict, p):
    result = equivalence([5.0, 5.0, 5.0], theory=theory, margin=1)
    assert (result.verdict, result.p) == (verdict, p)


@example([0.0, 1.9471842921833673e-63], 1.0, 1.0)  # the interval vanishes beside the margin
@given(numbers, st.floats(-10, 10), st.floats(0.1, 100))
def test_equal_means_a_small_p(values, theory, margin):
    result = equivalence(values, theory, margin)
    if result.verdict == "equal":
        assert result.p <= 0.05 + 1e-9
    if result.verdict == "different":
        assert result.p >= 0.5


def test_interval_of_a_pooled_quantile_widens_when_days_differ():
    rng = np.random.default_rng(1)
    same = [rng.integers(0, 1000, 200) for _ in range(20)]
    apart = [day + 100 * n for n, day in enumerate(same)]
    (_, narrow), (_, wide) = stats.pooled_quantile(same, 50), stats.pooled_quantile(apart, 50)
    assert wide[1] - wide[0] > 3 * (narrow[1] - narrow[0])


def test_relative_precision():
    close(stats.relative_precision(summarise(X)), 3.027584 / 13.51)
    assert stats.relative_precision(summarise([-1.0, 0.0, 1.0])) is None


def test_t_quantiles_are_scipys():
    from scipy import stats as scipy_stats

    for freedom in (1, 9, 29):
        assert math.isclose(stats.student_t(0.975, freedom), scipy_stats.t.ppf(0.975, freedom), rel_tol=1e-9)
