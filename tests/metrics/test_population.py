"""Newcomers among visits: the formula against members who come, drawn one by one by their addresses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import gamma

from metrics.population import share_of_newcomers
from scenarios.library import load
from sim.chance import draw, key

MEMBERS, DAYS, SHAPE, VISITS = 4_000, 90, 0.5, 250.0


def number(name: int, of: int, child: int = 0) -> float:
    return (draw(name, 0, of, child) + 0.5) / 2**52


def test_the_share_is_that_of_members_who_come_again() -> None:
    rates = np.asarray(gamma.ppf([number(key(5, "population", "rate"), m) for m in range(MEMBERS)], SHAPE))
    rates *= VISITS / rates.sum()
    upto, name = np.cumsum(rates) / rates.sum(), key(5, "population", "visit")
    last: dict[int, float] = {}
    seen = new = 0
    for visit in range(round(VISITS * 2 * DAYS)):
        day = visit / VISITS
        member = int(np.searchsorted(upto, number(name, visit)))
        if day >= DAYS:
            seen += 1
            new += day - last.get(member, -math.inf) > DAYS
        last[member] = day
    expected = share_of_newcomers(VISITS, MEMBERS, DAYS, SHAPE)
    assert new / seen == pytest.approx(expected, abs=4 * math.sqrt(expected / seen) + 0.002)


def test_members_who_are_all_alike_are_poisson() -> None:
    assert share_of_newcomers(10, 100, 20, 1e9) == pytest.approx(math.exp(-2), rel=1e-6)


def test_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        share_of_newcomers(10, 0, 20, 1)


def test_the_scenario_of_drivers_says_what_the_formula_gives() -> None:
    given = next(p for p in load("lang-son-drivers").resolved.parameters if p.path.endswith("driver.new"))
    assert given.value == f"{100 * share_of_newcomers(700_000 / 365, 30_000, 90, 0.5):.1f} %"
    ends = [share_of_newcomers(1918, 90_000, 90, 2), share_of_newcomers(1918, 10_000, 90, 0.3)]
    assert given.range is not None
    low, high = (float(end.rstrip(" %")) / 100 for end in given.range)
    assert low <= min(ends) < max(ends) <= high


def test_firms_that_come_daily_are_hardly_ever_new() -> None:
    assert round(100 * share_of_newcomers(700_000 / 365, 2_000, 90, 0.5), 2) == 0.04
