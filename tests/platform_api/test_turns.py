"""Whose turn it is."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from platform_api.turns import TURN, once, short_turns


def test_what_is_dear_is_made_once_however_many_ask_at_the_same_time() -> None:
    made = []
    all_ask = threading.Barrier(8)

    @once
    def dear(name: str) -> list[str]:
        made.append(name)
        time.sleep(0.02)  # so that the others come meanwhile
        return [name]

    def ask(name: str) -> list[str]:
        all_ask.wait(10)
        return dear(name)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, ["a"] * 4 + ["b"] * 4))
    assert sorted(made) == ["a", "b"]
    assert told == [["a"]] * 4 + [["b"]] * 4
    assert told[0] is told[3]


def test_what_could_not_be_made_is_tried_again() -> None:
    found = [OSError("not now"), None]

    @once
    def dear() -> int:
        if error := found.pop(0):
            raise error
        return 7

    with pytest.raises(OSError, match="not now"):
        dear()
    assert dear() == dear() == 7


def test_turns_are_short_for_a_while() -> None:
    usually = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() == pytest.approx(TURN)
    assert sys.getswitchinterval() == pytest.approx(usually)
