"""What a planner may decide, what it costs, and what must be kept: the part of a design that is optimised.

A decision has options, each with its overrides and its cost; a number is written shorter, as a path with
values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from scenarios.errors import Flaw
from scenarios.paths import parsed
from scenarios.quantities import Count, Money, Share, Stated, Written
from scenarios.resolved import Label
from scenarios.units import format_money, parse_duration
from scenarios.wanted import Outcome, parse_margin, parse_outcome
from scenarios.words import Name, Text

MOST_DECISIONS = 12
MOST_OPTIONS = 100

WITHIN = re.compile(r"\s*(\d+(?:\.\d+)?\s*%)\s*(\{[^}]*\})?\s*within\s+(.+?)\s*")
BOUND = re.compile(r"\s*([^<>=]+?)\s*(<=|>=)\s*(.+?)\s*")

SHARE_TOLERANCE, RELATIVE_TOLERANCE = 0.01, 0.01
"""Unless said otherwise: one percentage point of a share, one per cent of any other bound."""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of a design and where it comes from; `source` empty: it was typed."""

    amount: int  # [VND]
    source: str
    range: tuple[str, str] | None = None
    owner: str | None = None

    @property
    def written(self) -> str:
        """As it may be written."""
        return format_money(self.amount)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide: its overrides (dotted path → value), and what it costs besides the figures."""

    name: str
    label: Label
    overrides: Mapping[str, Any]
    cost: int = 0  # [VND]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided; `price`: of one unit of a number, else options have their own."""

    name: str
    label: Label
    options: tuple[Option, ...]
    path: str = ""
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What must be kept: a share of those who came, on all days together, or the mean of a figure over days.

    bound : in the unit of results · at_least : else at most · tolerance : a miss that does not matter ·
    share : of all those who came, on all days together; else of the figure's mean over days
    """

    written: str
    outcome: Outcome
    bound: float
    at_least: bool
    tolerance: float
    share: bool = False


@dataclass(frozen=True, slots=True)
class Objective:
    """What is made least: these figures added up, and the costs of the options.

    indifference : a difference that does not matter [VND] · at_most : replications of one combination · error
    : the probability that it may be wrong
    """

    figures: tuple[Outcome, ...] = ()
    indifference: float | None = None
    at_most: int = 300
    error: float = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is optimised."""

    decisions: tuple[Decision, ...]
    targets: tuple[Target, ...]
    objective: Objective
    missed: Price | None = None

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return prod(len(decision.options) for decision in self.decisions)

    def combination(self, number: int) -> tuple[Option, ...]:
        """One of them, the last decision changing fastest."""
        chosen = []
        for decision in reversed(self.decisions):
            number, place = divmod(number, len(decision.options))
            chosen.append(decision.options[place])
        return tuple(reversed(chosen))


def combinations(wanted: Wanted) -> Iterable[tuple[Option, ...]]:
    """All of them, in the order of their numbers."""
    return product(*(decision.options for decision in wanted.decisions))


# ---- as written ------------------------------------------------------------------------------------------


def _with_source(stated: Stated[int]) -> Stated[int]:
    """A cost that nobody answers for decides nothing."""
    if not stated.source:
        raise Flaw(
            stated.written,
            Label(vi="không có 'source'", en="has no 'source'"),
            Label(vi="hãy nêu nguồn, hoặc 'source: assumption' cùng 'range' và 'owner'",
                  en="name its source, or 'source: assumption' with 'range' and 'owner'"),
        )  # fmt: skip
    return stated


Cost = Annotated[Stated[Money], AfterValidator(_with_source)]


class WrittenOption(Written):
    """One way to decide."""

    label: Text | None = None
    """For people; else its name."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value; none: as the base is."""
    cost: Cost | None = None
    """In the window, besides what the figures of the objective count."""


