"""Opening hours as people write them, and as a run needs them: local intervals by weekday and by date.

Hours belong to the date on which they begin: a night goes on into the next date, and a closed date has no
night that would. But ordinary nights do not reach into holidays and exceptions, nor those of holidays into
exceptions: a date that is stated to be closed is closed from midnight to midnight.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from scenarios.axis import TimeAxis, ZoneName, check_zone, time_axis
from scenarios.errors import Flaw, suggestion
from scenarios.intervals import (
    WEEKDAYS,
    by_date,
    overflow,
    parse_dates,
    parse_days,
    parse_hours,
    union,
    within_day,
    without,
)
from scenarios.quantities import Pedigreed, Reads
from scenarios.resolved import Calendar, Hours, Label
from scenarios.words import Flag, OrAlone, OrText

__all__ = [
    "Holidays",
    "OpeningHours",
    "TimeAxis",
    "ZoneName",
    "check_zone",
    "holiday_dates",
    "resolve_calendar",
    "time_axis",
]

OpenTimes = Annotated[Hours, Reads("OpenTimes", parse_hours, "hours of a day", "07:00-11:30, 13:30-18:00")]
Weekdays = Annotated[tuple[int, ...], Reads("Weekdays", parse_days, "days of the week", "mon-fri")]
Dates = Annotated[
    tuple[date, date], Reads("Dates", parse_dates, "a date or a span", "2026-02-15..2026-02-18")
]


@cache
def countries() -> tuple[str, ...]:
    """Codes of the countries whose holidays are known (ISO 3166)."""
    from holidays.utils import list_supported_countries

    return tuple(list_supported_countries(include_aliases=False))


def check_country(code: object) -> str:
    """The code of a country whose holidays are known.

    Raises
    ------
    Flaw
        With the nearest code as remedy.
    """
    if code in countries():
        return str(code)
    message = Label(
        vi=f"là '{code}', không phải mã nước có lịch nghỉ", en=f"is '{code}', no country with holidays"
    )
    raise Flaw(code, message, suggestion(str(code).upper(), ("VN", "CN", "LA", "KH", "TH")))


Country = Annotated[str, Reads("Country", check_country, "country code (ISO 3166)", "VN")]


@cache
def holiday_dates(
    country: str, year: int, subdivision: str | None = None, observed: bool = True
) -> frozenset[date]:
    """Public holidays of a country in a year, from the `holidays` package.

    Future years carry the statutory days only: what a government decrees later (days moved to make bridges,
    longer Tết) belongs into the exceptions of the scenario.
    """
    import holidays

    return frozenset(holidays.country_holidays(country, subdivision, years=year, observed=observed))


class Holidays(Pedigreed):
    """Public holidays of one country or several."""

    country: Annotated[tuple[Country, ...], OrAlone()]
    """Code such as VN, or a list of them: a holiday of any."""
    subdivision: str | None = None
    """Province or state with holidays of its own, as the `holidays` package calls it."""
    observed: Flag = True
    """Whether days in lieu of a holiday on a weekend count."""

    @model_validator(mode="after")
    def _subdivision_exists(self) -> Holidays:
        if self.subdivision is not None:
            for country in self.country:
                _check_subdivision(country, self.subdivision)
        return self

    def on(self, dates: Iterable[date]) -> frozenset[date]:
        """Those of the dates that are holidays."""
        return frozenset(
            day for day in dates if any(day in self._of(code, day.year) for code in self.country)
        )

    def _of(self, country: str, year: int) -> frozenset[date]:
        return holiday_dates(country, year, self.subdivision, self.observed)


def _check_subdivision(country: str, name: str) -> None:
    import holidays

    known = getattr(holidays, country).subdivisions
    if name not in known:
        message = Label(
            vi=f"nêu vùng '{name}', không có trong {country}", en=f"names '{name}', unknown in {country}"
        )
        raise Flaw(name, message, suggestion(name, known))


class ClosedHolidays(Holidays):
    """Holidays of a calendar: closed, or open for other hours."""

    hours: OpenTimes = ()
    """Hours on holidays."""


def _every_day(written: Any) -> Any:
    return written if isinstance(written, dict) else {"mon-sun": written}


class OpeningHours(Pedigreed):
    """A calendar: weekly hours less breaks, then holidays, then exceptions, which win over all else."""

    time_zone: ZoneName | None = None
    """The scenario's, if not given."""
    weekly: Annotated[dict[Weekdays, OpenTimes], BeforeValidator(_every_day), OrText(r"^always$|\d")]
    """Days → hours, or the hours of every day; days that are not named are closed."""
    breaks: Annotated[tuple[OpenTimes, ...], OrAlone()] = ()
    """Taken out of every day but the exceptions."""
    holidays: ClosedHolidays | None = None
    exceptions: dict[Dates, OpenTimes] = Field(default_factory=dict)
    """A date or a span of dates → hours."""

    @field_validator("weekly")
    @classmethod
    def _each_day_once(cls, weekly: dict[tuple[int, ...], Hours]) -> dict[tuple[int, ...], Hours]:
        named = [day for days in weekly for day in days]
        twice = [WEEKDAYS[day] for day in sorted(set(named)) if named.count(day) > 1]
        if twice:
            message = Label(vi=f"nêu {twice[0]} hai lần", en=f"names {twice[0]} twice")
            raise Flaw(twice[0], message, Label(vi="hãy giữ một lần", en="keep one of them"))
        return weekly

    @field_validator("exceptions")
    @classmethod
    def _each_date_once(cls, exceptions: dict[tuple[date, date], Hours]) -> dict[tuple[date, date], Hours]:
        by_date(exceptions)
        return exceptions

    @model_validator(mode="after")
    def _opens(self) -> OpeningHours:
        if not any([*self.weekly.values(), *self.exceptions.values()]):
            message = Label(vi="không bao giờ mở", en="is never open")
            raise Flaw(
                "closed", message, Label(vi="hãy viết giờ mở trong 'weekly:'", en="write hours in 'weekly:'")
            )
        return self

    def template(self) -> tuple[Hours, ...]:
        """Hours by weekday, Monday first, as they are written."""
        stated = {day: hours for days, hours in self.weekly.items() for day in days}
        return tuple(stated.get(day, ()) for day in range(7))

    def pauses(self) -> Hours:
        """The breaks of a day, those over midnight cut in two."""
        breaks = [pause for times in self.breaks for pause in times]
        return union((*within_day(breaks), *overflow(breaks)))


