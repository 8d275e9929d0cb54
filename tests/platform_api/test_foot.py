"""The foot of every experiment's page: nothing of the checklist is left out, nothing is made up."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from platform_api import foot
from platform_api.compare_report import facts, render
from platform_api.experiments import compare, prepare
from platform_api.foot import STUDIED, study_of
from platform_api.runner import run_scenario
from platform_api.stress import ITEMS, Facts, Kind, sheet
from platform_api.texts import LANGUAGES, Language, text
from scenarios.experiments import Design, Variant
from scenarios.library import load
from scenarios.resolved import Label
from tests.platform_api.helpers import assert_stands_alone

VARIANT = Variant("two", Label("hai", "two"), None, {"resources.officer.capacity": 2})


@pytest.fixture
def design(written: dict[str, Any], tmp_path: Path) -> Design:
    file = tmp_path / "one-counter.yaml"
    file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return Design("c", str(file), (VARIANT,), replications=3, seed=1)


def told(design: Design) -> Facts:
    experiment = prepare(design)
    return facts(compare(design), experiment)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_of_the_checklist_is_filled_or_says_that_it_is_missing(
    design: Design, language: Language
) -> None:
    items = {item.number: item for item in sheet(told(design), language)}
    assert list(items) == [place for place, _ in ITEMS]
    assert len({place[:3] for place in items}) == 20  # the parts of 2.5 are one item
    for item in items.values():
        assert item.name
        assert all(line.strip() for line in item.told)
        assert item.told
    assert "resources.officer.capacity = 2" in items["2.3"].told[0]
    assert items["3.1"].told == (text("stress.unknown", language),)  # the small scenario names no source
    assert "Philox" in items["5.2"].told[0]


def test_only_kinds_that_compute_halls_interval_name_it(design: Design) -> None:
    facts = told(design)
    for kind in get_args(Kind):
        (item,) = (item for item in sheet(replace(facts, kind=kind), "en") if item.number == "4.3")
        assert ("Hall" in item.told[0]) == (kind in ("compare", "resilience"))
        assert "Student's" in item.told[0]


@pytest.mark.parametrize("name", ["lang-son-2025-03-12", "ocop-livestream", "land-lookups", "smart-gate-agv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_filled_from_scenarios_of_every_kind(design: Design, name: str, language: Language) -> None:
    scenario = load(name).resolved
    of = replace(told(design), scenario=scenario, parameters=scenario.parameters, typed=name)
    items = {item.number: " ".join(item.told) for item in sheet(of, language)}
    for step in scenario.steps.values():
        assert {"vi": step.label.vi, "en": step.label.en}[language] in items["2.5.2"]
    for pool in scenario.resources.values():
        assert {"vi": pool.label.vi, "en": pool.label.en}[language] in items["2.5.3"]
    assert text("stress.unknown", language) not in " ".join(items.values())


def test_the_page_has_the_study_of_the_base_as_a_run_gives_it(design: Design) -> None:
    experiment, answer = prepare(design), compare(design)
    studied = study_of(experiment.sides[0], answer.seed)
    assert studied is not None
    alone = run_scenario(load(design.base).resolved, seed=1, replications=STUDIED)
    assert studied.result.trs == alone.trs
    page = render(answer, experiment, "cuakhau compare", studied=studied)
    for language in LANGUAGES:
        assert text("report.trs.whom", language, count=STUDIED) in page
    assert page.count('class="stress"') == 2
    assert_stands_alone(page)


def test_of_a_large_base_no_study_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was run")

    monkeypatch.setattr("platform_api.runner.run_scenario", never)
    design = Design("c", "lang-son-700k", (replace(VARIANT, overrides={"lead_in": "8 d"}),), seed=1)
    experiment = prepare(design)
    assert study_of(experiment.sides[0], 1) is None


def test_published_figures_stand_with_their_marks_where_the_base_was_not_run(design: Design) -> None:
    scenario = load("lang-son-2025-03-12").resolved
    of = replace(told(design), scenario=scenario)
    rows = list(foot.Foot(of, "en", "cuakhau", None, "differences").published())
    assert len(rows) == len(scenario.published)
    assert {kind for _, _, kind, _ in rows} == {"given", "fitted", "predicted"}
