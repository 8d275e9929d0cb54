"""The indicators of messages, on runs that are worked by hand (times in milliseconds)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metrics.kpis import compute, find
from scenarios.resolved import Condition, Disruption, Resolved
from sim.run import run
from tests.sim.build import NAME, platform, step
from tests.sim.tell import trucks
from tests.sim.test_story_messages import ON_PAPER, message


def told(scenario: Resolved, name: str, of: str = "net") -> float | None:
    return find(compute(scenario, run(scenario, 1).log), name, platform=of).value


def ms(scenario: Resolved, name: str) -> Any:
    return pytest.approx((told(scenario, name) or 0) * 1000)


def test_a_message_that_fails_twice_is_one_message_sent_again_and_failed() -> None:
    scenario = message(trucks(0), "9", each="2", time_out="10", tries=2, failed_to="paper", more=ON_PAPER)
    assert told(scenario, "messages_sent") == 1
    assert told(scenario, "message_retried") == 1
    assert told(scenario, "message_failed") == 1
    assert told(scenario, "message_latency_n") == 0
    assert told(scenario, "message_handling_n") == 2  # tries: both were handled, in vain
    assert ms(scenario, "message_handling_mean") == 2


def test_latency_takes_in_the_try_that_failed_and_the_pause() -> None:
    """The first sends at 0, fails at 5, pauses 30 and is answered after 4 ms; the second at once."""
    scenario = message(trucks(0, 10), "4", time_out="5", pauses=("30",), tries=2, down=((0, 6),))
    assert told(scenario, "messages_sent") == 2
    assert told(scenario, "message_retried") == 1 / 2
    assert told(scenario, "message_failed") == 0
    assert ms(scenario, "message_latency_mean") == (39 + 4) / 2
    assert ms(scenario, "message_latency_max") == 39


def test_messages_sent_twice_by_one_truck_are_two() -> None:
    """It goes back once, as long as the bank is down; the first message fails its first try."""
    scenario = message(
        trucks(0), "4", time_out="5", tries=2, down=((0, 2),), slow=((0, 4, 2000),),
        more={"again": step("choose", when={"back": (Condition("platform", ("bank",), below=1),)})},
    )  # fmt: skip
    flow = scenario.flows["a"]
    onward = {name: "again" if name.endswith(".answer") else then for name, then in flow.next.items()}
    scenario = replace(
        scenario,
        flows={"a": replace(flow, next=onward, options={"again": {"back": "m", "other": "out"}})},
        platforms=scenario.platforms | {"bank": platform()},
        disruptions=scenario.disruptions
        | {"shut": Disruption(NAME, (("platform", "bank"),), down=True, when=((0, 12),))},
    )
    # up and slow from 2: 8 ms of latency are too long, given up at 5; again 5 → 9; once more 9 → 13
    assert told(scenario, "messages_sent") == 2
    assert told(scenario, "message_retried") == 1 / 2
    assert ms(scenario, "message_latency_mean") == (9 + 4) / 2


def test_what_is_still_under_way_neither_failed_nor_was_answered() -> None:
    scenario = message(trucks(0, 190), "4", each="5", time_out="100", down=((180, 100),))
    assert told(scenario, "messages_sent") == 2
    assert told(scenario, "message_failed") == 0
    assert find(compute(scenario, run(scenario, 1).log), "message_failed", platform="net").n == 1


def test_messages_are_not_of_those_that_could_be_done_on_paper() -> None:
    scenario = message(trucks(0), "4")
    assert told(scenario, "fallback_share") is None


def test_where_nobody_sends_messages_nothing_is_told_of_them() -> None:
    scenario = message(trucks(0), "4")
    flow = scenario.flows["a"]
    silent = replace(scenario, flows={"a": replace(flow, first="out", next={"out": None})})
    assert not [v for v in compute(silent, run(silent, 1).log) if v.name.startswith("message")]
