"""The reference engine keeps the law, whatever the order of simultaneous facts."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scenarios.resolved import Resolved
from sim.run import run
from tests.sim.networks import networks

NO_SHRINK = settings(
    max_examples=150, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@NO_SHRINK
@given(networks(), st.integers(0, 2**32))
def test_shuffling_simultaneous_facts_changes_nothing(scenario: Resolved, order: int) -> None:
    plain = run(scenario, 1)
    shuffled = run(scenario, 1, shuffle=random.Random(order))
    assert plain.digest == shuffled.digest
    for name, column in plain.log.visits.items():
        assert (column == shuffled.log.visits[name]).all(), name
    assert plain.log.entities["left"].tolist() == shuffled.log.entities["left"].tolist()
