"""How many are inside over time, from the statistics of a run or from its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.settling import Trend, trend
from metrics.statistics import Floats
from metrics.visits import reached
from scenarios.resolved import DAY, Resolved
from sim.log import Column
from sim.origins import only_sent
from sim.pieces import Piece
from sim.tally import HOUR, Tally, axis

WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Inside:
    """The mean number inside in each bin, from the start of the run to the end of the window.

    edges : of the bins [ms]
    """

    edges: Column
    mean: Floats

    def trend(self) -> Trend | None:
        """How it moves over the days (of three weeks: the weeks) of the window; None of fewer than three."""
        return trend(self.by_cycle().mean)

    def by_cycle(self) -> Inside:
        """The same by the days (of three weeks: the weeks) that lie whole in the window."""
        cycle = cycle_of(int(self.edges[-1]))
        cuts = np.arange(0, int(self.edges[-1]) + 1, cycle)
        area = np.concatenate(([0.0], np.cumsum(self.mean * np.diff(self.edges))))
        return Inside(cuts, np.diff(np.interp(cuts, self.edges, area)) / cycle)


def cycle_of(window: int) -> int:
    """What repeats within a window: its weeks, if there are three; else its days [ms]."""
    return WEEK if window >= 3 * WEEK else DAY


def bins_for(scenario: Resolved) -> int:
    """How long the bins of statistics need be to see it [ms]; fewer of them are read faster."""
    clock = scenario.clock
    if clock.horizon == "stationary":
        return HOUR
    whole = clock.at_most + clock.lead_in
    return whole if clock.horizon == "terminating" else cycle_of(clock.window or whole)


def _those_who_come(scenario: Resolved, flows: tuple[str, ...]) -> list[int]:
    """The flows that are more than parts of others."""
    return [number for number, flow in enumerate(flows) if not only_sent(scenario, flow)]


def _window(edges: Column, window: int) -> Column:
    return edges[: int(np.searchsorted(edges, min(window, int(edges[-1])))) + 1]


def from_statistics(scenario: Resolved, tally: Tally) -> Inside:
    """From what a run kept."""
    edges = _window(tally.axis.edges, tally.axis.window)
    mine = _those_who_come(scenario, tally.flows)
    area = tally.by_flow["inside"][: len(edges) - 1, mine].sum(axis=1)
    return Inside(edges, area / np.diff(edges))


class Counting:
    """Takes the pieces of one replication, and tells the same from their rows."""

    def __init__(self, scenario: Resolved) -> None:
        self._scenario = scenario
        bins = axis(scenario, scenario.clock.at_most, bins_for(scenario))
        self._edges, self._bound = bins.edges, bins.window
        self._area = np.zeros(len(self._edges), np.int64)
        self._end = int(self._edges[-1])

    def take(self, piece: Piece) -> None:
        """Count who is in a piece."""
        log = piece.log
        mine = np.isin(log.entities["flow"], _those_who_come(self._scenario, log.names.flows))
        left = log.entities["left"][mine]
        came = np.maximum(log.entities["arrived"][mine], log.begin)
        self._area += _time_since(came, self._edges) - _time_since(left[reached(left)], self._edges)
        self._end = log.end

    def inside(self) -> Inside:
        """All of it."""
        edges = _window(self._edges, min(self._bound, self._end))
        area = np.diff(self._area[: len(edges)])
        return Inside(edges, area / np.diff(edges))


def _time_since(instants: Column, edges: Column) -> Column:
    """For each edge, the sum of the times since all instants before it [ms]."""
    ordered = np.sort(instants)
    so_far = np.concatenate(([0], np.cumsum(ordered)))
    before = np.searchsorted(ordered, edges)
    since: Column = before * edges - so_far[before]
    return since
