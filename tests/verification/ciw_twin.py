"""A written scenario in Ciw: the third engine, by other people, after another design.

Reads the words of the language itself, not what our program makes of them: quantile tables, calendars and the
meaning of routes are checked too. It knows what `tests.verification.common_networks` writes and no more.

What is written      in Ciw
work with its pool   a node with as many servers, or a Schedule of shifts (who is busy finishes)
wait                 a node with endless servers
at_closing: stop     … which interrupts who is busy, to resume or restart by `on_preempt`
preempt: priority    the pre-emption of a node, to resume or restart by `on_preempt`
room                 the servers plus a queue capacity; blocking after service, first blocked first admitted
full_to              an arrival that finds the node full is rejected
flow                 a customer class with its priority, services and routes
patience             a reneging time; `to`: where who reneges goes, without limits there
balk                 a baulking function of those who wait at the node
choose               the transition probabilities from the step before it
shortest             Ciw's own router to the node with the fewest, the first of equals
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import ciw

Written = dict[str, Any]

DAY = 24 * 3600.0
"""Times are in seconds."""


def seconds(text: str) -> float:
    number, unit = text.split()
    return float(number) * {"s": 1, "min": 60, "h": 3600, "d": DAY}[unit]


def share(text: str) -> float:
    return float(text.removesuffix("%")) / 100


class Twin:
    """The network in Ciw's terms."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self.steps: Written = written["steps"]
        self.flows: Written = written["flows"]
        self.nodes = [name for name, step in self.steps.items() if "time" in step]
        self.window = seconds(written["window"])

    def run(self, seed: int) -> ciw.Simulation:
        """The window, from empty."""
        ciw.seed(seed)
        simulation = ciw.Simulation(self.network())
        simulation.simulate_until_max_time(self.window)
        return simulation

    def network(self) -> ciw.network.Network:
        """A new one for every run: Ciw draws arrivals by hours as it is made."""
        return ciw.create_network(
            arrival_distributions={f: [self.arrivals(f, n) for n in self.nodes] for f in self.flows},
            service_distributions={f: [self.service(f, n) for n in self.nodes] for f in self.flows},
            reneging_time_distributions={f: [self.patience(n) for n in self.nodes] for f in self.flows},
            baulking_functions={f: [self.balking(n) for n in self.nodes] for f in self.flows},
            routing={f: ciw.routing.NetworkRouting(self.routers(f)) for f in self.flows},
            priority_classes=(self.ranks(), [self.preemption(n, "preempt") for n in self.nodes]),
            number_of_servers=[self.servers(n) for n in self.nodes],
            queue_capacities=[self.queue(n) for n in self.nodes],
        )

    # ---- who comes ----
    def arrivals(self, flow: str, node: str) -> ciw.dists.Distribution | None:
        told = self.flows[flow]
        if told["route"][0] != node:
            return None
        rate, unit = (told["arrivals"].get("rate") or told["arrivals"]["per_day"]).split("/")
        per_second = float(rate) / {"h": 3600, "d": DAY}[unit]
        if "hours" not in told["arrivals"]:
            return ciw.dists.Exponential(per_second)
        ends, rates = [], []
        parts = told["arrivals"]["hours"]
        for span, part in parts.items():
            begin, end = clock_times(span)
            ends.append(end)
            rates.append(per_second * DAY * part / sum(parts.values()) / (end - begin))
        return ciw.dists.PoissonIntervals(rates, ends, self.window)

    def ranks(self) -> dict[str, int]:
        """Flows by priority, best first: Ciw counts 0, 1, …"""
        numbers = sorted({told["priority"] for told in self.flows.values()})
        return {f: numbers.index(told["priority"]) for f, told in self.flows.items()}

    # ---- what a node is ----
    def service(self, flow: str, node: str) -> ciw.dists.Distribution:
        time = self.steps[node]["time"]
        return law(time[flow] if isinstance(time, dict) and "by" in time else time)

    def patience(self, node: str) -> ciw.dists.Distribution | None:
        patience = self.steps[node].get("patience")
        return law(patience["time"]) if patience else None

    def servers(self, node: str) -> Any:
        step = self.steps[node]
        if step.get("kind") == "wait":
            return math.inf
        capacity = self.written["resources"][step["resources"]]["capacity"]
        if isinstance(capacity, int):
            return capacity
        spans = [clock_times(self.written["calendars"][shift["calendar"]]["weekly"]) for shift in capacity]
        numbers, ends = [0], [spans[0][0]]
        for shift, (_, end), following in zip(capacity, spans, [*spans[1:], (DAY, DAY)], strict=True):
            numbers += [shift["units"], 0]
            ends += [end, following[0]]
        return ciw.Schedule(numbers, ends, preemption=self.preemption(node, "at_closing"))

    def preemption(self, node: str, word: str) -> str | bool:
        """How who is interrupted goes on, if the pool is written to be interrupted so."""
        step = self.steps[node]
        if word not in self.written["resources"].get(step.get("resources"), {}):
            return False
        return str(step["on_preempt"])

    def queue(self, node: str) -> float:
        room = self.steps[node].get("room")
        return math.inf if room is None else room - self.servers(node)

    def balking(self, node: str) -> Callable[..., float] | None:
        """The probability not to join, of those who wait without a server."""
        if "balk" not in self.steps[node]:
            return None
        balk = self.steps[node]["balk"]
        chances = {n: share(text) for n, text in balk.get("chances", {balk.get("at"): "100 %"}).items()}

        def chance(_: int, next_node: ciw.Node, **__: object) -> float:
            waiting = sum(not individual.server for individual in next_node.all_individuals)
            return next((p for n, p in sorted(chances.items(), reverse=True) if waiting >= n), 0.0)

        return chance

    # ---- where one goes ----
    def routers(self, flow: str) -> list[Router]:
        following = dict(pairwise(self.flows[flow]["route"]))
        return [self.router(node, self.steps[following[node]]) for node in self.nodes]

    def router(self, node: str, choice: Written) -> Router:
        shares = {option: share(text) for option, text in choice["shares"].items() if option != "source"}
        goals = [self.goal(choice["options"][option]) for option in shares]
        onward = self.steps[node].get("patience", {}).get("to", "gone")
        return Router(goals, list(shares.values()), self.goal(onward))

    def goal(self, step: str) -> ciw.routing.NodeRouting:
        """To a node, to the one with the fewest, or out."""
        if step in self.nodes:
            return ciw.routing.Direct(self.nodes.index(step) + 1)
        if "shortest" in self.steps[step]:
            numbers = [self.nodes.index(name) + 1 for name in self.steps[step]["options"].values()]
            return ciw.routing.LoadBalancing(numbers, tie_break="order")
        return ciw.routing.Leave()


