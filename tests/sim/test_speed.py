"""A guard against a compiled engine that has become slow: ratios within one run, in processor time.

Absolute times are those of a machine and of what else it does; they stand in docs/explanation/performance.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.scale import crowd, line
from scenarios.library import load
from scenarios.resolved import Resolved
from sim.engines import compiled, reference
from sim.run import Model

GATE = Path(__file__).parents[2] / "benchmarks" / "gate.yaml"

pytestmark = pytest.mark.slow


def gate(trucks: int) -> Resolved:
    return load(GATE, {"flows.truck.arrivals.count": str(trucks)}).resolved


def by_reference(scenario: Resolved) -> Model:
    return reference.Model(scenario, 1, 0, scenario.clock.at_most)


def by_compiled(scenario: Resolved) -> Model:
    return compiled.Model(scenario, 1, 0, scenario.clock.at_most)


def seconds(engine: Callable[[Resolved], Model], scenario: Resolved) -> float:
    """Processor time of a run, set-up and reading out apart [s]."""
    model = engine(scenario)
    begun = time.process_time()
    model.advance(model.end)
    return time.process_time() - begun


def test_the_compiled_engine_is_many_times_as_fast_as_the_reference() -> None:
    """About 100 when this was written; under 40 something has become much slower."""
    scenario = gate(3000)
    seconds(by_compiled, gate(10))  # compiles, or reads what was compiled before
    ratios = [seconds(by_reference, scenario) / seconds(by_compiled, scenario) for _ in range(4)]
    assert max(ratios) > 40, ratios


def test_a_visit_costs_the_same_in_a_long_run() -> None:
    """Ten times the trucks may not cost more than twice as much each."""
    seconds(by_compiled, gate(10))
    ratios = [seconds(by_compiled, gate(30_000)) / seconds(by_compiled, gate(3000)) / 10 for _ in range(5)]
    assert min(ratios) < 2, ratios


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (partial(line, 8, 5000, 8), partial(line, 100, 400, 100)),
        (partial(line, 8, 5000, 1), partial(line, 100, 400, 1)),
        (partial(crowd, 1000), partial(crowd, 20_000)),
    ],
    ids=["pools of their own", "one pool", "one queue"],
)
def test_a_visit_costs_little_more_on_long_ways_and_in_long_queues(
    small: Callable[[], Resolved], large: Callable[[], Resolved]
) -> None:
    """About 1.4, 1.1 and 0.5 when this was written."""
    seconds(by_compiled, gate(10))
    few, many = small(), large()
    ratios = [each(many) / each(few) for _ in range(3)]
    assert min(ratios) < 3, ratios


def each(scenario: Resolved) -> float:
    """Processor time of a visit [s]."""
    model = compiled.Model(scenario, 1, 0, scenario.clock.at_most, keeps_record=False)
    begun = time.process_time()
    model.advance(model.end)
    return (time.process_time() - begun) / model.visits(model.end)
