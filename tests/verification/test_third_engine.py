"""Ciw, an engine by other people, agrees with ours on random networks of the constructs that both have.

What is compared and how much is computed beforehand: `tests.verification.agreement`; what is left out because
the programs mean different things by it: `tests.verification.common_networks`. A figure that is "undecided"
is no agreement. The engine is the compiled one, equal to the reference row for row by other tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy

import pytest
from _pytest.mark import ParameterSet

from tests.verification.agreement import Comparison, Margins, Written
from tests.verification.ciw_twin import Twin
from tests.verification.common_networks import FEATURES, constructs, network

NETWORKS = range(20)
FEW = (8, 9, 10, 12)
"""In the normal suite; together they have every construct but `preempt` and `onward`, which cost most."""
NARROW = Margins(time=0.05, count=0.02, rare=0.10)
WIDE = Margins(time=0.10, count=0.04, rare=0.20)


def test_the_networks_have_every_construct_in_many_combinations() -> None:
    found = [frozenset(constructs(network(number))) for number in NETWORKS]
    times = Counter(construct for there in found for construct in there)
    assert {feature for feature in FEATURES if times[feature] < 2} <= {"onward"}
    assert times["onward"]
    assert len(set(found)) >= 12
    few = frozenset().union(*(found[number] for number in FEW))
    assert set(FEATURES) - few <= {"onward", "preempt"}


@pytest.mark.slow
@pytest.mark.parametrize("number", FEW)
def test_ciw_agrees_on_a_few_networks(number: int) -> None:
    assert_agreement(number, WIDE)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("number", NETWORKS)
def test_ciw_agrees_on_all_networks(number: int) -> None:
    assert_agreement(number, NARROW)


def assert_agreement(number: int, margins: Margins) -> None:
    verdicts = Comparison(network(number), margins).verdicts()
    assert {figure: found for figure, found in verdicts.items() if found.verdict != "equal"} == {}


# ---- the comparison has teeth: what is a little wrong in one program is noticed ----
def one_more_place(told: Written) -> None:
    _steps_with(told, "room")[0]["room"] += 1


def more_patience(told: Written) -> None:
    time = _steps_with(told, "patience")[0]["patience"]["time"]
    for word in ("mean", "fastest", "slowest"):
        if word in time:
            time[word] = f"{1.5 * float(time[word].split()[0]):.3f} s"


def longer_queues(told: Written) -> None:
    balk = _steps_with(told, "balk")[0]["balk"]
    for number in list(balk.get("chances", ())):
        balk["chances"][number + 1] = balk["chances"].pop(number)
    if "at" in balk:
        balk["at"] += 1


def no_priorities(told: Written) -> None:
    for flow in told["flows"].values():
        flow["priority"] = 0


def no_interruption(told: Written) -> None:
    for pool in told["resources"].values():
        pool.pop("preempt", None)


def a_shorter_shift(told: Written) -> None:
    told["calendars"]["afternoon"]["weekly"] = "15:00-21:00"


def even_hours(told: Written) -> None:
    for flow in told["flows"].values():
        flow["arrivals"]["hours"] = {"00:00-24:00": 1}


def one_more_server(told: Written) -> None:
    pool = next(pool for pool in told["resources"].values() if isinstance(pool["capacity"], int))
    pool["capacity"] += 1


def other_shares(told: Written) -> None:
    """Rework and detours swapped with the way on."""
    choice = next(step for step in told["steps"].values() if len(step.get("shares", ())) > 2)
    one, other = list(choice["shares"])[:2]
    choice["shares"][one], choice["shares"][other] = choice["shares"][other], choice["shares"][one]


def _steps_with(told: Written, word: str) -> list[Written]:
    return [step for step in told["steps"].values() if word in step]


def long(mistake: Callable[[Written], None], number: int) -> ParameterSet:
    return pytest.param(mistake, number, marks=pytest.mark.long)


MISTAKES = [
    (one_more_place, 3),
    long(no_interruption, 5),
    long(no_priorities, 9),
    long(more_patience, 3),
    long(longer_queues, 3),
    long(a_shorter_shift, 9),
    long(other_shares, 9),
    long(even_hours, 13),
    long(one_more_server, 13),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mistake", "number"), MISTAKES, ids=lambda value: getattr(value, "__name__", None))
def test_a_mistake_in_one_program_is_noticed(mistake: Callable[[Written], None], number: int) -> None:
    comparison = Comparison(network(number), WIDE)
    wrong = deepcopy(comparison.written)
    mistake(wrong)
    assert wrong != comparison.written
    verdicts = comparison.verdicts(Twin(wrong))
    assert "different" in {found.verdict for found in verdicts.values()}
