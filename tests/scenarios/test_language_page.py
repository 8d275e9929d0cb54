"""The page of the language is true and complete: its examples load, and it names every word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.library import json_schema, load_text

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "language.md").read_text(encoding="utf-8")
VALID = Path(__file__).parent / "valid"


def blocks(kind: str) -> list[str]:
    """The code blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


WHOLE = "".join(blocks("yaml"))
TIMES = blocks("yaml times")[0].splitlines()
ARRIVALS = re.split(r"^(?=arrivals:)", blocks("yaml arrivals")[0], flags=re.MULTILINE)[1:]


def test_the_blocks_of_the_page_are_one_scenario_without_doubts():
    assert load_text(WHOLE).warnings == ()


@pytest.mark.parametrize("line", TIMES)
def test_each_way_to_state_a_time_loads(line):
    time = line.split("#")[0].strip()
    text = WHOLE.replace("time: 45 min\n", f"{time}\n", 1)
    assert text != WHOLE
    load_text(text)


@pytest.mark.parametrize("written", ARRIVALS)
def test_each_way_to_state_arrivals_loads(written):
    indented = written.strip().replace("\n", "\n    ")
    text = WHOLE.replace("arrivals: {per_day: {value: 304 /d, source: S13}}", indented, 1)
    assert text != WHOLE
    goods = "other: 45 %"  # the list of the corpus has timber
    load_text(
        text.replace(goods, "timber: 40 %, other: 5 %").replace("value: {unit: VND", "weight: {unit: kg"),
        folder=VALID,
    )


def words_of_the_language() -> set[str]:
    """The keys of every mapping of the schema."""
    schema = json_schema()
    found = set(schema["properties"])
    for definition in schema["$defs"].values():
        for part in (definition, *definition.get("anyOf", ())):
            found |= set(part.get("properties", ()))
    return found


def test_every_word_of_the_language_stands_on_the_page():
    code = " ".join(
        [
            *re.findall(r"`([^`\n]+)`", PAGE),
            *re.findall(r"^```.*?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL),
        ]
    )
    missing = {
        word
        for word in words_of_the_language()
        if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code)
    }
    assert missing == set()


def test_every_word_of_the_language_is_described_to_editors():
    schema = json_schema()
    bare = [
        f"{name}.{word}"
        for name, definition in [("Scenario", schema), *schema["$defs"].items()]
        for word, inner in definition.get("properties", {}).items()
        if "description" not in inner and "$ref" not in inner
    ]
    assert bare == []
