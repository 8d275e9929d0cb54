"""Parts of a scenario as phrases: distributions, mixes, arrivals, opening hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from platform_api.formats import clock, duration, number
from platform_api.naming import attribute_name, value_name
from platform_api.texts import Language, pick, text
from scenarios.resolved import ARRIVAL_UNIT, CERTAIN, DAY, By, Calendar, Hours, Step, Table, Tree
from sim.chance import BITS, quantile
from sim.graph import mix_shares

if TYPE_CHECKING:
    from scenarios.resolved import Appointments, Arrivals, Attribute, Condition, DayShapes, Resolved

Tell = Callable[[Table, Language], str]

READ_IN = {
    "queue": "steps", "backlog": "steps", "inside": "flows", "zone": "zones", "platform": "platforms",
    "stock": "stocks",
}  # fmt: skip
"""What a condition reads → the section of the things that it names."""


def length_told(table: Table, language: Language) -> str:
    """A distribution of lengths of time: what is usual, and what nineteen of twenty stay below."""
    if len(table) == 1:
        return duration(table[0], language)
    median, p95 = (duration(quantile(table, int(p * (1 << BITS))), language) for p in (0.5, 0.95))
    return text("describe.length", language, median=median, p95=p95)


def amount_told(table: Table, language: Language) -> str:
    """A distribution of amounts: median and the value that nineteen of twenty stay below."""
    shown = [number(quantile(table, int(p * (1 << BITS))), 0, language) for p in (0.5, 0.95)]
    return shown[0] if len(table) == 1 else text("describe.length", language, median=shown[0], p95=shown[1])


def tree_told(tree: Tree, scenario: Resolved, language: Language, tell: Tell) -> str:
    """A leaf told by `tell`, or one phrase for each case of an attribute."""
    if isinstance(tree, By):
        told = ((v, tree_told(case, scenario, language, tell)) for v, case in tree.cases.items())
        return "; ".join(f"{value_name(tree.attribute, v, scenario, language)}: {case}" for v, case in told)
    return tell(scenario.tables[tree], language) if isinstance(tree, str) else str(tree)


def conditions_told(conditions: tuple[Condition, ...], scenario: Resolved, language: Language) -> str:
    """Conditions on the state of a run, that must all hold."""
    told = (_condition_told(condition, scenario, language) for condition in conditions)
    return f" {text('explain.state.and', language)} ".join(told)


def _condition_told(condition: Condition, scenario: Resolved, language: Language) -> str:
    things = getattr(scenario, READ_IN[condition.what])
    named = [name for name in condition.of if not _is_part(things[name], name)]
    of = " + ".join(pick(things[name].label, language) for name in named)
    if condition.what == "platform":
        return text(f"explain.state.platform.{'up' if condition.below is None else 'down'}", language, of=of)
    told = text(f"explain.state.{condition.what}", language, of=of)
    if condition.flows:
        flows = ", ".join(pick(scenario.flows[name].label, language) for name in condition.flows)
        told += f" ({text('explain.state.flows', language, flows=flows)})"
    bounds = (("> ", condition.above), ("< ", condition.below))
    return f"{told} {', '.join(sign + number(n, 0, language) for sign, n in bounds if n is not None)}"


def _is_part(thing: object, name: str) -> bool:
    """Whether it is a later try, an answer or a pause of a message, which is told by its first."""
    return isinstance(thing, Step) and thing.message is not None and thing.message.of != name


def amount_told_of(tree: Tree, unit: str, scenario: Resolved, language: Language) -> str:
    """How much a step takes or puts: a number with its unit, or the attribute that says so."""
    if isinstance(tree, By):
        told = ((v, amount_told_of(case, unit, scenario, language)) for v, case in tree.cases.items())
        return "; ".join(f"{value_name(tree.attribute, v, scenario, language)}: {case}" for v, case in told)
    if not isinstance(tree, str):
        return f"{number(tree or 0, 0, language)} {unit}".rstrip()
    return next(
        attribute_name(tree, flow.attributes[tree], language)
        for flow in scenario.flows.values()
        if tree in flow.attributes
    )


def shares_told(name: str, attribute: Attribute, scenario: Resolved, language: Language) -> str:
    """How an attribute is drawn: its values with their shares."""
    return _draw_told(name, attribute.draw, attribute, scenario, language)


def _draw_told(name: str, draw: Tree, attribute: Attribute, scenario: Resolved, language: Language) -> str:
    if isinstance(draw, By):
        told = ((v, _draw_told(name, case, attribute, scenario, language)) for v, case in draw.cases.items())
        return " ".join(f"[{value_name(draw.attribute, v, scenario, language)}] {case}" for v, case in told)
    if attribute.kind == "number":
        return f"{amount_told(scenario.tables[str(draw)], language)} {attribute.unit}".rstrip()
    shares = mix_shares(scenario.mixes[str(draw)])
    named = {v: value_name(name, v, scenario, language) for v in shares}
    if len(shares) == 1:
        return next(iter(named.values()))
    return ", ".join(f"{named[v]} {percent(share, language)}" for v, share in shares.items())


def percent(share: float, language: Language) -> str:
    """A share in percent, with one decimal where it is not whole."""
    hundredths = 100 * share
    return f"{number(hundredths, 0 if abs(hundredths - round(hundredths)) < 0.05 else 1, language)} %"


def arrivals_told(arrivals: Arrivals, language: Language) -> str:
    """How entities of a flow come."""
    if arrivals.kind == "list":
        return text("describe.arrivals.list", language, count=number(len(arrivals.listed), 0, language))
    if arrivals.kind == "count":
        return text("describe.arrivals.count", language, count=number(arrivals.count or 0, 0, language))
    if arrivals.kind == "none" or arrivals.days is None:
        return text("describe.arrivals.none", language)
    mean = mean_per_day(arrivals.days) * arrivals.demand / 1000
    return text("describe.arrivals.rate", language, mean=number(mean, 0 if mean >= 10 else 1, language))


def appointments_told(spec: Appointments, scenario: Resolved, language: Language) -> str:
    """How entities of a flow come by appointment."""
    within = ""
    if spec.calendar is not None:
        hours = pick(scenario.calendars[spec.calendar].label, language)
        within = text("describe.arrivals.appointments.calendar", language, calendar=hours)
    return text(
        "describe.arrivals.appointments", language, quota=number(spec.quota, 0, language),
        slot=duration(spec.slot, language), calendar=within,
        uptake=number(100 * spec.uptake / CERTAIN, 0, language),
        no_show=number(100 * spec.no_show / CERTAIN, 0, language),
    )  # fmt: skip


def mean_per_day(days: DayShapes) -> float:
    """Expected number of a day, the mean over months and weekdays."""
    expected = [days.shapes[shape][-1] / ARRIVAL_UNIT for month in days.by_month for shape in month]
    return sum(expected) / len(expected)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar_told(calendar: Calendar, language: Language) -> Iterator[str]:
    """The hours of a week, equal days together, and how many dates differ."""
    first = 0
    for day in range(1, 8):
        if day == 7 or calendar.week[day] != calendar.week[first]:
            yield f"{_days_told(first, day - 1, language)}: {hours_told(calendar.week[first], language)}"
            first = day
    if calendar.dates:
        closed = sum(not hours for hours in calendar.dates.values())
        yield text("describe.dates", language, dates=len(calendar.dates), closed=closed)


def _days_told(first: int, last: int, language: Language) -> str:
    names = [text(f"weekday.{WEEKDAYS[day]}", language) for day in (first, last)]
    return names[0] if first == last else f"{names[0]}–{names[1]}"


def hours_told(hours: Hours, language: Language) -> str:
    """Opening hours of one day."""
    if not hours:
        return text("describe.closed", language)
    if hours == ((0, DAY),):
        return text("describe.all_day", language)
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in hours)
