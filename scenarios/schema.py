"""The written form of a scenario: what a planner's YAML file may say (docs/reference/language.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from scenarios.calendars import OpeningHours, ZoneName
from scenarios.checks import within
from scenarios.distributions import TimeDistribution
from scenarios.errors import Flaw
from scenarios.quantities import (
    Count,
    Day,
    Duration,
    Factor,
    LocalTime,
    Money,
    Pedigreed,
    Rate,
    Stated,
    Written,
)  # fmt: skip
from scenarios.resolved import Label
from scenarios.schema_flows import CountUnit, Flow
from scenarios.schema_rates import Rates
from scenarios.schema_state import Rule
from scenarios.schema_steps import Step
from scenarios.words import Flag, Name, OrAlone, Text, words_schema


def _text_kind(written: Any) -> str:
    return "<both>" if isinstance(written, dict | Text) else "<one>"


class Source(Written):
    """Where numbers come from."""

    text: Annotated[
        Annotated[str, Field(min_length=1), Tag("<one>")] | Annotated[Text, Tag("<both>")],
        Discriminator(_text_kind),
    ]
    """Publisher, document, date: as it is, or in both languages."""
    url: str | None = None
    """Where to read it."""


class Agency(Written):
    """An institution that owns steps and resources."""

    label: Text | None = None
    """For people; else its name."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "VN"
    """ISO 3166 code."""


class Calendar(OpeningHours):
    """When something is open."""

    label: Text | None = None
    """For people; else its name."""


MOST_UNITS = 999_999
Units = Annotated[Stated[Count], within(0, MOST_UNITS)]
"""Of a resource; more is no queue, and the sum of many shifts must stay a number of 32 bits."""


class Shift(Pedigreed):
    """Units on duty while a calendar is open."""

    units: Units
    """How many."""
    calendar: Name | None = None
    """When; always without it."""


def _capacity_kind(written: Any) -> str:
    return "<shifts>" if isinstance(written, list | tuple) else "<count>"


class Resource(Pedigreed):
    """A pool of equal units: officers, lanes, bays, scanners, vehicles."""

    label: Text | None = None
    """For people; else its name."""
    agency: Name | None = None
    """The institution that owns it."""
    kind: Name = "unit"
    """officer, lane, bay, scanner, laboratory, vehicle …"""
    capacity: Annotated[
        Annotated[Units, Tag("<count>")] | Annotated[tuple[Shift, ...], Field(min_length=1), Tag("<shifts>")],
        Discriminator(_capacity_kind),
    ]
    """A count, or a list of shifts."""
    calendar: Name | None = None
    """When the count is on duty; always without it."""
    preempt: Annotated[tuple[Literal["priority", "breakdown"], ...], OrAlone()] = ()
    """What may interrupt its work: a head of better priority; a loss of units."""
    at_closing: Literal["finish", "stop", "fit", "clear"] = "finish"
    """What becomes of work and queue when units go off duty."""
    overtime: Stated[Duration] | None = None
    """With `at_closing: clear`: begins nothing more after that long."""
    cost_per_hour: Stated[Money] | None = None
    """Of one scheduled unit."""


class Zone(Pedigreed):
    """A place with finite room, shared by the steps that lie in it."""

    label: Text | None = None
    """For people; else its name."""
    room: Stated[Count]
    """Places; a full zone blocks what wants to enter."""
    kind: Name = "yard"
    """road, yard, cold_store …"""


class Stock(Pedigreed):
    """Equal things that are taken and put: packaging, goods on a shelf, cash in a machine."""

    label: Text | None = None
    """For people; else its name."""
    level: Stated[Count]
    """How many there are at the start of the run."""
    unit: str = ""
    """What is counted, as people write it: box, VND …"""


class Platform(Pedigreed):
    """A digital service that steps rely on."""

    label: Text | None = None
    """For people; else its name."""
    agency: Name | None = None
    """The institution that runs it."""
    rate: Stated[Rate] | None = None
    """How many messages it handles at most; what is more waits in its queue."""


class Occurrence(Pedigreed):
    """When a disruption is scheduled."""

    start: LocalTime
    """Local date and time."""
    lasts: Stated[Duration]
    """How long."""


class Disruption(Pedigreed):
    """Something that goes wrong (or right): scheduled `at` or random `every`."""

    label: Text | None = None
    """For people; else its name."""
    on: Annotated[
        tuple[str, ...],
        Field(min_length=1),
        OrAlone(),
        words_schema("resources.x, platforms.x, steps.x, flows.x; one or a list"),
    ]
    """What it hits: `platforms.x`, `resources.x`, `steps.x`, `flows.x`; one or a list."""
    down: Flag = False
    """Platforms: out of service."""
    lose: Stated[Count] | None = None
    """Resources: units that are away."""
    factor: Stated[Factor] | None = None
    """Resources: of capacity; platforms and steps: of durations; flows: of demand."""
    at: Annotated[tuple[Occurrence, ...], OrAlone()] = ()
    """Scheduled: a list of {start, lasts}."""
    every: Stated[Rate] | None = None
    """Random: how often."""
    lasts: TimeDistribution | None = None
    """Random: how long each time."""


