"""Random networks of the constructs that our language and Ciw share, as written scenarios.

Network n is always the same. Each feature is switched on or off, so that rare ones meet; what means different
things in the two programs is left out, and said here:

* A pool belongs to one step: Ciw has servers of a node, no pool that several nodes share.
* Ciw changes shifts by sending all servers home (who is busy finishes) and bringing new ones; we never start
  above capacity. They are the same if nobody is at work any more when the next shift begins: scheduled steps
  have services shorter than the gaps between their shifts, and no successor that could block them.
* Ciw's patience runs from the admission, ours from joining: who is impatient waits in a step without limit.
* Ciw admits who was blocked first, we who has the best priority: no blocking among flows of unlike priority.
* Ciw turns away from a full node who comes from outside and blocks who comes from inside; we do one of both,
  by `full_to`. So a step with `full_to` is entered from outside only, one that blocks from inside only.
* Ciw asks only who comes from outside whether he balks: a step with `balk` is entered from outside only.
* Ciw lets who was interrupted by a closing go on before all others, we in the order of the queue: no `stop`
  among flows of unlike priority. Who was interrupted may lose patience in Ciw, and not with us: no patience,
  nor balking, at such a step.
* Nobody is blocked in a circle of full steps (deadlock), as only ways forward lead to steps that block.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Written = dict[str, Any]

FEATURES = (
    "two_flows", "priorities", "by_flow", "second_door", "patience", "onward", "blocking", "turned_away",
    "hours", "shifts", "rework", "skip", "delay", "balk", "shortest",
    "preempt", "stop",
)  # fmt: skip
HOUR = 3600.0
SHIFTS = {"morning": (6, 11), "afternoon": (13, 21)}
"""Hours of a day; the gaps between them are longer than any service."""
SPANS = {"00:00-06:00": 1, "06:00-09:00": 2, "09:00-18:00": 6, "18:00-24:00": 2}
"""Shares of a day's arrivals."""


@dataclass
class Station:
    """What one step is to be."""

    load: float
    servers: tuple[int, ...]  # always on duty; or of each shift
    patience: bool = False
    room: int | None = None
    delay: bool = False
    balk: bool = False
    preempt: bool = False
    stop: bool = False
    factor: dict[str, float] = field(default_factory=dict)  # flow → of its services

    @property
    def scheduled(self) -> bool:
        return len(self.servers) > 1

    def capacity(self) -> float:
        """Servers on duty in the mean of a day."""
        if not self.scheduled:
            return self.servers[0]
        hours = [end - begin for begin, end in SHIFTS.values()]
        return sum(n * length for n, length in zip(self.servers, hours, strict=True)) / 24


Way = list[dict[str, float]]
"""Of one flow, for each step: where it goes on to (a step, `lanes` or `gone`) and its share."""

LANES = ("u0", "u1")
"""Two steps side by side behind the others: the one with fewer is chosen."""


def features(number: int) -> set[str]:
    """What network `number` is to have."""
    rng = random.Random(f"features {number}")
    on = {feature for feature in FEATURES[:-2] if rng.random() < 0.45}
    for one, other in (("priorities", "blocking"), ("shifts", "blocking"), ("balk", "turned_away")):
        if {one, other} <= on:
            on.remove(rng.choice((one, other)))
    if on & {"priorities", "by_flow", "second_door"}:
        on.add("two_flows")
    if "patience" not in on:
        on.discard("onward")
    if rng.random() < 0.7:
        on |= {"preempt"} if "priorities" in on else {"stop"} if "shifts" in on else set()
    return on


