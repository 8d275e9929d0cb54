"""The tests themselves are tested: each mistake that an engine could make is noticed.

A mistake is put into the reference engine, then every story that was worked by hand is told again. At least
one must come out otherwise, be it by its lines, by a law or by a shuffle. With `-m long` the random networks
are run with each mistake too: they are what a second engine is compared on, so they must reach every rule.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from types import ModuleType

import pytest
from hypothesis import Phase, given, settings

from scenarios.resolved import Resolved
from sim.laws import LawBroken
from sim.run import run
from tests.sim import (
    test_common_numbers,
    test_deadlock,
    test_story_appointments,
    test_story_blocking,
    test_story_capacity,
    test_story_gathering,
    test_story_holding,
    test_story_interruptions,
    test_story_messages,
    test_story_parallel,
    test_story_reserving,
    test_story_rules,
    test_story_sending,
    test_story_span,
    test_story_state,
    test_story_stocks,
    test_story_waiting,
)
from tests.sim.mutants import MUTANTS
from tests.sim.networks import networks

STORIES = (
    test_story_blocking, test_story_waiting, test_story_capacity, test_story_parallel, test_story_span,
    test_story_gathering, test_story_holding, test_story_state, test_story_rules, test_story_stocks,
    test_story_sending, test_story_interruptions, test_story_appointments, test_story_messages,
    test_story_reserving, test_deadlock,
)  # fmt: skip
NUMBERS = (
    test_common_numbers.test_every_number_is_drawn_from_its_own_address,
    test_common_numbers.test_priority_instead_of_first_come_leaves_each_trucks_own_times,
)
BY_SHUFFLE = {"decided_at_once"}
"""Mistakes about the order of simultaneous facts: a shuffle must notice them."""
BY_LAW = {
    "capacity_ignored", "kept_units_are_free", "one_place_more_in_a_step", "one_place_more_in_a_zone",
    "units_kept_again_at_a_second_door",
}  # fmt: skip
"""Mistakes that the laws notice in any run, without anybody's expectation."""


def plain_tests(module: ModuleType) -> list[Callable[[], None]]:
    """The tests of a module that need nothing."""
    return [
        found
        for name, found in vars(module).items()
        if name.startswith("test_") and callable(found) and not inspect.signature(found).parameters
    ]


def noticed_by(tests: list[Callable[[], None]]) -> dict[str, set[str]]:
    """How the mistake in the engine was noticed, and by which tests."""
    found: dict[str, set[str]] = {}
    for test in tests:
        try:
            test()
        except LawBroken:
            found.setdefault("law", set()).add(test.__name__)
        except AssertionError as error:
            how = "shuffle" if "order of simultaneous facts" in str(error) else "lines"
            found.setdefault(how, set()).add(test.__name__)
        except Exception as error:
            found.setdefault(type(error).__name__, set()).add(test.__name__)
    return found


def all_tests() -> list[Callable[[], None]]:
    return [test for module in STORIES for test in plain_tests(module)]


def test_without_a_mistake_every_story_is_as_told() -> None:
    assert len(all_tests()) > 90
    assert noticed_by(all_tests()) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if n % 4 else ()) for n, name in enumerate(MUTANTS)]
)
def test_every_mistake_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    test_common_numbers.base_run.cache_clear()
    MUTANTS[name](monkeypatch)
    found = noticed_by([*all_tests(), *(NUMBERS if name.startswith("draws") else ())])
    monkeypatch.undo()
    test_common_numbers.base_run.cache_clear()
    assert found, "no story noticed this mistake"
    assert name not in BY_SHUFFLE or "shuffle" in found
    assert name not in BY_LAW or "law" in found


# ---- the random networks reach every rule
@cache
def sample() -> tuple[tuple[Resolved, str], ...]:
    """Random networks, always the same, each with the digest of the right engine."""
    found: list[Resolved] = []

    @settings(max_examples=2000, phases=(Phase.generate,))
    @given(networks())
    def collect(scenario: Resolved) -> None:
        found.append(scenario)

    collect()
    return tuple((scenario, run(scenario, 1, engine="reference").digest) for scenario in found)


def told_otherwise(scenario: Resolved, digest: str) -> bool:
    try:
        return run(scenario, 1, engine="reference").digest != digest
    except Exception:
        return True


SELDOM = {
    "of_two_diversions_the_last",
    "a_diverted_meeting_does_not_count",
    "a_join_waits_for_those_of_all_visits",
    "those_who_fit_load_past_a_misfit",
}
"""Mistakes that want more to come together than two thousand random networks have; stories tell them."""


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(MUTANTS) - SELDOM))
def test_some_random_network_tells_every_mistake(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    networks_and_digests = sample()
    MUTANTS[name](monkeypatch)
    assert any(told_otherwise(*one) for one in networks_and_digests)
