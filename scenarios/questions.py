"""Questions about one scenario, as they are written: a map of outages, why it takes so long, a forecast.

What the options of `cuakhau resilience`, `why` and `forecast` say, as data of the same words.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from scenarios.errors import Flaw
from scenarios.experiments import MOST_REPLICATIONS, MOST_VARIANTS
from scenarios.quantities import Count, Duration, Share, Written
from scenarios.resolved import Label
from scenarios.schema_errors import read_as
from scenarios.situation import WrittenSituation
from scenarios.words import Name, Text

HOUR = 3_600_000

MOST_TARGETS = 100
MOST_TRUCKS = 100
MOST_POINTS = 1_000


class WrittenQuestion(Written):
    """What every question has."""

    base: str
    """A scenario."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value."""
    replications: Annotated[Count, Field(ge=2, le=MOST_REPLICATIONS)] | None = None
    """How many."""
    seed: Annotated[int, Field(ge=0, lt=1 << 64)] | None = None
    """Of chance; drawn and recorded when left out."""
    engine: Literal["compiled", "reference"] = "compiled"
    """Which engine."""
    level: Share = 0.95
    """Of all intervals."""

    @model_validator(mode="after")
    def _has_sense(self) -> WrittenQuestion:
        if not 0.5 <= self.level < 1:
            raise Flaw(
                self.level,
                Label(vi="có 'level' ngoài 50 % … 99,9 %", en="has a 'level' outside of 50 % … 99.9 %"),
                Label(vi="hãy viết như 'level: 95 %'", en="write it as 'level: 95 %'"),
            )
        for name in ("window", "every", "lasts", "horizon"):
            if (length := getattr(self, name, None)) is not None and length <= 0:
                raise Flaw(
                    length,
                    Label(vi=f"có '{name}' không lớn hơn 0", en=f"has a '{name}' that is not above 0"),
                    Label(vi="hãy viết như '2 h'", en="write it as '2 h'"),
                )
        return self


class WrittenFollowed(WrittenQuestion):
    """A question that follows everybody who comes in a window until they have left."""

    window: Duration | None = None
    """Another window than the scenario's."""
    drain: Duration | None = None
    """How long after the window those who came in it may take to leave."""


class WrittenOutages(WrittenFollowed):
    """What outages would do."""

    targets: Annotated[tuple[str, ...], Field(max_length=MOST_TARGETS)] = ()
    """`agency.x`, `platform.y`; all when left out."""
    every: Duration | None = None
    """Between the beginnings of two outages of one target."""
    lasts: Duration = 2 * HOUR
    """How long each outage lasts."""
    metres: Annotated[float, Field(ge=1, le=100)] = 20.0
    """Of road that one who waits takes up."""


class WrittenWhy(WrittenFollowed):
    """Why it takes so long."""

    trucks: Annotated[tuple[str, ...], Field(max_length=MOST_TRUCKS)] = ()
    """Addresses of entities whose stories are told too."""
    ranges: Annotated[Count, Field(ge=0, le=MOST_POINTS)] = 0
    """Points over the ranges of the assumptions at which the order of the parties is tried."""


class WrittenAction(Written):
    """What might be done."""

    label: Text | None = None
    """For people; else its name."""
    overrides: dict[str, Any]
    """Dotted path → value."""


class WrittenForecast(WrittenQuestion):
    """What the next days may bring."""

    situation: WrittenSituation = Field(default_factory=WrittenSituation)
    """Who is there now, and what is shut."""
    horizon: Duration = 72 * HOUR
    """How far."""
    limit: str | int | None = None
    """A number of those inside, or a zone for its room."""
    of: str = ""
    """`attribute=value`: whose number; of all when left out."""
    actions: Annotated[dict[Name, WrittenAction], Field(max_length=MOST_VARIANTS)] = Field(
        default_factory=dict
    )
    """Name → what might be done, each against doing nothing."""


Question = TypeVar("Question", bound=WrittenQuestion)


def read_question(text: str | bytes, kind: type[Question]) -> Question:
    """A question from its text.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    return read_as(kind, text)[0]
