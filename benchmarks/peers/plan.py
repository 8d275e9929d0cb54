"""The gate of benchmarks/gate.yaml as plain numbers, for programs that cannot read it; what each must tell.

Every station has so many equal servers, one line, first come first served, and endless room. All times are
in minutes.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

GAP = 0.75
"""Mean time between two trucks, exponential."""

YELLOW, RED, QUARANTINE = 0.3, 0.1, 0.4
"""Shares of trucks; quarantine does not depend on the channel."""


@dataclass(frozen=True)
class Station:
    """Lognormal service by its mean and coefficient of variation; exponential without the latter."""

    servers: int
    mean: float
    cv: float | None = None

    @property
    def log_sd(self) -> float:
        return math.sqrt(math.log(1 + (self.cv or 0.0) ** 2))

    @property
    def log_mean(self) -> float:
        return math.log(self.mean) - self.log_sd**2 / 2

    def service(self, rng: random.Random) -> float:
        if self.cv is None:
            return rng.expovariate(1 / self.mean)
        return rng.lognormvariate(self.log_mean, self.log_sd)


STATIONS = {
    "barrier": Station(4, 2, 0.5),
    "docs": Station(6, 3.5, 0.7),
    "reg": Station(8, 4.5, 0.7),
    "yellow": Station(8, 15, 0.8),
    "red": Station(8, 45, 0.6),
    "quar": Station(6, 8, 0.6),
    "pay": Station(6, 3),
    "yard": Station(24, 14, 0.5),
    "exit": Station(4, 2, 0.5),
}


def way(rng: random.Random) -> list[str]:
    """The stations of one truck, drawn as it arrives."""
    channel = rng.random()
    check = ["red"] if channel < RED else ["yellow"] if channel < RED + YELLOW else []
    quarantine = ["quar"] if rng.random() < QUARANTINE else []
    return ["barrier", "docs", "reg", *check, *quarantine, "pay", "yard", "exit"]


@dataclass
class Told:
    """What every program tells of a run."""

    completed: int
    mean: float  # time in the system
    p95: float
    waits: dict[str, float]  # station → mean over the visits to it


@dataclass
class Notes:
    """What a model in Python notes of every truck and visit."""

    times: list[float] = field(default_factory=list)
    visits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATIONS, 0))
    waited: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STATIONS, 0.0))

    def wait(self, station: str, time: float) -> None:
        self.visits[station] += 1
        self.waited[station] += time

    def told(self) -> Told:
        times = sorted(self.times)
        return Told(
            completed=len(times),
            mean=math.fsum(times) / len(times),
            p95=times[math.ceil(0.95 * len(times)) - 1],
            waits={name: self.waited[name] / max(1, count) for name, count in self.visits.items()},
        )
