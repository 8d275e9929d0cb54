"""What every operation takes and answers, by example; tests hold the examples against their schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api import errors
from platform_api.errors import Kind
from scenarios.errors import Problem
from scenarios.resolved import Label

SEED = 20250312
RUN_ID = "20250312-001500-5f3a9c1e"
DIGEST = "7f0c1d2e3a4b5c6d7e8f90a1b2c3d4e5"

A_NAMED_RUN = {"scenario": "lang-son-2025-03-12", "seed": SEED, "replications": 10}
A_VARIANT = {
    "scenario": "lang-son-2025-03-12",
    "replications": 30,
    "overrides": {"flows.export.arrivals.per_day": "400 /d"},
}

SMALL_SCENARIO = {
    "name": "one-counter",
    "title": {"vi": "Một quầy", "en": "One counter"},
    "question": {"vi": "Chờ bao lâu?", "en": "How long is the wait?"},
    "time_zone": "Asia/Ho_Chi_Minh",
    "start": "2025-03-12 07:00",
    "window": "10 h",
    "horizon": "terminating",
    "resources": {
        "officer": {
            "label": {"vi": "Cán bộ", "en": "Officer"},
            "capacity": {"value": 1, "range": [1, 2], "source": "assumption", "owner": "customs"},
        }
    },
    "agencies": {"customs": {"label": {"vi": "Hải quan", "en": "Customs"}}},
    "steps": {
        "papers": {
            "label": {"vi": "Xét hồ sơ", "en": "Papers"},
            "agency": "customs",
            "resources": "officer",
            "time": {
                "distribution": "exponential",
                "mean": {
                    "value": "5 min",
                    "range": ["3 min", "8 min"],
                    "source": "assumption",
                    "owner": "customs",
                },
            },
        }
    },
    "flows": {
        "truck": {
            "label": {"vi": "Xe", "en": "Truck"},
            "route": ["papers"],
            "arrivals": {
                "rate": {
                    "value": "8 /h",
                    "range": ["5 /h", "10 /h"],
                    "source": "assumption",
                    "owner": "customs",
                }
            },
        }
    },
}

CALM: dict[str, Any] = {
    "done": 0.42, "entities": 6210, "entities_per_s": 2750.5, "remaining_s": 3.1, "finished": 4,
    "planned": 10, "points_done": None, "points_planned": None,
}  # fmt: skip

TICKET = {
    "id": RUN_ID,
    "kind": "run",
    "name": "",
    "state": "running",
    "scenario": "lang-son-2025-03-12",
    "seed": SEED,
    "replications": 10,
    "engine": "compiled",
    "overrides": {},
    "named": True,
    "created": "2025-03-12T00:15:00Z",
    "started": "2025-03-12T00:15:00.2Z",
    "finished": None,
    "progress": CALM,
    "digest": [],
    "problems": [],
}

A_KPI = {
    "name": "dwell_mean",
    "unit": "s",
    "labels": {"direction": "export"},
    "n": 10,
    "mean": 30120.4,
    "half_width": 910.2,
    "level": 0.95,
    "p10": 28100.0,
    "p90": 32010.7,
    "observed": 3040,
    "reason": None,
}

A_SCENARIO = {
    "name": "lang-son-2025-03-12",
    "title": {"vi": "Lạng Sơn, ngày 12/3/2025", "en": "Lạng Sơn, 12 March 2025"},
    "question": {"vi": "Xe qua cửa khẩu mất bao lâu?", "en": "How long does a truck take to cross?"},
}

A_HASH = "9b0f6c2d8f3d5ab1c3e4f5061728394a5b6c7d8e9f00112233445566778899aa"


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may carry: the name of its schema, and examples by name."""

    schema: str
    examples: dict[str, Any]
    yaml: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """How an operation is documented: what it answers, and what can go wrong."""

    status: int
    description: str
    example: Any
    errors: tuple[Kind, ...] = ()
    body: Body | None = None
    media_type: str = "application/json"
    any_of: tuple[str, ...] = ()  # schemas, where the answer has one of several


A_PROBLEM = Problem(
    "resources.officer.capacity",
    "-1",
    Label(vi="không thể âm", en="cannot be negative"),
    Label(vi="hãy viết 0 trở lên", en="write 0 or more"),
)

