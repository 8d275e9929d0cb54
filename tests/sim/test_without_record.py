"""A run that keeps no rows: the same digest, the same laws, the same counts."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings

from scenarios.library import load
from scenarios.resolved import DAY, Backlog, Resolved
from sim.digest import digest
from sim.engines import compiled
from sim.engines.compiled import Model
from sim.engines.kernel import records
from sim.run import run, shorten
from tests.brief import SOME, brief
from tests.sim.build import always, chain, clock, needs, step, stock, zone
from tests.sim.networks import networks
from tests.sim.tell import one_flow, trucks
from tests.sim.test_engines_agree import FEW, NO_SHRINK


@pytest.mark.slow
@settings(NO_SHRINK, max_examples=100)
@given(networks())
def test_the_digest_kept_row_by_row_is_that_of_the_record(scenario: Resolved) -> None:
    assert_the_same_without_record(scenario)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_library_scenarios_have_the_same_digest_without_a_record(name: str) -> None:
    assert_the_same_without_record(brief(name))


def assert_the_same_without_record(scenario: Resolved) -> None:
    whole, bare = (run(scenario, 1, engine="compiled", keep=keep) for keep in ("record", "statistics"))
    assert whole.digest == digest(whole.log) == bare.digest
    assert (bare.timing.entities, bare.timing.visits) == (whole.timing.entities, whole.timing.visits)
    assert bare.timing.visits == len(whole.log.visits["step"])
    assert bare.deadlock == whole.deadlock
    sums = run(scenario, 1, engine="compiled", keep="sums")
    assert sums.digest == whole.digest
    assert sums.tally is not None
    assert bare.tally is not None
    for table in ("by_step", "by_resource", "by_zone", "by_flow", "by_kind", "squares", "open"):
        assert np.array_equal(getattr(sums.tally, table), getattr(bare.tally, table)), table
    assert sums.tally.cells.count.size == 0


def test_the_reference_engine_keeps_no_record_either_if_none_is_wanted() -> None:
    bare = run(busy(), 1, keep="statistics", engine="reference")
    assert bare.digest == run(busy(), 1, engine="reference").digest
    with pytest.raises(ValueError, match="keep='record'"):
        _ = bare.log


def busy() -> Resolved:
    """Blocking, a zone, a backlog, a lost one and open rows."""
    return one_flow(
        trucks(-3, 0, 0, 1, 2, 70, 75),
        chain("pre", "desk"),
        {
            "pre": step(needs=needs("p"), time="6"),
            "desk": step(needs=needs("q"), time="10", zone="yard", patience="30"),
        },
        resources={"p": always(2)},
        zones={"yard": zone(2)},
        backlog=Backlog(1, "desk", "9"),
        clock=clock(80, lead_in=5),
    )


def finished(scenario: Resolved) -> Model:
    model = Model(scenario, 1, 0, scenario.clock.at_most, keeps_record=False)
    model.advance(model.end)
    return model


def broken(model: Model) -> str:
    return "; ".join(model.broken_laws(model.end))


def test_no_rows_are_kept() -> None:
    desk = {"desk": step(needs=needs("p"), time="1", zone="yard")}
    many = one_flow(trucks(*range(2000)), chain("desk"), desk, zones={"yard": zone(9)}, clock=clock(9000))
    few, model = finished(busy()), finished(many)
    assert model.state.x[records.ENTITY_ROWS] == 2000
    for name in ("visit_log", "entity_log", "attribute_log", "usage", "places"):
        assert len(getattr(model.state, name)) == len(getattr(few.state, name))
    assert not model.state.x[[records.USAGE_ROWS, records.PLACE_ROWS]].any()
    assert model.record(model.end) is None


def test_a_digest_may_be_asked_for_more_than_once_and_the_run_goes_on() -> None:
    model = Model(busy(), 1, 0, 80)
    model.advance(40)
    early = model.digest(40)
    assert early == model.digest(40)
    model.advance(80)
    assert early != model.digest(80) == run(busy(), 1, engine="reference").digest


# ---- every law notices a state that breaks it
def test_an_untouched_state_keeps_the_laws() -> None:
    assert broken(finished(busy())) == ""


@pytest.mark.parametrize(
    ("array", "field", "told"),
    [
        ("pools", "serving", r"'p' has \d units busy, its visits hold \d"),
        ("sites", "places", r"'pre' has \d places taken, \d visits are in it"),
        ("zones", "taken", r"zone 'yard' has \d places taken, \d entities are in it"),
        ("sites", "waits", r"the area under the queue of 'pre' is \d+, the sum of its waits \d+"),
    ],
)
def test_what_is_taken_and_what_is_waited_must_agree(array: str, field: str, told: str) -> None:
    model = finished(busy())
    getattr(model.state, array)[field][0] += 1
    with pytest.raises(AssertionError, match=told):
        assert broken(model) == ""


@pytest.mark.parametrize(
    ("law", "told"),
    [
        (records.TIMES_GO_BACK, r"an instant is earlier than what precedes it \(1 times\)"),
        (records.PARTS_DIFFER, "do not sum to its dwell"),
        (records.ABOVE_CAPACITY, "a start leaves more busy than capacity"),
        (records.NOT_HELD, "given back that were not held"),
        (records.ABOVE_ROOM, "holds more than its room"),
    ],
)
def test_what_was_counted_as_broken_is_told(law: int, told: str) -> None:
    model = finished(busy())
    model.state.broken[law] += 1
    with pytest.raises(AssertionError, match=told):
        assert broken(model) == ""


def test_entities_that_vanish_are_noticed() -> None:
    model = finished(busy())
    model.state.x[records.INSIDE_NOW] += 1
    assert "3 entities are counted as inside, 2 are there" in broken(model)
    model = finished(busy())
    model.state.x[records.ENTITY_ROWS] -= 1
    assert "8 entities came, 7 are inside, gone or lost" in broken(model)


def test_wrong_steps_on_the_way_are_counted() -> None:
    """A truck that is said to have come before it did, a place and a unit that are given back twice."""
    model = Model(busy(), 1, 0, 80)
    model.advance(3)
    inside = np.flatnonzero(model.state.entities["live"])
    model.state.entities["arrived"][inside[-1]] -= 1
    model.advance(80)
    assert model.state.broken[records.PARTS_DIFFER] == 1
    model = Model(busy(), 1, 0, 80)
    model.advance(3)
    model.state.pools["kept"] -= 1
    model.state.pools["capacity"] -= 1
    model.state.zones["taken"] -= 2
    model.advance(80)
    assert model.state.broken[records.NOT_HELD] > 0
    assert model.state.broken[records.ABOVE_ROOM] > 0


@pytest.mark.parametrize("field", ["level", "put_in", "taken"])
def test_a_stock_that_does_not_balance_is_noticed(field: str) -> None:
    take = {"take": step("take", stock="boxes", amount=2)}
    model = finished(one_flow(trucks(0, 1), chain("take"), take, stocks={"boxes": stock(7)}))
    model.state.stocks[field][0] += 1
    with pytest.raises(AssertionError, match="stock 'boxes' has"):
        assert broken(model) == ""


def test_longer_bins_hold_the_same_sums_on_both_engines() -> None:
    scenario = shorten(load("lang-son-2025-03-12", {"lead_in": "8 h"}).resolved, DAY // 4)
    hours = run(scenario, 1, keep="statistics").tally
    for engine in ("compiled", "reference"):
        done = run(scenario, 1, engine=engine, keep="statistics", hour=DAY)
        assert hours is not None
        assert done.tally is not None
        assert len(done.tally.axis.span) < len(hours.axis.span)
        assert np.array_equal(done.tally.by_kind, hours.by_kind)
        for table in ("by_step", "by_flow"):
            few, many = (getattr(tally, table) for tally in (done.tally, hours))
            name = {"by_step": "wait", "by_flow": "inside"}[table]
            assert np.array_equal(few[name].sum(axis=0), many[name].sum(axis=0))
        assert done.digest == run(scenario, 1, keep="statistics").digest


@pytest.mark.parametrize("counts", [records.NOTHING, records.SUMS])
def test_what_a_run_did_not_count_is_not_told(counts: int) -> None:
    model = Model(busy(), 1, 0, 80, counts=counts)
    model.advance(80)
    if counts == records.SUMS:
        assert model.tally(80, histograms=False).by_step.size
    with pytest.raises(ValueError, match="did not count"):
        model.tally(80, histograms=counts == records.SUMS)


@FEW
@given(networks())
def test_arrays_grow_as_they_are_needed(scenario: Resolved) -> None:
    whole = run(scenario, 1, keep="statistics").digest
    with patch.object(compiled, "SLOTS", 4):
        assert run(scenario, 1, keep="statistics").digest == whole
