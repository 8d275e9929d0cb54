"""What is right in a lesson is computed, repeats, is no luck, and never rewards a skipped check."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from platform_api import errors, lessons
from platform_api.cli import cli
from platform_api.lesson_score import UNCHANGED, judged, predicted
from platform_api.lessons import Answer
from scenarios.errors import ScenarioError
from scenarios.lessons import Lesson, load_lesson, names, read_lesson
from scenarios.library import load_text
from sim.timetable import Row
from tests.platform_api.helpers import assert_problem

HOUR = 3_600_000
GATE = "what-a-gate-is"


def text_of(name: str) -> str:
    return files("scenarios").joinpath("lessons", f"{name}.yaml").read_text(encoding="utf-8")


def luck(lesson: Lesson, seeds: int) -> list[tuple[int, str]]:
    """Seeds and questions whose answer is another than the lesson's."""
    own = lessons.play(lesson, lesson.written.seed, lines=False)
    assert all(answer.right is not None for answer in own.answers.values())
    tried = {seed: lessons.same(lesson, own, seed) for seed in lessons.other_seeds(lesson, seeds)}
    return [(seed, name) for seed, found in tried.items() for name, same in found.items() if not same]


QUICK = ("what-a-gate-is", "ocop-order", "risk-channels", "platform-outage")
"""Lessons that take a second or two a seed; the others are asked in the long tests."""


@pytest.mark.parametrize("name", QUICK)
def test_the_answers_hold_for_another_seed(name: str) -> None:
    assert luck(load_lesson(name), 1) == []


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_the_answers_hold_for_a_hundred_seeds(name: str) -> None:
    assert luck(load_lesson(name), 99) == []


def test_a_lesson_whose_answer_is_luck_is_found_out(tmp_path: Path) -> None:
    """A range so narrow that one day falls into it and the next does not."""
    text = text_of(GATE).replace("below: 16 %", "below: 25.9 %").replace("below: 50 %", "below: 26 %")
    assert luck(read_lesson(text), 3)
    file = tmp_path / "luck.yaml"
    file.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(cli, ["lesson", str(file), "--seeds", "3", "--json"])
    assert told.exit_code == 1, told.output
    answers = json.loads(told.stdout)["answers"]
    assert answers["share"]["agree"] < 4
    assert answers["longest"]["agree"] == 4


def test_a_lesson_repeats_exactly() -> None:
    lesson = load_lesson(GATE)
    once, again = (lessons.play(lesson, lesson.written.seed) for _ in range(2))
    assert (once.answers, once.digests) == (again.answers, again.digests)


def test_figures_that_are_none_are_refused_with_their_place() -> None:
    unknown = read_lesson(text_of(GATE).replace("customs_time_mean{", "customs_times{"))
    with pytest.raises(ScenarioError) as wrong:
        lessons.play(unknown, 1)
    assert wrong.value.problems[0].place == "questions.longest"
    unmeasured = read_lesson(
        text_of(GATE).replace("share_waiting{direction=import}", "share_waiting{goods=x}")
    )
    with pytest.raises(ScenarioError) as wrong:
        lessons.play(unmeasured, 1)
    assert "flow=export" in wrong.value.problems[0].remedy.en


# ---- points --------------------------------------------------------------------------------------------


