"""The page for a sceptic counts what the library holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from platform_api.validity_page import MARK, counts, rests_on, with_counts
from scenarios.library import load, names
from scenarios.resolved import Parameter

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "validity.md"


def test_the_committed_counts_are_those_of_the_library() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_counts(page), "run: python -m platform_api.validity_page docs/explanation/validity.md"


def test_every_prediction_is_in_the_table_that_says_how_it_came_out() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page.split("## How the predictions came out")[1].split("\n## ")[0]
    told = Counter(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE))
    marks = {name: [figure.mark for figure in load(name).resolved.published] for name in names()}
    assert told == Counter({name: of.count("predicted") for name, of in marks.items() if "predicted" in of})


def test_a_page_without_its_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks its mark"):
        with_counts("# A page\n")


@pytest.mark.parametrize(
    ("source", "kind"),
    [("assumption", "assumed"), ("override", "changed"), ("fit", "fitted"), ("S13", "sourced")],
)
def test_what_a_number_rests_on(source: str, kind: str) -> None:
    assert rests_on(Parameter("a.b", "1", source)) == kind


def test_a_scenario_is_counted_number_by_number() -> None:
    scenario = load("lang-son-2021-12").resolved
    (row,) = [line for line in counts([scenario]) if line.startswith("| `lang-son-2021-12`")]
    cells = [int(cell) for cell in row.strip("|").split("|")[1:]]
    assert sum(cells[:3]) == len(scenario.parameters)
    assert cells[2] == sum(one.source == "fit" for one in scenario.parameters) > 0
    assert cells[3:] == [1, 2, 0]


def test_below_the_mark_a_page_is_written_anew() -> None:
    written = with_counts(f"# A page\n\n{MARK}old\n")
    assert written.startswith(f"# A page\n\n{MARK}\n## Counted\n")
    assert "old\n" not in written
