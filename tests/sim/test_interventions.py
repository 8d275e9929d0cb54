"""What is changed on the way: a run that was told of it beforehand is the same, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.resolved import Resolved
from sim.engines import ENGINES, compiled, reference
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
            if at < (model.stops_at() or model.end):
                rows.append(model.intervene(what, target, value))
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
        ("demand", "a", 500, "only capacity, scheduled, platform, slow can be set by hand"),
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
