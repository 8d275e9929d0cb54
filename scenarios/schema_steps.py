"""The written form of steps: what happens at one station of a process."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from scenarios.distributions import TimeDistribution
from scenarios.quantities import Count, Duration, Number, Pedigreed, Share, Stated, Written
from scenarios.schema_state import Balk, Conditions
from scenarios.words import Cases, Flag, Name, Names, OrAlone, Text, one_or_cases

# ---- what may depend on an attribute ----


class TimeCases(Cases):
    """A duration by attribute."""

    __pydantic_extra__: dict[str, Times]


Times = Annotated[
    Annotated[TimeDistribution, Tag("<one>")] | Annotated[TimeCases, Tag("<cases>")],
    Discriminator(one_or_cases),
]


class CountCases(Cases):
    """A whole number by attribute."""

    __pydantic_extra__: dict[str, Counts]


Counts = Annotated[
    Annotated[Stated[Count], Tag("<one>")] | Annotated[CountCases, Tag("<cases>")],
    Discriminator(one_or_cases),
]


class Shares(Pedigreed):
    """Shares of named options; they add up to 100 %."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Stated[Share]]

    @property
    def shares(self) -> dict[str, Stated[Share]]:
        """Option or value → its share, in the order of the file."""
        return self.model_extra or {}


def _amount_kind(written: Any) -> str:
    if isinstance(written, str) and not written.strip()[:1].isdigit():
        return "<word>"
    return one_or_cases(written)


class AmountCases(Cases):
    """An amount by attribute."""

    __pydantic_extra__: dict[str, Amounts]


Amounts = Annotated[
    Annotated[Name, Tag("<word>")]
    | Annotated[Stated[Count], Tag("<one>")]
    | Annotated[AmountCases, Tag("<cases>")],
    Discriminator(_amount_kind),
]


class SharesCases(Cases):
    """Shares by attribute."""

    __pydantic_extra__: dict[str, ShareTree]


ShareTree = Annotated[
    Annotated[Shares, Tag("<one>")] | Annotated[SharesCases, Tag("<cases>")], Discriminator(one_or_cases)
]

for _model in (TimeCases, CountCases, AmountCases, SharesCases):
    _model.model_rebuild()

# ---- what work needs ----


class AnyOf(Written):
    """Units of the first written pool that has enough of them free."""

    any_of: Annotated[tuple[Pool, ...], Field(min_length=1), OrAlone()]
    """Pools, in the order in which they are tried."""


class Units(Written):
    """So many units of a resource: `{scanner: 2}`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Stated[Count]]

    @property
    def units(self) -> dict[str, Stated[Count]]:
        """Resource → units."""
        return self.model_extra or {}


def _need(written: Any) -> str:
    if isinstance(written, dict):
        return next((f"<{key}>" for key in ("any_of", "all_of") if key in written), "<units>")
    tags = ((AnyOf, "<any_of>"), (AllOf, "<all_of>"), (Units, "<units>"))
    return next((tag for model, tag in tags if isinstance(written, model)), "<word>")


Pool = Annotated[Annotated[Name, Tag("<word>")] | Annotated[Units, Tag("<units>")], Discriminator(_need)]
OneNeed = (
    Annotated[Name, Tag("<word>")] | Annotated[Units, Tag("<units>")] | Annotated[AnyOf, Tag("<any_of>")]
)


class AllOf(Written):
    """All of them together: the long way to write a list."""

    all_of: Annotated[tuple[Annotated[OneNeed, Discriminator(_need)], ...], Field(min_length=1), OrAlone()]
    """What is needed at one instant."""


Need = Annotated[OneNeed | Annotated[AllOf, Tag("<all_of>")], Discriminator(_need)]
AnyOf.model_rebuild()
Needs = Annotated[tuple[Need, ...], Field(min_length=1), OrAlone()]

# ---- steps ----


class Patience(Pedigreed):
    """How long an entity waits for its start before it gives up."""

    time: Times
    """Runs from joining (the door included) to the start."""
    to: Name | None = None
    """Where it goes then; without it the entity is lost."""


class Fallback(Pedigreed):
    """What a start does when a platform is down: on paper."""

    time: Times
    """How long it takes then."""


class AnyStep(Pedigreed):
    """What every step may say."""

    label: Text | None = None
    """For people; else its name."""
    agency: Name | None = None
    """The institution that owns it."""


class VisitStep(AnyStep):
    """What every step may say that takes time."""

    purpose: Name | None = None
    """What kind of work it is (inspection, payment, attempt, travel …), for the KPIs."""
    milestone: Names = ()
    """What it marks in an entity's life: declared, arrived, released, crossed …; one or a list."""
    zone: Name | None = None
    """The zone the step lies in; each entity takes one of its places."""
    priority: Counts | None = None
    """Smaller first; else the flow's."""
    next: Name | None = None
    """The step that follows, only where no route tells."""


