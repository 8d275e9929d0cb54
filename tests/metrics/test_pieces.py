"""Measured on pieces that are forgotten, a run gives what its whole record gives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import curves, kpis, sample, trs
from metrics.declare import Value, describe
from metrics.pieces import Measuring, needs_record
from metrics.replication import Replication
from metrics.sample import Sample
from scenarios.library import load, names
from scenarios.resolved import DAY, Resolved
from sim.engines import compiled
from sim.log import Column
from sim.pieces import FAR, Piece
from sim.run import run, shorten
from tests.sim.networks import networks
from tests.sim.test_tally import FEWER, MANY, with_milestones

QUANTILES = ("p5", "p25", "p50", "p75", "p90", "p95")
BOUND = 0.008
"""Relative error of a quantile of many times, at most."""

LENGTHS = {"lang-son-channels": 1, "lang-son-700k": 2, "yen-bai-ocop": 10, "ocop-export-lorry": 2}  # [d]
MILESTONES = st.lists(
    st.sampled_from(["arrived", "registered", "released", "crossed", "ordered", "delivered"]), max_size=3
)


@pytest.fixture
def small_pieces() -> Iterator[None]:
    """Pieces of a few rows; and all times but a few in histograms."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiled, "ROWS", 1)
        patched.setattr(sample, "EXACT", 20)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.usefixtures("small_pieces")
def test_pieces_of_library_scenarios_come_to_the_whole(name: str) -> None:
    scenario = shorten(load(name).resolved, LENGTHS[name] * DAY)
    assert_the_same(scenario, 24)


@pytest.mark.slow
@FEWER
@given(networks(), st.integers(1, 12), MILESTONES)
def test_pieces_of_networks_come_to_the_whole(scenario: Resolved, pieces: int, milestones: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiled, "ROWS", 1)
        assert_the_same(with_milestones(scenario, tuple(milestones)), pieces)


@pytest.mark.long
@pytest.mark.timeout(3600)
@MANY
@given(networks(), st.integers(1, 30), MILESTONES)
def test_pieces_of_many_networks_come_to_the_whole(
    scenario: Resolved, pieces: int, milestones: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiled, "ROWS", 1)
        assert_the_same(with_milestones(scenario, tuple(milestones)), pieces)


def assert_the_same(scenario: Resolved, pieces: int) -> None:
    seen, together = whole_and_together(scenario, pieces)
    found = difference(kpis.measure(seen), together.values())
    assert found is None, found
    assert told(trs.measure(seen)) == told(together.study())
    for one, other in zip(curves.measure(seen), together.lines(), strict=True):
        assert (one.name, one.labels) == (other.name, other.labels)
        assert np.array_equal(one.times, other.times)
        assert np.array_equal(one.values, other.values, equal_nan=True), one.labels


def whole_and_together(scenario: Resolved, pieces: int) -> tuple[Replication, Measuring]:
    """The record of a run; and the same run measured on so many pieces."""
    record = run(scenario, 1, engine="compiled").log
    model = compiled.Model(scenario, 1, 0, scenario.clock.at_most)
    together = Measuring(scenario)
    for instant in np.linspace(model.begin, model.end, pieces + 1).astype(int).tolist()[1:]:
        model.advance(instant)
        if model.stops_at() is not None:
            break
        if instant < model.end and (piece := model.hand_over(instant)) is not None:
            together.take(piece)
    rest = model.rest(record.end)
    assert rest is not None
    together.take(rest)
    return Replication(scenario, record), together


def difference(whole: Sequence[Value], together: Sequence[Value]) -> str | None:
    """What two lists of values differ in; quantiles of many times may by the bound."""
    assert [(v.name, v.labels, v.unit) for v in whole] == [(v.name, v.labels, v.unit) for v in together]
    mean = {(v.name, *v.labels.items()): v.value for v in whole if v.name == "dwell_p95"}
    for one, other in zip(whole, together, strict=True):
        bound = 1e-12
        if one.name.endswith(QUANTILES) and one.n > sample.EXACT:
            bound = BOUND
        if one.name == "buffer_time":  # a difference of two times: what the larger may be wrong by
            slack = BOUND * (mean["dwell_p95", *one.labels.items()] or 0)
            if one.value is not None and other.value is not None and abs(one.value - other.value) <= slack:
                continue
        if one.name == "buffer_index" and one.n > sample.EXACT:
            continue  # the same, divided by a mean that is exact
        if one.n != other.n or not near(one.value, other.value, bound):
            return f"{one}\n{other}"
    return None


