"""Statistics without a record: equal to those of the record, and what they say of quantiles."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.library import load
from scenarios.resolved import DAY, Condition, Effect, Resolved, Rule
from sim.engines.compiled import Model
from sim.log import EMPTY, EventLog
from sim.recount import recount
from sim.run import run, shorten
from sim.tally import HOUR, INTERVALS, MOST_SPANS, Tally, axis, bit_lengths, cell_of, kinds, value_of
from tests.brief import SOME, brief
from tests.sim.build import NAME, always, category, chain, clock, needs, step
from tests.sim.networks import networks
from tests.sim.tell import one_flow, trucks, until_empty
from tests.sim.test_engines_agree import NO_SHRINK

MILESTONES = st.sampled_from([(), ("arrived",), ("crossed",), ("arrived", "crossed")])
FEWER = settings(NO_SHRINK, max_examples=100)
MANY = settings(NO_SHRINK, max_examples=3000)


@pytest.mark.slow
@FEWER
@given(networks(), st.integers(1, 50), MILESTONES)
def test_the_statistics_of_a_run_are_those_of_its_record(
    scenario: Resolved, hour: int, milestones: tuple[str, ...]
) -> None:
    """Bins of a few milliseconds, since the networks last 120."""
    assert_the_same_tally(with_milestones(scenario, milestones), hour)


@pytest.mark.long
@pytest.mark.timeout(3600)
@MANY
@given(networks(), st.integers(1, 50), MILESTONES)
def test_the_statistics_of_many_runs_are_those_of_their_records(
    scenario: Resolved, hour: int, milestones: tuple[str, ...]
) -> None:
    assert_the_same_tally(with_milestones(scenario, milestones), hour)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_the_statistics_of_library_scenarios_are_those_of_their_records(name: str) -> None:
    assert_the_same_tally(brief(name), HOUR)


def with_milestones(scenario: Resolved, milestones: tuple[str, ...]) -> Resolved:
    """Carried by the second and the third step, as far as there are any."""
    steps = dict(scenario.steps)
    for name, milestone in zip(list(steps)[1:], milestones, strict=False):
        steps[name] = replace(steps[name], milestones=(milestone,))
    return replace(scenario, steps=steps)


def assert_the_same_tally(scenario: Resolved, hour: int) -> None:
    log, kept = record_and_tally(scenario, hour)
    found = difference(recount(scenario, log, hour), kept)
    assert found is None, found


def record_and_tally(scenario: Resolved, hour: int) -> tuple[EventLog, Tally]:
    """The record of a run, and the statistics that were kept while it went."""
    model = Model(scenario, 1, 0, scenario.clock.at_most, hour=hour)
    model.advance(model.end)
    stops = model.stops_at()
    log = model.record(model.end if stops is None else stops)
    assert log is not None
    return log, model.tally(log.end)


def difference(one: Tally, other: Tally) -> str | None:
    """What two tallies differ in."""
    for field in fields(Tally):
        mine, yours = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("axis", "cells"):
            for part in fields(mine):
                if not np.array_equal(getattr(mine, part.name), getattr(yours, part.name)):
                    return f"{field.name}.{part.name}: {getattr(mine, part.name)} {getattr(yours, part.name)}"
        elif field.name == "squares":
            if not np.allclose(mine, yours, rtol=1e-12):
                return "squares"
        elif getattr(mine, "dtype", None) is not None and mine.dtype.names:
            for name in mine.dtype.names:
                if not np.array_equal(mine[name], yours[name]):
                    return f"{field.name}.{name}:\n{mine[name].T}\n{yours[name].T}"
        elif not np.array_equal(mine, yours):
            return f"{field.name}: {mine} {yours}"
    return None


def test_a_cell_is_read_within_one_percent() -> None:
    values = np.unique(np.concatenate([np.arange(5000), 1 << np.arange(45), (1 << np.arange(1, 45)) - 1]))
    read = value_of(cell_of(values))
    assert np.array_equal(read[values < 128], values[values < 128])
    assert np.all(np.abs(read - values) <= 0.008 * values)
    assert np.all(np.diff(cell_of(values)) >= 0)


def test_bit_lengths() -> None:
    values = [0, 1, 2, 3, 4, 255, 256, (1 << 45) - 1, 1 << 45]
    assert bit_lengths(np.array(values)).tolist() == [value.bit_length() for value in values]


def test_a_cell_counts_on_when_its_sixteen_bits_are_full() -> None:
    many = 2 * (1 << 16) + 5
    scenario = one_flow(
        trucks(*range(many)),
        chain("x"),
        {"x": step(needs=needs("p"), time="7")},
        resources={"p": always(10)},
        clock=clock(many + 100),
    )
    assert_the_same_tally(scenario, HOUR)
    assert record_and_tally(scenario, HOUR)[1].cells.count.max() == many


# ---- what a tally says -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def day() -> tuple[Resolved, EventLog, Tally]:
    """A day of Lạng Sơn after half a day of lead-in: its record and its statistics."""
    scenario = shorten(load("lang-son-2025-03-12", ["lead_in=12 h"]).resolved, DAY)
    return scenario, *record_and_tally(scenario, HOUR)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("percent", [5, 25, 50, 75, 95])
def test_quantiles_are_within_one_percent(
    day: tuple[Resolved, EventLog, Tally], interval: str, percent: int
) -> None:
    _, log, tally = day
    observed = of_started(log)[interval]
    compared = 0
    for code in range(len(tally.steps)):
        values = np.sort(observed[(log.visits["step"] == code) & in_window(log)])
        n = int(tally.by_step["started"][tally.within, code].sum())
        assert n == len(values)
        if n:
            rank = -(-n * percent // 100)
            read = tally.histogram([tally.series(code, interval)], n).ranked(rank)
            assert read == pytest.approx(values[rank - 1], rel=0.01)
            compared += n
    assert compared > 1000


def in_window(log: EventLog) -> Any:
    return (log.visits["started"] >= 0) & (log.visits["started"] != EMPTY)


def of_started(log: EventLog) -> dict[str, Any]:
    """The intervals of visits, what is open counted to the end [ms]."""
    joined, admitted, started = (log.visits[n] for n in ("joined", "admitted", "started"))
    ended, left = (np.where(log.visits[n] == EMPTY, log.end, log.visits[n]) for n in ("ended", "left"))
    parts = admitted - joined, started - admitted, ended - started, left - ended, ended - joined
    return dict(zip(INTERVALS, parts, strict=True))


def test_the_area_of_a_histogram_is_near_the_sum(day: tuple[Resolved, EventLog, Tally]) -> None:
    _, _, tally = day
    for code, name in enumerate(tally.steps):
        within = tally.by_step[tally.within, code]
        seen = tally.histogram([tally.series(code, "wait")], int(within["started"].sum()))
        assert int((seen.values * seen.counts).sum()) == pytest.approx(within["wait"].sum(), rel=0.008), name


def test_histograms_of_long_runs_have_spans_of_more_hours() -> None:
    year = axis(shorten(load("lang-son-700k").resolved, 365 * DAY), 365 * DAY)
    assert len(year.edges) - 1 == (365 + 3) * 24
    assert year.spans <= MOST_SPANS + 1
    assert np.all(np.diff(year.phase[np.flatnonzero(np.diff(year.span))]) <= 1)
    for span in np.unique(year.span):
        assert len(np.unique(year.phase[year.span == span])) == 1


def test_kinds_with_too_many_values_are_not_told_apart() -> None:
    many = {f"a{n}": category(*(f"v{k}" for k in range(9)), draw="m") for n in range(4)}
    wide = {"wide": category(*(f"w{k}" for k in range(50)), draw="m")}
    told = kinds(one_flow(trucks(), chain("x"), {"x": step("wait", time="1")}, attributes=many | wide))
    assert len(told.members) == 9**3  # 9**4 are above the limit too; the first is dropped after the widest
    assert all("wide" not in values for _, values in told.members)


def test_both_engines_give_the_same_tally_or_the_record() -> None:
    scenario = shorten(load("yen-bai-ocop").resolved, DAY)
    slow, fast = (run(scenario, 1, engine=engine, keep="statistics") for engine in ("reference", "compiled"))
    assert slow.tally is not None
    assert fast.tally is not None
    assert difference(slow.tally, fast.tally) is None
    assert run(scenario, 1, engine="compiled").tally is None


@pytest.mark.parametrize("window", [None, 50])
def test_a_rule_that_outlives_everybody_adds_nothing_after_the_end(window: int | None) -> None:
    """The queue is short for ever: a lane is opened though nobody is left. The run ends at 11, or at 50."""
    idle = Rule(NAME, (Condition("queue", ("x",), below=1),), (Effect("open", "p", 1),), lasts=20)
    scenario = one_flow(
        trucks(0),
        chain("x"),
        {"x": step(needs=needs("p"), time="10")},
        rules={"idle": idle},
        clock=until_empty(window=window, at_most=100),
    )
    log, kept = record_and_tally(scenario, 5)
    assert log.end == (11 if window is None else 50)
    assert difference(recount(scenario, log, 5), kept) is None
    assert kept.by_resource["available"].sum() == log.end, "one unit is scheduled"
