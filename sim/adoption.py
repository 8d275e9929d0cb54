"""How something spreads over a network of communes, household by household, to the millisecond.

Each household has a threshold, drawn by its address: the exposure (an integral of rates over time) at which
it adopts. Under a constant rate that is an exponential time. Rates change with every adoption in its own
commune, and on market days, when communes hear of each other; between two market days communes are therefore
independent, and a commune's next adoptions follow from its sorted thresholds one after the other. The same
household has the same threshold in every story: stories are compared on common random numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from scenarios.adoptions import Adoption, Force
from scenarios.distributions import unit_gap_table
from scenarios.resolved import ARRIVAL_UNIT, DAY
from sim.chance import BITS, Purpose, draw, key, quantile

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Land:
    """The communes of a seed: who lives where, who is whose neighbour, who leads.

    thresholds : of each commune, of those who can be reached, ascending [expected adoptions]
    """

    graph: nx.Graph[int]
    leads: tuple[int, ...]
    households: tuple[int, ...]
    thresholds: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """What came of a run: of each commune the instants of its adoptions, ascending [ms]."""

    times: tuple[Times, ...]
    households: tuple[int, ...]
    first: int

    @property
    def count(self) -> int:
        """Households that have it at the end."""
        return sum(len(each) for each in self.times)

    def at(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many have it at some instants."""
        found: NDArray[np.int64] = np.searchsorted(
            np.sort(np.concatenate(self.times)), instants, side="right"
        )
        return found

    def shares(self) -> Floats:
        """Of each commune, at the end."""
        found = [len(one) / size for one, size in zip(self.times, self.households, strict=True)]
        return np.array(found, dtype=np.float64)

    @property
    def digest(self) -> str:
        """The identity of the run: every adoption of every commune."""
        told = hashlib.blake2b(digest_size=16)
        for each in self.times:
            told.update(len(each).to_bytes(8, "little") + each.astype("<i8").tobytes())
        return told.hexdigest()


def land(of: Adoption, seed: int) -> Land:
    """The communes: places and households drawn by address, each joined with its nearest ones."""
    places = [_place(seed, number) for number in range(of.communes)]
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(of.communes))
    for here in range(of.communes):
        others = sorted((math.dist(places[here], places[n]), n) for n in range(of.communes) if n != here)
        graph.add_edges_from((here, n) for _, n in others[: of.neighbours])
    households = _households(of, seed)
    biggest = sorted(range(of.communes), key=lambda number: (-households[number], number))
    thresholds = tuple(_thresholds(of, seed, n, households[n]) for n in range(of.communes))
    return Land(graph, tuple(sorted(biggest[: of.leads])), households, thresholds)


def _number(seed: int, what: str, number: int, child: int = 0, purpose: int = Purpose.ATTRIBUTE) -> float:
    return (draw(key(seed, "adoption", what), 0, number, child, 0, purpose) + 0.5) / (1 << BITS)


def _place(seed: int, number: int) -> tuple[float, float]:
    return _number(seed, "place", number, 0, Purpose.PLACE), _number(seed, "place", number, 1, Purpose.PLACE)


def _households(of: Adoption, seed: int) -> tuple[int, ...]:
    """Uniform around the mean with the stated spread, adding up to the whole."""
    reach = min(0.95, math.sqrt(3) * of.uneven)
    weights = [1 + reach * (2 * _number(seed, "size", n) - 1) for n in range(of.communes)]
    upto = [round(of.households * part / sum(weights)) for part in np.cumsum(weights).tolist()]
    return tuple(last - first for first, last in zip([0, *upto], upto, strict=False))


def _thresholds(of: Adoption, seed: int, commune: int, households: int) -> Floats:
    """Of the households that can be reached; the two draws of a household have addresses of their own."""
    from sim.draws import consecutive

    name, table = key(seed, "adoption", "household", str(commune)), unit_gap_table()
    kept = consecutive(name, 0, 0, households, Purpose.KEEP, 0) < round(of.reachable * (1 << BITS))
    drawn = np.sort(consecutive(name, 0, 0, households, Purpose.GAP, 0)[kept])
    return np.array([quantile(table, one) / ARRIVAL_UNIT for one in drawn.tolist()], dtype=np.float64)


