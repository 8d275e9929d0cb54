"""Lines through time, on a record written by hand and over replications."""

import json

import numpy as np
import pytest

from metrics import curves, series
from metrics.replication import Replication
from metrics.series import Series, band
from tests.metrics.builder import HOUR, Record, category, flow, scenario, step


@pytest.fixture
def seen():
    """Two trucks: one waits 1 h for the officer from 08:00, one from 10:15 for half an hour."""
    parts = {
        "agencies": {"customs": "VN"},
        "resources": {"officers": "customs"},
        "zones": {"yard": 2},
    }
    steps = {"papers": step(agency="customs")}
    record = Record(
        scenario(steps, {"truck": flow(["papers"], {"direction": category("export", "import")})}, **parts)
    )
    record.entity(8, [("papers", 8, 8, 9, 10)], left=10, direction="export")
    record.entity(10.25, [("papers", 10.25, 10.25, 10.75, 11)], left=11, direction="import")
    record.set("scheduled", 0, (0, 0), (8, 1), (12, 0))
    record.usage["officers"] = [(9, 1), (10, 0), (10.75, 1), (11, 0)]
    record.places["yard"] = [(8, 1), (10, 0), (10.25, 1), (11, 0)]
    return Replication(record.scenario, record.log(24))


def line(lines, **labels):
    return next(each for each in lines if each.labels == labels)


def test_the_grid_is_a_quarter_of_an_hour(seen):
    times = series.grid(seen)
    assert len(times) == 97
    assert series.local_times(seen, times[[0, 1, -1]]) == [
        "2025-03-12T00:00",
        "2025-03-12T00:15",
        "2025-03-13T00:00",
    ]


def test_backlog_just_before_each_instant(seen):
    overall, export = line(series.backlog(seen)), line(series.backlog(seen), direction="export")
    assert overall.values.sum() == 8 + 3
    assert overall.values[8 * 4] == 0  # it came at eight: not there just before
    assert export.values.sum() == 8


def test_queue_by_step(seen):
    queue = line(series.queues(seen), step="papers")
    assert queue.values.tolist() == [1.0 if 32 <= i < 36 or 41 <= i < 43 else 0.0 for i in range(97)]


def test_waits_of_an_agency_by_hour_of_start(seen):
    waits = line(series.agency_waits(seen), agency="customs").values
    assert waits[[9, 10]].tolist() == [3600, 1800]
    assert np.count_nonzero(~np.isnan(waits)) == 2


def test_utilisation_by_hour_of_the_day(seen):
    used = line(series.utilisation_by_hour(seen), resource="officers").values
    assert used[8:12].tolist() == [0, 1, 0.25, 0]
    assert np.isnan(used[:8]).all()
    assert np.isnan(used[12:]).all()


def test_how_many_in_each_hour(seen):
    came, crossed = (e for e in series.flows_per_hour(seen) if not e.labels)
    assert [came.values[h] for h in (8, 10)] == [1, 1]
    assert [crossed.values[h] for h in (10, 11)] == [1, 1]


def one(values):
    return Series("backlog", "1", {}, np.arange(len(values)) * HOUR, np.array(values, dtype=float))


def test_the_band_over_replications_is_pointwise():
    across = band({n: one([n, 10, np.nan]) for n in range(9)})
    assert across.mean[:2].tolist() == [4, 10]
    assert (across.p10[0], across.p90[0]) == (0, 8)
    assert np.isnan(across.mean[2])


def test_a_single_replication_has_no_band():
    across = band({0: one([1, 2])})
    assert across.mean.tolist() == [1, 2]
    assert np.isnan(across.p10).all()


@pytest.mark.parametrize(("days", "step"), [(1, 900), (10, 900), (31, 3600), (365, 86400)])
def test_a_line_keeps_a_bounded_number_of_points(days, step):
    assert curves.step_for(days * 24 * HOUR) == step * 1000


def test_curves_are_plain_data(seen):
    told = curves.over_replications([curves.measure(seen)])
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    names = [each["name"] for each in told]
    assert set(names) == {"backlog", "zone_taken", "queue", "agency_wait", "utilisation"}
    yard = next(each for each in told if each["name"] == "zone_taken")
    assert (yard["step_s"], max(yard["mean"]), yard["p10"]) == (900, 1, None)
