"""The engine against queueing theory, as equivalence tests.

Each asks whether a mean over independent replications equals the theoretical value up to a margin of 5 % of
it, by two one-sided tests at 5 % (`metrics.statistics.equivalence`); "undecided" is no pass. The number of
customers gives the power stated in `effort.FACTOR`; the seed is fixed, so the verdict is always the same. The
moments are those of the tables that a run draws from.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metrics import theory
from metrics.statistics import equivalence
from metrics.theory import Class, table_moments
from scenarios.resolved import Step, Table
from tests.sim.build import NAME
from tests.verification.effort import needed, squared_cv
from tests.verification.queues import MEAN, SECOND, Told, erlang, exponential, queue, replications

MARGIN = 0.05
REPLICATIONS = 30

pytestmark = pytest.mark.slow


def assert_equal(
    found: list[Told], of: Callable[[Told], float], expected: float, margin: float = MARGIN
) -> None:
    """The verdict is computed: equal up to the margin, or the test fails."""
    result = equivalence([of(told) for told in found], expected, margin * expected)
    assert result.verdict == "equal", f"theory {expected:.5g}, found {result}"


def moments(table: Table) -> tuple[float, float]:
    """E[S] in s and E[S²] in s²."""
    first, second, _ = table_moments(table)
    return first / SECOND, second / SECOND**2


def per_replication(squared: float, margin: float = MARGIN) -> float:
    return needed(squared, margin) / REPLICATIONS


# ---- how much is needed
@pytest.mark.parametrize(
    ("servers", "load", "expected"), [(1, 0.5, 29.0), (1, 0.7, 61.635), (3, 0.5, 80.930), (3, 0.8, 178.00)]
)
def test_the_effort_agrees_with_published_values(servers: int, load: float, expected: float) -> None:
    """M/M/1: ρ(2 + 5ρ − 4ρ² + ρ³)/(1 − ρ)⁴ / w² (Daley 1968; Whitt 1989)."""
    assert squared_cv_of_wait(servers, load) == pytest.approx(expected, rel=1e-4)


def squared_cv_of_wait(servers: int, load: float) -> float:
    """Of M/M/c, in units of the mean service."""
    return squared_cv(lambda n: servers * load, lambda n: min(n, servers), lambda n: max(0, n - servers))


# ---- the queues
def test_mm1() -> None:
    """Load 0.6: mean wait and sojourn, the share that waits, and a tail."""
    rate = 0.6 / MEAN
    told = queue({"a": rate}, exponential(MEAN), customers=per_replication(squared_cv_of_wait(1, 0.6)))
    found = list(replications(told, REPLICATIONS))
    expected = theory.mmc(rate, MEAN, 1)
    assert_equal(found, lambda t: t.wait.mean(), expected.wait)
    assert_equal(found, lambda t: t.sojourn.mean(), expected.sojourn)
    assert_equal(found, lambda t: (t.wait > 0).mean(), expected.waits)
    beyond = theory.mmc_wait_beyond(2 * MEAN, rate, MEAN, 1)
    assert_equal(found, lambda t: (t.wait > 2 * MEAN).mean(), beyond)


def test_mmc() -> None:
    """Two servers at load 0.6."""
    rate = 2 * 0.6 / MEAN
    told = queue({"a": rate}, exponential(MEAN), 2, customers=per_replication(squared_cv_of_wait(2, 0.6)))
    found = list(replications(told, REPLICATIONS))
    expected = theory.mmc(rate, MEAN, 2)
    assert_equal(found, lambda t: t.wait.mean(), expected.wait)
    assert_equal(found, lambda t: t.sojourn.mean(), expected.sojourn)
    assert_equal(found, lambda t: (t.wait > 0).mean(), expected.waits)


def test_mg1() -> None:
    """Erlang service of two stages at load 0.6; cv² measured at 43 in a pilot of 80,000 customers."""
    rate, service = 0.6 / MEAN, erlang(MEAN, 2)
    found = list(replications(queue({"a": rate}, service, customers=per_replication(43)), REPLICATIONS))
    expected = theory.mg1(rate, *moments(service))
    assert expected.wait == pytest.approx(0.75 * theory.mmc(rate, MEAN, 1).wait, rel=1e-3)
    assert_equal(found, lambda t: t.wait.mean(), expected.wait)
    assert_equal(found, lambda t: (t.wait > 0).mean(), expected.waits)


def test_mmck() -> None:
    """Three servers, six places, load 0.8: who finds them full is turned away. Pilot: cv² of the loss 39."""
    rate = 3 * 0.8 / MEAN
    away = {"away": Step(NAME, "end", outcome="turned_back")}
    told = queue(
        {"a": rate}, exponential(MEAN), 3, customers=per_replication(39), more=away, room=6, full_to="away"
    )
    found = list(replications(told, REPLICATIONS))
    expected = theory.mmck(rate, MEAN, 3, 6)
    assert_equal(found, lambda t: t.lost.mean(), expected.lost)
    assert_equal(found, lambda t: t.wait[t.started].mean(), expected.wait)
    assert_equal(found, lambda t: t.sojourn[t.started].mean(), expected.sojourn)
    assert_equal(found, lambda t: (t.wait[t.started] > 0).mean(), expected.waits)


def test_two_classes_with_priority_but_no_interruption() -> None:
    """Loads 0.2 and 0.4, one server (Cobham). Pilot: cv² of the second class's wait, per customer, 55."""
    service = exponential(MEAN)
    rates = {"urgent": 0.2 / MEAN, "other": 0.4 / MEAN}
    found = list(replications(queue(rates, service, customers=per_replication(55)), REPLICATIONS))
    first, second = theory.cobham([Class(rate, *moments(service)) for rate in rates.values()])
    assert second > 2 * first
    assert_equal(found, lambda t: t.of(0).mean(), first)
    assert_equal(found, lambda t: t.of(1).mean(), second)


def test_impatience() -> None:
    """Erlang A: three servers, load 0.7, patience as long as service on average."""
    rate = 3 * 0.7 / MEAN
    of_wait = squared_cv(lambda n: 2.1, lambda n: min(n, 3) + max(0, n - 3), lambda n: max(0, n - 3), 40)
    of_loss = 18  # measured in a pilot of 80,000 customers
    told = queue(
        {"a": rate},
        exponential(MEAN),
        3,
        customers=per_replication(max(of_wait, of_loss)),
        patience="patience",
        tables_too={"patience": exponential(MEAN)},
    )
    found = list(replications(told, REPLICATIONS))
    expected = theory.erlang_a(rate, MEAN, 3, MEAN)
    assert_equal(found, lambda t: t.wait.mean(), expected.wait)
    assert_equal(found, lambda t: t.lost.mean(), expected.lost)
    assert_equal(found, lambda t: (t.wait > 0).mean(), expected.waits)
    assert_equal(found, lambda t: t.started.mean() * rate * MEAN / 3, expected.utilisation)


def test_a_wrong_theory_is_refused() -> None:
    """The test has teeth: a fifth less or a quarter more is "different", on far fewer customers."""
    rate = 0.6 / MEAN
    found = list(replications(queue({"a": rate}, exponential(MEAN), customers=1500), REPLICATIONS))
    sojourn = theory.mmc(rate, MEAN, 1).sojourn
    verdicts = [
        equivalence([t.sojourn.mean() for t in found], factor * sojourn, MARGIN * sojourn).verdict
        for factor in (0.8, 1.25)
    ]
    assert verdicts == ["different", "different"]
