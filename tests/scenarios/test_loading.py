"""Loading: variants, overrides, ends, files, and what the resolved form says of the written one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios.errors import ScenarioError
from scenarios.library import json_schema, load, load_text, names
from scenarios.paths import dotted, parsed
from scenarios.resolved import CERTAIN, DAY, By, Parameter, scenario_hash
from scenarios.yaml import read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VALID = HERE / "valid"
FILES = [*sorted(VALID.glob("*.yaml")), *sorted((HERE.parents[1] / "scenarios" / "library").glob("*.yaml"))]


def problems(*arguments, **more):
    """What is wrong with a scenario that does not load."""
    with pytest.raises(ScenarioError) as raised:
        load(*arguments, **more)
    return raised.value.problems


def parameter(loaded, path):
    return next(p for p in loaded.resolved.parameters if p.path == path)


# ---- overrides ----


def test_an_override_has_the_source_of_nobody_and_tells_what_it_is_instead_of():
    loaded = load(VALID / "pedigree.yaml", ["resources.officers.capacity=7"])
    assert loaded.resolved.resources["officers"].shifts[0].units == 7
    path = "resources.officers.capacity"
    before = parameter(load(VALID / "pedigree.yaml"), path)
    assert (before.value, before.source, before.range) == ("8", "assumption", ("6", "10"))
    assert parameter(loaded, path) == Parameter(path, "7", "override", None, "customs", instead=before)


@pytest.mark.parametrize(
    "override",
    ["flows.truck.arrivals.per_day=2000 /d", "flows.truck.arrivals.per_day.value=2000 /d",
     "flows.truck.arrivals={per_day: 2000 /d}", "steps.inspect.time={mean: 7 min, cv: 0.2}"],
)  # fmt: skip
def test_no_override_keeps_a_source_that_did_not_say_it(override):
    """However deep the path, and whether the source stands at the number or around it."""
    plain = load(VALID / "pedigree.yaml").resolved.parameters
    changed = load(VALID / "pedigree.yaml", [override]).resolved.parameters
    fresh = [number for number in changed if number not in plain]
    assert fresh
    for number in fresh:
        assert (number.source, number.range) == ("override", None)
        assert number.instead in plain


def test_an_override_may_bring_its_own_source():
    override = "resources.officers.capacity={value: 9, source: S13}"
    number = parameter(load(VALID / "pedigree.yaml", [override]), "resources.officers.capacity")
    assert (number.source, number.instead.source) == ("S13", "assumption")


def test_an_override_that_says_the_same_changes_no_pedigree():
    same = load(VALID / "pedigree.yaml", ["resources.officers.capacity=8"]).resolved
    assert same.parameters == load(VALID / "pedigree.yaml").resolved.parameters
    assert scenario_hash(same) == scenario_hash(load(VALID / "pedigree.yaml").resolved)


def test_overrides_of_files_and_of_commands_tell_the_first_value():
    loaded = load(VALID / "variant.yaml", ["resources.officers.capacity=5"])
    for number in (parameter(load(VALID / "variant.yaml"), "resources.officers.capacity"),
                   parameter(loaded, "resources.officers.capacity")):  # fmt: skip
        assert (number.source, number.instead.value, number.instead.source) == ("override", "8", "assumption")


def test_a_value_beyond_its_range_is_a_what_if_and_said_so():
    for override in ("resources.officers.capacity=20", "resources.officers.capacity.value=20"):
        loaded = load(VALID / "pedigree.yaml", [override])
        assert parameter(loaded, "resources.officers.capacity").instead.range == ("6", "10")
        assert "outside its believable range [6, 10]" in " ".join(str(w) for w in loaded.warnings)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("steps.documents.time.mean=9 min", "steps.documents.time.mean", "9 min"),
        ("flows.truck.arrivals.per_day=2500 /d", "flows.truck.arrivals.per_day", "2500 /d"),
        ('flows.truck.arrivals.per_day="2500 /d"', "flows.truck.arrivals.per_day", "2500 /d"),
        ("resources.officers.capacity={value: 9, source: S13}", "resources.officers.capacity", "9"),
        ("steps.inspect.resources.officers=1", "steps.inspect.resources.officers", "1"),
        ("steps.inspect.time=5 min", "steps.inspect.time", "5 min"),
    ],
)
def test_overrides_from_the_command_line(override, path, value):
    assert parameter(load(VALID / "pedigree.yaml", [override]), path).value == value


def test_an_override_may_add_a_word_that_has_a_default():
    loaded = load(VALID / "pedigree.yaml", {"flows.truck.arrivals.demand": "150 %", "steps.inspect.room": 5})
    assert loaded.resolved.flows["truck"].arrivals.demand == 1500
    assert loaded.resolved.steps["inspect"].room == 5


def test_an_override_goes_into_lists():
    loaded = load(VALID / "orders.yaml", ["flows.order.route[2]=attempt", "flows.order.route[3]=pack"])
    assert loaded.resolved.flows["order"].next["attempt"] == "pack"


@pytest.mark.parametrize(
    ("override", "place", "said"),
    [
        ("flows.truk.priority=1", '"--override"."flows.truk.priority"', "did you mean 'truck'?"),
        ("flows.truck.route[7]=exit", '"--override"."flows.truck.route[7]"', "finds nothing at '[7]'"),
        ("flows.truck.prioritty=1", '"--override"."flows.truck.prioritty"', "did you mean 'priority'?"),
        (
            "steps.inspect.resources[0]=1",
            '"--override"."steps.inspect.resources[0]"',
            "finds nothing at '[0]'",
        ),
        ("capacity", '"--override"', "without a path before '='"),
        ("=3", '"--override"', "without a path before '='"),
        ("a..b=3", '"--override"."a..b"', "which is not a dotted path"),
        ("window=[1", '"--override"', "is not valid YAML"),
    ],
)
def test_a_wrong_override_says_why(override, place, said):
    (problem,) = problems(VALID / "pedigree.yaml", [override])
    assert problem.place == place
    assert said in str(problem)


def test_all_wrong_overrides_are_told_at_once():
    found = problems(VALID / "pedigree.yaml", ["flows.truk.priority=1", "steps.documets.room=3"])
    assert len(found) == 2


def test_wrong_overrides_are_told_with_everything_else_that_is_wrong(tmp_path):
    """An unknown path, a bad value, a step that is not there, and what is wrong in the file itself."""
    file = tmp_path / "wrong.yaml"
    text = (VALID / "pedigree.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("capacity:", "capacitty:", 1), encoding="utf-8")
    asked = {
        "flows.truk.priority": 1,
        "flows.truck.arrivals.per_day": "lots",
        "flows.truck.route[0]": "nowhere",
    }
    found = {problem.place: problem for problem in problems(file, asked)}
    for path in asked:
        assert found[f'"--override"."{path}"'].line is None, found
    assert any("capacitty" in place and problem.line for place, problem in found.items()), found


def test_wrong_overrides_of_a_variant_are_told_with_everything_else(tmp_path):
    shutil.copy(VALID / "pedigree.yaml", tmp_path)
    wrong = {
        "flows.truk.priority": 1,
        "flows.truck.arrivals.per_day": "lots",
        "flows.truck.route[0]": "nowhere",
    }
    lines = [f"  {path}: {value}" for path, value in wrong.items()]
    variant = tmp_path / "mine.yaml"
    variant.write_text(
        "\n".join(["name: mine", "based_on: pedigree", "overrides:", *lines, ""]), encoding="utf-8"
    )
    assert [(p.line, p.value) for p in problems(variant)] == [
        (4, "flows.truk.priority"), (5, "lots"), (6, "nowhere"),
    ]  # fmt: skip


def test_overrides_do_not_touch_what_was_loaded_before():
    plain = load(VALID / "pedigree.yaml")
    load(VALID / "pedigree.yaml", ["resources.officers.capacity=7"])
    assert load(VALID / "pedigree.yaml").resolved == plain.resolved


# ---- ends ----


def test_until_a_duration_is_another_window():
    clock = load(VALID / "pedigree.yaml", until="3 d").resolved.clock
    assert (clock.window, clock.at_most, clock.until) == (3 * DAY, 3 * DAY, "window")


def test_until_empty_goes_on_for_a_year_at_most():
    clock = load(VALID / "pedigree.yaml", until="empty").resolved.clock
    assert (clock.window, clock.until, clock.at_most) == (DAY, "empty", 366 * DAY)


def test_until_ends_what_was_to_run_until_empty():
    clock = load(VALID / "until_empty.yaml", until="2 h").resolved.clock
    assert (clock.window, clock.until, clock.at_most) == (7_200_000, "window", 7_200_000)


def test_until_nonsense_says_so():
    (problem,) = problems(VALID / "pedigree.yaml", until="soon")
    assert problem.place == "window"


# ---- variants ----


def test_a_variant_is_a_difference_from_its_base():
    variant, base = load(VALID / "variant.yaml").resolved, load(VALID / "pedigree.yaml").resolved
    assert variant.name == "variant"
    assert variant.title.en == "More officers"
    assert list(variant.agencies) == ["customs", "tax"]
    assert variant.resources["officers"].shifts[0].units == 10
    assert variant.flows["truck"].arrivals.demand == 1100
    assert variant.steps["inspect"] == base.steps["inspect"]
    assert scenario_hash(variant) != scenario_hash(base)


def test_a_variant_of_a_variant_has_the_changes_of_both():
    loaded = load(VALID / "variant_of_variant.yaml")
    assert loaded.resolved.clock.window == 2 * DAY
    assert loaded.resolved.resources["officers"].shifts[0].units == 10
    assert parameter(loaded, "flows.truck.arrivals.per_day").value == "200 /d"
    assert "based_on: variant" in loaded.text
    assert "based_on" not in loaded.written


def test_a_variant_in_two_files_cannot_go_round(tmp_path):
    for name, base in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}\nbased_on: {base}\n", encoding="utf-8")
    (problem,) = problems(tmp_path / "one.yaml")
    assert "one → two → one" in problem.message.en


def test_a_base_of_the_library_needs_no_file_beside_it(tmp_path):
    base = names()[0]
    variant = tmp_path / "mine.yaml"
    variant.write_text(f"name: mine\nbased_on: {base}\nas_of: 2025-01-02\n", encoding="utf-8")
    loaded = load(variant).resolved
    assert (loaded.name, loaded.as_of) == ("mine", "2025-01-02")
    assert loaded.steps == load(base).resolved.steps


def test_a_problem_of_an_override_has_the_line_of_the_variant(tmp_path):
    shutil.copy(VALID / "pedigree.yaml", tmp_path)
    variant = tmp_path / "mine.yaml"
    variant.write_text(
        "name: mine\nbased_on: pedigree\noverrides:\n  steps.inspect.time.mean: 5\n", encoding="utf-8"
    )
    (problem,) = problems(variant)
    assert (problem.place, problem.line) == ("steps.inspect.time.mean", 4)


# ---- what is otherwise from a date on ----


def officers(*overrides: str, file: Path = VALID / "since.yaml") -> int:
    return load(file, overrides).resolved.resources["officers"].shifts[0].units


def test_as_of_selects_what_holds_on_a_day():
    assert officers() == 3
    days = ["2025-06-30", "2025-07-01", "2025-07-31", "2025-08-01", "2026-01-01"]
    assert [officers(f"as_of={day}") for day in days] == [1, 2, 2, 3, 9]
    assert (
        load(VALID / "since.yaml", ["as_of=2025-06-30"]).resolved.steps["documents"].label.en == "Documents"
    )


def test_what_is_asked_for_from_outside_stands_on_top_of_what_a_date_brings():
    assert officers("as_of=2026-01-01", "resources.officers.capacity=4") == 4


def test_a_number_that_a_date_brings_has_its_own_source_and_what_it_is_instead_of():
    number = parameter(load(VALID / "since.yaml"), "resources.officers.capacity")
    assert (number.value, number.source) == ("3", "lesson")
    assert number.instead is not None
    assert number.instead.value == "1"


def test_a_variant_adds_to_the_dates_of_its_base_path_by_path(tmp_path):
    shutil.copy(VALID / "since.yaml", tmp_path)
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "name: mine\nbased_on: since\nsince: {2025-08-01: {flows.truck.priority: 3}}\n"
        "overrides: {resources.officers.capacity: 7}\n",
        encoding="utf-8",
    )
    loaded = load(mine).resolved
    assert (loaded.flows["truck"].priority, officers(file=mine)) == (3, 3)
    assert officers("as_of=2025-06-30", file=mine) == 7
    assert "since" not in load(mine).written


def test_an_unreadable_as_of_is_told_once():
    (problem,) = problems(VALID / "since.yaml", ["as_of=tomorrow"])
    assert problem.place == '"--override".as_of'


def test_null_takes_a_thing_out_of_its_section():
    loaded = load("lao-cai-dossiers", ["as_of=2025-07-01"]).resolved
    assert "district_officers" not in loaded.resources
    assert "district_work" not in loaded.steps
    (problem,) = problems("lao-cai-dossiers", ["resources.distirct_officers=null"])
    assert "did you mean 'district_officers'?" in str(problem)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("lao-cai-dossiers", "One-stop counters of communes and province"),
        ("yen-bai-dossiers", "Departments of Lào Cai (with the former Yên Bái)"),
        ("ha-giang-dossiers", "Departments of Tuyên Quang (with the former Hà Giang)"),
        ("video-conference", "Points in communes and wards"),
    ],
)
def test_tiers_of_before_and_after_1_july_2025(name, after):
    def names_of(day):
        return {agency.label.en for agency in load(name, [f"as_of={day}"]).resolved.agencies.values()}

    assert after not in names_of("2025-06-30")
    two = load(name, ["as_of=2025-07-01"])
    assert after in names_of("2025-07-01")
    assert two.warnings == ()
    for number in two.resolved.parameters:
        assert number.source in two.resolved.sources or (number.source, bool(number.range)) == (
            "assumption",
            True,
        )


# ---- files ----


def test_a_text_from_nowhere_reads_no_files():
    listed = (VALID / "listed.yaml").read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match="not beside the scenario's file"):
        load_text(listed)
    assert load_text(listed, folder=VALID).resolved.flows["truck"].arrivals.kind == "list"
    with pytest.raises(ScenarioError, match="neither in the library nor a file here"):
        load_text(f"name: mine\nbased_on: {VALID / 'smallest.yaml'}\n")


def test_a_name_that_is_not_there_says_what_is_near():
    (problem,) = problems("lang-son-700q")
    assert "did you mean 'lang-son-700k'?" in str(problem)
    (problem,) = problems("no\0such")
    assert problem.place == "scenario"


def test_a_folder_is_no_scenario(tmp_path):
    (problem,) = problems(tmp_path)
    assert "is a folder, not a file; name a scenario file in it" in str(problem)


def test_importing_the_library_loads_no_heavy_library():
    heavy = "('pydantic', 'numpy', 'scipy', 'holidays')"
    code = f"import sys, scenarios.library; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# ---- what the resolved form says ----


def test_other_cases_are_filled_in():
    steps = load(VALID / "distributions.yaml").resolved.steps
    time = steps["by_goods"].time
    assert isinstance(time, By)
    assert list(time.cases) == ["fruit", "timber", "machines"]
    assert time.cases["timber"] == time.cases["machines"]
    assert isinstance(time.cases["timber"], By)
    assert time.cases["fruit"] == "steps.by_goods.time.fruit"


def test_shares_are_thresholds_that_end_in_certainty():
    scenario = load(VALID / "distributions.yaml").resolved
    mix = scenario.mixes["flows.truck.attributes.direction"]
    assert mix.values == ("export", "import")
    assert mix.upto == (round(0.4 * CERTAIN), CERTAIN)
    assert scenario.mixes["flows.truck.attributes.goods.import"].upto == (CERTAIN,)


def test_a_value_with_no_share_is_never_drawn():
    mix = load(VALID / "two_flows.yaml").resolved.mixes["flows.import.attributes.goods"]
    assert mix.values == ("machines", "fruit")
    assert mix.upto == (CERTAIN, CERTAIN)


def test_every_name_in_a_resolved_scenario_has_its_table_or_mix():
    for file in FILES:
        scenario = load(file).resolved
        text = {*scenario.tables, *scenario.mixes}
        for step in scenario.steps.values():
            for tree in (step.time, step.patience, step.fallback, step.shares):
                assert set(leaves(tree)) <= text, file
        for flow in scenario.flows.values():
            for attribute in flow.attributes.values():
                assert set(leaves(attribute.draw)) <= text, file


def leaves(tree):
    if isinstance(tree, By):
        return [leaf for case in tree.cases.values() for leaf in leaves(case)]
    return [] if tree is None else [tree]


def test_numbers_inherit_their_pedigree_and_the_range_that_fits():
    loaded = load(VALID / "pedigree.yaml")
    mean = parameter(loaded, "steps.inspect.time.mean")
    assert (mean.source, mean.range, mean.owner) == ("assumption", ("4 min", "9 min"), "customs")
    assert parameter(loaded, "steps.inspect.time.cv").range is None
    assert parameter(loaded, "flows.truck.attributes.goods.other").range == ("10 %", "50 %")
    assert parameter(loaded, "flows.truck.attributes.goods.fruit").range is None


def test_parameters_can_be_overridden_by_their_paths():
    """Every path of every right file leads to the number that it names."""
    for file in FILES:
        loaded = load(file)
        for number in loaded.resolved.parameters:
            inner: Any = loaded.written
            for piece in parsed(number.path):
                inner = inner[piece]
            written = inner["value"] if isinstance(inner, dict) else inner
            assert str(written) == number.value, (file, number.path)


def test_an_unused_agency_or_step_changes_nothing_else():
    text = (VALID / "zones.yaml").read_text(encoding="utf-8")
    plain = load_text(text).resolved
    more = load_text(
        text.replace(
            "steps:\n", "agencies: {tax: {}}\nsteps:\n  unused: {kind: wait, time: 1 min, source: lesson}\n"
        )
    ).resolved
    assert more.flows == plain.flows
    assert {name: step for name, step in more.steps.items() if name != "unused"} == plain.steps
    assert {name: table for name, table in more.tables.items() if "unused" not in name} == plain.tables


def test_needs_are_together_or_one_of_several():
    steps = load(VALID / "resources.yaml").resolved.steps
    assert [need.any_of for need in steps["one"].needs] == [(("officers", 1),)]
    assert [need.any_of for need in steps["joint"].needs] == [(("officers", 1),), (("scanner", 2),)]
    assert [need.any_of for need in steps["mapping"].needs] == [(("officers", 2),), (("scanner", 1),)]
    assert [need.any_of for need in steps["either"].needs] == [(("vet_a", 1), ("vet_b", 1), ("spare", 1))]
    assert [need.any_of for need in steps["together"].needs] == [
        (("officers", 1),),
        (("vet_a", 1), ("vet_b", 1)),
    ]
    assert [need.any_of for need in steps["both"].needs] == [(("officers", 1),), (("vet_a", 1), ("vet_b", 3))]


# ---- small things ----


@pytest.mark.parametrize(
    "path",
    [
        ("flows", "truck", "route", 0),
        ("a", "2026-02-15..2026-02-18"),
        ("hours", "07:00-11:00"),
        ("q", "50 %", "b", 1, 2),
    ],
)
def test_paths_are_read_as_they_are_written(path):
    assert parsed(dotted(path)) == path


def test_the_schema_for_editors_takes_every_right_file():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for file in FILES:
        errors = [error.message for error in validator.iter_errors(read(file.read_bytes()).data)]
        assert errors == [], file


@pytest.mark.parametrize(
    "name",
    [
        "unknown_section",
        "unknown_word_of_step",
        "unknown_horizon",
        "missing_title",
        "duration_without_unit",
        "no_flows",
    ],
)
def test_the_schema_for_editors_refuses_what_is_misspelt(name):
    validator = jsonschema.Draft202012Validator(json_schema())
    assert not validator.is_valid(read((HERE / "invalid" / f"{name}.yaml").read_bytes()).data)
