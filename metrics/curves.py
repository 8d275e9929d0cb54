"""The lines that a result keeps: a bounded number of points, over replications, as plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from metrics import series
from metrics.replication import Replication
from metrics.series import Band, Series
from metrics.statistics import Floats

MOST_POINTS = 1_000
"""Points of a line, at most (a day in quarters of an hour has 97)."""

STEPS = (900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000)
"""Distances between points [ms], the first that keeps a line within `MOST_POINTS`."""


def measure(replication: Replication) -> list[Series]:
    """Backlogs, zones, stocks and queues over time, waits at agencies, and utilisation by hour of the day."""
    return [line.until(replication.window[1]) for line in pieces(replication)]


def pieces(replication: Replication) -> list[Series]:
    """The same up to the planned end of the window, so that the lines of pieces of a record add up."""
    begin, end = replication.frame
    step = step_for(end - begin)
    return [
        *series.backlog(replication, step),
        *series.zones_taken(replication, step),
        *series.stock_levels(replication, step),
        *series.queues(replication, step),
        *series.agency_waits(replication, max(step, series.HOUR)),
        *series.utilisation_by_hour(replication),
    ]


def step_for(length: int) -> int:
    """The distance between points for a window of some length [ms]."""
    return next((step for step in STEPS if length <= step * (MOST_POINTS - 1)), STEPS[-1])


def over_replications(
    found: Mapping[int, Sequence[Series]] | Sequence[Sequence[Series]],
) -> list[dict[str, Any]]:
    """The bands of all lines, as plain data.

    Each is {name, unit, labels, start_s, step_s, mean, p10, p90}: the first instant and the distance between
    points [s], the mean over replications at each point, and where eight days of ten lie (None for one
    replication); a point without anything to tell is None.
    """
    numbered = found if isinstance(found, Mapping) else dict(enumerate(found))
    return [_told(band) for band in series.bands(numbered)]


def _told(band: Band) -> dict[str, Any]:
    spread = band.replications > 1
    return {
        "name": band.name,
        "unit": band.unit,
        "labels": band.labels,
        "start_s": int(band.times[0]) / 1000 if len(band.times) else 0.0,
        "step_s": int(band.times[1] - band.times[0]) / 1000 if len(band.times) > 1 else 0.0,
        "mean": _numbers(band.mean),
        "p10": _numbers(band.p10) if spread else None,
        "p90": _numbers(band.p90) if spread else None,
    }


def _numbers(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]
