"""All KPIs of the house, and their values for one replication and over replications.

A KPI is declared in one of the modules listed here (see `metrics.declare`); the list is the catalogue, from
which results, documentation and exposition are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics import (
    kpis_appointments,
    kpis_costs,
    kpis_crossing,
    kpis_delivery,
    kpis_flow,
    kpis_freshness,
    kpis_inspection,
    kpis_messages,
    kpis_orders,
    kpis_places,
    kpis_services,
    kpis_stocks,
    kpis_time,
    kpis_work,
)  # fmt: skip
from metrics.declare import Kpi, Value, declared_in
from metrics.replication import Replication
from metrics.statistics import LEVEL, Summary, summarise
from metrics.strata import strata
from scenarios.resolved import Resolved
from sim.log import EventLog

_MODULES = (
    kpis_flow, kpis_time, kpis_crossing, kpis_inspection, kpis_places, kpis_work, kpis_stocks, kpis_messages,
    kpis_appointments, kpis_orders, kpis_delivery, kpis_services, kpis_costs, kpis_freshness,
)  # fmt: skip

CATALOGUE: tuple[Kpi, ...] = tuple(declared for module in _MODULES for declared in declared_in(module))
"""Every KPI, in the order of results."""


def compute(scenario: Resolved, log: EventLog) -> list[Value]:
    """The values of all KPIs that apply to a scenario, for one replication.

    A KPI that the scenario has no milestones or attributes for is absent; one that is not defined (nothing
    observed) has the value None. The same scenario gives the same names and labels in every replication,
    except that a run stopped early may lack days.
    """
    return measure(Replication(scenario, log))


def measure(replication: Replication) -> list[Value]:
    """As `compute`, of a replication that has been read already."""
    return [
        value
        for declared in CATALOGUE
        for stratum in strata(replication, declared)
        for value in declared.values(replication, stratum)
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """A KPI over the replications of a run.

    observed : entities (visits, instants) it rests on, over all replications · summary : of the values
    """

    name: str
    unit: str
    labels: dict[str, str]
    observed: int
    summary: Summary


def over_replications(values: Mapping[int, Sequence[Value]], level: float = LEVEL) -> list[Result]:
    """Summaries of each KPI over replications (replication number → its values), in the catalogue's order."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], dict[int, Value]] = {}
    for number in sorted(values):
        for value in values[number]:
            found.setdefault((value.name, tuple(value.labels.items())), {})[number] = value
    return [_result(each, level) for each in found.values()]


def _result(each: dict[int, Value], level: float) -> Result:
    first = next(iter(each.values()))
    summary = summarise({number: value.value for number, value in each.items()}, level)
    return Result(first.name, first.unit, first.labels, sum(v.n for v in each.values()), summary)


def find(values: Sequence[Value], name: str, **labels: str) -> Value:
    """The value of one name and exactly these labels.

    Raises
    ------
    KeyError
        If there is none; the message lists the labels that the name has.
    """
    same = [value for value in values if value.name == name]
    for value in same:
        if value.labels == labels:
            return value
    raise KeyError(f"{name} with labels {labels}: not among {[value.labels for value in same]}")
