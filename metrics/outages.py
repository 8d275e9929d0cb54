"""What an outage does to the same entities: the queue it adds, how long it lasts, the hours lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.statistics import Floats
from scenarios.resolved import Resolved
from sim.log import Column
from sim.origins import only_sent
from sim.tally import WITHIN, Tally

HOUR = 3_600_000
BIN = HOUR // 4
"""How finely it is looked at how many are inside [ms]."""

GONE = 0.05
"""Recovered is who has less than this share of the largest excess left …"""

ONE = 1.0
"""… or less than one entity."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Those who came of themselves: how many are inside in each bin, and their time inside in all.

    edges : of the bins [ms] · mean : of each bin · hours : that those who came in the window were inside [h],
    those still inside at the end of the run with the time so far
    """

    edges: Column
    mean: Floats
    hours: float


def inside(scenario: Resolved, tally: Tally) -> Inside:
    """Read off the statistics of a run."""
    flows = [flow for flow in tally.flows if not only_sent(scenario, flow)]
    columns = [number for number, flow in enumerate(tally.flows) if flow in flows]
    kinds = [number for number, (flow, _) in enumerate(tally.kinds) if flow in flows]
    area = tally.by_flow["inside"][:, columns].sum(axis=1)
    hours = int(tally.by_kind["restricted"][WITHIN, kinds].sum()) / HOUR
    return Inside(tally.axis.edges, area / np.diff(tally.axis.edges), hours)


@dataclass(frozen=True, slots=True)
class Harm:
    """What an outage does in one replication.

    queue : the most that are inside beyond those of the undisturbed run, on average over a quarter of an hour
    · recovery : from the end of the outage until fewer than oneor a twentieth of it is left, for good [h]
    · lost : hours inside beyond those of the undisturbed run, of those who came in the window [h]
    """

    queue: float
    recovery: float
    lost: float


def harm(base: Inside, hit: Inside, start: int, end: int) -> Harm:
    """The harm of an outage over [start, end) [ms], both runs having begun together."""
    edges, excess = _excess(base, hit, start)
    most = max(0.0, float(excess.max(initial=0.0)))
    behind = np.flatnonzero(excess >= max(ONE, GONE * most))
    until = int(edges[behind[-1] + 1]) if len(behind) else end
    return Harm(most, max(0, until - end) / HOUR, hit.hours - base.hours)


def _excess(base: Inside, hit: Inside, start: int) -> tuple[Column, Floats]:
    """How many more are inside, bin by bin from `start` on; a run that has ended is empty."""
    edges = np.unique(np.concatenate((base.edges, hit.edges)))
    more = _spread(hit, edges) - _spread(base, edges)
    first = int(np.searchsorted(edges, start, side="left"))
    first = min(first, len(more))
    return edges[first:], more[first:]


def _spread(of: Inside, edges: Column) -> Floats:
    """The mean number inside in other bins that its own edges are among."""
    area = np.concatenate(([0.0], np.cumsum(of.mean * np.diff(of.edges))))
    found: Floats = np.diff(np.interp(edges, of.edges, area)) / np.diff(edges)
    return found
