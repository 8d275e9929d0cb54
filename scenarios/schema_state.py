"""The written form of what reads the state of a run: conditions, balking, rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scenarios.quantities import Count, Duration, Pedigreed, Share, Stated
from scenarios.words import Name, Names, OrAlone, Text


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


class Effect(Pedigreed):
    """What a rule does to one thing while it is in force."""

    close: Name | None = None
    """A step that nobody is let into: who comes is held where it is."""
    open: Name | None = None
    """A resource that gets `units` more."""
    keep: Name | None = None
    """A resource of which at least `units` stay on duty, also after hours."""
    units: Stated[Count] | None = None
    """How many, to `open` or to `keep`."""
    divert: Name | None = None
    """A choice at which everybody takes the option `to`."""
    to: Name | None = None
    """Which option."""


class Rule(Pedigreed):
    """What the people in charge do when a state holds for a time."""

    label: Text | None = None
    """For people; else its name."""
    when: Conditions
    """What must hold; several conditions all at once."""
    lasts: Annotated[Stated[Duration] | None, Field(alias="for")] = None
    """For how long it must have held, without a break."""
    do: Annotated[tuple[Effect, ...], Field(min_length=1), OrAlone()]
    """What is done then."""
    until: Annotated[tuple[Condition, ...], OrAlone()] = ()
    """What ends it; without it, it ends when `when` holds no longer."""
    until_for: Stated[Duration] | None = None
    """For how long that must have held."""
    delay: Stated[Duration] | None = None
    """From the decision to the effect, at the beginning and at the end."""
    agreed_by: Names = ()
    """The agencies that must agree: told to people."""
