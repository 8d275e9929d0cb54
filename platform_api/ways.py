"""Where the steps of a scenario lead, in words: options with their shares, ends of branches, ends of ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from platform_api.describe import percent
from platform_api.naming import value_name
from platform_api.texts import Language, text
from scenarios.resolved import By, Tree
from sim.graph import mix_shares

if TYPE_CHECKING:
    from scenarios.resolved import Flow, Resolved, Step

Name = Callable[[str | None], str]
"""A step as the words call it, `3 Health check`; None: the end of the way."""


def joins(scenario: Resolved, flow: Flow) -> dict[str, str]:
    """Each step in a branch → the parallel step whose branch it is in, the innermost of several."""
    found: dict[str, str] = {}
    for name in flow.next:
        for branch in scenario.steps[name].branches:
            found |= dict.fromkeys(_along(flow, branch), name)
    return found


def _along(flow: Flow, first: str) -> Iterator[str]:
    """The steps from one on; of a parallel part within, what follows it, not its branches."""
    seen: set[str] = set()
    ahead: list[str | None] = [first]
    while ahead:
        step = ahead.pop()
        if step is not None and step not in seen:
            seen.add(step)
            yield step
            ahead += [flow.next.get(step), *flow.options.get(step, {}).values()]


def target_told(
    step: str, target: str | None, flow: Flow, inside: dict[str, str], name: Name, lang: Language
) -> str:
    """Where a step leads: to another, to the end of its branch and what comes after all branches, or out."""
    if target is not None or step not in inside:
        return name(target)
    parallel = inside[step]
    after = target_told(parallel, flow.next.get(parallel), flow, inside, name, lang)
    return text("explain.steps.joined", lang, step=after)


def share_told(option: str, step: Step, flow: Flow, scenario: Resolved, language: Language) -> str:
    """With which probability an option is taken, by group where groups differ; empty if not by chance."""
    attribute = flow.attributes.get(step.by or "")
    told = _share(option, attribute.draw if attribute is not None else step.shares, scenario, language)
    return f" {told}" if told else ""


def _share(option: str, draw: Tree, scenario: Resolved, language: Language) -> str:
    if isinstance(draw, By):
        cases = {v: _share(option, case, scenario, language) for v, case in draw.cases.items()}
        if len(set(cases.values())) == 1:
            return next(iter(cases.values()))
        grouped = ((value_name(draw.attribute, v, scenario, language), told) for v, told in cases.items())
        return " ".join(f"[{value}] {told}" for value, told in grouped if told)
    if not isinstance(draw, str) or draw not in scenario.mixes:
        return ""
    return percent(mix_shares(scenario.mixes[draw]).get(option, 0.0), language)
