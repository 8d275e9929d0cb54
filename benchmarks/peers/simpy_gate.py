"""The gate as one writes it in SimPy: a process for each truck, `with resource.request()` at each station."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.peers.plan import GAP, STATIONS, Notes, Told, way


def run(trucks: int, seed: int) -> Told:
    """Simulate so many trucks until the last has left."""
    rng = random.Random(seed)
    env = simpy.Environment()
    stations = {name: simpy.Resource(env, station.servers) for name, station in STATIONS.items()}
    notes = Notes()
    env.process(arrivals(env, stations, trucks, rng, notes))
    env.run()
    return notes.told()


def arrivals(
    env: simpy.Environment,
    stations: dict[str, simpy.Resource],
    trucks: int,
    rng: random.Random,
    notes: Notes,
) -> Generator[Any, Any, None]:
    for _ in range(trucks):
        yield env.timeout(rng.expovariate(1 / GAP))
        env.process(truck(env, stations, rng, notes))


def truck(
    env: simpy.Environment, stations: dict[str, simpy.Resource], rng: random.Random, notes: Notes
) -> Generator[Any, Any, None]:
    arrived = env.now
    for name in way(rng):
        joined = env.now
        with stations[name].request() as request:
            yield request
            notes.wait(name, env.now - joined)
            yield env.timeout(STATIONS[name].service(rng))
    notes.times.append(env.now - arrived)
