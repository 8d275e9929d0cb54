"""Deadlock: entities that wait for each other's places so that no future fact can open the circle (law §4).

It never alters the record: the final state of a run is read, and the circle is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that somebody waits for."""

    what: str  # name of the step, zone, resource or platform
    holders: tuple[str, ...]  # who could give it back
    may_open: bool  # whether a future fact of the timetable can open it
    needed: int = 1  # how many of the holders must move


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits at the end of the run; all obstacles must go before he moves."""

    who: str
    at: str  # the step
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Who is stuck for ever, and one circle of waits among them."""

    entities: tuple[str, ...]
    cycle: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.entities)} entities can never go on: " + "; ".join(self.cycle)


def find(waiting: Iterable[Waiting]) -> Deadlock | None:
    """The entities that nothing can free, or None.

    Whoever is not waiting (is served, or can lose patience) will move; so will who waits only for them.
    """
    stuck = {w.who: w for w in waiting}
    freed = True
    while freed:
        free = [who for who, w in stuck.items() if all(_opens(o, stuck) for o in w.obstacles)]
        freed = bool(free)
        for who in free:
            del stuck[who]
    return Deadlock(tuple(stuck), tuple(_cycle(stuck))) if stuck else None


def _opens(obstacle: Obstacle, stuck: dict[str, Waiting]) -> bool:
    moving = sum(holder not in stuck for holder in obstacle.holders)
    return obstacle.may_open or moving >= obstacle.needed


def _cycle(stuck: dict[str, Waiting]) -> list[str]:
    """Follow the waits from one of the stuck until somebody comes a second time."""
    trail: list[str] = []
    told: list[str] = []
    who: str | None = next(iter(stuck))
    while who is not None and who not in trail:
        trail.append(who)
        obstacle = next(o for o in stuck[who].obstacles if not _opens(o, stuck))
        holder = next((who for who in obstacle.holders if who in stuck), None)
        kept = f", held by {holder}" if holder else ", which nobody holds and nothing will open"
        told.append(f"{who} at '{stuck[who].at}' waits for '{obstacle.what}'{kept}")
        who = holder
    return told[trail.index(who) :] if who in trail else told
