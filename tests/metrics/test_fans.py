"""Fans cover what comes as often as they say, and changes of a probability have intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from metrics.fans import QUANTILES, fan, hours_of, turn

P10, P90 = QUANTILES.index(0.1), QUANTILES.index(0.9)


def test_looks_end_with_the_horizon() -> None:
    assert hours_of(10, 4).tolist() == [0, 4, 8, 10]
    assert hours_of(8, 4).tolist() == [0, 4, 8]


@pytest.mark.parametrize("draw", ["normal", "exponential", "lognormal"])
def test_a_new_day_lies_in_the_eighty_per_cent_as_often(draw: str) -> None:
    chance = np.random.default_rng(20250312)
    days = getattr(chance, draw)(size=(4000, 20))
    bands = np.array([fan(row[:19, None])[:, 0] for row in days])
    inside = (bands[:, P10] <= days[:, 19]) & (days[:, 19] <= bands[:, P90])
    assert binomtest(int(inside.sum()), 4000, 0.8).pvalue > 0.001


def test_days_that_end_the_same_tell_no_change_but_leave_room_for_one() -> None:
    same = np.array([1.0, 0.0] * 20)
    found = turn(same, same)
    assert (found.change, found.onto, found.off) == (0.0, 0, 0)
    assert found.interval[0] < 0 < found.interval[1]


def test_a_change_on_most_days_is_shown() -> None:
    found = turn(np.ones(40), np.array([0.0] * 30 + [1.0] * 10))
    assert (found.change, found.onto, found.off) == (-0.75, 0, 30)
    assert found.interval[1] < -0.4


def test_the_interval_of_a_change_holds() -> None:
    """Of pairs of days that are passed with 30 % and 20 %, alike where they can be: −10 points."""
    chance = np.random.default_rng(1)
    drawn = chance.random((2000, 60))
    held = 0
    for row in drawn:
        low, high = turn((row < 0.3).astype(float), (row < 0.2).astype(float)).interval
        held += low <= -0.1 <= high
    assert held / 2000 >= 0.95
