"""The pages of the library: of each scenario its question, what was published, what is expected, its picture.

`python -m platform_api.library_page docs/reference` writes them anew; a test holds them against the library.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from platform_api.explain import Entry, story
from platform_api.formats import duration
from platform_api.mermaid import flowchart
from platform_api.texts import LANGUAGES, Language, text
from scenarios.library import Loaded, load
from scenarios.resolved import Label, Parameter, Resolved


@dataclass(frozen=True, slots=True)
class Family:
    """Scenarios of one kind: `codes` tells by which code people ask for them, empty where there is none."""

    page: str
    title: Label
    how_to: str
    codes: dict[str, str]


FAMILIES = (
    Family(
        "library-gates.md",
        Label("Cửa khẩu", "Gates"),
        "ask-the-gates.md",
        {
            "lang-son-2025-03-12": "BG-01",
            "lang-son-quota": "BG-01",
            "lang-son-2023-12-14": "BG-01",
            "lang-son-drivers": "",
            "lang-son-paper": "BG-02",
            "lang-son-700k": "BG-03",
            "lang-son-busy-day": "BG-03",
            "lang-son-2021-12": "BG-04",
            "lang-son-tet-2026": "BG-05",
            "lang-son-tet-2024": "BG-05",
            "lang-son-until-20h": "BG-06",
            "lang-son-fruit-lane": "BG-07",
            "durian-laboratories-2025-10": "BG-08",
            "lang-son-channels": "BG-09",
            "lang-son-outage": "BG-10",
            "lang-son-incidents": "BG-10",
            "smart-gate-agv": "BG-11",
            "kim-thanh-2021-01": "BG-12",
        },
    ),
    Family(
        "library-orders.md",
        Label("Đơn hàng OCOP", "OCOP orders"),
        "ask-the-orders.md",
        {
            "ocop-livestream": "EC-01",
            "na-chi-lang-2021": "EC-02",
            "ocop-export-lorry": "EC-03",
            "yen-bai-ocop": "",
            "lang-son-shops-2021": "",
        },
    ),
    Family(
        "library-services.md",
        Label("Dịch vụ công và hạ tầng số", "Public services and digital infrastructure"),
        "ask-the-services.md",
        {
            "lao-cai-dossiers": "PS-01",
            "yen-bai-dossiers": "PS-01",
            "ha-giang-dossiers": "PS-01",
            "lao-cai-esign": "",
            "lgsp-exchange": "",
            "soc-incidents": "",
            "soft-atm": "",
            "e-receipts": "",
            "land-lookups": "",
            "documents-online": "",
            "telehealth": "",
            "school-platform": "",
            "video-conference": "",
            "connectivity": "",
        },
    ),
)

HINGES = "library-hinges.md"
"""The page of the assumptions that move each answer most (`platform_api.hinges_page`)."""

COMMAND = "python -m platform_api.library_page docs/reference"
WRITTEN = f"*Written from `scenarios/library/` by `{COMMAND}`; do not edit.*"


def pages() -> dict[str, str]:
    """Each page by its name."""
    return {"library.md": index()} | {family.page: family_page(family) for family in FAMILIES}


def index() -> str:
    """All scenarios with their questions."""
    lines = ["# Thư viện kịch bản · The scenario library", "", WRITTEN]
    for family in FAMILIES:
        how_to = (
            f"[{text('library.how_to', 'vi')} · {text('library.how_to', 'en')}](../how-to/{family.how_to})"
        )
        lines += ["", f"## {family.title.vi} · {family.title.en}", "", how_to, ""]
        lines += ["| | kịch bản · scenario | câu hỏi · question |", "|---|---|---|"]
        for name, code in family.codes.items():
            question = _loaded(name).resolved.question
            lines.append(f"| {code} | [`{name}`]({family.page}#{name}) | {question.vi}<br>*{question.en}* |")
    return "\n".join(lines) + "\n"


def family_page(family: Family) -> str:
    """The scenarios of a family one after the other."""
    hinges = f"[{text('library.hinges', 'vi')} · {text('library.hinges', 'en')}]({HINGES})"
    lines = [f"# {family.title.vi} · {family.title.en}", "", WRITTEN, "", hinges]
    for name in family.codes:
        lines += _section(_loaded(name))
    return "\n".join(lines) + "\n"


def page_of(name: str) -> str:
    """The page that a scenario is on."""
    return next(family.page for family in FAMILIES if name in family.codes)


@cache
def _loaded(name: str) -> Loaded:
    return load(name)


def _section(loaded: Loaded) -> Iterator[str]:
    scenario = loaded.resolved
    yield from ("", f'## <a id="{scenario.name}"></a>{scenario.title.vi} · {scenario.title.en}', "")
    yield f"{scenario.question.vi}\n\n*{scenario.question.en}*\n"
    yield f"`cuakhau run {scenario.name}` · {_facts(scenario)}"
    for key in ("published", "expected"):
        vi, en = _entries(scenario, key, "vi"), _entries(scenario, key, "en")
        if vi:
            yield from (
                "",
                f"### {text(f'explain.{key}.title', 'vi')} · {text(f'explain.{key}.title', 'en')}",
                "",
            )
            yield from (f"- {_told(one)}<br>{_told(other)}" for one, other in zip(vi, en, strict=True))
    yield from _picture(loaded)


def _facts(scenario: Resolved) -> str:
    """Its length, and how many of its numbers rest on what."""
    of = scenario.parameters
    assumed = sum(parameter.source == "assumption" for parameter in of)
    length = scenario.clock.window or scenario.clock.at_most
    fitted = sum(map(_is_fitted, of))
    return " · ".join(
        text("library.facts", one, length=duration(length, one), all=len(of), assumed=assumed, fitted=fitted)
        for one in LANGUAGES
    )


def _is_fitted(parameter: Parameter) -> bool:
    return parameter.source.startswith("fit")


def _entries(scenario: Resolved, key: str, language: Language) -> tuple[Entry, ...]:
    title = text(f"explain.{key}.title", language)
    return next((section.entries for section in story(scenario, language) if section.title == title), ())


def _told(entry: Entry) -> str:
    return f"**{entry.title}**: {'; '.join(entry.lines)}"


def _picture(loaded: Loaded) -> Iterator[str]:
    """Its process; a variant without steps of its own has that of its base."""
    found = re.search(r"^based_on: (\S+)$", loaded.text, re.MULTILINE)
    if found and "\nsteps:" not in loaded.text:
        base = found.group(1)
        same = f"{text('library.same_process', 'vi')} · {text('library.same_process', 'en')}"
        yield f"\n{same}: [`{base}`]({page_of(base)}#{base})"
        return
    for language in LANGUAGES:
        yield f"\n<details><summary>{text('library.process', language)}</summary>\n\n```mermaid"
        yield flowchart(loaded.resolved, language).rstrip("\n")
        yield "```\n\n</details>"


if __name__ == "__main__":
    for name, page in pages().items():
        (Path(sys.argv[1]) / name).write_text(page, encoding="utf-8", newline="\n")
