"""How many a day can get through a network at the most, whatever the queues: maximal flow and minimal cut.

Every step lets through as many as its pools have time for while they are on duty, and every step or zone with
room as many as can be inside for as long as the work there takes (Little's law); a timetable of departures
takes along so many. The steps, so limited, are a network whose maximal flow no way of running it can exceed
in the long run. What it leaves out makes it larger, never smaller: pools that several steps share count for
each of them alone; what is held, loaded, sent out or taken from a stock limits nothing. `in_proportion` is
exact about shared pools, for today's mix.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.offered import Traffic, called_per_day, scheduled_per_day, traffic
from scenarios.resolved import DAY, Gather, Resolved
from sim.graph import min_cut
from sim.origins import only_sent

FINE = 1000
"""Capacities are counted in thousandths of an entity a day, rounded up."""

SOURCE, SINK = "source", "sink"


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that lets through no more.

    kind : step, zone, way (a share of what comes), arrivals, pool · name : of it; of a way both ends
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """The most a day, and the cut: everything that would have to grow for more. most : None of no limit."""

    most: float | None
    cut: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What limits the entities that come by themselves, a day.

    demand : that come · today : of those, on the ways as they are shared now · most : of any number that
    came, whichever ways they took · in_proportion : of the same mix on the same ways, all served
    """

    demand: float
    today: Bound
    most: Bound
    in_proportion: Bound


def bounds(scenario: Resolved) -> Bounds | None:
    """The bounds of a scenario as it is, by expected values; patience and diversions are left out.

    None where nobody comes by itself, or a flow has too many combinations of attributes to be followed.
    """
    network = _Network(scenario)
    if network.demand <= 0 or not all(of.ways for of in network.flows.values()):
        return None
    return Bounds(
        network.demand, network.cut(shared=True), network.cut(shared=False), network.in_proportion()
    )


