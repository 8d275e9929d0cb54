"""Sub-entities in the reference engine: what a visit sends out, and who waits for it (law §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.resolved import Errand as Spec
from sim.engines.entities import pick
from sim.engines.floor import EndlessInstant

if TYPE_CHECKING:
    from simpy import Event

    from sim.engines.entities import Entity

MOST_SENT = 255
MOST_VISITS = 256
"""What the 16 bits of a child's number hold: 255 sub-entities for each of 256 visits."""


class TooManyVisits(EndlessInstant):
    """An entity sends out again and again: a fault of the scenario."""

    @classmethod
    def at(cls, steps: list[str], now: int) -> TooManyVisits:
        return cls(
            f"{', '.join(steps)}: an entity comes more than {MOST_VISITS} times by {now} ms, each time to "
            "send out sub-entities; give the loop that it is in a way out"
        )


class Errand:
    """Sub-entities of one visit: how many were sent, how many have ended, and who waits for them."""

    def __init__(self, sent: int) -> None:
        self.sent, self.back = sent, 0
        self._waiting: list[tuple[int, Event]] = []

    def missing(self, wait_for: int | None) -> int:
        """How many more must end for who waits for so many (None: for all)."""
        return (self.sent if wait_for is None else min(wait_for, self.sent)) - self.back

    def wait(self, missing: int, event: Event) -> None:
        """Let the event happen when so many more have ended."""
        self._waiting.append((self.back + missing, event))

    def end_one(self) -> None:
        """The fact that one of them has ended."""
        self.back += 1
        for number, event in self._waiting:
            if number == self.back:
                event.succeed()


def how_many(spec: Spec, entity: Entity) -> int:
    """How many sub-entities an entity sends."""
    leaf = pick(spec.count, entity.attributes)
    number = int(entity.attributes[leaf] if isinstance(leaf, str) else leaf or 0)
    return min(max(number, 0), MOST_SENT)
