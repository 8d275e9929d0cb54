"""Two stories of one bulletin: both meet it, and they do not agree on what longer hours do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.rivals import EXPORTS, asked
from platform_api.experiments import compare
from scenarios.wanted import Outcome


@pytest.mark.slow
def test_longer_hours_shorten_the_stay_of_exports_by_calls_and_not_by_a_quota() -> None:
    verdicts = {
        each.story: compare(each.design, jobs=1).differences[0] for each in asked(6) if each.code == "BG-06"
    }
    assert {story: found.verdict for story, found in verdicts.items()} == {
        "call": "better",
        "quota": "no difference that matters",
    }


@pytest.mark.slow
@pytest.mark.parametrize(("demand", "verdict"), [("300 %", "worse"), ("200 %", "no difference that matters")])
def test_driverless_lanes_let_more_through_only_where_six_lanes_are_not_enough(
    demand: str, verdict: str
) -> None:
    (by_call,) = (each for each in asked(12) if (each.code, each.story) == ("BG-11", "call"))
    two_percent = (Outcome("crossed", EXPORTS, 22.0),)
    design = replace(by_call.design, overrides={"flows.export.arrivals.demand": demand}, outcomes=two_percent)
    assert compare(design, jobs=1).differences[0].verdict == verdict


@pytest.mark.long
def test_the_table_of_both_stories_is_as_published() -> None:
    verdicts = [
        (each.code, each.story, compare(each.design, jobs=1).differences[0].verdict) for each in asked(20)
    ]
    assert verdicts == [
        ("BG-06", "call", "better"),
        ("BG-06", "quota", "no difference that matters"),
        ("BG-07", "call", "no difference that matters"),
        ("BG-07", "quota", "no difference that matters"),
        ("BG-11", "call", "worse"),
        ("BG-11", "quota", "no difference that matters"),
    ]
