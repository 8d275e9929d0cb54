"""Worked by hand: messages over a platform, their tries, time-outs, pauses and outages (law §4, Message)."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.messages import message_steps, onward, parts_of
from scenarios.resolved import Arrivals, Disruption, Resolved
from sim.run import run
from tests.sim.build import NAME, always, chain, needs, platform, step, zone
from tests.sim.tell import happens, lines, one_flow, outcomes, trucks


def message(
    arrivals: Arrivals,
    latency: str,
    *,
    each: str | None = None,
    at_once: int = 1,
    time_out: str | None = None,
    pauses: tuple[str, ...] = (),
    tries: int = 1,
    failed_to: str | None = None,
    down: tuple[tuple[int, int], ...] = (),
    slow: tuple[tuple[int, int, int], ...] = (),
    more: dict[str, Any] | None = None,
    **parts: Any,
) -> Resolved:
    """Trucks that send a message at the step `m`, and go on to `out`.

    `each`: the platform handles `at_once` messages at a time, each so long; without: any number at once.
    """
    first = step(
        "wait" if each is None else "work", needs=() if each is None else needs("limit"), time=each or "0",
        platforms=("net",), patience=time_out, zone=parts.pop("inside", None),
    )  # fmt: skip
    told = parts_of("m", tries, bool(pauses))
    steps = message_steps(told, first, latency, pauses, failed_to)
    way = chain("m", "out") | onward(told, "out") | ({failed_to: "out"} if failed_to else {})
    trouble = {"down": Disruption(NAME, (("platform", "net"),), down=True, when=down)} if down else {}
    trouble |= {
        f"slow{n}": Disruption(NAME, (("platform", "net"),), factor=by, when=((start, length),))
        for n, (start, length, by) in enumerate(slow)
    }
    return one_flow(
        arrivals, way, {**steps, "out": step("wait", time="1"), **(more or {})},
        platforms={"net": platform()}, disruptions=trouble, resources={"limit": always(at_once)}, **parts,
    )  # fmt: skip


ON_PAPER = {"paper": step("wait", time="20")}


def test_a_message_is_handled_then_answered() -> None:
    happens(
        message(trucks(0), "7", each="2"),
        """
        a0 m: 0 0 0 2 2
        a0 m.answer: 2 2 2 9 9
        a0 out: 9 9 9 10 10
        """,
    )


def test_messages_queue_at_a_platform_that_handles_so_many() -> None:
    """One at a time, 5 ms each: the third waits 10 ms; answers come side by side."""
    happens(
        message(trucks(0, 0, 0), "7", each="5"),
        """
        a0 m: 0 0 0 5 5
        a0 m.answer: 5 5 5 12 12
        a0 out: 12 12 12 13 13
        a1 m: 0 0 5 10 10
        a1 m.answer: 10 10 10 17 17
        a1 out: 17 17 17 18 18
        a2 m: 0 0 10 15 15
        a2 m.answer: 15 15 15 22 22
        a2 out: 22 22 22 23 23
        """,
    )


def test_without_a_limit_all_are_handled_at_once() -> None:
    happens(
        message(trucks(0, 0), "7"),
        """
        a0 m: 0 0 0 0 0
        a0 m.answer: 0 0 0 7 7
        a0 out: 7 7 7 8 8
        a1 m: 0 0 0 0 0
        a1 m.answer: 0 0 0 7 7
        a1 out: 7 7 7 8 8
        """,
    )


def test_messages_queue_during_an_outage_and_are_caught_up_afterwards() -> None:
    """What is being handled is finished; the rest is handled one by one once the platform is up."""
    happens(
        message(trucks(0, 3, 4), "1", each="4", down=((2, 18),)),
        """
        a0 m: 0 0 0 4 4
        a0 m.answer: 4 4 20 21 21
        a0 out: 21 21 21 22 22
        a1 m: 3 3 20 24 24
        a1 m.answer: 24 24 24 25 25
        a1 out: 25 25 25 26 26
        a2 m: 4 4 24 28 28
        a2 m.answer: 28 28 28 29 29
        a2 out: 29 29 29 30 30
        """,
    )


def test_an_answer_that_takes_too_long_is_given_up_and_the_message_sent_again() -> None:
    """The time-out runs from the sending: 2 ms of handling leave 8 ms for the answer."""
    happens(
        message(trucks(0), "9", each="2", time_out="10", tries=2, failed_to="paper", more=ON_PAPER),
        """
        a0 m: 0 0 0 2 2
        a0 m.answer: 2 2 2 10 10 reneged
        a0 m.try2: 10 10 10 12 12
        a0 m.try2.answer: 12 12 12 20 20 reneged
        a0 paper: 20 20 20 40 40
        a0 out: 40 40 40 41 41
        """,
    )


def test_an_answer_at_the_very_instant_of_the_time_out_is_too_late() -> None:
    happens(
        message(trucks(0), "8", each="2", time_out="10", tries=1, failed_to="paper", more=ON_PAPER),
        """
        a0 m: 0 0 0 2 2
        a0 m.answer: 2 2 2 10 10 reneged
        a0 paper: 10 10 10 30 30
        a0 out: 30 30 30 31 31
        """,
    )


def test_an_answer_one_millisecond_earlier_counts() -> None:
    happens(
        message(trucks(0), "7", each="2", time_out="10"),
        """
        a0 m: 0 0 0 2 2
        a0 m.answer: 2 2 2 9 9
        a0 out: 9 9 9 10 10
        """,
    )


def test_each_pause_is_as_long_as_the_file_says_and_the_last_failure_loses() -> None:
    told = happens(
        message(trucks(0), "9", time_out="5", pauses=("3", "6"), tries=3),
        """
        a0 m: 0 0 0 0 0
        a0 m.answer: 0 0 0 5 5 reneged
        a0 m.pause: 5 5 5 8 8
        a0 m.try2: 8 8 8 8 8
        a0 m.try2.answer: 8 8 8 13 13 reneged
        a0 m.try2.pause: 13 13 13 19 19
        a0 m.try3: 19 19 19 19 19
        a0 m.try3.answer: 19 19 19 24 24 reneged
        """,
    )
    assert outcomes(told) == {"a0": "reneged at 24"}


def test_who_times_out_in_the_queue_of_the_platform_leaves_it() -> None:
    """The first is 20 ms at the platform; the second gives up after 6, and after 6 more on its second try."""
    happens(
        message(trucks(0, 1), "0", each="20", time_out="6", tries=2, failed_to="paper", more=ON_PAPER),
        """
        a0 m: 0 0 0 20 20
        a0 m.answer: 20 20 - 20 20 reneged
        a0 m.try2: 20 20 20 40 40
        a0 m.try2.answer: 40 40 - 40 40 reneged
        a0 paper: 40 40 40 60 60
        a0 out: 60 60 60 61 61
        a1 m: 1 1 - 7 7 reneged
        a1 m.try2: 7 7 - 13 13 reneged
        a1 paper: 13 13 13 33 33
        a1 out: 33 33 33 34 34
        """,
    )


def test_an_answer_is_not_sent_while_the_platform_is_down_and_the_time_runs() -> None:
    happens(
        message(trucks(0), "2", each="3", time_out="9", tries=2, down=((2, 5), (11, 30)), failed_to="paper",
                more=ON_PAPER),
        """
        a0 m: 0 0 0 3 3
        a0 m.answer: 3 3 7 9 9 reneged
        a0 m.try2: 9 9 9 12 12
        a0 m.try2.answer: 12 12 - 18 18 reneged
        a0 paper: 18 18 18 38 38
        a0 out: 38 38 38 39 39
        """,
    )  # fmt: skip


def test_a_slow_platform_handles_and_answers_more_slowly() -> None:
    """Twice as slow until 10: 4 ms of handling and 10 of latency; what has begun keeps its length."""
    happens(
        message(trucks(0, 0), "5", each="2", slow=((0, 10, 2000),)),
        """
        a0 m: 0 0 0 4 4
        a0 m.answer: 4 4 4 14 14
        a0 out: 14 14 14 15 15
        a1 m: 0 0 4 8 8
        a1 m.answer: 8 8 8 18 18
        a1 out: 18 18 18 19 19
        """,
    )


def test_the_second_message_of_a_truck_has_a_time_of_its_own() -> None:
    """The pause does not count: each try has 5 ms from its own sending."""
    happens(
        message(trucks(0), "4", time_out="5", pauses=("30",), tries=2, down=((0, 6),)),
        """
        a0 m: 0 0 - 5 5 reneged
        a0 m.pause: 5 5 5 35 35
        a0 m.try2: 35 35 35 35 35
        a0 m.try2.answer: 35 35 35 39 39
        a0 out: 39 39 39 40 40
        """,
    )


def test_a_message_sent_from_a_yard_keeps_its_place_over_all_tries() -> None:
    """Time runs at the door of the yard too, as all patience does."""
    told = happens(
        message(
            trucks(0, 1), "9", time_out="5", pauses=("2",), tries=2, inside="yard", zones={"yard": zone(1)}
        ),
        """
        a0 m: 0 0 0 0 0
        a0 m.answer: 0 0 0 5 5 reneged
        a0 m.pause: 5 5 5 7 7
        a0 m.try2: 7 7 7 7 7
        a0 m.try2.answer: 7 7 7 12 12 reneged
        a1 m: 1 - - 6 6 by=yard reneged
        a1 m.pause: 6 12 12 14 14 by=yard
        a1 m.try2: 14 14 14 14 14
        a1 m.try2.answer: 14 14 14 19 19 reneged
        """,
    )
    assert outcomes(told) == {"a0": "reneged at 12", "a1": "reneged at 19"}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_both_engines_tell_the_same_story(engine: str) -> None:
    scenario = message(
        trucks(0, 0, 1, 9), "4", each="3", time_out="8", pauses=("2",), tries=2, failed_to="paper",
        down=((5, 3),), more=ON_PAPER,
    )  # fmt: skip
    told = run(scenario, 1, engine=engine)
    assert told.digest == run(scenario, 1).digest
    assert lines(told.log)[:4] == [
        "a0 m.answer: 3 3 3 7 7",
        "a0 m: 0 0 0 3 3",
        "a0 out: 7 7 7 8 8",
        "a1 m.answer: 6 6 - 8 8 reneged",
    ]
