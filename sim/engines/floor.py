"""The floor of a gate while it runs: pools, zones, stations, and the groups that decide (law §3, §4).

Facts (coming, giving back, a change of capacity) only note and stir; a group decides when every fact of the
instant is known, and what it decides moves nobody: it takes places and units, and triggers events.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from operator import itemgetter
from typing import TYPE_CHECKING

from simpy import Event

from scenarios.resolved import Need, Platform, Resource, Step
from sim.engines import preemption, reserving
from sim.engines.batches import Gathering, Load, depart
from sim.engines.levels import Levels
from sim.engines.stocks import Stock
from sim.engines.world import World
from sim.laws import LawBroken
from sim.log import EMPTY

if TYPE_CHECKING:
    from sim.engines.entities import Visit
    from sim.engines.state import Tally
    from sim.timetable import Row

Key = tuple[int, ...]
OPEN, COMPLETED, DIVERTED, RENEGED, BALKED, PREEMPTED = range(6)
DIGITAL, FALLBACK = range(2)
MAX_PASSES = 10_000


class EndlessInstant(Exception):
    """Something goes round for ever in one instant: a fault of the scenario."""

    @classmethod
    def at(cls, steps: list[str], now: int) -> EndlessInstant:
        return cls(
            f"{', '.join(steps)}: over {MAX_PASSES} moves or decisions at {now} ms without time passing; "
            "give one of these steps a duration above 0, or the loop a way out"
        )


class DoesNotFit(ValueError):
    """There is more opening backlog than room where it stands: a fault of the scenario."""

    @classmethod
    def room(cls, step: str, room: int) -> DoesNotFit:
        return cls(f"more opening backlog at '{step}' than its room of {room}")

    @classmethod
    def zone(cls, step: str, room: int) -> DoesNotFit:
        return cls(f"more opening backlog at '{step}' than its zone has room ({room})")


class Pool:
    """Equal units of a resource, numbered from 1; the lowest free one serves next."""

    def __init__(self, number: int, resource: Resource) -> None:
        self.number = number
        self.capacity = self.serving = self.kept = self.reserved = 0
        self.scheduled, self.closed_at = 0, EMPTY
        self.overtime, self.overtime_since = 0, EMPTY  # units that stay on for those who came before
        self.preempt, self.at_closing = frozenset(resource.preempt), resource.at_closing
        self.duty: list[tuple[int, int]] = []  # (time, units scheduled), as far as hours are planned
        self._timetabled = self._at_least = self._more = 0  # what the capacity is made of
        self.stations: list[Station] = []
        self.fickle: list[Station] = []  # may start *because* somebody else takes units
        self.levels = Levels(3)
        self._returned: list[int] = []
        self._highest = 0

    @property
    def free(self) -> int:
        """Units that may start something now; negative when capacity fell under what is busy."""
        return self.capacity - self.serving - self.kept - self.reserved

    def free_for(self, visit: Visit) -> int:
        """Units that may start this visit now: overtime is for those who had come before the closing."""
        if self.overtime and visit.key[1] < self.overtime_since:
            return self.free + self.overtime
        return self.free

    def fits(self, units: int, length: int, now: int) -> bool:
        """Whether work that starts now ends while so many units are scheduled, or is longer than that.

        Seen is the stretch of the schedule around now, with at least as many units.
        """
        here = bisect_right(self.duty, now, key=itemgetter(0)) - 1
        if self.at_closing != "fit" or self.duty[here][1] < units:
            return True
        first = last = here
        while first > 0 and self.duty[first - 1][1] >= units:
            first -= 1
        while last + 1 < len(self.duty) and self.duty[last + 1][1] >= units:
            last += 1
        if last + 1 == len(self.duty):
            return True
        opens, closes = self.duty[first][0], self.duty[last + 1][0]
        return now + length <= closes or length > closes - opens

    def is_over(self, now: int) -> bool:
        """Whether work is to be interrupted until no more units are busy than there are."""
        kind = "closing" if self.closed_at == now else "breakdown"
        stops = self.at_closing == "stop" if kind == "closing" else kind in self.preempt
        return stops and self.free + self.overtime < 0

    def call_in(self, at_least: int, more: int) -> None:
        """What rules keep on duty, and what they add; the end of a rule interrupts nobody."""
        self._at_least, self._more = at_least, more
        self._add_up()
        self.stir()

    def _add_up(self) -> None:
        self.capacity = max(self._timetabled, self._at_least) + self._more

    def take(self, units: int, now: int) -> list[int]:
        self.serving += units
        self._note(now)
        return self._units(units, now)

    def reserve(self, units: int, now: int) -> list[int]:
        """Busy from now on, for work that will start when it has all that it needs."""
        self.reserved += units
        self._note(now)
        return self._units(units, now)

    def claim(self, units: int, now: int) -> None:
        """What was reserved serves, and may be interrupted for others from now on."""
        self.reserved -= units
        self.serving += units
        self._note(now)
        self.stir()

    def _note(self, now: int) -> None:
        self.levels.note(now, self.serving, self.kept, self.reserved)

    def _units(self, units: int, now: int) -> list[int]:
        """Their numbers, the lowest free ones."""
        if self.free + self.overtime < 0:
            raise LawBroken(
                f"a start at {now} ms leaves more units busy than the capacity of {self.capacity}"
            )
        return [self._lowest() for _ in range(units)]

    def _lowest(self) -> int:
        if self._returned:
            return heappop(self._returned)
        self._highest += 1
        return self._highest

    def keep(self, units: int, now: int) -> None:
        """What served is now only kept, since the next place refuses."""
        self.serving -= units
        self.kept += units
        self._note(now)

    def give_back(self, units: list[int], now: int, kept: bool = False, reserved: bool = False) -> None:
        if reserved:
            self.reserved -= len(units)
        elif kept:
            self.kept -= len(units)
        else:
            self.serving -= len(units)
        for unit in units:
            heappush(self._returned, unit)
        self._note(now)
        self.stir()

    def set_units(self, row: Row, now: int) -> None:
        """What the timetable sets: units on duty, in capacity, or staying on after a closing."""
        if row.what == "scheduled":
            self.closed_at = now if row.value < self.scheduled else self.closed_at
            self.scheduled = row.value
        elif row.what == "overtime":
            self.overtime, self.overtime_since = row.value, now
        else:
            if self.stations and row.value < self._timetabled:
                self.stations[0].group.fallen[self] = None
            self._timetabled = row.value
            self._add_up()
        self.stir()

    def stir(self) -> None:
        for station in self.stations:
            station.group.may_start[station] = None
        if self.stations:
            self.stations[0].group.stir()


class Zone:
    """A place with finite room that several stations share."""

    def __init__(self, number: int, room: int) -> None:
        self.number = number
        self.room = room
        self.taken = 0
        self.stations: list[Station] = []
        self.levels = Levels(1)

    def take(self, now: int) -> None:
        self.taken += 1
        if self.taken > self.room:
            raise LawBroken(f"an admission at {now} ms takes more than the zone's room of {self.room}")
        self.levels.note(now, self.taken)

    def give_back(self, now: int) -> None:
        self.taken -= 1
        self.levels.note(now, self.taken)
        for station in self.stations:
            station.group.may_admit[station] = None
        self.stations[0].group.stir()


class Service:
    """A digital platform: up, down or slow."""

    def __init__(self, platform: Platform) -> None:
        self.label = platform.label
        self.state = 1000  # 0 down, else the factor of durations [per mille]
        self.stations: list[Station] = []


class Line:
    """Visits in the order of the law; the ones that gave up are dropped when they come to the front."""

    def __init__(self, waits: Callable[[Visit], bool]) -> None:
        self._heap: list[tuple[Key, Visit]] = []
        self._waits = waits

    def add(self, visit: Visit) -> None:
        heappush(self._heap, (visit.key, visit))

    def head(self) -> Visit | None:
        while self._heap and not self._waits(self._heap[0][1]):
            heappop(self._heap)
        return self._heap[0][1] if self._heap else None

    def pop(self) -> None:
        heappop(self._heap)

    def remove(self, visit: Visit) -> None:
        """Take one out, though another may have come before it since it was the head."""
        if self._heap[0][1] is visit:
            heappop(self._heap)
        else:
            self._heap.remove((visit.key, visit))
            heapify(self._heap)


def _at_door(visit: Visit) -> bool:
    return visit.outcome == OPEN and visit.admitted == EMPTY


def _in_queue(visit: Visit) -> bool:
    return visit.outcome == OPEN and visit.started == EMPTY


class Station:
    """A step of the process, with its two door lines, its queue and its places."""

    def __init__(self, env: World, name: str, number: int, step: Step) -> None:
        self.env, self.name, self.number, self.step = env, name, number, step
        self.group: Group
        self.pools: dict[str, Pool] = {}
        self.zone: Zone | None = None
        self.services: list[Service] = []
        self.stock: Stock | None = None  # of a take or put
        self.room = step.room
        self.places = 0  # taken in this step
        self.slow = 1000  # factor of durations [per mille]
        self.lines = (Line(_at_door), Line(_at_door))  # those already in the zone; the others
        self.newcomers: list[Visit] = []  # at a door since the last pass
        self.queue = Line(_in_queue)
        self.reserving: Visit | None = None  # stays the head while it waits
        self.queued = 0
        self.queue_area = 0  # integral of the queue's length [entity ms]
        self.queue_since = 0
        self.under_way: dict[Visit, None] = {}  # work that an outage or another visit may touch
        self.may_be_interrupted = self.may_interrupt = self.must_fit = False  # as its pools say
        self.fits_last = self.is_fickle  # pools are chosen as if nothing had to fit; then all must
        self.duration: Callable[[Visit, int, int], int]  # by mode and number of the start
        self.close_segment: Callable[[Visit], None]
        self.tally: Tally
        self.has_visits = step.kind not in ("choose", "end", "free", "put", "release")
        self.reads_state = step.shortest or bool(step.when)
        self.may_close = self.closed = False  # by rules
        self.diverted: str | None = None  # the option of a choice that a rule lets everybody take
        self.amount: Callable[[Visit], int]  # of a take: how much is wanted
        self.gathering = Gathering(step.gather) if step.gather is not None else None
        self.dispatch: Callable[[Load], None]
        self._only = self._only_need(step.needs)

    @property
    def is_fickle(self) -> bool:
        """Whether fewer free units may suit it better: a greedy first need then leaves some to the second."""
        return len(self.step.needs) > 1 and any(len(need.any_of) > 1 for need in self.step.needs)

    @staticmethod
    def _only_need(needs: tuple[Need, ...]) -> tuple[str, int] | None:
        return needs[0].any_of[0] if len(needs) == 1 and len(needs[0].any_of) == 1 else None

    # ---- coming in
    def needs_place(self, in_zone: bool) -> bool:
        """Whether somebody who comes must ask for a place."""
        return self.may_close or self.room is not None or (self.zone is not None and not in_zone)

    def come_to_door(self, visit: Visit) -> None:
        self.lines[0 if visit.in_zone else 1].add(visit)
        self.newcomers.append(visit)
        self.group.may_admit[self] = None
        self.group.stir()

    def come_in(self, visit: Visit) -> None:
        """Admitted: take a place and stand in the queue."""
        visit.admitted = self.env.now
        self.places += 1
        if self.room is not None and self.places > self.room:
            raise LawBroken(f"'{self.name}' at {self.env.now} ms holds more than its room of {self.room}")
        self.count_queue(+1)
        self.queue.add(visit)
        if self.gathering is not None:
            self.gathering.come(visit)
            self._time_the_wait(visit, self.gathering)
        self.group.may_start[self] = None
        self.group.stir()

    def leave_queue(self, visit: Visit) -> None:
        """Starts, or waits no longer."""
        self.count_queue(-1)
        if self.gathering is not None:
            self.gathering.go(visit)

    def _time_the_wait(self, visit: Visit, gathering: Gathering) -> None:
        if gathering.spec.max_wait is not None:
            self.env.timeout(gathering.spec.max_wait).callbacks.append(partial(self._too_long, visit))

    def _too_long(self, visit: Visit, _: Event) -> None:
        """The fact that a visit has waited too long to gather, unless it has gone."""
        if _in_queue(visit) and self.gathering is not None:
            visit.overdue = 1
            self.gathering.overdue += 1
            self.group.may_start[self] = None
            self.group.stir()

    def call(self) -> None:
        """The timetable's departure."""
        if self.gathering is not None:
            self.gathering.called = True
            self.group.may_start[self] = None
            self.group.stir()

    def send_off(self, load: Load) -> None:
        """The carrier sets out, as a fact."""
        event = Event(self.env)
        event.callbacks.append(lambda _: self.dispatch(load))
        self.env.happen(event, 0)

    def count_queue(self, change: int) -> None:
        now = self.env.now
        self.queue_area += self.queued * (now - self.queue_since)
        self.queued += change
        self.queue_since = now

    # ---- the doors decide
    def full_place(self, in_zone: bool) -> int | None:
        """What refuses a newcomer: the zone's number (counted after the stations), else the station's."""
        if self.zone is not None and not in_zone and self.zone.taken >= self.zone.room:
            return self.group.stations_in_all + self.zone.number
        if self.closed or (self.room is not None and self.places >= self.room):
            return self.number
        return None

    def set_closed(self, closed: bool) -> None:
        """A fact: nobody is let in, or whoever stands at the door may be."""
        self.closed = closed
        self.group.may_admit[self] = None
        self.group.stir()

    def admissible(self) -> Visit | None:
        """The best of the two heads that finds its places."""
        heads = [
            head for line in self.lines if (head := line.head()) and self.full_place(head.in_zone) is None
        ]
        return min(heads, key=lambda visit: visit.key, default=None)

    def admit(self, visit: Visit) -> None:
        self.lines[0 if visit.in_zone else 1].pop()
        if self.zone is not None and not visit.in_zone:
            self.zone.take(self.env.now)
        self.come_in(visit)
        visit.inside.succeed()

    def refuse(self) -> None:
        """After a pass over the doors: note what was full, and divert who is not to wait."""
        for visit in self.newcomers:
            if _at_door(visit):
                visit.blocked_by = self.full_place(visit.in_zone)
        self.newcomers.clear()
        if self.step.full_to is None:
            return
        for line in self.lines:
            while (head := line.head()) and self.full_place(head.in_zone) is not None:
                line.pop()
                head.outcome = DIVERTED
                head.inside.succeed()

    # ---- the queue decides
    def front(self) -> Visit | None:
        """The head of the queue: who reserves stays it, whoever comes."""
        if self.reserving is not None and _in_queue(self.reserving):
            return self.reserving
        return self.queue.head()

    def startable(self) -> Visit | None:
        """The head of the queue, if what it needs is there."""
        if self.step.reserve:
            return reserving.candidate(self)
        head = self.queue.head()
        if head is None or self.mode(head) is None:
            return None
        if self.gathering is not None and not self.gathering.due:
            return None
        if self.units_for(head) is None and not (self.may_interrupt and preemption.plan(self, head)):
            return None
        return head if self.gets_enough(head) or self.step.partial or self.step.short_to else None

    def gets_enough(self, visit: Visit) -> bool:
        """Whether its stock, if it has one, has what the visit wants."""
        return self.stock is None or self.stock.level >= self.amount(visit)

    def mode(self, visit: Visit) -> int | None:
        """Digital, on paper, or (None) not at all for now; work once begun keeps its mode."""
        if visit.segment > 1 and visit.mode == FALLBACK:
            return FALLBACK
        if all(service.state for service in self.services):
            return DIGITAL
        return None if self.step.fallback is None or visit.segment > 1 else FALLBACK

    def units_for(self, visit: Visit) -> list[tuple[Pool, int]] | None:
        """The units that a start would take, greedily in the order of the file; None if some are missing."""
        if self._only is not None and not self.must_fit:
            pool = self.pools[self._only[0]]
            return [(pool, self._only[1])] if pool.free_for(visit) >= self._only[1] else None
        length = self.length(visit) if self.must_fit else 0
        taken: list[tuple[Pool, int]] = []
        for need in self.step.needs:
            for name, units in need.any_of:
                pool = self.pools[name]
                free = pool.free_for(visit) - sum(n for p, n in taken if p is pool)
                if free >= units and (self.fits_last or pool.fits(units, length, self.env.now)):
                    taken.append((pool, units))
                    break
            else:
                return None
        return taken if not self.fits_last or self.all_fit(taken, length) else None

    def all_fit(self, taken: list[tuple[Pool, int]], length: int) -> bool:
        """Whether work ends before any of its pools closes."""
        return all(pool.fits(units, length, self.env.now) for pool, units in taken)

    def length(self, visit: Visit) -> int:
        """How long the visit would take if it started now [ms]."""
        mode = self.mode(visit)
        if visit.segment > 1 or mode is None:
            return visit.length
        return self.duration(visit, mode, visit.entity.starts.get(self.number, 0) + 1)

    def start(self, visit: Visit) -> bool:
        """Take what it needs and the time; the end is a fact. Returns whether others were interrupted."""
        if self.step.short_to is not None and not self.gets_enough(visit):
            self.turn_down(visit)
            return False
        if self.gathering is not None:
            depart(self, visit)
            return False
        now, mode = self.env.now, self.mode(visit)
        if self.step.reserve:
            if not reserving.collect(self, visit):
                return False
            reserving.claim(visit, now)
            interrupted = False
        else:
            interrupted = self._take_all(visit)
        assert mode is not None
        self.queue.remove(visit)
        self.leave_queue(visit)
        self.tally.start(visit.entity.key[0])
        visit.started, visit.mode = now, mode
        if visit.units:
            visit.lane_pool, visit.lane = visit.units[0][0].number, visit.units[0][1][0]
        if self.stock is not None:
            visit.amount = self.stock.take(self.amount(visit), now)
        if visit.segment == 1:
            visit.draw_number = visit.entity.count_start(self.number)
            visit.whole = visit.length = self.duration(visit, mode, visit.draw_number)
        if self.step.kind == "ride":
            visit.ride()
        elif not visit.is_too_late(now):
            self._end_after(visit, visit.length)
        return interrupted

    def _take_all(self, visit: Visit) -> bool:
        """Take the units that are free, or those of others; returns whether others were interrupted."""
        wanted = self.units_for(visit)
        victims: list[Visit] = []
        if wanted is None:
            found = preemption.plan(self, visit)
            assert found is not None
            wanted, victims = found
        for victim in victims:
            victim.station.interrupt(victim)
        visit.units = self.take_units(wanted)
        return bool(victims)

    def take_units(self, wanted: list[tuple[Pool, int]]) -> list[tuple[Pool, list[int]]]:
        """The units of a start, from now on serving."""
        taken = [(pool, pool.take(units, self.env.now)) for pool, units in wanted]
        for pool, _ in wanted:
            for other in pool.fickle:
                other.group.may_start[other] = None
        return taken

    def _touched_by_outages(self, visit: Visit) -> bool:
        return self.step.on_outage != "finish" and visit.mode == DIGITAL and bool(self.services)

    def turn_down(self, visit: Visit) -> None:
        """It would get too little, and goes elsewhere."""
        self.queue.pop()
        self.count_queue(-1)
        visit.outcome = DIVERTED
        visit.done.succeed()

    def _end_after(self, visit: Visit, duration: int) -> None:
        if self.may_be_interrupted or self._touched_by_outages(visit):
            visit.length, visit.stamp = duration, visit.stamp + 1
            visit.resumed = self.env.now
            self.under_way[visit] = None
            timer = self.env.timeout(duration)
            timer.callbacks.append(partial(self._end_if_current, visit, visit.stamp))
            return
        self.env.happen(visit.done, duration)

    def _end_if_current(self, visit: Visit, stamp: int, _: Event) -> None:
        if visit.stamp == stamp and visit in self.under_way:
            del self.under_way[visit]
            visit.done.succeed()

    # ---- outages touch what is under way
    def settle_outage(self) -> None:
        """Pause digital work when a platform is down; go on (or begin again) when all are up."""
        up = all(service.state for service in self.services)
        for visit in filter(self._touched_by_outages, self.under_way):
            if not up and visit.resumed != EMPTY:
                if self.step.on_outage == "pause":
                    visit.length -= self.env.now - visit.resumed
                visit.stamp, visit.resumed = visit.stamp + 1, EMPTY
            elif up and visit.resumed == EMPTY:
                self._end_after(visit, visit.length)

    # ---- pre-emption
    def interrupt(self, visit: Visit) -> None:
        """End a segment of work here and now: it waits again, under its old key and in its place."""
        now = self.env.now
        if self.step.on_preempt == "restart":
            visit.length = visit.whole
        elif visit.resumed != EMPTY:
            visit.length -= now - visit.resumed
        del self.under_way[visit]
        visit.ended, visit.left, visit.outcome = now, now, PREEMPTED
        self.close_segment(visit)
        for pool, units in visit.units:
            pool.give_back(units, now, kept=False)
        visit.wait_again(now)
        self.tally.wait_again(visit.entity.key[0])
        self.count_queue(+1)
        self.queue.add(visit)
        self.group.may_start[self] = None
        self.group.stir()

    def give_place_back(self) -> None:
        self.places -= 1
        if self.room is not None:
            self.group.may_admit[self] = None
            self.group.stir()


