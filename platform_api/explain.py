"""The process of a scenario in words, in the order it happens; the numbers are those of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from metrics.trs import MILESTONES
from platform_api.describe import (
    amount_told_of,
    appointments_told,
    arrivals_told,
    calendar_told,
    conditions_told,
    length_told,
    shares_told,
    tree_told,
)
from platform_api.formats import date, duration, instant, number, published_scale
from platform_api.messaging import message_told, parts_told
from platform_api.naming import attribute_name, option_name, published_name
from platform_api.pedigree import changes_told, pedigree_told, source_told
from platform_api.rates import rates_told
from platform_api.texts import Language, pick, text
from platform_api.ways import joins, share_told, target_told
from scenarios.resolved import (
    CERTAIN,
    Balking,
    Condition,
    Effect,
    Errand,
    Expected,
    Flow,
    Gather,
    Message,
    Need,
    Published,
    Resolved,
    Resource,
    Rule,
    Shift,
    Step,
    Tree,
)
from sim import graph as graphs

if TYPE_CHECKING:
    from sim.graph import Graph


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing told: what it is, and what there is to know about it."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the story."""

    title: str
    entries: tuple[Entry, ...]


def numbers_of(graph: Graph, scenario: Resolved) -> dict[str, int]:
    """The number of each step, from 1 in the order things happen; words and picture share it."""
    steps = [node for node in graphs.in_order(graph) if node in scenario.steps]
    return {name: i for i, name in enumerate(steps, 1)}


def story(scenario: Resolved, language: Language) -> list[Section]:
    """The whole process in words."""
    return [section for section in _Teller(scenario, language).sections() if section.entries]


