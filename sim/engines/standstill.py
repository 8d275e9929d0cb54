"""Who waits for whom when a run of the reference engine has stopped (for `sim.deadlock`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from scenarios.resolved import Resolved
from sim.deadlock import Obstacle, Waiting
from sim.engines.entities import Visit
from sim.engines.floor import Pool, Station, Zone
from sim.log import EMPTY


class Standstill:
    """Reads the final state: every open visit, what it holds and what it waits for."""

    def __init__(
        self, scenario: Resolved, sources: tuple[str, ...], visits: list[Visit], highest: dict[str, int],
        breathe: Callable[[], None],
    ) -> None:  # fmt: skip
        self.scenario, self.sources, self.highest = scenario, sources, highest
        self.flows, self.breathe = list(scenario.flows), breathe
        self._names: dict[Visit, str] = {}
        movers = [visit for visit in visits if visit.ended == EMPTY]
        self.movers = sorted(movers, key=lambda visit: (visit.entity.key, visit.station.number, visit.number))
        self.place_holders: dict[Station | Zone | Pool, list[str]] = {}
        for visit in self.movers:
            breathe()
            for held in self._holdings(visit):
                self.place_holders.setdefault(held, []).append(self.name(visit))

    def waiting(self) -> list[Waiting]:
        """Those who cannot move by themselves."""
        found = []
        for visit in self.movers:
            self.breathe()
            obstacles = tuple(self._obstacles(visit))
            if obstacles:
                found.append(Waiting(self.name(visit), visit.station.name, obstacles))
        return found

    def name(self, visit: Visit) -> str:
        if visit not in self._names:
            self._names[visit] = self._told(visit)
        return self._names[visit]

    def _told(self, visit: Visit) -> str:
        flow, source, day, number, child = visit.entity.key
        born = date(1970, 1, 1) + timedelta(day)
        of = f".{child}" if child else ""
        return f"{self.flows[flow]} {self.sources[source]} {born} #{number}{of} ({visit.station.name})"

    def _holdings(self, visit: Visit) -> Iterator[Station | Zone | Pool]:
        position = visit.position
        held = [visit] if visit.admitted != EMPTY else []
        held += [position.visit] if position.visit is not None and position.visit is not visit else []
        for one in held:
            yield one.station
            yield from (pool for pool, _ in one.units)
        yield from (pool for units in position.holds.values() for pool, _ in units)
        if position.zone is not None and not position.branch:
            yield position.zone
        elif visit.admitted != EMPTY and visit.station.zone is not None and not position.branch:
            yield visit.station.zone

    def _obstacles(self, visit: Visit) -> Iterator[Obstacle]:
        """What must go away before the visit moves on; nothing if time alone moves it."""
        if visit.started != EMPTY:
            yield from self._children(visit)
            yield from self._sent(visit)
        elif visit.patience:
            return
        elif visit.admitted == EMPTY:
            yield from self._at_door(visit)
        else:
            yield from self._in_queue(visit)

    def _children(self, visit: Visit) -> Iterator[Obstacle]:
        if visit.station.step.kind == "parallel":
            for child in self.movers:
                if child.entity is visit.entity and child is not visit and child.position.branch:
                    yield Obstacle(child.station.name, (self.name(child),), False)
        load = visit.position.load
        if visit.station.step.kind == "ride" and load is not None:
            carrying = tuple(self.name(one) for one in self.movers if one.entity is load.carrier)
            yield Obstacle(f"carrier of {load.gather.name}", carrying, False)

    def _sent(self, visit: Visit) -> Iterator[Obstacle]:
        """The sub-entities that must end before the visit does."""
        spec, errand = visit.station.step.errand, visit.awaits
        if spec is not None and errand is not None:
            out = [v for v in self.movers if v.entity.sent_for is errand and not v.position.branch]
            holders = tuple(self.name(child) for child in out)
            yield Obstacle(spec.of, holders, False, errand.missing(spec.wait_for))

    def _at_door(self, visit: Visit) -> Iterator[Obstacle]:
        station = visit.station
        head = station.lines[0 if visit.in_zone else 1].head()
        if head is not None and head is not visit:
            yield Obstacle(f"door of {station.name}", (self.name(head),), False)
        if station.closed:
            yield Obstacle(station.name, (), True)  # who has closed it may open it again
        if station.room is not None and station.places >= station.room:
            yield Obstacle(station.name, tuple(self.place_holders.get(station, ())), False)
        zone = station.zone
        if zone is not None and not visit.in_zone and zone.taken >= zone.room:
            yield Obstacle(str(station.step.zone), tuple(self.place_holders.get(zone, ())), False)

    def _in_queue(self, visit: Visit) -> Iterator[Obstacle]:
        station = visit.station
        head = station.front()
        if head is not None and head is not visit:
            yield Obstacle(f"queue of {station.name}", (self.name(head),), False)
            return
        if station.mode(visit) is None:
            yield Obstacle("platform", (), True)
        if not station.gets_enough(visit):
            yield self._short(station)
        if station.gathering is not None and not station.gathering.due:
            yield self._too_few(station)
        yield from self._units(station, visit)

    def _short(self, station: Station) -> Obstacle:
        """Opened by who may come to a step that puts into the stock, and by a flow that never dries up."""
        steps, stock = self.scenario.steps, str(station.step.stock)
        puts = {name for name, step in steps.items() if step.kind == "put" and step.stock == stock}
        return self._until_somebody_comes(stock, station, puts)

    def _too_few(self, station: Station) -> Obstacle:
        """More members, or time."""
        gather = station.step.gather
        if gather is not None and (gather.departures is not None or gather.max_wait is not None):
            return Obstacle(f"departure of {station.name}", (), True)
        return self._until_somebody_comes(f"departure of {station.name}", station, {station.name})

    def _until_somebody_comes(self, what: str, station: Station, steps: set[str]) -> Obstacle:
        """Opened by whoever may come to one of the steps, or brings a carrier about that may."""
        flows = self._coming_to(steps)
        others = [v for v in self.movers if v.station is not station or v.started != EMPTY]
        holders = tuple(self.name(visit) for visit in others if self.flows[visit.entity.key[0]] in flows)
        return Obstacle(what, holders, any(self._goes_on(flow) for flow in flows))

    def _coming_to(self, steps: set[str]) -> set[str]:
        """The flows that pass one of the steps, and those that a carrier of such a flow departs with."""
        flows = {name for name, flow in self.scenario.flows.items() if steps & flow.next.keys()}
        loading = {
            name
            for name, step in self.scenario.steps.items()
            if step.gather is not None and step.gather.carrier in flows
        }
        return flows if loading <= steps else self._coming_to(steps | loading)

    def _goes_on(self, flow: str) -> bool:
        """Whether more of a flow would come after the end of the run."""
        endless = self.scenario.flows[flow].arrivals.kind == "rate"
        return endless and self.scenario.clock.until == "window"

    def _units(self, station: Station, visit: Visit) -> Iterator[Obstacle]:
        """The needs that are short; all of them together, where only together they are too many."""
        short = False
        for number, need in enumerate(station.step.needs):
            if number in visit.got:
                continue
            pools = [(name, station.pools[name], units) for name, units in need.any_of]
            if all(pool.free_for(visit) < units for _, pool, units in pools):
                short = True
                holders = tuple(h for _, pool, _ in pools for h in self.place_holders.get(pool, ()))
                may_open = any(pool.capacity < self.highest.get(name, 0) for name, pool, _ in pools)
                yield Obstacle(pools[0][0], holders, may_open)
        if not short and station.must_fit:  # not before closing
            yield Obstacle(" + ".join(station.pools), (), True)
        elif not short and self._lacks_units(station, visit):
            holders = tuple(h for pool in station.pools.values() for h in self.place_holders.get(pool, ()))
            may_open = any(pool.capacity < self.highest.get(name, 0) for name, pool in station.pools.items())
            yield Obstacle(" + ".join(station.pools), holders, may_open)

    @staticmethod
    def _lacks_units(station: Station, visit: Visit) -> bool:
        """Only together they are too many: more is reserved than there is, or a need leaves too little."""
        if station.step.reserve:
            return any(pool.free_for(visit) < 0 for pool, _ in visit.units)
        return station.units_for(visit) is None
