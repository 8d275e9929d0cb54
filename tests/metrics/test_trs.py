"""The Time Release Study table on records written by hand."""

import json

import pytest

from metrics import trs
from metrics.replication import Replication
from tests.metrics.builder import Record, category, flow, scenario, step

ATTRIBUTES = {
    "direction": category("export", "import"),
    "gate": category("huu_nghi", "tan_thanh"),
    "goods": category("fruit", "other"),
    "channel": category("green", "red"),
}


def day(*trucks):
    """Trucks come at 0 h, wait 1 h, are registered after 1 h more, released later, and cross 1 h on."""
    steps = {
        "register": step(milestones=("registered",)),
        "release": step(milestones=("released",)),
        "border": step(milestones=("crossed",)),
    }
    record = Record(scenario(steps, {"truck": flow(list(steps), ATTRIBUTES)}, window=48))
    for released, attributes in trucks:
        rows = [
            ("register", 0, 0, 1, 2),
            ("release", 2, 2, released - 0.5, released),
            ("border", released, released, released, released + 1),
        ]
        record.entity(0, rows, left=released + 1, **attributes)
    return trs.measure(Replication(record.scenario, record.log(48)))


EXPORT = {"direction": "export", "gate": "huu_nghi", "goods": "fruit", "channel": "green"}
IMPORT = EXPORT | {"direction": "import"}


def row(found, begin, end, *, pooled=False, **labels):
    return next(
        r for r in trs.rows(found, pooled=pooled) if (r.begin, r.end, r.labels) == (begin, end, labels)
    )


def test_intervals_of_one_day():
    found = {0: day((4, EXPORT), (8, IMPORT))}
    dwell = row(found, "arrived", "crossed")
    assert (dwell.n, dwell.replications) == (2, 1)
    assert (dwell.statistics["mean"], dwell.statistics["max"]) == (7 * 3600, 9 * 3600)
    assert dwell.statistics["p5"] is None
    assert row(found, "registered", "released").statistics["mean"] == 4 * 3600


def test_strata_are_those_that_occur():
    found = {0: day((4, EXPORT), (8, IMPORT))}
    labels = [r.labels for r in trs.rows(found) if (r.begin, r.end) == ("arrived", "crossed")]
    assert labels == [
        {},
        {"gate": "huu_nghi", "direction": "export"},
        {"gate": "huu_nghi", "direction": "import"},
        {"gate": "huu_nghi", "direction": "export", "goods": "fruit", "channel": "green"},
        {"gate": "huu_nghi", "direction": "import", "goods": "fruit", "channel": "green"},
    ]


def test_the_share_waiting_is_that_of_the_interval():
    """From registration to release of the slower truck: 5.5 h in the queue and 0.5 h in service."""
    found = {0: day((8, EXPORT))}
    assert row(found, "registered", "released").share_waiting == pytest.approx(5.5 / 6)
    assert row(found, "arrived", "crossed").share_waiting == pytest.approx((1 + 5.5) / 9)
    assert row(found, "released", "crossed").share_waiting == 0


def test_an_average_day_is_not_a_truck_drawn_from_all_days():
    """One truck of 5 h on the first day; three of 9 h on the second."""
    found = {0: day((4, EXPORT)), 1: day(*[(8, EXPORT)] * 3)}
    average, pooled = (row(found, "arrived", "crossed", pooled=p) for p in (False, True))
    assert (average.statistics["mean"], pooled.statistics["mean"]) == (7 * 3600, 8 * 3600)
    assert average.n == pooled.n == 4
    assert average.half_width == pooled.half_width > 0


def test_the_columns_of_a_row_rest_on_the_same_days():
    """Twenty trucks of 5 h to 9 h on the first day, one of 3 h on the second, which has no P95."""
    busy = day(*[(4 + i % 5, EXPORT) for i in range(20)])
    told = row({0: busy, 1: day((2, EXPORT))}, "arrived", "crossed").statistics
    assert (told["p95"], told["p5"], told["sd"]) == (None, None, None)
    assert (told["p90"], told["max"]) == (6 * 3600, 6 * 3600)
    alone, pooled = (
        row({0: busy}, "arrived", "crossed"),
        row({0: busy, 1: day((2, EXPORT))}, "arrived", "crossed", pooled=True),
    )
    for statistics in (alone.statistics, pooled.statistics):
        quantiles = [statistics[name] for name in ("p5", "p25", "p50", "p75", "p90", "p95", "max")]
        assert None not in quantiles
        assert quantiles == sorted(quantiles)


def test_an_empty_day_takes_no_statistic_away():
    """The row without labels exists on a day without trucks too."""
    found = {0: day(*[(4, EXPORT)] * 20), 1: day()}
    told = row(found, "arrived", "crossed")
    assert (told.replications, told.statistics["p95"]) == (1, 5 * 3600)


def test_a_stratum_that_some_days_lack():
    found = {0: day((4, EXPORT)), 1: day((8, IMPORT))}
    assert row(found, "arrived", "crossed", gate="huu_nghi", direction="export").replications == 1


def test_an_interval_without_its_milestones_is_not_reported():
    assert not any(r.end == "delivered" for r in trs.rows({0: day((4, EXPORT))}))


def test_the_table_is_plain_data():
    told = trs.table([day((4, EXPORT))])
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told[0]["share_waiting"] + told[0]["share_served"] == pytest.approx(1)
