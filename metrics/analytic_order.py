"""In which order the steps of an estimate are worked out: each after those that lead to it."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.routes import Route
from scenarios.resolved import Resolved

Key = tuple[str, str]
"""Flow and step."""


def groups(routes: Mapping[str, Route], scenario: Resolved, pool_of: Mapping[str, str]) -> list[list[Key]]:
    """All steps of all flows, those that share pools together, each group after those that lead to it.

    Where groups lead to each other the one is taken first of which the fewest are missing.
    """
    keys = [(flow, name) for flow, walk in routes.items() for name in walk.order]
    group = _together(keys, scenario, pool_of)
    leads: dict[str, set[str]] = {each: set() for each in group.values()}
    for flow, walk in routes.items():
        for name in walk.order:
            ahead = (group[flow, before] for before in walk.waits_for(name))
            leads[group[flow, name]] |= {each for each in ahead if each != group[flow, name]}
    found: list[str] = []
    while len(found) < len(leads):
        missing = {each: len(ways.difference(found)) for each, ways in leads.items() if each not in found}
        found.append(min(missing, key=missing.__getitem__))
    return [[key for key in keys if group[key] == each] for each in found]


def _together(keys: list[Key], scenario: Resolved, pool_of: Mapping[str, str]) -> dict[Key, str]:
    """Each step's group: that of the pools that it needs, else its own."""
    root: dict[str, str] = {pool: pool for pool in pool_of.values()}
    for step in scenario.steps.values():
        pools = {root[pool_of[pool]] for need in step.needs for pool, _ in need.any_of}
        if pools:
            first = min(pools)
            root = {pool: first if old in pools else old for pool, old in root.items()}
    needs = {name: step.needs for name, step in scenario.steps.items()}
    return {
        (flow, name): root[pool_of[needs[name][0].any_of[0][0]]] if needs[name] else f"{flow}/{name}"
        for flow, name in keys
    }
