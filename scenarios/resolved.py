"""The resolved form of a scenario: everything a run needs, as data, with nothing implicit (law §1).

A person writes the *written form* (`scenarios/schema.py`, YAML). `scenarios/resolve.py` turns it into this
one: every default filled in, every distribution an integer quantile table, every holiday a date, every
routing decision a name. Engines, reports and stored results read only this form, so an old resolved file
gives the same digest on any machine and with any later library.

Units: time in integer milliseconds [ms], factors in per mille (1000 = as stated), probabilities as thresholds
on the 52-bit scale of `sim.chance` (0 … 2**52). Names are the keys of the mappings; their order is the order
of the file, and the law's tie-breaks follow it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

RESOLVED_VERSION = 1
"""Goes up when the meaning of the resolved form changes."""

CERTAIN = 1 << 52
"""The upper end of the probability scale: a threshold that every draw stays below."""

ARRIVAL_UNIT = 1_000_000
"""One expected arrival, in the integer units of `DayShapes` and of the gap table [millionths]."""

LATER: dict[str, bool] = {"later": True}
"""Metadata of a field that came after version 1: empty, it is left out, so that old hashes stay."""

REST = "other"
"""The option of a choice by the state of the run that is taken when no condition holds."""

DAY = 86_400_000
"""A calendar day without clock change [ms]."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text for people, in both languages of the house."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    text: str | Label
    url: str | None = None


@dataclass(frozen=True, slots=True)
class By:
    """A value that depends on an attribute of the entity: one case for each value of the attribute."""

    attribute: str
    cases: dict[str, Tree]


Tree = int | str | None | By
"""A leaf (number, or the name of a table, mix or option, or nothing), or a choice by attribute."""

Table = tuple[int, ...]
"""A distribution as `sim.chance.quantile` reads it [ms or units]: one number (a constant), the quantiles on
the grid of `scenarios.grid` (SIZE numbers), or else steps: n ascending thresholds, the last one CERTAIN, then
the n values, ascending; value i is drawn by the first threshold that the draw is below."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares: value `values[i]` is drawn by the first i with draw < upto[i]; `upto[-1] == CERTAIN`."""

    values: tuple[str, ...]
    upto: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time axis. Time 0 is the start of the window."""

    zone: str
    start: str  # local date and time of time 0, ISO 8601 without offset
    start_utc: int  # time 0 [ms since 1970-01-01 UTC]
    offsets: tuple[tuple[int, int], ...]  # (from [ms on the time axis], offset of local time from UTC [ms])
    horizon: Literal["terminating", "cyclic", "stationary"]
    lead_in: int  # simulated before the window [ms]
    window: int | None  # length of the result window [ms]; None: as long as the run (only with until: empty)
    until: Literal["window", "empty"]
    at_most: int  # the run stops here at the latest [ms]; equal to the window unless until is `empty`


@dataclass(frozen=True, slots=True)
class Agency:
    """An institution that owns steps and resources."""

    label: Label
    country: str = "VN"


Hours = tuple[tuple[int, int], ...]
"""Open intervals [open, close) of one local day, ascending and disjoint, 0 … DAY [ms after midnight]."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something is open: a weekly template (Monday first), replaced on stated dates."""

    label: Label
    offsets: tuple[tuple[int, int], ...]  # as in Clock, for the calendar's own zone
    week: tuple[Hours, ...]  # seven, Monday first
    dates: dict[str, Hours] = field(default_factory=dict)  # ISO date → its hours (holidays, exceptions)


@dataclass(frozen=True, slots=True)
class Shift:
    """Units on duty while a calendar is open (always, without calendar)."""

    calendar: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A pool of equal units. What is scheduled is the sum over its shifts."""

    label: Label
    shifts: tuple[Shift, ...]
    agency: str | None = None
    kind: str = "unit"  # officer, lane, bay, scanner, laboratory, vehicle …
    cost_per_hour: int | None = None  # [VND per scheduled unit hour]
    preempt: tuple[Literal["priority", "breakdown"], ...] = field(default=(), metadata=LATER)
    at_closing: Literal["stop", "fit", "clear"] | None = field(default=None, metadata=LATER)  # None: finish
    overtime: int | None = field(default=None, metadata=LATER)  # clear: at most so long [ms]; None: no limit


@dataclass(frozen=True, slots=True)
class Zone:
    """A place with finite room, shared by the steps that lie in it."""

    label: Label
    room: int
    kind: str = "yard"  # road, yard, cold_store …


@dataclass(frozen=True, slots=True)
class Stock:
    """Equal things that are taken and put: parcels, packaging, cash in a machine."""

    label: Label
    level: int  # at the start of the run
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    """A digital service that steps rely on."""

    label: Label
    agency: str | None = None
    handling: str | None = field(default=None, metadata=LATER)  # the resource that limits its messages


RIDE = ".ride"
"""What the name of the step ends in that those are in whom a gather's carrier takes along."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a piece of work needs: units of the first written pool that has enough of them free."""

    any_of: tuple[tuple[str, int], ...]  # (resource, units)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a `send` step sends out and waits for, or what a `join` waits for."""

    of: str  # the send step
    wait_for: int | None = None  # how many must have ended; None: all
    flow: str | None = None  # send: the flow of the sub-entities
    count: Tree = None  # send: leaf: how many, or the name of an attribute


