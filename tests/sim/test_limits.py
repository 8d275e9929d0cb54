"""Where numbers grow large and many things happen at once: both engines agree, and nothing runs over."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.library import load_text
from scenarios.resolved import Disruption, Resolved, Resource, Shift
from sim.engines.compiled import Model, grow
from sim.engines.kernel import records
from sim.engines.kernel.arrivals import share_of
from sim.engines.kernel.decisions import times
from sim.engines.kernel.records import MOST_NUMBER
from sim.packed import LARGE
from sim.recount import recount
from sim.run import run
from sim.tally import HOUR
from tests.brief import brief
from tests.sim.build import NAME, always, chain, clock, flow, hours, needs, platform, step
from tests.sim.tell import one_flow, trucks, world
from tests.sim.test_engines_agree import assert_engines_agree
from tests.sim.test_tally import difference

MANY, TURNS = 120, 30
LONG = 5_000_000
BEFORE = MANY + 100
END = BEFORE + 100 * TURNS
EVERY_TURN = tuple((BEFORE + 100 * turn, 50) for turn in range(TURNS))


# ---- many under way, and something that touches them all, again and again
def test_many_are_interrupted_by_many_closings() -> None:
    edges = [0, *(edge for begin, lasts in EVERY_TURN for edge in (begin, begin + lasts)), END]
    pool = Resource(NAME, (Shift("day", MANY),), at_closing="stop")
    day = hours(*zip(edges[::2], edges[1::2], strict=True))
    assert_engines_agree(crowd(resources={"p": pool}, calendars={"day": day}))


def test_many_are_interrupted_by_many_breakdowns() -> None:
    loss = Disruption(NAME, (("resource", "p"),), lose=MANY, when=EVERY_TURN)
    assert_engines_agree(
        crowd(resources={"p": always(MANY, preempt=("breakdown",))}, disruptions={"loss": loss})
    )


def test_many_are_paused_by_many_outages() -> None:
    down = Disruption(NAME, (("platform", "net"),), down=True, when=EVERY_TURN)
    assert_engines_agree(
        crowd(
            {"platforms": ("net",), "on_outage": "pause"},
            resources={"p": always(MANY)},
            platforms={"net": platform()},
            disruptions={"down": down},
        )
    )


def crowd(more: dict[str, Any] | None = None, **parts: Any) -> Resolved:
    """Work for longer than the run, of so many at once that room for it was asked for once only."""
    return one_flow(
        trucks(*range(MANY)),
        chain("x"),
        {"x": step(needs=needs("p"), time="long", **(more or {}))},
        tables={"long": (LONG,)},
        clock=clock(END),
        **parts,
    )


# ---- large numbers
def test_more_sources_than_a_run_begins_with_room_for() -> None:
    names = [f"f{n}" for n in range(300)]
    flows = {name: flow(trucks(n), chain("x")) for n, name in enumerate(names)}
    assert_engines_agree(world(flows, {"x": step(needs=needs("p"), time="1")}, clock=clock(1000)))


def test_an_entity_comes_to_a_step_more_often_than_sixteen_bits_can_tell() -> None:
    """And the record has the digest that was kept row by row."""
    scenario = one_flow(
        trucks(0), {"x": "x"}, {"x": step(needs=needs("p"), time="1")}, clock=clock(MOST_NUMBER + 10)
    )
    assert_engines_agree(scenario)
    assert run(scenario, 1, engine="compiled").log.visits["visit"].max() == MOST_NUMBER + 10


def test_overtime_comes_on_top_of_what_is_on_duty() -> None:
    scenario = one_flow(
        trucks(*[0] * 500),
        chain("x"),
        {"x": step(needs=needs("p", "q"), time="50")},
        resources={
            "p": Resource(NAME, (Shift("day", 400), Shift("night", 300)), at_closing="clear"),
            "q": always(1000),
        },
        calendars={"day": hours((0, 30)), "night": hours((30, 100))},
        disruptions={"ill": Disruption(NAME, (("resource", "p"),), lose=300, when=((0, 40),))},
    )
    assert_engines_agree(scenario)


@given(st.integers(1, 2_500_000 * 1_000_000), st.integers(0, 10**6), st.integers(1, 90_000_000))
def test_a_share_of_a_day_is_exact(arrivals: int, place: int, length: int) -> None:
    """Of as many arrivals an hour as the language allows, in numbers of 64 bits."""
    part, whole = arrivals * place // 10**6, 24 * arrivals
    assert plain(share_of)(*map(np.int64, (part, whole, length))) == part * length // whole


@given(
    st.integers(0, 1 << 45), st.lists(st.sampled_from([500, 900, 1001, 1100, 1250, 2000, 3333]), max_size=5)
)
def test_a_duration_times_its_factors_is_floored_once(value: int, factors: list[int]) -> None:
    state = (np.int64(value), np.int64(0), np.int64(1))
    for factor in factors:
        state = plain(times)(*state, np.int64(factor))
    assert state[0] == value * prod(factors) // 1000 ** len(factors)


def plain(function: Any) -> Any:
    """The Python that is compiled; numpy warns where 64 bits do not hold a number."""
    return getattr(function, "py_func", function)


# ---- questions at odd moments
def test_a_copy_tells_its_own_past_not_what_the_other_lived_through() -> None:
    scenario = one_flow(
        trucks(0, 0, 0), chain("x"), {"x": step(needs=needs("p"), time="5")}, clock=clock(100)
    )
    model = Model(scenario, 1, 0, 100)
    model.advance(7)
    asked = model.record(7)
    copy = model.copy()
    model.advance(50)
    again = copy.record(7)
    assert asked is not None
    assert again is not None
    assert again.visits["left"].tolist() == asked.visits["left"].tolist()


THINNED = """
name: tail
title: {vi: "Đuôi", en: "Tail"}
question: {vi: "Đến khi nào?", en: "Until when?"}
time_zone: UTC
start: 2025-03-12 00:00
until: empty
at_most: 30 d
sources: {made: {text: made for a test}}
resources: {p: {label: {vi: p, en: p}, capacity: 1, source: made}}
steps: {x: {label: {vi: x, en: x}, resources: p, time: 5 min, source: made}}
flows:
  a:
    label: {vi: a, en: a}
    route: [x]
    arrivals: {rate: 1 /h, count: 20, demand: 30 %, source: made}
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statistics_end_with_the_run_though_others_were_looked_for(seed: int) -> None:
    """The last candidates are thinned away: nothing is counted after the last one who came has left."""
    scenario = load_text(THINNED).resolved
    model = Model(scenario, seed, 0, scenario.clock.at_most)
    model.advance(model.end)
    end = model.stops_at()
    assert end is not None
    assert end < model.now
    log = model.record(end)
    assert log is not None
    assert difference(recount(scenario, log, HOUR), model.tally(end)) is None


def test_arrays_beside_others_are_never_shorter_than_these() -> None:
    """Large arrays grow by a quarter, small ones double; the kernel looks at the length of one only."""
    model = Model(brief("lang-son-2025-03-12"), 1, 0, 24 * HOUR)
    rows = LARGE // model.state.visit_log.itemsize + 1000
    visits = np.zeros(rows, model.state.visit_log.dtype)
    extra = np.zeros((rows + 10, model.state.extra_log.shape[1]), np.int64)
    entities = np.zeros(rows, model.state.entity_log.dtype)
    attributes = np.zeros((rows + 10, model.state.attribute_log.shape[1]), np.int64)
    model.state.x[records.VISIT_ROWS] = model.state.x[records.ENTITIES] = rows
    state = model.state._replace(
        visit_log=visits, extra_log=extra, entity_log=entities, attribute_log=attributes
    )
    grown = grow(state, 1)
    assert len(grown.visit_log) > len(extra)
    assert len(grown.extra_log) >= len(grown.visit_log)
    assert len(grown.attribute_log) >= len(grown.entity_log)
