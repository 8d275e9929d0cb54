"""Which of several systems is best, and which of them do what is asked: decided with a stated error.

All systems meet the same days; the least is best. Selection is Kim & Nelson's (2001), A fully sequential
procedure for indifference-zone selection in simulation. Feasibility is Andradóttir & Kim's (2010), Fully
sequential procedures for comparing constrained systems via simulation. Both run at once on the same
replications: a system leaves when it is found to miss a target, or to cost more than one that meets them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.statistics import LEVEL, SKEWED, Floats, hall_interval, skewness, student_t

FEWEST = 10
"""Replications of the first stage, at the least: its variances are kept to the end."""

CONFIRMING = 59
"""Days on which a choice is judged again: a kind of day that makes up a twentieth of all is met on them with
probability 0.95 (`unseen`)."""

LOOKS = 5
"""At the first stage and each time the replications have doubled, what lies far apart is seen by t tests."""

Fate = Literal["in", "feasible", "misses", "costs more"]
"""Of a system: still undecided · found to meet every target · found to miss one · found to cost more."""


def boundary(error: float, first: int) -> float:
    """h²: how far two systems may drift before one leaves, for an error of one comparison.

    first : replications of the first stage, whose variances are used
    """
    found: float = (2 * error) ** (-2 / (first - 1))
    return (first - 1) * (found - 1)


def leeway(h2: float, variance: Floats, zone: float, count: int) -> Floats:
    """By how much a mean over `count` replications may be behind and still stay; 0 at last.

    zone : the difference that does not matter (of costs: indifference; of a target: tolerance)
    """
    found: Floats = np.maximum(0.0, zone / (2 * count) * (h2 * variance / zone**2 - count))
    return found


def longest(h2: float, variance: float, zone: float) -> int:
    """Replications by which it is decided at the latest."""
    return math.floor(h2 * variance / zone**2) + 1


class Race:
    """Systems that are observed together, a replication at a time, until the best is known.

    fate : of each system · count : replications taken

    What is promised, with probability 1 − error, for normal figures: the winner misses no target by its
    tolerance or more, and no system that meets all of them with their tolerances to spare costs less by the
    indifference or more. Half of the error is for screening: t tests at a few looks, which soon see what lies
    far apart; half for the sequential procedures, which decide at last. Each half is shared by targets and
    costs.
    """

    def __init__(
        self, costs: Floats, slacks: Sequence[Floats], indifference: float, tolerances: Sequence[float],
        error: float = 1 - LEVEL,
    ) -> None:  # fmt: skip
        """Begin with the first stage of all.

        costs : a row for each system, a column for each replication · slacks : for each target the same of
        what is to spare (0 or more is asked of its mean)
        """
        systems, first = costs.shape
        self.first, self.count = first, first
        self.indifference, self.tolerances = indifference, tuple(tolerances)
        for_targets = error / 4 if slacks else 0.0
        self.error_cost = (error / 2 - for_targets) / max(1, systems - 1)
        self.error_target = for_targets / (systems * max(1, len(slacks)))
        self.h2_cost = boundary(self.error_cost, first)
        self.h2_target = boundary(self.error_target, first) if slacks else 0.0
        self.costs = Moments(costs)
        self.slacks = [Moments(slack) for slack in slacks]
        self.between = self.costs.of_differences(list(range(systems)))
        self.of_slack = [moments.variance for moments in self.slacks]
        self.fate: list[Fate] = ["in" if slacks else "feasible"] * systems
        self.met = np.zeros((len(slacks), systems), dtype=np.bool_)
        self._decide()

    @property
    def alive(self) -> list[int]:
        """The systems that may still be chosen."""
        return [i for i, fate in enumerate(self.fate) if fate in ("in", "feasible")]

    @property
    def over(self) -> bool:
        """Whether it is decided."""
        return not self.alive or self.winner is not None

    @property
    def winner(self) -> int | None:
        """The one that is left; of several that are as good as alike the cheapest, then the first."""
        alive = self.alive
        if not alive or any(self.fate[i] == "in" for i in alive):
            return None
        if len(alive) > 1 and self._leeway(alive).any():
            return None
        return min(alive, key=lambda i: (self.costs.mean[i], i))

    def take(self, costs: Floats, slacks: Floats) -> None:
        """One replication more: costs of all alive, in their order, and slacks, a row for each target."""
        alive = self.alive
        self.count += 1
        self.costs.add(alive, costs)
        for moments, row in zip(self.slacks, slacks, strict=True):
            moments.add(alive, row)
        self._decide()

    def _decide(self) -> None:
        looks = [self.first * 2**j for j in range(LOOKS)]
        if self.count in looks:
            self._decide_targets(self._screened_slack)
            self._decide_costs(self._screened_cost)
        self._decide_targets(self._leeway_of_slack)
        self._decide_costs(self._leeway)

    def _decide_targets(self, reach_of: Callable[[int], Floats]) -> None:
        """Who is known to meet each target, who to miss one."""
        for number, moments in enumerate(self.slacks):
            reach, mean = reach_of(number), moments.mean
            for i in self.alive:
                if mean[i] >= reach[i]:
                    self.met[number, i] = True
                elif mean[i] <= -reach[i] and not self.met[number, i]:
                    self.fate[i] = "misses"
        for i in self.alive:
            if self.met[:, i].all():
                self.fate[i] = "feasible"

    def _decide_costs(self, reach_of: Callable[[list[int]], Floats]) -> None:
        """Who costs more than one that is known to meet all targets; all told from one look."""
        alive = self.alive
        good = [n for n, i in enumerate(alive) if self.fate[i] == "feasible"]
        if not good:
            return
        mean = self.costs.mean[alive]
        behind = mean[:, None] - mean[None, good] > reach_of(alive)[:, good]
        for n, i in enumerate(alive):
            if behind[n].any():
                self.fate[i] = "costs more"

    def _leeway_of_slack(self, number: int) -> Floats:
        return leeway(self.h2_target, self.of_slack[number], self.tolerances[number], self.count)

    def _leeway(self, alive: list[int]) -> Floats:
        return leeway(self.h2_cost, self.between[np.ix_(alive, alive)], self.indifference, self.count)

    def _screened_slack(self, number: int) -> Floats:
        return self._factor(self.error_target) * np.sqrt(self.slacks[number].variance)

    def _screened_cost(self, alive: list[int]) -> Floats:
        return self._factor(self.error_cost) * np.sqrt(self.costs.of_differences(alive))

    def _factor(self, error: float) -> float:
        """Of the standard deviation, for one test at one of the looks."""
        return student_t(1 - error / LOOKS, self.count - 1) / math.sqrt(self.count)


class Moments:
    """Sums of figures of several systems over the same replications, and of their products."""

    def __init__(self, first: Floats) -> None:
        self.count = np.full(len(first), first.shape[1])
        self._around = first.mean(axis=1)  # near the means, so that sums of squares lose no digits
        apart = first - self._around[:, None]
        self._sum: Floats = apart.sum(axis=1)
        self._products: Floats = apart @ apart.T

    def add(self, alive: list[int], values: Floats) -> None:
        """One replication more, of those that are alive."""
        apart = values - self._around[alive]
        self.count[alive] += 1
        self._sum[alive] += apart
        self._products[np.ix_(alive, alive)] += np.outer(apart, apart)

    @property
    def mean(self) -> Floats:
        """Of each system, over its replications."""
        found: Floats = self._around + self._sum / self.count
        return found

    @property
    def variance(self) -> Floats:
        """Of each system, over its replications."""
        squares = np.diag(self._products)
        found: Floats = np.maximum(0.0, squares - self._sum**2 / self.count) / (self.count - 1)
        return found

    def of_differences(self, alive: list[int]) -> Floats:
        """The variance of the difference of every two systems that are alive."""
        count = int(self.count[alive][0])
        sums, products = self._sum[alive], self._products[np.ix_(alive, alive)]
        together = (products - np.outer(sums, sums) / count) / (count - 1)
        own = np.diag(together)
        found: Floats = own[:, None] + own[None, :] - 2 * together
        noise = 1e-12 * (own[:, None] + own[None, :])
        return np.where(found > noise, found, 0.0)


# ---- where figures are not normal --------------------------------------------------------------------------


def stands(race: Race, costs: Sequence[Floats], slacks: Sequence[Sequence[Floats]]) -> bool:
    """Whether Hall's interval says the same wherever what was decided rests on skewed figures.

    costs : of each system, over the replications it took part in · slacks : for each target the same
    """
    return all(_stands(race, costs, slacks, i) for i in range(len(costs)))


def _stands(race: Race, costs: Sequence[Floats], slacks: Sequence[Sequence[Floats]], i: int) -> bool:
    asked = list(zip(slacks, race.tolerances, strict=True))
    if i == race.winner:
        return all(_is_above(slack[i], -tolerance, race.error_target) for slack, tolerance in asked)
    if race.fate[i] == "misses" and any(
        slack[i].mean() < 0 and _is_above(-slack[i], -tolerance, race.error_target)
        for slack, tolerance in asked
    ):
        return True
    if race.winner is None:
        return False
    common = min(len(costs[i]), len(costs[race.winner]))
    dearer = costs[i][:common] - costs[race.winner][:common]
    if race.fate[i] == "misses":  # then nobody has looked at its costs
        return _lowest(dearer, race.error_cost) > -race.indifference
    return _is_above(dearer, -race.indifference, race.error_cost)


def _is_above(x: Floats, limit: float, error: float) -> bool:
    """What was decided of a mean is believed of figures that are not skewed."""
    gamma = skewness(x)
    return gamma is None or abs(gamma) <= SKEWED or _lowest(x, error) > limit


def _lowest(x: Floats, error: float) -> float:
    return hall_interval(x, 1 - 2 * error)[0]


def unseen(days: int, error: float = 1 - LEVEL) -> float:
    """What share of days a kind of day may still make up that none of so many was: the exact bound.

    Clopper & Pearson's (1934), one-sided: (1 − share) to the power of `days` is the error.
    """
    left: float = error ** (1.0 / days)
    return 1.0 - left


# ---- where it is not decided -------------------------------------------------------------------------------


def probably_right(costs: Floats, slacks: Sequence[Floats], chosen: int) -> float:
    """An estimate, no promise, over the same replications.

    1, less for each other one the probability that it keeps the targets and costs less, and for the chosen
    one that it misses a target.
    """
    wrong = sum(_above(-slack[chosen]) for slack in slacks)
    for i in range(len(costs)):
        if i != chosen:
            meets = math.prod(_above(slack[i]) for slack in slacks)
            wrong += meets * _above(costs[chosen] - costs[i])
    return max(0.0, 1.0 - wrong)


def _above(x: Floats) -> float:
    """How probably the mean is above zero."""
    mean, spread = float(x.mean()), float(x.std(ddof=1)) / math.sqrt(len(x))
    if spread == 0:
        return float(mean > 0)
    return 0.5 * math.erfc(-mean / spread / math.sqrt(2))


# ---- cost against service ----------------------------------------------------------------------------------


def front(costs: Floats, services: Floats, level: float = LEVEL) -> NDArray[np.bool_]:
    """Which systems no other one beats: none is at least as good in both, and clearly better in one.

    costs, services : a row a system, a column a replication; less cost and more service are better.
    "Clearly": beyond the interval of the paired difference.
    """
    kept = np.ones(len(costs), dtype=np.bool_)
    factor = student_t((1 + level) / 2, costs.shape[1] - 1) / math.sqrt(costs.shape[1])
    for i in range(len(costs)):
        saved, gained = costs[i] - costs, services - services[i]  # by each other one
        (less, sure_less), (more, sure_more) = (_gain(gain, factor) for gain in (saved, gained))
        kept[i] = not ((less >= 0) & (more >= 0) & (sure_less | sure_more)).any()
    return kept


def _gain(gains: Floats, factor: float) -> tuple[Floats, NDArray[np.bool_]]:
    """The mean of each row, and whether it is above zero beyond its interval."""
    mean: Floats = gains.mean(axis=1)
    return mean, mean > factor * gains.std(axis=1, ddof=1)
