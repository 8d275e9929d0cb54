"""The analytic estimate: what it says of scenarios, what it refuses, how far off it is, how quick."""

from __future__ import annotations

import json
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

from metrics import analytic_band, analytic_family
from metrics.analytic import Estimate, Figure, estimate
from metrics.analytic_band import banded, group, reach
from metrics.analytic_scope import REFUSED, Unknown, unknown
from scenarios import library
from scenarios.resolved import Resolved
from sim.run import run
from tests.sim.networks import networks


def value(of: Estimate, name: str, *labels: tuple[str, str]) -> float:
    found = next(each.value for each in of.figures if (each.name, each.labels) == (name, labels))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def bulletin() -> Resolved:
    return library.load("lang-son-2025-03-12").resolved


def test_the_bulletin_day_is_within_its_band(bulletin: Resolved) -> None:
    """Simulated by itself: the mean of five days."""
    told = {(each.figure.name, each.figure.labels): each for each in banded(estimate(bulletin))}
    simulated = analytic_family.means(bulletin, 7, 5)
    outside = {
        key: (each, simulated[key])
        for key, each in told.items()
        if each.low is not None and each.high is not None and not each.low <= simulated[key] <= each.high
    }
    assert outside == {}
    assert sum(each.low is not None for each in told.values()) >= 10


def test_more_demand_means_longer_stays_and_busier_officers(bulletin: Resolved) -> None:
    flows = {
        name: replace(flow, arrivals=replace(flow.arrivals, demand=1300))
        for name, flow in bulletin.flows.items()
    }
    usual, busy = estimate(bulletin), estimate(replace(bulletin, flows=flows))
    for name in ("throughput", "dwell_mean", "dwell_p95", "closing_backlog"):
        assert value(busy, name) > value(usual, name)
    customs = ("agency", "customs")
    assert value(busy, "utilisation", customs) > value(usual, "utilisation", customs)
    assert busy.load == pytest.approx(1.3 * usual.load, rel=0.05)


@pytest.mark.parametrize(
    ("name", "what"),
    [("kim-thanh-2021-01", "gather"), ("smart-gate-agv", "hold"), ("telehealth", "appointments"),
     ("durian-laboratories-2025-10", "send"), ("lang-son-2021-12", "rules"), ("soft-atm", "stock")],
)  # fmt: skip
def test_what_it_does_not_know_leaves_no_figure(name: str, what: str) -> None:
    told = estimate(library.load(name).resolved)
    assert told.kind == "none"
    assert told.figures == ()
    assert what in {each.what for each in told.without}


def test_what_is_left_out_makes_it_rough(bulletin: Resolved) -> None:
    assert unknown(bulletin) == []
    outage = estimate(library.load("lang-son-outage").resolved)
    assert outage.kind == "rough"
    assert [each.what for each in outage.without] == ["disruption"]


@settings(max_examples=40)
@given(networks())
def test_any_scenario_is_estimated_or_refused(scenario: Resolved) -> None:
    told = estimate(scenario)
    assert (told.kind == "none") == any(each.what in REFUSED for each in told.without)
    for each in told.figures:
        assert each.value is None or (each.value >= 0 and np.isfinite(each.value)), each


def test_a_year_is_estimated_sooner_than_two_months_are_simulated() -> None:
    """Which takes 0.3 s on a free core; benchmarks/estimate.py prints the milliseconds."""
    year = library.load("lang-son-700k").resolved
    months = library.load("lang-son-700k", {"window": "60 d"}).resolved

    def least(what: object) -> float:
        assert callable(what)
        taken = []
        for _ in range(2):
            begun = process_time()
            what()
            taken.append(process_time() - begun)
        return min(taken)

    run(months, 1, keep="sums")  # what has to be imported is
    simulated = least(lambda: run(months, 1, keep="sums"))
    assert least(lambda: estimate(year)) < simulated


# ---- the band -------------------------------------------------------------------------------------------