def network(number: int) -> Written:
    """The scenario, as a person would write it."""
    rng, on = random.Random(f"network {number}"), features(number)
    flows = ["truck", "van"] if "two_flows" in on else ["truck"]
    wanted = len(on & {"blocking", "turned_away", "balk", "shifts", "patience", "delay", "preempt"})
    line = [f"s{n}" for n in range(max(rng.randint(2, 3), min(wanted, 4)))]
    stations = _stations(rng, on, line, flows)
    ways = {flow: _way(rng, on, line, stations) for flow in flows}
    doors = {flow: _door(rng, on, line, stations) if flow == "van" else line[0] for flow in flows}
    names = list(stations)
    per_hour = 24 if "shifts" in on else 60
    rates = {flow: rng.uniform(0.7, 1.3) * per_hour / len(flows) for flow in flows}
    steps: Written = {"away": {"outcome": "turned_back"}, "gone": {"outcome": "completed"}}
    if "shortest" in on:
        steps["lanes"] = {"shortest": True, "options": dict(zip(("left", "right"), LANES, strict=True))}
    visits = [_visits(names, ways[flow], doors[flow], rates[flow]) for flow in flows]
    for name, rate in zip(names, np.sum(visits, axis=0), strict=True):
        later = [other for other in names if other > name and stations[other].room is None]
        steps[name] = _step(rng, on, name, stations[name], rate / HOUR, flows, later)
    for flow in flows:
        after = zip(names, ways[flow], strict=True)
        steps |= {f"{flow}_after_{name}": _choice(row) for name, row in after}
    return {
        "name": f"common-{number}",
        "title": {"vi": "Mạng ngẫu nhiên", "en": "Random network"},
        "question": {"vi": "Hai chương trình có cùng kết quả không?", "en": "Do two programs agree?"},
        "start": "2025-03-10",
        "window": "2 d",
        "sources": {"dice": {"text": "Drawn at random"}},
        "calendars": {name: {"weekly": f"{b:02d}:00-{e:02d}:00"} for name, (b, e) in SHIFTS.items()},
        "resources": {name: _pool(station) for name, station in stations.items() if not station.delay},
        "steps": steps,
        "flows": {flow: _flow(n, flow, on, names, doors[flow], rates[flow]) for n, flow in enumerate(flows)},
    }


def _stations(rng: random.Random, on: set[str], line: list[str], flows: list[str]) -> dict[str, Station]:
    busy = 0.6 - 0.1 * ("hours" in on) - 0.15 * ("blocking" in on)
    names = [*line, *(LANES if "shortest" in on else ())]
    found = {name: Station(busy + rng.uniform(-0.05, 0.05), (rng.randint(1, 3),)) for name in names}
    free = list(line)
    rng.shuffle(free)
    if "turned_away" in on:
        free.remove("s0")
        found["s0"].room, found["s0"].load = found["s0"].servers[0] + rng.randint(1, 3), 0.7
    if "balk" in on:
        free.remove("s0")
        found["s0"].balk, found["s0"].load = True, 0.8
    if "blocking" in on:
        name = next(name for name in free if name != "s0")
        free.remove(name)
        found[name].room, found[name].load = found[name].servers[0] + rng.randint(0, 1), busy + 0.15
    if "shifts" in on and free:
        shared = "patience" in on and "stop" not in on and len(free) < 3
        name = free[0] if shared else free.pop(0)
        found[name].stop = "stop" in on
        found[name].servers = (rng.randint(2, 3), rng.randint(1, 3))
        found[name].load -= 0.15  # the queue of a night needs room to go
    if "preempt" in on and free:
        found[free.pop(0)].preempt = True
    if "patience" in on and free:
        name = free.pop(0)
        found[name].patience, found[name].load = True, found[name].load + 0.2
    if "delay" in on and free:
        found[free[0]].delay, found[free[0]].servers = True, (1,)
    for station in found.values():
        factors = (0.8, 1.25) if "by_flow" in on else (1.0, 1.0)
        station.factor = dict(zip(flows, rng.sample(factors, 2), strict=False))
    return found