class Group:
    """Stations that share something, and decide together once the facts of an instant are known."""

    def __init__(self, env: World, number: int, stations: list[Station], stations_in_all: int) -> None:
        self.env, self.number, self.stations = env, number, stations
        self.stations_in_all = stations_in_all
        self.stirred = False
        self.choosers: list[tuple[Key, Callable[[], None]]] = []
        self.may_admit: dict[Station, None] = {}
        self.may_start: dict[Station, None] = {}
        self.touched: dict[Station, None] = {}  # by an outage or its end
        self.fallen: dict[Pool, None] = {}  # pools whose capacity fell
        self._instant, self._passes = EMPTY, 0
        for station in stations:
            station.group = self

    def let_choose(self, key: Key, choose: Callable[[], None]) -> None:
        """Somebody stands before a choice that reads the state."""
        self.choosers.append((key, choose))
        self.stir()

    def stir(self) -> None:
        """Decide at this instant, after its facts and after the groups of lower number."""
        if not self.stirred:
            self.stirred = True
            self.env.decide(self.number, self.decide)

    def decide(self, _: Event) -> None:
        """One pass: outages, lost capacity, choices, doors, starts; each until nothing more can be done.

        A start that interrupts others is the last of its pass.
        """
        self.stirred = False
        self._count_pass()
        for station in self.touched:
            station.settle_outage()
        self.touched.clear()
        preemption.settle_capacity(self.fallen, self.env.now)
        self._choose()
        asked = list(self.may_admit)
        while (best := self._best(self.may_admit, Station.admissible)) is not None:
            best.station.admit(best)
        for station in asked:
            station.refuse()
        for station in self.may_start:
            if station.gathering is not None:
                station.gathering.settle(station.queued)
        while (best := self._best(self.may_start, Station.startable)) is not None:
            if best.station.start(best):
                self.stir()
                break

    def _choose(self) -> None:
        """All who stand before a choice, the best first: each sees what those before it picked."""
        choosers, self.choosers = sorted(self.choosers, key=itemgetter(0)), []
        for _, choose in choosers:
            choose()

    @staticmethod
    def _best(stations: dict[Station, None], candidate: Callable[[Station], Visit | None]) -> Visit | None:
        """The first in the order of the law among the stations' candidates; who has none is set aside."""
        best: Visit | None = None
        for station in tuple(stations):
            visit = candidate(station)
            if visit is None:
                del stations[station]
            elif best is None or visit.key < best.key:
                best = visit
        return best

    def _count_pass(self) -> None:
        if self._instant != self.env.now:
            self._instant, self._passes = self.env.now, 0
        self._passes += 1
        if self._passes > MAX_PASSES:
            raise EndlessInstant.at([station.name for station in self.stations[:8]], self.env.now)
