"""Ways that only one of two logs has: steps, loops and flows are told though no time differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.recorded.log import DAY, Named, Recorded
from metrics.recorded.study import Interval, Sample, intervals
from metrics.recorded.visited import alone, often, renamed, visits
from tests.metrics.fitted.loops import read_rows
from tests.metrics.recorded.test_mending import cases, rows_of


def told(log: Recorded) -> dict[Interval, Sample]:
    begin, end = log.span[0] // DAY * DAY, log.span[1] + 1
    return intervals(log, begin, end) | visits(log, begin, end)


def gate(loops: float = 0.0, scan: float = 1.0) -> Recorded:
    """A gate at which some go to the papers twice, and some to no scan."""
    luck = np.random.default_rng(8)
    made = []
    for case in cases(700):
        last = case[-1][3]
        again = [("papers", "clerks", last, last + 60_000)] if luck.random() < loops else []
        kept = [visit for visit in case if visit[0] != "scan" or luck.random() < scan]
        made.append([*kept, *again])
    return read_rows(rows_of(made, {}))


def test_a_log_and_itself_go_the_same_way() -> None:
    side = told(gate(0.1))
    assert not often(side, side)
    assert not alone(side, side)


def test_a_step_that_one_side_lacks_is_told() -> None:
    one, two = told(gate()), told(gate(scan=0.0))
    (only,) = often(one, two)
    assert (only.step, only.first, only.second) == ("scan", 1.0, None)
    (other,) = often(two, one)
    assert (other.first, other.second) == (None, 1.0)


def test_a_loop_that_one_side_goes_round_is_told() -> None:
    found = often(told(gate()), told(gate(0.1)))
    assert [each.step for each in found] == ["papers"]
    assert found[0].first == 1.0
    assert 1.05 < (found[0].second or 0) < 1.15
    assert found[0].chance < 0.01


def test_flows_of_one_side_are_told_and_a_single_flow_needs_no_name() -> None:
    log = gate()
    other = replace(log, flows=(Named("import", "Nhập"),))
    one, two = told(log), told(other)
    assert [(each.flow, each.side) for each in alone(one, two)] == [("truck", 1), ("import", 2)]
    assert not alone(one, renamed(one, two))
    halves = replace(log, flows=(*log.flows, Named("import", "Nhập")), flow=np.arange(log.cases) % 2)
    assert [each.flow for each in alone(one, told(halves))] == ["import"]
    assert set(renamed(one, told(halves))) == set(told(halves))
