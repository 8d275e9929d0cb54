"""What results are broken down by: a bounded set, so that a table stays readable and labels do not explode.

Overall (no label), by flow, by direction, by gate, by gate and direction, by goods, by channel, by way of
payment, by reason of loss; by step, by agency, by resource, by zone, by stock, by
platform. A stratum exists because the scenario declares it, not because something was seen in it, so all
replications report the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import product

from metrics.declare import Kpi, Stratum
from metrics.milestones import carries, completes_uncrossed, crosses
from metrics.replication import ROWS, Replication
from metrics.visits import Mask, among, comes_back, flow_steps, sent_flows
from scenarios.resolved import DAY, Flow, Resolved
from sim.clock import EPOCH, days_between, instant_of
from sim.log import ENTITY_OUTCOMES
from sim.origins import only_sent

OVERALL = ""
GATE = (OVERALL, "flow", "direction", "gate", "gate direction")
GATE_GOODS = (*GATE, "goods", "channel")
ORDERS = (OVERALL, "flow", "payment")
AT = ("at", "direction at", "gate direction at")
THINGS = ("step", "agency", "resource", "zone", "stock", "platform")
SOME_STEPS = {"again": "step to which one may come back", "carried": "step that loads carriers"}
"""Kinds that list some of the steps only, under the label `step`."""

KINDS = (*GATE_GOODS, *AT, "payment", "direction channel", "reason", *THINGS, *SOME_STEPS)
"""All kinds of strata; the words are the labels."""

BULLETIN_HOUR = 20
"""Local hour at which the bulletins count the backlog."""

MOST_DAYS = 31
"""Longest window whose days are listed one by one."""

PROMISES = {"due": {"on_time", "order_lead_time"}, "result": {"processing_time", "dwell"}}
"""Targets that promise delivery, or a result, where an entity has no `due` of its own."""

LOSSES = ("reneged", "balked", "turned_back")


def strata(replication: Replication, kpi: Kpi) -> Iterator[Stratum]:
    """The strata of a KPI in one scenario; none at all where the scenario lacks what the KPI needs.

    Sub-entities are parts of what sent them: a flow of which nobody comes by himself has no results.
    """
    scenario = replication.scenario
    coming = [flow for flow in scenario.flows if not only_sent(scenario, flow)]
    flows = [flow for flow in coming if fits(replication, flow, kpi.needs)]
    if not flows:
        return
    for by in kpi.by:
        make = partial(_listed, replication, by, flows)
        yield from replication.once_for("strata", by, *flows, make=make)


def _listed(replication: Replication, by: str, flows: list[str]) -> list[Stratum]:
    return list(_of_kind(replication, by, flows, _entities_of(replication, flows)))


def fits(replication: Replication, flow: str, needs: tuple[str, ...]) -> bool:
    """Whether a flow has all that a KPI needs."""
    return all(_has(replication, flow, need) for need in needs)


def _has(replication: Replication, flow: str, need: str) -> bool:
    scenario = replication.scenario
    kind, _, name = need.rpartition(":")
    match kind:
        case "attribute":
            return name in scenario.flows[flow].attributes
        case "target":
            return name in scenario.targets
        case "rate" | "cost":
            return _has_rate(scenario, flow, name)
        case "promise":
            return bool(scenario.targets.keys() & PROMISES[name]) or "due" in scenario.flows[flow].attributes
        case "carried":
            return carries(scenario, flow, name)
        case "kind" | "purpose" | "agency":
            return _comes_to(scenario, scenario.flows[flow], kind, name)
        case "flow":
            return _is(scenario, flow, name)
        case _:
            return replication.carries(flow, name)


def _is(scenario: Resolved, flow: str, what: str) -> bool:
    """Whether a flow has appointments or messages, crosses a border, or may end without it."""
    if what == "appointments":
        return scenario.flows[flow].arrivals.appointments is not None
    if what == "messages":
        return _sends_messages(scenario, scenario.flows[flow])
    return (crosses if what == "crossing" else completes_uncrossed)(scenario, flow)


def _comes_to(scenario: Resolved, flow: Flow, kind: str, name: str) -> bool:
    """Whether a flow comes to a step of a kind, for a purpose, or of an agency of another country.

    Of officers, whether there are any.
    """
    if name == "officer":
        return any(resource.kind == name for resource in scenario.resources.values())
    steps = [scenario.steps[step] for step in flow_steps(scenario, flow)]
    if kind == "agency":
        return any(step.agency and scenario.agencies[step.agency].country != "VN" for step in steps)
    return any(name == (step.kind if kind == "kind" else step.purpose) for step in steps)


def _has_rate(scenario: Resolved, flow: str, name: str) -> bool:
    """Whether the rates say it of a flow; or, of `per_hour`, whether any resource costs something."""
    if name == "per_hour":
        return any(resource.cost_per_hour is not None for resource in scenario.resources.values())
    return scenario.rates is not None and flow in scenario.rates.flows and scenario.rates.tell(name)


def _sends_messages(scenario: Resolved, flow: Flow) -> bool:
    """Whether entities of a flow send messages, or the sub-entities that they send out."""
    flows = [flow, *(scenario.flows[name] for name in sent_flows(scenario, flow))]
    return any(scenario.steps[step].message is not None for one in flows for step in one.next)


def _entities_of(replication: Replication, flows: list[str]) -> Mask:
    names = replication.log.names.flows
    return among(replication.log.entities["flow"], map(names.index, flows), len(names))


def _of_kind(replication: Replication, by: str, flows: list[str], everyone: Mask) -> Iterator[Stratum]:
    match by:
        case "":
            yield Stratum(by, {}, everyone)
        case "flow":
            for flow in flows:
                yield Stratum(by, {"flow": flow}, replication.flow(flow), flow)
        case "reason":
            for reason in LOSSES:
                lost = replication.log.entities["outcome"] == ENTITY_OUTCOMES.index(reason)
                yield Stratum(by, {"reason": reason}, everyone & lost, reason)
        case "step" | "agency" | "resource" | "zone" | "stock" | "platform":
            for name in things(replication.scenario, by):
                yield Stratum(by, {by: name}, everyone, name)
        case _ if by in SOME_STEPS:
            for name in things(replication.scenario, by):
                yield Stratum("step", {"step": name}, everyone, name)
        case _ if by in AT:
            for stratum in _of_kind(replication, by.removesuffix("at").strip(), flows, everyone):
                yield from _each_day(replication, by, stratum)
        case _:
            yield from _by_attributes(replication, by.split(), flows, everyone)


def _each_day(replication: Replication, by: str, stratum: Stratum) -> Iterator[Stratum]:
    """The stratum at the bulletin's hour of each day; `name` is the instant [ms]."""
    clock = replication.scenario.clock
    begin, end = replication.window
    days = days_between(clock.offsets, clock.start_utc, begin, end)
    if clock.window is None and not replication.is_last:
        days = days[:MOST_DAYS]  # its last piece knows how many there are
    for day in days if len(days) <= MOST_DAYS else ():
        instant = instant_of(clock.offsets, clock.start_utc, day * DAY + BULLETIN_HOUR * 3_600_000)
        if begin <= instant <= end:
            at = f"{EPOCH + timedelta(day)}T{BULLETIN_HOUR}:00"
            yield Stratum(by, {**stratum.labels, "at": at}, stratum.entities, str(instant))