def resolve_calendar(hours: OpeningHours, label: Label, axis: TimeAxis) -> Calendar:
    """The calendar of a run: a weekly template, and the hours of all dates of the run that differ from it."""
    template, pauses, zone = hours.template(), hours.pauses(), hours.time_zone
    week = tuple(without(_of_day(template[day - 1], template[day]), pauses) for day in range(7))
    stated = _stated(hours, axis.dates(zone))
    special = {
        day.isoformat(): actual
        for before, day in pairwise(stated)
        if (actual := _actual(stated[before], stated[day], pauses)) != week[day.weekday()]
    }
    return Calendar(label, axis.offsets(zone), week, special)


def _of_day(yesterday: Hours, today: Hours) -> Hours:
    """A day's open time: its own until midnight, and what is left of the night before."""
    return union((*within_day(today), *overflow(yesterday)))


ORDINARY, HOLIDAY, EXCEPTION = range(3)
Ranked = tuple[int, Hours]
"""What is written for a date, and what kind of date it is: the higher kind wins."""


def _stated(hours: OpeningHours, dates: tuple[date, ...]) -> dict[date, Ranked]:
    """What is written for each of the dates."""
    template = hours.template()
    ranked = {day: (ORDINARY, template[day.weekday()]) for day in dates}
    if hours.holidays:
        ranked |= dict.fromkeys(hours.holidays.on(dates), (HOLIDAY, hours.holidays.hours))
    exceptions = by_date(hours.exceptions)
    return ranked | {day: (EXCEPTION, exceptions[day]) for day in dates if day in exceptions}


def _actual(yesterday: Ranked, today: Ranked, pauses: Hours) -> Hours:
    """The open time of a date, after the date before it."""
    (rank_before, before), (rank, own) = yesterday, today
    whole = _of_day(before if rank_before >= rank else (), own)
    return whole if rank == EXCEPTION else without(whole, pauses)
