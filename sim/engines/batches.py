"""Gathering: visits that wait until they depart together, by themselves or carried (law §4, Gather)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.resolved import Gather

if TYPE_CHECKING:
    from sim.engines.entities import Entity, Visit
    from sim.engines.floor import Pool, Station


class Gathering:
    """What a step that gathers knows of those who wait in it."""

    def __init__(self, spec: Gather) -> None:
        self.spec = spec
        self.due = False  # departs as soon as it can
        self.called = False  # by the timetable, at this instant
        self.overdue = 0  # how many have waited too long
        self.weight = 0  # of all that wait
        self.departed = 0  # batches so far

    def settle(self, waiting: int) -> None:
        """Before the starts of a pass: once due it stays so, unless nobody waits."""
        spec = self.spec
        enough = spec.number is not None and waiting >= spec.number
        heavy = spec.weight is not None and self.weight >= spec.weight
        self.due = waiting > 0 and (self.due or self.called or enough or heavy or self.overdue > 0)
        self.called = False

    def weigh(self, visit: Visit) -> int:
        """What a visit weighs; never below 0."""
        if self.spec.weigh is None:
            return 0
        return max(0, int(visit.entity.attributes[self.spec.weigh]))

    def come(self, visit: Visit) -> None:
        """One more waits."""
        self.weight += self.weigh(visit)

    def go(self, visit: Visit) -> None:
        """One no longer waits."""
        self.weight -= self.weigh(visit)
        self.overdue -= visit.overdue


class Load:
    """Those who departed together on one carrier, until it releases them."""

    def __init__(self, number: int, gather: Station, units: list[tuple[Pool, list[int]]]) -> None:
        self.number = number
        self.gather = gather
        self.units = units  # the vehicle
        self.carrier: Entity | None = None
        self.aboard: list[Visit] = []
        self.released = False

    def board(self, visit: Visit) -> None:
        """Ride until the release, be it in this very instant."""
        if self.released:
            visit.station.env.happen(visit.done, 0)
        else:
            self.aboard.append(visit)

    def release(self) -> None:
        """A fact: all are set down."""
        self.released = True
        for visit in self.aboard:
            visit.done.succeed()
        self.aboard.clear()


def depart(station: Station, head: Visit) -> None:
    """A decision: the head and all behind it up to the first misfit go together."""
    gathering, now = station.gathering, station.env.now
    assert gathering is not None
    gathering.departed += 1
    wanted = station.units_for(head)
    assert wanted is not None
    units = station.take_units(wanted)
    load = Load(gathering.departed, station, units) if gathering.spec.carrier is not None else None
    for visit in _fitting(station, gathering):
        visit.started, visit.mode, visit.batch = now, 0, gathering.departed
        visit.draw_number = visit.entity.count_start(station.number)
        if units:
            visit.lane_pool, visit.lane = units[0][0].number, units[0][1][0]
        visit.position.load = load
        station.tally.start(visit.entity.key[0])
        station.env.happen(visit.done, 0)
    gathering.due = False
    gathering.settle(station.queued)
    if load is not None:
        station.send_off(load)


def _fitting(station: Station, gathering: Gathering) -> list[Visit]:
    """In the order of the queue; the first goes however heavy it is."""
    spec, weight = gathering.spec, 0
    chosen: list[Visit] = []
    while (head := station.queue.head()) is not None:
        weight += gathering.weigh(head)
        too_many = spec.most is not None and len(chosen) >= spec.most
        too_heavy = spec.most_weight is not None and weight > spec.most_weight
        if chosen and (too_many or too_heavy):
            break
        station.queue.pop()
        station.leave_queue(head)
        chosen.append(head)
    return chosen
