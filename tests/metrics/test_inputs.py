"""What is not known: designs, survival of verdicts, tipping values, against values computed elsewhere."""

import numpy as np
import pytest

from metrics import inputs

A = np.array([-4.1, -3.2, -5.0, -4.4, -3.6, -4.8, -4.0, -3.9, -4.6, -4.3])
B = np.array([0.52, 0.41, 0.55, 0.50, 0.46, 0.60, 0.47, 0.44, 0.53, 0.49])


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range():
    points = inputs.space_filling(20, 7, 3)
    assert points.shape == (20, 7)
    assert (np.sort(np.floor(points * 20), axis=0) == np.arange(20)[:, None]).all()
    assert (points == inputs.space_filling(20, 7, 3)).all()


def test_the_share_of_the_inputs():
    table = np.array([[10, 12, 11], [15, 14, 16], [9, 8, 10], [20, 22, 21]], dtype=np.float64)
    share, (low, high) = inputs.input_share(table)
    assert share == pytest.approx(0.965116, abs=1e-6)
    assert low < share < high
    assert inputs.input_share(np.ones((4, 3))) == (0.0, (0.0, 0.0))


def test_survival_counts():
    found = inputs.survival(-1, [-5, -4, 1, 6, -1], [1, 1, 2, 2, 3])
    assert found == inputs.Survival(holds=2, reversed=1, undecided=2)
    assert inputs.survival(0, [-5, 0.1], [1, 1]) == inputs.Survival(holds=1, reversed=1, undecided=0)
    assert inputs.survival(0, [-5, 0.1, 2], [1, 1, 1], 2.5) == inputs.Survival(1, 1, 1)


def test_every_crossing_is_found():
    assert inputs.crossings([-3, -1, 2, 4, -1]) == [1, 3]
    assert inputs.crossings([1, 2, 3]) == []
    assert inputs.crossings([0, 2, 3]) == [0]


def test_signs_are_told_only_where_they_are_known():
    assert inputs.sign_of(A) == -1
    assert inputs.sign_of(B) == 1
    assert inputs.sign_of(np.array([-1.0, 1.0, 0.2])) == 0
    assert inputs.sign_of(np.zeros(5)) == 0
    assert inputs.sign_of(np.ones(5)) == 1


def test_spearmans_correlation():
    assert inputs.rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 8, 27, 64])) == pytest.approx(1)
    assert inputs.rank_correlation(np.array([1.0, 2, 3, 4]), np.ones(4)) == 0
