"""Work that can never start is an error, work that can is none; a run cut short is no mistake of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from scenarios.library import load, load_text
from sim.run import run

SMALL_GATE = Path(__file__).parents[2] / "examples" / "small-gate.yaml"

TWO_POOLS = """
name: pools
title: {vi: Hai nhóm, en: Two pools}
question: {vi: Có bắt đầu được không?, en: Does it start?}
start: 2025-03-12
window: 1 d
sources: {lesson: {text: Made for teaching}}
calendars: {day: {weekly: "07:00-12:00"}, noon: {weekly: "11:00-14:00"}, night: {weekly: "12:00-07:00"}}
resources:
  o: {capacity: O, source: lesson}
  v: {capacity: V, source: lesson}
steps:
  serve: {resources: NEEDS, time: 6 min, source: lesson}
  also: {resources: ALSO, time: 6 min, source: lesson}
flows:
  truck: {route: [serve], arrivals: {per_day: 200 /d, source: lesson}}
  car: {route: [also], arrivals: {per_day: 200 /d, source: lesson}}
"""


def scenario(needs, o="1", v="1", also="v"):
    text = (
        TWO_POOLS.replace("NEEDS", needs).replace("ALSO", also).replace("O,", f"{o},").replace("V,", f"{v},")
    )
    return load_text(text).resolved


def starts(resolved):
    """How often the first step starts in a run."""
    visits = run(resolved, 1, engine="reference").log.visits
    return int(((visits["step"] == 0) & (visits["started"] > -(1 << 62))).sum())


@pytest.mark.parametrize(
    ("needs", "more"),
    [
        ("[o, {any_of: [o, v]}]", {}),
        ("[{any_of: [v, o]}, o]", {}),
        ("[{any_of: [o, v]}, o]", {"o": "2"}),
        ("[o, {any_of: [{o: 2}, {v: 2}]}]", {"o": "3"}),
        ("[o, v]", {"o": "1, calendar: day", "v": "1, calendar: noon"}),
        ("[{any_of: [o, v]}, o]", {"o": "[{units: 2, calendar: day}, {units: 1, calendar: night}]"}),
        # the greedy first need leaves enough to the second once other work has one of the two
        ("[{any_of: [{o: 2}, v]}, o]", {"o": "2", "also": "o"}),
    ],
)
def test_what_is_let_through_does_start(needs, more):
    assert starts(scenario(needs, **more)) > 0


@pytest.mark.parametrize(
    ("needs", "more"),
    [
        ("[{any_of: [o, v]}, o]", {}),
        ("[{any_of: [{o: 2}, v]}, o]", {"o": "2"}),
        ("[o, {any_of: [{o: 2}, {v: 2}]}]", {"o": "2"}),
        ("[o, v]", {"o": "1, calendar: day", "v": "1, calendar: night"}),
    ],
)
def test_needs_that_are_never_met_together_are_an_error(needs, more):
    with pytest.raises(ScenarioError) as raised:
        scenario(needs, **more)
    (problem,) = raised.value.problems
    assert problem.place == "steps.serve.resources"
    assert "at one instant, and never gets it" in problem.message.en


def test_other_work_counts_only_where_it_takes_units():
    with pytest.raises(ScenarioError, match="at one instant"):
        scenario("[{any_of: [{o: 2}, v]}, o]", o="2", also="v")


def test_a_run_cut_short_before_the_gate_opens_is_a_doubt():
    loaded = load(SMALL_GATE, until="2 h")
    told = [str(warning) for warning in loaded.warnings if "can never start" in warning.message.en]
    assert len(told) == 2
    assert all("let it go on for longer (--until)" in text for text in told)
    assert starts(loaded.resolved) == 0


def test_a_gate_that_never_opens_is_an_error_of_the_file():
    with pytest.raises(ScenarioError, match="there are never more than"):
        load(SMALL_GATE, ["window=2 h"])
