"""Types of quantities for the models of the written form, and the pedigree of a number.

`Duration`, `Rate`, `Share` … read what a person wrote (`scenarios.units`) into base units. `Stated[T]` is
what may stand wherever a number stands: the bare number, `{value, source}`, or an assumption with its range
and the agency that could tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from scenarios import units
from scenarios.errors import Flaw
from scenarios.resolved import Label
from scenarios.unknown import naming_known_keys

ASSUMPTION = "assumption"
"""The source of a number that nobody published: it needs a range, and the owner that could tell."""

ELICITED = "elicited"
"""The source of a number that people who know were asked for; it stands in `sources` with who they were."""

OVERRIDE = "override"
"""The source of a number that an override put in the place of another: nobody's but the planner's."""


class Written(BaseModel):
    """What a person writes: unknown keys are errors. What stands below a field tells an editor about it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_known_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made: Self = naming_known_keys(cls, data, handler)
        return made


@dataclass(frozen=True, slots=True)
class Reads:
    """Annotation of a type: how its text is read, and what an editor should know about it."""

    name: str
    parse: Callable[[object], Any]
    description: str
    example: str
    pattern: str = ""

    def __get_pydantic_core_schema__(self, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        bare = not self.pattern or re.fullmatch(self.pattern, "1")  # whether it may stand without a unit
        kind: Any = ["string", "number"] if bare else "string"
        schema = {"type": kind, "description": self.description, "examples": [self.example]}
        return schema | ({"pattern": self.pattern} if self.pattern else {})


_DURATION = r"^\s*(\d+(\.\d+)?\s*(ms|s|min|h|d)\s*)+$"
_RATE = r"^\s*\d+(\.\d+)?\s*/\s*(s|min|h|d|yr)\s*$"
_RATIO = r"^\s*\d+(\.\d+)?\s*%?\s*$"

Duration = Annotated[
    int, Reads("Duration", units.parse_duration, "duration with its unit", "45 min", _DURATION)
]
"""[ms]"""
Rate = Annotated[float, Reads("Rate", units.parse_rate, "events per unit of time", "80 /h", _RATE)]
"""[1/d]"""
Share = Annotated[float, Reads("Share", units.parse_share, "share from 0 to 100 %", "30 %", _RATIO)]
Factor = Annotated[float, Reads("Factor", units.parse_factor, "factor", "110 %", _RATIO)]
Money = Annotated[
    int, Reads("Money", units.parse_money, "amount in VND", "220000 VND", r"^\s*\d+\s*(VND|đ|₫)\s*$")
]
"""[VND]"""
Count = Annotated[int, Reads("Count", units.parse_count, "whole number", "8")]
Number = Annotated[float, Reads("Number", units.parse_number, "number of zero or more", "0.6")]
Positive = Annotated[float, Reads("Positive", units.parse_positive, "number above zero", "0.6")]


def _measured(name: str, unit: str, description: str) -> Reads:
    pattern = rf"^\s*\d+(\.\d+)?\s*{re.escape(unit)}\s*$"
    example = f"{units.MEASURED[unit]} {unit}"
    return Reads(name, partial(units.parse_measured, unit=unit), description, example, pattern)


MoneyPerHour = Annotated[float, _measured("MoneyPerHour", "VND/h", "money for an hour")]
"""[VND/h]"""
Price = Annotated[float, _measured("Price", "VND/kg", "price of a kilogram")]
"""[VND/kg]"""
Burn = Annotated[float, _measured("Burn", "l/h", "fuel burnt in an hour")]
"""[l/h]"""
Emission = Annotated[float, _measured("Emission", "kg/l", "what burning a litre gives off")]
"""[kg/l]"""
Load = Annotated[float, _measured("Load", "kg", "weight")]
"""[kg]"""
Length = Annotated[float, _measured("Length", "m", "length")]
"""[m]"""
Day = Annotated[date, Reads("Day", units.parse_date, "date", "2025-03-12", r"^\d{4}-\d{2}-\d{2}$")]
TimeOfDay = Annotated[int, Reads("TimeOfDay", units.parse_time_of_day, "time of day", "07:00")]
"""[ms after midnight]"""
LocalTime = Annotated[
    datetime, Reads("LocalTime", units.parse_local_time, "local date and time", "2025-03-12 07:00")
]
"""naive; the zone is the scenario's or the calendar's"""

T = TypeVar("T")


class Pedigreed(Written):
    """A mapping that may say where its numbers come from, for those that do not say it themselves."""

    source: str | None = None
    """Key of `sources`, or `assumption`."""
    range: tuple[Any, Any] | None = None
    """Lowest and highest believable value, as written."""
    owner: str | None = None
    """The agency that could tell."""


class OfKind(Written, Generic[T]):
    """A model for several kinds of quantity, one for each T."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`StatedDuration` …: the name in the JSON Schema."""
        kinds = [part.name for part in getattr(params[0], "__metadata__", ()) if isinstance(part, Reads)]
        return f"{cls.__name__}{kinds[0]}" if kinds else super().model_parametrized_name(params)


class Stated(OfKind[T], Generic[T]):
    """A number with its pedigree; a bare number is one without. `written` keeps the text, unit included."""

    value: T
    source: str | None = None
    """Key of `sources`, or `assumption`."""
    range: tuple[T, T] | None = None
    """Lowest and highest believable value: required for an assumption."""
    owner: str | None = None
    """The agency that could tell."""
    _written: str = PrivateAttr("")
    _written_range: tuple[str, str] | None = PrivateAttr(None)

    @property
    def written(self) -> str:
        """The value as it was written."""
        return self._written

    @property
    def written_range(self) -> tuple[str, str] | None:
        """The range as it was written."""
        return self._written_range

    @model_validator(mode="wrap")
    @classmethod
    def _lift(cls, data: Any, handler: ModelWrapValidatorHandler[Stated[T]]) -> Stated[T]:
        if isinstance(data, dict):
            return handler(data)._as_written(data["value"], data.get("range"))
        if isinstance(data, Stated):
            return handler(data)
        # read here, not in `value`, so that an error's place is where the number stands
        return cls.model_construct(value=cls._reads().parse(data))._as_written(data, None)

    def _as_written(self, value: object, span: Any) -> Stated[T]:
        self._written = str(value)
        self._written_range = None if span is None else (str(span[0]), str(span[1]))
        return self

    @classmethod
    def _reads(cls) -> Reads:
        return next(part for part in cls.model_fields["value"].metadata if isinstance(part, Reads))

    @model_validator(mode="after")
    def _is_sound(self) -> Stated[T]:
        if self.range is None:
            return self if self.source != ASSUMPTION else _refuse_without_range(self)
        low, high = self.range
        if not low <= self.value <= high:  # type: ignore[operator]  # every T of this language is ordered
            raise _outside(self.value, self.range)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        definition = handler.resolve_ref_schema(schema)
        whole = dict(definition)
        definition.clear()
        definition.update(title=whole.pop("title", cls.__name__), anyOf=[whole["properties"]["value"], whole])
        return schema


def _refuse_without_range(stated: Stated[T]) -> Stated[T]:
    message = Label(vi="là một giả định không có khoảng giá trị", en="is an assumption without a range")
    remedy = Label(
        vi="hãy thêm 'range: [thấp nhất, cao nhất]' và 'owner:' là cơ quan có thể trả lời",
        en="add 'range: [lowest, highest]' and 'owner:', the agency that could tell",
    )
    raise Flaw(stated.value, message, remedy)


def _outside(value: object, span: tuple[object, object]) -> Flaw:
    message = Label(
        vi="có giá trị nằm ngoài khoảng của chính nó, hoặc khoảng viết ngược",
        en="has a value outside its own range, or a range written backwards",
    )
    remedy = Label(
        vi="hãy viết range là [thấp nhất, cao nhất], giá trị nằm trong đó",
        en="write the range as [lowest, highest], the value within it",
    )
    return Flaw(f"{value} / {list(span)}", message, remedy)
