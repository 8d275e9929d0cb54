"""How entities come: rates with their profile through day, week and year, counts, and lists from CSV files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scenarios.calendars import TimeAxis
from scenarios.quantities import Written
from scenarios.resolved import Arrivals, DayShapes, ListedArrival


class WrittenArrivals(Written):
    """The written form: per_day, rate, count, list, months, weekdays, hours, dates, holidays, demand (and source,
    range, owner)."""


def resolve_arrivals(
    written: WrittenArrivals,
    axis: TimeAxis,
    gap: str,
    attributes: Mapping[str, tuple[str, ...] | None],
    folder: Path,
) -> Arrivals:
    """The arrivals of a flow, as integers.

    `gap` is the caller's name for `unit_gap_table()` in `tables`; `attributes` are the flow's (name → values of a
    category, None for a number), `folder` is where a relative `list:` is looked for.

    Raises
    ------
    Flaw
        More than 2.5 million arrivals an hour, nothing at all to arrive …
    ScenarioError
        All bad rows of a list at once; their places read `<file>:<line>`, relative to the flow.
    """
    raise NotImplementedError


def read_list(
    file: Path, axis: TimeAxis, attributes: Mapping[str, tuple[str, ...] | None]
) -> tuple[ListedArrival, ...]:
    """A list of arrivals from a CSV file, by time; rows outside the run are left out."""
    raise NotImplementedError


def even_days(per_day: float) -> DayShapes:
    """The same rate at every hour of every day: random disruptions (`every: 12 /yr`)."""
    raise NotImplementedError
