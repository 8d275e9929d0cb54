"""Stocks: levels that are taken from in the order of the queue, and put into without waiting (law §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.levels import Levels
from sim.laws import LawBroken

if TYPE_CHECKING:
    from sim.engines.floor import Station


class Stock:
    """Equal things; only the level counts."""

    def __init__(self, number: int, level: int, begin: int) -> None:
        self.number = number
        self.level = level
        self.put_in = 0  # since the start of the run
        self.stations: list[Station] = []  # those that take
        self.levels = Levels(2)
        self.levels.note(begin, level, 0)

    def put(self, amount: int, now: int) -> None:
        """A fact: whoever takes from here may start."""
        self.level += amount
        self.put_in += amount
        self.levels.note(now, self.level, self.put_in)
        for station in self.stations:
            station.group.may_start[station] = None
            station.group.stir()

    def take(self, wanted: int, now: int) -> int:
        """A decision: what is wanted, or all there is if that is less; returns how much."""
        amount = min(self.level, wanted)
        self.level -= amount
        if self.level < 0:
            raise LawBroken(f"a stock at {now} ms falls to {self.level}")
        self.levels.note(now, self.level, self.put_in)
        return amount