class PlaceStep(VisitStep):
    """What every step may say that has a door and a queue of its own."""

    room: Stated[Count] | None = None
    """Places in the step, the served and held included; a full step blocks the one before."""
    full_to: Name | None = None
    """Where an entity goes that finds no place, instead of blocking."""
    patience: Patience | None = None
    """Gives up that long after joining."""
    balk: Balk | None = None
    """Does not join a long queue."""


class TimedStep(PlaceStep):
    """What every step may say that has a duration of its own."""

    time: Times
    """How long it takes."""
    platform: Names = ()
    """Digital services it relies on: all must be up for a start."""
    fallback: Fallback | None = None
    """What a start does when one is down; without it starts wait."""
    on_outage: Literal["finish", "pause", "restart"] = "finish"
    """What becomes of work that is under way when a platform goes down."""


class WorkStep(TimedStep):
    """Work: needs resources and takes time."""

    kind: Literal["work"] = "work"
    resources: Needs
    """What it needs, all at once: `officers`, `[officers, {scanner: 2}]`, `{any_of: [vet_a, vet_b]}`."""
    while_blocked: Literal["keep", "release"] = "keep"
    """Whether the resources stay busy while the next place refuses."""
    reserve: Flag = False
    """Whether the head of the queue takes what it needs one by one, and keeps it until it has all."""
    on_preempt: Literal["resume", "restart", "finish"] = "resume"
    """Whether work that is interrupted goes on later or begins anew, or cannot be interrupted."""


class HoldStep(PlaceStep):
    """Takes units that stay with the entity, over the steps that follow, until it frees them."""

    kind: Literal["hold"]
    resources: Needs
    """What it takes, all at once, as for work."""
    reserve: Flag = False
    """As for work."""


class FreeStep(AnyStep):
    """Gives back what `hold` steps took. Takes no time."""

    kind: Literal["free"] = "free"
    free: Annotated[tuple[Name, ...], Field(min_length=1), OrAlone()]
    """The `hold` steps whose units are given back; one or a list."""
    next: Name | None = None
    """The step that follows, only where no route tells."""


class WaitStep(TimedStep):
    """Takes time but needs nobody: a drive, a cooling-off, a drying."""

    kind: Literal["wait"]


class MessageStep(VisitStep):
    """Sends a message over a platform, waits for the answer, and sends again what is not answered in time."""

    kind: Literal["message"]
    platform: Name
    """What it is sent over; its `rate` says how many messages it handles."""
    latency: Times
    """From being handled to the answer."""
    time_out: Stated[Duration] | None = None
    """Without an answer so long after it was sent, that try has failed; without it: waits."""
    tries: Stated[Count] | None = None
    """How often it is sent, the first time included; 3 with a time-out."""
    back_off: Stated[Duration] | None = None
    """The pause before the second try; each later one is twice as long."""
    failed_to: Name | None = None
    """Where an entity goes when the last try has failed (on paper, elsewhere); without it: it is lost."""


class ChooseStep(AnyStep):
    """Where ways part: by an attribute, by shares or by the state of the run. Takes no time."""

    kind: Literal["choose"] = "choose"
    by: Name | None = None
    """The attribute whose value is the option."""
    shares: ShareTree | None = None
    """Shares of the options; may depend on an attribute."""
    shortest: Flag = False
    """The option whose step holds the fewest."""
    when: dict[Name, Conditions] = Field(default_factory=dict)
    """Option → conditions; the first option whose conditions all hold, else `other`."""
    options: Annotated[dict[str, Annotated[tuple[Name, ...], OrAlone()]], Field(min_length=1)]
    """Option → `next`, a step, or a list of steps (a detour)."""
    labels: dict[str, Text] = Field(default_factory=dict)
    """Option → what people read; else the label of the attribute's value, or the option's name."""


class ParallelStep(PlaceStep):
    """Branches that go on side by side; it ends when the last of them ends."""

    kind: Literal["parallel"] = "parallel"
    branches: Annotated[
        tuple[Annotated[tuple[Name, ...], Field(min_length=1), OrAlone()], ...],
        Field(min_length=1),
    ]
    """Lists of steps."""


