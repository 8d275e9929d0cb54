"""Levels over time, as the reference engine notes them."""

from __future__ import annotations

from array import array


class Levels:
    """A step function that is written down when it changes: one entry for each instant."""

    def __init__(self, width: int) -> None:
        self.times = array("q")
        self.columns = tuple(array("q") for _ in range(width))

    def note(self, now: int, *values: int) -> None:
        if self.times and self.times[-1] == now:
            for column, value in zip(self.columns, values, strict=True):
                column[-1] = value
        else:
            self.times.append(now)
            for column, value in zip(self.columns, values, strict=True):
                column.append(value)
