"""Loops without time: ways along which somebody could go round for ever at one instant.

A choice takes no time; a full step with `full_to`, a long queue that is not joined and a patience of nothing
send on at once. A circle of such steps that can be left by no draw would stop the clock of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenarios.endings import Born, births, chosen, diversions, leaves, reads_state
from scenarios.findings import Findings
from scenarios.resolved import Flow, Label, Resolved, Step, Tree

AT_ONCE = ("hold", "free", "take", "put", "gather", "release")
"""Kinds of steps that take no time of their own."""

Sends = Mapping[str, frozenset[str]]
"""Step → where it may send on at once."""


def check_timeless(scenario: Resolved, findings: Findings) -> None:
    """Note the circles without time."""
    for flow in scenario.flows.values():
        for born in (Born(), *births(scenario, flow)):
            circle = _circle(_caught(scenario, flow, born))
            if circle:
                _note(circle, scenario, findings)
                break


def _caught(scenario: Resolved, flow: Flow, born: Born) -> Sends:
    """Steps from which somebody may be sent on, at once and again and again; no draw helps."""
    sends = {name: frozenset(_at_once(name, scenario, flow, born)) for name in flow.next}
    forced = {name: {flow.options[name].get(o) for o in diversions(name, scenario)} for name in flow.options}
    caught = {name for name, targets in sends.items() if targets}
    while True:
        stay = {
            name
            for name in caught
            if _stays(scenario.steps[name], sends[name], caught) or forced.get(name, set()) & caught
        }
        if stay == caught:
            return {name: sends[name] & caught for name in flow.next if name in caught}
        caught = stay


def _stays(step: Step, targets: frozenset[str], caught: set[str]) -> bool:
    """Whether it sends on into the circle: a choice with all that may be drawn, others if things are so."""
    drawn = step.kind == "choose" and not reads_state(step)
    return targets <= caught if drawn else bool(targets & caught)


def _at_once(name: str, scenario: Resolved, flow: Flow, born: Born) -> Iterator[str]:
    """Where somebody may go on to from a step without any time; "" is the end of the way."""
    step = scenario.steps[name]
    if step.kind == "choose":
        options = flow.options.get(name, {})
        yield from (options.get(option) or "" for option in chosen(name, options, scenario, born))
    if step.full_to is not None and (step.room is not None or step.zone is not None):
        yield step.full_to
    if step.patience_to is not None and _may_be_nothing(step.patience, scenario, born):
        yield step.patience_to
    if step.balking is not None and step.balking.to is not None:
        yield step.balking.to
    following = flow.next[name]
    if following and (
        step.kind in AT_ONCE or (step.kind in ("work", "wait") and _may_be_nothing(step.time, scenario, born))
    ):
        yield following
    if step.short_to is not None:
        yield step.short_to
    if step.errand is not None and following:  # there may be nobody to wait for
        yield following


def _may_be_nothing(tree: Tree, scenario: Resolved, born: Born) -> bool:
    """Whether it is always 0 for some kind of entity; a draw above 0 would soon end the instant."""
    return any(scenario.tables[leaf][-1] == 0 for leaf in leaves(tree, born))  # the last is the highest


def _circle(caught: Sends) -> list[str]:
    """One circle, in the order in which it is gone through."""
    walk = list(caught)[:1]
    while walk:
        onward = min(caught[walk[-1]])
        if onward in walk:
            return [*walk[walk.index(onward) :], onward]
        walk.append(onward)
    return walk


def _note(circle: list[str], scenario: Resolved, findings: Findings) -> None:
    name = min(circle, key=lambda step: scenario.steps[step].kind == "choose")
    step, walk = scenario.steps[name], " → ".join(circle)
    escapes = {
        "full_to": step.full_to,
        "patience": step.patience_to,
        "balk": step.balking and step.balking.to,
        "short_to": step.short_to,
    }
    word = next((word for word, to in escapes.items() if to in circle), "time")
    path = ("steps", name) if step.kind in AT_ONCE and word == "time" else ("steps", name, word)
    findings.wrong(
        path, walk,
        Label(vi=f"có thể đưa người ta đi vòng mãi mà không mất thời gian: {walk}",
              en=f"may send round for ever without any time passing: {walk}"),
        Label(vi="hãy đặt vào vòng đó một bước mất thời gian, như 'kind: wait, time: 10 min'",
              en="put a step that takes time into the loop, such as 'kind: wait, time: 10 min'"),
    )  # fmt: skip
