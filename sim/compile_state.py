"""What reads the state of a run, as arrays for the compiled engine: conditions, lanes, balking, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import REST, Condition, Effect, Flow, Resolved, Step

I8 = NDArray[np.int64]
READ = ("queue", "backlog", "inside", "zone", "platform", "stock")
"""What a condition reads, by its code."""
BY_DRAW, BY_SHORTEST, BY_STATE, BY_RULE = range(4)
"""How a choice is made; by rule: as by draw, but a rule may divert it, so that it is a decision."""
DONE = ("open", "keep", "close", "divert")
"""What the effects of rules do, by code."""
RULE = np.dtype(
    [(name, np.int64) for name in (
        "when_a", "when_b", "until_a", "until_b", "lasts", "until_lasts", "delay",
    )]
)  # fmt: skip
EFFECT = np.dtype([(name, np.int64) for name in ("rule", "what", "target", "units")])
ALWAYS_ABOVE, ALWAYS_BELOW = -(1 << 62), 1 << 62
"""Thresholds that every number keeps."""


class StateArrays(NamedTuple):
    """The parts of the network that tell what reads the state."""

    conditions: I8  # (rows, 7): what, names and flows as ranges of `read_names`, above, below
    read_names: I8
    whens: I8  # (rows, 3): option, range of `conditions`
    balks: I8  # (rows, 2): so many wait, threshold
    rules: NDArray[Any]  # RULE
    effects: NDArray[Any]  # EFFECT
    divert_to: I8  # (effects, flows): step, -1 the end of the way


@dataclass(frozen=True)
class Codes:
    """Names of a scenario → their numbers."""

    step: Mapping[str, int]
    zone: Mapping[str, int]
    platform: Mapping[str, int]
    flow: Mapping[str, int]
    stock: Mapping[str, int]
    pool: Mapping[str, int]

    def of(self, what: str) -> Mapping[str, int]:
        """The code book of what a condition reads."""
        books = {"inside": self.flow, "zone": self.zone, "platform": self.platform, "stock": self.stock}
        return books.get(what, self.step)


class StateCompiler:
    """Turns conditions and balking into rows, and notes in the steps where theirs begin and end."""

    def __init__(self, scenario: Resolved, codes: Codes) -> None:
        self.scenario, self.codes = scenario, codes
        self.conditions: list[tuple[int, ...]] = []
        self.names: list[int] = []
        self.whens: list[tuple[int, int, int]] = []
        self.balks: list[tuple[int, int]] = []

    def fill(self, rows: NDArray[Any], options: Mapping[str, Mapping[str, int]]) -> StateArrays:
        """`options`: of each choice, option → code."""
        watched = set(watched_steps(self.scenario))
        acts = [effect for rule in self.scenario.rules.values() for effect in rule.effects]
        closed = {effect.target for effect in acts if effect.what == "close"}
        diverted = {effect.target for effect in acts if effect.what == "divert"}
        for row, (name, step) in zip(rows, self.scenario.steps.items(), strict=True):
            plain = BY_RULE if name in diverted else BY_DRAW
            row["chooses"] = BY_SHORTEST if step.shortest else BY_STATE if step.when else plain
            row["asks"] = step.room is not None or name in closed
            row["watched"] = name in watched
            row["when_a"] = len(self.whens)
            for option, conditions in step.when.items():
                self.whens.append((options[name][option], *self.add(conditions)))
            row["when_b"] = len(self.whens)
            row["rest"] = options[name][REST] if step.when else -1
            self._balking(row, step)
        rules, effects, ways = self._rules()
        return StateArrays(
            np.array(self.conditions, np.int64).reshape(-1, 7),
            np.array(self.names or [-1], np.int64),
            np.array(self.whens, np.int64).reshape(-1, 3),
            np.array(self.balks, np.int64).reshape(-1, 2),
            rules,
            effects,
            ways,
        )

    def _rules(self) -> tuple[NDArray[Any], NDArray[Any], I8]:
        """Rules, their effects in the order of the file, and where the diverted go."""
        rows, effects, ways = [], [], []
        for number, rule in enumerate(self.scenario.rules.values()):
            rows.append(
                (*self.add(rule.when), *self.add(rule.until), rule.lasts, rule.until_lasts, rule.delay)
            )
            for effect in rule.effects:
                book = self.codes.pool if effect.what in ("open", "keep") else self.codes.step
                effects.append((number, DONE.index(effect.what), book[effect.target], effect.units))
                ways.append([self._diverted(effect, flow) for flow in self.scenario.flows.values()])
        return (
            np.array(rows, RULE),
            np.array(effects, EFFECT),
            np.array(ways, np.int64).reshape(-1, len(self.codes.flow)),
        )

    def _diverted(self, effect: Effect, flow: Flow) -> int:
        ways = flow.options.get(effect.target, {}) if effect.what == "divert" else {}
        to = ways.get(str(effect.option))
        return -1 if to is None else self.codes.step[to]

    def add(self, conditions: Iterable[Condition]) -> tuple[int, int]:
        """Keep conditions that must all hold; returns their range."""
        first = len(self.conditions)
        for one in conditions:
            of, flows = self._range(self.codes.of(one.what), one.of), self._range(self.codes.flow, one.flows)
            above = ALWAYS_ABOVE if one.above is None else one.above
            below = ALWAYS_BELOW if one.below is None else one.below
            self.conditions.append((READ.index(one.what), *of, *flows, above, below))
        return first, len(self.conditions)

    def _range(self, codes: Mapping[str, int], names: Iterable[str]) -> tuple[int, int]:
        first = len(self.names)
        self.names += [codes[name] for name in names]
        return first, len(self.names)

    def _balking(self, row: Any, step: Step) -> None:
        row["balk_a"] = len(self.balks)
        self.balks += step.balking.chances if step.balking is not None else ()
        row["balk_b"] = len(self.balks)
        to = step.balking.to if step.balking is not None else None
        row["balk_to"] = -1 if to is None else self.codes.step[to]


def watched_steps(scenario: Resolved) -> Iterator[str]:
    """The steps of which somebody wants to know how many are there, and those that balk."""
    for name, step in scenario.steps.items():
        yield from lanes(scenario, name)
        if step.balking is not None:
            yield name
        yield from _counted(chain.from_iterable(step.when.values()))
    for rule in scenario.rules.values():
        yield from _counted((*rule.when, *rule.until))


def _counted(conditions: Iterable[Condition]) -> Iterator[str]:
    """The steps whose queue or backlog conditions read."""
    for condition in conditions:
        yield from condition.of if condition.what in ("queue", "backlog") else ()


def lanes(scenario: Resolved, choice: str) -> list[str]:
    """The steps that a choice of the shortest queue compares."""
    if not scenario.steps[choice].shortest:
        return []
    ways = (flow.options.get(choice, {}) for flow in scenario.flows.values())
    return [lane for options in ways for lane in options.values() if lane is not None]


def read_together(scenario: Resolved, choice: str) -> list[str]:
    """The steps whose decisions change what a choice reads."""
    found = lanes(scenario, choice)
    for condition in chain.from_iterable(scenario.steps[choice].when.values()):
        if condition.what in ("queue", "backlog"):
            found += condition.of
        elif condition.what == "zone":
            found += [name for name, step in scenario.steps.items() if step.zone in condition.of]
        elif condition.what == "stock":
            found += [n for n, s in scenario.steps.items() if s.kind == "take" and s.stock in condition.of]
    return found
