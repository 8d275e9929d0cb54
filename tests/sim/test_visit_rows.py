"""The compiled engine's rows of visits: forty bytes each, whatever they have to tell."""

from __future__ import annotations

import numpy as np

from scenarios.resolved import DAY, Resolved
from sim.engines.kernel import records
from sim.engines.visit_rows import columns
from sim.log import EMPTY
from sim.run import run
from tests.sim.build import always, chain, clock, needs, step
from tests.sim.tell import one_flow, trucks
from tests.sim.test_engines_agree import assert_engines_agree

LONG_STAY = 60 * DAY  # more milliseconds than 32 bits hold


def test_a_row_takes_forty_bytes() -> None:
    assert records.VISIT_LOG.itemsize == 40


def test_visits_of_two_months_are_told_as_the_reference_engine_tells_them() -> None:
    scenario = long_stays()
    assert_engines_agree(scenario)
    visits = run(scenario, 1, engine="compiled").log.visits
    assert (visits["started"] - visits["joined"]).max() == 2 * LONG_STAY - 5
    assert (visits["left"] == EMPTY).any()


def long_stays() -> Resolved:
    """Three trucks, each two months at a desk with one clerk; the last is still there at the end."""
    return one_flow(
        trucks(0, 0, 5),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="stay")},
        resources={"p": always(1)},
        tables={"stay": (LONG_STAY,)},
        clock=clock(150 * DAY),
    )


def test_numbers_of_lanes_above_sixteen_bits_come_back() -> None:
    rows = np.zeros(2, records.VISIT_LOG)
    rows["lane_low"], rows["lane_high"] = (100_001 & 0xFFFF, 0), (100_001 >> 16, 0)
    rows["admitted"] = rows["started"] = rows["ended"] = rows["left"] = records.NOT_REACHED
    found = columns(rows, np.zeros(0, records.LONG_LOG))
    assert found["lane"].tolist() == [100_000, -1]
    assert found["left"].tolist() == [EMPTY, EMPTY]