def spread(of: Adoption, where: Land, first: int, rates: Mapping[Force, float]) -> Spread:
    """Run it: from `first` households in the lead communes, by the forces that have a rate [1/d]."""
    return _Spreading(of, where, first, rates).to_the_end()


class _Spreading:
    """Between two market days: of each commune how many have it, and how exposed the others are."""

    def __init__(self, of: Adoption, where: Land, first: int, rates: Mapping[Force, float]) -> None:
        self.of, self.where, self.first, self.rates = of, where, first, rates
        self.times: list[list[Times]] = [[] for _ in where.households]
        self.have = np.zeros(of.communes, dtype=np.int64)
        self.exposed = np.zeros(of.communes)
        self.sizes = np.array(where.households, dtype=np.float64)
        self.around = [np.array(sorted(where.graph[n]), dtype=np.int64) for n in range(of.communes)]
        self.visited = of.groups * of.members / of.households * of.persuaded * rates.get("visits", 0.0)
        for place, lead in enumerate(where.leads):
            count = first * (place + 1) // len(where.leads) - first * place // len(where.leads)
            self._adopt(lead, np.zeros(min(count, len(where.thresholds[lead])), dtype=np.int64))

    def to_the_end(self) -> Spread:
        """Market by market."""
        stops = sorted(
            {*range(0, self.of.end, self.of.market), min(self.of.groups_from, self.of.end), self.of.end}
        )
        for begin, end in pairwise(stops):
            outside = self._from_outside(begin)
            for commune in range(self.of.communes):
                self._live(commune, begin, end, float(outside[commune]))
        times = tuple(np.concatenate([np.empty(0, np.int64), *each]) for each in self.times)
        return Spread(times, self.where.households, self.first)

    def _from_outside(self, now: int) -> Floats:
        """The rate on each household that stays as it is until the next market day [1/d]."""
        shares = self.have / self.sizes
        near = np.array([shares[around].mean() if len(around) else 0.0 for around in self.around])
        leading = shares[list(self.where.leads)].mean() if self.where.leads else 0.0
        visits = self.visited if now >= self.of.groups_from else 0.0
        found: Floats = self.rates.get("near", 0.0) * near + self.rates.get("leading", 0.0) * leading + visits
        return found

    def _live(self, commune: int, begin: int, end: int, outside: float) -> None:
        """A commune by itself: its next adoptions one after the other, each making the next come sooner."""
        most = self.exposed[commune] + (outside + self.rates.get("own", 0.0)) * (end - begin) / DAY
        left = self.where.thresholds[commune]
        left = left[self.have[commune] : max(self.have[commune], np.searchsorted(left, most, side="right"))]
        having = (self.have[commune] + np.arange(len(left))) / self.sizes[commune]
        rates = outside + self.rates.get("own", 0.0) * having
        steps = np.maximum(0.0, np.diff(left, prepend=self.exposed[commune]))
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps = np.where(steps > 0, steps / rates * DAY, 0.0)
        come = begin + np.cumsum(gaps)
        count = int(np.searchsorted(come, end, side="left"))
        since = float(come[count - 1]) if count else float(begin)
        reached = float(left[count - 1]) if count else float(self.exposed[commune])
        rate = outside + self.rates.get("own", 0.0) * (self.have[commune] + count) / self.sizes[commune]
        self._adopt(commune, np.floor(come[:count]).astype(np.int64))
        self.exposed[commune] = max(reached, self.exposed[commune]) + rate * (end - since) / DAY

    def _adopt(self, commune: int, instants: Times) -> None:
        """Those with the lowest thresholds; who is given it at the start does not wait for his."""
        if len(instants):
            self.times[commune].append(instants)
            self.have[commune] += len(instants)
