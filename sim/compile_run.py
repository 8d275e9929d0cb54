"""What a replication adds to the network: its timetable, who is listed, where the others come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Resolved
from sim.arrivals import Demand, births
from sim.compile import BY_RATE, BY_ROWS, I8, NONE, SOURCE, Net, Network, network
from sim.log import EMPTY, SOURCES, TARGETS
from sim.origins import arriving_sources
from sim.remembered import per_timetable
from sim.rules import most_busy
from sim.tally import FAR, Axis
from sim.timetable import Row


@dataclass(frozen=True)
class Prepared:
    """A network with the numbers of one replication.

    sources : where entities come from, with the state of what comes next · highest : units of each pool, the
    most that may be busy at once
    """

    network: Network
    net: Net
    sources: NDArray[Any]
    highest: I8


def prepared(
    scenario: Resolved, seed: int, replication: int, timetable: Sequence[Row], axis: Axis
) -> Prepared:  # fmt: skip
    """One replication in numbers; what it shares with others is worked out once."""
    demand = _demand(scenario, timetable)
    arriving = arriving_sources(scenario, demand)
    shared = network(scenario, seed, tuple(map(tuple, arriving.values())))
    sources, listed = _Sources(scenario, shared, demand, seed, replication).tables()
    net = Net(
        **shared.arrays,
        listed=listed,
        timetable=numbered(shared, timetable),
        edges=axis.edges,
        span=axis.span,
    )
    highest = np.array(list(most_busy(scenario, timetable).values()), np.int64)
    return Prepared(shared, net, sources, highest)


@per_timetable
def _demand(scenario: Resolved, timetable: Sequence[Row]) -> dict[str, Demand]:
    """The factor of demand of each flow."""
    return {name: Demand.of(name, timetable) for name in scenario.flows}


@per_timetable
def numbered(shared: Network, rows: Sequence[Row]) -> I8:
    """Rows of a timetable: instant, what, target, value; and one that never comes."""
    books = {
        "scheduled": shared.pool, "capacity": shared.pool, "platform": shared.platform, "slow": shared.step,
        "demand": shared.flow, "overtime": shared.pool, "departure": shared.step,
    }  # fmt: skip
    codes = {(what, of): (TARGETS.index(what), n) for what, book in books.items() for of, n in book.items()}
    flat = chain.from_iterable((row.time, *codes[row.what, row.target], row.value) for row in rows)
    return np.fromiter(chain(flat, (FAR, NONE, NONE, NONE)), np.int64).reshape(-1, 4)


@dataclass(frozen=True)
class _Sources:
    """Where the entities of one replication come from."""

    scenario: Resolved
    network: Network
    demand: dict[str, Demand]
    seed: int
    replication: int

    def tables(self) -> tuple[NDArray[Any], I8]:
        """The sources, and those who are listed one by one."""
        rows: list[Any] = []
        listed: list[list[int]] = []
        origins = self.network.origins
        for number, (name, source) in enumerate(origins.every):
            if source not in origins.arriving[name]:
                continue
            arrivals = self.scenario.flows[name].arrivals
            row = np.zeros((), SOURCE)
            row["flow"], row["code"] = self.network.flow[name], SOURCES.index(source)
            row["origin"] = number
            row["left"] = NONE if arrivals.count is None else arrivals.count
            if arrivals.kind == "rate" and arrivals.appointments is None:
                row["kind"], row["floor"] = BY_RATE, 1000 * int(source[1:])
                row["gap"] = self.network.table[str(arrivals.gap)]
                row["number"] = -1
            else:
                row["kind"], row["row"] = BY_ROWS, len(listed)
                listed += self._rows_of(name, source)
                row["last"] = len(listed)
            rows.append(row)
        table = np.array(listed, np.int64).reshape(-1, 3 + len(self.network.columns))
        return np.array(rows, SOURCE) if rows else np.zeros(0, SOURCE), table

    def _rows_of(self, flow: str, source: str) -> list[list[int]]:
        """The arrivals of a list or of a placed count, one by one."""
        found = births(self.scenario, flow, source, self.demand[flow], self.seed, self.replication)
        return [[birth.at, birth.day, birth.number, *self._given(flow, birth.given)] for birth in found]

    def _given(self, flow: str, given: dict[str, str | int]) -> list[int]:
        out = []
        for name, codes in self.network.columns.items():
            value = given.get(name)
            if value is None or name not in self.scenario.flows[flow].attributes:
                out.append(EMPTY)
            else:
                out.append(int(value) if codes is None else codes[str(value)])
        return out
