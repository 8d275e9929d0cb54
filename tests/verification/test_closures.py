"""A gate shut for a while is the fluid's to the millisecond, on both engines."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.theory import fluid_closure
from metrics.verification import closures
from metrics.verification.closures import CLOSURES, Closure, judge_closure
from sim.engines import ENGINES
from sim.run import run

PUBLISHED = {"closure-90-min": (90, 270, 270 * 60), "closure-3-h": (90, 540, 540 * 60)}
"""Peak queue, recovery [min] and total delay [truck min] of the fluid, worked out elsewhere."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("closure", CLOSURES, ids=lambda closure: closure.name)
def test_a_closure_is_the_fluids_to_the_millisecond(closure: Closure, engine: str) -> None:
    rows = judge_closure(closure, engine)
    assert [row.verdict for row in rows] == ["equal"] * 4, [(row.expected, row.got) for row in rows]


@pytest.mark.parametrize("closure", CLOSURES, ids=lambda closure: closure.name)
def test_each_truck_waits_as_lindley_says(closure: Closure) -> None:
    log = run(closure.scenario(), 1, engine="reference").log
    waits = (log.visits["started"] - log.visits["joined"]) / 60_000
    first = round(closure.closes / closure.gap)
    saved = closure.gap - closure.service
    expected = [closure.shut - j * saved for j in range(round(closure.shut / saved))]
    assert waits[first : first + len(expected)].tolist() == expected
    assert np.count_nonzero(waits) == len(expected)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_fluid_agrees_with_the_figures_worked_out_elsewhere(name: str) -> None:
    closure = next(closure for closure in CLOSURES if closure.name == name)
    fluid = fluid_closure(1 / closure.gap, 1 / closure.service, closure.shut)
    assert (fluid.peak, fluid.recovery, fluid.delay) == pytest.approx(PUBLISHED[name], rel=1e-12)


def test_a_wrong_fluid_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closures, "fluid_closure", lambda a, c, shut: fluid_closure(a, c, shut + 0.01))
    for closure in CLOSURES:
        assert {row.verdict for row in judge_closure(closure)} == {"different"}
