"""The pages of the library are those of the library, and every scenario has a way to be asked."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from platform_api.library_page import FAMILIES, Family, pages
from scenarios.library import load, names

DOCS = Path(__file__).parents[2] / "docs"
written = cache(pages)


def test_the_committed_pages_are_the_written_ones() -> None:
    for name, page in written().items():
        committed = (DOCS / "reference" / name).read_text(encoding="utf-8")
        assert committed == page, "run: python -m platform_api.library_page docs/reference"


def test_every_scenario_is_on_one_page() -> None:
    assert Counter(name for family in FAMILIES for name in family.codes) == Counter(names())


def test_the_fifteen_questions_that_were_asked_for_have_a_scenario() -> None:
    codes = {code for family in FAMILIES for code in family.codes.values()}
    gates = {f"BG-{number:02}" for number in range(1, 13)}
    assert codes >= gates | {"EC-01", "EC-02", "EC-03", "PS-01"}


def section(name: str) -> str:
    """What the pages say of a scenario."""
    page = next(written()[family.page] for family in FAMILIES if name in family.codes)
    (found,) = [part for part in page.split("\n## ") if part.startswith(f'<a id="{name}"></a>')]
    return found


@pytest.mark.parametrize("name", names())
def test_a_scenario_is_told_with_its_question_and_its_picture(name: str) -> None:
    told, scenario = section(name), load(name).resolved
    for text in (scenario.title, scenario.question):
        assert text.vi in told
        assert text.en in told
    assert scenario.question.vi.endswith("?")
    assert scenario.question.en.endswith("?")
    assert f"`cuakhau run {name}`" in told
    base = re.search(r"\(library-\w+\.md#([\w-]+)\)$", told.strip())
    pictured = section(base[1]) if base else told  # a variant without steps of its own has that of its base
    assert pictured.count("```mermaid\nflowchart") == 2


def asked(family: Family) -> list[tuple[str, list[str]]]:
    """The scenarios that a page runs, and what it changes of each."""
    page = (DOCS / "how-to" / family.how_to).read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for command in re.findall(r"^\$ cuakhau run (.+)$", page, re.MULTILINE):
        name, *words = shlex.split(command)
        found.append((name, [words[i + 1] for i, word in enumerate(words) if word == "--override"]))
    return found


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.how_to)
def test_what_a_page_changes_can_be_changed_and_lies_in_its_range(family: Family) -> None:
    changed = asked(family)
    assert {name for name, overrides in changed if overrides} == set(family.codes)
    for name, overrides in changed:
        doubts = [str(doubt) for doubt in load(name, overrides).warnings if "believable range" in str(doubt)]
        assert doubts == [], name