class Published(Written):
    """A figure that somebody published, and what it is to this scenario."""

    kpi: Name
    """Which KPI it is."""
    labels: dict[Name, str] = Field(default_factory=dict)
    """Of which part: direction, gate …"""
    value: float
    """The number, in `unit`."""
    unit: str
    """As the KPI reports it: s, 1, ratio …"""
    mark: Literal["given", "fitted", "predicted"]
    """Typed in, tuned to, or foretold: only `predicted` counts as a check."""
    source: str
    """Key of `sources`."""
    between: tuple[float, float] | None = None
    """Where a range was published: its ends; `value` is what is shown of it."""
    note: Text | None = None
    """For people."""

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Published:
        if self.between is not None and not self.between[0] <= self.value <= self.between[1]:
            raise Flaw([*self.between], *_NOT_AROUND_IT)
        return self


class Expected(Written):
    """A band in which an indicator is expected, and why: a judgement, not a measurement."""

    kpi: Name
    """Which KPI it is."""
    labels: dict[Name, str] = Field(default_factory=dict)
    """Of which part: direction, gate …"""
    between: tuple[float, float]
    """Lowest and highest value that would not surprise, in `unit`."""
    unit: str
    """s, min, h, d, 1, %, ratio, VND …"""
    reason: Text
    """Why so."""

    @field_validator("between")
    @classmethod
    def _is_ordered(cls, between: tuple[float, float]) -> tuple[float, float]:
        if between[0] > between[1]:
            raise Flaw(list(between), *_BACKWARDS)
        return between


_NOT_AROUND_IT = (
    Label(vi="không chứa 'value', hoặc viết ngược", en="does not hold 'value', or is written backwards"),
    Label(vi="hãy viết 'between: [thấp nhất, cao nhất]', 'value' nằm trong đó",
          en="write 'between: [lowest, highest]', with 'value' in it"),
)  # fmt: skip

_BACKWARDS = (
    Label(vi="được viết ngược", en="is written backwards"),
    Label(vi="hãy viết 'between: [thấp nhất, cao nhất]'", en="write 'between: [lowest, highest]'"),
)


class Scenario(Written):
    """A whole scenario."""

    name: Name
    """Letters, digits, dashes; the file's name."""
    title: Text
    """What it is called."""
    question: Text
    """What it answers."""
    time_zone: ZoneName = "Asia/Ho_Chi_Minh"
    """Of all local times that do not say otherwise."""
    start: LocalTime
    """Time 0, local."""
    window: Stated[Duration] | None = None
    """What is reported; may only be left out with `until: empty`."""
    lead_in: Stated[Duration] | None = None
    """Simulated before the window, so that it does not start empty."""
    horizon: Literal["terminating", "cyclic", "stationary"] = "terminating"
    """A day or a crisis; nights and weekends that repeat; a steady state."""
    until: Literal["window", "empty"] = "window"
    """Stop at the end of the window, or when everybody has left."""
    at_most: Stated[Duration] | None = None
    """With `until: empty`: stop here at the latest."""
    as_of: Day | None = None
    """Selects administrative tiers and names of agencies."""
    count_unit: CountUnit | None = None
    """What one crossing is."""
    sources: dict[str, Source] = Field(default_factory=dict)
    """Where the numbers come from."""
    agencies: dict[Name, Agency] = Field(default_factory=dict)
    """Institutions."""
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    """Opening hours."""
    resources: dict[Name, Resource] = Field(default_factory=dict)
    """Pools of units."""
    zones: dict[Name, Zone] = Field(default_factory=dict)
    """Places with finite room."""
    stocks: dict[Name, Stock] = Field(default_factory=dict)
    """Levels that are taken and put."""
    platforms: dict[Name, Platform] = Field(default_factory=dict)
    """Digital services."""
    steps: Annotated[dict[Name, Step], Field(min_length=1)]
    """Stations of the process."""
    flows: Annotated[dict[Name, Flow], Field(min_length=1)]
    """Kinds of entity."""
    disruptions: dict[Name, Disruption] = Field(default_factory=dict)
    """What goes wrong."""
    rules: dict[Name, Rule] = Field(default_factory=dict)
    """What the people in charge do when a state holds for a time."""
    targets: dict[Name, Stated[Duration]] = Field(default_factory=dict)
    """KPI → service target."""
    rates: Rates | None = None
    """What waiting costs, burns and spoils: read by the indicators, never by the engines."""
    published: tuple[Published, ...] = ()
    """Figures to compare with."""
    expected: tuple[Expected, ...] = ()
    """Bands in which the main indicators are expected."""
