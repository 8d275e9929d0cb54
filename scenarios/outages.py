"""Outages put into a scenario: an agency that does not work, or a platform that is down, for some hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from scenarios.resolved import Disruption, Label, Resolved

Kind = Literal["agency", "platform"]


@dataclass(frozen=True, slots=True)
class Target:
    """What may fail: an agency with all its resources and platforms, or one platform.

    on : what a disruption of it stands on
    """

    kind: Kind
    name: str
    label: Label
    on: tuple[tuple[Literal["resource", "platform", "step", "flow"], str], ...]

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"


def targets(scenario: Resolved) -> tuple[Target, ...]:
    """All agencies that have anything to fail, then all platforms, in the order of the file."""
    found = [
        Target("agency", name, agency.label, tuple(belonging(scenario, name)))
        for name, agency in scenario.agencies.items()
    ]
    found += [
        Target("platform", name, platform.label, (("platform", name),))
        for name, platform in scenario.platforms.items()
    ]
    return tuple(target for target in found if target.on)


def belonging(scenario: Resolved, agency: str) -> Iterator[tuple[Literal["resource", "platform"], str]]:
    """The resources and platforms of an agency; a resource that its steps alone need is its own too."""
    for name, resource in scenario.resources.items():
        if resource.agency == agency or (resource.agency is None and _users(scenario, name) == {agency}):
            yield "resource", name
    for name, platform in scenario.platforms.items():
        if platform.agency == agency:
            yield "platform", name


def _users(scenario: Resolved, resource: str) -> set[str | None]:
    """The agencies of the steps that need a resource."""
    return {
        step.agency
        for step in scenario.steps.values()
        if any(resource == pool for need in step.needs for pool, _ in need.any_of)
    }


def with_outage(scenario: Resolved, target: Target, start: int, length: int) -> Resolved:
    """A scenario in which a target fails from `start` on, for `length` [ms].

    Its resources have no units and its platforms are down: what is under way is completed, interrupted or
    waits as the scenario says of any disruption, and units that rules keep or open stay. It draws nothing, so
    the same entities come with the same durations.
    """
    name = "outage"
    while name in scenario.disruptions:
        name += "_"
    outage = Disruption(target.label, target.on, factor=0, down=True, when=((start, length),))
    return replace(scenario, disruptions={**scenario.disruptions, name: outage})
