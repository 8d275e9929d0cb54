"""How a run went through time: plain arrays for charts.

Instants are milliseconds on the scenario's time axis; `local_times` tells what a clock on the wall says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.kpis_places import waiting
from metrics.occupancy import StepFunction, combine, counting
from metrics.replication import Replication
from metrics.statistics import Floats, average, day_quantile
from metrics.strata import things
from scenarios.resolved import DAY
from sim.log import Column

QUARTER = 900_000
"""The grid of backlogs and queues: 15 min [ms]."""

HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart.

    labels : what it is of · times : int64 [ms] · part, whole : two sums at each point, or a number alone;
    those of two pieces of a record add up · lasts : how long from its instant on a point tells of [ms];
    None: every day
    """

    name: str
    unit: str
    labels: dict[str, str]
    times: Column
    part: Floats
    whole: Floats | None = None
    lasts: int | None = 0

    @property
    def values(self) -> Floats:
        """What is drawn: NaN where there is nothing to tell."""
        return self.part if self.whole is None else _divided(self.part, self.whole)

    def plus(self, other: Series) -> Series:
        """The same line of two pieces together."""
        whole = None if self.whole is None or other.whole is None else self.whole + other.whole
        return replace(self, part=self.part + other.part, whole=whole)

    def until(self, end: int) -> Series:
        """The points that are about the time up to an instant [ms]."""
        if self.lasts is None:
            return self
        told = self.times + self.lasts <= end
        whole = None if self.whole is None else self.whole[told]
        return replace(self, times=self.times[told], part=self.part[told], whole=whole)


def grid(replication: Replication, step: int = QUARTER) -> Column:
    """Instants from the start to the planned end of the window, `step` apart [ms]."""
    begin, end = replication.frame
    return np.arange(begin, end + 1, step, dtype=np.int64)


def local_times(replication: Replication, times: Column) -> list[str]:
    """Local date and time of instants, ISO 8601 to the minute."""
    clock = replication.scenario.clock
    since, offsets = np.array(clock.offsets, dtype=np.int64).T
    offset = offsets[np.maximum(0, np.searchsorted(since, times, side="right") - 1)]
    local: NDArray[np.datetime64] = (clock.start_utc + times + offset).astype("datetime64[ms]")
    return [str(text) for text in np.datetime_as_string(local, unit="m")]


def backlog(replication: Replication, step: int = QUARTER) -> list[Series]:
    """Entities in the system just before each instant: overall, by flow and by direction [1]."""
    times = grid(replication, step)
    return [
        Series("backlog", "1", labels, times, _floats(replication.backlog(of).just_before(times)))
        for labels, of in _groups(replication)
    ]


def _groups(replication: Replication) -> Iterator[tuple[dict[str, str], NDArray[np.bool_]]]:
    yield {}, np.ones(len(replication.log.entities["flow"]), dtype=np.bool_)
    for flow in replication.log.names.flows:
        yield {"flow": flow}, replication.flow(flow)
    for value in replication.log.names.attributes.get("direction") or ():
        yield {"direction": value}, replication.attribute("direction", value)


def queues(replication: Replication, step: int = QUARTER) -> list[Series]:
    """Entities waiting for service at each step, at each instant [1]."""
    times = grid(replication, step)
    return [
        Series("queue", "1", {"step": name}, times, _floats(_queue(replication, name, times)))
        for name in things(replication.scenario, "step")
    ]


def zones_taken(replication: Replication, step: int = QUARTER) -> list[Series]:
    """Places taken in each zone, at each instant [1]."""
    times = grid(replication, step)
    return [
        Series(
            "zone_taken", "1", {"zone": name}, times, _meanwhile(replication, replication.taken(name), times)
        )
        for name in replication.scenario.zones
    ]


def stock_levels(replication: Replication, step: int = QUARTER) -> list[Series]:
    """What there is of each stock, at each instant [1]."""
    times = grid(replication, step)
    return [
        Series(
            "stock_level",
            "1",
            {"stock": name},
            times,
            _meanwhile(replication, replication.level(name), times),
        )
        for name in replication.scenario.stocks
    ]


def _meanwhile(replication: Replication, curve: StepFunction, times: Column) -> Floats:
    """A curve at instants, 0 at those that another piece tells of."""
    return np.where(replication.is_told(times), curve.at(times), 0).astype(np.float64)


def _queue(replication: Replication, name: str, times: Column) -> Column:
    since, until = waiting(replication, replication.step(name))
    return counting(since, until).at(times)


def agency_waits(replication: Replication, step: int = HOUR) -> list[Series]:
    """Mean time blocked and waiting before the services that each agency began, hour by hour [s]."""
    edges = grid(replication, step)
    return [
        Series("agency_wait", "s", {"agency": name}, edges[:-1], *_waits(replication, name, edges), step)
        for name in things(replication.scenario, "agency")
    ]


