"""A compiled run stops at any instant, is copied there, goes on, and is called off without delay."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from scenarios.library import load
from scenarios.resolved import DAY
from sim.engines.compiled import Model
from sim.run import Cancelled, run
from sim.warm import warm

SEED = 3


@pytest.mark.slow
def test_it_asks_often_whether_to_go_on() -> None:
    """Within a tenth of a second of its own processor time, however busy the days are."""
    asked: list[float] = []

    def cancel() -> bool:
        asked.append(time.thread_time())
        return False

    warm()
    year = load("lang-son-700k").resolved
    run(year, SEED, engine="compiled", until=40 * DAY, keep="statistics", cancel=cancel)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert len(gaps) > 5
    assert max(gaps[1:]) < 0.1


@pytest.mark.slow
def test_it_stops_in_the_middle_of_an_instant_of_the_run_when_asked() -> None:
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        run(
            load("lang-son-700k").resolved,
            SEED,
            engine="compiled",
            until=40 * DAY,
            cancel=lambda: next(answers),
        )


@pytest.mark.slow
def test_a_copy_goes_on_by_itself() -> None:
    """What is copied on the way, and the original, come to the same end as a run in one piece."""
    scenario = load("lang-son-2025-03-12").resolved
    begin, end = -scenario.clock.lead_in, scenario.clock.at_most
    whole = run(scenario, SEED, engine="compiled")
    model = Model(scenario, SEED, 0, end)
    for part in (1, 3, 4):
        instant = begin + (end - begin) * part // 7
        model.advance(instant)
        twin = model.copy()
        twin.advance(end)
        assert twin.digest(end) == whole.digest
        assert model.now < instant
    model.advance(end)
    assert model.digest(end) == whole.digest
    assert model.deadlock() == whole.deadlock
