"""How much an equivalence test needs, against values worked out elsewhere."""

import pytest

from metrics.statistics import equivalence
from metrics.verification.effort import ERROR, margin_for, needed, power, squared_cv


@pytest.mark.parametrize(("wanted", "factor"), [(0.90, 10.82), (0.95, 12.99), (0.99, 17.81), (0.999, 24.36)])
def test_with_many_replications_the_effort_is_the_normal_one(wanted: float, factor: float) -> None:
    """n = f·σ²/ε² with f = (z₀.₉₅ + z₍₁₊power₎⸝₂)² (Schuirmann 1987)."""
    assert margin_for(wanted, 100_000) ** 2 == pytest.approx(factor, rel=5e-4)


def test_few_replications_need_a_little_more() -> None:
    factors = [margin_for(0.95, replications) ** 2 for replications in (10, 40, 1000)]
    assert factors == sorted(factors, reverse=True)
    assert 13 < factors[1] < 14


def test_the_power_is_the_share_of_tests_that_say_equal() -> None:
    """Counted over 4,000 experiments of 10 normal replications."""
    import numpy as np

    margin, trials = margin_for(0.90, 10), 4000
    x = np.random.default_rng(1).normal(size=(trials, 10))
    equal = sum(equivalence(row.tolist(), 0.0, margin / 10**0.5).verdict == "equal" for row in x)
    assert equal / trials == pytest.approx(power(margin, 10), abs=3 * (0.9 * 0.1 / trials) ** 0.5)


def test_a_margin_of_nothing_has_no_power() -> None:
    assert power(0.0, 40) < ERROR


def test_a_third_of_the_margin_needs_nine_times_as_many() -> None:
    assert needed(40, 0.01, 40) == pytest.approx(9 * needed(40, 0.03, 40), rel=1e-4)


@pytest.mark.parametrize(
    ("servers", "load", "expected"), [(1, 0.5, 29.0), (1, 0.7, 61.635), (3, 0.5, 80.930), (3, 0.8, 178.00)]
)
def test_the_variance_of_a_wait_agrees_with_published_values(
    servers: int, load: float, expected: float
) -> None:
    """M/M/1: ρ(2 + 5ρ − 4ρ² + ρ³)/(1 − ρ)⁴ / w² (Daley 1968; Whitt 1989)."""
    assert wait_of_mmc(servers, load) == pytest.approx(expected, rel=1e-4)


def wait_of_mmc(servers: int, load: float) -> float:
    """Squared coefficient of variation per customer, in units of the mean service."""
    return squared_cv(lambda n: servers * load, lambda n: min(n, servers), lambda n: max(0, n - servers))
