"""How entities come: rates with their profile through day, week and year, counts, and lists.

All is turned into whole numbers: the expected arrivals through each kind of day, cumulative, so that the
total of every day is right to the millionth of an arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from scenarios.appointments import WrittenAppointments
from scenarios.arrival_lists import Attributes, read_list
from scenarios.axis import TimeAxis
from scenarios.calendars import Dates, Holidays, Weekdays
from scenarios.errors import Flaw, suggestion
from scenarios.factors import MOST_DEMAND, check_fine
from scenarios.intervals import MONTHS, WEEKDAYS, by_date, overflow, parse_hours, within_day
from scenarios.quantities import Count, Factor, Number, Pedigreed, Rate, Reads, Stated
from scenarios.resolved import ARRIVAL_UNIT, Arrivals, DayShapes, Label
from scenarios.units import per_mille

MOST_PER_HOUR = 2_500_000
"""Arrivals; what an engine's whole numbers hold."""

PLACED_DAY = 10_000 * ARRIVAL_UNIT
"""Total of an ordinary day's profile when only a count is given: over a hundred units a millisecond."""

HOUR = 3_600_000
Shape = tuple[int, ...]
"""Cumulative arrivals at the 25 edges of the hours of a day [millionths]."""


def parse_month(written: object) -> int:
    """A month by its first three letters, January 0."""
    word = str(written).strip().lower()
    if word in MONTHS:
        return MONTHS.index(word)
    message = Label(vi=f"là '{written}', không phải tháng", en=f"is '{written}', which is not a month")
    raise Flaw(written, message, suggestion(word, MONTHS))


