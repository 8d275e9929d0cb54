"""What the figures of a result are called, in the words of their scenario."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from platform_api.formats import moment
from platform_api.texts import Language, every_text, pick, text
from scenarios.resolved import Attribute, Label, Resolved

PARTS_OF_A_SCENARIO = {
    "flow": "flows",
    "step": "steps",
    "agency": "agencies",
    "resource": "resources",
    "zone": "zones",
    "stock": "stocks",
    "platform": "platforms",
}
"""Label of a result → where the scenario keeps the thing it names."""

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
"""A local date and time, as the label `at` has it."""

CHANNEL_SIGNS = {"green": "● ", "yellow": "▲ ", "red": "■ "}
"""Shapes that tell the channels apart without colour."""


@cache
def _declared() -> dict[str, Label]:
    from metrics.outcomes import OUTCOMES

    return {name: kpi.label for kpi in OUTCOMES for name in kpi.value_names} | {
        k.name: k.label for k in OUTCOMES
    }


@cache
def _stat_of() -> dict[str, str]:
    from metrics.outcomes import OUTCOMES

    return {f"{kpi.name}_{stat}": stat for kpi in OUTCOMES for stat in kpi.stats}


def kpi_name(name: str, language: Language) -> str:
    """`dwell_p95` → "Thời gian lưu, phân vị 95"."""
    label = _declared().get(name)
    if label is None:
        from metrics.outcomes import kpi_of

        found = kpi_of(name)  # one with a time in its name
        return name if found is None else pick(found.label, language)
    stat = _stat_of().get(name)
    return pick(label, language) + (f", {text(f'stat.{stat}', language)}" if stat else "")


def published_name(kpi: str, labels: dict[str, str], scenario: Resolved, language: Language) -> str:
    """What a published figure is called: its indicator, and of whom."""
    told = labels_told(labels, scenario, language)
    return kpi_name(kpi, language) + (f" ({told})" if told else "")


def labels_told(labels: dict[str, str], scenario: Resolved, language: Language) -> str:
    """All labels of a figure in words, "Xuất · Hữu Nghị"; empty for the whole."""
    return " · ".join(value_name(name, value, scenario, language) for name, value in labels.items())


def value_name(name: str, value: str, scenario: Resolved, language: Language) -> str:
    """One label's value in words: the thing's own label, else the house's word, else as it is."""
    if name == "at" and STAMP.fullmatch(value):
        return moment(datetime.fromisoformat(value), language)
    return CHANNEL_SIGNS.get(value, "") * (name == "channel") + _plain_name(name, value, scenario, language)


def option_name(step: str, option: str, scenario: Resolved, language: Language) -> str:
    """An option of a choice in words: its own label, else that of the attribute's value it stands for."""
    choice = scenario.steps[step]
    if option in choice.option_labels:
        return pick(choice.option_labels[option], language)
    return value_name(choice.by or "", option, scenario, language)


def _plain_name(name: str, value: str, scenario: Resolved, language: Language) -> str:
    part = PARTS_OF_A_SCENARIO.get(name)
    things = getattr(scenario, part) if part else {}
    if value in things:
        return pick(things[value].label, language)
    for flow in scenario.flows.values():
        attribute = flow.attributes.get(name)
        if attribute is not None and value in attribute.labels:
            return pick(attribute.labels[value], language)
    return _house_word(f"value.{name}.{value}", value, language)


def attribute_name(name: str, attribute: Attribute, language: Language) -> str:
    """What an attribute is called: its own label, else the house's word for it."""
    if attribute.label.vi != name:
        return pick(attribute.label, language)
    return _house_word(f"attribute.{name}", name, language)


def path_name(path: str, scenario: Resolved, language: Language) -> str:
    """Which number of a scenario a path means: "Cán bộ kiểm dịch: số người hoặc máy"; else the path."""
    part, _, within = path.partition(".")
    name, _, rest = within.partition(".")
    things = getattr(scenario, part) if part in PARTS_OF_A_SCENARIO.values() else {}
    if name not in things:
        return path
    return f"{pick(things[name].label, language)}: {_house_word(f'path.{rest}', rest, language)}"


def _house_word(key: str, otherwise: str, language: Language) -> str:
    return text(key, language) if key in every_text() else otherwise
