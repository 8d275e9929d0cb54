"""Two stories of one bulletin: both meet it, and they do not agree on what longer hours do."""

from __future__ import annotations

import pytest

from benchmarks.rivals import asked
from platform_api.experiments import compare


@pytest.mark.slow
def test_longer_hours_shorten_the_stay_of_exports_by_calls_and_not_by_a_quota() -> None:
    verdicts = {
        each.story: compare(each.design, jobs=1).differences[0] for each in asked(6) if each.code == "BG-06"
    }
    assert {story: found.verdict for story, found in verdicts.items()} == {
        "call": "better",
        "quota": "no difference that matters",
    }


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
