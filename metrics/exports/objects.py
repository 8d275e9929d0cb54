"""Which kinds of objects a scenario has, for object-centric logs: by rules from what it declares.

* Every entity is an object. It is an `order` if its flow comes to a step with the milestone `ordered`, a
  `dossier` with `submitted`, a `truck` if it crosses a border, else what its flow is called. `kinds` of
  `of_scenario` says it otherwise.
* A truck with the attribute `goods`, in a flow that does not count empty vehicles, carries a `consignment`.
* Who completes a step with `declared` or `registered` has a `declaration`: from then on until the last step
  with `released` is behind it.
* An order that comes to a step with `packed` or `posted` has a `parcel` from then on.
* A carrier holds those who ride with it; who was sent out belongs to the one who sent it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.milestones import carries, crosses
from scenarios.resolved import RIDE, Resolved

DECLARED = ("declared", "registered")
PACKED = ("packed", "posted")

PARTS = ("consignment", "declaration", "parcel")
"""Objects that come with another one."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The kinds of objects of a scenario.

    kinds : flow → kind of its entities · loaded, declared, packed : flows whose entities have a consignment,
    a declaration, a parcel · declaring, releasing, packing : the steps that begin and end them · rides :
    step where somebody rides or departs → (the carrier's flow, the step that gathers)
    """

    kinds: dict[str, str]
    loaded: frozenset[str]
    declared: frozenset[str]
    packed: frozenset[str]
    declaring: frozenset[str]
    releasing: frozenset[str]
    packing: frozenset[str]
    rides: dict[str, tuple[str, str]]

    @property
    def every(self) -> list[str]:
        """All kinds, those of entities first."""
        having = {"consignment": self.loaded, "declaration": self.declared, "parcel": self.packed}
        return list(dict.fromkeys([*self.kinds.values(), *(part for part in PARTS if having[part])]))


def of_scenario(scenario: Resolved, kinds: Mapping[str, str] | None = None) -> Objects:
    """The kinds of objects; `kinds` overrides what a flow's entities are.

    Raises
    ------
    ValueError
        If `kinds` names a flow that there is not.
    """
    said = dict(kinds or {})
    unknown = sorted(said.keys() - scenario.flows.keys())
    if unknown:
        raise ValueError(f"{unknown[0]} is not a flow; flows are: {', '.join(scenario.flows)}")
    found = {flow: said.get(flow) or _kind(scenario, flow) for flow in scenario.flows}
    return Objects(
        kinds=found,
        loaded=frozenset(flow for flow, kind in found.items() if kind == "truck" and _loaded(scenario, flow)),
        declared=_coming_to(scenario, DECLARED),
        packed=frozenset(flow for flow in _coming_to(scenario, PACKED) if found[flow] == "order"),
        declaring=_steps(scenario, DECLARED),
        releasing=_steps(scenario, ("released",)),
        packing=_steps(scenario, PACKED),
        rides=_rides(scenario),
    )


def _kind(scenario: Resolved, flow: str) -> str:
    if carries(scenario, flow, "ordered"):
        return "order"
    if carries(scenario, flow, "submitted"):
        return "dossier"
    return "truck" if crosses(scenario, flow) else flow


def _loaded(scenario: Resolved, flow: str) -> bool:
    unit = scenario.flows[flow].count_unit or scenario.count_unit
    return "goods" in scenario.flows[flow].attributes and unit != "empty"


def _steps(scenario: Resolved, milestones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name, step in scenario.steps.items() if {*milestones} & {*step.milestones})


def _coming_to(scenario: Resolved, milestones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f for f in scenario.flows if any(carries(scenario, f, name) for name in milestones))


def _rides(scenario: Resolved) -> dict[str, tuple[str, str]]:
    """Where members of a batch are with their carrier."""
    gathers = {n: s.gather.carrier for n, s in scenario.steps.items() if s.gather and s.gather.carrier}
    aboard = {name + RIDE: (carrier, name) for name, carrier in gathers.items()}
    return {name: (carrier, name) for name, carrier in gathers.items()} | aboard
