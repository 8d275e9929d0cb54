"""What the people in charge do: rules are read when nothing stirs, their effects come later (law §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from scenarios.resolved import Effect, Rule
from sim.log import EMPTY
from sim.rules import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from simpy import Event

    from sim.engines.floor import Pool, Station
    from sim.engines.state import Senses
    from sim.engines.world import World


@dataclass(slots=True)
class Order:
    """How far a rule is."""

    rule: Rule
    number: int
    given: bool = False  # ordered, and not called off
    since: int = EMPTY  # since when what would change that holds at every reading [ms]
    in_force: bool = False


class Rulebook:
    """Reads the rules of a scenario, and lets them act."""

    def __init__(self, env: World, rules: Mapping[str, Rule], senses: Senses) -> None:
        self.env, self.senses = env, senses
        self.orders = [Order(rule, number) for number, rule in enumerate(rules.values())]
        self.switches: list[Switch] = []
        self.afterwards: Callable[[], None]  # called after each change, as after a row of the timetable
        self.pools: Mapping[str, Pool]
        self.stations: Mapping[str, Station]

    def read(self) -> None:
        """Once in an instant, when everything of it is done."""
        for order in self.orders:
            self._read(order)

    def _read(self, order: Order) -> None:
        """Note since when it holds; decide when it has held for long enough."""
        if not self._holds(order):
            order.since = EMPTY
            return
        if order.since == EMPTY:
            self._wait_from_now(order, 0)
        if self.env.now - order.since >= self._length(order):
            order.given = not order.given
            self._switch_later(order, max(1, order.rule.delay))
            order.since = EMPTY
            if self._holds(order):  # what it waits for now, though it cannot turn twice in one instant
                self._wait_from_now(order, 1)

    def _wait_from_now(self, order: Order, at_least: int) -> None:
        """There is an instant to be read when the time is over."""
        order.since = self.env.now
        if length := max(at_least, self._length(order)):
            self.env.timeout(length)

    def _length(self, order: Order) -> int:
        return order.rule.until_lasts if order.given else order.rule.lasts

    def _holds(self, order: Order) -> bool:
        """What would give the order, or call it off."""
        if not order.given:
            return self.senses.all_hold(order.rule.when)
        if order.rule.until:
            return self.senses.all_hold(order.rule.until)
        return not self.senses.all_hold(order.rule.when)

    def _switch_later(self, order: Order, delay: int) -> None:
        self.switches.append(Switch(self.env.now + delay, order.number, order.given))
        timer = self.env.timeout(delay)
        timer.callbacks.append(partial(self._switch, order, order.given))

    def _switch(self, order: Order, on: bool, _: Event) -> None:
        """The fact that a rule comes into force, or ends."""
        order.in_force = on
        for effect in order.rule.effects:
            self._act(effect)
        self.afterwards()

    def _act(self, effect: Effect) -> None:
        """Let a thing be what all rules in force make of it."""
        match effect.what:
            case "open" | "keep":
                self._call_in(effect.target)
            case "close":
                self.stations[effect.target].set_closed(bool(self._of("close", effect.target)))
            case "divert":
                options = [one.option for one in self._of("divert", effect.target)]
                self.stations[effect.target].diverted = options[0] if options else None

    def _call_in(self, name: str) -> None:
        kept = max((effect.units for effect in self._of("keep", name)), default=0)
        self.pools[name].call_in(kept, sum(effect.units for effect in self._of("open", name)))

    def _of(self, what: str, target: str) -> list[Effect]:
        """The effects of one kind on one thing that are in force, in the order of the file."""
        return [
            effect
            for order in self.orders
            if order.in_force
            for effect in order.rule.effects
            if effect.what == what and effect.target == target
        ]