SMALL_YAML = """\
name: one-counter
title: {vi: Một quầy, en: One counter}
question: {vi: Chờ bao lâu?, en: How long is the wait?}
time_zone: Asia/Ho_Chi_Minh
start: 2025-03-12 07:00
window: 10 h
horizon: terminating
agencies:
  customs: {label: {vi: Hải quan, en: Customs}}
resources:
  officer:
    label: {vi: Cán bộ, en: Officer}
    capacity: {value: 1, range: [1, 2], source: assumption, owner: customs}
steps:
  papers:
    label: {vi: Xét hồ sơ, en: Papers}
    agency: customs
    resources: officer
    time:
      distribution: exponential
      mean: {value: 5 min, range: [3 min, 8 min], source: assumption, owner: customs}
flows:
  truck:
    label: {vi: Xe, en: Truck}
    route: [papers]
    arrivals: {rate: {value: 8 /h, range: [5 /h, 10 /h], source: assumption, owner: customs}}
"""

_NAMES = (errors.UNKNOWN_SCENARIO, errors.WRONG_SCENARIO, errors.WRONG_REQUEST, errors.BEYOND_LIMITS)
_BODY = (errors.MALFORMED_BODY, errors.WRONG_MEDIA_TYPE)

HEALTH = Operation(200, "It lives.", {"status": "ok", "version": "0.1.0", "queued": 0, "running": 1})
READY = Operation(200, "It can work.", {"status": "ready"}, errors=(errors.NOT_READY,))
METRICS = Operation(
    200,
    "All metrics.",
    '# TYPE cuakhau_runs_total counter\ncuakhau_runs_total{outcome="succeeded"} 3.0\n',
    media_type="text/plain",
)
SCENARIOS = Operation(200, "The scenarios, by name.", {"scenarios": [A_SCENARIO]})
SCENARIO = Operation(
    200,
    "The scenario.",
    A_SCENARIO
    | {
        "hash": A_HASH,
        "expected_entities": 9300,
        "counts": {
            "agencies": 10,
            "resources": 14,
            "zones": 3,
            "platforms": 2,
            "steps": 24,
            "flows": 2,
            "disruptions": 0,
        },
        "parameters": [
            {
                "path": "steps.documents.time",
                "value": "6 min",
                "source": "assumption",
                "range": ["3 min", "15 min"],
                "owner": "border_guard",
                "instead": None,
            }
        ],
        "warnings": [],
    },
    errors=(errors.UNKNOWN_SCENARIO,),
)
_NAMED = (errors.UNKNOWN_SCENARIO, errors.WRONG_REQUEST, errors.WRONG_SCENARIO)
STORE = Operation(
    201,
    "It is stored.",
    SCENARIO.example | {"name": "my-gate", "version": 1},
    errors=(*_BODY, errors.WRONG_SCENARIO, errors.WRONG_REQUEST, errors.NAME_TAKEN),
    body=Body("WrittenScenario", {"written": SMALL_SCENARIO}, SMALL_YAML),
)
CHANGE = Operation(
    200,
    "There is a new version.",
    SCENARIO.example | {"name": "my-gate", "version": 2},
    errors=(*_BODY, *_NAMED, errors.NOT_ALLOWED, errors.CHANGED, errors.TAG_NEEDED),
    body=Body("WrittenScenario", {"written": SMALL_SCENARIO}, SMALL_YAML),
)
DELETE_SCENARIO = Operation(
    204, "It is forgotten.", None, errors=(*_NAMED, errors.NOT_ALLOWED, errors.CHANGED)
)  # fmt: skip
VERSIONS = Operation(
    200,
    "The versions.",
    {"name": "my-gate", "versions": [{"version": 1, "hash": A_HASH, "created": "2025-03-12T00:15:00Z"}]},
    errors=_NAMED,
)
WRITTEN = Operation(200, "The text.", SMALL_YAML, errors=_NAMED, media_type="application/yaml")
RESOLVED = Operation(200, "The resolved form.", {"name": "one-counter"}, errors=_NAMED)
PICTURE = Operation(200, "The drawing.", "<svg …", errors=_NAMED, media_type="image/svg+xml")
PLAN = Operation(
    200,
    "The plan.",
    {
        "name": "one-counter",
        "plan": {
            "width": 940,
            "height": 420,
            "border": 700,
            "areas": {},
            "roads": [{"label": None, "along": [[0, 210], [940, 210]], "lanes": 2, "direction": "both"}],
            "stations": {
                "counter": {
                    "label": {"vi": "Quầy", "en": "Counter"},
                    "at": [300, 180, 120, 60],
                    "steps": ["counter"],
                    "line": None,
                }
            },
        },
    },
    errors=_NAMED,
)
DIFF = Operation(
    200,
    "The differences.",
    {
        "a": "lang-son-2025-03-12",
        "b": "my-gate",
        "differences": [{"path": "zones.yard.room", "a": 300, "b": 450}],
    },
    errors=_NAMED,
)
INDICATORS = Operation(
    200,
    "The indicators.",
    {
        "indicators": [
            {
                "name": "crossed",
                "unit": "1",
                "better": "higher",
                "label": {"vi": "Xe thông quan", "en": "Crossed"},
                "meaning": {
                    "vi": "Số xe đi qua đường biên trong kỳ.",
                    "en": "Entities that crossed the border in the window.",
                },
                "source": "daily bulletin of the Lạng Sơn border gates (langsontrade.vn)",
            }
        ]
    },
)
SCHEMA = Operation(200, "The schema.", {"type": "object"})
CHECK = Operation(
    200,
    "It can be run.",
    {"name": "one-counter", "hash": A_HASH, "expected_entities": 80, "warnings": []},
    errors=(*_BODY, *_NAMES),
    body=Body(
        "CheckOrder",
        {"written": {"scenario": SMALL_SCENARIO}, "named": {"scenario": "lang-son-2025-03-12"}},
        SMALL_YAML,
    ),
)
SUBMIT = Operation(
    202,
    "It is in the queue.",
    TICKET | {"state": "queued", "started": None, "progress": CALM | {"done": 0.0, "remaining_s": None}},
    errors=(*_BODY, *_NAMES, errors.QUEUE_FULL, errors.STORE_AWAY),
    body=Body(
        "RunOrder", {"named": A_NAMED_RUN, "variant": A_VARIANT, "written": {"scenario": SMALL_SCENARIO}}
    ),
)
RUNS = Operation(200, "The runs, the newest first.", {"runs": [TICKET]}, errors=(errors.WRONG_REQUEST,))
RUN = Operation(200, "The run.", TICKET, errors=(errors.UNKNOWN_RUN,))
_STORED = (errors.UNKNOWN_RUN, errors.NO_RESULT, errors.DAMAGED)
STUDY = Operation(
    200,
    "The table.",
    {
        "id": RUN_ID,
        "trs": [
            {
                "begin": "arrived",
                "end": "crossed",
                "labels": {"direction": "export"},
                "n": 3040,
                "replications": 10,
                "statistics": {"mean": 30120.4, "p50": 28800.0, "p95": 61200.0},
                "half_width": 910.2,
                "share_waiting": 0.71,
            }
        ],
    },
    errors=_STORED,
)
SERIES = Operation(
    200,
    "The curves.",
    {
        "id": RUN_ID,
        "series": [
            {
                "name": "backlog",
                "unit": "1",
                "labels": {"direction": "export"},
                "times": [0, 3600000],
                "mean": [120.0, 131.5],
                "p10": [120.0, 118.0],
                "p90": [120.0, 144.0],
            }
        ],
    },
    errors=_STORED,
)
STORIES = Operation(
    200,
    "The stories.",
    {
        "id": RUN_ID,
        "replication": 1,
        "stories": [
            {
                "which": "typical",
                "address": "export/x0 2025-03-12 #17",
                "kind": {"flow": "export", "direction": "export"},
                "ms": 30120400,
                "outcome": "completed",
                "parts": [
                    {
                        "since": "2025-03-12T07:14:03.120+07:00", "ms": 1260000, "kind": "busy",
                        "step": "document_check", "of": ["document_officers"],
                        "told": {"vi": "chờ Cán bộ, đang bận", "en": "waiting for officers, at work"},
                    }
                ],
            }
        ],
        "names": {"step.document_check": {"vi": "Xét hồ sơ", "en": "Papers"}},
    },
    errors=(*_STORED, errors.WRONG_REQUEST, errors.BEYOND_LIMITS),
)  # fmt: skip
ENTITIES = Operation(
    200,
    "Who came.",
    {
        "id": RUN_ID, "replication": 1, "count": 1, "after": 0,
        "entities": [
            {
                "address": "export/x0 2025-03-12 #17", "kind": {"flow": "export", "direction": "export"},
                "ms": 30120400, "outcome": "completed",
            }
        ],
    },
    errors=(*_STORED, errors.WRONG_REQUEST, errors.BEYOND_LIMITS),
)  # fmt: skip
HISTOGRAM = Operation(
    200,
    "The bars.",
    {
        "id": RUN_ID, "replication": 1, "unit": "h", "by": "direction", "edges": [0.5, 8.0, 15.5],
        "bars": [{"value": "export", "counts": [120, 31]}, {"value": "import", "counts": [240, 12]}],
    },
    errors=(*_STORED, errors.WRONG_REQUEST, errors.BEYOND_LIMITS),
)  # fmt: skip
RECORDS = Operation(
    200,
    "The rows.",
    {
        "id": RUN_ID, "table": "entities", "replication": 1, "after": 0,
        "columns": ["case", "flow", "arrived", "stay_seconds"],
        "rows": [["export/x0/2025-03-12/17", "export", "2025-03-12T07:14:03.120+07:00", 30120.4]],
    },
    errors=(*_STORED, errors.WRONG_REQUEST),
)  # fmt: skip
REPORT = Operation(200, "The page.", "<!doctype html>…", errors=_STORED, media_type="text/html")
FILES = Operation(
    200,
    "The files.",
    {
        "id": RUN_ID,
        "result_version": 3,
        "current": True,
        "files": [{"name": "result.json", "bytes": 81234, "sha256": A_HASH}],
    },
    errors=(errors.UNKNOWN_RUN, errors.NO_RESULT),
)
FILE = Operation(
    200, "The file.", "…", errors=(*_STORED, errors.UNKNOWN_FILE), media_type="application/octet-stream"
)
DOWNLOAD = Operation(
    200,
    "The file.",
    "…",
    errors=(*_STORED, errors.WRONG_REQUEST),
    media_type="application/octet-stream",
)
EVENTS = Operation(
    200,
    "The events.",
    'id: running-0.420000-6210\nevent: progress\ndata: {"id": "20250312-001500-5f3a9c1e", …}\n\n',
    errors=(errors.UNKNOWN_RUN,),
    media_type="text/event-stream",
)
DELETE = Operation(204, "It is forgotten.", None, errors=(errors.UNKNOWN_RUN, errors.NOT_ENDED))
KPIS = Operation(
    200,
    "The answer.",
    {
        "id": RUN_ID,
        "scenario": "lang-son-2025-03-12",
        "seed": SEED,
        "replications": 10,
        "engine": "compiled",
        "digest": [DIGEST] * 10,
        "timing": {"setup_s": 0.4, "engine_s": 5.2, "entities": 14800, "visits": 120300, "events": 310000},
        "provenance": {
            "scenario_hash": A_HASH,
            "result_version": 3,
            "package_version": "0.1.0",
            "overrides": {},
        },
        "kpis": [A_KPI],
        "published": [],
        "expected": [],
        "deadlock": [],
        "warnings": [],
    },
    errors=_STORED,
)
CANCEL = Operation(202, "It will stop.", TICKET, errors=(errors.UNKNOWN_RUN,))

