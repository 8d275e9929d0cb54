"""What every operation about classes takes and answers, by example."""

from __future__ import annotations

from platform_api import errors
from platform_api.examples import Body, Operation

_BODY = (errors.MALFORMED_BODY, errors.WRONG_MEDIA_TYPE, errors.WRONG_REQUEST)
_MINE = (errors.UNKNOWN_CLASS, errors.NOT_ALLOWED)
_SEATED = (errors.NO_KEY,)

_A_TEXT = {"vi": "Cửa khẩu là gì", "en": "What a gate is"}
_A_RUN = {
    "at": 46800000,
    "clock": "2025-03-12T02:00:00+00:00",
    "plays": True,
    "over": False,
    "inside": [{"label": {"vi": "Xe xuất khẩu", "en": "Export truck"}, "n": 340}],
    "decisions": 1,
}
_A_CLASS = {
    "code": "KX7T",
    "lesson": "what-a-gate-is",
    "title": _A_TEXT,
    "stage": "predict",
    "question": "longest",
    "shown": 0,
    "answered": 1,
    "seats": 1,
    "teams": [
        {
            "number": 1,
            "seats": [{"number": 1, "nickname": "Lan", "role": "customs", "here": True, "answered": True}],
            "run": _A_RUN,
            "session": "20250312-001500-1b2c3d4e",
            "points": None,
            "unseen": 0,
            "mean": None,
        }
    ],
    "guesses": {},
    "answer": None,
    "version": 7,
}
_A_SEAT = {
    "code": "KX7T",
    "title": _A_TEXT,
    "stage": "predict",
    "seat": 1,
    "nickname": "Lan",
    "team": 1,
    "teams": 4,
    "role": {
        "name": "customs",
        "label": {"vi": "Hải quan", "en": "Customs"},
        "task": {"vi": "Hàng chờ ngắn.", "en": "Keep the lines short."},
        "levers": ["resources.scanners"],
    },
    "text": None,
    "question": {
        "name": "longest",
        "ask": {"vi": "Đoạn nào lâu nhất?", "en": "Which part takes longest?"},
        "kind": "pick",
        "unit": "s",
        "options": [{"name": "customs", "label": {"vi": "Ở hải quan", "en": "At customs"}}],
        "guess": None,
    },
    "given": {"guess": "customs", "sure": 0.75, "points": None},
    "answer": None,
    "guesses": {},
    "run": _A_RUN,
    "levers": [
        {"name": "resources.scanners", "label": {"vi": "Máy soi", "en": "Scanners"}, "units": 2, "busy": 1}
    ],
    "may_decide": True,
    "points": None,
    "unseen": 0,
    "take_home": [],
    "version": 7,
}

OF_CLASSES = {
    "openClass": Operation(
        201,
        "It is open.",
        _A_CLASS | {"stage": "lobby"},
        errors=(*_BODY, errors.UNKNOWN_LESSON, errors.TOO_MANY_SESSIONS),
        body=Body("ClassOrder", {"class": {"lesson": "what-a-gate-is", "teams": 4}}),
    ),
    "listClasses": Operation(
        200,
        "The classes.",
        {"classes": [{"code": "KX7T", "lesson": "what-a-gate-is", "stage": "lobby", "seats": 12}]},
    ),
    "getClass": Operation(200, "The class.", _A_CLASS, errors=_MINE),
    "actInClass": Operation(
        200,
        "It was done.",
        _A_CLASS,
        errors=(*_BODY, *_MINE, errors.TOO_MANY_SESSIONS),
        body=Body(
            "ClassAct",
            {
                "predict": {"do": "stage", "stage": "predict", "question": "longest"},
                "play": {"do": "play", "speed": 600.0},
                "remove": {"do": "remove", "seat": 3},
            },
        ),
    ),
    "watchClass": Operation(
        200,
        "The events.",
        'id: 1\nevent: class\ndata: {"code": "KX7T", …}\n\n',
        errors=_MINE,
        media_type="text/event-stream",
    ),
    "getClassCode": Operation(
        200, "The picture.", "<svg …", errors=(*_MINE, errors.UNKNOWN_FILE), media_type="image/svg+xml"
    ),
    "endClass": Operation(204, "It is forgotten.", None, errors=_MINE),
    "joinClass": Operation(
        201,
        "A seat.",
        _A_SEAT | {"stage": "lobby", "question": None, "given": None},
        errors=(*_BODY, errors.UNKNOWN_CLASS, errors.CLASS_FULL, errors.TOO_OFTEN),
        body=Body("SeatOrder", {"named": {"nickname": "Lan"}, "nameless": {}}),
    ),
    "getSeat": Operation(200, "How things stand.", _A_SEAT, errors=_SEATED),
    "answerInClass": Operation(
        200,
        "It is noted.",
        _A_SEAT,
        errors=(*_BODY, *_SEATED, errors.NOT_NOW),
        body=Body(
            "SeatAnswer",
            {"option": {"guess": "customs", "sure": 0.75}, "number": {"guess": 400, "sure": 1.0}},
        ),
    ),
    "changeTeam": Operation(
        200,
        "The new team.",
        _A_SEAT | {"team": 2},
        errors=(*_BODY, *_SEATED, errors.NOT_NOW),
        body=Body("SeatMove", {"second": {"team": 2}}),
    ),
    "decideInClass": Operation(
        200,
        "It is set.",
        _A_SEAT,
        errors=(*_BODY, *_SEATED, errors.NOT_NOW),
        body=Body("SeatDecision", {"more": {"lever": "resources.scanners", "value": 3}}),
    ),
    "watchSeat": Operation(
        200,
        "The events.",
        'id: 1\nevent: seat\ndata: {"stage": "predict", …}\n\n',
        errors=_SEATED,
        media_type="text/event-stream",
    ),
}
"""By operation id."""
