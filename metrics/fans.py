"""Forecasts: what may come, hour by hour, and how probable it is that a number is passed.

A band is pointwise: at every hour by itself so many of the days lie within it; that a day lies within it all
the time is rarer. Quantiles of days are those that cover a new day as often as they say (Weibull's).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.replication import Replication
from metrics.statistics import LEVEL, Floats, Interval, share_interval
from metrics.visits import Mask
from scenarios.resolved import Resolved
from sim.log import Column
from sim.origins import only_sent

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

SPLITS = ("gate", "direction", "goods")
"""The backlog is told by the first of these attributes that has more than one value."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is forecast: backlog (of all, or of those with a value), zone (places taken), gone (so far)."""

    what: str
    attribute: str = ""
    value: str = ""  # of the attribute; of a zone its name


def series_of(scenario: Resolved) -> tuple[Series, ...]:
    """The curves of a scenario, the backlog of all first."""
    found = [Series("backlog")]
    for name in SPLITS:
        values = _values(scenario, name)
        if len(values) > 1:
            found += [Series("backlog", name, value) for value in values]
            break
    found += [Series("zone", "", name) for name in scenario.zones]
    return (*found, Series("gone"))


def _values(scenario: Resolved, attribute: str) -> list[str]:
    flows = [flow for name, flow in scenario.flows.items() if not only_sent(scenario, name)]
    values = (flow.attributes[attribute].values for flow in flows if attribute in flow.attributes)
    return list(dict.fromkeys(value for each in values for value in each))


def hours_of(window: int, step: int) -> Column:
    """The instants at which it is looked [ms]: now, then every `step`, then the end."""
    inner = np.arange(0, window, step, dtype=np.int64)
    return np.append(inner, window)


def curves(run: Replication, series: Sequence[Series], at: Column) -> Iterator[Floats]:
    """Each curve at some instants, from the record of a run."""
    for each in series:
        if each.what == "zone":
            yield run.taken(each.value).at(at).astype(np.float64)
        elif each.what == "gone":
            gone = np.sort(run.stays.gone[run.stays.counted & (run.stays.gone >= 0)])
            yield np.searchsorted(gone, at, side="right").astype(np.float64)
        else:
            yield run.backlog(_mask(run, each)).at(at).astype(np.float64)


def _mask(run: Replication, of: Series) -> Mask:
    if of.attribute:
        return run.attribute(of.attribute, of.value)
    return np.ones(len(run.log.entities["flow"]), dtype=np.bool_)


def peak(run: Replication, of: Series) -> int:
    """The most that the backlog comes to between now and the end."""
    most, _ = run.backlog(_mask(run, of)).maximum(0, run.window[1])
    return most


def fan(table: Floats) -> Floats:
    """The quantiles of each column over the replications (rows): a row for each of QUANTILES.

    Weibull's positions k/(n + 1): with n replications exactly these shares of new days lie below, whatever
    the distribution. Hyndman & Fan (1996), Sample quantiles in statistical packages, type 6.
    """
    found: Floats = np.quantile(table, QUANTILES, axis=0, method="weibull")
    return found


# ---- that a number is passed ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """How a change moves the probability of an event, on the same days.

    change : of the probability · interval : holds with all others of its family · onto, off : days on which
    the event happens only with the change, only without it
    """

    change: float
    interval: Interval
    onto: int
    off: int


def turn(before: Floats, after: Floats, level: float = LEVEL, several: int = 1) -> Turn:
    """The change of a probability from days seen twice (1: it happened).

    The two kinds of days that differ have exact intervals (Clopper & Pearson), each with half of the error,
    divided among `several` changes; the difference of such intervals is never too short.
    """
    n = len(before)
    onto, off = int(((after > 0) & (before == 0)).sum()), int(((after == 0) & (before > 0)).sum())
    each = 1 - (1 - level) / (2 * several)
    on, away = share_interval(onto, n, each), share_interval(off, n, each)
    return Turn((onto - off) / n, (on[0] - away[1], on[1] - away[0]), onto, off)
