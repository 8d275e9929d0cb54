"""Outages put into a scenario: who may fail, and what then stands still."""

from dataclasses import replace

import pytest

from scenarios.library import load, load_text
from scenarios.outages import targets, with_outage
from scenarios.resolved import Resolved
from sim.timetable import timetable

HOUR = 3_600_000

GATE = """
name: gate
title: {vi: Cửa, en: Gate}
question: {vi: Sao, en: Why}
time_zone: UTC
start: 2025-03-12 00:00
window: 1 d
horizon: terminating
agencies:
  guard: {label: {vi: Gác, en: Guard}}
  customs: {label: {vi: Hải quan, en: Customs}}
  far: {label: {vi: Xa, en: Far}}
resources: {lane: {capacity: 2, agency: guard}, scanner: {capacity: 1}, shared: {capacity: 1}}
platforms: {net: {label: {vi: Mạng, en: Net}, agency: customs}}
disruptions:
  outage: {on: resources.lane, lose: 1, at: [{start: 2025-03-12 05:00, lasts: 1 h}]}
steps:
  enter: {resources: lane, time: 5 min, agency: guard}
  scan: {resources: scanner, time: 5 min, agency: customs, platform: net}
  look: {resources: shared, time: 1 min, agency: customs}
  ask: {resources: shared, time: 1 min, agency: guard}
  rest: {kind: wait, time: 5 min, agency: far}
flows: {truck: {route: [enter, scan, look, ask, rest], arrivals: {rate: 6 /h}}}
"""


@pytest.fixture
def gate() -> Resolved:
    return load_text(GATE).resolved


def test_agencies_that_have_anything_then_platforms(gate: Resolved) -> None:
    found = {str(target): [name for _, name in target.on] for target in targets(gate)}
    assert found == {"agency.guard": ["lane"], "agency.customs": ["scanner", "net"], "platform.net": ["net"]}


def test_everything_of_an_agency_stands_still_for_so_long(gate: Resolved) -> None:
    customs = targets(gate)[1]
    rows = timetable(with_outage(gate, customs, 2 * HOUR, HOUR), 1, 0, 0, 24 * HOUR)
    told = [(row.time // HOUR, row.what, row.value) for row in rows if row.target in ("scanner", "net")]
    assert [each for each in told if each[1] != "scheduled"] == [
        (0, "capacity", 1), (0, "platform", 1000), (2, "capacity", 0), (2, "platform", 0),
        (3, "capacity", 1), (3, "platform", 1000),
    ]  # fmt: skip


def test_an_outage_stands_beside_the_disruptions_that_there_are(gate: Resolved) -> None:
    hit = with_outage(gate, targets(gate)[0], 2 * HOUR, HOUR)
    assert list(hit.disruptions) == ["outage", "outage_"]
    assert replace(hit, disruptions=gate.disruptions) == gate


def test_scenarios_of_the_library_have_something_to_fail() -> None:
    found = list(map(str, targets(load("lang-son-2025-03-12").resolved)))
    assert "agency.customs" in found
    assert len(found) == len(set(found))
