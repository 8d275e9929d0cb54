"""Who has what share of a total that several bring about together: the Shapley value.

Shapley (1953), A value for n-person games: the average of what each adds, over all orders in which they may
be added. The shares add up to the whole exactly, in every sample of orders too. Castro, Gómez & Tejada
(2009), Polynomial calculation of the Shapley value based on sampling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from metrics.statistics import Floats

Coalition = frozenset[int]
Worth = Callable[[Coalition], float]
"""What some of the players bring about together; of nobody: 0, or a level that does not count."""


def exactly(players: int, worth: Worth) -> Floats:
    """Every player's value, from all 2ⁿ coalitions."""
    found = np.zeros(players)
    for player in range(players):
        others = [each for each in range(players) if each != player]
        for size in range(players):
            weight = 1 / (players * math.comb(players - 1, size))
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                found[player] += weight * (worth(before | {player}) - worth(before))
    return found


def along(orders: Sequence[Sequence[int]], worth: Worth) -> Floats:
    """Every player's value, as the mean over some orders: right on average where these are drawn evenly."""
    found = np.zeros(len(orders[0]))
    for order in orders:
        before: Coalition = frozenset()
        for player in order:
            with_him = before | {player}
            found[player] += worth(with_him) - worth(before)
            before = with_him
    return found / len(orders)
