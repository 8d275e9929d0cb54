"""Factors of sweeps: read, found in a scenario, turned; what is wrong is told with a remedy."""

from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import Flaw, ScenarioError
from scenarios.experiments import read_design
from scenarios.library import Loaded, load
from scenarios.paths import get, parsed
from scenarios.resolved import Label
from scenarios.sweeps import Factor, Turn, settings, turns

GATE = Path(__file__).parents[2] / "examples" / "small-gate.yaml"

OFFICERS = "resources.officers.capacity"
RED = "flows.truck.attributes.channel.red"

DESIGN = """
name: sweep
base: small-gate.yaml
factors:
  officers: {path: resources.officers.capacity, values: [1, 2, 3], label: {vi: Cán bộ, en: Officers}}
  papers: {path: steps.documents.time.mean, range: [6 min, 20 min]}
  red: {path: flows.truck.attributes.channel.red}
sweep: morris
points: 5
"""


@pytest.fixture(scope="module")
def gate() -> Loaded:
    return load(GATE)


def turn_of(gate: Loaded, path: str, *values: Any, ends: tuple[str, str] | None = None) -> Turn:
    factor = Factor("x", Label("x", "x"), path, values, ends)
    (found,) = turns([factor], gate.written, gate.resolved.parameters)
    return found


def test_factors_are_read_as_they_are_meant() -> None:
    design = read_design(DESIGN)
    assert (design.sweep, design.points, design.variants) == ("morris", 5, ())
    assert design.factors == (
        Factor("officers", Label("Cán bộ", "Officers"), OFFICERS, (1, 2, 3)),
        Factor("papers", Label("papers", "papers"), "steps.documents.time.mean", (), ("6 min", "20 min")),
        Factor("red", Label("red", "red"), RED),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("factors:", "variants: {a: {overrides: {b: 1}}}\nfactors:", "and not two"),
        ("values: [1, 2, 3]", "values: [1]", "at least two"),
        ("values: [1, 2, 3]", "values: [1, 2], range: [1, 3]", "not both"),
        ("sweep: morris", "sweep: moris", "morris"),
        ("points: 5", "points: 5\nprecision: {within: 5 min}", "replications"),
        ("points: 5", "points: 5\nranges: 20", "replications"),
        ("path: resources.officers.capacity, ", "", "path"),
    ],
)
def test_what_is_wrong_is_told(right: str, wrong: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_design(DESIGN.replace(right, wrong))


def test_a_factor_takes_its_values_in_equal_parts(gate: Loaded) -> None:
    found = turn_of(gate, OFFICERS, 1, 2, 3)
    assert [found.at(u) for u in (0.0, 0.33, 0.34, 0.66, 0.67, 1.0)] == [1, 1, 2, 2, 3, 3]
    assert found.now == "2"


def test_without_values_it_takes_the_range_of_the_assumption(gate: Loaded) -> None:
    found = turn_of(gate, "steps.documents.time.mean")
    assert [found.at(u) for u in (0.0, 0.5, 1.0)] == ["6 min", "13 min", "20 min"]
    assert found.levelled().values == ("6 min", "13 min", "20 min")
    assert turn_of(gate, OFFICERS).levelled().values == ("1", "2", "3")


def test_shares_beside_a_factor_make_room(gate: Loaded) -> None:
    found = turn_of(gate, RED, "10 %", "40 %")
    told = settings([found], gate.written, [1.0])
    assert told == {RED: "40 %", RED.replace("red", "green"): "60 %"}
    assert settings([found], gate.written, [None]) == {}


def test_values_may_be_more_than_numbers(gate: Loaded) -> None:
    hours = ({"mon-sun": "07:00-18:00"}, {"mon-sun": "06:00-20:00"})
    found = turn_of(gate, "calendars.gate_hours.weekly", *hours)
    assert settings([found], gate.written, [1.0]) == {found.path: hours[1]}
    assert get(gate.written, parsed(found.path)) == hours[0]


@pytest.mark.parametrize(
    ("path", "ends", "said"),
    [
        ("resources.oficers.capacity", None, "not there"),
        ("resources.officers.kapacity", None, "not there"),
        ("flows.truck.route", None, "without a range"),
        (OFFICERS, ("1 min", "2 min"), "of its kind"),
        (OFFICERS, ("2", "2"), "of its kind"),
    ],
)
def test_what_leads_nowhere_or_does_not_fit(gate: Loaded, path: str, ends: Any, said: str) -> None:
    with pytest.raises(Flaw, match=said):
        turn_of(gate, path, ends=ends)
