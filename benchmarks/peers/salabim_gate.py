"""The gate as one writes it in salabim: a component for each truck that requests resources and holds.

With the process as a generator (`yieldless=False`), so that no further package is needed.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import salabim

from benchmarks.peers.plan import GAP, STATIONS, Notes, Told, way


def run(trucks: int, seed: int) -> Told:
    """Simulate so many trucks until the last has left."""
    env = salabim.Environment(yieldless=False, trace=False, random_seed=seed)
    rng = random.Random(seed)
    stations = {name: salabim.Resource(name, capacity=s.servers, env=env) for name, s in STATIONS.items()}
    notes = Notes()
    Arrivals(env=env, trucks=trucks, stations=stations, rng=rng, notes=notes)
    env.run()
    return notes.told()


class Arrivals(salabim.Component):  # type: ignore[misc]
    """Lets trucks come."""

    def setup(self, trucks: int, **shared: Any) -> None:
        self.trucks, self.shared = trucks, shared

    def process(self) -> Generator[Any, Any, None]:
        for _ in range(self.trucks):
            yield self.hold(self.shared["rng"].expovariate(1 / GAP))
            Truck(env=self.env, **self.shared)


class Truck(salabim.Component):  # type: ignore[misc]
    """One truck on its way."""

    def setup(self, stations: dict[str, salabim.Resource], rng: random.Random, notes: Notes) -> None:
        self.stations, self.rng, self.notes = stations, rng, notes

    def process(self) -> Generator[Any, Any, None]:
        arrived = self.env.now()
        for name in way(self.rng):
            joined = self.env.now()
            yield self.request(self.stations[name])
            self.notes.wait(name, self.env.now() - joined)
            yield self.hold(STATIONS[name].service(self.rng))
            self.release(self.stations[name])
        self.notes.times.append(self.env.now() - arrived)
