"""What replications of one scenario share is what each would have worked out for itself."""

from __future__ import annotations

import gc
from copy import deepcopy
from dataclasses import replace

import pytest

from scenarios import library
from scenarios.resolved import Resolved
from sim.remembered import KEPT, per_scenario
from sim.run import run
from sim.timetable import timetable
from tests.sim.build import even_day
from tests.sim.test_timetable import on, outages, rows


@pytest.fixture(scope="module")
def bursts() -> Resolved:
    """Random bursts of demand, so that replications differ in their sources too."""
    told = library.load("lang-son-700k", {"window": "3 d", "lead_in": "12 h"}).resolved
    often = replace(told.disruptions["other_side_slow"], days=even_day(1.0))
    busy = replace(often, on=(("flow", next(iter(told.flows))),), factor=2500)
    return replace(told, disruptions={**told.disruptions, "slow": often, "busy": busy})


@pytest.mark.parametrize("seed", [1, 2])
def test_a_replication_after_others_is_that_of_a_fresh_scenario(bursts: Resolved, seed: int) -> None:
    together = [run(bursts, seed, number, keep="statistics").digest for number in range(3)]
    assert together == [run(deepcopy(bursts), seed, n, keep="statistics").digest for n in range(3)]
    assert len(set(together)) == 3


def test_planned_rows_are_kept_and_drawn_ones_drawn_anew() -> None:
    planned = on("resource", "p", (10, 20))
    told = outages(20.0, days=3, disruptions={"night": planned})
    found = [timetable(told, 1, number, 0, 100) for number in (0, 1, 0)]
    assert found[0] == found[2] == timetable(deepcopy(told), 1, 0, 0, 100)
    assert found[1] == timetable(deepcopy(told), 1, 1, 0, 100)


def test_another_span_of_the_same_scenario_is_another_timetable() -> None:
    told = outages(20.0, days=3)
    assert rows(told, "platform", "net", 0, 10) != rows(told, "platform", "net", 5, 10)


def test_a_scenario_is_remembered_as_itself_and_not_for_ever() -> None:
    asked: list[int] = []

    @per_scenario
    def days(scenario: Resolved, more: int) -> int:
        asked.append(more)
        return more

    first = outages(1.0, days=1)
    assert [days(first, 1), days(first, 1), days(first, 2)] == [1, 1, 2]
    assert asked == [1, 2]
    days(deepcopy(first), 1)
    assert asked == [1, 2, 1]
    for number in range(KEPT):
        days(deepcopy(first), number)
    gc.collect()
    days(first, 1)
    assert asked[-1] == 1
    assert len(asked) == 4 + KEPT
