"""What the compiler is told of the kernel: that it is told at all, and that it is true."""

from __future__ import annotations

import re
from collections import namedtuple
from itertools import combinations
from typing import Any

import numba
import numpy as np
import pytest

from scenarios.library import load
from sim import hints, jit
from sim.engines.compiled import Model
from sim.packed import packed

Arrays = namedtuple("Arrays", "x one other")


def written() -> Any:
    row = np.dtype([("here", np.int64), ("there", np.int64)])
    return Arrays(np.zeros(300, np.int64), np.zeros(3, row), np.zeros(3, np.dtype([("far", np.int64)])))


@jit.seldom
def rarely(number):
    return number * number


def adds(st, number):
    if number > 1000:
        number = rarely(number)
    st.one[0].here += st.x[1]
    st.other[0].far += number
    st.one[0].there += st.x[1]
    return st.x[1]


def test_the_compiler_is_told() -> None:
    st = written()
    st.x[1] = 7
    compiled = numba.njit(adds)
    with hints.given():
        assert compiled(packed(st), 5) == 7
    assert (st.one[0]["here"], st.one[0]["there"], st.other[0]["far"]) == (7, 7, 5)
    (told,) = compiled.overloads.values()
    code = told.library.get_llvm_str()
    assert code.count("!tbaa") >= 6
    assert code.count("ptr %arg.st, i64 8\n") == 1  # the scalar is read once
    assert re.search(r"attributes #\d+ = {[^}]*\bcold\b", code)


@pytest.mark.parametrize("name", ["lang-son-2025-03-12", "ocop-livestream", "lang-son-700k"])
def test_no_two_arrays_of_a_run_share_memory(name: str) -> None:
    model = Model(load(name).resolved, 1, 0, 3_600_000)
    model.advance(3_600_000)
    arrays = {**model.state._asdict(), **{f"net {k}": v for k, v in model.net._asdict().items()}}
    for (one, a), (other, b) in combinations(arrays.items(), 2):
        assert not np.may_share_memory(a, b), f"{one} and {other}"


def test_numba_is_left_as_it_was() -> None:
    usual = {key: getattr(*key) for key in hints.OURS}
    with hints.given():
        assert all(getattr(*key) is ours for key, ours in hints.OURS.items())
    assert all(getattr(*key) is function for key, function in usual.items())