def test_the_band_is_that_of_a_finite_number_of_members() -> None:
    assert reach([0.1 * n for n in range(1, 10)], 0.9) == pytest.approx(0.9)
    assert reach([0.1] * 8, 0.9) is None
    assert reach([float(n) for n in range(1, 100)], 0.9) == 90.0


def test_another_member_lies_in_the_band_as_often_as_promised() -> None:
    """Split conformal prediction on errors of any law; exact binomial test at one in a thousand."""
    chance = np.random.default_rng(5)
    hits = sum(
        chance.lognormal() <= (reach(list(chance.lognormal(size=40)), 0.9) or 0.0) for _ in range(2000)
    )
    assert stats.binomtest(hits, 2000, 37 / 41).pvalue > 0.001


def test_a_figure_with_too_wide_a_band_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Estimate(
        "plain", (), 0.5, 300_000.0, (Figure("dwell_mean", (), 3600.0), Figure("wait_mean", (), 60.0))
    )
    known = {"groups": {"plain light": {"figures": {"dwell_mean": 0.2, "wait_mean": 1.5}}}}
    monkeypatch.setattr(analytic_band, "_measured", lambda: known)
    dwell, wait = banded(told)
    ends = 4200 * np.exp([-0.2, 0.2]) - 600
    assert [dwell.low, dwell.high] == pytest.approx(ends.tolist())
    assert (wait.figure.value, wait.low, wait.high) == (None, None, None)
    assert [each.low for each in banded(replace(told, load=0.9))] == [None, None]  # a group of no members


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({}, "plain light"), ({"load": 0.8}, "plain heavy"), ({"kind": "rough"}, "rough light"),
     ({"without": (Unknown("full_zone", "yard"),)}, "full"), ({"bin": 2 * 3_600_000.0}, "long"),
     ({"bin": 2 * 3_600_000.0, "load": 1.0}, "long overloaded")],
)  # fmt: skip
def test_groups(changed: dict[str, object], expected: str) -> None:
    assert group(replace(Estimate("plain", (), 0.5, 300_000.0, ()), **changed)) == expected  # type: ignore[arg-type]


def test_the_kept_band_is_of_every_group_and_figure() -> None:
    kept = json.loads(analytic_band.FILE.read_text(encoding="utf-8"))
    assert kept["level"] == analytic_band.LEVEL
    assert set(kept["groups"]) == {"plain light", "plain heavy", "rough light", "rough heavy", "full", "long"}
    for of in kept["groups"].values():
        assert set(of["figures"]) <= set(analytic_family.FIGURES)
        assert of["members"] >= 9
    assert sum(of["members"] for of in kept["groups"].values()) == kept["members"]


@pytest.mark.slow
def test_members_are_drawn_by_their_number() -> None:
    first = analytic_family.member(analytic_family.COVERAGE, 3)
    assert first == analytic_family.member(analytic_family.COVERAGE, 3)
    assert first != analytic_family.member(analytic_family.CALIBRATION, 3)


FRESH = 64


@pytest.mark.long
def test_members_that_did_not_make_the_band_lie_in_it() -> None:
    """Of each figure that is told, at least 90 % of fresh members: exact binomial tests at 1 %, one-sided."""
    hits: dict[str, list[bool]] = {}
    for number in range(FRESH):
        scenario = analytic_family.member(analytic_family.COVERAGE, number)
        seen = analytic_family.measure(scenario, 1000 + number)
        known = json.loads(analytic_band.FILE.read_text(encoding="utf-8"))["groups"]
        figures = known.get(group(seen.estimate), {"figures": {}})["figures"]
        for name, off in seen.errors.items():
            if figures.get(name) is not None:
                hits.setdefault(name, []).append(off <= figures[name])
    assert set(hits) == set(analytic_family.FIGURES)
    for name, held in hits.items():
        p = stats.binomtest(sum(held), len(held), analytic_band.LEVEL, alternative="less").pvalue
        assert p > 0.01, (name, sum(held), len(held))