def _way(rng: random.Random, on: set[str], line: list[str], stations: dict[str, Station]) -> Way:
    """On to the next step, past it, or back; nobody goes back to a step with room or where he would balk."""
    way: Way = []
    last = "lanes" if "shortest" in on else "gone"
    for n, following in enumerate([*line[1:], last]):
        row: dict[str, float] = {}
        after = [*line[n + 2 :], "gone"] if following != last else []
        if "skip" in on and after and rng.random() < 0.7:
            row[rng.choice(after)] = rng.choice((0.1, 0.3, 0.5))
        back = [name for name in line[: n + 1] if stations[name].room is None and not stations[name].balk]
        if "rework" in on and back and rng.random() < 0.7:
            row[rng.choice(back)] = rng.choice((0.05, 0.1, 0.2))
        row[following] = round(1 - sum(row.values()), 2)
        way.append(row)
    return way + [{"gone": 1.0} for name in stations if name in LANES]


def _door(rng: random.Random, on: set[str], line: list[str], stations: dict[str, Station]) -> str:
    if "second_door" not in on:
        return line[0]
    return rng.choice([name for name in line if name == line[0] or stations[name].room is None])


def _visits(names: list[str], way: Way, door: str, rate: float) -> np.ndarray:
    """Visits an hour to each step, as if nobody were lost."""
    halves = dict.fromkeys(LANES, 0.5)
    steps = np.array(
        [
            [row.get(name, 0.0) + row.get("lanes", 0.0) * halves.get(name, 0.0) for name in names]
            for row in way
        ]
    )
    come = np.array([rate if name == door else 0.0 for name in names])
    return np.linalg.solve(np.eye(len(names)) - steps.T, come)


# ---- in the words of the language ----
def _pool(station: Station) -> Written:
    pool: Written = {"capacity": station.servers[0], "source": "dice"}
    if station.scheduled:
        shifts = zip(station.servers, SHIFTS, strict=True)
        pool["capacity"] = [{"units": n, "calendar": shift} for n, shift in shifts]
    pool |= {"preempt": "priority"} if station.preempt else {}
    return pool | ({"at_closing": "stop"} if station.stop else {})


def _step(
    rng: random.Random,
    on: set[str],
    name: str,
    station: Station,
    rate: float,
    flows: list[str],
    later: list[str],
) -> Written:
    """With a mean service that gives the load at so many visits a second."""
    mean = station.load * station.capacity() / rate
    law = rng.choice(BOUNDED if station.scheduled and not station.stop else LAWS)
    times = {flow: law(rng, mean * station.factor[flow]) for flow in flows}
    same = len(set(station.factor.values())) == 1
    step: Written = {"time": times["truck"] if same else {"by": "kind", **times}, "source": "dice"}
    step |= {"kind": "wait"} if station.delay else {"resources": name}
    if station.room is not None:
        step |= {"room": station.room} | ({"full_to": "away"} if name == "s0" else {})
    if station.preempt or station.stop:
        step["on_preempt"] = rng.choice(("resume", "restart"))
    if station.balk:
        few = rng.randint(1, 3)
        step["balk"] = rng.choice(({"at": few + 2}, {"chances": {few: "40 %", few + 4: "100 %"}}))
    if station.patience:
        wait = mean * rng.uniform(1.0, 3.0) * (10 if station.scheduled else 1)
        step["patience"] = {"time": rng.choice((_exponential, _uniform))(rng, wait)}
        if "onward" in on and later:
            step["patience"]["to"] = rng.choice(later)
    return step


def _choice(row: dict[str, float]) -> Written:
    """What stands behind a step: where one goes on to from it."""
    shares = {f"to_{to}": f"{100 * share:.0f} %" for to, share in row.items()}
    return {"shares": shares | {"source": "dice"}, "options": {f"to_{to}": to for to in row}}


def _flow(number: int, flow: str, on: set[str], names: list[str], door: str, rate: float) -> Written:
    order = [door, *(name for name in names if name != door)]
    arrivals: Written = {"rate": f"{rate:.3f} /h"}
    if "hours" in on:
        arrivals = {"per_day": f"{24 * rate:.3f} /d", "hours": SPANS}
    pairs = [[name, f"{flow}_after_{name}"] for name in order]
    if LANES[0] in names:
        pairs.insert(order.index(LANES[0]), ["lanes"])
    return {
        "route": [*(step for pair in pairs for step in pair), "gone"],
        "priority": number if "priorities" in on else 0,
        "attributes": {"kind": flow},
        "arrivals": arrivals | {"source": "dice"},
    }


