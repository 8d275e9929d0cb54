"""Paired comparisons against values computed elsewhere, against scipy, and what must hold for any data."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics import paired
from metrics.statistics import student_t

A = np.array([41.2, 38.5, 52.0, 47.3, 39.9, 60.1, 44.8, 50.6, 43.7, 55.4])
B = np.array([36.0, 35.1, 44.9, 43.0, 36.2, 49.8, 41.1, 44.0, 39.5, 47.7])
C = np.array([40.8, 38.9, 50.7, 47.9, 39.1, 58.7, 45.0, 50.1, 44.4, 53.8])

rows = st.lists(st.integers(-1000, 1000), min_size=5, max_size=30)


def close(value, expected, margin=1e-6):
    assert value == pytest.approx(expected, abs=margin)


def test_what_pairing_gained_with_its_interval():
    gain = paired.variance_ratio(A, B)
    close(gain.value, 14.936557)
    close(gain.interval, (6.939693, 32.148502), 1e-5)


def test_a_constant_difference_gains_without_bound():
    assert paired.variance_ratio(A, A + 3) == paired.Gain(None, None)


def test_independent_variants_gain_nothing():
    chance = np.random.default_rng(5)
    low, high = paired.variance_ratio(*chance.standard_normal((2, 400))).interval or (0, 0)
    assert low < 1 < high


def test_the_paired_test_is_scipys():
    close(paired.p_value(C - A), 0.165146)
    close(paired.p_value(C - A), stats.ttest_rel(C, A).pvalue, 1e-12)


def test_the_largest_of_two_t_with_the_correlation_of_the_pairs():
    correlation = np.corrcoef(B - A, C - A)
    close(correlation[0, 1], 0.784850)
    q = paired.largest_t(correlation, 9)
    close(q, 2.5289, 1e-4)
    se = [np.std(d, ddof=1) / math.sqrt(10) for d in (B - A, C - A)]
    close([q * each for each in se], [1.80041, 0.68634], 1e-4)


@pytest.mark.parametrize(
    ("count", "freedom", "expected"), [(2, 9, 2.6138), (4, 9, 2.9481), (4, 29, 2.5830), (9, 29, 2.8616)]
)
def test_the_largest_t_stands_in_dunnetts_tables(count, freedom, expected):
    correlation = np.full((count, count), 0.5)
    np.fill_diagonal(correlation, 1)
    close(paired.largest_t(correlation, freedom), expected, 0.004)


@settings(max_examples=15)
@given(st.integers(2, 4), st.integers(20, 40), st.integers(0, 1000))
def test_the_largest_t_lies_between_one_t_and_bonferroni(count, n, seed):
    differences = list(np.random.default_rng(seed).standard_normal((count, n)))
    q = paired.simultaneous_t(differences)
    assert student_t(0.975, n - 1) <= q <= student_t(1 - 0.025 / count, n - 1)


def test_few_replications_take_bonferronis_bound():
    close(paired.simultaneous_t([B - A, C - A]), 2.6850, 1e-4)


def test_what_does_not_vary_counts_not_as_one_of_several():
    assert paired.simultaneous_t([B - A, np.zeros(10)]) == student_t(0.975, 9)


def test_family_error_of_null_variants_with_common_noise(monkeypatch):
    """Four variants without any effect, correlation 0.5, 30 replications: 5 % of families err."""
    monkeypatch.setattr(paired, "DRAWS", 50_000)  # enough for this, and twenty times as fast
    chance, errors, families = np.random.default_rng(11), 0, 400
    for _ in range(families):
        noise = chance.standard_normal((5, 30))
        differences = list(noise[1:] - noise[0])
        q = paired.simultaneous_t(differences)
        errors += any(abs(d.mean()) > q * d.std(ddof=1) / math.sqrt(30) for d in differences)
    assert stats.binomtest(errors, families, 0.05).pvalue >= 0.01


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_p_and_the_interval_never_contradict_each_other(count, n, monkeypatch):
    """Also right at the edge, and with others beside that do not vary."""
    monkeypatch.setattr(paired, "DRAWS", 50_000)
    differences = [*np.random.default_rng(3).standard_normal((count, n)), np.zeros(n), np.zeros(n)]
    q = paired.simultaneous_t(differences)
    assert (
        paired.simultaneous_p(differences, q * 1.0001) <= 0.05 < paired.simultaneous_p(differences, q * 0.999)
    )
    assert paired.simultaneous_p(differences, 0.0) == 1.0
    assert paired.simultaneous_p(differences, math.inf) == 0.0


def test_p_of_a_single_one_that_varies_is_its_own():
    close(paired.simultaneous_p([C - A, np.zeros(10)], paired.t_value(C - A) or 0.0), 0.165146, 1e-6)


def test_a_proportional_saving_is_told_as_such():
    change = paired.relative_change(A, 0.8 * A)
    assert change is not None
    close((change.value, *change.interval), (-0.2, -0.2, -0.2), 1e-12)


def test_no_change_in_per_cent_of_what_may_be_zero():
    assert paired.relative_change(np.array([0.0, 1]), np.array([1.0, 2])) is None


VERDICTS = [
    ([0.0, 0, 0], 0.0, "lower", None, "identical"),
    ([-5.0, -6, -7], 2.0, "lower", None, "better"),
    ([-5.0, -6, -7], 2.0, "higher", None, "worse"),
    ([5.0, 6, 7], 2.0, "lower", None, "worse"),
    ([5.0, 6, 7], 2.0, "neither", None, "higher"),
    ([-5.0, -6, -7], 2.0, "neither", None, "lower"),
    ([-1.0, 2, 0], 2.0, "lower", None, "no difference shown"),
    ([-1.0, 2, 0], 2.0, "lower", 3.0, "no difference that matters"),
    ([1.0, 1.1, 0.9], 0.2, "lower", 3.0, "no difference that matters"),
    ([3.0], None, "lower", None, "one replication"),
    ([0.0], None, "lower", None, "identical"),
    ([], None, "lower", None, "not observed"),
]


@pytest.mark.parametrize(("differences", "reach", "better", "margin", "expected"), VERDICTS)
def test_verdicts(differences, reach, better, margin, expected):
    assert paired.verdict(np.array(differences), reach, better, margin) == expected


@given(rows, st.integers(0, 10))
def test_the_order_of_replications_changes_no_verdict(values, seed):
    x = np.array(values, dtype=np.float64)
    shuffled = np.random.default_rng(seed).permutation(x)
    assert paired.p_value(x) == paired.p_value(shuffled)


def test_every_verdict_is_tried():
    assert {expected for *_, expected in VERDICTS} == set(get_args(paired.Verdict))
