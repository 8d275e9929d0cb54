"""From routes to the step that follows each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from scenarios.library import load, load_text

VALID = Path(__file__).parent / "valid"

HEAD = """
name: routes
title: {vi: Đường đi, en: Routes}
question: {vi: Đi đâu?, en: Where to?}
start: 2025-03-12
window: 1 d
sources: {lesson: {text: Made for teaching}}
"""


def wait(*names):
    return "".join(f"  {name}: {{kind: wait, time: 1 min, source: lesson}}\n" for name in names)


def flow(steps, route, more=""):
    """The flow of a small scenario with these steps and this route."""
    text = f"{HEAD}steps:\n{steps}flows:\n  truck:\n    route: {route}\n{more}"
    return load_text(text).resolved.flows["truck"]


def test_a_route_is_gone_through_in_its_order():
    assert flow(wait("a", "b", "c"), "[a, b, c]").next == {"a": "b", "b": "c", "c": None}


def test_jumps_detours_and_the_way_on():
    way = load(VALID / "choices.yaml").resolved.flows["truck"]
    assert way.options["channel"] == {"green": "sample", "yellow": "papers", "red": "papers_red"}
    assert way.next["papers"] == "sample"  # one step that the route does not place: a detour
    assert way.next["papers_red"] == "inspect"
    assert way.next["inspect"] == "sample"
    assert way.options["rework"] == {"again": "documents", "turned": "turned_back", "on": "lane"}
    assert way.next["turned_back"] is None
    assert way.options["lane"] == {"fruit": "fast", "timber": "slow", "other": "slow"}
    assert way.first == "documents"


def test_a_detour_may_end_in_a_jump():
    steps = (
        wait("a", "b", "c", "look")
        + "  pick: {shares: {x: 50 %, y: 50 %, source: lesson}, options: {x: [look, c], y: next}}\n"
    )
    way = flow(steps, "[a, pick, b, c]")
    assert way.options["pick"] == {"x": "look", "y": "b"}
    assert way.next["look"] == "c"


def test_a_choice_within_a_detour_may_go_back_in_it():
    pick = "  pick: {shares: {x: 50 %, y: 50 %, source: lesson}, options: {x: [look, again], y: next}}\n"
    again = "  again: {shares: {x: 50 %, y: 50 %, source: lesson}, options: {x: look, y: next}}\n"
    way = flow(wait("a", "b", "look") + pick + again, "[a, pick, b]")
    assert way.options["again"] == {"x": "look", "y": "b"}


def test_two_options_share_a_detour_that_leads_on_the_same_way():
    pick = "  pick: {shares: {x: 50 %, y: 50 %, source: lesson}, options: {x: [one, look], y: [two, look]}}\n"
    way = flow(wait("a", "b", "one", "two", "look") + pick, "[a, pick, b]")
    assert (way.next["one"], way.next["two"], way.next["look"]) == ("look", "look", "b")


def test_branches_end_at_their_last_step():
    scenario = load(VALID / "parallel.yaml").resolved
    way = scenario.flows["truck"]
    assert scenario.steps["checks"].branches == ("plant", "health_sample", "customs")
    assert way.next["checks"] == "leave"
    assert way.next["plant"] is None
    assert way.next["health_sample"] == "again"
    assert way.options["again"] == {"again": "health_sample", "on": "health_lab"}
    assert way.next["health_lab"] is None
    assert scenario.steps["customs"].branches == ("scan", "papers")
    assert way.next["customs"] is None
    assert way.options["stamp"] == {"yes": "press", "no": None}


def test_a_step_says_itself_what_follows_where_no_route_tells():
    way = load(VALID / "zones.yaml").resolved.flows["truck"]
    assert way.next["overflow"] == "inspect"
    steps = wait("x") + wait("a").replace("}", ", next: b}") + wait("b").replace("}", ", next: c}")
    way = flow(steps + "  c: {kind: end}\n", "[x, a]")
    assert way.next == {"x": "a", "a": "b", "b": "c", "c": None}


def test_a_chain_of_next_ends_in_an_end():
    steps = wait("a").replace("}", ", next: b}") + wait("b")
    with pytest.raises(ScenarioError, match=r"^steps.a.next goes to 'b', and nothing tells where"):
        flow(steps, "[a]")


def test_each_flow_goes_its_own_way_through_shared_steps():
    flows = load(VALID / "two_flows.yaml").resolved.flows
    assert flows["export"].next["documents"] == "exit"
    assert flows["import"].next["documents"] == "tax"
    assert "tax" not in flows["export"].next


def test_the_way_on_from_a_step_that_only_patience_leads_to():
    steps = "  a: {kind: wait, time: 1 min, patience: {time: 1 h, to: b}, source: lesson}\n"
    more = "  b: {kind: wait, time: 1 min, next: c, source: lesson}\n"
    way = flow(steps + more + wait("c", "d"), "[a, c, d]")
    assert way.next == {"a": "c", "b": "c", "c": "d", "d": None}


def test_all_wrong_turns_are_told_at_once():
    text = (VALID / "choices.yaml").read_text(encoding="utf-8")
    text = text.replace("yellow: papers", "yellow: [next, papers]").replace(
        "{fruit: fast, other: next}", "{fruit: fast}"
    )
    with pytest.raises(ScenarioError) as raised:
        load_text(text)
    assert {problem.place for problem in raised.value.problems} == {
        "steps.channel.options.yellow",
        "steps.lane.options",
    }