class GatherStep(PlaceStep):
    """Waits until there are enough, then all go on together; on a carrier, until it releases them."""

    kind: Literal["gather"]
    number: Stated[Count] | None = None
    """Departs when so many wait …"""
    weight: Stated[Number] | None = None
    """… or when they weigh so much …"""
    weigh: Name | None = None
    """The number attribute that is weighed."""
    departures: Name | None = None
    """… or whenever this calendar opens …"""
    max_wait: Stated[Duration] | None = None
    """… or when one of them has waited so long."""
    most: Stated[Count] | None = None
    """Departs with so many at most; else `number`."""
    most_weight: Stated[Number] | None = None
    """Departs with so much at most (the first always goes); else `weight`."""
    carrier: Name | None = None
    """The flow of the entity that carries them along its own route."""
    resources: Needs | None = None
    """What the carrier is: vehicles, drivers; busy until its way ends."""


class ReleaseStep(AnyStep):
    """A carrier sets down all that it carries; takes no time. The end of its way does so too."""

    kind: Literal["release"]


class TakeStep(PlaceStep):
    """Takes from a stock, in the order of the queue. Takes no time of its own."""

    kind: Literal["take"]
    stock: Name
    """What is taken from."""
    amount: Amounts
    """How much: a number, or the name of a number attribute; may depend on an attribute."""
    partial: Flag = False
    """Takes what there is if there is less, be it nothing, instead of waiting."""
    short_to: Name | None = None
    """Where an entity goes that would get too little, instead of waiting."""


class PutStep(AnyStep):
    """Puts into a stock. Takes no time and never waits."""

    kind: Literal["put"]
    stock: Name
    """What is put into."""
    amount: Amounts
    """How much: a number, or the name of a number attribute; may depend on an attribute."""


def _how_many(written: Any) -> str:
    return "<word>" if isinstance(written, str) and not written[:1].isdigit() else "<count>"


class SendStep(PlaceStep):
    """Sends out sub-entities (samples, documents), each on the way of its own flow, and waits for them."""

    kind: Literal["send"] = "send"
    flow: Name
    """The flow that they travel."""
    count: Amounts
    """How many, at most 255: a number, or the name of a number attribute; may depend on an attribute."""
    wait_for: Annotated[
        Annotated[Literal["all", "none"], Tag("<word>")] | Annotated[Stated[Count], Tag("<count>")],
        Discriminator(_how_many),
    ] = "all"
    """`all`, `none` (a `join` later may), or after how many it goes on."""


class JoinStep(PlaceStep):
    """Waits for the sub-entities that an earlier step sent out."""

    kind: Literal["join"]
    of: Name
    """The `send` step."""
    wait_for: Annotated[
        Annotated[Literal["all"], Tag("<word>")] | Annotated[Stated[Count], Tag("<count>")],
        Discriminator(_how_many),
    ] = "all"
    """`all`, or how many must have come to their end."""


class EndStep(AnyStep):
    """Where a way ends. Takes no time."""

    kind: Literal["end"] = "end"
    outcome: Literal["completed", "turned_back"] = "completed"
    """How the entity leaves."""


KINDS: dict[str, type[AnyStep]] = {
    "work": WorkStep, "wait": WaitStep, "choose": ChooseStep, "parallel": ParallelStep, "end": EndStep,
    "hold": HoldStep, "free": FreeStep,
    "take": TakeStep, "put": PutStep,
    "send": SendStep, "join": JoinStep,
    "gather": GatherStep, "release": ReleaseStep,
    "message": MessageStep,
}  # fmt: skip


def step_kind(written: Any) -> str:
    """Tag of a step: what `kind:` says, else what its keys say."""
    if isinstance(written, AnyStep):
        return f"<{written.kind}>"  # type: ignore[attr-defined]  # every kind of step has it
    keys = written if isinstance(written, dict) else {}
    if "kind" in keys:
        return f"<{keys['kind']}>"
    said = {
        "options": "<choose>", "branches": "<parallel>", "outcome": "<end>", "free": "<free>",
        "flow": "<send>",
    }  # fmt: skip
    return next((kind for key, kind in said.items() if key in keys), "<work>")


Step = Annotated[
    Annotated[WorkStep, Tag("<work>")]
    | Annotated[WaitStep, Tag("<wait>")]
    | Annotated[ChooseStep, Tag("<choose>")]
    | Annotated[ParallelStep, Tag("<parallel>")]
    | Annotated[EndStep, Tag("<end>")]
    | Annotated[HoldStep, Tag("<hold>")]
    | Annotated[FreeStep, Tag("<free>")]
    | Annotated[TakeStep, Tag("<take>")]
    | Annotated[PutStep, Tag("<put>")]
    | Annotated[SendStep, Tag("<send>")]
    | Annotated[JoinStep, Tag("<join>")]
    | Annotated[GatherStep, Tag("<gather>")]
    | Annotated[ReleaseStep, Tag("<release>")]
    | Annotated[MessageStep, Tag("<message>")],
    Discriminator(step_kind),
]
