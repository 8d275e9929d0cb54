"""How many customers an equivalence test needs, computed before it is run.

The asymptotic variance of a customer average in a birth–death queue comes from Poisson's equation; Whitt
(1989), Planning queueing simulations, Management Science 35. Where there is no such equation the variance was
measured beforehand, with other seeds (`metrics.verification.pilot`). Nobody runs longer until it fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from metrics.statistics import student_t
from metrics.theory import birth_death

POWER = 0.999
"""Probability that one test says "equal" if there is no difference at all. With fifty of them in a table, all
do with a probability of .95."""

ERROR = 0.05
"""Probability that a test says "equal" if the difference is just the margin."""

NODES = 2000
"""Points of the distribution of the measured variance, over which the power is averaged."""


def power(margin: float, replications: int) -> float:
    """Probability that two one-sided tests say "equal" if there is no difference.

    Parameters
    ----------
    margin : in standard errors of the mean over so many replications, which are taken as normal
    """
    import numpy as np
    from scipy.special import gammaincinv, ndtr

    t, freedom = student_t(1 - ERROR, replications - 1), replications - 1
    shares = (np.arange(NODES) + 0.5) / NODES
    measured = np.sqrt(2 * gammaincinv(freedom / 2, shares) / freedom)  # standard error, in true ones
    return float(np.maximum(0.0, 2 * ndtr(margin - t * measured) - 1).mean())


@cache
def margin_for(wanted: float, replications: int) -> float:
    """The margin in standard errors at which the test has the wanted power."""
    from scipy.optimize import brentq

    return float(brentq(lambda margin: power(margin, replications) - wanted, 1.0, 20.0, xtol=1e-6))


def needed(squared_cv: float, margin: float, replications: int, wanted: float = POWER) -> int:
    """Customers in all, for a margin relative to the mean: (margin in standard errors · cv / margin)²."""
    return math.ceil(margin_for(wanted, replications) ** 2 * squared_cv / margin**2)


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