class _Teller:
    """Tells one scenario in one language."""

    def __init__(self, scenario: Resolved, language: Language) -> None:
        self.scenario, self.language = scenario, language
        self.graph = graphs.picture(scenario)
        self.numbers = numbers_of(self.graph, scenario)

    def sections(self) -> Iterator[Section]:
        yield self._section("frame", self._frame())
        yield self._section("flows", self._flows())
        yield self._section("steps", (self._step(name) for name in self.numbers))
        yield self._section("resources", self._resources())
        yield self._section("places", self._room())
        yield self._section("calendars", self._calendars())
        yield self._section("disruptions", self._disruptions())
        yield self._section("rules", (self._rule(*rule) for rule in self.scenario.rules.items()))
        yield self._section("rates", self._rates())
        yield self._section("published", self._figures())
        yield self._section("expected", map(self._expected, self.scenario.expected))

    def _section(self, key: str, entries: Iterator[Entry]) -> Section:
        return Section(self._say(f"{key}.title"), tuple(entries))

    def _say(self, key: str, **values: object) -> str:
        return text(f"explain.{key}", self.language, **values)

    # ---- the frame and what comes --------------------------------------------------------------------

    def _frame(self) -> Iterator[Entry]:
        clock = self.scenario.clock
        start = datetime.fromisoformat(clock.start)
        day, time = date(start, self.language), f"{start:%H:%M}"
        lines = [self._say("frame.start", date=day, time=time, zone=clock.zone)]
        if clock.window is not None:
            lines.append(self._say("frame.window", length=duration(clock.window, self.language)))
        if clock.lead_in:
            lines.append(self._say("frame.lead_in", length=duration(clock.lead_in, self.language)))
        if clock.until == "empty":
            lines.append(self._say("frame.until_empty", length=duration(clock.at_most, self.language)))
        if self.scenario.count_unit:
            lines.append(self._say(f"frame.count.{self.scenario.count_unit}"))
        yield Entry(pick(self.scenario.question, self.language), tuple(lines))

    def _flows(self) -> Iterator[Entry]:
        for key, flow in self.scenario.flows.items():
            lines = [arrivals_told(flow.arrivals, self.language)]
            if flow.arrivals.appointments is not None:
                lines.append(appointments_told(flow.arrivals.appointments, self.scenario, self.language))
            if flow.backlog is not None:
                count = number(flow.backlog.count, 0, self.language)
                lines.append(self._say("flows.backlog", count=count, at=self._named(flow.backlog.at)))
            for name, attribute in flow.attributes.items():
                told = shares_told(name, attribute, self.scenario, self.language)
                lines.append(f"{attribute_name(name, attribute, self.language)}: {told}")
            lines += self._pedigree(f"flows.{key}.")
            yield Entry(pick(flow.label, self.language), tuple(lines))

    # ---- the steps -----------------------------------------------------------------------------------

    def _named(self, step: str | None) -> str:
        """`3 Kiểm dịch y tế`, or the end of the way."""
        if step is None or step not in self.numbers:
            return self._say("steps.end")
        return f"{self.numbers[step]} {pick(self.scenario.steps[step].label, self.language)}"

    def _step(self, name: str) -> Entry:
        step = self.scenario.steps[name]
        agency = self.scenario.agencies.get(step.agency or "")
        owner = f" — {pick(agency.label, self.language)}" if agency else ""
        return Entry(f"{self._named(name)}{owner}", tuple(self._step_lines(name, step)))

    def _step_lines(self, name: str, step: Step) -> Iterator[str]:
        if step.message is not None:
            yield from self._message(name, step)
        else:
            yield from self._ordinary(name, step)
        yield from self._pedigree(f"steps.{name}.")

    def _ordinary(self, name: str, step: Step) -> Iterator[str]:
        yield from self._work(step)
        yield from self._stock(step)
        yield from self._gather(step)
        yield from self._places(step)
        yield from self._failing(step)
        yield from self._leads_on(name, step)

    def _message(self, name: str, step: Step) -> Iterator[str]:
        """All tries of a message in one: where the last one leads if it fails, and the answer if it comes."""
        parts = parts_told(self.scenario, name)
        yield from self._places(step)
        yield from message_told(name, self.scenario, self.language)
        if step.patience is not None:
            failed_to = self.scenario.steps[parts[max(parts, key=lambda part: part.tried)]].patience_to
            to = self._named(failed_to) if failed_to else self._say("steps.lost")
            yield self._say("message.failed", to=to)
        answer = parts[Message(name, "answer")]
        yield from self._marks(step.milestones + self.scenario.steps[answer].milestones)
        yield from self._next(name, answer)
        yield from self._pedigree(f"platforms.{step.platforms[0]}.")

    def _work(self, step: Step) -> Iterator[str]:
        if step.needs:
            yield self._say("steps.needs", needs="; ".join(self._need(need) for need in step.needs))
        if step.reserve:
            yield self._say("steps.reserve")
        if step.kind == "hold":
            yield self._say("steps.held")
        if step.frees:
            yield self._say("steps.frees", steps="; ".join(map(self._named, step.frees)))
        if step.time is not None:
            yield self._say("steps.time", time=self._length(step.time))
        if step.on_preempt is not None:
            yield self._say(f"steps.on_preempt.{step.on_preempt}")

    def _need(self, need: Need) -> str:
        labels = {name: pick(self.scenario.resources[name].label, self.language) for name, _ in need.any_of}
        return f" {self._say('steps.or')} ".join(f"{units} × {labels[name]}" for name, units in need.any_of)

    def _length(self, tree: Tree) -> str:
        return tree_told(tree, self.scenario, self.language, length_told)

    def _gather(self, step: Step) -> Iterator[str]:
        if step.kind in ("ride", "release"):
            yield self._say(f"steps.{step.kind}")
        if step.gather is None:
            return
        yield self._say("steps.gather", reasons="; ".join(self._reasons(step.gather)))
        most = [number(n, 0, self.language) for n in (step.gather.most, step.gather.most_weight) if n]
        if most:
            yield self._say("steps.gather.most", most=" / ".join(most))
        if step.gather.carrier is not None:
            carrier = self.scenario.flows[step.gather.carrier]
            yield self._say("steps.carrier", flow=pick(carrier.label, self.language))

    def _reasons(self, gather: Gather) -> Iterator[str]:
        """What makes those who gather depart."""
        if gather.number is not None:
            yield self._say("steps.gather.number", number=number(gather.number, 0, self.language))
        if gather.weight is not None and gather.weigh is not None:
            attribute = amount_told_of(gather.weigh, "", self.scenario, self.language)
            weight = number(gather.weight, 0, self.language)
            yield self._say("steps.gather.weight", attribute=attribute, weight=weight)
        if gather.departures is not None:
            calendar = self.scenario.calendars[gather.departures].label
            yield self._say("steps.gather.departures", calendar=pick(calendar, self.language))
        if gather.max_wait is not None:
            yield self._say("steps.gather.max_wait", time=duration(gather.max_wait, self.language))

    def _stock(self, step: Step) -> Iterator[str]:
        if step.stock is None:
            return
        stock = self.scenario.stocks[step.stock]
        amount = amount_told_of(step.amount, stock.unit, self.scenario, self.language)
        yield self._say(f"steps.{step.kind}", amount=amount, stock=pick(stock.label, self.language))
        if step.short_to is not None:
            yield self._say("steps.short.to", step=self._named(step.short_to))
        elif step.kind == "take":
            yield self._say("steps.short.partial" if step.partial else "steps.short.wait")

    def _places(self, step: Step) -> Iterator[str]:
        if step.zone is not None:
            zone = self.scenario.zones[step.zone]
            yield self._say("steps.zone", zone=pick(zone.label, self.language), room=zone.room)
        if step.room is not None:
            yield self._say("steps.room", room=step.room)
        if step.full_to is not None:
            yield self._say("steps.full_to", step=self._named(step.full_to))
        if step.balking is not None:
            yield self._balks(step.balking)

    def _balks(self, balking: Balking) -> str:
        chances = (
            self._say("steps.balk.chance", count=count, share=number(100 * upto / CERTAIN, 0, self.language))
            for count, upto in balking.chances
        )
        to = self._named(balking.to) if balking.to else self._say("steps.lost")
        return self._say("steps.balk", chances="; ".join(chances), to=to)

    def _failing(self, step: Step) -> Iterator[str]:
        if step.platforms:
            labels = (pick(self.scenario.platforms[name].label, self.language) for name in step.platforms)
            yield self._say("steps.platform", platforms=", ".join(labels))
            if step.fallback is None:
                yield self._say("steps.no_fallback")
            else:
                yield self._say("steps.fallback", time=self._length(step.fallback))
        if step.patience is not None:
            to = self._named(step.patience_to) if step.patience_to else self._say("steps.lost")
            yield self._say("steps.patience", time=self._length(step.patience), to=to)

    def _leads_on(self, name: str, step: Step) -> Iterator[str]:
        yield from self._marks(step.milestones)
        if step.kind == "parallel":
            yield self._say("steps.parallel", steps="; ".join(map(self._named, step.branches)))
        elif step.kind == "choose":
            yield from self._options(name)
        elif step.kind == "end":
            yield self._say(f"steps.ends.{step.outcome}")
        else:
            if step.errand is not None:
                yield self._errand(step.errand)
            yield from self._next(name, name)

    def _marks(self, milestones: tuple[str, ...]) -> Iterator[str]:
        if milestones:
            labels = (pick(MILESTONES[m], self.language) for m in milestones)
            yield self._say("steps.milestones", milestones=", ".join(labels))

    def _errand(self, errand: Errand) -> str:
        """What is sent out and waited for."""
        known = {None: "all", 0: "none"}.get(errand.wait_for, "number")
        wait = self._say(f"steps.send.{known}", number=errand.wait_for)
        if errand.flow is None:
            return self._say("steps.join", step=self._named(errand.of), wait=wait)
        flow = pick(self.scenario.flows[errand.flow].label, self.language)
        count = amount_told_of(errand.count, "", self.scenario, self.language)
        return self._say("steps.send", count=count, flow=flow, wait=wait)

    def _options(self, name: str) -> Iterator[str]:
        """One line for each option: its share, where known, and where it leads."""
        told: dict[str, None] = {}  # each line once, in order
        if self.scenario.steps[name].shortest:
            yield self._say("steps.shortest")
        for flow in self.scenario.flows.values():
            step = self.scenario.steps[name]
            for option, target in flow.options.get(name, {}).items():
                share = share_told(option, step, flow, self.scenario, self.language)
                share += self._condition(name, option)
                told[f"{self._option(name, option)}{share} → {self._target(name, target, flow)}"] = None
        yield from told

    def _condition(self, step: str, option: str) -> str:
        """When an option is taken, where that depends on the state of the run."""
        conditions = self.scenario.steps[step].when.get(option)
        if conditions is None:
            return ""
        told = conditions_told(conditions, self.scenario, self.language)
        return f" {self._say('steps.when', conditions=told)}"

    def _option(self, step: str, option: str) -> str:
        return option_name(step, option, self.scenario, self.language)

    def _next(self, name: str, last: str) -> Iterator[str]:
        """Where it goes on behind its last part, unless simply to the next number."""
        targets = [(flow.next[last], flow) for flow in self.scenario.flows.values() if last in flow.next]
        targets.sort(key=lambda pair: self.numbers.get(pair[0] or "", 0))
        told = (
            self._target(name, target, flow) for target, flow in targets if not self._follows(name, target)
        )
        yield from (f"→ {target}" for target in dict.fromkeys(told))

    def _follows(self, name: str, target: str | None) -> bool:
        return target is not None and self.numbers.get(target) == self.numbers[name] + 1

    def _target(self, name: str, target: str | None, flow: Flow) -> str:
        """Where a step of a flow leads."""
        inside = joins(self.scenario, flow)
        return target_told(name, target, flow, inside, self._named, self.language)

    def _pedigree(self, prefix: str) -> Iterator[str]:
        for parameter in self.scenario.parameters:
            if parameter.path.startswith(prefix):
                yield pedigree_told(parameter, self.scenario, self.language, prefix)

    # ---- who works when ------------------------------------------------------------------------------

    def _resources(self) -> Iterator[Entry]:
        for name, resource in self.scenario.resources.items():
            if resource.kind == "messages":  # told where they are sent
                continue
            owner = self.scenario.agencies.get(resource.agency or "")
            tail = f" — {pick(owner.label, self.language)}" if owner else ""
            lines = (*map(self._shift, resource.shifts), *self._rules(resource))
            lines += tuple(self._pedigree(f"resources.{name}."))
            yield Entry(f"{pick(resource.label, self.language)}{tail}", lines)

    def _rules(self, resource: Resource) -> Iterator[str]:
        """What interrupts its work, and what becomes of work and queue at closing."""
        yield from (self._say(f"resources.preempt.{cause}") for cause in resource.preempt)
        if resource.at_closing is not None:
            yield self._say(f"resources.at_closing.{resource.at_closing}")
        if resource.overtime is not None:
            yield self._say("resources.overtime", length=duration(resource.overtime, self.language))

    def _shift(self, shift: Shift) -> str:
        if shift.calendar is None:
            return self._say("resources.always", units=shift.units)
        hours = pick(self.scenario.calendars[shift.calendar].label, self.language)
        return self._say("resources.shift", units=shift.units, calendar=hours)

    def _calendars(self) -> Iterator[Entry]:
        for name, calendar in self.scenario.calendars.items():
            lines = (*calendar_told(calendar, self.language), *self._pedigree(f"calendars.{name}."))
            yield Entry(pick(calendar.label, self.language), lines)

    def _room(self) -> Iterator[Entry]:
        """Zones and stocks."""
        for name, zone in self.scenario.zones.items():
            lines = (self._say("places.room", room=zone.room), *self._pedigree(f"zones.{name}."))
            yield Entry(pick(zone.label, self.language), lines)
        for name, stock in self.scenario.stocks.items():
            level = f"{number(stock.level, 0, self.language)} {stock.unit}".rstrip()
            lines = (self._say("places.level", level=level), *self._pedigree(f"stocks.{name}."))
            yield Entry(pick(stock.label, self.language), lines)

    def _disruptions(self) -> Iterator[Entry]:
        for name, disruption in self.scenario.disruptions.items():
            lines = [self._occurrence(begin, length) for begin, length in disruption.when]
            if disruption.length is not None:
                lines.append(self._say("disruptions.random", length=self._length(disruption.length)))
            lines += self._pedigree(f"disruptions.{name}.")
            yield Entry(pick(disruption.label, self.language), tuple(lines))

    def _occurrence(self, begin: int, length: int) -> str:
        moment = instant(self.scenario.clock.start, begin)
        at = f"{moment:%H:%M} {date(moment, self.language)}"
        return self._say("disruptions.at", at=at, length=duration(length, self.language))

    # ---- what the people in charge do ----------------------------------------------------------------

    def _rule(self, name: str, rule: Rule) -> Entry:
        lines = [self._when("when", rule.when, rule.lasts), *map(self._effect, rule.effects)]
        if rule.until:
            lines.append(self._when("until", rule.until, rule.until_lasts))
        if rule.delay:
            lines.append(self._say("rules.delay", length=duration(rule.delay, self.language)))
        if rule.agreed_by:
            labels = (pick(self.scenario.agencies[name].label, self.language) for name in rule.agreed_by)
            lines.append(self._say("rules.agreed", agencies=", ".join(labels)))
        lines += self._pedigree(f"rules.{name}.")
        return Entry(pick(rule.label, self.language), tuple(lines))

    def _when(self, word: str, conditions: tuple[Condition, ...], lasts: int) -> str:
        told = conditions_told(conditions, self.scenario, self.language)
        length = self._say("rules.for", length=duration(lasts, self.language)) if lasts else ""
        return self._say(f"rules.{word}", conditions=told, length=length)

    def _effect(self, effect: Effect) -> str:
        if effect.what in ("open", "keep"):
            target = pick(self.scenario.resources[effect.target].label, self.language)
        else:
            target = self._named(effect.target)
        option = self._option(effect.target, effect.option) if effect.option is not None else ""
        return self._say(f"rules.{effect.what}", target=target, units=effect.units, option=option)

    # ---- what it is measured by ------------------------------------------------------------------------

    def _rates(self) -> Iterator[Entry]:
        for word, told in rates_told(self.scenario, self._named, self.language):
            yield Entry(told, tuple(self._pedigree_of_rate(word)))

    def _pedigree_of_rate(self, word: str) -> Iterator[str]:
        path = f"rates.{word}"
        for parameter in self.scenario.parameters:
            if parameter.path == path or parameter.path.startswith(f"{path}."):
                prefix = ".".join(parameter.path.split(".")[:2]) + "."
                yield pedigree_told(parameter, self.scenario, self.language, prefix)

    def _figures(self) -> Iterator[Entry]:
        """What was published, and whether this is still the scenario that it describes."""
        changes = changes_told(self.scenario, {}, None, self.language)
        if changes and self.scenario.published:
            yield Entry(text("changed.published", self.language, changes=changes))
        yield from map(self._published, self.scenario.published)

    def _published(self, figure: Published) -> Entry:
        source = self.scenario.sources.get(figure.source)
        mark = text(f"mark.{figure.mark}", self.language)
        lines = [f"{mark} · {source_told(source, self.language) if source else figure.source}"]
        if figure.note is not None:
            lines.append(pick(figure.note, self.language))
        name = published_name(figure.kpi, figure.labels, self.scenario, self.language)
        factor, scale = published_scale(figure.unit, [figure.value])
        return Entry(f"{name} = {scale.full(figure.value * factor, self.language)}", tuple(lines))

    def _expected(self, band: Expected) -> Entry:
        name = published_name(band.kpi, band.labels, self.scenario, self.language)
        factor, scale = published_scale(band.unit, [band.low, band.high])
        low = scale.number(band.low * factor, self.language)
        high = scale.full(band.high * factor, self.language)
        return Entry(f"{name}: {low} – {high}", (pick(band.reason, self.language),))
