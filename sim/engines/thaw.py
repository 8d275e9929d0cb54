"""The final state of a compiled run as the objects of the reference engine, so that one function reads both.

Only what `sim.engines.standstill` looks at is built: who is where, what it holds and in which line it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.deadlock import Deadlock
from sim.engines.batches import Load
from sim.engines.entities import Entity, Kind, Position, Visit
from sim.engines.errands import Errand
from sim.engines.floor import Station
from sim.engines.kernel import records
from sim.engines.reference import Model as Reference
from sim.log import EMPTY

if TYPE_CHECKING:
    from sim.engines.compiled import Model


def deadlock(model: Model, breathe: Callable[[], None]) -> Deadlock | None:
    """Who is stuck for ever in the state as it is now; `breathe` may raise, which ends the search."""
    breathe()
    twin = Reference(model.scenario, model.seed, model.replication, model.end)
    _Thaw(twin, model).fill(breathe)
    return twin.deadlock(breathe)


class _Thaw:
    def __init__(self, twin: Reference, model: Model) -> None:
        self.twin, self.columns = twin, model.prepared.network.columns
        self.state: Any = model.state
        self.need_a = model.prepared.net.steps["need_a"]
        self.stations = list(twin.stations.values())
        self.pools = list(twin.pools.values())
        self.zones = list(twin.zones.values())
        self.flows = list(twin.scenario.flows.values())
        self.entities: dict[int, Entity] = {}
        self.positions: dict[int, Position] = {}
        self.errands: dict[int, Errand] = {}

    def fill(self, breathe: Callable[[], None]) -> None:
        self._places()
        visits: dict[int, Visit] = {}
        for slot in (self.state.visits["mover"] >= 0).nonzero()[0].tolist():
            breathe()
            visits[slot] = self._visit(slot)
        for slot, visit in visits.items():
            breathe()
            mover = self.state.movers[self.state.visits[slot]["mover"]]
            held = int(mover["held"])
            visit.position.visit = visits[held] if held >= 0 else visit
            self._line(slot, visit)
            visit.position.load = self._load(int(mover["load"]))
        self.twin.recorder.open = dict.fromkeys(visits.values())

    def _places(self) -> None:
        for pool, row in zip(self.pools, self.state.pools, strict=True):
            pool.capacity, pool.serving, pool.kept = (int(row[n]) for n in ("capacity", "serving", "kept"))
            pool.reserved = int(row["reserved"])
            pool.overtime, pool.overtime_since = int(row["overtime"]), int(row["overtime_since"])
        for zone, row in zip(self.zones, self.state.zones, strict=True):
            zone.taken = int(row["taken"])
        for station, row in zip(self.stations, self.state.sites, strict=True):
            station.places, station.closed = int(row["places"]), bool(row["closed"])
        gathering = [station.gathering for station in self.stations if station.gathering is not None]
        for gather, row in zip(gathering, self.state.gathers, strict=True):
            gather.due = bool(row["due"])
        for stock, row in zip(self.twin.stocks.values(), self.state.stocks, strict=True):
            stock.level = int(row["level"])
        for service, factor in zip(self.twin.services.values(), self.state.platforms, strict=True):
            service.state = int(factor)

    def _visit(self, slot: int) -> Visit:
        row = self.state.visits[slot]
        entity, station = self._entity(int(row["mover"])), self.stations[int(row["step"])]
        number = int(row["number"])
        key = (int(row["priority"]), int(row["since"]), *entity.key, station.number, number)
        visit = Visit(entity, station, number, key, int(row["joined"]), self._position(int(row["mover"])))
        visit.admitted, visit.started, visit.ended = (int(row[n]) for n in ("admitted", "started", "ended"))
        visit.in_zone, visit.patience = bool(row["in_zone"]), bool(row["patient"])
        if len(self.state.again):
            visit.segment, _, visit.mode = (int(n) for n in self.state.again[slot])
        if visit.started != EMPTY:
            visit.awaits = self._awaits(int(row["mover"]), station)
        for k in range(int(row["held_units"])):
            pool = self.pools[int(self.state.unit_pools[slot, k])]
            visit.units.append((pool, [int(self.state.units[slot, k])]))
        if len(self.state.unit_needs) and visit.started == EMPTY:
            first = int(self.need_a[station.number])
            needs = self.state.unit_needs[slot, : int(row["held_units"])]
            visit.got = [int(need) - first for need in dict.fromkeys(needs.tolist())]
            if visit.got:
                station.reserving = visit
        return visit

    def _entity(self, mover: int) -> Entity:
        slot = int(self.state.movers[mover]["entity"])
        if slot not in self.entities:
            row = self.state.entities[slot]
            key = tuple(int(row[name]) for name in ("flow", "source", "day", "number", "child"))
            kind = Kind(self.flows[key[0]], 0, self._attributes(slot))
            self.entities[slot] = Entity(int(row["row"]), key, kind, int(row["arrived"]), [])
            self.entities[slot].sent_for = self._errand(int(row["sent_for"]))
        return self.entities[slot]

    def _attributes(self, slot: int) -> dict[str, str | int]:
        """What the entity was born with."""
        values = zip(self.columns.items(), self.state.values[slot].tolist(), strict=True)
        return {
            name: code if codes is None else list(codes)[code]
            for (name, codes), code in values
            if code != EMPTY
        }

    def _errand(self, slot: int) -> Errand | None:
        if slot >= 0 and slot not in self.errands:
            row = self.state.errand_slots[slot]
            self.errands[slot] = Errand(int(row["sent"]))
            self.errands[slot].back = int(row["back"])
        return self.errands.get(slot)

    def _load(self, slot: int) -> Load | None:
        """What somebody rides with; all entities are known by now."""
        if slot < 0:
            return None
        row = self.state.loads[slot]
        gathers = [station for station in self.stations if station.gathering is not None]
        load = Load(int(row["number"]), gathers[int(row["gather"])], [])
        load.carrier = self.entities.get(int(row["carrier"]))
        return load

    def _awaits(self, mover: int, station: Station) -> Errand | None:
        """What a visit that has started waits for."""
        spec = station.step.errand
        if spec is None:
            return None
        sending = [name for name, step in self.twin.scenario.steps.items() if step.kind == "send"]
        entity = int(self.state.movers[mover]["entity"])
        return self._errand(int(self.state.errands[entity, sending.index(spec.of)]))

    def _position(self, mover: int) -> Position:
        if mover not in self.positions:
            row = self.state.movers[mover]
            zone = self.zones[int(row["zone"])] if row["zone"] >= 0 else None
            position = self.positions[mover] = Position(zone=zone, branch=bool(row["branch"]))
            for number, count in enumerate(self.state.hold_counts[mover].tolist()):
                pools = self.state.hold_pools[mover, number, :count].tolist()
                position.holds[str(number)] = [(self.pools[pool], [0]) for pool in pools]
        return self.positions[mover]

    def _line(self, slot: int, visit: Visit) -> None:
        line = int(self.state.visits[slot]["line"])
        if line == records.LINES - 1:
            visit.station.queue.add(visit)
        elif line >= 0:
            visit.station.lines[line].add(visit)