class WrittenDecision(Written):
    """What may be decided: a number, or one of several options."""

    label: Text | None = None
    """For people; else its name."""
    path: str | None = None
    """Dotted path of a number, as in `overrides`; with `values` or `range`."""
    values: Annotated[tuple[Any, ...], Field(max_length=MOST_OPTIONS)] = ()
    """What it may be."""
    range: tuple[Count, Count] | None = None
    """Or every whole number from the first to the second."""
    cost: Cost | None = None
    """Of one unit in the window, besides what the figures of the objective count."""
    options: Annotated[dict[Name, WrittenOption], Field(max_length=MOST_OPTIONS)] = Field(
        default_factory=dict
    )
    """Or name → label, overrides, cost."""

    @model_validator(mode="after")
    def _is_whole(self) -> WrittenDecision:
        if self.options and (self.path or self.values or self.range or self.cost):
            raise _two_ways("options")
        if not self.options:
            if self.path is None:
                raise _two_ways(None)
            self.decision("")
        return self

    def decision(self, name: str) -> Decision:
        """As plain data."""
        label = self.label.label() if self.label else Label(name, name)
        if self.options:
            told = tuple(option(key, of) for key, of in self.options.items())
            return Decision(name, label, told, prices=tuple(map(price, _costs(self.options.values()))))
        assert self.path is not None
        return of_numbers(name, label, self.path, numbers(self.path, self.values, self.range), self.cost)


def _costs(options: Iterable[WrittenOption]) -> Iterable[Stated[int]]:
    return (each.cost for each in options if each.cost is not None)


def option(name: str, written: WrittenOption) -> Option:
    """An option as plain data."""
    label = written.label.label() if written.label else Label(name, name)
    return Option(name, label, written.overrides, written.cost.value if written.cost else 0)


def price(stated: Stated[int]) -> Price:
    """An amount with its pedigree."""
    return Price(stated.value, stated.source or "", stated.written_range, stated.owner)


def of_numbers(
    name: str, label: Label, path: str, values: Sequence[Any], cost: Stated[int] | None = None
) -> Decision:
    """A decision about a number: an option for each value."""
    each = cost.value if cost else 0
    made = (Option(str(v), Label(str(v), str(v)), {path: v}, _times(each, v, path)) for v in values)
    return Decision(name, label, tuple(made), path, (price(cost),) if cost else ())


def _times(each: int, value: Any, path: str) -> int:
    if not each:
        return 0
    if not re.fullmatch(r"\d+", str(value)):
        raise Flaw(
            value,
            Label(vi=f"của '{path}' là '{value}', không phải số đếm để nhân với 'cost'",
                  en=f"of '{path}' is '{value}', no count that 'cost' could be multiplied with"),
            Label(vi="hãy viết thành 'options', mỗi phương án một 'cost'",
                  en="write it as 'options', each with its own 'cost'"),
        )  # fmt: skip
    return each * int(value)


def numbers(path: str, values: Sequence[Any], span: tuple[int, int] | None) -> tuple[Any, ...]:
    """What a number may be.

    Raises
    ------
    Flaw
        If it is no path, or not exactly one of values and range says so.
    """
    parsed(path)
    if bool(values) == (span is not None) or (span is not None and not span[0] < span[1]):
        raise _two_ways("values")
    found = tuple(values) if span is None else tuple(range(span[0], span[1] + 1))
    if len(found) > MOST_OPTIONS:
        raise Flaw(
            len(found),
            Label(vi=f"có {len(found)} giá trị, quá {MOST_OPTIONS}",
                  en=f"has {len(found)} values, over {MOST_OPTIONS}"),
            Label(vi="hãy nêu ít giá trị hơn bằng 'values'", en="name fewer of them with 'values'"),
        )  # fmt: skip
    return found


def _two_ways(value: str | None) -> Flaw:
    return Flaw(
        value,
        Label(vi="cần 'path' cùng 'values' hoặc 'range: [thấp, cao]', hoặc chỉ 'options'",
              en="needs a 'path' with 'values' or 'range: [low, high]', or 'options' alone"),
        Label(vi="hãy viết như {path: resources.scanners.capacity, range: [1, 4]}",
              en="write it as {path: resources.scanners.capacity, range: [1, 4]}"),
    )  # fmt: skip


class WrittenTarget(Written):
    """What must be kept, with what does not matter."""

    target: str
    """`95 % within 4 h`, `90 % {direction=export} within 6 h`, `closing_backlog <= 50`."""
    tolerance: Annotated[
        float | None, BeforeValidator(parse_margin), WithJsonSchema({"type": ["string", "number"]})
    ] = None
    """A miss that does not matter; else 1 % of a share, one per cent of another bound."""

    @model_validator(mode="after")
    def _can_be_read(self) -> WrittenTarget:
        parse_target(self.target, self.tolerance)
        return self

    def plain(self) -> Target:
        """As plain data."""
        return parse_target(self.target, self.tolerance)