def constructs(written: Written) -> set[str]:
    """What stands in a network, whatever was wanted."""
    steps, flows = written["steps"], written["flows"].values()
    works = {name: step for name, step in steps.items() if "time" in step}
    doors = {flow["route"][0] for flow in flows}
    pools = [pool["capacity"] for pool in written["resources"].values()]
    shares = [(name, step["options"].values()) for name, step in steps.items() if "shares" in step]
    told = {
        "two_flows": len(flows) > 1,
        "priorities": len({flow["priority"] for flow in flows}) > 1,
        "by_flow": any("by" in step["time"] for step in works.values() if isinstance(step["time"], dict)),
        "second_door": len(doors) > 1,
        "patience": any("patience" in step for step in works.values()),
        "onward": any("to" in step.get("patience", ()) for step in works.values()),
        "blocking": any("room" in step and "full_to" not in step for step in works.values()),
        "turned_away": any("full_to" in step for step in works.values()),
        "hours": any("hours" in flow["arrivals"] for flow in flows),
        "shifts": any(isinstance(pool, list) for pool in pools),
        "servers": any(pool not in (1, [1]) for pool in pools),
        "rework": any(to <= name[-2:] for name, options in shares for to in options if to in works),
        "skip": any(
            len([to for to in options if to not in works or to > name[-2:]]) > 1 for name, options in shares
        ),
        "preempt": any("preempt" in pool for pool in written["resources"].values()),
        "stop": any("at_closing" in pool for pool in written["resources"].values()),
        "balk": any("balk" in step for step in works.values()),
        "shortest": "lanes" in steps,
        "delay": any(step.get("kind") == "wait" for step in works.values()),
    }
    return {name for name, there in told.items() if there}


# ---- laws of time, by their mean [s] ----
def _seconds(value: float) -> str:
    return f"{value:.3f} s"


def _exponential(rng: random.Random, mean: float) -> Written:
    return {"distribution": "exponential", "mean": _seconds(mean)}


def _lognormal(rng: random.Random, mean: float) -> Written:
    return {"mean": _seconds(mean), "cv": rng.choice((0.4, 0.8, 1.2))}


def _gamma(rng: random.Random, mean: float) -> Written:
    return {"distribution": "gamma", "mean": _seconds(mean), "cv": rng.choice((0.4, 0.8))}


def _erlang(rng: random.Random, mean: float) -> Written:
    return {"distribution": "erlang", "mean": _seconds(mean), "stages": rng.randint(2, 4)}


def _weibull(rng: random.Random, mean: float) -> Written:
    return {"distribution": "weibull", "mean": _seconds(mean), "shape": rng.choice((0.9, 1.5))}


def _uniform(rng: random.Random, mean: float) -> Written:
    half = rng.uniform(0.2, 0.9) * mean
    return {"distribution": "uniform", "fastest": _seconds(mean - half), "slowest": _seconds(mean + half)}


def _triangular(rng: random.Random, mean: float) -> Written:
    fastest, usual = 0.4 * mean, rng.uniform(0.5, 1.0) * mean
    return {
        "fastest": _seconds(fastest),
        "usual": _seconds(usual),
        "slowest": _seconds(3 * mean - fastest - usual),
    }


def _constant(rng: random.Random, mean: float) -> str:
    return _seconds(mean)


def _values(rng: random.Random, mean: float) -> Written:
    return {"values": [_seconds(0.5 * mean), _seconds(2 * mean)], "shares": ["66.7 %", "33.3 %"]}


BOUNDED = (_uniform, _triangular, _constant, _values)
LAWS = (_exponential, _lognormal, _gamma, _erlang, _weibull, *BOUNDED)