A_COMPARISON = {
    "kind": "compare",
    "base": "lang-son-2025-03-12",
    "variants": {
        "evening": {
            "label": {"vi": "Thêm ca tối", "en": "An evening shift"},
            "overrides": {"resources.document_officers.capacity": 12},
        }
    },
    "outcomes": ["cohort_dwell_mean{direction=export}"],
    "replications": 30,
    "seed": SEED,
}
A_SMALL_COMPARISON = {
    "kind": "compare",
    "base": SMALL_SCENARIO,
    "variants": {"two": {"overrides": {"resources.officer.capacity": 2}}},
    "outcomes": ["cohort_dwell_mean"],
    "replications": 10,
    "seed": 1,
}
AN_EXPERIMENT = TICKET | {"kind": "compare", "name": "compare", "named": False, "replications": 30}
_EXPERIMENT_NAMES = (
    errors.UNKNOWN_SCENARIO,
    errors.WRONG_EXPERIMENT,
    errors.WRONG_REQUEST,
    errors.BEYOND_LIMITS,
)
_EXPLORED = (errors.UNKNOWN_EXPERIMENT, errors.NO_RESULT, errors.DAMAGED)
SUBMIT_EXPERIMENT = Operation(
    202,
    "It is in the queue.",
    AN_EXPERIMENT | {"state": "queued", "started": None},
    errors=(*_BODY, *_EXPERIMENT_NAMES, errors.QUEUE_FULL),
    body=Body(
        "ExperimentOrder",
        {
            "compare": A_COMPARISON,
            "design": {"kind": "compare", "design": "lang-son-hours-and-scanner", "replications": 10},
            "whole": A_SMALL_COMPARISON,
            "sweep": {
                "kind": "sweep",
                "base": "lang-son-2025-03-12",
                "factors": {
                    "officers": {"path": "resources.document_officers.capacity", "values": [6, 8, 10]}
                },
                "sweep": "factorial",
            },
            "resilience": {"kind": "resilience", "base": "lang-son-2025-03-12", "lasts": "4 h"},
            "why": {"kind": "why", "base": "lang-son-2025-03-12", "replications": 5},
            "forecast": {
                "kind": "forecast",
                "base": "lang-son-2025-03-12",
                "horizon": "2 d",
                "actions": {"more": {"overrides": {"resources.document_officers.capacity": 12}}},
            },
        },
    ),
)
EXPERIMENTS = Operation(
    200,
    "The experiments, the newest first.",
    {"experiments": [AN_EXPERIMENT]},
    errors=(errors.WRONG_REQUEST,),
)
EXPERIMENT = Operation(200, "The experiment.", AN_EXPERIMENT, errors=(errors.UNKNOWN_EXPERIMENT,))
EXPERIMENT_SCHEMA = Operation(200, "The schema.", {"oneOf": [{"$ref": "#/$defs/compare"}]})
EXPERIMENT_ORDER = Operation(200, "The order.", A_COMPARISON, errors=(errors.UNKNOWN_EXPERIMENT,))
EXPERIMENT_ANSWER = Operation(
    200,
    "The answer.",
    {
        "name": "compare",
        "differences": [
            {
                "name": "cohort_dwell_mean", "unit": "s", "labels": {"direction": "export"},
                "variant": "evening", "mean": -2460.2, "half_width": 361.9, "level": 0.95,
                "verdict": "better", "variance_ratio": 11.3,
            }
        ],
    },
    errors=_EXPLORED,
    any_of=("Comparison", "Sweep", "Optimum", "OutageMap", "Why", "Forecast"),
)  # fmt: skip
EXPERIMENT_TOLD = Operation(
    200,
    "The answer in words.",
    {
        "title": "Ordinary day: if something stood still for 2 h",
        "question": "",
        "sentences": ["Customs, at worst Wed 08:00: 61.2 trucks more, gone after 4.1 h, …"],
        "how": ["Means of 10 replications …"],
        "warnings": [],
        "sheets": [
            {"title": "Every cell of the map", "heads": ["What fails", "Begins"], "rows": [], "notes": []}
        ],
    },
    errors=(*_EXPLORED, errors.WRONG_REQUEST),
)
DESIGNS = Operation(
    200,
    "The designs.",
    {
        "designs": [
            {
                "name": "lang-son-hours-and-scanner", "kind": "compare", "base": "lang-son-2025-03-12",
                "title": {"vi": "Mở thêm giờ tối hay thêm máy soi", "en": "Evening hours or a third scanner"},
                "question": None,
            }
        ]
    },
)  # fmt: skip
EXPERIMENT_REPORT = Operation(
    200, "The page.", "<!doctype html>…", errors=(*_EXPLORED, errors.WRONG_REQUEST), media_type="text/html"
)
EXPERIMENT_TABLES = Operation(
    200, "The table.", "variant,name,labels,…\n", errors=(*_EXPLORED, errors.WRONG_REQUEST),
    media_type="application/octet-stream",
)  # fmt: skip
EXPERIMENT_FILES = Operation(
    200,
    "The files.",
    {
        "id": RUN_ID,
        "result_version": 3,
        "current": True,
        "files": [{"name": "answer.json", "bytes": 81234, "sha256": A_HASH}],
    },
    errors=(errors.UNKNOWN_EXPERIMENT, errors.NO_RESULT),
)
EXPERIMENT_FILE = Operation(
    200, "The file.", "…", errors=(*_EXPLORED, errors.UNKNOWN_FILE), media_type="application/octet-stream"
)
EXPERIMENT_EVENTS = Operation(
    200,
    "The events.",
    'id: running-0.420000-6210\nevent: progress\ndata: {"id": "20250312-001500-5f3a9c1e", …}\n\n',
    errors=(errors.UNKNOWN_EXPERIMENT,),
    media_type="text/event-stream",
)
DELETE_EXPERIMENT = Operation(
    204, "It is forgotten.", None, errors=(errors.UNKNOWN_EXPERIMENT, errors.NOT_ENDED, errors.NOT_ALLOWED)
)
CANCEL_EXPERIMENT = Operation(
    202, "It will stop.", AN_EXPERIMENT, errors=(errors.UNKNOWN_EXPERIMENT, errors.NOT_ALLOWED)
)
ESTIMATE = Operation(
    200,
    "The estimate.",
    {
        "scenario": "one-counter",
        "scenario_hash": A_HASH,
        "kind": "plain",
        "level": 0.9,
        "load": 0.67,
        "figures": [
            {"name": "dwell_mean", "unit": "s", "labels": {}, "value": 870.0, "low": 640.0, "high": 1110.0}
        ],
        "missing": [],
        "package_version": "0.1.0",
    },
    errors=(*_BODY, *_NAMES),
    body=Body(
        "CheckOrder", {"named": {"scenario": "lang-son-2025-03-12"}, "written": {"scenario": SMALL_SCENARIO}}
    ),
)