class _Network:
    """The steps, with what comes to them in an average day and what they let through."""

    def __init__(self, scenario: Resolved) -> None:
        self.scenario = scenario
        flows = [name for name in scenario.flows if not only_sent(scenario, name)]
        self.flows = {name: traffic(scenario, name) for name in flows}
        self.demand = math.fsum(of.per_day for of in self.flows.values())
        self.duty = scheduled_per_day(scenario)

    # ---- limits ------------------------------------------------------------------------------------------

    def _sum(self, part: str, *steps: str) -> float:
        """Visits or work of some steps in an average day."""
        return math.fsum(
            of.per_day * getattr(of, part).get(step, 0.0) for of in self.flows.values() for step in steps
        )

    def _let_through(self, name: str) -> float | None:
        """Entities a day that a step lets through; None for any number."""
        step, once = self.scenario.steps[name], self._at_most_once(name)
        visits, work = self._sum("visits", name), self._sum("work", name)
        if step.gather is not None:
            called = self._called(step.gather)
            return None if called is None else called * once / visits
        if visits <= 0 or work <= 0:
            return None
        found = [
            sum(self.duty[pool] / units for pool, units in need.any_of) / work * once
            for need in step.needs
            if step.kind == "work"
        ]
        if step.room is not None:
            found.append(step.room * DAY / work * once)
        return min(found, default=None)

    def _called(self, of: Gather) -> float | None:
        """Visits a day that a timetable of departures takes along; None where they may depart otherwise."""
        if of.departures is None or of.most is None or of.number or of.weight or of.max_wait:
            return None
        return called_per_day(self.scenario, of.departures) * of.most

    def _at_most_once(self, name: str) -> float:
        """Entities of an average day that come to a step, at the most: an entity may come back to it."""
        return math.fsum(of.per_day * min(1.0, of.visits.get(name, 0.0)) for of in self.flows.values())

    def _zone(self, zone: str) -> tuple[float, float]:
        """(share of the room that the work inside alone takes up, entries in an average day)."""
        steps = [name for name, step in self.scenario.steps.items() if step.zone == zone]
        entries = math.fsum(of.per_day * self._entries(of, flow, steps) for flow, of in self.flows.items())
        return self._sum("work", *steps) / (self.scenario.zones[zone].room * DAY), entries

    def _entries(self, of: Traffic, flow: str, inside: list[str]) -> float:
        first = 1.0 if self.scenario.flows[flow].first in inside else 0.0
        return first + math.fsum(n for (a, b), n in of.ways.items() if a not in inside and b in inside)

    # ---- the cut -----------------------------------------------------------------------------------------

    def cut(self, *, shared: bool) -> Bound:
        """The maximal flow. shared : no more comes than today, and on each way no more than its share."""
        arcs: dict[tuple[str, str], int | None] = {}
        named: dict[tuple[str, str], Limit] = {}

        def limit(arc: tuple[str, str], capacity: float | None, of: Limit) -> None:
            arcs[arc] = None if capacity is None else math.ceil(capacity * FINE)
            named[arc] = of

        for name in self._visited():
            limit((f"{name}:in", f"{name}:out"), self._let_through(name), Limit("step", name))
        for zone in self.scenario.zones:
            load, entries = self._zone(zone)
            if load > 0:
                limit((f"{zone}:enter", f"{zone}:inside"), entries / load, Limit("zone", zone))
        for here, there, many, of in self._ways():
            limit((here, there), many if shared else None, of)
        found = min_cut(arcs, SOURCE, SINK)
        if found is None:
            return Bound(None)
        return Bound(found[0] / FINE, tuple(dict.fromkeys(named[arc] for arc in found[1])))

    def _visited(self) -> Iterator[str]:
        return (name for name in self.scenario.steps if self._sum("visits", name) > 0)

    def _ways(self) -> Iterator[tuple[str, str, float | None, Limit]]:
        """(from, to, entities a day, what it is) of all ways; what enters a zone goes through its door."""
        branches = {name for step in self.scenario.steps.values() for name in step.branches}
        for name, of in self.flows.items():
            first = self.scenario.flows[name].first
            yield SOURCE, f"{name}:come", of.per_day, Limit("arrivals", name)
            yield from self._into(f"{name}:come", None, first, None)
        for (here, there), many in self._all_ways().items():
            if there is None:
                yield f"{here}:out", SINK, None, Limit("way", here)
            elif there not in branches:  # the branches of a parallel part limit nothing here
                yield from self._into(f"{here}:out", here, there, many)

    def _into(
        self, here: str, step: str | None, there: str, many: float | None
    ) -> Iterator[tuple[str, str, float | None, Limit]]:
        zone = self.scenario.steps[there].zone
        way = Limit("way", f"{step} → {there}")
        if zone is None or (step is not None and self.scenario.steps[step].zone == zone):
            yield here, f"{there}:in", many, way
            return
        between = f"{here}>{there}"
        yield here, between, many, way
        yield between, f"{zone}:enter", None, way
        yield f"{zone}:inside", f"{there}:in", None, way

    def _all_ways(self) -> dict[tuple[str, str | None], float]:
        found: dict[tuple[str, str | None], float] = {}
        for of in self.flows.values():
            for way, many in of.ways.items():
                found[way] = found.get(way, 0.0) + of.per_day * many
        return found

    # ---- in proportion -----------------------------------------------------------------------------------

    def in_proportion(self) -> Bound:
        """Today's mix on today's ways, multiplied until the first pool, room or zone is always full."""
        loads = dict(self._loads())
        if not loads or max(loads.values()) <= 0:
            return Bound(None)
        tightest = max(loads, key=lambda limit: loads[limit])
        return Bound(self.demand / loads[tightest], (tightest,))

    def _loads(self) -> Iterator[tuple[Limit, float]]:
        """The share of each pool, room and zone that the work of an average day takes up."""
        asked: dict[str, float] = {}
        for name, step in self.scenario.steps.items():
            work = self._sum("work", name)
            for need in step.needs if step.kind == "work" else ():
                if len(need.any_of) == 1:
                    pool, units = need.any_of[0]
                    asked[pool] = asked.get(pool, 0.0) + units * work
            if step.room is not None:
                yield Limit("step", name), work / (step.room * DAY)
            called = self._called(step.gather) if step.gather is not None else None
            if called:
                yield Limit("step", name), self._sum("visits", name) / called
        for pool, work in asked.items():
            if self.duty[pool] > 0:
                yield Limit("pool", pool), work / self.duty[pool]
        for zone in self.scenario.zones:
            yield Limit("zone", zone), self._zone(zone)[0]
