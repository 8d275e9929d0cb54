"""The written form of `rates`: what turns waiting into money, fuel, kilometres and spoilt goods."""

from __future__ import annotations

from pydantic import Field

from scenarios.quantities import (
    Burn,
    Count,
    Duration,
    Emission,
    Factor,
    Length,
    Load,
    Money,
    MoneyPerHour,
    Pedigreed,
    Price,
    Share,
    Stated,
)  # fmt: skip
from scenarios.words import Name, Names


class Goods(Pedigreed):
    """What one load of some goods is worth, and how it keeps: fresh for a time, then spoiling evenly."""

    load: Stated[Load]
    """Of one entity."""
    price: Stated[Price]
    """Of a kilogram, fresh."""
    age: Stated[Duration] | None = None
    """Since harvest, when the entity comes; nothing without it."""
    fresh: Stated[Duration]
    """Age up to which nothing is spoilt."""
    spoilt: Stated[Duration]
    """Age from which all is spoilt."""
    cooling: Stated[Burn] | None = None
    """Fuel for cooling, all the time that the entity is here."""


class Queue(Pedigreed):
    """The line that those who wait would make."""

    spacing: Stated[Length]
    """From one vehicle to the next."""
    lanes: Stated[Count] | None = None
    """Side by side; one without it."""
    steps: Names = ()
    """Where they wait; at any step without it."""


class Rates(Pedigreed):
    """Numbers of the indicators of money, fuel, queue length and freshness."""

    of: Names = ()
    """The flows they are about; all without it."""
    waits: Names = ()
    """Steps of kind `wait`, `send` or `join` that are waiting to who is there: a call, a paper; no drive."""
    waiting_cost: Stated[MoneyPerHour] | None = None
    """Of an hour that one entity waits: driver, vehicle."""
    idling: Stated[Burn] | None = None
    """Fuel of an engine that idles."""
    engine_on: Stated[Share] | None = None
    """Share of the waiting with the engine on; all of it if not given."""
    co2: Stated[Emission] | None = None
    """Carbon dioxide from a litre of fuel."""
    overtime: Stated[Factor] | None = None
    """Pay of an hour of overtime, as a factor of `cost_per_hour`."""
    queue: Queue | None = None
    """The line that those who wait would make."""
    fees: dict[Name, Stated[Money]] = Field(default_factory=dict)
    """Step → what is paid there."""
    goods: dict[Name, Goods] = Field(default_factory=dict)
    """Value of the attribute `goods` → what a load of it is worth and how it keeps."""