def _waits(replication: Replication, agency: str, edges: Column) -> tuple[Floats, Floats]:
    """In each hour: the sum of the waits [ms], and a thousand for each, so that their ratio is in seconds."""
    visits = replication.log.visits
    here = replication.started_at(replication.steps(agency=agency))
    waited = replication.visits.blocked[here] + replication.visits.wait[here]
    bins = len(edges) - 1
    bin_of = np.searchsorted(edges, visits["started"][here], side="right") - 1
    kept = bin_of < bins  # a window that is no whole number of bins ends in a piece that is left out
    counts = np.bincount(bin_of[kept], minlength=bins)
    sums = np.bincount(bin_of[kept], weights=waited[kept], minlength=bins)
    return _floats(sums), _floats(1000 * counts)


def _divided(part: Floats | Column, whole: Floats | Column) -> Floats:
    """part ÷ whole, NaN where there is no whole."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return quotient


def flows_per_hour(replication: Replication, step: int = HOUR) -> list[Series]:
    """How many came, and how many crossed or completed, in each hour [1]; at the hours' starts."""
    edges = grid(replication, step)
    stays = replication.stays
    found = []
    for labels, of in _groups(replication):
        came, crossed = (
            stays.arrived[replication.cohort & of],
            stays.crossed[replication.crossed_in_window & of],
        )
        for name, instants in (("arrived", came), ("crossed", crossed)):
            counts = np.bincount(np.searchsorted(edges, instants, side="right") - 1, minlength=len(edges))
            found.append(Series(name, "1", labels, edges[:-1], _floats(counts[: len(edges) - 1])))
    return found


def utilisation_by_hour(replication: Replication) -> list[Series]:
    """Utilisation of each resource by local hour of the day: busy on duty over duty [ratio].

    Both are summed over the days. `times` are 0 … 23 h [ms after midnight]; NaN where nobody is on duty.
    """
    return [
        Series("utilisation", "ratio", {"resource": name}, _HOURS, *_by_hour(replication, name), None)
        for name in replication.scenario.resources
    ]


_HOURS = np.arange(24, dtype=np.int64) * HOUR


def _by_hour(replication: Replication, resource: str) -> tuple[Floats, Floats]:
    """(busy on duty, duty) [unit · ms], by hour of the day."""
    edges, hour = _local_hours(replication)
    duty = replication.scheduled(resource)
    busy = combine(np.minimum, replication.busy(resource), duty)
    used, whole = (np.bincount(hour, weights=f.areas(edges), minlength=24) for f in (busy, duty))
    return _floats(used), _floats(whole)


def _local_hours(replication: Replication) -> tuple[Column, Column]:
    """(edges of the local hours within the window [ms], the hour of the day of each piece)."""
    begin, end = replication.during
    clock = replication.scenario.clock
    phase = int((clock.start_utc + clock.offsets[0][1]) % HOUR)  # offsets change by whole hours, or nearly so
    inner = np.arange(-phase, end, HOUR, dtype=np.int64)
    edges = np.concatenate(([begin], inner[(inner > begin) & (inner < end)], [end]))
    day = replication.local_day(edges[:-1])
    since, offsets = np.array(clock.offsets, dtype=np.int64).T
    offset = offsets[np.maximum(0, np.searchsorted(since, edges[:-1], side="right") - 1)]
    return edges, (clock.start_utc + edges[:-1] + offset - day * DAY) // HOUR


@dataclass(frozen=True, slots=True)
class Band:
    """A line over replications: its mean, and where eight days of ten lie at each instant (pointwise).

    p10, p90 : NaN with fewer than two replications
    """

    name: str
    unit: str
    labels: dict[str, str]
    times: Column
    mean: Floats
    p10: Floats
    p90: Floats
    replications: int


def band(found: Mapping[int, Series]) -> Band:
    """The band of one line over replications (number → line), as long as the shortest of them."""
    lines = [found[number] for number in sorted(found)]
    length = min(len(line.values) for line in lines)
    values = np.stack([line.values[:length] for line in lines])
    mean, p10, p90 = np.array([_across(column) for column in values.T]).reshape(-1, 3).T
    first = lines[0]
    return Band(first.name, first.unit, first.labels, first.times[:length], mean, p10, p90, len(lines))


def _across(column: Floats) -> tuple[float, float, float]:
    known = column[~np.isnan(column)]
    if len(known) < 2:
        return (float(known[0]) if len(known) else np.nan), np.nan, np.nan
    return average(known), day_quantile(known, 0.1), day_quantile(known, 0.9)


def bands(found: Mapping[int, Sequence[Series]]) -> list[Band]:
    """The bands of all lines over replications (number → its lines)."""
    grouped: dict[tuple[str, tuple[tuple[str, str], ...]], dict[int, Series]] = {}
    for number, lines in found.items():
        for line in lines:
            grouped.setdefault((line.name, tuple(line.labels.items())), {})[number] = line
    return [band(each) for each in grouped.values()]


def _floats(values: Column | Floats) -> Floats:
    return values.astype(np.float64)
