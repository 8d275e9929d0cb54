"""Which of several systems is best, and which of them do what is asked: decided with a stated error.

All systems meet the same days; the least is best. Selection is Kim & Nelson's (2001), A fully sequential
procedure for indifference-zone selection in simulation. Feasibility is Andradóttir & Kim's (2010), Fully
sequential procedures for comparing constrained systems via simulation. Both run at once on the same
replications: a system leaves when it is found to miss a target, or to cost more than one that meets them all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.statistics import LEVEL, Floats, student_t

FEWEST = 10
"""Replications of the first stage, at the least: its variances are kept to the end."""

Fate = Literal["in", "feasible", "misses", "costs more"]
"""Of a system: still undecided · found to meet every target · found to miss one · found to cost more."""


def boundary(error: float, first: int) -> float:
    """h²: how far two systems may drift before one leaves, for an error of one comparison.

    first : replications of the first stage, whose variances are used
    """
    return (first - 1) * ((2 * error) ** (-2 / (first - 1)) - 1)


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

    fate : of each system · count : replications taken · winner : once it is known; None too if all miss

    What is promised, with probability 1 − error, for normal figures: the winner misses no target by its
    tolerance or more, and no system that meets all of them with their tolerances to spare costs less by the
    indifference or more.
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
        self.indifference, self.tolerances = indifference, tuple(tolerances)
        for_targets = error / 2 if slacks else 0.0
        self.h2_cost = boundary((error - for_targets) / max(1, systems - 1), first)
        self.h2_target = boundary(for_targets / (systems * len(slacks)), first) if slacks else 0.0
        self.between = _of_differences(costs)
        self.of_slack = np.array([slack.var(axis=1, ddof=1) for slack in slacks])
        self.fate: list[Fate] = ["in" if slacks else "feasible"] * systems
        self.met = np.zeros((len(slacks), systems), dtype=np.bool_)
        self.count = first
        self.cost, self.slack = costs.sum(axis=1), np.array([slack.sum(axis=1) for slack in slacks])
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
        """The one that is left; of several of exactly the same cost the first."""
        alive = self.alive
        if not alive or any(self.fate[i] == "in" for i in alive):
            return None
        if len(alive) > 1 and self._leeway(alive).any():
            return None
        return min(alive, key=lambda i: (self.cost[i], i))

    def take(self, costs: Floats, slacks: Floats) -> None:
        """One replication more: the cost of every system alive, in their order, and a row of slacks a target."""
        alive = self.alive
        self.count += 1
        self.cost[alive] += costs
        if len(self.tolerances):
            self.slack[:, alive] += slacks
        self._decide()

    def _decide(self) -> None:
        self._decide_targets()
        self._decide_costs()

    def _decide_targets(self) -> None:
        """Who is known to meet each target, who to miss one."""
        for number, tolerance in enumerate(self.tolerances):
            reach = leeway(self.h2_target, self.of_slack[number], tolerance, self.count)
            mean = self.slack[number] / self.count
            for i in self.alive:
                if self.met[number, i]:
                    continue
                if mean[i] >= reach[i]:
                    self.met[number, i] = True
                elif mean[i] <= -reach[i]:
                    self.fate[i] = "misses"
        for i in self.alive:
            if self.met[:, i].all():
                self.fate[i] = "feasible"

    def _decide_costs(self) -> None:
        """Who costs more than one that is known to meet all targets; all told from one look."""
        alive = self.alive
        good = [n for n, i in enumerate(alive) if self.fate[i] == "feasible"]
        if not good:
            return
        mean = self.cost[alive] / self.count
        behind = mean[:, None] - mean[None, good] > self._leeway(alive)[:, good]
        for n, i in enumerate(alive):
            if behind[n].any():
                self.fate[i] = "costs more"

    def _leeway(self, alive: list[int]) -> Floats:
        return leeway(self.h2_cost, self.between[np.ix_(alive, alive)], self.indifference, self.count)


def _of_differences(costs: Floats) -> Floats:
    """The variance of the difference of every two systems over the same replications."""
    together = np.atleast_2d(np.cov(costs))
    own = np.diag(together)
    found: Floats = np.maximum(0.0, own[:, None] + own[None, :] - 2 * together)
    return found


# ---- where it is not decided -------------------------------------------------------------------------------


def probably_right(costs: Floats, chosen: int) -> float:
    """An estimate, no promise: 1 − Σ P(another one is in truth no dearer), over the same replications."""
    gaps = costs - costs[chosen]
    wrong = 0.0
    for row in np.delete(gaps, chosen, axis=0):
        spread = float(row.std(ddof=1)) / math.sqrt(len(row))
        behind = float(row.mean())
        wrong += _below(-behind / spread) if spread > 0 else float(behind < 0)
    return max(0.0, 1.0 - wrong)


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


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
