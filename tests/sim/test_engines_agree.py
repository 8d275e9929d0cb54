"""The compiled engine gives the same record as the reference engine, row for row, and the same digest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scenarios.library import load, names
from scenarios.resolved import DAY, Resolved
from sim.engines import compiled, reference
from sim.log import EventLog
from sim.run import Model, run, shorten
from tests.sim.networks import networks

NO_SHRINK = settings(
    max_examples=300, deadline=None, phases=(Phase.explicit, Phase.generate), derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
MANY = settings(NO_SHRINK, max_examples=10_000)
FEW = settings(NO_SHRINK, max_examples=80)


@pytest.mark.slow
@NO_SHRINK
@given(networks())
def test_records_are_equal_row_for_row(scenario: Resolved) -> None:
    assert_engines_agree(scenario)


@pytest.mark.long
@pytest.mark.timeout(3600)
@MANY
@given(networks())
def test_many_records_are_equal_row_for_row(scenario: Resolved) -> None:
    assert_engines_agree(scenario)


@pytest.mark.slow
@FEW
@given(networks(), st.integers(1, 9), st.sampled_from(["reference", "compiled"]))
def test_stopping_and_going_on_changes_nothing(scenario: Resolved, length: int, engine: str) -> None:
    whole = run(scenario, 1, engine=engine)
    model = model_of(engine, scenario)
    reached, stops = model.begin, None
    while reached < model.end:
        reached = min(model.end, reached + length)
        model.advance(reached)
        stops = model.stops_at()
        if stops is not None and stops <= reached:
            break
    assert model.digest(model.end if stops is None else stops) == whole.digest


def model_of(engine: str, scenario: Resolved) -> Model:
    module = compiled if engine == "compiled" else reference
    model: Model = module.Model(scenario, 1, 0, scenario.clock.at_most)
    return model


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_library_scenarios_give_the_same_digest(name: str) -> None:
    assert_engines_agree(shorten(load(name).resolved, DAY))


def assert_engines_agree(scenario: Resolved) -> None:
    slow, fast = run(scenario, 1, engine="reference"), run(scenario, 1, engine="compiled")
    assert first_difference(slow.log, fast.log) is None
    assert slow.digest == fast.digest
    assert slow.log.end == fast.log.end
    assert slow.deadlock == fast.deadlock


def first_difference(one: EventLog, other: EventLog) -> str | None:
    """Where two records part, told with both rows; None if they are equal."""
    if one.names != other.names:
        return f"{one.names} ≠ {other.names}"
    for table in ("entities", "attributes", "timetable", "visits"):
        mine, yours = getattr(one, table), getattr(other, table)
        for name in mine:
            if len(mine[name]) != len(yours[name]):
                return f"{table}: {len(mine[name])} rows ≠ {len(yours[name])}"
            for row in np.flatnonzero(mine[name] != yours[name])[:1]:
                rows = [{key: int(column[row]) for key, column in side.items()} for side in (mine, yours)]
                return f"{table} row {row}, '{name}': {rows[0]} ≠ {rows[1]}"
    for curves in ("usage", "places"):
        for name, columns in getattr(one, curves).items():
            for key, column in columns.items():
                if not np.array_equal(column, getattr(other, curves)[name][key]):
                    return f"{curves} of '{name}', {key}"
    return None
