"""What the state tells those who read it: counts of who is where, and conditions on them (law §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.resolved import Condition

if TYPE_CHECKING:
    from sim.engines.floor import Service, Station, Zone
    from sim.engines.stocks import Stock


class Tally:
    """How many of each flow are at a step: those that wait for their start, and all that are not done.

    Who has picked the step and is on its way to its door counts as waiting.
    """

    def __init__(self, flows: int) -> None:
        self.waiting = [0] * flows
        self.there = [0] * flows

    def come(self, flow: int) -> None:
        """Picked it, or came to its door."""
        self.waiting[flow] += 1
        self.there[flow] += 1

    def start(self, flow: int) -> None:
        """Is served from now on."""
        self.waiting[flow] -= 1

    def wait_again(self, flow: int) -> None:
        """Its work was interrupted."""
        self.waiting[flow] += 1

    def go(self, flow: int, *, started: bool) -> None:
        """Served, out of patience, diverted, or no longer on its way."""
        self.there[flow] -= 1
        if not started:
            self.waiting[flow] -= 1


@dataclass(slots=True)
class Senses:
    """Reads conditions on the state as it is now."""

    stations: Mapping[str, Station]
    zones: Mapping[str, Zone]
    services: Mapping[str, Service]
    stocks: Mapping[str, Stock]
    flows: dict[str, int]  # name → number
    inside: list[int] = field(default_factory=list)  # entities in the model, by flow

    def all_hold(self, conditions: Iterable[Condition]) -> bool:
        """Whether all of them hold."""
        return all(self._holds(condition) for condition in conditions)

    def _holds(self, condition: Condition) -> bool:
        value = sum(self._read(condition, name) for name in condition.of)
        above, below = condition.above, condition.below
        return (above is None or value > above) and (below is None or value < below)

    def _read(self, condition: Condition, name: str) -> int:
        match condition.what:
            case "queue":
                return self._count(self.stations[name].tally.waiting, condition.flows)
            case "backlog":
                return self._count(self.stations[name].tally.there, condition.flows)
            case "inside":
                return self.inside[self.flows[name]]
            case "zone":
                return self.zones[name].taken
            case "platform":
                return self.services[name].state
            case "stock":
                return self.stocks[name].level

    def _count(self, counts: list[int], flows: tuple[str, ...]) -> int:
        return sum(counts[self.flows[flow]] for flow in flows) if flows else sum(counts)
