"""What every operation about lessons takes and answers, by example."""

from __future__ import annotations

from platform_api import errors
from platform_api.examples import A_SESSION, DIGEST, SEED, Body, Operation

_NAMED = (errors.UNKNOWN_LESSON,)
_BODY = (errors.MALFORMED_BODY, errors.WRONG_MEDIA_TYPE, errors.WRONG_REQUEST)

_A_TEXT = {"vi": "Vì sao?", "en": "Why?"}
_AN_ITEM = {
    "name": "platform-outage",
    "title": {"vi": "Nền tảng mất kết nối", "en": "The platform is down"},
    "question": {"vi": "Ai chờ, chờ bao lâu?", "en": "Who waits, and how long?"},
}
_AN_INJECT = {"time": 43200000, "what": "platform", "target": "gate_platform", "value": 0}
_AN_ANSWER = {
    "question": "when",
    "right": "morning",
    "values": [{"name": "night", "label": {"vi": "Ban đêm", "en": "At night"}, "value": 11123.6}],
    "unit": "s",
    "points": 100,
    "thought": None,
    "why": _A_TEXT,
    "discuss": _A_TEXT,
}
_A_PART = {"do": "predict", "minutes": 6, "question": "when", "say": _A_TEXT}

OF_LESSONS = {
    "listLessons": Operation(200, "The lessons.", {"lessons": [_AN_ITEM]}),
    "getLesson": Operation(
        200,
        "The lesson, without its answers.",
        _AN_ITEM
        | {
            "scenario": "lang-son-2025-03-12",
            "seed": SEED,
            "ways": [{"name": "morning", "label": _A_TEXT, "injects": [_AN_INJECT]}],
            "start": 41400000,
            "orient": [{"at": "import_fee", "text": _A_TEXT}],
            "follow": _A_TEXT,
            "questions": [
                {
                    "name": "when",
                    "ask": _A_TEXT,
                    "kind": "pick",
                    "unit": "s",
                    "options": [{"name": "night", "label": _A_TEXT}],
                    "guess": None,
                }
            ],
            "roles": [
                {"name": "tax", "label": _A_TEXT, "task": _A_TEXT, "levers": ["resources.tax_officers"]}
            ],
            "rounds": [43200000],
            "discuss": _A_TEXT,
            "at_your_gate": _A_TEXT,
            "take_home": [_A_TEXT, _A_TEXT, _A_TEXT],
            "plans": {"twenty_minutes": [_A_PART], "two_hours": [_A_PART]},
        },
        errors=_NAMED,
    ),
    "openLessonSession": Operation(
        201,
        "It stands where the play begins.",
        {"session": A_SESSION | {"given": [_AN_INJECT], "interventions": []}, "follow": 7756},
        errors=(*_BODY, *_NAMED, errors.TOO_MANY_SESSIONS),
        body=Body("LessonSessionOrder", {"way": {"way": "morning"}}),
    ),
    "revealAnswer": Operation(
        200,
        "What is right.",
        _AN_ANSWER,
        errors=(*_BODY, *_NAMED),
        body=Body(
            "AnswerOrder",
            {
                "option": {"question": "when", "guess": "morning", "sure": 0.8},
                "number": {"question": "inside", "guess": 400},
                "preview": {"question": "when"},
            },
        ),
    ),
    "scorePlay": Operation(
        200,
        "What the play is worth.",
        {
            "points": 53,
            "entities": 1509,
            "saved_h": 120.5,
            "saved_share": 0.026,
            "done": 1140,
            "done_without": 1133,
            "unseen": 0,
        },
        errors=(*_BODY, *_NAMED),
        body=Body("PlayOrder", {"decided": {"interventions": [_AN_INJECT]}}),
    ),
    "getAgreement": Operation(
        200, "By question.", {"of": 6, "agree": {"when": 6, "much": 6, "who": 6}}, errors=_NAMED
    ),
    "getDebrief": Operation(
        200,
        "What came out.",
        {
            "answers": [_AN_ANSWER],
            "lines": [
                {"way": "usual", "label": _A_TEXT, "start_s": 0.0, "step_s": 900.0, "values": [471.0, 480.0]}
            ],
            "digests": {"usual": DIGEST},
        },
        errors=_NAMED,
    ),
}
"""By operation id."""
