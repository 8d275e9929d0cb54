"""The reference engine: the law as SimPy processes, meant to be read.

`Model.life` is the story of one entity, in the order it happens; `sim.engines.floor` holds the places and the
people it meets. This engine reads the *description* (the resolved scenario), and is the definition that every
faster engine is compared with, row by row.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from simpy import Event

from scenarios.resolved import REST, Flow, Resolved
from scenarios.resolved import Errand as ErrandSpec
from sim import chance, interventions
from sim.arrivals import Birth, Demand, births
from sim.chance import Purpose
from sim.clock import local_day
from sim.deadlock import Deadlock, find
from sim.digest import digest
from sim.draws import draw
from sim.engines.batches import Load
from sim.engines.entities import Entity, Kind, Position, Visit, pick
from sim.engines.errands import MOST_VISITS, Errand, TooManyVisits, how_many
from sim.engines.floor import (
    BALKED,
    COMPLETED,
    DIGITAL,
    DIVERTED,
    MAX_PASSES,
    OPEN,
    RENEGED,
    DoesNotFit,
    EndlessInstant,
    Group,
    Pool,
    Service,
    Station,
    Zone,
)
from sim.engines.recorder import Recorder
from sim.engines.rules import Rulebook
from sim.engines.standstill import Standstill
from sim.engines.state import Senses, Tally
from sim.engines.stocks import Stock
from sim.engines.world import WatchedWorld, World
from sim.laws import wrong_areas
from sim.log import EMPTY, ENTITY_OUTCOMES, EventLog
from sim.origins import origins_of
from sim.pieces import Piece, whole
from sim.recount import NO_CELLS, recount
from sim.rules import as_run, highest
from sim.tally import HOUR
from sim.tally import Tally as RunTally
from sim.timetable import Row, duty

INSIDE, CROSSED = ENTITY_OUTCOMES.index("inside"), ENTITY_OUTCOMES.index("completed")
LOST_PATIENCE, NEVER_JOINED = ENTITY_OUTCOMES.index("reneged"), ENTITY_OUTCOMES.index("balked")

Story = Generator[Event, Any, None]


class Model:
    """A scenario, ready to run: the floor, the timetable and who will come."""

    def __init__(
        self, scenario: Resolved, seed: int, replication: int, end: int, shuffle: random.Random | None = None,
        by_hand: Sequence[Row] = (), hour: int = HOUR,
    ) -> None:  # fmt: skip
        self.scenario, self.seed, self.replication = scenario, seed, replication
        self.begin, self.end, self.hour = -scenario.clock.lead_in, end, hour
        self.env = WatchedWorld(self.begin, shuffle) if scenario.rules else World(self.begin, shuffle)
        self.timetable = interventions.timetable_with(by_hand, scenario, seed, replication, self.begin, end)
        self._reached = self.begin  # the first instant not yet begun
        self._applied = 0  # rows of the timetable
        self.demand = {name: Demand.of(name, self.timetable) for name in scenario.flows}
        self.origins = origins_of(scenario, self.demand)
        self.source_numbers = {name: n for n, name in enumerate(self.origins.book)}
        self.recorder = Recorder(scenario, self.origins.book)
        self._log: EventLog | None = None
        self._build_floor()
        self._prepare_chance()
        self.kinds: dict[tuple[str, tuple[str, ...]], Kind] = {}
        self.inside = self.still_coming = 0
        self.last_left = self.begin
        self.idle_heads: list[str] = []
        self.env.process(self.follow(self.timetable))
        self._open_gates()

    # ---- the world
    def _build_floor(self) -> None:
        scenario = self.scenario
        self.flow_numbers = {name: n for n, name in enumerate(scenario.flows)}
        self.pools = {name: Pool(n, r) for n, (name, r) in enumerate(scenario.resources.items())}
        for name, pool in self.pools.items():
            pool.duty = duty(scenario, name, self.begin, self.end) if pool.at_closing == "fit" else []
        self.zones = {name: Zone(n, zone.room) for n, (name, zone) in enumerate(scenario.zones.items())}
        self.stocks = {
            name: Stock(n, stock.level, self.begin) for n, (name, stock) in enumerate(scenario.stocks.items())
        }
        self.services = {name: Service(platform) for name, platform in scenario.platforms.items()}
        self.stations = {
            name: Station(self.env, name, n, step) for n, (name, step) in enumerate(scenario.steps.items())
        }
        for station in self.stations.values():
            self._connect(station)
        self.senses = Senses(
            self.stations,
            self.zones,
            self.services,
            self.stocks,
            self.flow_numbers,
            [0] * len(scenario.flows),
        )
        self.groups = self._groups()
        self.rulebook = Rulebook(self.env, scenario.rules, self.senses)
        self._hand_over_to_rules()

    def _connect(self, station: Station) -> None:
        """Tie a station to what it uses."""
        step = station.step
        names = dict.fromkeys(name for need in step.needs for name, _ in need.any_of)
        station.pools = {name: self.pools[name] for name in names}
        station.zone = self.zones[step.zone] if step.zone is not None else None
        station.services = [self.services[name] for name in step.platforms]
        station.queue_since = self.begin
        station.duration, station.amount = self.duration, self.amount
        station.close_segment = self.recorder.close_segment
        station.dispatch = self.set_out
        pools = station.pools.values()
        bold = step.gather is None and not step.reserve
        station.may_interrupt = bold and any("priority" in pool.preempt for pool in pools)
        station.may_be_interrupted = (
            step.kind == "work"
            and step.on_preempt != "finish"
            and any(pool.preempt or pool.at_closing == "stop" for pool in pools)
        )
        station.must_fit = any(pool.at_closing == "fit" for pool in pools)
        station.tally = Tally(len(self.scenario.flows))
        station.stock = self.stocks[step.stock] if step.stock is not None else None
        if station.stock is not None and step.kind == "take":
            station.stock.stations.append(station)
        for pool in station.pools.values():
            pool.stations.append(station)
            if station.is_fickle:
                pool.fickle.append(station)
        for service in station.services:
            service.stations.append(station)
        if station.zone is not None:
            station.zone.stations.append(station)

    def _hand_over_to_rules(self) -> None:
        """What rules act on, and when they are read."""
        book = self.rulebook
        book.pools, book.stations, book.afterwards = self.pools, self.stations, self._look_for_idle_heads
        for effect in chain.from_iterable(order.rule.effects for order in book.orders):
            if effect.what == "close":
                self.stations[effect.target].may_close = True
            elif effect.what == "divert":
                self.stations[effect.target].reads_state = True
        if isinstance(self.env, WatchedWorld):
            self.env.when_still = book.read

    def _groups(self) -> list[Group]:
        """Stations that are connected through something shared, numbered by their first step."""
        stations = list(self.stations.values())
        first = list(range(len(stations)))  # of the group that each station belongs to, as far as known
        places: Iterable[Pool | Zone | Stock] = chain(
            self.pools.values(), self.zones.values(), self.stocks.values()
        )
        shared = [place.stations for place in places]
        for together in chain(shared, map(self._read_together, stations)):
            numbers = {first[station.number] for station in together}
            first = [min(numbers) if number in numbers else number for number in first]
        members = [[s for s, f in zip(stations, first, strict=True) if f == n] for n in sorted(set(first))]
        return [Group(self.env, n, group, len(stations)) for n, group in enumerate(members)]

    def _read_together(self, station: Station) -> list[Station]:
        """A choice, and the stations whose decisions change what it reads."""
        step, read = station.step, [station]
        if step.shortest:
            ways = [flow.options.get(station.name, {}) for flow in self.scenario.flows.values()]
            read += [self.stations[lane] for options in ways for lane in options.values() if lane is not None]
        for condition in chain.from_iterable(step.when.values()):
            if condition.what in ("queue", "backlog"):
                read += [self.stations[name] for name in condition.of]
            elif condition.what == "zone":
                read += [one for name in condition.of for one in self.zones[name].stations]
            elif condition.what == "stock":
                read += [one for name in condition.of for one in self.stocks[name].stations]
        return read

    def _prepare_chance(self) -> None:
        """The keys of all draws, checked for clashes."""
        scenario = self.scenario
        origins = self.origins.every
        addresses = [("step", step, *origin) for origin in origins for step in scenario.steps]
        addresses += [
            ("attribute", a, *origin) for origin in origins for a in scenario.flows[origin[0]].attributes
        ]
        addresses += [("flow", origin[0], *origin) for origin in origins]
        addresses += [("disruption", name, "", "") for name in scenario.disruptions]
        self.keys = chance.distinct_keys(self.seed, addresses)
        self.draw_keys = {o: [words(self.keys["step", step, *o]) for step in scenario.steps] for o in origins}

    # ---- who comes
    def _open_gates(self) -> None:
        for name, flow in self.scenario.flows.items():
            self.stand_in_backlog(name, flow)
            for source in self.origins.arriving[name]:
                self.still_coming += 1
                self.env.process(self.arrivals(name, flow, source))

    def arrivals(self, name: str, flow: Flow, source: str) -> Story:
        """Let the entities of one source come, each at its instant."""
        env = self.env
        for birth in births(self.scenario, name, source, self.demand[name], self.seed, self.replication):
            yield env.timeout(birth.at - env.now)
            entity = self.born(name, flow, source, birth)
            env.process(self.life(entity, flow.first, Position()))
        self.still_coming -= 1

    def stand_in_backlog(self, name: str, flow: Flow) -> None:
        """Who is there when the run starts, admitted by fact at a named step."""
        backlog = flow.backlog
        if backlog is None:
            return
        clock = self.scenario.clock
        day = local_day(clock.offsets, clock.start_utc, self.begin)
        station = self.stations[backlog.at]
        for number in range(backlog.count):
            entity = self.born(name, flow, "backlog", Birth(self.begin, day, number))
            ages = self._age_table(entity, backlog.age)
            k0, k1 = self.draw_keys[name, "backlog"][station.number]
            luck = int(draw(k0, k1, number, day << 16, Purpose.AGE, self.replication))
            entity.arrived = self.begin - chance.quantile(ages, luck)
            self.env.process(self.wait_from_before(entity, station))

    def _age_table(self, entity: Entity, age: Any) -> tuple[int, ...]:
        return self.scenario.tables[str(pick(age, entity.attributes))]

    def wait_from_before(self, entity: Entity, station: Station) -> Story:
        """The life of an entity of the opening backlog: already in, waiting since its arrival."""
        position = Position(zone=station.zone)
        visit = self.new_visit(entity, station, position, since=entity.arrived)
        visit.count_in()
        self._check_room(station)
        if station.zone is not None:
            station.zone.take(self.env.now)
        station.come_in(visit)
        following = yield from self.be_served(visit, position)
        yield from self.life(entity, following, position)

    def _check_room(self, station: Station) -> None:
        zone = station.zone
        if station.room is not None and station.places >= station.room:
            raise DoesNotFit.room(station.name, station.room)
        if zone is not None and zone.taken >= zone.room:
            raise DoesNotFit.zone(station.name, zone.room)

    def born(self, name: str, flow: Flow, source: str, birth: Birth) -> Entity:
        """A new entity, with the attributes that it will keep."""
        attributes = self._attributes(name, flow, source, birth)
        kind = self._kind(name, flow, attributes)
        key = (self.flow_numbers[name], self.source_numbers[source], birth.day, birth.number, birth.child)
        entity = Entity(self.recorder.new_row(), key, kind, birth.at, self.draw_keys[name, source])
        entity.attributes = attributes
        self.inside += 1
        self.senses.inside[key[0]] += 1
        self.recorder.born(entity)
        return entity

    def set_out(self, load: Load) -> None:
        """The fact that a carrier begins its way, with its load and its vehicle."""
        gather = load.gather
        name = str(gather.step.gather and gather.step.gather.carrier)
        flow = self.scenario.flows[name]
        clock = self.scenario.clock
        day = local_day(clock.offsets, clock.start_utc, self.begin)
        entity = self.born(name, flow, gather.name, Birth(self.env.now, day, load.number))
        entity.load, load.carrier = load, entity
        position = Position(holds={gather.name: load.units})
        self.env.process(self.life(entity, flow.first, position))

    def _attributes(self, name: str, flow: Flow, source: str, birth: Birth) -> dict[str, str | int]:
        """Given ones as they are, the others drawn in the order of the file."""
        values: dict[str, str | int] = {}
        replaced = flow.backlog.attributes if flow.backlog is not None and source == "backlog" else {}
        for attribute_name, attribute in flow.attributes.items():
            if attribute_name in birth.given:
                values[attribute_name] = birth.given[attribute_name]
                continue
            leaf = str(pick(replaced.get(attribute_name, attribute.draw), values))
            key = self.keys["attribute", attribute_name, name, source]
            values[attribute_name] = self._attribute_value(attribute.kind, leaf, key, birth)
        return values

    def _attribute_value(self, kind: str, leaf: str, key: int, birth: Birth) -> str | int:
        scenario = self.scenario
        if kind == "category" and len(scenario.mixes[leaf].values) == 1:
            return scenario.mixes[leaf].values[0]
        k0, k1 = words(key)
        day_child = birth.day << 16 | birth.child
        number = int(draw(k0, k1, birth.number, day_child, Purpose.ATTRIBUTE, self.replication))
        if kind == "number":
            return chance.quantile(scenario.tables[leaf], number)
        return scenario.mixes[leaf].values[chance.choose(scenario.mixes[leaf].upto, number)]

    def _kind(self, name: str, flow: Flow, attributes: dict[str, str | int]) -> Kind:
        categories = {a: str(attributes[a]) for a, spec in flow.attributes.items() if spec.kind == "category"}
        key = name, tuple(categories.values())
        if key not in self.kinds:
            self.kinds[key] = Kind(flow, self.recorder.class_code(categories), dict(categories))
        return self.kinds[key]

    # ---- what an entity lives through
    def life(self, entity: Entity, step: str | None, position: Position) -> Story:
        """Step after step until the way ends; in a branch, until the branch ends."""
        while (station := (yield from self.next_station(entity, step, position))) is not None:
            visit = self.new_visit(entity, station, position)
            if station.step.balking is not None and not visit.is_back_in(position):
                yield self.consider(visit)
            else:
                visit.count_in()
            if visit.outcome == OPEN:
                self.come(visit, position)
            if visit.outcome == OPEN and visit.admitted == EMPTY:
                yield visit.inside
            if visit.admitted == EMPTY:  # did not join, diverted, or out of patience at the door
                step = self.turn_away(visit, position)
                continue
            self.move_in(visit, position)
            step = yield from self.be_served(visit, position)
        self.leave(position)
        if not position.branch:
            self.complete(entity)

    def be_served(self, visit: Visit, position: Position) -> Generator[Event, Any, str | None]:
        """Wait inside and be served; returns the step that follows."""
        position.visit = visit
        yield visit.done
        if visit.outcome != OPEN:  # out of patience, or its stock is short
            visit.ended = self.env.now
            self.give_back(visit)
            position.visit = None
            return self.turn_away(visit, position)
        if visit.station.step.kind == "parallel":
            yield self.env.all_of(self.branches(visit, position))
        elif visit.station.step.errand is not None:
            yield from self.send_and_wait(visit)
        visit.ended, visit.outcome = self.env.now, COMPLETED
        visit.count_out()
        if visit.station.step.kind == "hold":  # the units stay with the entity, still serving it
            position.holds[visit.station.name], visit.units = visit.units, []
        if visit.station.step.while_blocked == "release":
            self.return_units(visit)
        return visit.entity.kind.flow.next[visit.station.name]

    def branches(self, visit: Visit, position: Position) -> list[Event]:
        """The parallel parts of a visit, each a life of its own that shares the parent's place."""
        return [
            self.env.process(self.life(visit.entity, first, Position(zone=position.zone, branch=True)))
            for first in visit.station.step.branches
        ]

    def send_and_wait(self, visit: Visit) -> Story:
        """Send out sub-entities, each with a life of its own; wait until enough of them have ended."""
        spec = visit.station.step.errand
        assert spec is not None
        if visit.station.step.kind == "send":
            self.send(visit, spec)
        visit.awaits = visit.entity.errands.get(self.stations[spec.of].number)
        if visit.awaits is None:
            return
        missing = visit.awaits.missing(spec.wait_for)
        if missing > 0:
            enough = Event(self.env)
            visit.awaits.wait(missing, enough)
            yield enough

    def send(self, visit: Visit, spec: ErrandSpec) -> None:
        """The sub-entities of a visit are born and set out."""
        if visit.number > MOST_VISITS:
            raise TooManyVisits.at([visit.station.name], self.env.now)
        parent, errand = visit.entity, Errand(how_many(spec, visit.entity))
        parent.errands[visit.station.number] = errand
        flow, source, day, number, _ = parent.key
        names = list(self.scenario.flows)
        name, origin = self.origins.sent[names[flow], self.origins.book[source], visit.station.name]
        sent = self.scenario.flows[name]
        given = {a: value for a, value in parent.attributes.items() if a in sent.attributes}
        for k in range(1, errand.sent + 1):
            child = (visit.number - 1) * MOST_VISITS + k
            entity = self.born(name, sent, origin, Birth(self.env.now, day, number, given, child))
            entity.parent, entity.sent_for = parent, errand
            self.env.process(self.life(entity, sent.first, Position()))

    def come(self, visit: Visit, position: Position) -> None:
        """Come to a step: to its door if a place must be asked for, else straight in."""
        held, station = position.visit, visit.station
        if held is not None and visit.is_back_in(position):  # it keeps its place
            self.return_units(held)
            self.close(held)
            station.places -= 1
            position.visit = None
            station.come_in(visit)
        elif station.needs_place(visit.in_zone):
            if held is not None:
                self.keep_units(held)
            visit.inside = Event(self.env)
            station.come_to_door(visit)
        else:
            station.come_in(visit)

    def consider(self, visit: Visit) -> Event:
        """Whether to join a long queue is a decision; it is known when the event happens."""
        visit.inside = Event(self.env)
        visit.station.group.let_choose(visit.key, partial(self.join_or_balk, visit))
        return visit.inside

    def join_or_balk(self, visit: Visit) -> None:
        """By how many wait for their start at this moment, and the visit's own draw."""
        balking = visit.station.step.balking
        assert balking is not None
        if visit.outcome != OPEN:  # its patience was nothing
            return
        waiting = sum(visit.station.tally.waiting)
        chance_of = max((one for one in balking.chances if one[0] <= waiting), default=(0, 0))[1]
        if self._draw(visit, visit.number, Purpose.BALK) < chance_of:
            visit.outcome = BALKED
        else:
            visit.count_in()
        visit.inside.succeed()

    def new_visit(
        self, entity: Entity, station: Station, position: Position, since: int | None = None
    ) -> Visit:
        now, n = self.env.now, station.number
        number = entity.count_visit(n)
        if station.step.is_answer and position.visit is not None:
            since = position.visit.joined
        key = (self._priority(entity, station), now if since is None else since, *entity.key, n, number)
        visit = Visit(entity, station, number, key, now, position)
        visit.done = Event(self.env)
        self.recorder.open[visit] = None
        self._wait_patiently(visit)
        return visit

    def move_in(self, visit: Visit, position: Position) -> None:
        """Inside: give back the place held before, and the zone's place if this step lies outside of it."""
        if position.visit is not None:
            self.give_back(position.visit)
            position.visit = None
        zone = visit.station.zone
        if position.zone is not None and zone is not position.zone and not position.branch:
            position.zone.give_back(self.env.now)
        if not position.branch:
            position.zone = zone

    def turn_away(self, visit: Visit, position: Position) -> str | None:
        """Not joined, diverted or out of patience: the visit ends here; returns where the entity goes."""
        visit.ended = self.env.now
        visit.count_out()
        self.close(visit)
        step = visit.station.step
        if visit.outcome == DIVERTED:
            return step.full_to if visit.admitted == EMPTY else step.short_to
        away = step.balking.to if step.balking is not None else None
        to = step.patience_to if visit.outcome == RENEGED else away
        if to is None and not position.branch:
            visit.entity.outcome = LOST_PATIENCE if visit.outcome == RENEGED else NEVER_JOINED
        return to

    def leave(self, position: Position) -> None:
        """The end of the way: give back everything."""
        if position.visit is not None:
            self.give_back(position.visit)
            position.visit = None
        if position.zone is not None and not position.branch:
            position.zone.give_back(self.env.now)
        self.free(position, tuple(position.holds))

    def release(self, entity: Entity) -> None:
        """A carrier sets down what it carries."""
        if entity.load is not None:
            entity.load.release()

    def complete(self, entity: Entity) -> None:
        self.release(entity)
        if entity.outcome == INSIDE:
            entity.outcome = CROSSED
        entity.left = self.last_left = self.env.now
        self.inside -= 1
        self.senses.inside[entity.key[0]] -= 1
        self.recorder.gone(entity)
        if entity.sent_for is not None:
            entity.sent_for.end_one()

    # ---- giving back
    def free(self, position: Position, holds: tuple[str, ...]) -> None:
        """Give back what some `hold` steps took, as far as it is held."""
        for name in holds:
            for pool, units in position.holds.pop(name, ()):
                pool.give_back(units, self.env.now, kept=False)

    def give_back(self, visit: Visit) -> None:
        """Return the units and the place of a visit that is over."""
        self.return_units(visit)
        visit.station.give_place_back()
        self.close(visit)

    def close(self, visit: Visit) -> None:
        """Write the visit's row, unless that was done."""
        if visit.left == EMPTY:
            visit.left = self.env.now
            self.recorder.close(visit)

    def keep_units(self, visit: Visit) -> None:
        """Its units no longer serve; said once, even if a second door refuses."""
        if not visit.keeping:
            for pool, units in visit.units:
                pool.keep(len(units), self.env.now)
        visit.keeping = True

    def return_units(self, visit: Visit) -> None:
        for pool, units in visit.units:
            pool.give_back(units, self.env.now, visit.keeping, reserved=visit.started == EMPTY)
        visit.units, visit.keeping = [], False

    # ---- patience
    def _wait_patiently(self, visit: Visit) -> None:
        kind, station = visit.entity.kind, visit.station
        if station.step.patience is None:
            return
        if station.number not in kind.patience:
            name = pick(station.step.patience, kind.attributes)
            kind.patience[station.number] = None if name is None else self.scenario.tables[str(name)]
        table = kind.patience[station.number]
        if table is not None:
            visit.patience = True
            limit = chance.quantile(table, self._draw(visit, visit.number, Purpose.PATIENCE))
            if station.step.is_answer:
                visit.until = max(visit.joined, visit.key[1] + limit)
                limit = visit.until - visit.joined
            self.env.timeout(limit).callbacks.append(partial(self._give_up, visit))

    def _give_up(self, visit: Visit, _: Event) -> None:
        """The fact that patience is over; nothing if the visit has started or was turned away.

        An answer that has started and not ended by now comes too late.
        """
        is_served = visit.started != EMPTY
        if visit.outcome != OPEN or not visit.patience or (is_served and visit.until == EMPTY):
            return
        visit.outcome = RENEGED
        if visit.admitted == EMPTY:
            visit.inside.succeed()
        else:
            if not is_served:
                visit.station.leave_queue(visit)
            visit.done.succeed()
        visit.station.group.may_admit[visit.station] = None
        visit.station.group.may_start[visit.station] = None
        visit.station.group.stir()

    # ---- numbers that belong to the entity
    def _draw(self, visit: Visit, number: int, purpose: int) -> int:
        entity = visit.entity
        k0, k1 = entity.draw_keys[visit.station.number]
        return int(draw(k0, k1, entity.number, entity.day_child, number << 8 | purpose, self.replication))

    def duration(self, visit: Visit, mode: int, number: int) -> int:
        """How long work takes that starts now [ms]: the entity's own draw × factors, floored once."""
        table = self._time_table(visit, mode)
        value = table[0] if len(table) == 1 else chance.quantile(table, self._draw(visit, number, 0))
        station = visit.station
        factors = [station.slow] if station.slow != 1000 else []
        if mode == DIGITAL:
            factors += [service.state for service in station.services if service.state != 1000]
        for factor in factors:
            value *= factor
        return int(value // 1000 ** len(factors))

    def _time_table(self, visit: Visit, mode: int) -> tuple[int, ...]:
        kind, station = visit.entity.kind, visit.station
        key = station.number, mode
        if key not in kind.table:
            step = station.step
            name = pick(step.time if mode == DIGITAL else step.fallback, kind.attributes)
            kind.table[key] = (0,) if name is None else self.scenario.tables[str(name)]
        return kind.table[key]

    def amount(self, visit: Visit) -> int:
        """How much a visit wants to take from its stock."""
        return self._amount(visit.entity, visit.station)

    def _amount(self, entity: Entity, station: Station) -> int:
        """A number of the step, or one that the entity was born with; never below 0."""
        leaf = pick(station.step.amount, entity.attributes)
        return max(0, int(entity.attributes[leaf] if isinstance(leaf, str) else leaf or 0))

    def _priority(self, entity: Entity, station: Station) -> int:
        kind = entity.kind
        if station.number not in kind.priority:
            own = pick(station.step.priority, kind.attributes)
            kind.priority[station.number] = (
                int(pick(kind.flow.priority, kind.attributes) or 0) if own is None else int(own)
            )
        return kind.priority[station.number]

    def next_station(
        self, entity: Entity, step: str | None, position: Position
    ) -> Generator[Event, Any, Station | None]:
        """Follow choices, and free what is held, to the next step with a visit; None where the way ends."""
        while step is not None and entity.outcome == INSIDE:
            station = self.stations[step]
            kind = station.step.kind
            if entity.count_move(self.env.now) > MAX_PASSES:
                raise EndlessInstant.at([station.name], self.env.now)
            if kind == "end":
                if station.step.outcome != "completed":
                    entity.outcome = ENTITY_OUTCOMES.index(station.step.outcome)
                return None
            if kind == "choose":
                step = yield from self.chosen_way(entity, station)
            elif kind == "free":
                self.free(position, station.step.frees)
                step = entity.kind.flow.next[step]
            elif kind == "put":
                assert station.stock is not None
                station.stock.put(self._amount(entity, station), self.env.now)
                step = entity.kind.flow.next[step]
            elif kind == "release":
                self.release(entity)
                step = entity.kind.flow.next[step]
            else:
                return station
        return None

    def _option(self, entity: Entity, station: Station) -> str:
        number = entity.count_start(station.number)
        if station.step.by is not None:
            return str(entity.attributes[station.step.by])
        mix = self.scenario.mixes[str(pick(station.step.shares, entity.attributes))]
        k0, k1 = entity.draw_keys[station.number]
        purpose = number << 8 | Purpose.CHOICE
        luck = draw(k0, k1, entity.number, entity.day_child, purpose, self.replication)
        return mix.values[chance.choose(mix.upto, luck)]

    # ---- choices that read the state
    def chosen_way(self, entity: Entity, station: Station) -> Generator[Event, Any, str | None]:
        """What a choice leads to: known as it is met, or a decision about what is found."""
        if station.reads_state:
            return (yield from self.decide_way(entity, station))
        return entity.kind.flow.options[station.name][self._option(entity, station)]

    def decide_way(self, entity: Entity, station: Station) -> Generator[Event, Any, str | None]:
        """Wait, at this instant, for the decision; a step that was picked counts the entity at once."""
        decided = Event(self.env)
        key = (self._priority(entity, station), self.env.now, *entity.key, station.number)
        station.group.let_choose(key, partial(self.pick_way, entity, station, decided))
        step: str | None = yield decided
        if step is not None and self.stations[step].has_visits:
            self.stations[step].tally.go(entity.key[0], started=False)  # it comes there now
        return step

    def pick_way(self, entity: Entity, station: Station, decided: Event) -> None:
        ways = entity.kind.flow.options[station.name]
        step = ways[self._option_now(entity, station, ways)]
        if step is not None and self.stations[step].has_visits:
            self.stations[step].tally.come(entity.key[0])
        decided.succeed(step)

    def _option_now(self, entity: Entity, station: Station, ways: Mapping[str, str | None]) -> str:
        """What a rule says, else the state; where only a rule makes it a decision, the entity's own."""
        step = station.step
        if step.shortest or step.when:
            own = self._shortest(ways) if step.shortest else self._first_that_holds(station)
        else:
            own = self._option(entity, station)
        return own if station.diverted is None else station.diverted

    def _shortest(self, ways: Mapping[str, str | None]) -> str:
        """The option whose step holds the fewest; of equals the one written first."""
        return min(ways, key=lambda option: sum(self.stations[str(ways[option])].tally.there))

    def _first_that_holds(self, station: Station) -> str:
        when = station.step.when.items()
        return next((option for option, told in when if self.senses.all_hold(told)), REST)

    # ---- what is set from outside
    def follow(self, timetable: Sequence[Row]) -> Story:
        """Apply what is left of it, until there is another."""
        for row in timetable[self._applied :]:
            if row.time > self.env.now:
                yield self.env.timeout(row.time - self.env.now)
            if self.timetable is not timetable:
                return
            self._applied += 1
            self.apply(row)

    def intervene(self, what: str, target: str, value: int) -> Row:
        """Set something at the first instant not yet begun; returns the row that says so.

        Raises
        ------
        ValueError
            If it cannot be set, or the run is over.
        """
        stops = self.stops_at()
        end = self.end if stops is None else stops
        row = interventions.row_of(self.scenario, self._reached, end, (what, target, value))
        self.timetable = interventions.merged(self.timetable, [row])
        self.env.process(self.follow(self.timetable))
        return row

    def apply(self, row: Row) -> None:
        if row.what in ("capacity", "scheduled", "overtime"):
            self.pools[row.target].set_units(row, self.env.now)
        elif row.what == "departure":
            self.stations[row.target].call()
        elif row.what == "slow":
            station = self.stations[row.target]
            station.slow = row.value
            if station.must_fit:
                station.group.may_start[station] = None
                station.group.stir()
        elif row.what == "platform":
            service = self.services[row.target]
            service.state = row.value
            for station in service.stations:
                station.group.may_start[station] = station.group.touched[station] = None
                station.group.stir()
        self._look_for_idle_heads()

    def _look_for_idle_heads(self) -> None:
        """A law, after everything of this instant: no head waits that could start or come in."""
        self.env.decide(len(self.groups), lambda _: self.check_heads())

    @property
    def now(self) -> int:
        """The current instant [ms]."""
        return self.env.now

    @property
    def entities(self) -> int:
        """Born so far."""
        return self.recorder.entities

    def advance(self, until: int) -> None:
        """Go on to an instant."""
        if until > self._reached:
            self.env.advance(until)
            self._reached = until

    def record(self, end: int) -> EventLog:
        """The whole record, open rows too, in canonical order."""
        if self._log is None or self._log.end != end:
            self._log = self.recorder.finish(
                self.begin, end, self.timetable_as_run(), self.pools, self.zones, self.stocks
            )
        return self._log

    def hand_over(self, _until: int, /) -> Piece | None:
        """Nothing: this engine hands over its record as a whole."""
        return None

    def rest(self, end: int) -> Piece | None:
        """The whole record."""
        return whole(self.record(end))

    def timetable_as_run(self) -> Sequence[Row]:
        """Calendars, disruptions and what rules did."""
        return as_run(self.scenario, self.timetable, self.rulebook.switches, self.begin)

    def digest(self, end: int) -> str:
        """The identity of the run."""
        return digest(self.record(end))

    def tally(self, end: int, histograms: bool = True) -> RunTally:
        """The statistics of the run."""
        found = recount(self.scenario, self.record(end), self.hour)
        return found if histograms else replace(found, cells=NO_CELLS)

    def visits(self, end: int) -> int:
        """Rows of visits, the open ones too."""
        return len(self.record(end).visits["step"])

    def queue_areas(self, end: int) -> dict[str, int]:
        """The area under each queue curve up to the end [entity ms]."""
        return {
            name: station.queue_area + station.queued * (end - station.queue_since)
            for name, station in self.stations.items()
        }

    def broken_laws(self, end: int) -> Iterator[str]:
        """What the state tells of broken laws."""
        self.check_heads()
        if self.idle_heads:
            yield "a head waits that could start: " + "; ".join(self.idle_heads[:5])
        yield from self.check_holdings()
        yield from wrong_areas(self.record(end), self.queue_areas(end))

    def check_heads(self) -> None:
        for station in self.stations.values():
            if station.startable() is not None or station.admissible() is not None:
                self.idle_heads.append(f"'{station.name}' at {self.env.now} ms")

    def check_holdings(self) -> Iterator[str]:
        """A law, at the end: what is taken is what the open visits hold, no more and no less."""
        visits = list(self.recorder.open)
        positions = list({id(visit.position): visit.position for visit in visits}.values())
        taken = [*(v.units for v in visits), *(units for p in positions for units in p.holds.values())]
        held = Counter(pool for pairs in taken for pool, units in pairs for _ in units)
        for name, pool in self.pools.items():
            busy = pool.serving + pool.kept + pool.reserved
            if busy != held[pool]:
                yield f"'{name}' has {busy} units busy, its visits hold {held[pool]}"
        inside = Counter(visit.station for visit in visits if visit.admitted != EMPTY)
        for name, station in self.stations.items():
            if station.places != inside[station]:
                yield f"'{name}' has {station.places} places taken, {inside[station]} visits are in it"
        zones = Counter(p.zone for p in positions if not p.branch)
        for name, zone in self.zones.items():
            if zone.taken != zones[zone]:
                yield f"zone '{name}' has {zone.taken} places taken, {zones[zone]} entities are in it"

    def deadlock(self, breathe: Callable[[], None] = lambda: None) -> Deadlock | None:
        """Who is stuck for ever in the state as it is now; `breathe` may raise, which ends the search."""
        visits, most = list(self.recorder.open), highest(self.scenario, self.timetable)
        return find(Standstill(self.scenario, self.origins.book, visits, most, breathe).waiting())

    def events(self) -> int:
        """How many SimPy events were scheduled."""
        return self.env.events()

    def is_empty(self) -> bool:
        """Nobody is inside and nobody will come."""
        return self.inside == 0 and self.still_coming == 0

    def stops_at(self) -> int | None:
        """With `until: empty`: the end of the run, once it is known."""
        if self.scenario.clock.until != "empty" or not self.is_empty():
            return None
        window = self.scenario.clock.window
        return min(self.end, max(self.last_left + 1, window if window is not None else self.begin + 1))


def words(key: int) -> tuple[int, int]:
    """A key of chance as the two words that Philox takes."""
    return key & 0xFFFFFFFF, key >> 32