def parse_hour_span(written: object) -> tuple[int, ...]:
    """The hours of the day in a span of whole hours: `07:00-11:00` is (7, 8, 9, 10)."""
    spans = parse_hours(written)
    parts = (*within_day(spans), *overflow(spans))
    if not parts or any(edge % HOUR for part in parts for edge in part):
        message = Label(
            vi=f"là '{written}', không bắt đầu và kết thúc ở giờ tròn",
            en=f"is '{written}', which does not begin and end at whole hours",
        )
        raise Flaw(
            written, message, Label(vi="hãy viết như '07:00-11:00'", en="write it as in '07:00-11:00'")
        )
    return tuple(hour for opens, close in parts for hour in range(opens // HOUR, close // HOUR))


Month = Annotated[int, Reads("Month", parse_month, "month", "jan")]
HourSpan = Annotated[tuple[int, ...], Reads("HourSpan", parse_hour_span, "whole hours", "07:00-11:00")]


class HolidayDemand(Holidays):
    """Holidays, and what becomes of the rate on them."""

    factor: Stated[Factor]


class WrittenArrivals(Pedigreed):
    """A rate (and a count after which it stops), a count alone, or a list."""

    per_day: Stated[Rate] | None = None
    """Mean over the days of the year, before months and weekdays."""
    rate: Stated[Rate] | None = None
    """The same, by another name for other units."""
    count: Stated[Count] | None = None
    """With a rate: stop after so many; alone: exactly so many in the window."""
    list: str | None = None
    """CSV file beside the scenario's, with a column `at`."""
    months: dict[Month, Stated[Factor]] = Field(default_factory=dict)
    """Factors by month; 100 % where there is none."""
    weekdays: dict[Weekdays, Stated[Factor]] = Field(default_factory=dict)
    """Factors by day of the week; 100 % where there is none."""
    hours: dict[HourSpan, Stated[Number]] = Field(default_factory=dict)
    """Spans of whole hours → what share of a day comes in them, relative to the other spans."""
    dates: dict[Dates, Stated[Factor]] = Field(default_factory=dict)
    """Instead of the factor of holidays."""
    holidays: HolidayDemand | None = None
    appointments: WrittenAppointments | None = None
    """Slots that may be booked; without them everybody comes when he wants to."""
    demand: Stated[Factor] | None = None
    """The lever of "what if there were more"."""

    @field_validator("weekdays")
    @classmethod
    def _days_once(
        cls, weekdays: dict[tuple[int, ...], Stated[float]]
    ) -> dict[tuple[int, ...], Stated[float]]:
        _once(list(weekdays), WEEKDAYS)
        return weekdays

    @field_validator("hours")
    @classmethod
    def _hours_once(cls, hours: dict[tuple[int, ...], Stated[float]]) -> dict[tuple[int, ...], Stated[float]]:
        _once(list(hours), [f"{hour:02d}:00" for hour in range(24)])
        if hours and not any(weight.value for weight in hours.values()):
            message = Label(vi="có tổng trọng số bằng không", en="have weights that sum to zero")
            remedy = Label(
                vi="hãy cho ít nhất một khoảng trọng số dương", en="give one span a weight above zero"
            )
            raise Flaw("0", message, remedy)
        return hours

    @field_validator("dates")
    @classmethod
    def _dates_once(
        cls, dates: dict[tuple[date, date], Stated[float]]
    ) -> dict[tuple[date, date], Stated[float]]:
        by_date(dates)
        return dates

    @field_validator("demand")
    @classmethod
    def _demand_countable(cls, demand: Stated[float] | None) -> Stated[float] | None:
        if demand and demand.value > MOST_DEMAND:
            message = Label(vi=f"là {demand.written}, quá 6400 %", en=f"is {demand.written}, over 6400 %")
            raise Flaw(demand.written, message, Label(vi="hãy tăng 'per_day'", en="raise 'per_day' instead"))
        if demand:
            check_fine(demand)
        return demand

    @model_validator(mode="after")
    def _one_way(self) -> WrittenArrivals:
        ways = [name for name in ("per_day", "rate", "list") if getattr(self, name) is not None]
        if len(ways) > 1 or not (ways or self.count):
            raise _not_one_way(ways)
        extra = sorted(self.model_fields_set - {"list", "source", "range", "owner"})
        if self.list is not None and extra:
            message = Label(vi=f"có cả 'list' và '{extra[0]}'", en=f"has both 'list' and '{extra[0]}'")
            remedy = Label(
                vi=f"hãy bỏ '{extra[0]}': danh sách đã nêu từng lượt đến",
                en=f"leave out '{extra[0]}': a list says when each one comes",
            )
            raise Flaw(extra[0], message, remedy)
        return self


def _once(groups: list[tuple[int, ...]], names: tuple[str, ...] | list[str]) -> None:
    named = [number for group in groups for number in group]
    twice = [names[number] for number in sorted(set(named)) if named.count(number) > 1]
    if twice:
        message = Label(vi=f"nêu {twice[0]} hai lần", en=f"names {twice[0]} twice")
        raise Flaw(twice[0], message, Label(vi="hãy giữ một lần", en="keep one of them"))


def _not_one_way(ways: list[str]) -> Flaw:
    said = ", ".join(f"'{way}'" for way in ways)
    message = Label(
        vi=f"nêu cùng lúc {said}" if ways else "không cho biết có bao nhiêu lượt đến",
        en=f"states {said} at once" if ways else "does not say how many come",
    )
    remedy = Label(
        vi="hãy giữ đúng một trong 'per_day', 'rate', 'count' và 'list'",
        en="keep one of 'per_day', 'rate', 'count' and 'list'",
    )
    return Flaw(said, message, remedy)


def resolve_arrivals(
    written: WrittenArrivals, axis: TimeAxis, gap: str, attributes: Attributes, folder: Path | None
) -> Arrivals:
    """The arrivals of a flow, as whole numbers.

    `gap` is the caller's name for `unit_gap_table()` among the tables; `folder` is where a list is looked for
    (None: the scenario has no file, so it can have no list).

    Raises
    ------
    Flaw
        More than 2.5 million arrivals an hour, or nothing at all for a count to be placed in.
    ScenarioError
        All bad rows of a list.
    """
    if written.list is not None:
        return Arrivals("list", listed=read_list(_beside(folder, written.list), axis, attributes))
    rate, count = written.per_day or written.rate, written.count.value if written.count else None
    demand = per_mille(written.demand.value) if written.demand else 1000
    total = _exactly(rate.value) * ARRIVAL_UNIT if rate else Fraction(PLACED_DAY)
    days = _day_shapes(written, total, axis)
    if rate is None:
        _refuse_nowhere(days)
        return Arrivals("count", days=days, count=count, demand=demand)
    if not any(shape[-1] for shape in days.shapes):
        return Arrivals("none")
    return Arrivals("rate", days=days, gap=gap, count=count, demand=demand)


def even_days(per_day: float) -> DayShapes:
    """The same rate at every hour of every day: random disruptions (`every: 12 /yr`)."""
    shape = _shape(_exactly(per_day) * ARRIVAL_UNIT, _edges([Fraction(1)] * 24))
    return DayShapes((shape,), ((0,) * 7,) * 12)


def _beside(folder: Path | None, name: str) -> Path:
    """The file of a list, which must lie below the scenario's folder."""
    if folder is not None and not Path(name).is_absolute():
        file = (folder / name).resolve()
        if file.is_relative_to(folder.resolve()):
            return file
    message = Label(
        vi=f"là '{name}', không nằm cạnh tệp kịch bản",
        en=f"is '{name}', which is not beside the scenario's file",
    )
    remedy = Label(
        vi="hãy đặt tệp CSV cạnh tệp kịch bản và viết tên nó",
        en="put the CSV file beside the scenario's file and write its name",
    )
    raise Flaw(name, message, remedy)


def _exactly(number: float) -> Fraction:
    """The decimal number that was meant."""
    return Fraction(repr(number))


@dataclass(slots=True)
class _Shapes:
    """The distinct shapes of days, numbered as they come."""

    total: Fraction
    edges: list[Fraction]
    numbers: dict[Shape, int] = field(default_factory=dict)

    def number(self, factor: Fraction) -> int:
        """The number of the shape of a day with so much of the total."""
        return self.numbers.setdefault(_shape(self.total * factor, self.edges), len(self.numbers))


def _day_shapes(written: WrittenArrivals, total: Fraction, axis: TimeAxis) -> DayShapes:
    shapes = _Shapes(total, _edges(_weights(written.hours)))
    months = {month: _exactly(stated.value) for month, stated in written.months.items()}
    weekdays = {day: _exactly(stated.value) for days, stated in written.weekdays.items() for day in days}
    usual = [[months.get(m, Fraction(1)) * weekdays.get(d, Fraction(1)) for d in range(7)] for m in range(12)]
    by_month = tuple(tuple(shapes.number(factor) for factor in month) for month in usual)
    special = {
        day.isoformat(): shapes.number(usual[day.month - 1][day.weekday()] * factor)
        for day, factor in _date_factors(written, axis.dates()).items()
    }
    return DayShapes(tuple(shapes.numbers), by_month, special)


def _date_factors(written: WrittenArrivals, dates: tuple[date, ...]) -> dict[date, Fraction]:
    """Factors of single dates of the run, on top of month and weekday."""
    factors: dict[date, Fraction] = {}
    if written.holidays:
        factors = dict.fromkeys(sorted(written.holidays.on(dates)), _exactly(written.holidays.factor.value))
    stated = by_date(written.dates)
    return factors | {day: _exactly(stated[day].value) for day in dates if day in stated}


def _weights(hours: Mapping[tuple[int, ...], Stated[float]]) -> list[Fraction]:
    """Weights of the 24 hours: each span's weight, even within it."""
    weights = [Fraction(0 if hours else 1)] * 24
    for span, weight in hours.items():
        for hour in span:
            weights[hour] = _exactly(weight.value) / len(span)
    return weights


def _edges(weights: list[Fraction]) -> list[Fraction]:
    """What part of a day's arrivals have come at the edges of its hours."""
    whole = sum(weights, Fraction(0))
    return [edge / whole for edge in accumulate(weights, initial=Fraction(0))]


def _shape(total: Fraction, edges: list[Fraction]) -> Shape:
    """Cumulative arrivals at the edges of the hours, each rounded, so the last one is the total, rounded."""
    # floor(total * edge + 1/2) in whole numbers: a scenario has hundreds of these
    shape = tuple(
        (2 * total.numerator * edge.numerator // (total.denominator * edge.denominator) + 1) // 2
        for edge in edges
    )
    busiest = max(after - before for before, after in pairwise(shape))
    if busiest > MOST_PER_HOUR * ARRIVAL_UNIT:
        raise _too_many(busiest / ARRIVAL_UNIT)
    return shape


def _too_many(per_hour: float) -> Flaw:
    message = Label(
        vi=f"lên tới {per_hour:.3g} lượt đến mỗi giờ, quá 2,5 triệu",
        en=f"comes to {per_hour:.3g} arrivals an hour, over 2.5 million",
    )
    remedy = Label(vi="hãy xem lại đơn vị của tần suất", en="look again at the unit of the rate")
    return Flaw(f"{per_hour:.3g} /h", message, remedy)


def _refuse_nowhere(days: DayShapes) -> None:
    if not any(shape[-1] for shape in days.shapes):
        message = Label(vi="có hệ số bằng không ở mọi ngày", en="has factors of zero on all days")
        remedy = Label(vi="hãy cho một ngày hệ số dương", en="give some day a factor above zero")
        raise Flaw("0 %", message, remedy)