def test_a_prediction_is_judged_by_how_sure_and_how_near_it_was() -> None:
    lesson = load_lesson(GATE)
    pick, guess = lesson.written.questions["longest"], lesson.written.questions["inside"]
    right = Answer({}, "after", "s")
    sure = [predicted(pick, right, "after", sure) for sure in (1.0, 0.8, 0.5, 1 / 3)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == 100
    assert predicted(pick, right, "customs", 1.0) == 0
    assert predicted(pick, right, "customs", 0.5) > 0  # doubt costs less than a wrong certainty
    number = Answer({"": 400.0}, 400.0, "1")
    assert [predicted(guess, number, told) for told in (400.0, 500.0, 650.0, 800.0, 1400.0)] == [
        100, 100, 50, 0, 0,
    ]  # fmt: skip


def row(hour: float, what: str, target: str, value: int) -> Row:
    return Row(round(hour * HOUR), what, target, value)


def test_a_play_is_judged_on_the_same_trucks_and_no_skipped_check_is_ever_worth_anything() -> None:
    """Hours of the bulletin's day begin at 20:00: 11 is 07:00."""
    lesson = load_lesson(GATE)
    nothing = judged(lesson, [])
    assert (nothing.points, nothing.saved, nothing.unseen) == (UNCHANGED, 0.0, 0)
    worse = judged(lesson, [row(11, "capacity", "document_officers", 2)])
    assert worse.points < UNCHANGED
    assert worse.saved < 0
    hurried = judged(lesson, [row(11, "slow", "import_documents", 100)])
    assert hurried.saved > 0
    assert hurried.unseen > 100
    assert hurried.points == 0


PASSED_BY = """
name: passed-by
title: &t {vi: Máy soi, en: Scanner}
question: *t
time_zone: Asia/Ho_Chi_Minh
start: 2025-03-12 07:00
window: 10 h
horizon: terminating
agencies: {customs: {label: *t}}
resources: {scanner: {label: *t, agency: customs, capacity: 1}}
platforms: {net: {label: *t, agency: customs}}
steps:
  which: {kind: choose, label: *t, when: {seen: {up: net}}, options: {seen: [scan], other: next}}
  scan: {label: *t, agency: customs, purpose: inspection, resources: scanner, time: 4 min}
  out: {kind: wait, label: *t, time: 1 min}
flows: {truck: {label: *t, route: [which, out], arrivals: {rate: 12 /h}}}
"""
"""A gate whose scanner is passed by while its platform is down."""


def test_who_leaves_with_fewer_checks_makes_a_play_worthless() -> None:
    lesson = load_lesson(GATE)
    way = replace(lesson.played, scenario=load_text(PASSED_BY).resolved)
    found = judged(replace(lesson, ways={way.name: way}), [Row(HOUR, "platform", "net", 0)])
    assert found.saved > 0
    assert found.unseen > 50
    assert found.points == 0


# ---- over HTTP -----------------------------------------------------------------------------------------


def reveal(client: TestClient, **order: Any) -> Any:
    return client.post(f"/v1/lessons/{GATE}/answers", json=order)


def test_a_lesson_is_told_without_its_answers(client: TestClient) -> None:
    listed = client.get("/v1/lessons").json()["lessons"]
    assert {each["name"] for each in listed} == set(names())
    told = client.get(f"/v1/lessons/{GATE}")
    assert told.status_code == 200
    assert [each["kind"] for each in told.json()["questions"]] == ["pick", "range", "guess"]
    for secret in ('"thought"', '"right"', '"why"', "arrival_to_registration"):
        assert secret not in told.text
    assert_problem(client.get("/v1/lessons/nowhere"), errors.UNKNOWN_LESSON)


def test_a_prediction_is_answered_with_what_was_computed(client: TestClient) -> None:
    right = reveal(client, question="longest", guess="after").json()
    assert (right["right"], right["points"], right["thought"]) == ("after", 100, None)
    assert max(right["values"], key=lambda each: each["value"])["name"] == "after"
    wrong = reveal(client, question="longest", guess="customs", sure=0.6).json()
    assert wrong["points"] < 50
    assert wrong["thought"]["vi"]
    preview = reveal(client, question="inside").json()
    assert preview["points"] is None
    assert 300 < preview["right"] < 700
    for order in (
        {"question": "who"}, {"question": "longest", "guess": 5}, {"question": "longest", "guess": "never"},
        {"question": "inside", "guess": "many"}, {"question": "longest", "sure": 2}, {"guess": "after"},
    ):  # fmt: skip
        assert_problem(reveal(client, **order), errors.WRONG_REQUEST)


def test_a_lesson_is_played_live_with_its_injects(client: TestClient) -> None:
    answer = client.post("/v1/lessons/platform-outage/sessions", json={"way": "morning"})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    session = client.get(answer.headers["Location"]).json()
    assert session["session"]["seed"] == load_lesson("platform-outage").written.seed
    assert [each["value"] for each in told["session"]["given"]] == [0, 1000]
    act = {"do": "seek", "to": 0, "forget": True}  # what was given is not forgotten
    assert client.post(f"{answer.headers['Location']}/acts", json=act).status_code == 200
    client.post(f"{answer.headers['Location']}/acts", json={"do": "seek", "to": 13 * HOUR})
    state = client.get(answer.headers["Location"]).json()
    down = state["names"]["platforms"].index("gate_platform")
    assert state["state"]["platforms"][down] == 0
    assert isinstance(told["follow"], int)
    replay = client.get(f"{answer.headers['Location']}/replay").json()
    played = lessons.play(load_lesson("platform-outage"), session["session"]["seed"], lines=False)
    assert replay["digest"] == played.digests["morning"]
    assert_problem(
        client.post("/v1/lessons/platform-outage/sessions", json={"way": "noon"}), errors.WRONG_REQUEST
    )


def test_a_play_and_the_debrief_are_told(client: TestClient) -> None:
    order = {"interventions": [{"time": 11 * HOUR, "what": "slow", "target": "import_scan", "value": 1}]}
    told = client.post(f"/v1/lessons/{GATE}/plays", json=order).json()
    assert told["unseen"] > 0
    assert told["points"] == 0
    wrong = {"interventions": [{"time": 0, "what": "capacity", "target": "nobody", "value": 1}]}
    assert_problem(client.post(f"/v1/lessons/{GATE}/plays", json=wrong), errors.WRONG_REQUEST)
    debrief = client.get(f"/v1/lessons/{GATE}/debrief").json()
    assert [each["question"] for each in debrief["answers"]] == ["longest", "share", "inside"]
    line = debrief["lines"][0]
    assert len(line["values"]) == 97
    inside = debrief["answers"][2]["right"]
    assert line["values"][-1] == inside  # the line ends in the number that was asked for
    found = client.get(f"/v1/lessons/{GATE}/agreement").json()
    assert found["agree"] == dict.fromkeys(("longest", "share", "inside"), found["of"])
