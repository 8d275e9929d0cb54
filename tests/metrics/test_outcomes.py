"""Figures to compare: from statistics and from rows the same; who wins by name; how many are inside."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from metrics import outcomes, presence, winners
from metrics.pieces import Measuring
from scenarios import library
from scenarios.resolved import Resolved
from sim.pieces import whole
from sim.run import run

DRAINED = {"until": "empty", "at_most": "31 d"}


@pytest.fixture(scope="module")
def bulletin() -> Resolved:
    return library.load("lang-son-2025-03-12", DRAINED | {"lead_in": "1 d"}).resolved


def keys(scenario: Resolved) -> list[outcomes.Key]:
    names = list(outcomes._FROM_SUMS)
    parts = [{}, {"flow": "export"}, {"direction": "import"}, {"gate": "huu_nghi", "direction": "export"},
             {"goods": "fruit"}, {"channel": "red"}]  # fmt: skip
    made = [(name, tuple(labels.items())) for name in names for labels in parts]
    gate = outcomes.names()
    return [key for key in made if " ".join(dict(key[1])) in gate[key[0]].by]


def test_statistics_and_rows_give_the_same_figures_to_the_last_bit(bulletin):
    wanted = keys(bulletin)
    assert len(wanted) > 40
    assert all(outcomes.needs_no_rows(key, bulletin) for key in wanted)
    tally = run(bulletin, 5, keep="statistics").tally
    measuring = Measuring(bulletin, outcomes.kpis_of(wanted))
    measuring.take(whole(run(bulletin, 5).log))
    assert tally is not None
    assert outcomes.from_statistics(wanted, bulletin, tally) == outcomes.among(wanted, measuring.values())


def test_what_the_statistics_do_not_hold_needs_rows(bulletin):
    assert not outcomes.needs_no_rows(("cohort_dwell_p95", ()), bulletin)
    assert not outcomes.needs_no_rows(("wait_mean", (("agency", "customs"),)), bulletin)
    assert not outcomes.needs_no_rows(("cohort_dwell_mean", (("direction", "sideways"),)), bulletin)


def test_labels_that_nobody_has_are_refused_with_those_there_are(bulletin):
    key = ("cohort_dwell_mean", (("direction", "sideways"),))
    measuring = Measuring(bulletin, outcomes.kpis_of([key]))
    measuring.take(whole(run(bulletin, 5, until=3_600_000).log))
    with pytest.raises(outcomes.NotMeasured) as raised:
        outcomes.among([key], measuring.values())
    assert {"direction": "export"} in raised.value.known
    assert pickle.loads(pickle.dumps(raised.value)).known == raised.value.known


@pytest.mark.parametrize("horizon", ["terminating", "cyclic", "stationary"])
def test_the_number_inside_is_the_same_from_statistics_and_from_pieces(bulletin, horizon):
    scenario = replace(bulletin, clock=replace(bulletin.clock, horizon=horizon))
    tally = run(scenario, 5, keep="statistics", hour=presence.bins_for(scenario)).tally
    counting = presence.Counting(scenario)
    run(scenario, 5, keep="statistics", take=counting.take)
    assert tally is not None
    here, there = presence.from_statistics(scenario, tally), counting.inside()
    assert np.array_equal(here.edges, there.edges)
    assert np.array_equal(here.mean, there.mean)


def test_the_drained_cohort_is_finished_and_its_mean_is_that_of_its_trucks(bulletin):
    log = run(bulletin, 5).log
    cohort = winners.cohort(bulletin, log)
    tally = run(bulletin, 5, keep="statistics").tally
    assert tally is not None
    mean, unfinished = outcomes.from_statistics(
        [("cohort_dwell_mean", ()), ("cohort_unfinished", ())], bulletin, tally
    )
    assert unfinished == 0
    assert mean == pytest.approx(cohort.inside.mean() / 1000, rel=1e-12)


def test_nobody_wins_or_loses_by_nothing(bulletin):
    cohort = winners.cohort(bulletin, run(bulletin, 5).log)
    found = winners.moves(cohort, winners.cohort(bulletin, run(bulletin, 5).log))
    assert found.all == winners.Count(0, 0, len(cohort.inside))
    assert (found.won_ms, found.lost_ms, found.only_base, found.only_variant) == (0, 0, 0, 0)
    assert found.extremes == ()


def test_more_demand_adds_trucks_and_keeps_the_old_ones(bulletin):
    more = library.load(
        "lang-son-2025-03-12", DRAINED | {"lead_in": "1 d", "flows.export.arrivals.demand": "120 %"}
    ).resolved
    base, grown = (winners.cohort(scenario, run(scenario, 5).log) for scenario in (bulletin, more))
    found = winners.moves(base, grown)
    assert found.only_base == 0
    assert found.only_variant > 20
    assert sum((found.all.won, found.all.lost, found.all.same)) == len(base.inside)


def test_who_changes_is_told_by_name_and_kind(bulletin):
    slower = library.load(
        "lang-son-2025-03-12", DRAINED | {"lead_in": "1 d", "resources.receiving_huu_nghi.capacity": 1}
    ).resolved
    found = winners.moves(*(winners.cohort(s, run(s, 5).log) for s in (bulletin, slower)))
    assert found.all.lost > found.all.won
    assert found.lost_ms > found.won_ms
    assert found.by["direction"]["export"].lost > found.by["direction"]["import"].lost
    worst = found.extremes[-winners.MOST_NAMED]
    assert worst.address.startswith("export/x0 2025-03-")
    assert worst.kind["gate"] == "huu_nghi"
    assert worst.change > 0