@dataclass(frozen=True, slots=True)
class Condition:
    """A number read from the state of the run, and what it must be: more than `above`, less than `below`."""

    what: Literal["queue", "backlog", "inside", "zone", "platform", "stock"]
    of: tuple[str, ...]  # steps, flows, zones, platforms or stocks; what is read of each is added up
    flows: tuple[str, ...] = ()  # queue and backlog: entities of these flows only; without any: of all
    above: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Balking:
    """Who finds so many waiting that it does not join."""

    chances: tuple[tuple[int, int], ...]  # (so many wait, or more; threshold of the draw), ascending
    to: str | None = None  # where it goes; None: it is lost


@dataclass(frozen=True, slots=True)
class Gather:
    """When those who wait in a step depart together, and how many of them."""

    number: int | None = None  # due when so many wait
    weight: int | None = None  # due when they weigh so much together
    weigh: str | None = None  # the number attribute that is weighed
    departures: str | None = None  # due whenever this calendar opens
    max_wait: int | None = None  # due when one of them has waited so long [ms]
    most: int | None = None  # departs with at most so many
    most_weight: int | None = None  # … and with at most so much, unless the first alone is more
    carrier: str | None = None  # the flow of the entity that carries them; its vehicle: the step's needs


@dataclass(frozen=True, slots=True)
class Message:
    """What a step is of a message: its way to the platform, the answer, or the pause before another try."""

    of: str  # the step as it was written, which is the first try
    part: Literal["sent", "answer", "pause"]
    tried: int = 1  # which try, or the pause after which


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a process."""

    label: Label
    kind: Literal[
        "work", "wait", "choose", "parallel", "end", "hold", "free", "take", "put", "send", "join", "gather",
        "ride", "release",
    ]  # fmt: skip
    agency: str | None = None
    purpose: str | None = None  # inspection, payment, attempt …: what kind of work it is, for the KPIs
    milestones: tuple[str, ...] = ()
    room: int | None = None  # places in the step: waiting, served and held (Kendall's K)
    zone: str | None = None
    needs: tuple[Need, ...] = ()
    time: Tree = None  # leaf: name of a table
    priority: Tree = None  # leaf: number, smaller first; None: the flow's
    patience: Tree = None  # leaf: name of a table; None: endless
    patience_to: str | None = None  # where a reneging entity goes; None: it is lost
    full_to: str | None = None  # where an entity goes that finds no place; None: it waits (blocking)
    platforms: tuple[str, ...] = ()
    fallback: Tree = None  # leaf: name of the table when a platform is down; None: the step waits
    on_outage: Literal["finish", "pause", "restart"] = "finish"
    while_blocked: Literal["keep", "release"] = "keep"
    by: str | None = None  # choose: the attribute whose value is the option
    shares: Tree = None  # choose: leaf: name of a mix whose values are the options
    option_labels: dict[str, Label] = field(default_factory=dict)  # choose: option → what people read
    branches: tuple[str, ...] = ()  # parallel: first step of each branch
    outcome: Literal["completed", "turned_back"] = "completed"  # end
    on_preempt: Literal["restart", "finish"] | None = field(default=None, metadata=LATER)  # None: resume
    reserve: bool = field(default=False, metadata=LATER)  # the head takes its needs one after the other
    frees: tuple[str, ...] = field(default=(), metadata=LATER)  # free: the hold steps whose units go back
    errand: Errand | None = field(default=None, metadata=LATER)  # send, join
    gather: Gather | None = field(default=None, metadata=LATER)
    stock: str | None = field(default=None, metadata=LATER)  # take, put
    amount: Tree = field(default=None, metadata=LATER)  # take, put: leaf: number, or name of an attribute
    partial: bool = field(default=False, metadata=LATER)  # take: less is taken if there is less
    short_to: str | None = field(default=None, metadata=LATER)  # take: where too little leads
    shortest: bool = field(default=False, metadata=LATER)  # choose: the option with the fewest at its step
    when: dict[str, tuple[Condition, ...]] = field(default_factory=dict, metadata=LATER)
    """choose: option → what must all hold; the first option whose conditions hold, else `other`"""
    balking: Balking | None = field(default=None, metadata=LATER)
    message: Message | None = field(default=None, metadata=LATER)

    @property
    def is_answer(self) -> bool:
        """Whether its patience began with the visit before, and ends its service too (law §4, Message)."""
        return self.message is not None and self.message.part == "answer"

    @property
    def escapes(self) -> tuple[str, ...]:
        """Where an entity goes that is not served here: out of patience, no place, too little, balking."""
        away = self.balking.to if self.balking is not None else None
        ways = (self.patience_to, self.full_to, self.short_to, away)
        return tuple(to for to in ways if to is not None)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that every entity of a flow is born with."""

    label: Label
    kind: Literal["category", "number"]
    draw: Tree  # leaf: name of a mix (category) or of a table (number); may depend on earlier attributes
    values: tuple[str, ...] = ()  # category: in the order of the file
    labels: dict[str, Label] = field(default_factory=dict)  # of the values
    unit: str = ""  # number


