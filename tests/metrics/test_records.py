"""Laws of the metrics on records of the engine: random networks, full of ties."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from metrics.kpis import compute
from metrics.milestones import COMPLETED, CROSSED, LOST
from metrics.replication import Replication
from metrics.visits import reached
from scenarios.resolved import Resolved
from sim.log import SOURCES
from sim.run import run
from tests.sim.networks import networks

quick = settings(max_examples=15)


def replication(scenario: Resolved) -> Replication:
    return Replication(scenario, run(scenario, 1, engine="reference").log)


@quick
@given(networks())
def test_dwell_is_the_age_at_the_start_and_the_parts_along_the_path(scenario):
    seen = replication(scenario)
    stays, path = seen.stays, seen.path
    done = reached(stays.gone) & stays.counted
    age = np.maximum(0, seen.log.begin - seen.log.entities["arrived"])
    parts = age + path["blocked"] + path["wait"] + path["service"]
    assert np.array_equal((stays.gone - stays.arrived)[done], parts[done])


@quick
@given(networks())
def test_the_way_still_open_counts_to_the_end_of_the_run(scenario):
    seen = replication(scenario)
    visits = seen.log.visits
    inside = ~reached(seen.stays.gone) & seen.stays.counted
    held = np.zeros(len(inside), dtype=bool)  # between the end of a visit and the next, a place is refused
    held[visits["entity"][reached(visits["ended"]) & ~reached(visits["left"])]] = True
    parallel = [scenario.steps[name].kind == "parallel" for name in seen.log.names.steps]
    held[visits["entity"][np.array(parallel)[visits["step"]]]] = True
    path, age = seen.path, np.maximum(0, seen.log.begin - seen.log.entities["arrived"])
    sure = inside & ~held
    parts = age + path["blocked"] + path["wait"] + path["service"]
    assert np.array_equal(parts[sure], (seen.log.end - seen.log.entities["arrived"])[sure])


@quick
@given(networks())
def test_who_came_is_gone_or_inside(scenario):
    seen = replication(scenario)
    begin, end = seen.window
    came = int(np.count_nonzero(seen.cohort))
    gone = seen.stays.counted & seen.within(seen.stays.gone)
    left = sum(int(np.count_nonzero(gone & (seen.stays.fate == fate))) for fate in (CROSSED, COMPLETED, LOST))
    before, after = (int(np.count_nonzero(seen.inside(t))) for t in (begin, end))
    assert before + came == left + after


@quick
@given(networks())
def test_the_backlog_over_time_is_the_backlog_counted(scenario):
    seen = replication(scenario)
    backlog = seen.backlog(seen.stays.counted)
    begin, end = seen.window
    instants = np.arange(begin + 1, end + 1, 7, dtype=np.int64)
    assert backlog.just_before(instants).tolist() == [
        int(np.count_nonzero(seen.inside(int(t)))) for t in instants
    ]


@quick
@given(networks())
def test_all_indicators_are_within_their_bounds(scenario):
    values = compute(scenario, run(scenario, 1, engine="reference").log)
    for value in values:
        if value.value is not None and not value.name.startswith("buffer"):  # P95 may lie below the mean
            assert value.value >= 0, value
            assert value.unit != "ratio" or value.value <= 1, value
    places = [(value.name, *sorted(value.labels.items())) for value in values]
    assert len(places) == len(set(places))


@quick
@given(networks())
def test_replications_report_the_same_rows(scenario):
    rows = [
        [
            (value.name, value.labels)
            for value in compute(scenario, run(scenario, 1, number, engine="reference").log)
        ]
        for number in (0, 1)
    ]
    assert rows[0] == rows[1]


@quick
@given(networks())
def test_the_parts_of_a_wait_add_up_to_it(scenario):
    seen = replication(scenario)
    parts = [seen.amounts[name] for name in ("wait_closed", "wait_outage", "wait_queue")]
    assert all((part >= 0).all() for part in parts)
    assert np.array_equal(sum(parts), seen.amounts["wait"])


@quick
@given(networks())
def test_the_parts_of_each_entity_by_plain_counting(scenario):
    """Without parallel parts and sub-entities, an entity's parts are the sums over its rows."""
    assume(not any(step.kind in ("parallel", "send") for step in scenario.steps.values()))
    seen = replication(scenario)
    visits, end = seen.log.visits, seen.log.end
    blocked = dict.fromkeys(range(len(seen.log.entities["flow"])), 0)
    for entity, joined, admitted, ended in zip(
        *(visits[c].tolist() for c in ("entity", "joined", "admitted", "ended")), strict=True
    ):
        never = -(1 << 63)
        blocked[entity] += min(t for t in (admitted, ended, end) if t != never) - joined
    assert seen.path["blocked"].tolist() == list(blocked.values())


def test_a_backlog_of_age_nothing_is_there_before_the_window():
    from tests.metrics.builder import Record, flow, scenario, step

    record = Record(scenario({"road": step()}, {"truck": flow(["road"])}))
    record.entity(0, [("road", 0, 0, 0, 1)], left=1, source="backlog")
    assert SOURCES.index("backlog") == record.entities[0]["source"]
    seen = Replication(record.scenario, record.log(24))
    assert seen.inside(0).tolist() == [True]
    assert seen.cohort.tolist() == [False]


@pytest.mark.parametrize("outcome", ["reneged", "balked", "turned_back"])
def test_the_lost_are_no_longer_inside(outcome):
    from tests.metrics.builder import Record, flow, scenario, step

    record = Record(scenario({"road": step()}, {"truck": flow(["road"])}))
    record.entity(1, [("road", 1, 1, 1, 2)], left=2, outcome=outcome)
    seen = Replication(record.scenario, record.log(24))
    assert seen.stays.fate.tolist() == [LOST]
    assert not seen.inside(24 * 3_600_000).any()
