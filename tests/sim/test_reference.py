"""The reference engine keeps the law on random networks, whatever the order of simultaneous facts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scenarios.resolved import Resolved
from sim.log import EMPTY, EventLog
from sim.run import run
from tests.sim.networks import networks

NO_SHRINK = settings(max_examples=300, phases=(Phase.explicit, Phase.generate))
LONG = settings(NO_SHRINK, max_examples=5000)

Span = tuple[int, int]


@NO_SHRINK
@given(networks(), st.integers(0, 2**32))
def test_shuffling_simultaneous_facts_changes_nothing(scenario: Resolved, order: int) -> None:
    assert_shuffled_alike(scenario, order)


@pytest.mark.long
@pytest.mark.timeout(3600)
@LONG
@given(networks(), st.integers(0, 2**32))
def test_shuffling_many_networks_changes_nothing(scenario: Resolved, order: int) -> None:
    assert_shuffled_alike(scenario, order)
    assert_told_consistently(scenario)


def assert_shuffled_alike(scenario: Resolved, order: int) -> None:
    plain = run(scenario, 1, engine="reference")
    shuffled = run(scenario, 1, shuffle=random.Random(order), engine="reference")
    assert plain.digest == shuffled.digest
    for name, column in plain.log.visits.items():
        assert (column == shuffled.log.visits[name]).all(), name
    assert plain.log.entities["left"].tolist() == shuffled.log.entities["left"].tolist()
    assert plain.deadlock == shuffled.deadlock


# ---- what the rows tell, put together anew
@dataclass(frozen=True)
class Told:
    """One visit: its step and lane, and when it held a place, was served and held its units after that."""

    step: str
    pool: str | None
    lane: int
    place: Span
    served: Span
    held: Span


@NO_SHRINK
@given(networks())
def test_rows_and_curves_tell_the_same(scenario: Resolved) -> None:
    assert_told_consistently(scenario)


def assert_told_consistently(scenario: Resolved) -> None:
    """Places, lanes and busy units from the rows alone: never too many, and as the engine's own curves."""
    log = run(scenario, 1, engine="reference").log
    rows = list(told_rows(scenario, log))
    for name, step in scenario.steps.items():
        if step.room is not None:
            assert most(row.place for row in rows if row.step == name) <= step.room, name
    for lane in {(row.pool, row.lane) for row in rows if row.pool is not None}:
        assert (
            most(span for row in rows if (row.pool, row.lane) == lane for span in (row.served, row.held)) <= 1
        )
    for pool in simple_pools(scenario):
        mine = [row for row in rows if row.pool == pool for _ in range(units(scenario, row))]
        usage = log.usage[pool]
        for n, time in enumerate(usage["time"].tolist()):
            assert usage["serving"][n] == at([row.served for row in mine], time), (pool, time)
            assert usage["kept"][n] == at([row.held for row in mine], time), (pool, time)


def told_rows(scenario: Resolved, log: EventLog) -> Iterator[Told]:
    names = ("step", "lane_pool", "lane", "admitted", "started", "ended", "left")
    for values in zip(*(log.visits[name].tolist() for name in names), strict=True):
        code, pool, lane, admitted, started, ended, left = values
        step = log.names.steps[code]
        end, left = (log.end if time == EMPTY else time for time in (ended, left))
        releases = scenario.steps[step].while_blocked == "release"
        yield Told(
            step=step,
            pool=None if pool < 0 else log.names.resources[pool],
            lane=lane,
            place=(left if admitted == EMPTY else admitted, left),
            served=(end if started == EMPTY else started, end),
            held=(end, end if started == EMPTY or releases else left),
        )


def simple_pools(scenario: Resolved) -> Iterator[str]:
    """Pools of which the lane tells all that a visit takes: every step that uses them has one need,
    and none keeps them for the steps after it."""
    for pool in scenario.resources:
        users = [s for s in scenario.steps.values() if any(pool == p for n in s.needs for p, _ in n.any_of)]
        if all(len(step.needs) == 1 and step.kind not in ("hold", "gather") for step in users):
            yield pool


def units(scenario: Resolved, row: Told) -> int:
    return dict(scenario.steps[row.step].needs[0].any_of)[str(row.pool)]


def at(spans: Iterable[Span], instant: int) -> int:
    """How many spans hold the instant."""
    return sum(begin <= instant < end for begin, end in spans)


def most(spans: Iterable[Span]) -> int:
    """The largest number of spans at one instant."""
    every = list(spans)
    return max((at(every, begin) for begin, _ in every), default=0)
