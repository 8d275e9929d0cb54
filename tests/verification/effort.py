"""How many customers an equivalence test needs, computed before it is run.

The asymptotic variance of a customer average in a birth–death queue comes from Poisson's equation; Whitt
(1989), Planning queueing simulations, Management Science 35. Nobody has to guess, and nobody runs longer
until it fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from metrics.theory import birth_death

FACTOR = 12.99
"""Two one-sided tests at 5 % decide "equal" with probability .95 from n = FACTOR · (cv / margin)² on, if the
true difference is nothing: (1.645 + 1.960)² (Schuirmann 1987, normal approximation)."""


def needed(squared_cv: float, margin: float) -> int:
    """Customers in all for a margin relative to the mean."""
    return math.ceil(FACTOR * squared_cv / margin**2)


def squared_cv(
    rate: Callable[[int], float],
    death: Callable[[int], float],
    cost: Callable[[int], float],
    states: int = 400,
) -> float:
    """lim n·Var(mean over n customers) / mean², of what costs `cost(state)` per unit of time altogether.

    With the number in the queue as cost it is that of the mean wait (Little). Exact for `states` states.
    """
    p = birth_death(rate, death, states)
    entering = math.fsum(p[j] * rate(j) for j in range(states - 1))
    mean = math.fsum(p[j] * cost(j) for j in range(states)) / entering
    surplus = [p[j] * (cost(j) - (rate(j) * mean if j < states - 1 else 0.0)) for j in range(states)]
    ups = [_sum_to(surplus, j) / (rate(j) * p[j]) for j in range(states - 1)]
    variance = math.fsum(
        p[j] * rate(j) * (ups[j] - mean) ** 2 + p[j + 1] * death(j + 1) * ups[j] ** 2
        for j in range(states - 1)
    )
    return variance / entering / mean**2


def _sum_to(surplus: list[float], j: int) -> float:
    """−Σ_{i ≤ j}, from whichever end loses no digits: the whole sum is nothing."""
    head, tail = surplus[: j + 1], surplus[j + 1 :]
    return math.fsum(tail) if len(tail) < len(head) * 4 else -math.fsum(head)
