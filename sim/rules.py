"""Rules as run: when each came into force and ended, and what the timetable was with that (law §3, §6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from scenarios.capacity import called_in
from scenarios.resolved import Effect, Resolved
from sim.remembered import per_timetable
from sim.timetable import Row


@dataclass(frozen=True, slots=True, order=True)
class Switch:
    """From `time` on a rule is in force, or no longer."""

    time: int  # [ms]
    rule: int  # number
    on: bool


def as_run(scenario: Resolved, rows: Sequence[Row], switches: Sequence[Switch], begin: int) -> Sequence[Row]:
    """The rows of a run: those of calendars and disruptions, and what the rules did to them."""
    if not scenario.rules:
        return rows
    names = list(scenario.rules)
    told = [Row(begin, "rule", name, 0) for name in names]
    told += [Row(switch.time, "rule", names[switch.rule], int(switch.on)) for switch in switches]
    effects = dict.fromkeys((_kind(e), e.target) for rule in scenario.rules.values() for e in rule.effects)
    replaced = {target for kind, target in effects if kind == "capacity"}
    kept = [row for row in rows if row.what != "capacity" or row.target not in replaced]
    changed = (_Curve(scenario, rows, switches, begin, *effect).rows() for effect in effects)
    return sorted(chain(kept, told, *changed), key=lambda row: row.time)


@per_timetable
def highest(scenario: Resolved, rows: Sequence[Row]) -> dict[str, int]:
    """The most units that each resource may have in capacity, all rules in force."""
    most = dict.fromkeys(scenario.resources, 0)
    for row in rows:
        if row.what == "capacity":
            most[row.target] = max(most[row.target], row.value)
    return {name: called_in(name, units, scenario) for name, units in most.items()}


@per_timetable
def most_busy(scenario: Resolved, rows: Sequence[Row]) -> dict[str, int]:
    """The most units of each resource that may be busy at once: in capacity, and staying on in overtime."""
    most, stay = highest(scenario, rows), dict.fromkeys(scenario.resources, 0)
    for row in rows:
        if row.what == "overtime":
            stay[row.target] = max(stay[row.target], row.value)
    return {name: units + stay[name] for name, units in most.items()}


def _kind(effect: Effect) -> str:
    """The kind of row that an effect changes."""
    return "capacity" if effect.what in ("open", "keep") else {"close": "closed"}.get(effect.what, "divert")


@dataclass(frozen=True, slots=True)
class _Curve:
    """What one thing was over time."""

    scenario: Resolved
    base: Sequence[Row]
    switches: Sequence[Switch]
    begin: int
    kind: str
    target: str

    def rows(self) -> Iterator[Row]:
        """One row at the beginning and one for each change."""
        plain = {r.time: r.value for r in self.base if (r.what, r.target) == (self.kind, self.target)}
        units, in_force, last = 0, set[int](), None
        by_time: dict[int, list[Switch]] = {}
        for switch in self.switches:
            by_time.setdefault(switch.time, []).append(switch)
        for time in sorted({self.begin, *plain, *by_time}):
            units = plain.get(time, units)
            for switch in by_time.get(time, ()):
                (in_force.add if switch.on else in_force.discard)(switch.rule)
            value = self._value(units, in_force)
            if value != last:
                yield Row(time, self.kind, self.target, value)
            last = value

    def _value(self, units: int, in_force: set[int]) -> int:
        active = [
            effect
            for number, rule in enumerate(self.scenario.rules.values())
            if number in in_force
            for effect in rule.effects
            if effect.target == self.target and _kind(effect) == self.kind
        ]
        if self.kind == "closed":
            return int(bool(active))
        if self.kind == "divert":
            return option_number(self.scenario, self.target, active[0].option) if active else 0
        kept = max((effect.units for effect in active if effect.what == "keep"), default=0)
        return max(units, kept) + sum(effect.units for effect in active if effect.what == "open")


def option_number(scenario: Resolved, choice: str, option: str | None) -> int:
    """Which option of a choice it is, from 1, in the order of the file."""
    options = dict.fromkeys(o for flow in scenario.flows.values() for o in flow.options.get(choice, {}))
    return list(options).index(str(option)) + 1
