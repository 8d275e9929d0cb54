"""The parts of the analytic estimate against theory: closures, steady queues, the larger of two times."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics import theory
from metrics.fluid import Grid, larger, line, quantile
from metrics.routes import moments
from scenarios.distributions import unit_gap_table
from scenarios.tables import lognormal, rounded, steps

HOUR = 3_600_000
DAY = 24 * HOUR


def test_what_is_spread_over_bins_is_all_there() -> None:
    grid = Grid.over(0, DAY)
    times = np.random.default_rng(1).uniform(0, DAY - 10 * grid.length, 500)
    amounts = np.vstack([np.ones(500), times])
    found = grid.spread(times, amounts)
    assert found.sum(axis=1) == pytest.approx(amounts.sum(axis=1), rel=1e-12)
    assert (found[0] @ grid.middles) == pytest.approx(times.sum(), rel=1e-3)


def test_who_comes_a_bin_after_the_end_is_in_none() -> None:
    grid = Grid.over(0, DAY)
    assert grid.spread(np.array([DAY + grid.length, 5.0 * DAY]), np.ones((1, 2))).sum() == 0


def test_a_closure_is_that_of_the_fluid() -> None:
    """20 an hour come, 30 can be served, shut for six hours: recovery and delay by Newell's formulas."""
    grid = Grid.over(0, 2 * DAY)
    come = np.full(grid.bins, 20 * grid.length / HOUR)
    can = np.where((grid.middles > 10 * HOUR) & (grid.middles < 16 * HOUR), 0.0, 30 * grid.length / HOUR)
    found = line(grid, come * 1000.0, can * 1000.0, 1000.0, 0.0)  # a second of work each
    exact = theory.fluid_closure(20, 30, 6)
    late = np.where(found.wait > 60_000, found.wait, 0.0)
    assert (come @ late) / HOUR == pytest.approx(exact.delay, rel=0.02)
    assert found.wait.max() == pytest.approx(6 * HOUR, rel=0.02)
    waiting = grid.middles[late > 0]
    assert waiting[-1] - waiting[0] == pytest.approx((6 + exact.recovery) * HOUR, rel=0.02)


@pytest.mark.parametrize("servers", [1, 3, 10])
@pytest.mark.parametrize("load", [0.5, 0.7, 0.9])
def test_a_steady_load_waits_as_in_a_queue_of_several(servers: int, load: float) -> None:
    """Against Erlang C: Sakasegawa's formula is within a tenth of it, or 3 % of a time of service."""
    service = 60.0
    exact = theory.mmc(load * servers / service, service, servers).wait
    grid = Grid.over(0, DAY)
    can = np.full(grid.bins, servers * grid.length)
    found = line(grid, load * can, can, service * 1000, 1.0)
    assert found.wait[grid.bins // 2] / 1000 == pytest.approx(exact, rel=0.1, abs=0.03 * service)


def test_work_that_is_never_done_waits_beyond_the_end() -> None:
    grid = Grid.over(0, DAY)
    found = line(grid, np.full(grid.bins, 2 * grid.length), np.full(grid.bins, grid.length), 60_000.0, 1.0)
    assert found.served.sum() == pytest.approx(DAY, rel=1e-6)
    assert found.wait[-1] == pytest.approx(DAY, rel=0.02)


def test_a_pool_that_never_opens_serves_nobody() -> None:
    grid = Grid.over(0, DAY)
    found = line(grid, np.ones(grid.bins), np.zeros(grid.bins), 60_000.0, 1.0)
    assert found.served.sum() == 0
    assert (found.wait + grid.middles >= DAY).all()


def test_the_larger_of_two_normal_times() -> None:
    one = np.array([5.0]), np.array([1.0])
    mean, variance = larger(one, one)
    assert mean[0] == pytest.approx(5 + 1 / math.sqrt(math.pi))
    assert variance[0] == pytest.approx(1 - 1 / math.pi)
    far, _ = larger((np.array([50.0]), np.array([1.0])), one)
    assert far[0] == pytest.approx(50.0)


def test_quantiles_of_a_mixture_of_gamma_laws() -> None:
    one = np.array([1.0])
    assert quantile(0.95, one, np.array([1.0]), np.array([1.0])) == pytest.approx(math.log(20), rel=0.06)
    both = quantile(0.95, np.array([9.0, 1.0]), np.array([1.0, 10.0]), np.array([1e-6, 1e-6]))
    assert both == pytest.approx(10.0, rel=0.01)
    assert quantile(0.95, np.zeros(1), one, one) == 0.0


@pytest.mark.parametrize(
    "table",
    [(7,), unit_gap_table(), rounded(lognormal(60_000, 0.8), 60_000), steps([1, 5, 9], [0.2, 0.5, 0.3])],
)
def test_moments_are_those_that_theory_takes(table: tuple[int, ...]) -> None:
    first, second, _ = theory.table_moments(table)
    assert moments(table) == pytest.approx((first, second), rel=1e-9)
