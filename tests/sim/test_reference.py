"""The reference engine keeps the law on random networks, whatever the order of simultaneous facts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scenarios.resolved import Resolved
from sim.log import EMPTY, EventLog
from sim.run import run
from tests.sim.networks import networks

NO_SHRINK = settings(
    max_examples=300, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
LONG = settings(NO_SHRINK, max_examples=5000)

Span = tuple[int, int]


@NO_SHRINK
@given(networks(), st.integers(0, 2**32))
def test_shuffling_simultaneous_facts_changes_nothing(scenario: Resolved, order: int) -> None:
    assert_shuffled_alike(scenario, order)


@pytest.mark.long
@LONG
@given(networks(), st.integers(0, 2**32))
def test_shuffling_many_networks_changes_nothing(scenario: Resolved, order: int) -> None:
    assert_shuffled_alike(scenario, order)
    assert_told_consistently(scenario)


def assert_shuffled_alike(scenario: Resolved, order: int) -> None:
    plain = run(scenario, 1)
    shuffled = run(scenario, 1, shuffle=random.Random(order))
    assert plain.digest == shuffled.digest
    for name, column in plain.log.visits.items():
        assert (column == shuffled.log.visits[name]).all(), name
    assert plain.log.entities["left"].tolist() == shuffled.log.entities["left"].tolist()
    assert plain.deadlock == shuffled.deadlock


# ---- what the rows tell, put together anew
@NO_SHRINK
@given(networks())
def test_rows_and_curves_tell_the_same(scenario: Resolved) -> None:
    assert_told_consistently(scenario)


def assert_told_consistently(scenario: Resolved) -> None:
    """Places, lanes and busy units from the rows alone: never too many, and as the engine's own curves."""
    log = run(scenario, 1).log
    rows = list(told_rows(log))
    for name, step in scenario.steps.items():
        if step.room is not None:
            assert most(row["place"] for row in rows if row["step"] == name) <= step.room, name
    for lane, spans in by_lane(scenario, log, rows).items():
        assert most(spans) <= 1, lane
    for pool in simple_pools(scenario):
        serving, kept = busy(scenario, log, rows, pool)
        usage = log.usage[pool]
        for n, time in enumerate(usage["time"].tolist()):
            assert (usage["serving"][n], usage["kept"][n]) == (at(serving, time), at(kept, time)), (
                pool,
                time,
            )


def told_rows(log: EventLog) -> Iterator[dict[str, object]]:
    """Each visit's step, lane, and the spans in which it held a place, served, and held its units after."""
    names = ("step", "lane_pool", "lane", "admitted", "started", "ended", "left")
    for values in zip(*(log.visits[name].tolist() for name in names), strict=True):
        step, pool, lane, admitted, started, ended, left = values
        end, left = (log.end if time == EMPTY else time for time in (ended, left))
        yield {
            "step": log.names.steps[step],
            "pool": None if pool < 0 else log.names.resources[pool],
            "lane": lane,
            "place": (left, left) if admitted == EMPTY else (admitted, left),
            "served": (end, end) if started == EMPTY else (started, end),
            "held": (end, end) if started == EMPTY else (end, left),
        }


def simple_pools(scenario: Resolved) -> Iterator[str]:
    """Pools of which the lane tells all that a visit takes: every step that uses them has one need."""
    for pool in scenario.resources:
        users = [s for s in scenario.steps.values() if any(pool == p for n in s.needs for p, _ in n.any_of)]
        if all(len(step.needs) == 1 for step in users):
            yield pool


def units(scenario: Resolved, row: dict[str, object]) -> int:
    need = scenario.steps[str(row["step"])].needs[0]
    return dict(need.any_of)[str(row["pool"])]


def busy(
    scenario: Resolved, log: EventLog, rows: list[dict[str, object]], pool: str
) -> tuple[list[Span], list[Span]]:
    """Spans of each unit of a pool: serving, and kept while the next place refuses."""
    serving, kept = [], []
    for row in rows:
        if row["pool"] == pool:
            number = units(scenario, row)
            serving += [row["served"]] * number
            if scenario.steps[str(row["step"])].while_blocked == "keep":
                kept += [row["held"]] * number
    return serving, kept  # type: ignore[return-value]


def by_lane(
    scenario: Resolved, log: EventLog, rows: list[dict[str, object]]
) -> dict[tuple[object, object], list[Span]]:
    """When each numbered unit was busy as the lowest of a visit's first need."""
    found: dict[tuple[object, object], list[Span]] = defaultdict(list)
    for row in rows:
        if row["pool"] is not None:
            found[row["pool"], row["lane"]].append(row["served"])  # type: ignore[arg-type]
            if scenario.steps[str(row["step"])].while_blocked == "keep":
                found[row["pool"], row["lane"]].append(row["held"])  # type: ignore[arg-type]
    return found


def at(spans: list[Span], instant: int) -> int:
    """How many spans [from, to) hold the instant."""
    return sum(begin <= instant < end for begin, end in spans)


def most(spans: Iterable[object]) -> int:
    """The largest number of spans [from, to) at one instant."""
    ordered: list[Span] = sorted(spans)  # type: ignore[type-var, arg-type]
    return max((at(ordered, begin) for begin, _ in ordered), default=0)
