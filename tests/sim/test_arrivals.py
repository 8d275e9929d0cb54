"""Who comes when: Poisson by day, numbers that stay, thinning that only adds or removes (law §2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.resolved import DAY, Arrivals, DayShapes, Disruption, ListedArrival, Resolved
from sim.arrivals import Birth, Demand, births, sources
from sim.timetable import timetable
from tests.sim.build import HOUR, NAME, START_DAY, chain, clock, even_day, flow, scenario, step
from tests.sim.gaps import EXPONENTIAL
from tests.sim.tell import until_empty

RATE = 20.0
"""Expected arrivals a day."""


def world(arrivals: Arrivals, **parts: Any) -> Resolved:
    parts.setdefault("clock", clock(30 * DAY))
    return scenario(
        {"a": flow(arrivals, chain("desk"))}, {"desk": step("wait")}, tables={"gap": EXPONENTIAL}, **parts
    )


def poisson(**fields: Any) -> Arrivals:
    return replace(Arrivals("rate", days=even_day(RATE), gap="gap"), **fields)


def born(told: Resolved, replication: int = 0, seed: int = 1) -> dict[str, list[Birth]]:
    """The births of flow `a`, by source."""
    begin = -told.clock.lead_in
    demand = Demand.of("a", timetable(told, seed, replication, begin, told.clock.at_most))
    return {
        source: list(births(told, "a", source, demand, seed, replication))
        for source in sources(told.flows["a"].arrivals, demand)
    }


def surge(start: int, length: int, factor: int) -> dict[str, Disruption]:
    return {"surge": Disruption(NAME, (("flow", "a"),), factor=factor, when=((start, length),))}


# ---- Poisson
def test_counts_by_day_are_poisson() -> None:
    """Total: exact; by day: χ² in seven classes; each refused at one in a thousand, at a fixed seed."""
    from scipy import stats

    found = born(world(poisson(), clock=clock(500 * DAY)))["x0"]
    mean = 500 * RATE
    assert 0.0005 < stats.poisson.cdf(len(found), mean) < 0.9995
    counts = Counter(birth.day for birth in found)
    edges = [14, 16, 18, 20, 22, 25]
    days = np.searchsorted(edges, [counts[START_DAY + n] for n in range(500)])
    shares = np.diff([0.0, *stats.poisson.cdf(np.array(edges), RATE), 1.0])
    assert stats.chisquare(np.bincount(days, minlength=7), 500 * shares).pvalue > 0.001


def test_gaps_across_a_homogeneous_day_are_exponential_and_times_uniform() -> None:
    from scipy import stats

    found = born(world(poisson(), clock=clock(300 * DAY)))["x0"]
    instants = np.array([birth.at for birth in found])
    assert stats.kstest(instants % DAY / DAY, "uniform").pvalue > 0.001
    assert stats.kstest(np.diff(instants) / (DAY / RATE), "expon").pvalue > 0.001


def test_days_are_independent_of_each_other() -> None:
    found = Counter(birth.day for birth in born(world(poisson(), clock=clock(500 * DAY)))["x0"])
    counts = np.array([found[START_DAY + n] for n in range(500)])
    assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < 3.3 / np.sqrt(499)


def test_hours_follow_the_profile() -> None:
    from scipy import stats

    weights = [0] * 7 + [3, 6, 6, 4, 2, 2, 4, 5, 5, 3] + [0] * 7
    edges = tuple(1_000_000 * n for n in np.concatenate([[0], np.cumsum(weights)]).tolist())
    days = DayShapes((edges,), ((0,) * 7,) * 12)
    found = born(world(poisson(days=days), clock=clock(100 * DAY)))["x0"]
    by_hour = np.bincount([birth.at % DAY // HOUR for birth in found], minlength=24)
    assert by_hour[:7].sum() == by_hour[17:].sum() == 0
    assert stats.chisquare(by_hour[7:17], np.array(weights[7:17]) * len(found) / sum(weights)).pvalue > 0.001
    assert 0.0005 < stats.poisson.cdf(len(found), 100 * sum(weights)) < 0.9995


def test_births_are_in_order_and_numbered_from_zero_each_day() -> None:
    found = born(world(poisson()))["x0"]
    assert [b.at for b in found] == sorted(b.at for b in found)
    for day in range(START_DAY, START_DAY + 30):
        today = [b for b in found if b.day == day]
        assert [b.number for b in today] == list(range(len(today)))
        assert all(0 <= b.at - (day - START_DAY) * DAY < DAY for b in today)


def test_replications_seeds_and_flows_differ() -> None:
    told = world(poisson())
    other = replace(told, flows={"b": told.flows["a"]})
    demand = Demand.of("b", timetable(other, 1, 0, 0, DAY))
    streams = [
        born(told)["x0"], born(told, replication=1)["x0"], born(told, seed=2)["x0"],
        list(births(other, "b", "x0", demand, 1, 0)),
    ]  # fmt: skip
    assert len({tuple(b.at for b in stream) for stream in streams}) == 4


# ---- a day is drawn whole
def test_a_run_that_begins_within_a_day_keeps_the_numbers_of_those_who_come_later() -> None:
    told = world(poisson(), clock=clock(3 * DAY))
    whole = born(told)["x0"]
    half = DAY // 2 + 7
    later = clock(3 * DAY, start_utc=told.clock.start_utc + half)
    shifted = [replace(b, at=b.at + half) for b in born(replace(told, clock=later))["x0"]]
    assert [b for b in shifted if b.at < 3 * DAY] == [b for b in whole if b.at >= half]


def test_a_lead_in_renumbers_nobody() -> None:
    told = world(poisson(), clock=clock(2 * DAY))
    with_lead_in = born(replace(told, clock=clock(2 * DAY, lead_in=3 * DAY + HOUR)))["x0"]
    assert [b for b in with_lead_in if b.at >= 0] == born(told)["x0"]
    assert min(b.at for b in with_lead_in) >= -3 * DAY - HOUR
    assert {b.day for b in with_lead_in if b.at < 0} == set(range(START_DAY - 4, START_DAY))


def test_nobody_comes_after_the_window() -> None:
    told = world(poisson(), clock=until_empty(9 * DAY, window=2 * DAY))
    assert born(told)["x0"] == born(world(poisson(), clock=clock(2 * DAY)))["x0"]


# ---- thinning
def test_less_demand_removes_some_and_keeps_the_rest_as_they_were() -> None:
    full = born(world(poisson()))["x0"]
    half = born(world(poisson(demand=500)))["x0"]
    third = born(world(poisson(demand=300)))["x0"]
    assert set(map(repr, third)) < set(map(repr, half)) < set(map(repr, full))


def test_more_demand_keeps_everybody_and_adds_others() -> None:
    full = born(world(poisson()))
    more = born(world(poisson(demand=1300)))
    most = born(world(poisson(demand=2300)))
    assert list(more) == ["x0", "x1"]
    assert list(most) == ["x0", "x1", "x2"]
    assert full["x0"] == more["x0"] == most["x0"]
    assert set(map(repr, more["x1"])) < set(map(repr, most["x1"]))


def test_thinning_keeps_the_stated_share() -> None:
    """Exact binomial tests at one in a thousand."""
    from scipy import stats

    days = {"clock": clock(200 * DAY)}
    all_of_them = len(born(world(poisson(demand=2000), **days))["x1"])
    for factor in (100, 700):
        kept = len(born(world(poisson(demand=1000 + factor), **days))["x1"])
        assert stats.binomtest(kept, all_of_them, factor / 1000).pvalue > 0.001


def test_a_burst_counts_at_the_instant_of_each_arrival() -> None:
    plain = born(world(poisson()))
    burst = born(world(poisson(), disruptions=surge(5 * DAY, DAY, 2000)))
    assert burst["x0"] == plain["x0"]
    assert {b.day for b in burst["x1"]} == {START_DAY + 5}
    lull = born(world(poisson(), disruptions=surge(5 * DAY, DAY, 0)))["x0"]
    assert lull == [b for b in plain["x0"] if b.day != START_DAY + 5]


def test_no_demand_means_nobody() -> None:
    assert born(world(poisson(demand=0))) == {}


# ---- counts
@given(st.integers(0, 60))
def test_a_rate_with_a_count_stops_after_so_many(count: int) -> None:
    told = world(poisson(), clock=clock(2 * DAY))
    assert born(replace_count(told, count))["x0"] == born(told)["x0"][:count]


def replace_count(told: Resolved, count: int) -> Resolved:
    arrivals = replace(told.flows["a"].arrivals, count=count)
    return replace(told, flows={"a": replace(told.flows["a"], arrivals=arrivals)})


def test_the_count_is_taken_before_thinning_and_after_skipping() -> None:
    full = world(poisson(), clock=clock(9 * DAY))
    first_forty = {repr(b) for b in born(full)["x0"][:40]}
    thinned = born(world(poisson(demand=500, count=40), clock=clock(9 * DAY)))["x0"]
    assert {repr(b) for b in thinned} < first_forty
    late = clock(9 * DAY, start_utc=full.clock.start_utc + DAY // 2)
    assert len(born(replace_count(replace(full, clock=late), 40))["x0"]) == 40


def placed(count: int, **fields: Any) -> Arrivals:
    return Arrivals("count", days=fields.pop("days", even_day(RATE)), count=count, **fields)


def test_a_count_alone_places_exactly_so_many_in_the_window() -> None:
    told = world(placed(300), clock=clock(int(2.5 * DAY), lead_in=DAY))
    found = born(told)["x0"]
    assert sorted(b.number for b in found) == list(range(300))
    assert [b.at for b in found] == sorted(b.at for b in found)
    assert all(0 <= b.at < 2.5 * DAY for b in found)
    assert {b.day for b in found} == {START_DAY}


def test_one_more_leaves_the_places_of_the_others() -> None:
    fewer, more = ({b.number: b.at for b in born(world(placed(n)))["x0"]} for n in (50, 51))
    assert fewer == {number: at for number, at in more.items() if number < 50}


def test_places_follow_the_profile_of_the_window_only() -> None:
    """The window is from seven to nine; of four arrivals one comes before eight."""
    from scipy import stats

    weights = [1] * 7 + [1, 3] + [1] * 15
    edges = tuple(1_000_000 * n for n in np.concatenate([[0], np.cumsum(weights)]).tolist())
    told = world(
        placed(2000, days=DayShapes((edges,), ((0,) * 7,) * 12)),
        clock=clock(2 * HOUR, start_utc=START_DAY * DAY + 7 * HOUR),
    )
    found = born(told)["x0"]
    late = sum(b.at >= HOUR for b in found)
    assert stats.binomtest(late, 2000, 0.75).pvalue > 0.001
    assert all(0 <= b.at < 2 * HOUR for b in found)


# ---- lists
def test_a_list_is_taken_as_it_is() -> None:
    rows = (
        ListedArrival(50, START_DAY, 7), ListedArrival(-30, START_DAY - 1, 3),
        ListedArrival(50, START_DAY, 2), ListedArrival(100, START_DAY, 4),
        ListedArrival(10, START_DAY, 9, {"goods": "fruit"}),
    )  # fmt: skip
    listed = Arrivals("list", listed=rows, demand=300)
    found = born(world(listed, clock=clock(100)))["list"]
    assert [(b.at, b.number) for b in found] == [(10, 9), (50, 2), (50, 7)]
    assert found[0].given == {"goods": "fruit"}
    led_in = born(world(listed, clock=clock(100, lead_in=30)))["list"]
    assert (led_in[0].at, led_in[0].day, led_in[0].number) == (-30, START_DAY - 1, 3)


def test_a_flow_may_have_no_arrivals() -> None:
    assert born(world(Arrivals("none"))) == {}


@pytest.mark.parametrize("arrivals", [Arrivals("rate", gap="gap"), Arrivals("rate", days=even_day(1))])
def test_a_rate_needs_its_days_and_its_gaps(arrivals: Arrivals) -> None:
    with pytest.raises(TypeError, match="need"):
        born(world(arrivals))
