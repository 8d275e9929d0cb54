"""Whether anybody can ever be stuck in a scenario: who may wait for whom, by steps instead of by entities.

A search among the entities that are inside at the end of a run (`sim.deadlock`) may take longer than the
run. In most scenarios it can find nothing: places and units are only ever waited for by those who are behind,
so that whoever is furthest ahead moves by time alone, and then the next. That is so if the graph of waits
between kinds of places has no circle and everything that a step needs fits into what there is (law §4). The
graph holds every wait that can be, and some that cannot: a circle in it proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from scenarios.resolved import Resolved, Step
from sim.remembered import per_scenario

Place = tuple[str, str]
"""Where somebody is (outside the `door` of a step, at its `inner` door, already in its zone, in its `queue`,
in `service`), and the name of the step."""

PLACES = ("door", "inner", "queue", "service")

BEYOND = {"take", "send", "join", "gather", "ride"}
"""Kinds of steps whose waits depend on more than places and units: their scenarios are always searched."""

PASSED = {"choose", "free", "put", "release", "end"}
"""Kinds of steps where nobody stays: what is held is held through them."""


def nobody_can_be_stuck(scenario: Resolved, most: Mapping[str, int]) -> bool:
    """Whether no state of the scenario holds anybody who can never go on; False if that is not known.

    Parameters
    ----------
    most : the most units that each resource ever has in capacity
    """
    return has_no_circle(scenario) and all(_fits(step, most) for step in scenario.steps.values())


def _fits(step: Step, most: Mapping[str, int]) -> bool:
    """Whether all that a step needs is there at once, from whichever pools, if nobody else is served."""
    wanted: dict[str, int] = {}
    for need in step.needs:
        for pool, units in need.any_of:
            wanted[pool] = wanted.get(pool, 0) + units
    return all(units <= most.get(pool, 0) for pool, units in wanted.items())


@per_scenario
def has_no_circle(scenario: Resolved) -> bool:
    """Whether the graph of waits is one without circles."""
    steps, zones = scenario.steps.values(), scenario.zones.values()
    if any(step.kind in BEYOND or step.reserve or step.room == 0 for step in steps):
        return False
    if any(zone.room == 0 for zone in zones):
        return False
    try:
        TopologicalSorter(_Waits(scenario).graph()).prepare()
    except CycleError:
        return False
    return True


class _Waits:
    """Who may wait for whom."""

    def __init__(self, scenario: Resolved) -> None:
        self.steps = scenario.steps
        self.ways: dict[str, set[str]] = {name: set() for name in self.steps}
        for flow in scenario.flows.values():
            for name, following in flow.next.items():
                self.ways[name] |= {following} - {None}  # type: ignore[arg-type]
            for name, options in flow.options.items():
                self.ways[name] |= set(options.values()) - {None}  # type: ignore[arg-type]
        self.zones: dict[str, set[str | None]] = {name: set() for name in self.steps}
        for flow in scenario.flows.values():
            starts = {flow.first} if flow.backlog is None else {flow.first, flow.backlog.at}
            self._enter(starts, None)

    def graph(self) -> dict[Place, set[Place]]:
        """Each place, and those where somebody may stand who holds what is waited for there."""
        found: dict[Place, set[Place]] = {}
        for name, step in self.steps.items():
            room = set() if step.room is None else set(self._in_step(name))
            found["inner", name] = room
            found["door", name] = room | set(self._in_zone(step.zone))
            found["queue", name] = set(chain.from_iterable(map(self._with_units, _pools(step))))
            found["service", name] = set(self._in_branches(name, step))
        return found

    def _enter(self, starts: Iterable[str], within: str | None) -> None:
        """Note the zones that somebody may count as in who comes from each step.

        In a branch that is the zone where the branching began (`within`), wherever the step lies.
        """
        for name in self._reached(starts):
            step = self.steps[name]
            new = {step.zone} if within is None else self.zones[within]
            if not new <= self.zones[name]:
                self.zones[name] |= new
                self._enter(step.branches, within or name)

    def _in_step(self, name: str) -> Iterator[Place]:
        """Who holds a place of a step: those inside, and those who cannot go on from it."""
        yield from (("queue", name), ("service", name))
        yield from self._blocked(name, self._ahead(self.ways[name]))

    def _in_zone(self, zone: str | None) -> Iterator[Place]:
        """Who holds a place of a zone; who was not served in it may leave it without a place of a step."""
        for name, step in self.steps.items():
            if zone is not None and step.zone == zone:
                yield from (("queue", name), ("service", name))
                yield from self._blocked(name, self._ahead({*self.ways[name], *step.escapes}))

    def _with_units(self, pool: str) -> Iterator[Place]:
        """Who may be served by a pool, or keep its units."""
        for name, step in self.steps.items():
            if pool in _pools(step):
                yield "service", name
                if step.while_blocked == "keep":
                    yield from self._blocked(name, self._ahead(self.ways[name]))
                if step.kind == "hold":
                    yield from self._everywhere(self.ways[name])

    def _in_branches(self, name: str, step: Step) -> Iterator[Place]:
        """Who must be done before a parallel step is."""
        for other in self._reached(step.branches, nested=True):
            yield from (("queue", other), ("service", other))
            yield from self._doors(name, other)

    def _blocked(self, name: str, ahead: Iterable[str]) -> Iterator[Place]:
        """The doors before which somebody waits who comes from a step."""
        for other in ahead:
            yield from self._doors(name, other)

    def _doors(self, name: str, other: str) -> Iterator[Place]:
        """At which door of another step somebody waits who comes from this one."""
        for zone in self.zones[name]:
            is_inner = zone is not None and self.steps[other].zone == zone
            yield ("inner" if is_inner else "door"), other

    def _ahead(self, first: Iterable[str]) -> set[str]:
        """The doors that may be come to without staying anywhere; who is turned away goes on to the next."""
        found: set[str] = set()
        left = list(first)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                step = self.steps[name]
                left += self.ways[name] if step.kind in PASSED else step.escapes
        return {name for name in found if self.steps[name].kind not in PASSED}

    def _everywhere(self, first: Iterable[str]) -> Iterator[Place]:
        """All places that may be come to from here on."""
        return ((place, name) for name in self._reached(first, nested=True) for place in PLACES)

    def _reached(self, first: Iterable[str], nested: bool = False) -> set[str]:
        """All steps that may be come to from here on, those of branches too if `nested`."""
        found: set[str] = set()
        left = list(first)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                step = self.steps[name]
                left += (*self.ways[name], *step.escapes, *(step.branches if nested else ()))
        return found


def _pools(step: Step) -> set[str]:
    return {pool for need in step.needs for pool, _ in need.any_of}