def near(one: float | None, other: float | None, bound: float) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=bound, abs_tol=1e-12)


def told(pieces: list[trs.Piece]) -> list[tuple[object, ...]]:
    """What a row of the study says that is exact."""
    rows = trs.rows({0: pieces})
    exact = ("mean", "max")
    return [
        (r.begin, r.end, r.labels, r.n, r.share_waiting, *(r.statistics[name] for name in exact))
        for r in rows
    ]


# ---- many times ------------------------------------------------------------------------------------------
def some_times(n: int) -> Column:
    """Times of all sizes, some negative, a few equal."""
    chance = np.random.default_rng(7)
    return np.rint(chance.lognormal(12, 3, n) * chance.choice([1, 1, 1, -1], n)).astype(np.int64)


def in_portions(times: Column, size: int) -> Sample:
    found = Sample()
    for first in range(0, len(times), size):
        found.add(times[first : first + size])
    return found


@pytest.mark.parametrize("n", [1, 2, 30, 4_999, 5_001, 30_000])
@pytest.mark.parametrize("size", [7, 4000])
def test_a_sample_tells_what_its_times_tell(n: int, size: int) -> None:
    times = some_times(n)
    exact, found = describe(times), describe(in_portions(times, size))
    for name, value in exact.items():
        bound = BOUND if name in QUANTILES and n > sample.EXACT else 1e-9
        assert near(value, found[name], bound), name


def test_the_portions_of_a_sample_change_no_bit() -> None:
    times = some_times(25_000)
    one, other = in_portions(times, 100), in_portions(times[::-1], 7000)
    assert describe(one) == describe(other)


def test_samples_are_merged_as_if_they_were_one() -> None:
    times = some_times(40_000)
    for cut in (100, 3_000, 15_000, 39_000):
        merged = in_portions(times[:cut], 1000)
        merged.merge(in_portions(times[cut:], 1000))
        assert describe(merged) == describe(in_portions(times, 1000))


# ---- what a run does with them -------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
def test_handing_over_changes_nothing_in_a_run() -> None:
    scenario = shorten(load("yen-bai-ocop").resolved, 2 * DAY)
    kept = run(scenario, 1, engine="compiled")
    taken: list[int] = []
    given_away = run(
        scenario, 1, engine="compiled", keep="statistics",
        take=lambda piece: taken.append(len(piece.log.visits["step"])),
    )  # fmt: skip
    assert given_away.record is None
    assert given_away.digest == kept.digest
    assert given_away.timing.entities == kept.timing.entities
    assert given_away.timing.visits == kept.timing.visits == sum(taken)
    assert len(taken) > 2


def test_a_record_is_not_both_kept_and_taken() -> None:
    scenario = shorten(load("yen-bai-ocop").resolved, DAY)
    with pytest.raises(ValueError, match="not both"):
        run(scenario, 1, take=lambda _: None)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
def test_spans_follow_each_other_and_nobody_comes_before_what_is_settled() -> None:
    scenario = shorten(load("lang-son-2025-03-12").resolved, DAY)
    pieces: list[Piece] = []
    run(scenario, 1, engine="compiled", keep="statistics", take=pieces.append)
    assert all(one.until == other.since for one, other in pairwise(pieces))
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    for one, other in pairwise(pieces):
        assert other.log.entities["arrived"].min(initial=FAR) >= one.settled


def test_only_a_target_on_a_run_until_empty_needs_the_record() -> None:
    gate = load(str(Path(__file__).parents[2] / "benchmarks" / "gate.yaml")).resolved
    assert gate.clock.until == "empty"
    assert not needs_record(gate)
    assert not any(needs_record(load(name).resolved) for name in names())
