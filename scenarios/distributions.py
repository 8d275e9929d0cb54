"""Distributions as people state them: by mean and spread, by fastest, usual and slowest, or by observations.

`TimeDistribution` and `NumberDistribution` are the pydantic types of a `time:` or of a number attribute;
`tabulate` makes the integer table that a run draws from. The unions are tagged by form; the tags stand in
angle brackets in pydantic's `loc` (`<lognormal>`), so that whoever tells an error's place can drop them.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Tag,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from scenarios import tables
from scenarios.checks import above_zero, ascending, check_shares, exactly_one, given, improper, within
from scenarios.errors import Flaw, suggestion
from scenarios.quantities import Count, Duration, Number, OfKind, Pedigreed, Positive, Share, Stated
from scenarios.resolved import ARRIVAL_UNIT, Label, Table
from scenarios.units import format_share

N = TypeVar("N", bound=float)

LEAST_CV, LARGEST_CV = 0.001, 5.0
"""Below, write a constant; above, the tail beyond the grid (2**-27) would hold a good part of the spread."""


_ABOVE_ZERO = AfterValidator(above_zero)
Spread = Annotated[Stated[Positive], within(LEAST_CV, LARGEST_CV)]
"""Coefficient of variation: standard deviation ÷ mean."""


class Form(Pedigreed, OfKind[N], Generic[N]):
    """A distribution that is not a constant."""

    tag: ClassVar[str]

    def table(self) -> Table:
        """Its quantile table."""
        raise NotImplementedError


class Exponential(Form[N], Generic[N]):
    """Memoryless: many short ones, few long ones."""

    tag = "<exponential>"
    distribution: Literal["exponential"]
    mean: Annotated[Stated[N], _ABOVE_ZERO]

    def table(self) -> Table:
        return tables.rounded(tables.exponential(self.mean.value), self.mean.value)


class Lognormal(Form[N], Generic[N]):
    """Skewed to the right, by its mean or median and its coefficient of variation."""

    tag = "<lognormal>"
    distribution: Literal["lognormal"] = "lognormal"
    mean: Annotated[Stated[N] | None, _ABOVE_ZERO] = None
    median: Annotated[Stated[N] | None, _ABOVE_ZERO] = None
    cv: Spread

    @model_validator(mode="after")
    def _one_middle(self) -> Lognormal[N]:
        exactly_one(self, "mean", "median")
        return self

    def table(self) -> Table:
        cv = self.cv.value
        mean = self.mean.value if self.mean else given(self.median) * math.sqrt(1 + cv * cv)
        return tables.rounded(tables.lognormal(mean, cv), mean)


class Gamma(Form[N], Generic[N]):
    """Skewed to the right, with a lighter tail than the lognormal."""

    tag = "<gamma>"
    distribution: Literal["gamma"]
    mean: Annotated[Stated[N], _ABOVE_ZERO]
    cv: Spread

    def table(self) -> Table:
        return tables.rounded(tables.gamma(self.mean.value, self.cv.value), self.mean.value)


class Erlang(Form[N], Generic[N]):
    """The sum of equal exponential stages."""

    tag = "<erlang>"
    distribution: Literal["erlang"]
    mean: Annotated[Stated[N], _ABOVE_ZERO]
    stages: Annotated[Stated[Count], within(1, 1000)]

    def table(self) -> Table:
        return tables.rounded(
            tables.gamma(self.mean.value, 1 / math.sqrt(self.stages.value)), self.mean.value
        )


class Weibull(Form[N], Generic[N]):
    """Times to failure, by coefficient of variation or by shape."""

    tag = "<weibull>"
    distribution: Literal["weibull"]
    mean: Annotated[Stated[N], _ABOVE_ZERO]
    cv: Spread | None = None
    shape: Annotated[Stated[Positive], within(0.3, 1000)] | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> Weibull[N]:
        exactly_one(self, "cv", "shape")
        return self

    def table(self) -> Table:
        shape = self.shape.value if self.shape else tables.weibull_shape(given(self.cv))
        return tables.rounded(tables.weibull(self.mean.value, shape), self.mean.value)


class Triangular(Form[N], Generic[N]):
    """What people remember: the fastest, the usual and the slowest."""

    tag = "<triangular>"
    distribution: Literal["triangular"] = "triangular"
    fastest: Stated[N]
    usual: Stated[N]
    slowest: Stated[N]

    @model_validator(mode="after")
    def _in_order(self) -> Triangular[N]:
        ascending([self.fastest, self.usual, self.slowest], ["fastest", "usual", "slowest"])
        return self

    def table(self) -> Table:
        low, usual, high = self.fastest.value, self.usual.value, self.slowest.value
        return tables.rounded(tables.triangular(low, usual, high), (low + usual + high) / 3, low, high)


class Uniform(Form[N], Generic[N]):
    """Anything between the fastest and the slowest, equally likely."""

    tag = "<uniform>"
    distribution: Literal["uniform"]
    fastest: Stated[N]
    slowest: Stated[N]

    @model_validator(mode="after")
    def _in_order(self) -> Uniform[N]:
        ascending([self.fastest, self.slowest], ["fastest", "slowest"])
        return self

    def table(self) -> Table:
        low, high = self.fastest.value, self.slowest.value
        return tables.rounded(tables.straight([0, 1], [low, high]), (low + high) / 2, low, high)


class Quantiles(Form[N], Generic[N]):
    """Observed quantiles from 0 % to 100 %, straight between them."""

    tag = "<quantiles>"
    distribution: Literal["empirical"] = "empirical"
    quantiles: dict[Share, Stated[N]]
    """Share of those below → value, from 0 % to 100 %."""

    @field_validator("quantiles", mode="wrap")
    @classmethod
    def _whole(cls, written: Any, handler: ValidatorFunctionWrapHandler) -> dict[float, Stated[N]]:
        known: dict[float, Stated[N]] = handler(written)
        if len(known) < len(written):
            raise improper(
                written, "có một tỷ lệ viết hai lần", "has one share written twice", "{0 %: …, 100 %: …}"
            )
        if not {0.0, 1.0} <= known.keys():
            said = (
                "không có 0 % (nhỏ nhất) hoặc 100 % (lớn nhất)",
                "lacks 0 % (the least) or 100 % (the most)",
            )
            raise improper(written, *said, "{0 %: 1 min, 50 %: 6 min, 100 %: 60 min}")
        ordered = dict(sorted(known.items()))
        ascending(list(ordered.values()), [format_share(share) for share in ordered])
        return ordered

    def table(self) -> Table:
        shares, values = list(self.quantiles), [stated.value for stated in self.quantiles.values()]
        middle = tables.straight_mean(shares, values)
        return tables.rounded(tables.straight(shares, values), middle, values[0], values[-1])


class Values(Form[N], Generic[N]):
    """Observed values, drawn exactly as they stand, equally likely unless their shares are given."""

    tag = "<values>"
    distribution: Literal["empirical"] = "empirical"
    values: list[Stated[N]]
    """What was observed."""
    shares: list[Stated[Share]] | None = None
    """One for each value; equal without them."""

    @model_validator(mode="after")
    def _complete(self) -> Values[N]:
        if not self.values:
            raise improper("[]", "không có giá trị nào", "has no values", "values: [3 min, 5 min]")
        if self.shares is not None:
            check_shares([stated.value for stated in self.shares], len(self.values))
        return self

    def table(self) -> Table:
        values = [stated.value for stated in self.values]
        shares = [stated.value for stated in self.shares] if self.shares else [1 / len(values)] * len(values)
        return tables.steps(values, shares)


NAMED = ("exponential", "lognormal", "gamma", "erlang", "weibull", "triangular", "uniform")


def _tag(written: Any) -> str:
    """The form that a mapping is meant to be, by its `distribution:` or by its keys."""
    if isinstance(written, Form):
        return written.tag
    if not isinstance(written, dict) or "value" in written:
        return "<constant>"
    for form in ("quantiles", "values"):
        if form in written:
            return f"<{form}>"
    if "distribution" in written:
        return f"<{written['distribution']}>"
    return "<lognormal>" if "cv" in written else "<triangular>"


def _is_a_form(written: Any) -> Any:
    """Refuse a mapping that is none of the forms, with the nearest one as remedy."""
    if not isinstance(written, dict) or written.keys() & {"value", "quantiles", "values"}:
        return written
    name = written.get("distribution")
    if name is not None and name not in NAMED:
        message = Label(vi=f"có phân phối lạ '{name}'", en=f"has the unknown distribution '{name}'")
        raise Flaw(name, message, suggestion(str(name), NAMED))
    if name is None and "cv" not in written and "usual" not in written:
        raise _incomplete(written)
    return written


def _incomplete(written: dict[str, Any]) -> Flaw:
    message = Label(
        vi="chưa cho biết mức độ dao động, nên không thành một phân phối",
        en="does not say how much it varies, so it is not a distribution",
    )
    if {"fastest", "slowest"} <= written.keys():
        remedy = Label(
            vi="hãy thêm 'usual:' hoặc 'distribution: uniform'", en="add 'usual:' or 'distribution: uniform'"
        )
    elif written.keys() & {"mean", "median"}:
        remedy = Label(
            vi="hãy thêm 'cv:' hoặc 'distribution: exponential'",
            en="add 'cv:' or 'distribution: exponential'",
        )
    else:
        remedy = Label(
            vi="hãy viết như '5 min', '{mean: 10 min, cv: 0.6}' hoặc '{fastest: …, usual: …, slowest: …}'",
            en="write '5 min', '{mean: 10 min, cv: 0.6}' or '{fastest: …, usual: …, slowest: …}'",
        )
    return Flaw(written, message, remedy)


TimeDistribution = Annotated[
    Annotated[Stated[Duration], Tag("<constant>")]
    | Annotated[Exponential[Duration], Tag("<exponential>")]
    | Annotated[Lognormal[Duration], Tag("<lognormal>")]
    | Annotated[Gamma[Duration], Tag("<gamma>")]
    | Annotated[Erlang[Duration], Tag("<erlang>")]
    | Annotated[Weibull[Duration], Tag("<weibull>")]
    | Annotated[Triangular[Duration], Tag("<triangular>")]
    | Annotated[Uniform[Duration], Tag("<uniform>")]
    | Annotated[Quantiles[Duration], Tag("<quantiles>")]
    | Annotated[Values[Duration], Tag("<values>")],
    Discriminator(_tag),
    BeforeValidator(_is_a_form),
]
"""Of `time`, `patience`, `age`, `lasts`: a duration or a mapping (`by:` is the caller's)."""

NumberDistribution = Annotated[
    Annotated[Stated[Number], Tag("<constant>")]
    | Annotated[Exponential[Number], Tag("<exponential>")]
    | Annotated[Lognormal[Number], Tag("<lognormal>")]
    | Annotated[Gamma[Number], Tag("<gamma>")]
    | Annotated[Erlang[Number], Tag("<erlang>")]
    | Annotated[Weibull[Number], Tag("<weibull>")]
    | Annotated[Triangular[Number], Tag("<triangular>")]
    | Annotated[Uniform[Number], Tag("<uniform>")]
    | Annotated[Quantiles[Number], Tag("<quantiles>")]
    | Annotated[Values[Number], Tag("<values>")],
    Discriminator(_tag),
    BeforeValidator(_is_a_form),
]
"""Of a number attribute; the caller takes `unit:` off the mapping."""


def tabulate(distribution: Stated[N] | Form[N]) -> Table:
    """The quantile table of a distribution [ms, or units of the number].

    Raises
    ------
    Flaw
        If it reaches beyond 2**42.
    """
    if isinstance(distribution, Form):
        return _tabulated(_ByContent(distribution))
    return tables.steps([distribution.value], [1.0])


class _ByContent:
    """A form that is equal to every other that was written alike."""

    def __init__(self, form: Form[Any]) -> None:
        self.form = form
        self._content = type(form), form.model_dump_json()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)


@lru_cache(maxsize=1024)
def _tabulated(distribution: _ByContent) -> Table:
    """Scenarios of an experiment differ in a number or two: most of their tables are there already."""
    return distribution.form.table()


@cache
def unit_gap_table() -> Table:
    """Exponential gaps of a Poisson process, of mean ARRIVAL_UNIT [millionths of an arrival]."""
    return tables.rounded(tables.exponential(ARRIVAL_UNIT), ARRIVAL_UNIT)
