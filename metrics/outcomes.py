"""The figures that variants are compared on, from whatever a run left: its statistics, or its rows.

Some figures are sums over kinds of entities that every run keeps anyway; an experiment on these alone needs
no rows and runs three to five times as fast. All others are the indicators of the catalogue, measured as in
any result. Both ways give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from metrics.declare import Kpi, Value
from metrics.kpis import CATALOGUE
from metrics.kpis_cohort import COHORT, within
from metrics.milestones import crosses
from scenarios.resolved import Resolved
from sim.origins import only_sent
from sim.remembered import per_scenario
from sim.tally import WITHIN, Tally, kinds

Key = tuple[str, tuple[tuple[str, str], ...]]
"""Name and labels of a figure."""

OUTCOMES: tuple[Kpi, ...] = (*COHORT, *CATALOGUE)
"""Every indicator that variants can be compared on."""


@cache
def names() -> dict[str, Kpi]:
    """Every figure's name, and the indicator that gives it."""
    return {name: kpi for kpi in OUTCOMES for name in kpi.value_names}


def kpi_of(name: str) -> Kpi | None:
    """The indicator that gives a figure; None if none does."""
    return names().get(name) or within(name)


def indicator(name: str) -> Kpi:
    """The indicator that gives a figure that is known."""
    found = kpi_of(name)
    assert found is not None, name
    return found


def unit_of(name: str) -> str:
    """The unit of a figure in results."""
    kpi = indicator(name)
    return "1" if name.endswith("_n") and kpi.stats else kpi.unit


# ---- from statistics ----------------------------------------------------------------------------------
Sums = Mapping[str, int]

_FROM_SUMS: dict[str, Callable[[Sums, Tally], float | None]] = {
    "cohort_size": lambda of, _: of["came"],
    "cohort_dwell_mean": lambda of, _: _ratio(of["restricted"], of["came"], 1000),
    "cohort_dwell_n": lambda of, _: of["came"],
    "cohort_unfinished": lambda of, _: of["unfinished"],
    "arrived": lambda of, _: of["came"],
    "crossed": lambda of, _: of["crossed"],
    "opening_backlog": lambda of, _: of["opening"],
    "closing_backlog": lambda of, _: of["closing"],
    "backlog_mean": lambda of, tally: _ratio(of["area"], min(tally.axis.window, int(tally.axis.edges[-1]))),
    "dwell_mean": lambda of, _: _ratio(of["dwell"], of["crossed"], 1000),
    "dwell_n": lambda of, _: of["crossed"],
}
"""What is a sum over kinds of entities, in the window."""


def _ratio(part: int, whole: int, per: int = 1) -> float | None:
    return part / whole / per if whole else None


def needs_no_rows(key: Key, scenario: Resolved) -> bool:
    """Whether a figure can be told from the statistics of a run."""
    return key[0] in _FROM_SUMS and bool(_members(scenario, key))


def from_statistics(keys: Iterable[Key], scenario: Resolved, tally: Tally) -> list[float | None]:
    """The figures, in their order; all of them must need no rows."""
    keys = tuple(keys)
    members = _members_of_each(scenario, keys)
    return [_told(name, rows, tally) for (name, _), rows in zip(keys, members, strict=True)]


def _told(name: str, members: list[int], tally: Tally) -> float | None:
    rows = tally.by_kind[WITHIN][members]
    value = _FROM_SUMS[name]({field: int(rows[field].sum()) for field in rows.dtype.names or ()}, tally)
    return None if value is None else float(value)


@per_scenario
def _members_of_each(scenario: Resolved, keys: tuple[Key, ...]) -> list[list[int]]:
    return [_members(scenario, key) for key in keys]


def _members(scenario: Resolved, key: Key) -> list[int]:
    """The kinds of entities that a figure with these labels is about; none if they are not told apart."""
    name, labels = key[0], dict(key[1])
    flows = [flow for flow in scenario.flows if not only_sent(scenario, flow)]
    if name == "crossed":
        flows = [flow for flow in flows if crosses(scenario, flow)]
    return [
        number
        for number, (flow, values) in enumerate(kinds(scenario).members)
        if flow in flows and labels.items() <= {"flow": flow, **values}.items()
    ]


# ---- from rows ----------------------------------------------------------------------------------------
def kpis_of(keys: Iterable[Key]) -> tuple[Kpi, ...]:
    """The indicators that give some figures."""
    wanted = {indicator(name).name for name, _ in keys}
    timed = sorted(name for name in wanted if within(name))
    return (*(kpi for kpi in OUTCOMES if kpi.name in wanted), *map(indicator, timed))


def among(keys: Iterable[Key], values: Iterable[Value]) -> list[float | None]:
    """The figures among the values of a replication.

    Raises
    ------
    NotMeasured
        For one that is not there, with the labels that there are.
    """
    found = {(value.name, frozenset(value.labels.items())): value.value for value in values}
    for name, labels in keys:
        if (name, frozenset(labels)) not in found:
            raise NotMeasured(name, labels, [dict(of) for known, of in found if known == name])
    return [found[name, frozenset(labels)] for name, labels in keys]


class NotMeasured(Exception):
    """A figure that a scenario does not give."""

    def __init__(self, name: str, labels: tuple[tuple[str, str], ...], known: list[dict[str, str]]) -> None:
        super().__init__(name, labels, known)  # as they are, so that it can be sent between processes
        self.name, self.labels, self.known = name, labels, known

    def __str__(self) -> str:
        return f"{self.name} with labels {dict(self.labels)}"