A_SESSION = {
    "id": "20250312-001500-1b2c3d4e",
    "scenario": "lang-son-2025-03-12",
    "hash": A_HASH,
    "seed": SEED,
    "replication": 0,
    "created": "2025-03-12T00:15:00Z",
    "begin": -432000000,
    "end": 86400000,
    "at": 28800000,
    "clock": "2025-03-12T01:00:00Z",
    "speed": 60.0,
    "plays": False,
    "over": False,
    "given": [],
    "interventions": [{"time": 28800000, "what": "capacity", "target": "document_officers", "value": 12}],
}
_NOT_YOURS = (errors.UNKNOWN_SESSION, errors.NOT_ALLOWED)
OPEN_SESSION = Operation(
    201,
    "It stands still.",
    A_SESSION | {"interventions": []},
    errors=(*_BODY, *_NAMES, errors.TOO_MANY_SESSIONS),
    body=Body("SessionOrder", {"named": {"scenario": "lang-son-2025-03-12", "seed": SEED, "at": 25200000}}),
)
SESSIONS = Operation(200, "The sessions.", {"sessions": [A_SESSION]})
SESSION = Operation(
    200,
    "The session.",
    {
        "session": A_SESSION,
        "names": {"steps": ["document_check"], "resources": ["document_officers"]},
        "phases": ["door", "queue", "service", "held"],
        "state": {"number": 7, "at": 28800000, "visits": [[412, 0, 1, 28500000]]},
    },
    errors=(errors.UNKNOWN_SESSION,),
)
ACT = Operation(
    200,
    "It was done.",
    {
        "session": A_SESSION,
        "happened": [
            {
                "time": 28800000,
                "kind": "started",
                "what": "document_check",
                "entity": 412,
                "interesting": False,
                "told": {"vi": "Xe xuất 413 bắt đầu ở Xét hồ sơ", "en": "Export truck 413 begins at Papers"},
            }
        ],
    },
    errors=(*_BODY, errors.WRONG_REQUEST, *_NOT_YOURS),
    body=Body(
        "Act",
        {
            "play": {"do": "play", "speed": 600.0},
            "step": {"do": "step", "step": "interesting"},
            "intervene": {"do": "intervene", "what": "capacity", "target": "document_officers", "value": 12},
            "seek": {"do": "seek", "to": 25200000},
        },
    ),
)
EFFECT = Operation(
    200,
    "So far.",
    {
        "at": 36000000, "entities": 812, "left_with": 610, "left_without": 588, "saved_s": 84210.5,
        "won": 190, "lost": 12, "times": [0, 900000], "inside_with": [120, 131], "inside_without": [120, 138],
    },
    errors=(errors.UNKNOWN_SESSION, errors.WRONG_REQUEST),
)  # fmt: skip
SESSION_ENTITY = Operation(
    200,
    "Its visits so far.",
    {
        "entity": 411,
        "visits": [{"step": "papers", "joined": 28000000, "started": 28060000, "left": 28360000}],
    },
    errors=(errors.UNKNOWN_SESSION, errors.WRONG_REQUEST),
)
REPLAY = Operation(
    200,
    "Digest and interventions.",
    {"digest": DIGEST, "interventions": A_SESSION["interventions"]},
    errors=(errors.UNKNOWN_SESSION,),
)
WATCH = Operation(
    200,
    "The events.",
    'id: 8\nevent: delta\ndata: {"number": 8, "at": 28860000, "changed": [[412, 0, 2, 28812000]], …}\n\n',
    errors=(errors.UNKNOWN_SESSION,),
    media_type="text/event-stream",
)
END_SESSION = Operation(204, "It is over.", None, errors=_NOT_YOURS)

