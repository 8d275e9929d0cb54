"""What theory says a queue must do: the formulas that runs are verified against.

Every function takes rates and times in one and the same unit of time (λ per minute with service in minutes,
say) and returns times in that unit. Textbook of all that has no source of its own: Gross, Shortle, Thompson &
Harris, *Fundamentals of Queueing Theory*. When a run is compared, the moments of the resolved table belong
here (`table_moments`), not those of the law that the table came from: a table cuts tails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scenarios.grid import CELLS, OCTAVES, SIDE, SIZE
from scenarios.resolved import CERTAIN, Table


@dataclass(frozen=True, slots=True)
class Queue:
    """Steady state of a queue.

    offered : a = λ·s [erlang] · utilisation : busy servers over servers · waits : P(wait > 0) of an arrival ·
    queue, inside : mean number waiting, and in the system · wait, sojourn : mean times of those who enter
    """

    offered: float
    utilisation: float
    waits: float
    queue: float
    inside: float
    wait: float
    sojourn: float


def table_moments(table: Table) -> tuple[float, float, float]:
    """E[X], E[X²], E[X³] of what a table of a resolved scenario draws, in its unit.

    Exact up to the rounding of a draw to an integer.
    """
    if len(table) == 1:
        return float(table[0]), float(table[0]) ** 2, float(table[0]) ** 3
    pieces = _cells(table) if len(table) == SIZE else _steps(table)
    first, second, third = zip(*(_piece(*piece) for piece in pieces), strict=True)
    return math.fsum(first), math.fsum(second), math.fsum(third)


def _cells(table: Table) -> Iterator[tuple[float, int, int]]:
    """(probability, from, to) of each straight cell of the grid, and of the tail beyond its last node."""
    for base in (0, SIDE):
        for cell in range(SIDE - 1):
            yield 0.5 ** (cell // CELLS + 2) / CELLS, table[base + cell], table[base + cell + 1]
        yield 0.5 ** (OCTAVES + 1), table[base + SIDE - 1], table[base + SIDE - 1]


def _steps(table: Table) -> Iterator[tuple[float, int, int]]:
    half = len(table) // 2
    for low, high, value in zip((0, *table[: half - 1]), table[:half], table[half:], strict=True):
        yield (high - low) / CERTAIN, value, value


def _piece(p: float, a: int, b: int) -> tuple[float, float, float]:
    return p * (a + b) / 2, p * (a * a + a * b + b * b) / 3, p * (a + b) * (a * a + b * b) / 4


def erlang_b(offered: float, servers: int) -> float:
    """Share of arrivals lost by `servers` without waiting room (any law of service); Erlang (1917)."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """Probability of waiting in M/M/c; Erlang (1917). 1 when the load is not below capacity."""
    if offered >= servers:
        return 1.0
    blocked = erlang_b(offered, servers)
    return blocked / (1 - offered / servers * (1 - blocked))


def mmc(rate: float, service: float, servers: int) -> Queue:
    """M/M/c with Poisson arrivals at `rate` and exponential service of mean `service`.

    Raises
    ------
    ValueError
        If the load is not below capacity: there is no steady state.
    """
    offered = _stable(rate, service, servers)
    waits = erlang_c(offered, servers)
    wait = waits * service / (servers - offered)
    return Queue(offered, offered / servers, waits, rate * wait, rate * wait + offered, wait, wait + service)


def _stable(rate: float, service: float, servers: int) -> float:
    offered = rate * service
    if offered >= servers:
        raise ValueError(f"load {offered:g} is not below {servers} server(s): the queue has no steady state")
    return offered


def mmc_wait_beyond(t: float, rate: float, service: float, servers: int) -> float:
    """P(wait > t) in M/M/c."""
    offered = _stable(rate, service, servers)
    return erlang_c(offered, servers) * math.exp(-(servers - offered) / service * t)


def mmc_wait_quantile(p: float, rate: float, service: float, servers: int) -> float:
    """The wait that a share p of arrivals does not exceed in M/M/c."""
    offered = _stable(rate, service, servers)
    waits = erlang_c(offered, servers)
    return max(0.0, math.log(waits / (1 - p)) * service / (servers - offered))


def mm1_sojourn_quantile(p: float, rate: float, service: float) -> float:
    """The time in the system that a share p does not exceed in M/M/1 (it is exponential)."""
    return mmc(rate, service, 1).sojourn * math.log(1 / (1 - p))


def mg1(rate: float, mean: float, second: float) -> Queue:
    """M/G/1 by Pollaczek (1930) and Khinchine (1932).

    Parameters
    ----------
    mean, second : E[S] and E[S²] of the service time
    """
    load = _stable(rate, mean, 1)
    wait = rate * second / (2 * (1 - load))
    return Queue(load, load, load, rate * wait, rate * wait + load, wait, wait + mean)


def mg1_wait_sd(rate: float, mean: float, second: float, third: float) -> float:
    """Standard deviation of the wait in M/G/1: E W² = 2 (E W)² + λ E[S³] / (3 (1 − ρ)) (Takács 1962)."""
    wait = mg1(rate, mean, second).wait
    square = 2 * wait**2 + rate * third / (3 * (1 - rate * mean))
    return math.sqrt(square - wait**2)


def md1_wait_cdf(t: float, rate: float, service: float) -> float:
    """P(wait ≤ t) in M/D/1; Crommelin (1932)."""
    load = _stable(rate, service, 1)
    terms = (rate * (k * service - t) for k in range(math.floor(t / service) + 1))
    return (1 - load) * math.fsum(x**k * math.exp(-x) / math.factorial(k) for k, x in enumerate(terms))


@dataclass(frozen=True, slots=True)
class Finite:
    """Steady state of a birth–death queue with loss or impatience.

    probabilities : of 0, 1, 2 … in the system · lost : share of arrivals that are not served · carried :
    served per unit of time · wait, sojourn : mean times per arrival that enters, those who give up included
    """

    probabilities: tuple[float, ...]
    waits: float
    queue: float
    inside: float
    lost: float
    carried: float
    utilisation: float
    wait: float
    sojourn: float


def birth_death(
    birth: Callable[[int], float], death: Callable[[int], float], states: int
) -> tuple[float, ...]:
    """Stationary probabilities of 0 … states − 1 from the rates up and down."""
    logs = [0.0]
    for n in range(1, states):
        logs.append(logs[-1] + math.log(birth(n - 1) / death(n)))
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)


def mmck(rate: float, service: float, servers: int, room: int) -> Finite:
    """M/M/c/K: `room` places in all, the served included; an arrival that finds them full is lost."""
    p = birth_death(lambda _: rate, lambda n: min(n, servers) / service, room + 1)
    enters = 1 - p[room]
    return _finite(p, rate, servers, lost=p[room], waits=math.fsum(p[servers:room]) / enters, entering=enters)


def erlang_a(rate: float, service: float, servers: int, patience: float, states: int = 2000) -> Finite:
    """M/M/c+M: those who wait give up after an exponential time of mean `patience`.

    Garnett, Mandelbaum & Reiman (2002), Designing a call center with impatient customers. `wait` is the mean
    time in the queue of all, those who give up included.
    """

    def death(n: int) -> float:
        return min(n, servers) / service + max(n - servers, 0) / patience

    p = birth_death(lambda _: rate, death, states)
    queue = math.fsum(max(n - servers, 0) * q for n, q in enumerate(p))
    return _finite(p, rate, servers, lost=queue / patience / rate, waits=math.fsum(p[servers:]), entering=1.0)


def reluctant(
    rate: float, service: float, servers: int, joins: Callable[[int], float], states: int = 500
) -> Finite:
    """M/M/c where who finds so many waiting joins with the probability that `joins` says, else is lost.

    Haight (1957), Queueing with balking. A queue that nobody joins ends there.
    """
    waiting = [max(0, n - servers) for n in range(states)]
    free = [1.0 if n < servers else joins(waiting[n]) for n in range(states)]
    last = free.index(0.0) if 0.0 in free else states - 1
    p = birth_death(lambda n: rate * free[n], lambda n: min(n, servers) / service, last + 1)
    entering = math.fsum(q * free[n] for n, q in enumerate(p))
    waits = math.fsum(q * free[n] for n, q in enumerate(p) if n >= servers) / entering
    return _finite(p, rate, servers, lost=1 - entering, waits=waits, entering=entering)


def _finite(
    p: tuple[float, ...], rate: float, servers: int, *, lost: float, waits: float, entering: float
) -> Finite:
    queue = math.fsum(max(n - servers, 0) * q for n, q in enumerate(p))
    inside = math.fsum(n * q for n, q in enumerate(p))
    enter = rate * entering
    busy = (inside - queue) / servers
    return Finite(p, waits, queue, inside, lost, rate * (1 - lost), busy, queue / enter, inside / enter)


@dataclass(frozen=True, slots=True)
class Class:
    """A class of customers of a priority queue: rate, and E[S], E[S²] of its service."""

    rate: float
    mean: float
    second: float


def cobham(classes: Sequence[Class]) -> list[float]:
    """Mean waits by class, the most urgent first, one server, no pre-emption.

    Cobham (1954), Priority assignment in waiting line problems.
    """
    return _priority_waits([c.rate * c.mean for c in classes], sum(c.rate * c.second for c in classes) / 2)


def cobham_mmc(rates: Sequence[float], service: float, servers: int) -> list[float]:
    """Mean waits by class with `servers` and one exponential law of service for all classes."""
    offered = sum(rates) * service
    _stable(sum(rates), service, servers)
    return _priority_waits(
        [r * service / servers for r in rates], erlang_c(offered, servers) * service / servers
    )


def cobham_mmc_first_beyond(t: float, rates: Sequence[float], service: float, servers: int) -> float:
    """P(wait > t) of the most urgent class with `servers` and one exponential law of service for all classes.

    Who finds all busy waits for those of the own class and for one more to end: C·e^{−(cμ − λ₁)t}; Davis
    (1966), Waiting-time distribution of a multi-server, priority queuing system.
    """
    _stable(sum(rates), service, servers)
    return erlang_c(sum(rates) * service, servers) * math.exp(-(servers / service - rates[0]) * t)


def _priority_waits(loads: Sequence[float], residual: float) -> list[float]:
    before, waits = 0.0, []
    for load in loads:
        waits.append(residual / ((1 - before) * (1 - before - load)))
        before += load
    return waits


def preemptive_resume(classes: Sequence[Class]) -> list[float]:
    """Mean sojourn by class, the most urgent first, one server, pre-emption with resumption.

    Conway, Maxwell & Miller (1967), Theory of Scheduling, ch. 8.
    """
    before = residual = 0.0
    sojourns = []
    for c in classes:
        residual += c.rate * c.second / 2
        sojourns.append(c.mean / (1 - before) + residual / ((1 - before) * (1 - before - c.rate * c.mean)))
        before += c.rate * c.mean
    return sojourns


@dataclass(frozen=True, slots=True)
class Closure:
    """A gate shut for a while, as a fluid.

    peak : queue when it opens again · recovery : from then until the queue is gone · delay : sum over all who
    are delayed (the area under the queue) · delayed : how many
    """

    peak: float
    recovery: float
    delay: float
    delayed: float

    @property
    def mean_delay(self) -> float:
        """Delay of one of the delayed."""
        return self.delay / self.delayed


def fluid_closure(arrivals: float, capacity: float, shut: float) -> Closure:
    """A closure of length `shut` under steady `arrivals` below `capacity`, as a fluid.

    peak a·h, recovery a·h/(c − a), delay ½·a·h²·c/(c − a); Newell (1982), Applications of Queueing Theory.
    """
    if arrivals >= capacity:
        raise ValueError(f"arrivals {arrivals:g} are not below capacity {capacity:g}: the queue never ends")
    recovery = arrivals * shut / (capacity - arrivals)
    return Closure(
        peak=arrivals * shut,
        recovery=recovery,
        delay=arrivals * shut**2 * capacity / (capacity - arrivals) / 2,
        delayed=arrivals * (shut + recovery),
    )


def little(*, rate: float | None = None, number: float | None = None, time: float | None = None) -> float:
    """The one of L = λ·W that is not given; Little (1961)."""
    if rate is None and number is not None and time is not None:
        return number / time
    if number is None and rate is not None and time is not None:
        return rate * time
    if time is None and rate is not None and number is not None:
        return number / rate
    raise ValueError("give exactly two of rate, number and time")
