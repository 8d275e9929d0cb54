"""A gate that changes within its log is told; one that does not is not."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.fitted.changing import changing
from metrics.recorded.log import DAY, HOUR, Recorded
from tests.metrics.fitted.loops import read_rows
from tests.metrics.recorded.test_mending import at


def gate(slower: float, seed: int) -> Recorded:
    """Twenty days at a gate; from the eleventh on all takes so much longer."""
    luck = np.random.default_rng(seed)
    rows = [["case", "activity", "started", "ended"]]
    for day in range(20):
        level = luck.lognormal(0, 0.2) * HOUR * (slower if day >= 10 else 1.0)
        for n in range(40):
            came = (19_000 + day) * DAY + 8 * HOUR + n * HOUR // 10
            rows.append([f"c{day}-{n}", "papers", at(came), at(came + int(level * luck.lognormal(0, 0.5)))])
    return read_rows(rows)


@pytest.mark.parametrize("seed", range(3))
def test_a_gate_that_changes_is_told(seed: int) -> None:
    log = gate(2.0, seed)
    assert changing(log, 19_000 * DAY, 19_020 * DAY) == [0]


@pytest.mark.parametrize("seed", range(3))
def test_a_gate_whose_days_differ_by_chance_is_not(seed: int) -> None:
    assert changing(gate(1.0, seed), 19_000 * DAY, 19_020 * DAY) == []


def test_of_a_few_days_nothing_can_be_told() -> None:
    assert changing(gate(2.0, 1), 19_006 * DAY, 19_014 * DAY) == []
