"""Parts that share nothing: found, run side by side, and the same run to the last bit."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics.kpis import CATALOGUE
from metrics.pieces import Measuring
from scenarios import library
from scenarios.resolved import Resolved
from sim.log import EventLog
from sim.parts import alone, components
from sim.run import run
from sim.tally import Tally
from tests.sim.networks import networks
from tests.sim.test_engines_agree import NO_SHRINK

NAMED = ("flows", "steps", "resources", "zones", "platforms", "stocks", "disruptions", "tables", "mixes",
         "calendars", "agencies")  # fmt: skip


WORDS = ("outcome", "kind", "what", "milestones", "purpose")
"""Fields that hold words of the language, which may be names too."""


def beside(one: Resolved, other: Resolved) -> Resolved:
    """Both in one scenario, the other's things under names of their own."""
    renamed = _renamed(other, {name for part in NAMED for name in getattr(other, part)})
    parts: dict[str, Any] = {part: {**getattr(one, part), **getattr(renamed, part)} for part in NAMED}
    return replace(one, **parts)


def _renamed(data: Any, names: set[str]) -> Any:
    if is_dataclass(data) and not isinstance(data, type):
        told = {each.name: getattr(data, each.name) for each in fields(data)}
        return replace(data, **{n: v if n in WORDS else _renamed(v, names) for n, v in told.items()})
    if isinstance(data, dict):
        return {_renamed(key, names): _renamed(value, names) for key, value in data.items()}
    if isinstance(data, tuple):
        return tuple(_renamed(value, names) for value in data)
    return f"there {data}" if isinstance(data, str) and data in names else data


@pytest.fixture(scope="module")
def two_gates() -> Resolved:
    """The bulletin day twice, with a short beginning."""
    told = library.load("lang-son-2025-03-12", {"lead_in": "6 h"}).resolved
    return beside(told, told)


def assert_the_same(here: EventLog, there: EventLog) -> None:
    assert here.names == there.names
    assert (here.begin, here.end) == (there.begin, there.end)
    for table in ("visits", "entities", "attributes", "timetable"):
        mine, other = getattr(here, table), getattr(there, table)
        assert mine.keys() == other.keys()
        for name in mine:
            np.testing.assert_array_equal(mine[name], other[name], f"{table}.{name}")
    for table in ("usage", "places", "stocks"):
        mine, other = getattr(here, table), getattr(there, table)
        assert mine.keys() == other.keys()
        for thing in mine:
            for name in mine[thing]:
                np.testing.assert_array_equal(
                    mine[thing][name], other[thing][name], f"{table} {thing} {name}"
                )


def assert_tallies_agree(here: Tally, there: Tally) -> None:
    for name in ("by_step", "by_resource", "by_zone", "by_flow", "by_kind", "squares", "open"):
        np.testing.assert_array_equal(getattr(here, name), getattr(there, name), name)
    for name in ("span", "series", "cell", "count"):
        np.testing.assert_array_equal(getattr(here.cells, name), getattr(there.cells, name), name)


def test_two_gates_are_two_parts_and_one_gate_is_one(two_gates: Resolved) -> None:
    assert components(two_gates) == (("export", "import"), ("there export", "there import"))
    assert len(components(library.load("lang-son-700k").resolved)) == 1
    joined = next(iter(two_gates.steps))
    there = replace(two_gates.steps[f"there {joined}"], zone="import_yard")
    assert len(components(replace(two_gates, steps={**two_gates.steps, f"there {joined}": there}))) == 1


def test_in_a_part_of_its_own_nobody_else_comes(two_gates: Resolved) -> None:
    part = alone(two_gates, ("export", "import"))
    log = run(part, 1).log
    assert {log.names.flows[code] for code in log.entities["flow"]} == {"export", "import"}


def test_side_by_side_is_the_same_run(two_gates: Resolved) -> None:
    one, several = run(two_gates, 1), run(two_gates, 1, threads=2)
    assert one.digest == several.digest
    assert_the_same(one.log, several.log)
    mine, other = (run(two_gates, 1, keep="statistics", threads=n).tally for n in (1, 2))
    assert mine is not None
    assert other is not None
    assert_tallies_agree(mine, other)


def test_side_by_side_is_measured_alike(two_gates: Resolved) -> None:
    told = []
    for threads in (1, 2):
        measuring = Measuring(two_gates, CATALOGUE[:20])
        run(two_gates, 2, keep="statistics", take=measuring.take, threads=threads)
        told.append(measuring.values())
    assert told[0] == told[1]


@pytest.mark.slow
@settings(NO_SHRINK, max_examples=15)
@given(st.data())
def test_random_networks_side_by_side_are_the_same_run(data: st.DataObject) -> None:
    one = data.draw(networks(), "one")
    scenario = beside(one, replace(data.draw(networks(), "other"), clock=one.clock))
    assume(len(components(scenario)) > 1)
    whole, parts = run(scenario, 3, engine="compiled"), run(scenario, 3, threads=2)
    assert whole.digest == parts.digest
    assert (whole.deadlock is None) == (parts.deadlock is None)
    assert_the_same(whole.log, parts.log)
    mine, others = (run(scenario, 3, keep="statistics", threads=n).tally for n in (1, 2))
    assert mine is not None
    assert others is not None
    assert_tallies_agree(mine, others)
