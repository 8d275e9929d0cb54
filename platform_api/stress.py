"""The STRESS-DES sheet of an experiment: twenty items by which others can repeat it, as far as known.

Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), Strengthening the reporting of empirical simulation
studies: Introducing the STRESS guidelines, Journal of Simulation 13(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from platform_api.formats import NBSP, date, duration, instant, number
from platform_api.naming import attribute_name
from platform_api.pedigree import ASSUMPTION
from platform_api.sentences import figure_told
from platform_api.texts import Language, pick, text
from scenarios.resolved import Label, Parameter, Resolved

if TYPE_CHECKING:
    from scenarios.wanted import Outcome

Kind = Literal["compare", "sweep", "optimise", "resilience", "why", "forecast"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be told of an experiment, besides its scenario.

    typed : the scenario as it was asked for · outputs : the figures · varied : what differs from the base, in
    words · how : what is computed from replications · seconds : of computing, all processors together
    """

    kind: Kind
    scenario: Resolved
    typed: str
    question: Label | None
    outputs: tuple[Outcome | Label, ...]
    varied: tuple[Label, ...]
    how: Label
    seed: int
    engine: str
    replications: int
    level: float
    seconds: float
    package_version: str
    result_version: int
    scenario_hash: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number, what it is called, what is told under it."""

    number: str
    name: str
    told: tuple[str, ...]


ITEMS = (
    ("1.1", "purpose"), ("1.2", "outputs"), ("1.3", "aims"),
    ("2.1", "diagram"), ("2.2", "logic"), ("2.3", "scenario_logic"), ("2.4", "algorithms"),
    ("2.5.1", "entities"), ("2.5.2", "activities"), ("2.5.3", "resources"), ("2.5.4", "queues"),
    ("2.5.5", "entry"),
    ("3.1", "sources"), ("3.2", "preprocessing"), ("3.3", "parameters"), ("3.4", "assumptions"),
    ("4.1", "initialisation"), ("4.2", "run_length"), ("4.3", "estimation"),
    ("5.1", "software"), ("5.2", "sampling"), ("5.3", "execution"), ("5.4", "system"),
    ("6.1", "sharing"),
)  # fmt: skip
"""Numbers and names of all items, in the order of the checklist."""


def sheet(facts: Facts, language: Language) -> list[Item]:
    """All items, filled; one of which nothing is known says so."""
    of = _Sheet(facts, language)
    return [Item(place, of.title(name), tuple(of.told(name))) for place, name in ITEMS]


class _Sheet:
    """The answers to the items; a method for each."""

    def __init__(self, facts: Facts, language: Language) -> None:
        self.facts, self.scenario, self.language = facts, facts.scenario, language

    def title(self, name: str) -> str:
        return text(f"stress.{name}", self.language)

    def told(self, name: str) -> list[str]:
        found = [line for line in getattr(self, name)() if line]
        return found or [text("stress.unknown", self.language)]

    def say(self, key: str, **values: object) -> str:
        return text(f"stress.said.{key}", self.language, **values)

    def pick(self, label: Label) -> str:
        return pick(label, self.language)

    # ---- 1 objectives ------------------------------------------------------------------------------------

    def purpose(self) -> Iterator[str]:
        of = self.scenario
        yield self.say("question", name=of.name, question=self.pick(of.question))
        if self.facts.question is not None:
            yield self.say("asked", question=self.pick(self.facts.question))

    def outputs(self) -> Iterator[str]:
        for of in self.facts.outputs:
            if isinstance(of, Label):
                yield self.pick(of)
            else:
                yield figure_told(of.name, dict(of.labels), self.scenario, self.language)

    def aims(self) -> Iterator[str]:
        yield text(f"stress.kind.{self.facts.kind}", self.language)

    # ---- 2 logic -----------------------------------------------------------------------------------------

    def diagram(self) -> Iterator[str]:
        yield self.say("diagram", typed=self.facts.typed)

    def logic(self) -> Iterator[str]:
        flows, steps = len(self.scenario.flows), len(self.scenario.steps)
        yield self.say("logic", flows=flows, steps=steps, typed=self.facts.typed)
        if self.scenario.rules:
            yield self.say("rules", list=self._labels(self.scenario.rules.values()))

    def scenario_logic(self) -> Iterator[str]:
        if not self.facts.varied:
            yield self.say("no_variants")
        yield from map(self.pick, self.facts.varied)

    def algorithms(self) -> Iterator[str]:
        yield self.say("algorithms")

    def entities(self) -> Iterator[str]:
        for flow in self.scenario.flows.values():
            names = [attribute_name(name, of, self.language) for name, of in flow.attributes.items()]
            key = "flow" if names else "plain_flow"
            yield self.say(key, flow=self.pick(flow.label), attributes=", ".join(names))

    def activities(self) -> Iterator[str]:
        kinds: dict[str, list[Label]] = {}
        for step in self.scenario.steps.values():
            kinds.setdefault(step.kind, []).append(step.label)
        for kind, labels in kinds.items():
            yield self.say(
                "steps",
                kind=text(f"stress.activity.{kind}", self.language),
                list="; ".join(map(self.pick, labels)),
            )

    def resources(self) -> Iterator[str]:
        for name, pool in self.scenario.resources.items():
            path = f"resources.{name}.capacity"
            units = [p.value for p in self.facts.parameters if p.path.startswith(path)]
            told = " + ".join(units)
            yield self.pick(pool.label) + (f": {told}" if units else "")

    def queues(self) -> Iterator[str]:
        rooms = [f"{self.pick(of.label)}: {of.room}" for of in self.scenario.zones.values()]
        steps = self.scenario.steps.values()
        rooms += [f"{self.pick(of.label)}: {of.room}" for of in steps if of.room is not None]
        yield self.say("queues", list="; ".join(rooms) or self.say("unlimited"))

    def entry(self) -> Iterator[str]:
        from sim.origins import only_sent

        for name, flow in self.scenario.flows.items():
            if not only_sent(self.scenario, name):
                kind = flow.arrivals.kind
                key = f"arrivals.{kind if kind in ('rate', 'list') else 'other'}"
                yield self.say(key, flow=self.pick(flow.label), kind=kind)
        yield self.say("exit")

    # ---- 3 data ------------------------------------------------------------------------------------------

    def sources(self) -> Iterator[str]:
        if self.scenario.sources:
            yield self.say("sources", count=len(self.scenario.sources))

    def preprocessing(self) -> Iterator[str]:
        fitted = [of for of in self.scenario.published if of.mark == "fitted"]
        told = (figure_told(of.kpi, of.labels, self.scenario, self.language) for of in fitted)
        listed = "; ".join(dict.fromkeys(told))
        yield self.say("fitted", list=listed) if fitted else self.say("nothing_fitted")

    def parameters(self) -> Iterator[str]:
        numbers = self.facts.parameters
        sourced = sum(of.source != ASSUMPTION for of in numbers)
        yield self.say("parameters", count=len(numbers), sourced=sourced)

    def assumptions(self) -> Iterator[str]:
        assumed = [of for of in self.facts.parameters if of.source == ASSUMPTION]
        agencies = self.scenario.agencies
        owners = dict.fromkeys(of.owner for of in assumed if of.owner)
        named = [self.pick(agencies[owner].label) if owner in agencies else owner for owner in owners]
        yield self.say("assumptions", count=len(assumed), owners="; ".join(named) or "–")

    # ---- 4 experimentation ---------------------------------------------------------------------------------

    def initialisation(self) -> Iterator[str]:
        clock = self.scenario.clock
        yield self.say(f"horizon.{clock.horizon}")
        backlog = [(flow.label, flow.backlog.count) for flow in self.scenario.flows.values() if flow.backlog]
        if clock.lead_in:
            yield self.say("lead_in", length=duration(clock.lead_in, self.language))
        if backlog:
            told = "; ".join(f"{self.pick(label)}: {number(n, 0, self.language)}" for label, n in backlog)
            yield self.say("backlog", list=told)
        if not clock.lead_in and not backlog:
            yield self.say("empty")

    def run_length(self) -> Iterator[str]:
        clock = self.scenario.clock
        begin = instant(clock.start, 0)
        start = f"{begin:%H:%M} {date(begin, self.language)}"
        length = duration(clock.window or clock.at_most, self.language)
        yield self.say("window", length=length, start=start, most=duration(clock.at_most, self.language))

    def estimation(self) -> Iterator[str]:
        of, level = self.facts, f"{100 * self.facts.level:g}"
        intervals = self.say(f"intervals.{of.kind}")
        yield self.say(
            "estimation", count=of.replications, level=level, intervals=intervals, how=self.pick(of.how)
        )

    # ---- 5 implementation, 6 access ------------------------------------------------------------------------

    def software(self) -> Iterator[str]:
        import platform
        from importlib.metadata import version

        of = self.facts
        yield self.say(
            "software", version=of.package_version, result=of.result_version,
            python=platform.python_version(), numpy=version("numpy"),
        )  # fmt: skip

    def sampling(self) -> Iterator[str]:
        yield self.say("sampling", seed=self.facts.seed)

    def execution(self) -> Iterator[str]:
        yield self.say("execution", engine=self.facts.engine)

    def system(self) -> Iterator[str]:
        import os
        import platform

        seconds = f"{number(self.facts.seconds, 1, self.language)}{NBSP}s"
        yield self.say(
            "system", system=platform.system(), machine=platform.machine(), processors=os.cpu_count() or 1,
            seconds=seconds,
        )  # fmt: skip

    def sharing(self) -> Iterator[str]:
        yield self.say("sharing", hash=self.facts.scenario_hash)

    def _labels(self, things: object) -> str:
        return "; ".join(self.pick(thing.label) for thing in things)  # type: ignore[attr-defined]
