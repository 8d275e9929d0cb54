"""Descriptions of experiments: what is right is read, what is wrong is told with its place and a remedy."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

import scenarios
from scenarios.editor import design_schema
from scenarios.errors import Flaw, ScenarioError
from scenarios.experiments import (
    WrittenDesign,
    WrittenOutcome,
    WrittenPrecision,
    WrittenVariant,
    is_design,
    load_design,
    names,
    read_design,
)
from scenarios.resolved import Label
from scenarios.sweeps import WrittenFactor
from scenarios.wanted import Outcome, Precision, parse_outcome, parse_precision
from scenarios.yaml import read

RIGHT = """
name: night
base: lang-son-2025-03-12
overrides: {lead_in: 1 d}
variants:
  evening:
    label: {vi: Ca tối, en: Evening}
    overrides: {calendars.gate_hours.weekly: {mon-sun: "07:00-21:00"}}
  other: {scenario: other.yaml}
outcomes:
  - {kpi: "cohort_dwell_mean{direction=export}", margin: 5 min}
  - closing_backlog
precision: {within: 5 min, at_most: 200}
window: 2 d
drain: 10 d
seed: 7
level: 90 %
"""


def test_a_design_is_read_as_it_is_meant():
    design = read_design(RIGHT)
    assert (design.name, design.base, design.seed, design.level) == ("night", "lang-son-2025-03-12", 7, 0.9)
    assert [variant.name for variant in design.variants] == ["evening", "other"]
    assert design.variants[0].label == Label("Ca tối", "Evening")
    assert design.variants[1].scenario == "other.yaml"
    assert design.outcomes == (
        Outcome("cohort_dwell_mean", (("direction", "export"),), 300.0), Outcome("closing_backlog"),
    )  # fmt: skip
    assert design.precision == Precision(200, absolute=300.0)
    assert (design.window, design.drain, design.replications) == (2 * 86_400_000, 10 * 86_400_000, None)


def test_scenarios_beside_a_design_are_found_from_anywhere(tmp_path: Path):
    (tmp_path / "night.yaml").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("name: other\n", encoding="utf-8")
    assert is_design(str(tmp_path / "night.yaml"))
    assert not is_design(str(tmp_path / "other.yaml"))
    assert not is_design(str(tmp_path / "nowhere.yaml"))
    assert load_design(str(tmp_path / "night.yaml")).variants[1].scenario == str(tmp_path / "other.yaml")


@pytest.mark.parametrize("name", names())
def test_designs_of_the_library_have_a_question(name: str):
    design = load_design(name)
    assert is_design(name)
    assert design.name == name
    assert design.question is not None
    assert design.outcomes or design.wanted


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("dwell_mean", Outcome("dwell_mean")),
        (" dwell_p95 { gate=huu_nghi , direction=export } ",
         Outcome("dwell_p95", (("gate", "huu_nghi"), ("direction", "export")))),
        ("wait_mean{}", Outcome("wait_mean")),
    ],
)  # fmt: skip
def test_outcomes(written: str, expected: Outcome):
    assert parse_outcome(written) == expected
    assert parse_outcome(str(expected)) == expected


@pytest.mark.parametrize(
    "written", ["", "Dwell", "dwell mean", "dwell{export}", "dwell{direction=}", "dwell{a=b"]
)
def test_what_is_no_outcome(written: str):
    with pytest.raises(Flaw, match="no indicator"):
        parse_outcome(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5 %", Precision(500, relative=0.05)),
        ("90 s", Precision(500, absolute=90.0)),
        ("1 h 30 min", Precision(500, absolute=5400.0)),
        ("2.5", Precision(500, absolute=2.5)),
    ],
)
def test_precision(written: str, expected: Precision):
    assert parse_precision(written) == expected


WRONG: list[tuple[dict[str, Any] | str, str, str]] = [
    ("base: lang-son-2025-03-12", "base:", "base must be a text"),
    ("  evening:", "  base:", "has a variant called 'base'"),
    ("variants:", "varants:", "did you mean 'variants'"),
    ("  other: {scenario: other.yaml}", "  other: {label: {vi: Khác, en: B}}", "changes nothing of the base"),
    ("kpi: \"cohort_dwell_mean{direction=export}\"", "kpi: \"cohort dwell\"", "is no indicator"),
    ("margin: 5 min", "margin: 5 mn", "outcomes"),
    ("within: 5 min", "within: 0 %", "must be above 0"),
    ("at_most: 200", "at_most: 3", "precision"),
    ("window: 2 d", "window: 2", "window"),
    ("level: 90 %", "level: 9 %", "outside of 50 %"),
    ("seed: 7", "seed: -7", "seed"),
    ("drain: 10 d", "replications: 30", "both 'replications' and 'precision'"),
    ("label: {vi: Ca tối, en: Evening}", "label: {vi: Ca tối}", "variants.evening.label.en"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[str(wrong) for _, wrong, _ in WRONG])
def test_a_wrong_design_tells_place_value_and_remedy(right: str, wrong: str, told: str):
    with pytest.raises(ScenarioError) as raised:
        read_design(RIGHT.replace(right, wrong))
    assert told in str(raised.value)
    for problem in raised.value.problems:
        assert all((problem.message.vi, problem.message.en, problem.remedy.vi, problem.remedy.en))


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "designs.md"


def test_every_word_of_a_design_stands_in_the_reference():
    page = PAGE.read_text(encoding="utf-8")
    models = (WrittenDesign, WrittenVariant, WrittenOutcome, WrittenPrecision, WrittenFactor)
    words = {word for model in models for word in model.model_fields}
    assert {word for word in words if f"`{word}`" not in page} == set()


def test_the_schema_for_editors_takes_what_is_right_and_refuses_what_is_wrong():
    validator = jsonschema.Draft202012Validator(design_schema())
    validator.check_schema(validator.schema)
    assert list(validator.iter_errors(read(RIGHT).data)) == []
    for name in names():
        text = (Path(scenarios.__file__).parent / "designs" / f"{name}.yaml").read_text(encoding="utf-8")
        assert list(validator.iter_errors(read(text).data)) == []
    for right, wrong in (("variants:", "varants:"), ("seed: 7", "seed: -7"), ("base: lang", "bse: lang")):
        assert list(validator.iter_errors(read(RIGHT.replace(right, wrong)).data))
