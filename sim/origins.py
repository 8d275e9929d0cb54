"""Where the entities of a run come from: the sources of each flow, in the order that decides ties (law §2).

First the opening backlog and what arrives; then carriers, whose source is the step that gathered their load;
then the sub-entities, whose source is named after the flow, the
source and the step of their parents: `truck.x0.lab`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.resolved import Resolved
from sim.arrivals import Demand, sources
from sim.log import SOURCES

Origin = tuple[str, str]
"""Flow and source."""


@dataclass(frozen=True, slots=True)
class Origins:
    """All origins of a scenario in one run."""

    arriving: dict[str, list[str]]  # flow → its sources, the backlog and sub-entities apart
    every: list[Origin]
    sent: dict[tuple[str, str, str], Origin]  # parent's flow, parent's source, step → origin of what is sent
    book: tuple[str, ...]  # the names of sources, in the order of their codes


def origins_of(scenario: Resolved, demand: Mapping[str, Demand]) -> Origins:
    """The origins of a scenario, with the demand of each flow as it is in this run."""
    return origins_from(scenario, arriving_sources(scenario, demand))


def arriving_sources(scenario: Resolved, demand: Mapping[str, Demand]) -> dict[str, list[str]]:
    """The sources of each flow, the backlog and sub-entities apart."""
    return {name: sources(flow.arrivals, demand[name]) for name, flow in scenario.flows.items()}


def origins_from(scenario: Resolved, arriving: dict[str, list[str]]) -> Origins:
    """The origins of a scenario whose flows have these sources."""
    carried = carriers(scenario)
    every = [(flow, source) for flow, names in arriving.items() for source in ("backlog", *names)]
    every += carried
    sent = {
        (flow, source, step): (str(spec.errand.flow), f"{flow}.{source}.{step}")
        for flow, source in every
        for step, spec in scenario.steps.items()
        if spec.errand is not None and spec.kind == "send" and step in scenario.flows[flow].next
    }
    gathers = (source for _, source in carried)
    book = (*SOURCES, *gathers, *(source for _, source in sent.values()))
    return Origins(arriving, [*every, *sent.values()], sent, book)


def carriers(scenario: Resolved) -> list[Origin]:
    """What carries comes from the step that gathered its load."""
    gathers = {name: step.gather for name, step in scenario.steps.items() if step.gather is not None}
    return [(gather.carrier, name) for name, gather in gathers.items() if gather.carrier is not None]


def only_sent(scenario: Resolved, flow: str) -> bool:
    """Whether nobody of a flow comes by himself: all are sub-entities of others."""
    spec = scenario.flows[flow]
    sent = any(step.errand is not None and step.errand.flow == flow for step in scenario.steps.values())
    return sent and spec.arrivals.kind == "none" and spec.backlog is None