@dataclass(frozen=True, slots=True)
class DayShapes:
    """Expected arrivals through a day, cumulative, by kind of day."""

    shapes: tuple[tuple[int, ...], ...]  # 25 edges each, from 0 [millionths of an arrival]
    by_month: tuple[tuple[int, ...], ...]  # 12 × 7 (January … × Monday …) → number of a shape
    by_date: dict[str, int] = field(default_factory=dict)  # ISO date → number of a shape


@dataclass(frozen=True, slots=True)
class ListedArrival:
    """One row of a list of arrivals."""

    at: int  # [ms]
    day: int  # local date [days since 1970-01-01]
    number: int
    attributes: dict[str, str | int] = field(default_factory=dict)  # given ones; the rest is drawn


@dataclass(frozen=True, slots=True)
class Appointments:
    """Slots with a quota, which those who want to come may book."""

    slot: int  # length [ms]
    quota: int  # bookings of one slot
    calendar: str | None = None  # slots follow one another from each opening; None: from each midnight
    uptake: int = CERTAIN  # threshold: who draws below it books
    no_show: int = 0  # threshold: who draws below it never comes
    ahead: int = 0  # who is never late comes so long before the slot [ms]
    delay: str | None = None  # name of a table: how much later than that [ms]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How entities of a flow come."""

    kind: Literal["rate", "count", "list", "none"]
    days: DayShapes | None = None
    gap: str | None = None  # rate: name of the table of unit exponential gaps [millionths]
    count: int | None = None  # rate: stop after so many; count: so many in all
    demand: int = 1000  # [per mille] of the base rate
    listed: tuple[ListedArrival, ...] = ()
    appointments: Appointments | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Entities that are there when the run starts."""

    count: int
    at: str  # the step they wait in
    age: Tree  # leaf: name of a table [ms]
    attributes: dict[str, Tree] = field(default_factory=dict)  # replaces the flow's `draw` where given


@dataclass(frozen=True, slots=True)
class Flow:
    """A kind of entity, and its way through the steps."""

    label: Label
    arrivals: Arrivals
    first: str
    next: dict[str, str | None]  # step → following step; None: the way (or the branch) ends here
    options: dict[str, dict[str, str | None]] = field(default_factory=dict)  # choose step → option → step
    attributes: dict[str, Attribute] = field(default_factory=dict)
    priority: Tree = 0  # leaf: number, smaller first
    backlog: Backlog | None = None
    count_unit: Literal["loaded", "empty", "both"] | None = None


@dataclass(frozen=True, slots=True)
class Disruption:
    """Something that goes wrong (or right): on each target while it lasts."""

    label: Label
    on: tuple[tuple[Literal["resource", "platform", "step", "flow"], str], ...]
    lose: int = 0  # resource: units lost
    factor: int = 1000  # [per mille] resource: of capacity; platform, step: of durations; flow: of demand
    down: bool = False  # platform
    when: tuple[tuple[int, int], ...] = ()  # scheduled: (start, length) [ms]
    days: DayShapes | None = None  # random: expected occurrences through a day
    gap: str | None = None  # random: table of unit exponential gaps
    length: Tree = None  # random: name of a table [ms]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does to one thing while it is in force."""

    what: Literal["close", "open", "keep", "divert"]
    target: str  # close: a step · open, keep: a resource · divert: a choice
    units: int = 0  # open: units beyond the capacity; keep: units below which the capacity does not fall
    option: str | None = None  # divert: which option everybody takes


