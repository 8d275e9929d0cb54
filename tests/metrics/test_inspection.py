"""How much of what should not pass is found, worked by hand."""

from __future__ import annotations

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from tests.metrics.builder import Record, category, flow, scenario, step


def gate():
    attributes = {"offence": category("none", "hidden"), "channel": category("green", "red")}
    return Record(scenario({"work": step()}, {"truck": flow(["work"], attributes)}))


def values(record):
    return measure(Replication(record.scenario, record.log(24)))


def test_of_the_offending_that_left_the_share_that_was_turned_back():
    record = gate()
    for i, (offence, channel, outcome) in enumerate(
        [("hidden", "green", "completed"), ("hidden", "red", "turned_back"), ("hidden", "red", "turned_back"),
         ("hidden", "red", "completed"), ("none", "red", "turned_back"), ("none", "green", "completed")]
    ):  # fmt: skip
        visit = ("work", i, i, i, i + 1)
        record.entity(i, [visit], left=i + 1, outcome=outcome, offence=offence, channel=channel)
    seen = values(record)
    assert find(seen, "detection_share").value == pytest.approx(2 / 4)
    assert find(seen, "detection_share", channel="red").value == pytest.approx(2 / 3)
    assert find(seen, "detection_share", channel="green").value == 0.0


def test_who_is_still_there_has_neither_passed_nor_been_found():
    record = gate()
    record.entity(1, [("work", 1, 1, 1, None)], offence="hidden", channel="red")
    assert find(values(record), "detection_share").value is None
