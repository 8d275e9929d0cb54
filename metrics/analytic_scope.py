"""What of a scenario an analytic estimate does not know: left out and told, or reason to say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.offered import MOST_COMBINATIONS, kinds_of
from scenarios.resolved import Resolved, Step

REFUSED = (
    "hold", "gather", "stock", "send", "rules", "when", "appointments", "balking", "reserve", "kinds",
    "empty",
)  # fmt: skip
"""What moves too much of a scenario for an estimate without it to mean anything."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not in the estimate; `where`: one place that has it, of perhaps several."""

    what: str
    where: str

    @property
    def refused(self) -> bool:
        """Whether nothing can be said because of it."""
        return self.what in REFUSED


def unknown(scenario: Resolved) -> list[Unknown]:
    """What is not in the estimate, each kind of thing once, where it is first met."""
    found: dict[str, Unknown] = {}
    for each in _everything(scenario):
        found.setdefault(each.what, each)
    return sorted(found.values(), key=lambda each: not each.refused)


def _everything(scenario: Resolved) -> Iterator[Unknown]:
    for name, step in scenario.steps.items():
        yield from (Unknown(what, name) for what in _of_step(step))
    for name, pool in scenario.resources.items():
        if pool.preempt:
            yield Unknown("preempt", name)
        if pool.at_closing is not None:
            yield Unknown("at_closing", name)
    for name, disruption in scenario.disruptions.items():
        kinds = {kind for kind, _ in disruption.on}
        if kinds & {"platform", "step"} or (disruption.days is not None and "flow" in kinds):
            yield Unknown("disruption", name)
    for name, flow in scenario.flows.items():
        if flow.arrivals.appointments is not None:
            yield Unknown("appointments", name)
        if not kinds_of(scenario, flow):
            yield Unknown("kinds", f"{name} > {MOST_COMBINATIONS}")
    if scenario.rules:
        yield Unknown("rules", next(iter(scenario.rules)))
    if scenario.clock.window is None:
        yield Unknown("empty", scenario.name)


KINDS = {
    "hold": "hold", "free": "hold", "take": "stock", "put": "stock", "send": "send", "join": "send",
    "gather": "gather", "ride": "gather", "release": "gather",
}  # fmt: skip


def _of_step(step: Step) -> Iterator[str]:
    if step.kind in KINDS:
        yield KINDS[step.kind]
    if step.balking is not None:
        yield "balking"
    if step.reserve:
        yield "reserve"
    if step.message is not None:
        yield "message"
    elif step.patience is not None:
        yield "patience"
    if step.when:
        yield "when"
    if step.shortest:
        yield "shortest"
    if any(len(need.any_of) > 1 for need in step.needs):
        yield "any_of"
    if len(step.needs) > 1:
        yield "joint"
    if step.room is not None or step.full_to is not None:
        yield "room"
    if step.while_blocked == "release":
        yield "room"
