"""The written form of what reads the state of a run: conditions, and who does not join a long queue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scenarios.quantities import Count, Pedigreed, Share, Stated
from scenarios.words import Name, Names, OrAlone


class Condition(Pedigreed):
    """A number read from the state of the run, and what it must be: `{queue: documents, above: 20}`."""

    queue: Names = ()
    """Steps: how many wait for their start there, at the door or inside."""
    backlog: Names = ()
    """Steps: how many have come there and are not done: at the door, waiting, in service."""
    inside: Names = ()
    """Flows: how many of their entities are in the model."""
    occupancy: Names = ()
    """Zones: places taken."""
    stock: Names = ()
    """Stocks: their level."""
    up: Name | None = None
    """A platform that must be up."""
    down: Name | None = None
    """A platform that must be down."""
    flows: Names = ()
    """With `queue` and `backlog`: count the entities of these flows only."""
    above: Stated[Count] | None = None
    """More than this."""
    below: Stated[Count] | None = None
    """Less than this."""


Conditions = Annotated[tuple[Condition, ...], Field(min_length=1), OrAlone()]
"""All of them must hold."""


class Balk(Pedigreed):
    """Who finds so many waiting for their start does not join."""

    at: Stated[Count] | None = None
    """So many wait, or more: nobody joins."""
    chances: dict[Count, Stated[Share]] = Field(default_factory=dict)
    """So many wait, or more → the share that does not join."""
    to: Name | None = None
    """Where it goes then; without it the entity is lost."""
