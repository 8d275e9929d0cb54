"""What happened in a live session, told in a sentence in both languages."""

from __future__ import annotations

from platform_api.formats import duration
from platform_api.texts import text
from scenarios.errors import Language
from scenarios.resolved import Label, Resolved
from sim.live import Happening, Live


def told(happening: Happening, live: Live) -> Label:
    """The sentence of a happening."""
    return Label(vi=_sentence(happening, live, "vi"), en=_sentence(happening, live, "en"))


def _sentence(happening: Happening, live: Live, language: Language) -> str:
    who = ""
    if happening.entity >= 0:
        flow, number = live.name_of(happening.entity)
        label = live.scenario.flows[flow].label
        who = f"{label.vi if language == 'vi' else label.en} {number}"
    kind = happening.kind
    if kind == "started" and happening.value > 0:
        kind = "started_after"
    return text(
        f"live.{kind}", language, who=who, what=_label(happening.what, live.scenario, language),
        value=happening.value, wait=duration(happening.value, language),
    )  # fmt: skip


def _label(name: str, scenario: Resolved, language: Language) -> str:
    for things in (scenario.steps, scenario.resources, scenario.zones, scenario.platforms):
        if name in things:
            label: Label = things[name].label
            return label.vi if language == "vi" else label.en
    return name
