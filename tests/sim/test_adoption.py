"""Adoption over communes: thresholds by address, exact between market days, logistic in the limit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scenarios.adoptions import Adoption, Force, load_adoption, names, read_adoption
from scenarios.errors import ScenarioError
from scenarios.resolved import DAY
from sim.adoption import Land, land, spread

SEED = 7


@pytest.fixture(scope="module")
def small() -> Adoption:
    of = load_adoption("lang-son-2021")
    return replace(
        of, communes=4, leads=1, households=40_000, neighbours=2, days=100, reachable=1.0, groups_from=0
    )


@pytest.fixture(scope="module")
def where(small: Adoption) -> Land:
    return land(small, SEED)


def test_households_are_all_there_and_communes_are_joined_with_their_nearest(
    small: Adoption, where: Land
) -> None:
    assert sum(where.households) == small.households
    assert [len(each) for each in where.thresholds] == list(where.households)
    assert all(where.graph.degree(n) >= small.neighbours for n in where.graph)
    assert where.leads == (max(range(4), key=lambda n: where.households[n]),)


def test_under_visits_alone_who_has_adopted_is_known_from_the_thresholds(
    small: Adoption, where: Land
) -> None:
    run = spread(small, where, 0, {"visits": 1.0})
    rate = small.groups * small.members / small.households * small.persuaded
    for times, thresholds in zip(run.times, where.thresholds, strict=True):
        expected = np.floor(thresholds[thresholds < rate * small.days] / rate * DAY)
        assert len(times) == len(expected)
        assert np.abs(times - expected).max() <= 1  # market days cut the sum in pieces


def test_many_households_follow_the_logistic_curve(small: Adoption) -> None:
    """ds/dt = (a + b s)(1 − s): Bass's curve, in the limit of many households of one commune."""
    of = replace(small, communes=1, leads=1, neighbours=0, households=200_000)
    a = of.groups * of.members / of.households * of.persuaded * 0.5
    b = 0.08
    run = spread(of, land(of, SEED), 0, {"visits": 0.5, "own": 0.08})
    for day in (20, 50, 90):
        grown = math.exp((a + b) * day)
        share = (grown - 1) / (grown + b / a)
        assert run.at(np.array([day * DAY]))[0] / of.households == pytest.approx(share, abs=0.005)


def test_the_same_households_adopt_sooner_where_more_is_done(small: Adoption, where: Land) -> None:
    little, much = (spread(small, where, 200, {"own": 0.05, "near": 0.02, "visits": v}) for v in (0.1, 0.3))
    assert much.count > little.count > 200
    for slow, fast in zip(little.times, much.times, strict=True):
        assert (fast[: len(slow)] <= slow).all()


def test_it_begins_in_the_lead_communes_and_reaches_the_others_over_the_network(
    small: Adoption, where: Land
) -> None:
    alone = spread(small, where, 200, {"own": 0.05})
    assert [len(times) > 0 for times in alone.times] == [n in where.leads for n in range(4)]
    joined = spread(small, where, 200, {"own": 0.05, "near": 0.02})
    assert all(len(times) > 0 for times in joined.times)


def test_a_run_is_the_same_again_and_another_with_another_seed(small: Adoption, where: Land) -> None:
    rates: dict[Force, float] = {"own": 0.05, "leading": 0.02}
    once = spread(small, where, 200, rates)
    assert spread(small, land(small, SEED), 200, rates).digest == once.digest
    assert spread(small, land(small, SEED + 1), 200, rates).digest != once.digest


def test_who_cannot_be_reached_never_adopts(small: Adoption) -> None:
    of = replace(small, reachable=0.5)
    there = land(of, SEED)
    everybody = spread(of, there, 0, {"visits": 1000.0})
    assert everybody.count == sum(map(len, there.thresholds)) == pytest.approx(20_000, rel=0.03)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"households: {value: 193835, source: seed001_derived}": "households: 193835"}, "without a source"),
        ({"tuned: [own, near]}": "tuned: [visits]}"}, "not in 'with'"),
        ({"market: {value: 5 d": "market: {value: 5"}, "duration"),
    ],
)
def test_a_wrong_file_is_told(change: dict[str, str], said: str) -> None:
    from importlib.resources import files

    text = files("scenarios").joinpath("adoptions", f"{names()[0]}.yaml").read_text(encoding="utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(ScenarioError, match=said):
        read_adoption(text)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="lang-son-2021"):
        load_adoption("lang-son-2012")
