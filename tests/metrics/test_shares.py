"""Shapley values against what is known of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from metrics.shares import along, exactly


def gloves(of: frozenset[int]) -> float:
    """A pair is worth one: player 0 has a left glove, the others a right one."""
    return float(0 in of and len(of) > 1)


def test_the_glove_game() -> None:
    assert exactly(3, gloves) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_all_orders_give_the_exact_values() -> None:
    worth = {
        frozenset(s): float(w) for s, w in zip(subsets(4), np.random.default_rng(1).random(16), strict=True)
    }
    worth[frozenset()] = 0.0
    orders = [list(order) for order in permutations(range(4))]
    assert along(orders, worth.__getitem__) == pytest.approx(exactly(4, worth.__getitem__))


def test_any_orders_add_up_to_the_whole() -> None:
    worth = {
        frozenset(s): float(w) for s, w in zip(subsets(4), np.random.default_rng(2).random(16), strict=True)
    }
    worth[frozenset()] = 0.0
    found = along([[2, 0, 3, 1], [1, 3, 0, 2]], worth.__getitem__)
    assert found.sum() == pytest.approx(worth[frozenset(range(4))], abs=1e-12)


def subsets(count: int) -> list[tuple[int, ...]]:
    return [tuple(i for i in range(count) if code >> i & 1) for code in range(1 << count)]
