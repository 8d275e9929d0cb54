"""A watched run: the same run whatever is looked at, taken back or told beforehand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.library import load
from scenarios.resolved import Resolved
from sim.live import AT_DOOR, HELD, IN_QUEUE, NEVER, SERVED, Live, curves, effect
from sim.run import run
from sim.timetable import Row
from tests.sim.build import chain, needs, step
from tests.sim.networks import networks
from tests.sim.tell import one_flow, trucks
from tests.sim.test_engines_agree import NO_SHRINK

FEWER = settings(NO_SHRINK, max_examples=20)


def queue() -> Resolved:
    """Four trucks come at once to one desk of ten milliseconds."""
    return one_flow(trucks(0, 0, 0, 0), chain("desk"), {"desk": step(needs=needs("officer"), time="10")})


def test_who_stands_where_worked_by_hand() -> None:
    live = Live(queue(), 1)
    live.advance(15)
    look = live.look()
    assert look.now == 15
    assert look.entity.tolist() == [1, 2, 3]
    assert look.phase.tolist() == [SERVED, IN_QUEUE, IN_QUEUE]
    assert look.since.tolist() == [10, 0, 0]
    assert look.count(1).tolist() == [[0, 2, 1, 0]]
    assert (look.capacity.tolist(), look.busy.tolist()) == ([1], [1])
    assert (look.came.tolist(), look.left.tolist(), look.inside.tolist()) == ([4], [1], [3])


def test_one_event_at_a_time_worked_by_hand() -> None:
    live = Live(queue(), 1)
    told = []
    while not live.is_over and live.next_instant() is not None:
        told.append([(each.time, each.kind, each.entity, each.value) for each in live.step()])
    assert told == [
        [(0, "opened", -1, 1), (0, "started", 0, 0), (0, "came", 1, 0), (0, "came", 2, 0), (0, "came", 3, 0)],
        [(10, "started", 1, 10), (10, "left", 0, 0)],
        [(20, "started", 2, 20), (20, "left", 1, 0)],
        [(30, "started", 3, 30), (30, "left", 2, 0)],
        [(40, "left", 3, 0)],
    ]


def test_what_was_decided_is_measured_on_the_same_trucks() -> None:
    live = Live(queue(), 1)
    live.advance(15)
    assert live.intervene("capacity", "officer", 2) == Row(15, "capacity", "officer", 2)
    live.advance(26)
    found = effect(live, live.without())
    assert (found.entities, found.left_with, found.left_without) == (4, 3, 2)
    assert (found.saved_ms, found.won, found.lost) == (1, 1, 0)  # the third left at 25, without it at 30


def test_both_futures_are_counted_on_the_same_trucks() -> None:
    live = Live(queue(), 1)
    live.advance(15)
    live.intervene("capacity", "officer", 2)
    live.advance(26)
    drawn = curves(live, live.without())
    assert drawn.times == [0]
    with_, without = live.stays(), live.without().stays()
    assert set(with_) == set(without)
    assert sorted(left for _, left in with_.values()) == [10, 20, 25, NEVER]
    assert sorted(left for _, left in without.values()) == [10, 20, NEVER, NEVER]


def test_what_an_entity_has_behind_it_is_told() -> None:
    live = Live(queue(), 1)
    live.advance(15)
    assert live.past(1) == []
    live.advance(26)
    (visit,) = live.past(1)
    assert (visit.joined, visit.started, visit.left) == (0, 10, 20)


def test_going_back_keeps_what_was_decided_unless_it_is_forgotten() -> None:
    live = Live(queue(), 1)
    live.advance(15)
    live.intervene("capacity", "officer", 2)
    live.advance(30)
    then = live.look()
    live.seek(5)
    assert live.now == 5
    live.seek(30)
    assert _equal(live.look(), then)
    live.seek(5, forget=True)
    assert live.rows == ()
    live.advance(30)
    assert not _equal(live.look(), then)


def _equal(one: object, other: object) -> bool:
    return repr(one) == repr(other)


@pytest.mark.slow
@FEWER
@given(networks(), st.data())
def test_a_session_replays_to_the_digest_of_a_run_told_beforehand(
    scenario: Resolved, data: st.DataObject
) -> None:
    live = Live(scenario, 1)
    things = [("capacity", name) for name in scenario.resources] + [
        ("platform", n) for n in scenario.platforms
    ]
    for _ in range(data.draw(st.integers(0, 3))):
        live.seek(data.draw(st.integers(live.begin, live.end)))
        if things and not live.is_over:
            live.step()
            what, target = data.draw(st.sampled_from(things))
            if not live.is_over:
                live.intervene(what, target, data.draw(st.integers(0, 3)))
    assert live.digest() == run(scenario, 1, interventions=live.rows).digest


@pytest.mark.slow
@FEWER
@given(networks(), st.integers(0, 15))
def test_looking_changes_nothing_and_counts_agree(scenario: Resolved, steps: int) -> None:
    live = Live(scenario, 1)
    for _ in range(steps):
        live.step()
        look = live.look()
        assert (look.came - look.left == look.inside).all()
        assert set(look.phase.tolist()) <= {AT_DOOR, IN_QUEUE, SERVED, HELD}
        assert (look.since <= look.now).all()
    live.advance(live.end)
    assert live.digest() == run(scenario, 1).digest


def test_an_interesting_event_is_found_and_is_interesting() -> None:
    live = Live(load("lang-son-2025-03-12").resolved, 1)
    live.advance(8 * 3_600_000)
    seen = []
    for _ in range(3):
        before = live.now
        found = live.step_to_interesting()
        assert live.now > before
        assert any(each.interesting for each in found)
        seen.append(live.now)
    again = Live(live.scenario, 1)
    again.advance(8 * 3_600_000)
    assert [(again.step_to_interesting(), again.now)[1] for _ in range(3)] == seen
