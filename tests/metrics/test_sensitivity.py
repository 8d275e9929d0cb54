"""Designs and sensitivity against functions of which the answers are known."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.stats import qmc

from metrics import sensitivity
from metrics.inputs import space_filling
from metrics.sensitivity import (
    effects,
    elementary,
    full_factorial,
    index_places,
    indices,
    shares,
    sobol_sequence,
    trajectories,
)
from metrics.statistics import Floats


def ishigami(u: Floats) -> Floats:
    """Ishigami & Homma (1990), a = 7, b = 0.1."""
    x = np.pi * (2 * u - 1)
    made: Floats = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return made


def g_function(u: Floats) -> Floats:
    """Sobol's g, a = 0, 1, 4.5, 9."""
    a = np.array([0, 1, 4.5, 9])
    made: Floats = ((np.abs(4 * u - 2) + a) / (1 + a)).prod(axis=1)
    return made


# ---- where to look ------------------------------------------------------------------------------------


def test_a_full_factorial_has_every_combination_once() -> None:
    found = full_factorial([2, 3])
    assert found.tolist() == [[x, y] for x in (0.25, 0.75) for y in (1 / 6, 0.5, 5 / 6)]


def test_a_hypercube_has_every_part_of_every_factor_once() -> None:
    found = space_filling(16, 3, 7)
    for column in np.floor(found * 16).T:
        assert sorted(column) == list(range(16))


def test_a_sobol_sequence_is_that_of_the_books() -> None:
    assert sobol_sequence(4, 2, None).tolist() == [[0, 0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    assert qmc.discrepancy(sobol_sequence(16, 2, None), method="CD") == pytest.approx(0.003624386, abs=1e-9)
    assert sobol_sequence(8, 2, 3).tolist() == sobol_sequence(8, 2, 3).tolist()
    with pytest.raises(ValueError, match="power of two"):
        sobol_sequence(12, 2, 1)


# ---- Morris -------------------------------------------------------------------------------------------


def test_each_step_of_a_trajectory_moves_one_factor_by_two_thirds() -> None:
    walks = trajectories(50, 4, 1).reshape(50, 5, 4)
    assert set(np.round(walks * 3, 9).ravel()) == {0, 1, 2, 3}
    steps = np.abs(np.diff(walks, axis=1))
    assert np.allclose(np.sort(steps, axis=2), [0, 0, 0, 2 / 3])
    assert np.allclose(steps.sum(axis=1), 2 / 3)  # every factor once


def test_morris_knows_size_sign_and_interaction() -> None:
    """3·x₁ − 2·x₂ + x₁·x₂ + 0·x₃: μ 3.5, −1.5, 0; σ is that of x on four levels, .3727."""
    places = trajectories(2000, 3, 5)
    x, y = places[:, 0], places[:, 1]
    first, second, third = effects(places, 3 * x - 2 * y + x * y)
    assert first.mean == pytest.approx(3.5, abs=0.03)
    assert second.mean == pytest.approx(-1.5, abs=0.03)
    assert (first.size, second.size) == pytest.approx((first.mean, -second.mean))
    assert (first.spread, second.spread) == pytest.approx((0.3727, 0.3727), abs=0.01)
    nothing = (third.mean, third.size, third.spread, *third.interval)
    assert nothing == pytest.approx((0,) * 5, abs=1e-9)
    assert first.interval[0] < 3.5 < first.interval[1]


def test_an_effect_that_changes_its_sign_has_a_size_all_the_same() -> None:
    places = trajectories(500, 2, 2)
    (of, _) = effects(places, (places[:, 0] - 0.5) * (places[:, 1] - 0.5))
    assert abs(of.mean) < 0.05
    assert of.size == pytest.approx(1 / 3, abs=0.03)  # half on a sixth, half on a half from the middle


def test_effects_belong_to_the_factor_that_moved() -> None:
    places = trajectories(3, 2, 9)
    assert elementary(places, places @ [10.0, 1.0]) == pytest.approx(np.tile([10.0, 1.0], (3, 1)))


# ---- Sobol --------------------------------------------------------------------------------------------


def test_a_tiny_case_by_hand() -> None:
    table = np.array([[1, 4, 2, 5], [2, 3, 6, 1], [1, 6, 2, 3]], dtype=float)
    found = shares(table)
    assert found is not None
    assert found.tolist() == [[pytest.approx(0.291667, abs=1e-6)]] * 2


def test_places_of_indices_exchange_one_column_each() -> None:
    a, b, *mixed = index_places(8, 3, 1).reshape(5, 8, 3)
    for factor, one in enumerate(mixed):
        others = [k for k in range(3) if k != factor]
        assert (one[:, factor] == b[:, factor]).all()
        assert (one[:, others] == a[:, others]).all()


@pytest.mark.parametrize(
    ("function", "first", "total"),
    [
        (ishigami, (0.313905, 0.442411, 0), (0.557589, 0.442411, 0.243684)),
        (g_function, (0.716493, 0.179123, 0.023686, 0.007165), (0.787370, 0.242268, 0.034327, 0.010463)),
    ],
)
def test_indices_are_those_of_theory(
    function: Callable[[Floats], Floats], first: Sequence[float], total: Sequence[float]
) -> None:
    places = index_places(1 << 15, len(first), 1)
    found = shares(function(places).reshape(len(first) + 2, -1))
    assert found is not None
    assert found[0] == pytest.approx(first, abs=0.005)
    assert found[1] == pytest.approx(total, abs=0.005)


def test_indices_are_shares_that_are_not_negative() -> None:
    values = ishigami(index_places(256, 3, 2))
    found, plain = indices(values, 3), shares(values.reshape(5, -1))
    assert found is not None
    assert plain is not None
    for number, each in enumerate(found):
        assert (each.first, each.total) == (max(0.0, plain[0, number]), plain[1, number])
        assert 0 <= each.first_interval[0] <= each.first_interval[1]


def test_indices_are_shares_that_are_at_most_the_whole() -> None:
    """One factor does it all; estimates from few points come out above 1 as often as below."""
    values = [index_places(16, 2, seed)[:, 0] for seed in range(10)]
    assert (
        max(float(np.max(plain)) for each in values if (plain := shares(each.reshape(4, -1))) is not None) > 1
    )
    for each in values:
        for found in indices(each, 2) or []:
            for number in (found.first, found.total, *found.first_interval, *found.total_interval):
                assert 0 <= number <= 1


def test_intervals_of_indices_hold_what_is_true() -> None:
    """Over forty scramblings of few points: at least nine in ten of the intervals, as many were asked for."""
    true = [(0.313905, 0.557589), (0.442411, 0.442411)]
    held = []
    for seed in range(40):
        found = indices(ishigami(index_places(128, 3, seed)), 3)
        assert found is not None
        for each, (first, total) in zip(found, true, strict=False):
            held += [each.first_interval[0] <= first <= each.first_interval[1]]
            held += [each.total_interval[0] <= total <= each.total_interval[1]]
    assert np.mean(held) >= 0.9


def test_without_variance_there_are_no_shares() -> None:
    assert indices(np.full(20, 3.0), 3) is None


def test_equal_places_give_equal_answers() -> None:
    values = ishigami(index_places(64, 3, 4))
    assert indices(values, 3) == indices(values, 3)
    assert sensitivity.RESAMPLES == 1000
