"""SimPy's environment with the clock of the law: whole milliseconds, facts before decisions."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import cast

from simpy import Environment, Event
from simpy.events import NORMAL, EventPriority


class World(Environment):
    """Facts have SimPy's own priority; decisions come after them, by rank, at the same instant.

    SimPy sorts by (time, priority, number of the event), so the whole order of the law is one number.
    """

    def __init__(self, begin: int, shuffle: random.Random | None = None) -> None:
        super().__init__(begin)
        self._stops = 0  # events that only served to stop
        if shuffle is not None:  # simultaneous facts in any order: nothing may change
            self._eid = iter(lambda: shuffle.getrandbits(62), None)  # type: ignore[assignment]

    @property
    def now(self) -> int:
        """The current instant [ms]."""
        return cast(int, self._now)

    def decide(self, rank: int, decision: Callable[[Event], None]) -> None:
        """Call `decision` at this instant, after all facts and after the decisions of lower rank."""
        event = Event(self)
        event._ok, event._value = True, None
        event.callbacks = [decision]
        self.schedule(event, cast(EventPriority, NORMAL + 1 + rank))

    def happen(self, event: Event, delay: int) -> None:
        """Let an event happen, as a fact, after `delay` [ms]."""
        event._ok, event._value = True, None
        self.schedule(event, NORMAL, delay)

    def advance(self, until: int) -> None:
        """Go on to an instant."""
        self.run(until=until)
        self._stops += 2  # SimPy stops at an event of its own, which it schedules twice

    def events(self) -> int:
        """How many events were scheduled so far, however often somebody stopped to look."""
        return int(next(self._eid)) - self._stops


class WatchedWorld(World):
    """A world in which somebody looks at every instant once, when everything of it is done."""

    def __init__(self, begin: int, shuffle: random.Random | None = None) -> None:
        super().__init__(begin, shuffle)
        self.when_still: Callable[[], None]
        self._unread = False

    def step(self) -> None:
        """The next event; before time goes on, the look at the instant that is over."""
        if self._unread and self.peek() > self.now:
            self._unread = False
            self.when_still()  # may schedule what is to come
        super().step()
        self._unread = True
