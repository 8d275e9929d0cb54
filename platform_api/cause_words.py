"""Causes in words: why an entity did not move on, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from platform_api.texts import Language, pick, text
from scenarios.resolved import Label

OF_WHAT = {
    "zone": "zone", "down": "platform", "paused": "platform", "stock": "stock", "errand": "flow",
}  # fmt: skip
"""What a cause names; of others: resources."""


class Cause(Protocol):
    """What `metrics.causes` lays a part of a stay to."""

    @property
    def kind(self) -> str:
        """As in the record's reference."""
        ...

    @property
    def step(self) -> str:
        """Where."""
        ...

    @property
    def of(self) -> tuple[str, ...]:
        """What it is about."""
        ...


def nouns(vehicles: bool, language: Language) -> dict[str, str]:
    """What they are called who come: one of them, many."""
    kind = "vehicle" if vehicles else "case"
    return {"one": text(f"noun.{kind}", language), "many": text(f"noun.{kind}s", language)}


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called. names: `step.x` … → label · owners: resource or step → its agency"""

    names: Mapping[str, Label]
    owners: Mapping[str, str]
    vehicles: bool
    language: Language

    def of(self, key: str) -> str:
        """What a thing of the scenario is called."""
        label = self.names.get(key)
        return key.partition(".")[2] if label is None else pick(label, self.language)

    def with_owner(self, key: str, name: str) -> str:
        """The same, with the agency whose it is."""
        owner = self.owners.get(key)
        return name if owner is None else f"{name} – {self.of(f'agency.{owner}')}"

    def cause(self, of: Cause) -> str:
        """A cause in words."""
        kind = OF_WHAT.get(of.kind, "resource")
        either = text("explain.steps.or", self.language)
        named = [self.with_owner(f"{kind}.{each}", self.of(self._key(kind, each))) for each in of.of]
        told = {"of": f" {either} ".join(named), "step": self.of(f"step.{of.step}")}
        return text(f"why.cause.{of.kind}", self.language, **nouns(self.vehicles, self.language), **told)

    def _key(self, kind: str, name: str) -> str:
        """Of an errand: the flow that was sent, or the step that sent it."""
        return f"step.{name}" if kind == "flow" and f"flow.{name}" not in self.names else f"{kind}.{name}"
