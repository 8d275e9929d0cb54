"""The written form of flows: kinds of entity, what they are born with, how they come and where they go."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema, WrapValidator
from pydantic import ValidatorFunctionWrapHandler as Handler

from scenarios.arrivals import WrittenArrivals
from scenarios.distributions import NumberDistribution
from scenarios.quantities import Count, Pedigreed, Stated
from scenarios.schema_steps import Counts, Shares, Times
from scenarios.words import Cases, Name, OrAlone, Text

# ---- attributes ----


class NumberAttribute(Pedigreed):
    """A number that every entity is born with: `{unit: VND, mean: 220000, cv: 0.8}`."""

    unit: Annotated[str, Field(min_length=1, max_length=16)]
    """Its unit, as people write it."""
    distribution: Annotated[NumberTree, Field(alias="<distribution>")]
    """How it is distributed; written beside the unit, or a choice `by:` attribute."""


class NumberCases(Cases):
    """A number by attribute."""

    __pydantic_extra__: dict[str, NumberTree]


def _number_kind(written: Any) -> str:
    return (
        "<cases>"
        if isinstance(written, NumberCases) or (isinstance(written, dict) and "by" in written)
        else "<one>"
    )


NumberTree = Annotated[
    Annotated[NumberDistribution, Tag("<one>")] | Annotated[NumberCases, Tag("<cases>")],
    Discriminator(_number_kind),
]


class ValueCases(Cases):
    """A value or a mix of values by attribute."""

    __pydantic_extra__: dict[str, Values]


def _value_kind(written: Any) -> str:
    if isinstance(written, dict):
        return "<cases>" if "by" in written else "<mix>"
    if isinstance(written, ValueCases | Shares):
        return "<cases>" if isinstance(written, ValueCases) else "<mix>"
    return "<value>"


Values = Annotated[
    Annotated[Name, Tag("<value>")] | Annotated[Shares, Tag("<mix>")] | Annotated[ValueCases, Tag("<cases>")],
    Discriminator(_value_kind),
]


def _number_beside_unit(written: Any, handler: Handler) -> Any:
    """Read `{unit: VND, mean: …}`: the distribution is what stands beside the unit."""
    if not isinstance(written, dict):
        return handler(written)
    rest = {key: value for key, value in written.items() if key != "unit"}
    return handler({"unit": written["unit"], "<distribution>": rest})


Number = Annotated[
    NumberAttribute,
    WrapValidator(_number_beside_unit),
    WithJsonSchema(
        {"type": "object", "required": ["unit"], "properties": {"unit": {"type": "string"}},
         "description": "a number with its unit: any distribution beside `unit:`"}
    ),
]  # fmt: skip


def _attribute_kind(written: Any) -> str:
    if isinstance(written, NumberAttribute) or (isinstance(written, dict) and "unit" in written):
        return "<number>"
    return _value_kind(written)


Attribute = Annotated[
    Annotated[Name, Tag("<value>")]
    | Annotated[Shares, Tag("<mix>")]
    | Annotated[ValueCases, Tag("<cases>")]
    | Annotated[Number, Tag("<number>")],
    Discriminator(_attribute_kind),
]
for _model in (NumberAttribute, NumberCases, ValueCases):
    _model.model_rebuild()

# ---- flows ----

CountUnit = Literal["loaded", "empty", "both"]
Route = Annotated[tuple[Name, ...], Field(min_length=1), OrAlone()]


class Backlog(Pedigreed):
    """Entities that are there when the run starts."""

    count: Stated[Count]
    """How many."""
    at: Name
    """The step they wait in."""
    age: Times
    """How long ago they arrived."""
    attributes: dict[Name, Attribute] = Field(default_factory=dict)
    """What differs from the flow's own attributes."""


class Flow(Pedigreed):
    """A kind of entity, and its way through the steps."""

    label: Text | None = None
    """For people; else its name."""
    count_unit: CountUnit | None = None
    """What one crossing is; else the scenario's."""
    route: Route
    """Steps in their order."""
    priority: Counts | None = None
    """Smaller first; may depend on an attribute; 0 if not given."""
    attributes: dict[Name, Attribute] = Field(default_factory=dict)
    """What an entity is born with, drawn in this order."""
    attribute_labels: dict[Name, dict[str, Text]] = Field(default_factory=dict)
    """For people: attribute → `label` and its values → {vi, en}."""
    arrivals: WrittenArrivals | None = None
    """How entities come; none without it."""
    backlog: Backlog | None = None
    """Who is there at the start."""