@dataclass(frozen=True, slots=True)
class Rule:
    """What the people in charge do when a state holds for a time."""

    label: Label
    when: tuple[Condition, ...]  # all must hold …
    effects: tuple[Effect, ...]
    lasts: int = 0  # … for so long [ms]
    until: tuple[Condition, ...] = ()  # ends it when all hold; without any: when `when` holds no longer …
    until_lasts: int = 0  # … for so long [ms]
    delay: int = 0  # from the decision to its effect [ms]
    agreed_by: tuple[str, ...] = ()  # agencies


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that somebody published, and what it is to this scenario."""

    kpi: str
    labels: dict[str, str]
    value: float
    unit: str
    mark: Literal["given", "fitted", "predicted"]
    source: str
    note: Label | None = None
    between: tuple[float, float] | None = field(default=None, metadata=LATER)  # where a range was published


@dataclass(frozen=True, slots=True)
class Expected:
    """A band in which an indicator is expected, and why: a judgement, not a measurement."""

    kpi: str
    labels: dict[str, str]
    low: float
    high: float
    unit: str
    reason: Label


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a load of some goods is worth, and how it keeps: fresh for a time, then spoiling evenly."""

    load: float  # [kg]
    price: float  # [VND/kg]
    fresh: int  # age up to which nothing is spoilt [ms]
    spoilt: int  # age from which all is [ms]
    age: int = 0  # when it comes [ms]
    cooling: float = 0  # [l/h]


@dataclass(frozen=True, slots=True)
class Rates:
    """What turns waiting into money, fuel, metres and spoilt goods: for indicators, not for engines."""

    flows: tuple[str, ...]
    waits: tuple[str, ...] = ()  # steps without service that are waiting to who is there
    waiting_cost: float | None = None  # [VND/h]
    idling: float | None = None  # [l/h]
    engine_on: float = 1.0  # share of the waiting
    co2: float | None = None  # [kg/l]
    overtime: float | None = None  # factor of the cost of an hour
    spacing: float | None = None  # from one vehicle in the line to the next [m]
    lanes: int = 1
    queue_at: tuple[str, ...] = ()  # steps; any if none
    fees: dict[str, int] = field(default_factory=dict)  # step → [VND]
    goods: dict[str, Keeping] = field(default_factory=dict)  # value of `goods` → what a load is

    def tell(self, what: str) -> bool:
        """Whether they say what some indicators need: fuel, or one of the words above."""
        if what == "fuel":
            return self.idling is not None or any(kept.cooling for kept in self.goods.values())
        return getattr(self, what) not in (None, {})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the written form with its pedigree."""

    path: str  # dotted, as in `overrides`
    value: str  # as written, with its unit
    source: str  # key of `sources`, "assumption", or "override": changed here; "" in `instead`: none was said
    range: tuple[str, str] | None = None
    owner: str | None = None  # the agency that could tell
    instead: Parameter | None = field(default=None, metadata=LATER)  # what an override put it in place of


@dataclass(frozen=True, slots=True)
class Resolved:
    """A whole scenario. `scenario_hash` is its identity."""

    version: int
    name: str
    title: Label
    question: Label
    clock: Clock
    as_of: str | None = None  # ISO date that selects tiers and agency names
    count_unit: Literal["loaded", "empty", "both"] | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    platforms: dict[str, Platform] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    disruptions: dict[str, Disruption] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict, metadata=LATER)
    targets: dict[str, int] = field(default_factory=dict)  # KPI → service target [ms]
    published: tuple[Published, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    tables: dict[str, Table] = field(default_factory=dict)
    mixes: dict[str, Mix] = field(default_factory=dict)
    stocks: dict[str, Stock] = field(default_factory=dict, metadata=LATER)
    expected: tuple[Expected, ...] = field(default=(), metadata=LATER)
    rates: Rates | None = field(default=None, metadata=LATER)


def to_json(scenario: Resolved) -> str:
    """The resolved form as one line of JSON, keys in the order of the file."""
    return json.dumps(_plain(scenario), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Dataclasses as mappings, tuples as lists; a `later` field that says nothing is left out."""
    if isinstance(value, tuple):
        return list(value) if value and type(value[0]) is int else [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if not is_dataclass(value):
        return value
    said = {field.name: getattr(value, field.name) for field in fields(value)}
    unsaid = {field.name for field in fields(value) if "later" in field.metadata and not said[field.name]}
    return {name: _plain(one) for name, one in said.items() if name not in unsaid}


def from_json(text: str | bytes) -> Resolved:
    """Read a resolved form back.

    Raises
    ------
    pydantic.ValidationError
        If the text is not a resolved scenario.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(Resolved).validate_json(text)


def scenario_hash(scenario: Resolved) -> str:
    """The identity of a resolved scenario: SHA-256 of its JSON, in hexadecimal."""
    return hashlib.sha256(to_json(scenario).encode()).hexdigest()
