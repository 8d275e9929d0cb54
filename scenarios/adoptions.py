"""How something spreads over communes: the file that says it (`scenarios/adoptions/`), as plain data.

`sim.adoption` simulates it; what comes out is turned into the demand of a flow of orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios.changes import is_quantity
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.findings import Findings
from scenarios.overrides import overridden
from scenarios.paths import get, parsed
from scenarios.quantities import (
    ASSUMPTION,
    OVERRIDE,
    Count,
    Day,
    Duration,
    Number,
    Rate,
    Share,
    Stated,
    Written,
)
from scenarios.resolved import DAY, Label
from scenarios.schema import Source
from scenarios.schema_errors import validated
from scenarios.words import Name, Text
from scenarios.yaml import LARGEST, read

FOLDER = "adoptions"

Force = Literal["own", "near", "leading", "visits"]
"""What makes a household adopt: its own commune, the neighbouring ones, the lead communes, a visit."""


class WrittenGood(Written):
    """What spreads."""

    label: Text
    first: Stated[Count]
    """Households that have it at the start."""
    last: Stated[Count]
    """… at the end, as published."""


class WrittenStory(Written):
    """One way in which it may have happened."""

    label: Text
    with_: Annotated[tuple[Force, ...], Field(alias="with", min_length=1)]
    """What takes part."""
    tuned: Annotated[tuple[Force, ...], Field(min_length=1)]
    """What is multiplied, by one factor, until the end comes out."""

    @model_validator(mode="after")
    def _tunes_what_takes_part(self) -> WrittenStory:
        if not set(self.tuned) <= set(self.with_):
            raise Flaw(
                ", ".join(self.tuned),
                Label(vi="chỉnh điều không có trong 'with'", en="tunes what is not in 'with'"),
                Label(vi="hãy chỉ nêu những gì có trong 'with'", en="name only what is in 'with'"),
            )
        return self


class WrittenDemand(Written):
    """What shops do once they are there."""

    active_share: Stated[Share]
    orders: Stated[Rate]
    """Of an active shop."""


class WrittenAdoption(Written):
    """The file of an adoption."""

    name: Name
    title: Text
    start: Day
    days: Annotated[Count, Field(ge=1, le=3660)]
    sources: dict[Name, Source]
    communes: Stated[Count]
    leads: Stated[Count]
    households: Stated[Count]
    uneven: Stated[Number]
    neighbours: Stated[Count]
    market: Stated[Duration]
    reachable: Stated[Share]
    groups: Stated[Count]
    members: Stated[Number]
    groups_from: Stated[Duration]
    visits: Stated[Rate]
    persuaded: Stated[Share]
    own: Stated[Rate]
    near: Stated[Rate]
    leading: Stated[Rate]
    goods: Annotated[dict[Name, WrittenGood], Field(min_length=1)]
    stories: Annotated[dict[Name, WrittenStory], Field(min_length=1)]
    demand: WrittenDemand

    @model_validator(mode="after")
    def _every_number_has_a_source(self) -> WrittenAdoption:
        for name, stated in _numbers(self):
            if stated.source not in {ASSUMPTION, OVERRIDE, *self.sources}:
                raise Flaw(
                    name,
                    Label(vi=f"có '{name}' không nêu nguồn", en=f"has '{name}' without a source"),
                    Label(vi="hãy thêm 'source:'", en="add its 'source:'"),
                )
        return self


def _numbers(written: WrittenAdoption) -> list[tuple[str, Stated[object]]]:
    found = [(name, value) for name, value in written if isinstance(value, Stated)]
    found += [(f"demand.{name}", value) for name, value in written.demand]
    for good, of in written.goods.items():
        found += [(f"goods.{good}.first", of.first), (f"goods.{good}.last", of.last)]
    return found


@dataclass(frozen=True, slots=True)
class Good:
    """What spreads, from how many households to how many."""

    label: Label
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Story:
    """What takes part, and what is tuned."""

    label: Label
    forces: tuple[Force, ...]
    tuned: tuple[Force, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """As plain data; rates [1/d] on one household when everybody around has it, `visits`: of one member.

    uneven : coefficient of variation of the communes' households · market, groups_from [ms]
    """

    name: str
    title: Label
    start: str
    days: int
    communes: int
    leads: int
    households: int
    uneven: float
    neighbours: int
    market: int
    reachable: float
    groups: int
    members: float
    groups_from: int
    persuaded: float
    rates: dict[Force, float]
    goods: dict[str, Good]
    stories: dict[str, Story]
    active_share: float
    orders: float

    @property
    def end(self) -> int:
        """Of the time that is simulated [ms]."""
        return self.days * DAY


def names() -> tuple[str, ...]:
    """The adoptions of the library."""
    found = (item.name for item in files("scenarios").joinpath(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def load_adoption(name_or_path: str, overrides: Mapping[str, Any] | None = None) -> Adoption:
    """An adoption of the library by its name, or of a file.

    overrides : dotted path → value, as of a scenario

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    if name_or_path in names():
        supplied = files("scenarios").joinpath(FOLDER, f"{name_or_path}.yaml").read_bytes()
        return read_adoption(supplied, overrides)
    try:
        with Path(name_or_path).open("rb") as stream:
            text = stream.read(LARGEST + 1)
    except (OSError, ValueError):
        said = Label(
            vi=f"là '{name_or_path}', không có sẵn và không phải tệp ở đây",
            en=f"is '{name_or_path}', which is neither supplied nor a file here",
        )
        flaw = Flaw(name_or_path, said, suggestion(name_or_path, names()))
        raise ScenarioError([flaw.at("adoption")]) from None
    try:
        return read_adoption(text, overrides)
    except ScenarioError as error:
        raise ScenarioError(error.problems, error.file or name_or_path) from None


def read_adoption(text: str | bytes, overrides: Mapping[str, Any] | None = None) -> Adoption:
    """An adoption from its text, with some of its numbers replaced.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    document = read(text)
    data = document.data
    for path, value in (overrides or {}).items():
        data = _replaced(data, path, value)
    written, _ = validated(WrittenAdoption, data, Findings(document.marks))
    return _plain(written)


def _replaced(data: Any, path: str, value: Any) -> Any:
    """With one value replaced; a number says that it is the planner's."""
    try:
        is_number = is_quantity(get(data, parsed(path))) and not isinstance(value, dict)
        changed, _ = overridden(data, path, {"value": value, "source": OVERRIDE} if is_number else value)
    except Flaw as flaw:
        raise ScenarioError([flaw.at("--override")]) from None
    return changed


def _plain(of: WrittenAdoption) -> Adoption:
    return Adoption(
        name=of.name,
        title=of.title.label(),
        start=of.start.isoformat(),
        days=of.days,
        communes=of.communes.value,
        leads=min(of.leads.value, of.communes.value),
        households=of.households.value,
        uneven=of.uneven.value,
        neighbours=of.neighbours.value,
        market=of.market.value,
        reachable=of.reachable.value,
        groups=of.groups.value,
        members=of.members.value,
        groups_from=of.groups_from.value,
        persuaded=of.persuaded.value,
        rates={
            "own": of.own.value,
            "near": of.near.value,
            "leading": of.leading.value,
            "visits": of.visits.value,
        },
        goods={
            name: Good(one.label.label(), one.first.value, one.last.value) for name, one in of.goods.items()
        },
        stories={name: Story(s.label.label(), s.with_, s.tuned) for name, s in of.stories.items()},
        active_share=of.demand.active_share.value,
        orders=of.demand.orders.value,
    )