def _by_attributes(
    replication: Replication, attributes: list[str], flows: list[str], everyone: Mask
) -> Iterator[Stratum]:
    for values in _combinations(replication.scenario, attributes, flows):
        labels = dict(zip(attributes, values, strict=True))
        whole, mine = everyone, everyone
        for attribute, value in labels.items():
            whole, mine = mine, mine & replication.attribute(attribute, value)
        yield Stratum(" ".join(attributes), labels, mine, whole=whole)


def _combinations(scenario: Resolved, attributes: list[str], flows: list[str]) -> list[tuple[str, ...]]:
    """The values that some flow can have together, in the order of the file."""
    found: dict[tuple[str, ...], None] = {}
    for flow in flows:
        declared = scenario.flows[flow].attributes
        if all(name in declared for name in attributes):
            found |= dict.fromkeys(product(*(declared[name].values for name in attributes)))
    return list(found)


def things(scenario: Resolved, by: str) -> list[str]:
    """The steps that write visits, the agencies with any of them, or the things of a section."""
    match by:
        case "step":
            return [name for name, step in scenario.steps.items() if step.kind in ROWS]
        case "agency":
            owners = {step.agency for step in scenario.steps.values() if step.kind in ROWS}
            owners |= {resource.agency for resource in scenario.resources.values()}
            return [name for name in scenario.agencies if name in owners]
        case "again":
            return [name for name in things(scenario, "step") if comes_back(scenario, name)]
        case "carried":
            return [name for name, step in scenario.steps.items() if step.gather and step.gather.carrier]
        case "resource":
            return list(scenario.resources)
        case "zone":
            return list(scenario.zones)
        case "stock":
            return list(scenario.stocks)
        case _:
            return list(scenario.platforms)
