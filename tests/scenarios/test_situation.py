"""A situation as it is written, and the scenario that begins with it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from platform_api.examples import SMALL_SCENARIO
from scenarios.errors import Flaw, ScenarioError
from scenarios.resolved import Resolved
from scenarios.situation import Group, Situation, begun, parse_group, parse_shut, read_situation
from sim.run import run
from tests.sim.build import HOUR

DAY = 24 * HOUR


@pytest.fixture
def written() -> dict[str, Any]:
    return copy.deepcopy(SMALL_SCENARIO)


def starts(written: dict[str, Any], *groups: Group, **said: Any) -> Resolved:
    return begun(written, Situation(waiting=groups, **said), DAY, {})


def test_a_file_says_who_waits() -> None:
    text = """
    now: 2025-03-13 08:00
    waiting:
      - {flow: truck, at: papers, count: 12, age: 3 h, attributes: {goods: fruit}}
    shut: {resources.officer: 2 h}
    """
    found = read_situation(text)
    assert found.now == "2025-03-13 08:00:00"
    assert found.waiting == (Group("truck", "papers", 12, 3 * HOUR, {"goods": "fruit"}),)
    assert found.shut == {"resources.officer": 2 * HOUR}


def test_what_is_wrong_in_a_file_is_told_with_its_place() -> None:
    with pytest.raises(ScenarioError, match=r"waiting\[0\].count") as raised:
        read_situation("waiting: [{flow: truck, at: papers, count: -1}]")
    assert raised.value.problems[0].line == 1


def test_a_group_as_it_is_typed() -> None:
    assert parse_group("truck@papers=40;age=3 h;goods=fruit") == Group(
        "truck", "papers", 40, 3 * HOUR, {"goods": "fruit"}
    )
    for wrong in ("truck=40", "truck@papers", "truck@papers=many", "@papers=3", "truck@papers=3;age="):
        with pytest.raises(Flaw, match="FLOW@STEP=COUNT"):
            parse_group(wrong)


def test_what_is_shut_as_it_is_typed() -> None:
    assert parse_shut("platforms.vnaccs=2 h") == ("platforms.vnaccs", 2 * HOUR)
    with pytest.raises(Flaw, match=r"resources\.NAME"):
        parse_shut("vnaccs=2 h")


def test_the_scenario_begins_with_it(written: dict[str, Any]) -> None:
    made = starts(written, Group("truck", "papers", 7, 2 * HOUR), now="2025-03-13 08:00")
    log = run(made, 1).log
    there = log.entities["arrived"] < 0
    assert int(there.sum()) == 7
    assert set(log.entities["arrived"][there]) == {-2 * HOUR}
    assert made.clock.start == "2025-03-13T08:00:00"
    assert made.clock.window == DAY


def test_several_groups_of_a_flow_all_are_there(written: dict[str, Any]) -> None:
    groups = [Group("truck", "papers", count, count * HOUR) for count in (1, 2, 3)]
    made = starts(written, *groups)
    assert [flow.backlog.count for flow in made.flows.values() if flow.backlog] == [1, 2, 3]
    log = run(made, 1).log
    assert sorted(log.entities["arrived"][log.entities["arrived"] < 0] // HOUR) == [-3, -3, -3, -2, -2, -1]
    assert sum(flow.arrivals.kind != "none" for flow in made.flows.values()) == 1  # new ones come once


def test_who_names_a_flow_means_the_others_too(written: dict[str, Any]) -> None:
    rule = {"when": {"inside": "truck", "above": 3}, "do": {"open": "officer", "units": 1}}
    made = starts(written | {"rules": {"help": rule}}, *[Group("truck", "papers", 2)] * 2)
    assert made.rules["help"].when[0].of == ("truck", "truck_now1")


def test_what_is_shut_does_not_work(written: dict[str, Any]) -> None:
    made = starts(written, Group("truck", "papers", 5), shut={"resources.officer": 2 * HOUR})
    log = run(made, 1).log
    assert log.visits["started"][log.visits["started"] > -1].min() >= 2 * HOUR


def test_a_horizon_before_anything_opens_is_no_mistake(written: dict[str, Any]) -> None:
    written["calendars"] = {"day": {"weekly": {"mon-sun": "12:00-18:00"}, "source": "assumption"}}
    written["resources"]["officer"]["calendar"] = "day"
    now = Situation(now="2025-03-13 01:00", waiting=(Group("truck", "papers", 3),))
    log = run(begun(written, now, 2 * HOUR, {}), 1).log
    assert int((log.visits["started"] >= 0).sum()) == 0


def test_an_unknown_flow_is_told_with_its_place(written: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"waiting\[0\].flow .* did you mean 'truck'"):
        starts(written, Group("trucks", "papers", 1))


def test_an_unknown_step_is_told(written: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="paper"):
        starts(written, Group("truck", "paper", 1))