class Router(ciw.routing.NodeRouting):  # type: ignore[misc]
    """Goals by their shares, and where who reneges goes."""

    def __init__(
        self, goals: list[ciw.routing.NodeRouting], shares: list[float], onward: ciw.routing.NodeRouting
    ) -> None:
        self.goals, self.shares, self.onward = goals, shares, onward

    def error_check_at_initialise(self) -> None:
        for goal in (*self.goals, self.onward):
            goal.initialise(self.simulation, self.node)

    def next_node(self, ind: ciw.Individual) -> ciw.Node:
        return ciw.random_choice(self.goals, self.shares).next_node(ind)

    def next_node_for_jockeying(self, ind: ciw.Individual) -> ciw.Node:
        return self.onward.next_node(ind)


def clock_times(span: str) -> tuple[float, float]:
    """`06:00-11:00` in seconds after midnight."""
    begin, end = ((int(h), int(m)) for h, m in (part.split(":") for part in span.split("-")))
    return 3600.0 * begin[0] + 60 * begin[1], 3600.0 * end[0] + 60 * end[1]


def law(time: Any) -> ciw.dists.Distribution:
    """A distribution of the language in Ciw's parameters, by textbook formulas."""
    if isinstance(time, str):
        return ciw.dists.Deterministic(seconds(time))
    if "values" in time:
        return ciw.dists.Pmf([seconds(v) for v in time["values"]], [share(s) for s in time["shares"]])
    kind = time.get("distribution", "triangular" if "usual" in time else "lognormal")
    told = {key: value for key, value in time.items() if key != "distribution"}
    return LAWS[kind](**{key: seconds(v) if isinstance(v, str) else v for key, v in told.items()})


def lognormal(mean: float, cv: float) -> ciw.dists.Distribution:
    spread = math.log(1 + cv**2)
    return ciw.dists.Lognormal(math.log(mean) - spread / 2, math.sqrt(spread))


LAWS: dict[str, Callable[..., ciw.dists.Distribution]] = {
    "exponential": lambda mean: ciw.dists.Exponential(1 / mean),
    "lognormal": lognormal,
    "gamma": lambda mean, cv: ciw.dists.Gamma(shape=cv**-2, scale=mean * cv**2),
    "erlang": lambda mean, stages: ciw.dists.Erlang(rate=stages / mean, num_phases=stages),
    "weibull": lambda mean, shape: ciw.dists.Weibull(scale=mean / math.gamma(1 + 1 / shape), shape=shape),
    "uniform": lambda fastest, slowest: ciw.dists.Uniform(lower=fastest, upper=slowest),
    "triangular": lambda fastest, usual, slowest: ciw.dists.Triangular(fastest, mode=usual, upper=slowest),
}
"""By the words of the language, each argument under its own name."""
