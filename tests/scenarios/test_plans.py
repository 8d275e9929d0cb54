"""Plans of gates: they fit what they are drawn of, what is wrong is told, and no digest knows of them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from scenarios.errors import ScenarioError
from scenarios.library import load, load_text
from scenarios.library import names as scenarios
from scenarios.plans import HEIGHT, WIDTH, Plan, names, plan_of, read_plan, stayed_in
from scenarios.resolved import Message

AGV = "smart-gate-agv"
SMALL = """
scenario: smart-gate-agv
border: 500
stations:
  all: {label: {vi: "Tất cả", en: "Everything"}, at: [0, 0, 100, 100], steps: [%s]}
"""


def small(*, steps: str | None = None, more: str = "") -> Plan:
    """A plan with one station for everything, and what else is written."""
    scenario = load(AGV).resolved
    return read_plan(SMALL % (steps or ", ".join(stayed_in(scenario))) + more, scenario)


@pytest.mark.parametrize("name", names())
def test_a_plan_of_the_library_shows_everybody_and_lies_on_the_drawing(name: str) -> None:
    loaded = load(name)
    plan = plan_of(loaded)
    assert plan is not None
    assert plan.written.scenario == name
    for step in stayed_in(loaded.resolved):
        left, top, width, height = plan.written.stations[plan.station_of(step)].at
        assert left + width <= WIDTH
        assert top + height <= HEIGHT
    told = plan.told()
    assert all(place["label"]["vi"] and place["label"]["en"] for place in told["stations"].values())


def test_the_main_gates_have_plans() -> None:
    assert set(names()) >= {
        "lang-son-2025-03-12", "lang-son-700k", "lang-son-2021-12", "kim-thanh-2021-01", AGV,
        "durian-laboratories-2025-10",
    }  # fmt: skip
    assert set(names()) <= set(scenarios())


def test_a_variant_has_the_plan_of_its_base_where_that_fits() -> None:
    assert plan_of(load("lang-son-outage")) == plan_of(load("lang-son-2025-03-12"))
    more = "steps: {wash: {kind: wait, label: {vi: Rửa xe, en: Wash}, time: 1 min}}"
    route = "overrides: {'flows.import.route[1]': wash}"
    mine = load_text(f"based_on: lang-son-2025-03-12\nname: mine\n{more}\n{route}")
    assert plan_of(mine) is None  # a step that its base has not
    assert plan_of(load("lao-cai-dossiers")) is None
    mine = load_text("based_on: lang-son-outage\nname: mine\noverrides: {resources.scanners.capacity: 3}")
    assert plan_of(mine) == plan_of(load("lang-son-2025-03-12"))


def test_no_digest_knows_of_a_plan() -> None:
    from pathlib import Path

    import sim

    sources = [path.read_text(encoding="utf-8") for path in Path(str(sim.__file__)).parent.rglob("*.py")]
    assert len(sources) > 30
    assert not any(re.search(r"scenarios\.plans|scenarios import plans", source) for source in sources)


def test_a_message_is_placed_once_whatever_its_tries() -> None:
    scenario = load(AGV).resolved
    step = scenario.steps["papers_out"]
    tries = {
        "papers_out": replace(step, message=Message("papers_out", "sent")),
        "papers_out/2": replace(step, message=Message("papers_out", "sent", 2)),
    }
    assert "papers_out/2" not in stayed_in(replace(scenario, steps=scenario.steps | tries))


@pytest.mark.parametrize(
    ("plan", "said", "remedy"),
    [
        ({"steps": "papers_out"}, "does not place the step: lane_out, receive", "add it to a station"),
        ({"steps": "papers_uot"}, "places 'papers_uot', which is not a step", "did you mean 'papers_out'?"),
        ({"steps": "papers_out, papers_out"}, "places the step 'papers_out' again", "leave one out"),
        (
            {"more": "  desk: {at: [90, 90, 20, 20], steps: [carriage]}\n"},
            "lies on the station 'desk'",
            "move one of them",
        ),
        (
            {"more": "  desk: {at: [900, 90, 60, 20], steps: [carriage]}\n"},
            "reaches beyond the drawing of 940 × 420",
            "left + width",
        ),
        ({"more": "areas:\n  yard: {at: [0, 0, 9, 9]}\n"}, "has no label", "add 'label:"),
        (
            {"more": "areas:\n  yard: {at: [0, 0, 9, 9], zone: yard_x}\n"},
            "places 'yard_x', which is not a zone of the scenario",
            "declare it first",
        ),
        ({"more": "areas:\n  all: {at: [0, 0, 9, 9], kind: land}\n"}, "has the name of an area", "another"),
        ({"more": "  desk: {steps: [carriage, agv_done], at: [200, 0, 9, 9]}\n"}, "has no label", "label"),
        ({"more": "rods: []\n"}, "is not a word that may stand here", "did you mean 'roads'?"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_with_its_remedy(
    plan: dict[str, str], said: str, remedy: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        small(**plan)
    told = refused.value.text("en")
    assert said in told
    assert remedy in told
    assert refused.value.text("vi") != told


def test_a_plan_that_fits_has_the_labels_of_its_steps() -> None:
    plan = small()
    assert plan.labels["all"].en == "Everything"
    papers = "  desk: {at: [200, 0, 9, 9], steps: [carriage]}\n"
    assert small(more=papers).labels["desk"] == load(AGV).resolved.steps["carriage"].label