OPERATIONS = {
    "getHealth": HEALTH,
    "getReadiness": READY,
    "getMetrics": METRICS,
    "listScenarios": SCENARIOS,
    "getScenario": SCENARIO,
    "storeScenario": STORE,
    "changeScenario": CHANGE,
    "deleteScenario": DELETE_SCENARIO,
    "listVersions": VERSIONS,
    "getWritten": WRITTEN,
    "getResolved": RESOLVED,
    "getPicture": PICTURE,
    "getPlan": PLAN,
    "diffScenarios": DIFF,
    "getSchema": SCHEMA,
    "checkScenario": CHECK,
    "listIndicators": INDICATORS,
    "estimateScenario": ESTIMATE,
    "submitExperiment": SUBMIT_EXPERIMENT,
    "listExperiments": EXPERIMENTS,
    "getExperiment": EXPERIMENT,
    "getExperimentSchema": EXPERIMENT_SCHEMA,
    "getExperimentOrder": EXPERIMENT_ORDER,
    "getExperimentAnswer": EXPERIMENT_ANSWER,
    "tellExperiment": EXPERIMENT_TOLD,
    "listDesigns": DESIGNS,
    "getExperimentReport": EXPERIMENT_REPORT,
    "downloadExperiment": EXPERIMENT_TABLES,
    "listExperimentFiles": EXPERIMENT_FILES,
    "getExperimentFile": EXPERIMENT_FILE,
    "deleteExperiment": DELETE_EXPERIMENT,
    "cancelExperiment": CANCEL_EXPERIMENT,
    "followExperiment": EXPERIMENT_EVENTS,
    "submitRun": SUBMIT,
    "listRuns": RUNS,
    "getRun": RUN,
    "getRunKpis": KPIS,
    "getRunStudy": STUDY,
    "getRunSeries": SERIES,
    "getRunStories": STORIES,
    "listRunEntities": ENTITIES,
    "getRunHistogram": HISTOGRAM,
    "listRunRecords": RECORDS,
    "getRunReport": REPORT,
    "downloadRun": DOWNLOAD,
    "listRunFiles": FILES,
    "getRunFile": FILE,
    "followRun": EVENTS,
    "cancelRun": CANCEL,
    "deleteRun": DELETE,
    "openSession": OPEN_SESSION,
    "listSessions": SESSIONS,
    "getSession": SESSION,
    "actInSession": ACT,
    "getSessionEffect": EFFECT,
    "getSessionEntity": SESSION_ENTITY,
    "getSessionReplay": REPLAY,
    "watchSession": WATCH,
    "endSession": END_SESSION,
}
"""By operation id."""