def parse_target(written: str, tolerance: float | None = None) -> Target:
    """`95 % within 4 h` or `closing_backlog <= 50`.

    Raises
    ------
    Flaw
        If it is neither, or nothing says which miss does not matter.
    """
    if found := WITHIN.fullmatch(written):
        within, share = _minutes(found[3]), parse_margin(found[1])
        outcome = parse_outcome(f"cohort_within_{within}{found[2] or ''}")
        return Target(written.strip(), outcome, share, True, tolerance or SHARE_TOLERANCE, share=True)
    if found := BOUND.fullmatch(written):
        bound = parse_margin(found[3])
        if not (tolerance or bound):
            raise _no_tolerance(written)
        spare = tolerance or RELATIVE_TOLERANCE * abs(bound)
        return Target(written.strip(), parse_outcome(found[1]), bound, found[2] == ">=", spare)
    raise _unreadable(written)


def _minutes(written: str) -> str:
    """A time as figures name it: `4h`, `90min`, `2d`."""
    length = parse_duration(written)
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if length and length % size == 0 and length // size < 10_000:
            return f"{length // size}{unit}"
    raise _unreadable(written)


def _unreadable(written: str) -> Flaw:
    return Flaw(
        written,
        Label(vi=f"là '{written}', không phải một mục tiêu", en=f"is '{written}', which is no target"),
        Label(vi="hãy viết như '95 % within 4 h' hoặc 'closing_backlog <= 50'",
              en="write it as '95 % within 4 h' or 'closing_backlog <= 50'"),
    )  # fmt: skip


def _no_tolerance(written: str) -> Flaw:
    return Flaw(
        written,
        Label(vi=f"là '{written}': với ngưỡng 0 phải nêu sai lệch không đáng kể",
              en=f"is '{written}': with a bound of 0 it must say which miss does not matter"),
        Label(vi="hãy thêm 'tolerance: 1'", en="add 'tolerance: 1'"),
    )  # fmt: skip


class WrittenObjective(Written):
    """What is made least."""

    figures: tuple[str, ...] = ()
    """Indicators in VND that are added up: `staff_cost`, `overtime_cost`, `waiting_cost`."""
    indifference: Stated[Money] | None = None
    """A difference that does not matter; else one per cent of the first stage's mean cost."""
    at_most: Annotated[Count, Field(ge=20, le=100_000)] = 300
    """Replications of one combination, at the most."""
    error: Share = 0.05
    """The probability that the choice may be wrong, within the model."""

    @model_validator(mode="after")
    def _can_be_read(self) -> WrittenObjective:
        for figure in self.figures:
            parse_outcome(figure)
        if not 0.001 <= self.error <= 0.5:
            raise Flaw(
                self.error,
                Label(vi="có 'error' ngoài 0,1 % … 50 %", en="has an 'error' outside of 0.1 % … 50 %"),
                Label(vi="hãy viết như 'error: 5 %'", en="write it as 'error: 5 %'"),
            )
        return self

    def plain(self) -> Objective:
        """As plain data."""
        zone = self.indifference.value if self.indifference else None
        return Objective(tuple(map(parse_outcome, self.figures)), zone, self.at_most, self.error)


def typed_decision(name: str, path: str, written: str, cost: float | None) -> Decision:
    """`1,2,3` or `1..4` of a path, as typed; the cost of a unit [VND] has no source but whoever typed it.

    Raises
    ------
    Flaw
        If it is neither.
    """
    low, dots, high = (part.strip() for part in written.partition(".."))
    if dots and not (low.isdigit() and high.isdigit()):
        raise _two_ways(written)
    values = () if dots else tuple(part.strip() for part in written.split(",") if part.strip())
    each = None if cost is None else Stated[Money].model_validate(f"{cost} VND")
    found = numbers(path, values, (int(low), int(high)) if dots else None)
    return of_numbers(name, Label(name, name), path, found, each)


# ---- shares of risk channels ----------------------------------------------------------------------------


def is_about_risk(path: str) -> bool:
    """Whether an override says who is inspected: shares and routes, which nobody may simply minimise."""
    pieces = parsed(path)
    if pieces[0] == "flows":
        return len(pieces) < 3 or pieces[2] in ("attributes", "route")
    return pieces[0] == "steps" and (len(pieces) < 3 or pieces[2] in ("shares", "by", "options", "kind"))


def risky(decisions: Iterable[Decision]) -> list[tuple[Decision, str]]:
    """The decisions about who is inspected, with the path that says so."""
    found = {
        decision.name: (decision, path)
        for decision in decisions
        for each in decision.options
        for path in each.overrides
        if is_about_risk(path)
    }
    return list(found.values())
