"""Opening hours as people write them, and as a run needs them: local intervals by weekday and by date.

`TimeAxis` ties the axis of a run (integer milliseconds from its start) to local dates and times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scenarios.quantities import Written
from scenarios.resolved import Calendar, Label


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The part of the time axis that a run may cover: [begin, end) [ms], 0 being `start_utc`."""

    zone: str  # the scenario's
    start_utc: int  # [ms since 1970-01-01 UTC]
    begin: int  # 0, or minus the lead-in
    end: int

    def at(self, local: datetime, zone: str | None = None) -> int:
        """The instant of a local (naive) time [ms on the axis]; of a repeated hour the first.

        Raises
        ------
        Flaw
            If clocks skip that local time.
        """
        raise NotImplementedError

    def offsets(self, zone: str | None = None) -> tuple[tuple[int, int], ...]:
        """Offsets of local time from UTC as (from [ms on the axis], offset [ms]); the first covers `begin`
        and a day before it."""
        raise NotImplementedError

    def dates(self, zone: str | None = None) -> tuple[date, ...]:
        """All local dates that the run touches, and one more at each end."""
        raise NotImplementedError


def time_axis(zone: str, start: datetime, begin: int, end: int) -> TimeAxis:
    """The axis of a run whose time 0 is `start`, local and naive, in `zone`."""
    raise NotImplementedError


def check_zone(name: str) -> str:
    """The name of a time zone, if there is such a zone (`ZoneName` is the pydantic type of it).

    Raises
    ------
    Flaw
        With the nearest name as remedy.
    """
    raise NotImplementedError


class Holidays(Written):
    """`holidays:` of a calendar: country, subdivision, observed, hours."""


class OpeningHours(Written):
    """The written form of a calendar without its label: time_zone, weekly, breaks, holidays, exceptions.

    The schema's `Calendar` derives from it and adds `label`.
    """


def holiday_dates(country: str, years: Any) -> frozenset[date]:
    """Public holidays of a country (ISO 3166 code)."""
    raise NotImplementedError


def resolve_calendar(hours: OpeningHours, label: Label, axis: TimeAxis) -> Calendar:
    """The calendar of a run: weekly template, and the hours of every date of the run that differ from it."""
    raise NotImplementedError
