"""Who comes by appointment: slots are booked one after the other, before anybody sets out (law §2).

What chance decides belongs to the entity: whether it books, whether it shows up, how late it is. Which slot
it gets depends on who has booked before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import merge
from itertools import count, repeat
from typing import TYPE_CHECKING

from scenarios.resolved import DAY, Appointments, Hours, Resolved
from sim import chance
from sim.chance import Purpose
from sim.clock import EPOCH, instant_of, local_day

if TYPE_CHECKING:
    from sim.arrivals import Birth

BOOKED, WALK_IN = "booked", "walk_in"


def by_appointment(
    scenario: Resolved, flow: str, wanting: Mapping[str, Iterator[Birth]], seed: int, replication: int
) -> Iterator[tuple[str, Birth]]:
    """Source and arrival of everybody who comes, in the order in which they wanted to.

    wanting : source → who wants to come when, each in order of time, then of day and number
    """
    book = _Book(scenario, flow)
    places = {source: place for place, source in enumerate(wanting)}
    streams = [zip(repeat(source), births) for source, births in wanting.items()]
    keys = {source: chance.key(seed, "flow", flow, flow, source) for source in wanting}
    in_turn = merge(*streams, key=lambda one: (one[1].at, places[one[0]], one[1].day, one[1].number))
    for source, birth in in_turn:
        comes = book.arrival(birth, _Luck(keys[source], birth, replication))
        if comes is not None:
            yield source, comes


@dataclass(frozen=True, slots=True)
class _Luck:
    """The draws of one entity."""

    key: int
    birth: Birth
    replication: int

    def draw(self, purpose: int) -> int:
        return chance.draw(self.key, self.birth.day, self.birth.number, 0, 0, purpose, self.replication)


class _Book:
    """The slots of a flow, and how many have booked the first that may have a place."""

    def __init__(self, scenario: Resolved, flow: str) -> None:
        appointments = scenario.flows[flow].arrivals.appointments
        assert appointments is not None
        self.spec: Appointments = appointments
        self.begin, self.tables = -scenario.clock.lead_in, scenario.tables
        self._slots = slots(scenario, appointments, self.begin)
        self._slot = next(self._slots, None)
        self._taken = 0

    def arrival(self, birth: Birth, luck: _Luck) -> Birth | None:
        """When somebody comes who wants to come at an instant; None: never."""
        spec = self.spec
        if luck.draw(Purpose.BOOKS) >= spec.uptake:
            return replace(birth, given={"booking": WALK_IN, "appointment": birth.at})
        slot = self._take(birth.at)
        if slot is None or luck.draw(Purpose.NO_SHOW) < spec.no_show:
            return None
        delay = (
            0 if spec.delay is None else chance.quantile(self.tables[spec.delay], luck.draw(Purpose.DELAY))
        )
        at = max(self.begin, slot - spec.ahead + delay)
        return replace(birth, at=at, given={"booking": BOOKED, "appointment": slot})

    def _take(self, wanted: int) -> int | None:
        """The first slot that is not over at an instant and has a place; who asks, asks ever later."""
        while self._slot is not None and (
            self._slot + self.spec.slot <= wanted or self._taken >= self.spec.quota
        ):
            self._slot, self._taken = next(self._slots, None), 0
        self._taken += 1
        return self._slot


def slots(scenario: Resolved, appointments: Appointments, begin: int) -> Iterator[int]:
    """The beginnings of slots from the local date of an instant on, ascending [ms]; while there are any.

    They follow one another from each opening of the calendar, in its own zone; the last may be cut short.
    """
    clock = scenario.clock
    calendar = scenario.calendars[appointments.calendar] if appointments.calendar is not None else None
    offsets = clock.offsets if calendar is None else calendar.offsets
    first = local_day(offsets, clock.start_utc, begin)
    last = local_day(offsets, clock.start_utc, clock.at_most) + 1
    for day in range(first, last + 1):
        today = EPOCH + timedelta(day)
        hours: Hours = ((0, DAY),)
        if calendar is not None:
            hours = calendar.dates.get(today.isoformat(), calendar.week[today.weekday()])
        for opens, closes in hours:
            end = instant_of(offsets, clock.start_utc, day * DAY + closes)
            opening = instant_of(offsets, clock.start_utc, day * DAY + opens)
            for slot in count(opening, appointments.slot):
                if slot >= end:
                    break
                yield slot
