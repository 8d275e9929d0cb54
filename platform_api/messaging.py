"""A message over a platform in words: what limits it, how long it takes, what follows a failure."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.describe import length_told, tree_told
from platform_api.formats import duration, number
from platform_api.texts import Language, pick, text
from scenarios.resolved import Message, Resolved, Step


def parts_told(scenario: Resolved, name: str) -> dict[Message, str]:
    """The steps that a message consists of."""
    told = ((step.message, part) for part, step in scenario.steps.items())
    return {message: part for message, part in told if message is not None and message.of == name}


def message_told(name: str, scenario: Resolved, language: Language) -> Iterator[str]:
    """One line for each thing to know, but where it leads."""
    parts, sent = parts_told(scenario, name), scenario.steps[name]
    platform = scenario.platforms[sent.platforms[0]]
    yield text("explain.message.over", language, platform=pick(platform.label, language))
    if sent.needs:
        yield _limit(sent, scenario, language)
    latency = tree_told(scenario.steps[parts[Message(name, "answer")]].time, scenario, language, length_told)
    yield text("explain.message.latency", language, time=latency)
    if sent.patience is not None:
        time_out = tree_told(sent.patience, scenario, language, length_told)
        tries = max(message.tried for message in parts)
        yield text("explain.message.time_out", language, time=time_out, tries=tries)
    pauses = [
        tree_told(scenario.steps[part].time, scenario, language, length_told)
        for message, part in parts.items()
        if message.part == "pause"
    ]
    if pauses:
        yield text("explain.message.pauses", language, pauses=", ".join(pauses))


def _limit(sent: Step, scenario: Resolved, language: Language) -> str:
    """How many messages the platform handles."""
    pool = sent.needs[0].any_of[0][0]
    units = sum(shift.units for shift in scenario.resources[pool].shifts)
    each = scenario.tables[str(sent.time)][0]
    return text("explain.message.limit", language, units=number(units, 0, language),
                time=duration(each, language))  # fmt: skip
