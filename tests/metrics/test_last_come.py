"""Honesty by repetition on the engine: first come first served against last come first served.

The order of service changes every path and no mean: who is taken next has no influence on how long services
are, so the number that wait has the same law, and, once all have left, their mean wait the same expectation.
Nothing that is compared may be called different more often than was promised. A thousand trucks a run,
a load of 0.8, exponential services, thirty replications: with fewer trucks or heavier services Student's
interval is conservative.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from metrics import outcomes, paired
from metrics.statistics import Floats, half_width
from scenarios import tables
from scenarios.resolved import By, Resolved
from sim.run import run
from tests.sim.build import category, chain, clock, needs, shares, step
from tests.sim.tell import lines, one_flow, trucks

MINUTE = 60_000
TRUCKS, LOAD, REPLICATIONS = 1000, 0.8, 30
TURNS = tuple(str(n) for n in range(TRUCKS))
DWELL = (("cohort_dwell_mean", ()),)


def counter(arrivals: list[int], last_come: bool, service: str = "exponential") -> Resolved:
    """One officer; who comes has a turn, which is their priority where the last to come goes first."""
    end = arrivals[-1] + 100_000 * MINUTE
    return one_flow(
        trucks(*((at, {"turn": TURNS[n]}) for n, at in enumerate(arrivals))),
        chain("papers"),
        {"papers": step(needs=needs("officer"), time=service)},
        attributes={"turn": category(*TURNS, draw="one")},
        mixes={"one": shares(**{"0": 1.0})},
        priority=By("turn", {turn: -int(turn) for turn in TURNS}) if last_come else 0,
        tables={"exponential": tables.rounded(tables.exponential(MINUTE), MINUTE)},
        clock=clock(arrivals[-1] + 1, until="empty", at_most=end),
    )


def test_the_last_to_come_is_served_first() -> None:
    told = run(counter([0, 1, 2], last_come=True, service="5"), 1).log
    assert lines(told) == ["a0 papers: 0 0 0 5 5", "a1 papers: 1 1 10 15 15", "a2 papers: 2 2 5 10 10"]


def apart(experiment: int) -> Floats:
    """Differences of the mean dwell over the replications of one experiment, which has its own arrivals."""
    gaps = np.random.default_rng(experiment).exponential(MINUTE / LOAD, TRUCKS)
    arrivals = np.cumsum(gaps).astype(int).tolist()
    first, last = (
        [dwell(scenario, experiment, replication) for replication in range(REPLICATIONS)]
        for scenario in (counter(arrivals, False), counter(arrivals, True))
    )
    return np.array(last) - np.array(first)


def dwell(scenario: Resolved, seed: int, replication: int) -> float:
    tally = run(scenario, seed, replication, keep="sums", stuck=False).tally
    assert tally is not None
    (found,) = outcomes.from_statistics(DWELL, scenario, tally)
    assert found is not None
    return found


def assert_called_different_at_5_per_cent(experiments: range) -> None:
    called = 0
    for experiment in experiments:
        differences = apart(experiment)
        assert (differences != 0).all()
        called += paired.verdict(differences, half_width(differences), "lower") != "no difference shown"
    assert binomtest(called, len(experiments), 0.05).pvalue >= 0.01, called


def test_the_order_of_service_is_called_a_difference_at_5_per_cent() -> None:
    assert_called_different_at_5_per_cent(range(10))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_over_a_thousand_experiments_too() -> None:
    assert_called_different_at_5_per_cent(range(1000))
