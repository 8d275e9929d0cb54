"""The language of lessons: everything wrong is told with its place, and no answer can be typed."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scenarios import library
from scenarios.errors import ScenarioError
from scenarios.lessons import LENGTHS, WrittenQuestion, load_lesson, names, read_lesson
from scenarios.library import Loaded


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    """The same scenario is read for many spoilt lessons: once is enough."""
    known: dict[str, Loaded] = {}

    def load(name: str, overrides: Mapping[str, Any]) -> Loaded:
        key = f"{name} {overrides!r}"
        return known[key] if key in known else known.setdefault(key, real(name, overrides))

    real = library.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "load", load)
        yield


def whole() -> str:
    """A lesson of the library, to be spoilt."""
    from importlib.resources import files

    return files("scenarios").joinpath("lessons", "platform-outage.yaml").read_text(encoding="utf-8")


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as wrong:
        read_lesson(text)
    assert all(each.remedy.vi and each.remedy.en for each in wrong.value.problems)
    return [(each.place, each.message.en) for each in wrong.value.problems]


SPOILT = [
    ("seed: 20250315", "seed: 20250315\nanswer: morning", "answer", ""),
    ("scenario: lang-son-2025-03-12", "scenario: nowhere", "scenario", "not in the library"),
    ("at: import_fee", "at: import_fees", "orient[1].at", "has not"),
    ("flow: import\n", "flow: imports\n", "follow.flow", "has not"),
    ("set: platforms.gate_platform, to: down", "set: platforms.gates, to: down",
     "ways.morning.injects[0].set", "has not"),
    ("to: down", "to: broken", "ways.morning.injects[0].to", ""),
    ("at: 2025-03-12 08:00, set", "at: 2026-03-12 08:00, set", "ways.morning.injects[0].at", "outside"),
    ("levers: [resources.fee_clerks]", "levers: [steps.import_fee]", "roles.management_board.levers[0]",
     "has not"),
    ("{do: debrief, minutes: 4", "{do: debrief, minutes: 5", "plans.twenty_minutes", "takes 21 minutes"),
    ("do: predict, question: who, minutes: 15", "do: follow, minutes: 15", "plans.two_hours",
     "leaves out: who"),
    ("do: predict, question: who", "do: predict", "plans.two_hours[4]", "'question'"),
    ("below: 2 h", "below: 5 min", "questions.much", "none of the three kinds"),
    ("pick: most\n    options:\n      night", "options:\n      night", "questions.when",
     "none of the three kinds"),
    ("of: night}", "of: noon}", "questions.when", "has not"),
    ("dwell_mean{direction=import}\", of: morning, minus", "dwell mean\", of: morning, minus",
     "questions.much.value", "no indicator"),
    ("rounds: [2025-03-12 08:00, 2025-03-12 10:00", "rounds: [2025-03-12 08:00, 2025-03-12 07:00", "rounds",
     "order of time"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "place", "said"), SPOILT, ids=[each[2] for each in SPOILT])
def test_what_is_wrong_with_a_lesson_is_told_where_it_is(good: str, bad: str, place: str, said: str) -> None:
    text = whole()
    assert good in text
    found = problems(text.replace(good, bad, 1))
    assert any(where == place and said in message for where, message in found), found


def test_everything_wrong_is_told_at_once() -> None:
    text = whole().replace("at: import_fee", "at: nowhere").replace("minutes: 4,", "minutes: 9,")
    assert len(problems(text)) >= 2


def asked(**more: object) -> WrittenQuestion:
    text = {"vi": "Gì", "en": "What"}
    return WrittenQuestion.model_validate({"ask": text, "why": text, "discuss": text} | more)


def option(**more: object) -> dict[str, object]:
    return {"label": {"vi": "Một", "en": "One"}} | more


def test_the_right_answer_follows_from_what_was_computed() -> None:
    options = {name: option(value={"kpi": "dwell_mean"}) for name in ("a", "b", "c")}
    most = asked(pick="most", options=options)
    assert most.right({"a": 1, "b": 3, "c": 2}) == "b"
    assert most.right({"a": 1, "b": 3, "c": 3}) is None  # of equals none is right
    assert asked(pick="least", options=options).right({"a": 1, "b": 3, "c": 2}) == "a"
    bands = {"low": option(below="1 h"), "middle": option(below="2 h"), "high": option()}
    within = asked(value={"kpi": "dwell_mean"}, options=bands)
    assert [within.right({"": value}) for value in (0.0, 3599.0, 3600.0, 7200.0)] == [
        "low", "low", "middle", "high",
    ]  # fmt: skip
    guess = asked(value={"kpi": "arrived"}, guess={"least": 0, "most": 10, "near": "20 %"})
    assert guess.right({"": 7.5}) == 7.5


def test_there_are_six_lessons_each_with_both_plans() -> None:
    assert set(names()) >= {
        "what-a-gate-is", "queues-near-full", "risk-channels", "platform-outage", "tet", "ocop-order",
    }  # fmt: skip


@pytest.mark.parametrize("name", names())
def test_a_lesson_of_the_library_fits_its_scenario(name: str) -> None:
    lesson = load_lesson(name)
    assert lesson.name == name
    for length, minutes in LENGTHS.items():
        assert sum(part.minutes for part in getattr(lesson.written.plans, length)) == minutes
    assert len(lesson.written.questions) >= 3
