"""The compiled engine gives the same record as the reference engine, row for row, and the same digest."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scenarios.library import load, names
from scenarios.resolved import Resolved, from_json, to_json
from sim.engines import compiled, reference
from sim.engines.floor import Pool
from sim.log import EventLog
from sim.run import Model, run
from tests.brief import brief
from tests.sim.build import chain, needs, step
from tests.sim.networks import networks
from tests.sim.tell import one_flow, trucks

NO_SHRINK = settings(max_examples=300, phases=(Phase.explicit, Phase.generate))
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
    assert_engines_agree(brief(name))


EVENTS = {
    "lang-son-tet-2026": ("start=2026-02-18 18:00", "lead_in=1 d", "window=18 h"),  # registered only
    "lang-son-incidents": (  # so often that some fall into half a day
        "lead_in=4 h", "window=14 h", "disruptions.slow.every=700 /yr", "disruptions.stopped.every=700 /yr",
    ),
    "lang-son-outage": ("start=2025-03-12 08:00", "lead_in=2 h", "window=3 h"),
    "lang-son-2021-12": (  # trucks are held, let go, and the other side stops
        "start=2021-12-12 00:00", "lead_in=2 d", "window=2 d",
        "rules.hold_inland.when.above=500", "rules.hold_inland.until.below=450",
    ),
    "durian-laboratories-2025-10": ("start=2025-10-19 00:00", "lead_in=1 d", "window=1 d"),
    "ocop-livestream": ("start=2023-10-14 00:00", "lead_in=1 d", "window=2 d"),
    "school-platform": (  # so slow that messages are sent again
        "start=2021-12-28 19:00", "lead_in=1 h", "window=2 h",
        "platforms.school.rate=20 /min",
        "flows.teacher.arrivals.demand=15 %", "flows.parent.arrivals.demand=15 %",
    ),
    "soc-incidents": ("lead_in=7 d", "window=60 d"),
}  # fmt: skip
"""What the first hours of a scenario do not reach."""


@pytest.mark.slow
@pytest.mark.parametrize("name", EVENTS)
def test_engines_agree_when_it_happens(name: str) -> None:
    assert_engines_agree(load(name, EVENTS[name]).resolved)


def assert_engines_agree(scenario: Resolved) -> None:
    """Equal, or else the first row that differs and the scenario, saved:  python -m tests.sim.again FILE"""
    slow, fast = run(scenario, 1, engine="reference"), run(scenario, 1, engine="compiled")
    found = first_difference(slow.log, fast.log)
    same = slow.digest == fast.digest and slow.log.end == fast.log.end and slow.deadlock == fast.deadlock
    if found or not same:
        raise AssertionError(f"{found or 'the rows are equal, the rest is not'}; saved: {saved(scenario)}")


def saved(scenario: Resolved) -> Path:
    """The file that a scenario has been written to."""
    text = to_json(scenario)
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    file = Path(tempfile.gettempdir()) / "cuakhau-differs" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_engines_that_differ_are_told_with_the_row_and_the_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Pool, "take", lowest_but_one(Pool.take))
    scenario = one_flow(trucks(0, 3), chain("x"), {"x": step(needs=needs(("p", 1)), time="5")})
    with pytest.raises(AssertionError, match=r"visits row 0, 'lane'.*; saved: ") as told:
        assert_engines_agree(scenario)
    file = Path(str(told.value).rpartition(": ")[2])
    assert from_json(file.read_text(encoding="utf-8")) == scenario
    from tests.sim import again  # which imports this module

    again.main([str(file)])
    assert "visits row 0, 'lane'" in capsys.readouterr().out
    file.unlink()


def lowest_but_one(take: Callable[..., Any]) -> Callable[..., Any]:
    """A mistake in which unit serves."""

    def taken(pool: Pool, *more: Any) -> Any:
        pool._highest += pool._highest == 0
        return take(pool, *more)

    return taken


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
