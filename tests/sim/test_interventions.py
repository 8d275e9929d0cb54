"""What is changed on the way: a run that was told of it beforehand is the same, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.library import load
from scenarios.resolved import Resolved
from sim import interventions
from sim.engines import ENGINES, compiled, reference
from sim.live import Live, effect
from sim.run import run
from sim.timetable import Row
from tests.sim.build import chain, needs, step
from tests.sim.networks import networks
from tests.sim.tell import one_flow, trucks, until_empty
from tests.sim.test_engines_agree import NO_SHRINK, first_difference

FEWER = settings(NO_SHRINK, max_examples=60)
MODELS: dict[str, Callable[..., Any]] = {"reference": reference.Model, "compiled": compiled.Model}


def queue() -> Resolved:
    """Four trucks come at once to one desk of ten milliseconds."""
    return one_flow(trucks(0, 0, 0, 0), chain("desk"), {"desk": step(needs=needs("officer"), time="10")})


def left(log: Any) -> list[int]:
    return sorted(log.entities["left"].tolist())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_officer_from_an_instant_on(engine: str) -> None:
    """Worked by hand: one desk until 15, two from 15 on."""
    row = Row(15, "capacity", "officer", 2)
    told = run(queue(), 1, engine=engine, interventions=[row]).log
    assert left(told) == [10, 20, 25, 30]
    kinds = told.timetable["time"].tolist()
    assert 15 in kinds, "the record says what was done"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_set_on_the_way_is_what_was_told_beforehand(engine: str) -> None:
    model = MODELS[engine](queue(), 1, 0, queue().clock.at_most)
    model.advance(15)
    done = model.intervene("capacity", "officer", 2)
    assert done == Row(15, "capacity", "officer", 2)
    model.advance(model.end)
    assert model.digest(model.end) == run(queue(), 1, engine=engine, interventions=[done]).digest


@pytest.mark.parametrize("engine", ENGINES)
def test_several_at_one_instant_the_last_counts(engine: str) -> None:
    model = MODELS[engine](queue(), 1, 0, queue().clock.at_most)
    for units in (0, 3, 2):
        model.intervene("capacity", "officer", units)
    model.advance(model.end)
    assert left(model.record(model.end)) == [10, 10, 20, 20]


@st.composite
def changes(draw: st.DrawFn, scenario: Resolved) -> list[tuple[int, str, str, int]]:
    """Up to four things to set at instants of the run."""
    begin, end = -scenario.clock.lead_in, scenario.clock.at_most
    things = [("capacity", name, 4) for name in scenario.resources]
    things += [("scheduled", name, 4) for name in scenario.resources]
    things += [("slow", name, 3000) for name in scenario.steps]
    things += [("platform", name, 2000) for name in scenario.platforms]
    things += [("demand", name, 3000) for name in interventions.things(scenario, "demand")]
    found = []
    for at in sorted(draw(st.lists(st.integers(begin, end - 1), min_size=1, max_size=4))):
        what, target, most = draw(st.sampled_from(things))
        found.append((at, what, target, draw(st.integers(1 if what == "slow" else 0, most))))
    return found


@pytest.mark.slow
@FEWER
@given(networks(), st.data())
def test_live_and_told_beforehand_are_one_run_on_both_engines(
    scenario: Resolved, data: st.DataObject
) -> None:
    wanted = data.draw(changes(scenario))
    rows: list[Row] = []
    live = {}
    for engine, make in MODELS.items():
        model = make(scenario, 1, 0, scenario.clock.at_most)
        rows = []
        for at, what, target, value in wanted:
            model.advance(at)
            if at >= (model.stops_at() or model.end):
                continue
            if what not in interventions.BEFOREHAND:
                rows.append(model.intervene(what, target, value))
                continue
            before = model.record(at)
            rows.append(interventions.row_beforehand(scenario, at, model.end, (what, target, value)))
            model = make(scenario, 1, 0, scenario.clock.at_most, by_hand=rows)
            model.advance(at)
            assert first_difference(before, model.record(at)) is None, "what was is not changed"
        model.advance(model.end)
        stops = model.stops_at()
        live[engine] = model.record(model.end if stops is None else stops)
    assert not (found := first_difference(live["reference"], live["compiled"])), found
    for engine in MODELS:
        told = run(scenario, 1, engine=engine, interventions=rows)
        assert first_difference(live[engine], told.log) is None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("what", "target", "value", "told"),
    [
        ("overtime", "officer", 1, "only capacity, scheduled, platform, slow, demand can be set by hand"),
        ("demand", "a", 500, "there is no 'a'; there are none"),  # a list is not scaled
        ("capacity", "nobody", 1, "there is no 'nobody'; there are officer"),
        ("capacity", "officer", -1, "must lie from 0 to 1000000"),
        ("slow", "desk", 0, "must lie from 1"),
        ("platform", "vnaccs", 0, "there is no 'vnaccs'; there are none"),
    ],
)
def test_what_cannot_be_set_is_refused(engine: str, what: str, target: str, value: int, told: str) -> None:
    model = MODELS[engine](queue(), 1, 0, queue().clock.at_most)
    with pytest.raises(ValueError, match=told):
        model.intervene(what, target, value)
    with pytest.raises(ValueError, match=told):
        run(queue(), 1, engine=engine, interventions=[Row(5, what, target, value)])
    model.advance(model.end)
    assert model.digest(model.end) == run(queue(), 1, engine=engine).digest, "nothing was changed"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_is_over_is_not_changed(engine: str) -> None:
    model = MODELS[engine](queue(), 1, 0, queue().clock.at_most)
    model.advance(model.end)
    with pytest.raises(ValueError, match="the run is over"):
        model.intervene("capacity", "officer", 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_ends_at_the_instant_0_is_over_then(engine: str) -> None:
    """Everybody has left by -1, so it lasts to 0."""
    scenario = one_flow(
        trucks(-4),
        chain("desk"),
        {"desk": step(needs=needs("officer"), time="3")},
        clock=replace(until_empty(at_most=100), lead_in=5),
    )
    model = MODELS[engine](scenario, 1, 0, scenario.clock.at_most)
    model.advance(10)
    assert model.stops_at() == 0
    with pytest.raises(ValueError, match="the run is over: it lasted to 0 ms"):
        model.intervene("capacity", "officer", 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_demand_from_an_instant_on_adds_entities_and_keeps_the_old_ones(engine: str) -> None:
    scenario = load("lang-son-2025-03-12", until="1 d").resolved
    at, flow = 6 * 3_600_000, interventions.things(scenario, "demand")[0]
    row = Row(at, "demand", flow, 2500)
    few = run(scenario, 1, engine=engine).log
    many = run(scenario, 1, engine=engine, interventions=[row]).log

    def came(log: Any) -> set[tuple[int, ...]]:
        of = log.entities
        names = [log.names.sources[code] for code in of["source"]]
        address = zip(of["flow"], names, of["day"], of["number"], of["arrived"], strict=True)
        return {tuple(each) for each in address if log.names.flows[each[0]] == flow}

    new = came(many) - came(few)
    assert came(few) < came(many)
    assert all(arrived >= at for *_, arrived in new)
    after = sum(arrived >= at for *_, arrived in came(few))
    assert after > 100
    assert 1.2 * after < len(new) < 1.8 * after  # one and a half times as many come in addition


def test_a_session_that_is_told_of_demand_goes_on_from_the_same_state() -> None:
    scenario = load("lang-son-2025-03-12", until="1 d").resolved
    flow = interventions.things(scenario, "demand")[0]
    live = Live(scenario, 1)
    live.advance(6 * 3_600_000)
    before = live.look()
    assert live.intervene("demand", flow, 3000) == Row(live.now, "demand", flow, 3000)
    after = live.look()
    assert all(
        np.array_equal(getattr(before, each), getattr(after, each)) for each in ("entity", "step", "came")
    )
    live.advance(12 * 3_600_000)
    without = live.without()
    found = effect(live, without)
    assert found.entities == without.born  # those who come in addition are not among them
    assert live.born > without.born
    assert found.saved_ms < 0
    assert live.digest() == run(scenario, 1, interventions=live.rows).digest


@pytest.mark.parametrize("engine", ENGINES)
def test_on_the_way_an_engine_takes_no_demand(engine: str) -> None:
    scenario = load("lang-son-2025-03-12", until="1 d").resolved
    model = MODELS[engine](scenario, 1, 0, scenario.clock.at_most)
    with pytest.raises(ValueError, match="told of it before"):
        model.intervene("demand", interventions.things(scenario, "demand")[0], 500)
