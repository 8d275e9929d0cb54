"""What theory says of several stations together: the formulas that runs of networks are verified against.

Units as in `metrics.theory`. Where no formula is known, the Markov chain is solved instead, exactly but for a
stated limit on a queue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from metrics.theory import Queue, mmc

State = TypeVar("State", bound=Hashable)


# ---- open networks of exponential stations
@dataclass(frozen=True, slots=True)
class Station:
    """A station of a Jackson network: exponential service of mean `service`, and where its work goes on."""

    service: float
    servers: int
    to: dict[str, float]


def jackson(entering: dict[str, float], stations: dict[str, Station]) -> tuple[dict[str, Queue], float]:
    """An open network of M/M/c stations: (each station's queue, mean time in the network).

    Jackson (1957), Networks of waiting lines.

    Parameters
    ----------
    entering : rate of arrivals from outside, by station
    """
    rates = _traffic(entering, stations)
    queues = {name: mmc(rates[name], s.service, s.servers) for name, s in stations.items()}
    inside = math.fsum(queue.inside for queue in queues.values())
    return queues, inside / math.fsum(entering.values())


def _traffic(entering: dict[str, float], stations: dict[str, Station]) -> dict[str, float]:
    """The rate through each station: λ = γ + Pᵀ λ."""
    import numpy as np

    names = list(stations)
    routing = np.array([[stations[a].to.get(b, 0.0) for b in names] for a in names])
    outside = np.array([entering.get(name, 0.0) for name in names])
    return dict(zip(names, np.linalg.solve(np.eye(len(names)) - routing.T, outside).tolist(), strict=True))


# ---- fork and join
def fork_join_two(rate: float, service: float) -> float:
    """Mean time from fork to join over two M/M/1 stations with the same arrivals: (12 − ρ)/8 · T of M/M/1.

    Flatto & Hahn (1984), Two parallel queues created by arrivals with two demands; Nelson & Tantawi (1988),
    Approximate analysis of fork/join synchronization in parallel queues.
    """
    queue = mmc(rate, service, 1)
    return (12 - queue.utilisation) / 8 * queue.sojourn


# ---- a chain of states
def stationary(start: State, moves: Callable[[State], Iterator[tuple[float, State]]]) -> dict[State, float]:
    """Probabilities of all states that can be reached from `start`, from the rates of their moves.

    Every state must lead back to `start`.
    """
    import numpy as np
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve

    numbers = {start: 0}
    entries: list[tuple[int, int, float]] = []  # (to, from, rate): the generator, transposed
    for state in (waiting := [start]):
        for rate, target in moves(state):
            if target not in numbers:
                numbers[target] = len(numbers)
                waiting.append(target)
            here, there = numbers[state], numbers[target]
            entries += [(there, here, rate), (here, here, -rate)]
    size = len(numbers)
    kept = [entry for entry in entries if entry[0] != 0] + [(0, n, 1.0) for n in range(size)]  # Σ p = 1
    rows, columns, rates = zip(*kept, strict=True)
    found = spsolve(csc_matrix((rates, (rows, columns)), (size, size)), np.eye(size, 1).ravel())
    return dict(zip(numbers, found.tolist(), strict=True))


# ---- two queues, the shorter of which is joined
def shorter_of_two(rate: float, service: float, limit: int = 80) -> float:
    """Mean time in the system of two exponential servers with a queue each; a tie goes to the first.

    The chain of Haight (1958), Two queues in parallel, Biometrika 45, cut at `limit` in either queue.
    """

    def moves(state: tuple[int, int]) -> Iterator[tuple[float, tuple[int, int]]]:
        first, second = state
        if min(state) < limit:
            yield rate, (first + 1, second) if first <= second else (first, second + 1)
        if first:
            yield 1 / service, (first - 1, second)
        if second:
            yield 1 / service, (first, second - 1)

    return math.fsum(q * sum(state) for state, q in stationary((0, 0), moves).items()) / rate


# ---- a stock that is ordered up to its level
def ordered_up(rate: float, lead: float, level: int) -> tuple[float, float]:
    """(share served at once, mean wait) where what is ordered is ordered again and comes `lead` later.

    What is on order is a Poisson number of mean λL, whatever the law of the lead time (Palm 1938); Feeney &
    Sherbrooke (1966), The (s − 1, s) inventory policy under compound Poisson demand.
    """
    p = [math.exp(-rate * lead)]
    for n in range(1, level):
        p.append(p[-1] * rate * lead / n)
    short = rate * lead - level + math.fsum((level - n) * q for n, q in enumerate(p))
    return math.fsum(p), short / rate


# ---- stations in a row, blocked after service
@dataclass(frozen=True, slots=True)
class Row:
    """Single exponential servers one after the other, blocked after service.

    Who is served stays, and stops the server, until the next station has room.

    services : means · rooms : places of all stations but the first, the served one included
    """

    services: tuple[float, ...]
    rooms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InRow:
    """How many are at each station, and whose server holds one that is served and cannot go on."""

    inside: tuple[int, ...]
    blocked: tuple[bool, ...]

    def served(self, station: int, row: Row) -> InRow:
        """A service ends: on to the next station, or blocked."""
        last = station == len(row.services) - 1
        if last or self.inside[station + 1] < row.rooms[station]:
            return self._moved(station)
        return InRow(self.inside, _with(self.blocked, station, True))

    def _moved(self, station: int) -> InRow:
        """Out of a station, and whoever was blocked by it moves up in turn."""
        inside = _with(self.inside, station, self.inside[station] - 1)
        if station + 1 < len(inside):
            inside = _with(inside, station + 1, inside[station + 1] + 1)
        after = InRow(inside, _with(self.blocked, station, False))
        return after._moved(station - 1) if station and self.blocked[station - 1] else after


def _with(values: tuple[State, ...], place: int, value: State) -> tuple[State, ...]:
    return (*values[:place], value, *values[place + 1 :])


def _services(state: InRow, row: Row) -> Iterator[tuple[float, InRow]]:
    for station, service in enumerate(row.services):
        if state.inside[station] and not state.blocked[station]:
            yield 1 / service, state.served(station, row)


def saturated_row(row: Row) -> float:
    """Throughput when the first station always has work.

    The chain of Hunt (1956), Sequential arrays of waiting lines, Operations Research 4.
    """

    def moves(state: InRow) -> Iterator[tuple[float, InRow]]:
        for rate, after in _services(state, row):
            yield rate, InRow(_with(after.inside, 0, 1), after.blocked)

    count = len(row.services)
    p = stationary(InRow((1, *[0] * (count - 1)), (False,) * count), moves)
    return math.fsum(q for state, q in p.items() if state.inside[-1]) / row.services[-1]


def open_row(rate: float, row: Row, limit: int = 400) -> tuple[float, float]:
    """(mean time in all, mean time blocked at the first station) of Poisson arrivals.

    Parameters
    ----------
    limit : arrivals that find so many at the first station are turned away; choose it so that nobody is
    """

    def moves(state: InRow) -> Iterator[tuple[float, InRow]]:
        if state.inside[0] < limit:
            yield rate, InRow(_with(state.inside, 0, state.inside[0] + 1), state.blocked)
        yield from _services(state, row)

    count = len(row.services)
    p = stationary(InRow((0,) * count, (False,) * count), moves)
    inside = math.fsum(q * sum(state.inside) for state, q in p.items())
    return inside / rate, math.fsum(q for state, q in p.items() if state.blocked[0]) / rate


# ---- one vehicle that takes several
def bulk_any(rate: float, ride: float, seats: int) -> tuple[float, float]:
    """(mean wait, share of time on the way) of a vehicle that leaves when somebody waits, with up to `seats`.

    M/M^{1,b}/1: p(busy, q) ∝ r^q with μ r^{b+1} − (λ + μ) r + λ = 0; Bailey (1954), On queueing processes
    with bulk service.
    """
    from scipy.optimize import brentq

    back = 1 / ride
    if rate >= seats * back:
        raise ValueError(f"rate {rate:g} is not below {seats * back:g}: the queue has no steady state")
    r = brentq(lambda x: back * x ** (seats + 1) - (rate + back) * x + rate, 0.0, 1 - 1e-9, xtol=1e-15)
    alone = 1 / (back / rate + 1 / (1 - r))  # P(busy, nobody waits)
    return alone * r / (1 - r) ** 2 / rate, alone / (1 - r)


def bulk_full(rate: float, ride: float, seats: int) -> tuple[float, float]:
    """(mean wait, share of time on the way) of a vehicle that leaves only when full: E_b/M/1 of full loads.

    (b − 1)/(2λ) until the load is full, then σ/(μ(1 − σ)) with σ = (λ/(λ + μ(1 − σ)))^b; Kendall (1953),
    Stochastic processes occurring in the theory of queues and their analysis by imbedded Markov chains.
    """
    from scipy.optimize import brentq

    back = 1 / ride
    if rate >= seats * back:
        raise ValueError(f"rate {rate:g} is not below {seats * back:g}: the queue has no steady state")
    sigma = brentq(lambda x: (rate / (rate + back * (1 - x))) ** seats - x, 0.0, 1 - 1e-9, xtol=1e-15)
    return (seats - 1) / (2 * rate) + sigma / (back * (1 - sigma)), rate * ride / seats
