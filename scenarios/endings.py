"""Whether every way of a flow can end: nobody may go round for ever with certainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scenarios.findings import Findings
from scenarios.resolved import By, Flow, Label, Mix, Resolved, Step, Tree

END = None
"""Where ways (and branches) end."""

Links = Mapping[str, frozenset[str | None]]
"""Step → where an entity may go from it, with a chance above zero."""


@dataclass(frozen=True, slots=True)
class Born:
    """An attribute whose value is known; None: whatever entity it is."""

    attribute: str | None = None
    value: str | None = None


def check_endings(scenario: Resolved, findings: Findings) -> None:
    """Note each flow of which some entities can never leave."""
    for name, flow in scenario.flows.items():
        for born in (Born(), *births(scenario, flow)):
            stuck = _stuck(scenario, flow, born)
            if stuck:
                _note(name, stuck, born, findings)
                break


def reached(scenario: Resolved, name: str) -> set[str]:
    """The steps that some entity of a flow may come to."""
    flow = scenario.flows[name]
    return _closure(_starts(flow), _links(scenario, flow, Born()))


def _starts(flow: Flow) -> list[str]:
    return [flow.first, *([flow.backlog.at] if flow.backlog and flow.backlog.at in flow.next else [])]


def _stuck(scenario: Resolved, flow: Flow, born: Born) -> list[str]:
    """A circle that cannot be left, in the order in which it is gone through."""
    links = _links(scenario, flow, born)
    here = _closure(_starts(flow), links)
    leaving = _leaving(links)
    trapped = [step for step in flow.next if step in here and step not in leaving]
    return _circle(trapped[0], links, set(trapped)) if trapped else []


def _circle(first: str, links: Links, trapped: set[str]) -> list[str]:
    """Follow trapped steps until one comes again."""
    walk = [first]
    while True:
        onward = sorted(step for step in links[walk[-1]] if step in trapped and step is not None)
        if not onward:
            return walk
        if onward[0] in walk:
            return [*walk[walk.index(onward[0]) :], onward[0]]
        walk.append(onward[0])


def _closure(starts: Iterable[str], links: Links) -> set[str]:
    found: set[str] = set()
    open_ends = list(starts)
    while open_ends:
        step = open_ends.pop()
        if step not in found and step in links:
            found.add(step)
            open_ends += [onward for onward in links[step] if onward is not None]
    return found


def _leaving(links: Links) -> set[str]:
    """Steps from which an end can be reached."""
    leaving: set[str] = set()
    grown = True
    while grown:
        more = {s for s, onward in links.items() if s not in leaving and (END in onward or onward & leaving)}
        leaving |= more
        grown = bool(more)
    return leaving


def _links(scenario: Resolved, flow: Flow, born: Born) -> Links:
    return {name: frozenset(_onward(name, scenario, flow, born)) for name in flow.next}


def _onward(name: str, scenario: Resolved, flow: Flow, born: Born) -> Iterator[str | None]:
    """Where an entity may go from a step."""
    step = scenario.steps[name]
    if step.kind == "choose":
        options = flow.options.get(name, {})
        yield from (options.get(option) for option in chosen(name, options, scenario, born))
    else:
        yield flow.next[name]
        yield from step.branches
    if step.patience is not None:
        yield step.patience_to
    if step.full_to is not None:
        yield step.full_to
    if step.balking is not None:
        yield step.balking.to
    if step.short_to is not None:
        yield step.short_to


def chosen(name: str, options: Mapping[str, str | None], scenario: Resolved, born: Born) -> Iterator[str]:
    """Options of a choice with a chance above zero."""
    step = scenario.steps[name]
    if step.by is not None:
        yield from ([born.value] if step.by == born.attribute and born.value else options)
    if reads_state(step):
        yield from options
    yield from diversions(name, scenario)
    for leaf in leaves(step.shares, born):
        yield from _possible(scenario.mixes[leaf])


def diversions(name: str, scenario: Resolved) -> Iterator[str]:
    """Options of a choice that some rule lets everybody take."""
    for rule in scenario.rules.values():
        for effect in rule.effects:
            if effect.what == "divert" and effect.target == name and effect.option is not None:
                yield effect.option


def reads_state(step: Step) -> bool:
    """Whether a choice goes by what it finds: then every option may be taken."""
    return step.shortest or bool(step.when)


def leaves(tree: Tree, born: Born) -> Iterator[str]:
    if isinstance(tree, By):
        known = tree.attribute == born.attribute and born.value in tree.cases
        for value in [born.value] if known else list(tree.cases):
            yield from leaves(tree.cases[str(value)], born)
    elif isinstance(tree, str):
        yield tree


def _possible(mix: Mix) -> Iterator[str]:
    for value, before, upto in zip(mix.values, (0, *mix.upto), mix.upto, strict=False):
        if upto > before:
            yield value


def births(scenario: Resolved, flow: Flow) -> Iterator[Born]:
    """Each value, with a chance above zero, of each attribute that choices go by."""
    for name in _deciding(scenario, flow):
        attribute = flow.attributes.get(name)
        trees = [attribute.draw] if attribute else []
        trees += [flow.backlog.attributes[name]] if flow.backlog and name in flow.backlog.attributes else []
        drawn = {leaf for tree in trees for leaf in leaves(tree, Born())}
        values = {
            value for leaf in drawn if leaf in scenario.mixes for value in _possible(scenario.mixes[leaf])
        }
        yield from (Born(name, value) for value in sorted(values))


def _deciding(scenario: Resolved, flow: Flow) -> list[str]:
    """Attributes that choices of this flow go by."""
    found: dict[str, None] = {}
    for name in flow.options:
        step = scenario.steps[name]
        found |= {step.by: None} if step.by else {}
        found |= dict.fromkeys(_attributes(step.shares))
    return list(found)


def _attributes(tree: Tree) -> Iterator[str]:
    if isinstance(tree, By):
        yield tree.attribute
        for case in tree.cases.values():
            yield from _attributes(case)


def _note(name: str, stuck: list[str], born: Born, findings: Findings) -> None:
    walk = " → ".join(stuck)
    who = Label(
        vi=f" với {born.attribute} = {born.value}" if born.attribute else "",
        en=f" with {born.attribute} = {born.value}" if born.attribute else "",
    )
    findings.wrong(
        ("flows", name, "route"), walk,
        Label(vi=f"đi vòng mãi không ra{who.vi}: {walk}", en=f"goes round for ever{who.en}: {walk}"),
        Label(vi="hãy cho một lựa chọn trong vòng đó dẫn ra ngoài với tỷ lệ lớn hơn 0 %",
              en="let a choice in that loop lead out of it with a share above 0 %"),
    )  # fmt: skip
