"""The ways through a scenario on average: shares, times and where one arrives, crosses and leaves.

Shares at a choice and times at a step are those of an average entity that comes there: of each kind (the
attributes that ways and times go by) as many as come, by the equations of traffic (`scenarios.offered`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenarios.grid import SIDE, SIZE, tail_probabilities
from scenarios.offered import Values, kinds_of, leaf_of, visits_of, ways_on
from scenarios.resolved import CERTAIN, By, Flow, Resolved, Table, Tree
from sim.chance import quantile

LONG = 1_800_000
"""A time that spreads by more than half an hour moves who comes to other hours: it is cut in five [ms]."""

FIFTHS = (0.1, 0.3, 0.5, 0.7, 0.9)

Point = tuple[float, float, float]
"""A time [ms], its share, and the variance that is left in it."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A step of a flow: its time, and where one goes from it with which share.

    mean, variance : of its time [ms, ms²] · points : the same as a few times
    """

    mean: float
    variance: float
    points: tuple[Point, ...]
    after: tuple[tuple[str, float], ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """All steps of a flow.

    order : so that ways lead forward but for rework · before : of each step, from where with which share ·
    forks_to : of each step, the parallel parts that it begins a branch of · arriving, crossing, leaving :
    where the milestones are passed, and where entities end (with what share of those who leave there)
    """

    first: str
    walks: dict[str, Walk]
    order: tuple[str, ...]
    before: dict[str, list[tuple[str, float]]]
    forks_to: dict[str, list[str]]
    arriving: tuple[str, ...]
    crossing: tuple[tuple[str, float], ...]
    leaving: tuple[tuple[str, float], ...]
    backlog_age: float

    def waits_for(self, name: str) -> set[str]:
        """The steps that must be known before one can tell who comes to a step, ways back apart."""
        place = {step: number for number, step in enumerate(self.order)}
        return {step for step in self._leading_to(name) if place[step] < place[name]}

    @property
    def leads_back(self) -> bool:
        """Whether some way leads to a step that was passed."""
        return any(self._leading_to(name) != self.waits_for(name) for name in self.order)

    def _leading_to(self, name: str) -> set[str]:
        found = {step for step, _ in self.before[name]} | set(self.forks_to[name])
        for step in list(found):
            if name not in self.walks[step].branches:
                found |= _of_branches({step: self.walks[step]}, self.walks)
        return found


def route(scenario: Resolved, name: str) -> Route:
    """The ways of a flow."""
    flow = scenario.flows[name]
    kinds = [
        (values, chance, visits_of(scenario, flow, values)) for values, chance in kinds_of(scenario, flow)
    ]
    walks = {step: _walk(scenario, flow, step, kinds) for step in flow.next}
    before: dict[str, list[tuple[str, float]]] = {step: [] for step in walks}
    forks_to: dict[str, list[str]] = {step: [] for step in walks}
    for step, walk in walks.items():
        for following, share in walk.after:
            before[following].append((step, share))
        for branch in walk.branches:
            forks_to[branch].append(step)
    inside = _of_branches(walks, walks)
    crossed = [step for step in walks if "crossed" in scenario.steps[step].milestones and step not in inside]
    ends = {
        step: 1 - sum(share for _, share in walk.after)
        for step, walk in walks.items()
        if step not in inside and sum(share for _, share in walk.after) < 1 - 1e-9
    }
    good = {step: share for step, share in ends.items() if scenario.steps[step].outcome == "completed"}
    bad = {step: share for step, share in ends.items() if step not in good}
    crossing = dict.fromkeys(crossed, 1.0) or good
    arrived = [step for step in walks if "arrived" in scenario.steps[step].milestones]
    return Route(
        first=flow.first,
        walks=walks,
        order=tuple(_in_order(walks, flow.first)),
        before=before,
        forks_to=forks_to,
        arriving=tuple(arrived or [flow.first]),
        crossing=tuple(crossing.items()),
        leaving=tuple({**bad, **crossing}.items()),
        backlog_age=_mean_age(scenario, flow),
    )


Kinds = list[tuple[Values, float, dict[str, float]]]
"""Attributes, chance, and the expected visits to each step, of each kind."""


def _walk(scenario: Resolved, flow: Flow, name: str, kinds: Kinds) -> Walk:
    step = scenario.steps[name]
    weights = [(values, chance * visits.get(name, 0.0)) for values, chance, visits in kinds]
    total = sum(weight for _, weight in weights) or 1.0
    after: dict[str, float] = {}
    tables: dict[str, float] = {}
    for values, weight in weights:
        if weight <= 0:
            continue
        for target, share in ways_on(step, name, scenario, flow, values):
            after[target] = after.get(target, 0.0) + share * weight / total
        if step.time is not None:
            leaf = leaf_of(step.time, values)
            tables[leaf] = tables.get(leaf, 0.0) + weight / total
    for branch in step.branches:
        after.pop(branch, None)
    points = tuple(_points(scenario, tables)) or ((0.0, 1.0, 0.0),)
    mean = sum(time * share for time, share, _ in points)
    square = sum(share * (time**2 + rest) for time, share, rest in points)
    return Walk(mean, max(0.0, square - mean**2), points, tuple(after.items()), step.branches)


def _points(scenario: Resolved, tables: dict[str, float]) -> list[Point]:
    found: list[Point] = []
    for name, share in tables.items():
        table = scenario.tables[name]
        mean, square = moments(table)
        variance = max(0.0, square - mean**2)
        if variance <= LONG**2:
            found.append((mean, share, variance))
            continue
        times = [float(quantile(table, int(fifth * CERTAIN))) for fifth in FIFTHS]
        scale = mean * len(times) / max(sum(times), 1e-9)
        times = [time * scale for time in times]
        between = sum((time - mean) ** 2 for time in times) / len(times)
        rest = max(0.0, variance - between)
        found += [(time, share / len(times), rest) for time in times]
    return found


def moments(table: Table) -> tuple[float, float]:
    """E[X] and E[X²] of what a table draws, as `metrics.theory.table_moments`, for many tables at once."""
    if len(table) == 1:
        return float(table[0]), float(table[0]) ** 2
    values = np.array(table, np.float64)
    if len(table) != SIZE:
        upto, values = np.split(values, 2)
        chances = np.diff(upto, prepend=0.0) / CERTAIN
        return float(chances @ values), float(chances @ values**2)
    tails = tail_probabilities()
    first = second = 0.0
    for side in (values[:SIDE], values[SIDE:]):
        a, b, chances = side[:-1], side[1:], -np.diff(tails)
        first += float(chances @ (a + b)) / 2 + float(tails[-1] * side[-1])
        second += float(chances @ (a * a + a * b + b * b)) / 3 + float(tails[-1] * side[-1] ** 2)
    return first, second


def _in_order(walks: dict[str, Walk], first: str) -> list[str]:
    """Every step after those that lead to it, ways back apart; a parallel part before its branches, these
    before what follows it."""
    done: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for following, _ in reversed(walks[name].after):
            visit(following)
        for branch in reversed(walks[name].branches):
            visit(branch)
        done.append(name)

    for name in (first, *walks):
        visit(name)
    return done[::-1]


def _of_branches(parts: dict[str, Walk], walks: dict[str, Walk]) -> set[str]:
    """The steps that lie in branches of some parallel parts."""
    ahead = [branch for walk in parts.values() for branch in walk.branches]
    found: set[str] = set()
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [following for following, _ in walks[name].after]
    return found


def _mean_age(scenario: Resolved, flow: Flow) -> float:
    """Of who stands in the opening backlog [ms]; of several kinds all alike."""
    if flow.backlog is None:
        return 0.0
    leaves = list(_leaves(flow.backlog.age))
    return sum(moments(scenario.tables[leaf])[0] for leaf in leaves) / max(1, len(leaves))


def _leaves(tree: Tree) -> Iterator[str]:
    if isinstance(tree, By):
        for case in tree.cases.values():
            yield from _leaves(case)
    elif isinstance(tree, str):
        yield tree


def pools_together(scenario: Resolved) -> dict[str, str]:
    """Each pool with the first of those that it stands in for."""
    root = {name: name for name in scenario.resources}
    for step in scenario.steps.values():
        for need in step.needs:
            together = {root[pool] for pool, _ in need.any_of}
            first = next(name for name in root if root[name] in together)
            root = {name: root[first] if old in together else old for name, old in root.items()}
    return root
