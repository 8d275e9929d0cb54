"""The formulas against values worked out elsewhere: closed forms, tables of textbooks, other programs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import theory
from metrics.theory import Class
from scenarios.grid import SIDE, SIZE
from scenarios.resolved import CERTAIN
from sim import chance

MINUTE = 1 / 60


def close(value, expected):
    assert value == pytest.approx(expected, rel=2e-5)


def test_mm1():
    q = theory.mmc(10 / 60, 4.5, 1)
    close((q.utilisation, q.wait, q.sojourn, q.inside, q.queue), (0.75, 13.5, 18, 3, 2.25))
    close(theory.mmc_wait_quantile(0.95, 10 / 60, 4.5, 1), 48.744904)
    close(theory.mm1_sojourn_quantile(0.95, 10 / 60, 4.5), 53.923181)
    close(theory.mmc_wait_beyond(15, 10 / 60, 4.5, 1), 0.325949)


def test_mm4():
    q = theory.mmc(50 / 60, 4, 4)
    close((q.offered, q.waits, q.wait, q.queue), (3.333333, 0.657722, 3.946330, 3.288608))
    close(theory.erlang_b(3.3333333, 4), 0.242577)
    close(theory.mmc_wait_quantile(0.95, 50 / 60, 4, 4), 15.460553)
    close(theory.mmc_wait_beyond(10, 50 / 60, 4, 4), 0.124228)


@pytest.mark.parametrize(
    ("rate", "service", "servers", "waits", "wait"),
    [
        (80, 2, 3, 0.79751, 4.7850),
        (100, 4, 8, 0.53269, 1.5981),
        (10, 7.5, 2, 0.48077, 4.8077),
        (5, 6, 2, 0.1, 0.4),
    ],
)
def test_erlang_c(rate, service, servers, waits, wait):
    q = theory.mmc(rate / 60, service, servers)
    assert (q.waits, q.wait) == pytest.approx((waits, wait), rel=1e-4)


def test_a_queue_at_capacity_has_no_steady_state():
    with pytest.raises(ValueError, match=r"load 4 is not below 4"):
        theory.mmc(1.0, 4.0, 4)
    assert theory.erlang_c(4, 4) == 1


def test_mmck():
    q = theory.mmck(30 / 60, 5, 3, 6)
    close((q.lost, q.inside, q.queue), (0.102417, 2.944489, 0.700530))
    close((q.sojourn, q.wait, q.carried * 60), (6.560925, 1.560925, 26.927499))


def test_mmck_without_waiting_room_is_erlang_b():
    close(theory.mmck(42 / 60, 15, 12, 12).lost, 0.139142)
    close(theory.erlang_b(42 * 15 / 60, 12), 0.139142)


def test_erlang_a():
    q = theory.erlang_a(40 / 60, 6, 4, 20)
    close((q.waits, q.queue, q.lost, q.wait), (0.690094, 1.862345, 0.139676, 2.793518))
    close(q.utilisation, 0.860324)


def test_erlang_a_with_endless_patience_is_erlang_c():
    close(theory.erlang_a(50 / 60, 4, 4, 1e9).wait, theory.mmc(50 / 60, 4, 4).wait)


def test_who_never_balks_waits_as_in_erlang_c():
    q = theory.reluctant(50 / 60, 4, 4, lambda waiting: 1.0)
    close((q.wait, q.waits, q.lost), (3.946330, 0.657722, 0))


def test_who_never_joins_a_queue_of_three_sees_a_finite_room():
    q = theory.reluctant(30 / 60, 5, 3, lambda waiting: float(waiting < 3))
    close((q.lost, q.wait, q.sojourn, q.carried * 60), (0.102417, 1.560925, 6.560925, 26.927499))


def test_reluctance_in_proportion_to_the_queue_is_impatience_that_never_loses_heart():
    """One server, joins with 1/(n + 1) when n are there: n is Poisson (Haight 1957)."""
    q = theory.reluctant(6 / 60, 8, 1, lambda waiting: 1 / (waiting + 2))
    assert q.probabilities[:4] == pytest.approx(
        [np.exp(-0.8) * 0.8**n / f for n, f in enumerate((1, 1, 2, 6))]
    )


def test_md1():
    close(theory.mg1(15 / 60, 3, 9).wait, 4.5)
    close(theory.mg1_wait_sd(15 / 60, 3, 9, 27), 5.408327)
    close([theory.md1_wait_cdf(t, 15 / 60, 3) for t in (0, 6, 12)], [0.25, 0.723485, 0.907795])
    close(theory.md1_wait_cdf(15.336624, 15 / 60, 3), 0.95)


@pytest.mark.parametrize(
    ("second", "wait"),
    [(9 * 3.25, 14.625), (9 * 1.5, 6.75), (9 + 16 / 12, 5.166667), (0.8 * 1 + 0.2 * 121, 12.5)],
)
def test_pollaczek_khinchine(second, wait):
    close(theory.mg1(15 / 60, 3, second).wait, wait)


CLASSES = [Class(2 / 60, 3, 18), Class(4 / 60, 5, 25), Class(5 / 60, 6, 54)]


def test_cobham():
    close(theory.cobham(CLASSES), [3.759259, 6.633987, 89.558824])


def test_cobham_keeps_the_work():
    """Σ ρ_k·W_k does not depend on the order of classes."""
    for order in (CLASSES, CLASSES[::-1]):
        waits = theory.cobham(order)
        close(sum(c.rate * c.mean * w for c, w in zip(order, waits, strict=True)), 47.366667)


def test_cobham_with_three_servers():
    rates = [5 / 60, 8 / 60, 12 / 60]
    waits = theory.cobham_mmc(rates, 6, 3)
    close(waits, [1.685393, 2.974223, 14.871117])
    close(sum(r * w for r, w in zip(rates, waits, strict=True)) / sum(rates), 8.426966)
    close(theory.mmc(sum(rates), 6, 3).wait, 8.426966)


def test_the_tail_of_the_most_urgent_class_has_cobhams_mean():
    """∫ P(W₁ > t) dt = W₁."""
    rates = [5 / 60, 8 / 60, 12 / 60]
    tail = [theory.cobham_mmc_first_beyond(t / 100, rates, 6, 3) for t in range(10_000)]
    assert sum(tail) / 100 == pytest.approx(theory.cobham_mmc(rates, 6, 3)[0], rel=5e-3)
    assert tail[0] == theory.erlang_c(2.5, 3)


def test_preemptive_resume():
    close(theory.preemptive_resume(CLASSES), [3.333333, 7.777778, 100.147059])
    close(theory.preemptive_resume([Class(0.2, 1, 2), Class(0.5, 1, 2)]), [1.25, 4.166667])


@pytest.mark.parametrize(
    ("closure", "peak", "recovery", "delay", "mean"),
    [((30, 40, 3), 90, 9, 540, 1.5), ((60, 80, 1.5), 90, 4.5, 270, 0.75)],
)
def test_fluid_closure(closure, peak, recovery, delay, mean):
    fluid = theory.fluid_closure(*closure)
    assert (fluid.peak, fluid.recovery, fluid.delay, fluid.mean_delay) == (peak, recovery, delay, mean)
    assert fluid.delayed == 360


def test_little():
    assert theory.little(rate=4, time=2.5) == 10
    assert theory.little(number=10, time=2.5) == 4
    assert theory.little(number=10, rate=4) == 2.5
    with pytest.raises(ValueError, match="exactly two"):
        theory.little(rate=1.0)


def drawn_moments(table, draws=200_000):
    """Moments of the draws at the middles of equal shares."""
    grid = ((2 * k + 1) * CERTAIN // (2 * draws) for k in range(draws))
    x = np.array([chance.quantile(table, u) for u in grid], dtype=np.float64)
    return x.mean(), (x**2).mean(), (x**3).mean()


@given(st.integers(0, 2**32), st.integers(0, 10**6))
def test_moments_of_a_table_do_not_exceed_its_extremes(seed, most):
    ordered = sorted(np.random.default_rng(seed).integers(0, most + 1, SIZE).tolist())
    table = (*ordered[SIDE - 1 :: -1], *ordered[SIDE:])
    first, second, third = theory.table_moments(table)
    assert ordered[0] <= first <= ordered[-1]
    assert first**2 <= second * (1 + 1e-12)
    assert first**3 <= third * (1 + 1e-12)


def test_moments_of_a_table_are_those_of_its_draws():
    ordered = [int(1000 * 1.004**n) for n in range(SIZE)]
    straight = (*ordered[SIDE - 1 :: -1], *ordered[SIDE:])
    steps = (CERTAIN // 4, CERTAIN, 3000, 9000)
    for table in (straight, steps, (5000,)):
        assert theory.table_moments(table) == pytest.approx(drawn_moments(table), rel=3e-3)
