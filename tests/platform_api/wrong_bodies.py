"""Wrong requests: each must be answered by a problem with place, value and remedy, and leave nothing behind.

A case is (name, address, media type, body, kind of error, a place that the answer must name).
"""

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from platform_api import errors
from platform_api.errors import Kind
from platform_api.examples import SMALL_SCENARIO, SMALL_YAML

RUNS, CHECK = "/v1/runs", "/v1/scenarios:check"
JSON, YAML = "application/json", "application/yaml"


class Wrong(NamedTuple):
    name: str
    path: str
    media_type: str | None
    body: bytes
    kind: Kind
    place: str


def _run(name: str, order: Any, place: str, kind: Kind = errors.WRONG_REQUEST, path: str = RUNS) -> Wrong:
    return Wrong(name, path, JSON, json.dumps(order).encode(), kind, place)


def _order(**fields: Any) -> dict[str, Any]:
    return {"scenario": SMALL_SCENARIO} | fields


def _written(name: str, change: Callable[[dict[str, Any]], Any], place: str) -> Wrong:
    scenario = copy.deepcopy(SMALL_SCENARIO)
    change(scenario)
    return _run(name, {"scenario": scenario}, place, errors.WRONG_SCENARIO)


def _raw(name: str, body: bytes, kind: Kind = errors.MALFORMED_BODY, media_type: str | None = JSON) -> Wrong:
    place = "header Content-Type" if kind is errors.WRONG_MEDIA_TYPE else "body"
    return Wrong(name, RUNS, media_type, body, kind, place)


def _yaml(name: str, body: bytes, place: str, kind: Kind = errors.WRONG_SCENARIO) -> Wrong:
    return Wrong(name, CHECK, YAML, body, kind, place)


def _override(name: str, path: str, value: Any, place: str) -> Wrong:
    return _run(name, _order(overrides={path: value}), place, errors.WRONG_SCENARIO)


ORDERS = [
    _run("an empty object", {}, "scenario"),
    _run("a list", [1, 2], "body"),
    _run("a text", "lang-son", "body"),
    _run("a number", 7, "body"),
    _run("null", None, "body"),
    _run("an unknown field", _order(sed=1), "sed"),
    _run("two unknown fields", _order(sed=1, replication=2), "replication"),
    _run("no scenario", {"seed": 1}, "scenario"),
    _run("scenario null", {"scenario": None}, "scenario"),
    _run("scenario a number", {"scenario": 3}, "scenario"),
    _run("scenario a list", {"scenario": ["lang-son-700k"]}, "scenario"),
    _run("unknown scenario", {"scenario": "lang-son-700"}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("empty name", {"scenario": ""}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("a path", {"scenario": "/etc/passwd"}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("a path upwards", {"scenario": "../../pyproject.toml"}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("a file's name", {"scenario": "lang-son-700k.yaml"}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("a name with a null", {"scenario": "lang\0son"}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("a very long name", {"scenario": "x" * 5000}, "scenario", errors.UNKNOWN_SCENARIO),
    _run("negative seed", _order(seed=-1), "seed"),
    _run("seed too large", _order(seed=1 << 64), "seed"),
    _run("seed a text", _order(seed="7"), "seed"),
    _run("seed a fraction", _order(seed=7.5), "seed"),
    _run("seed true", _order(seed=True), "seed"),
    _run("no replications", _order(replications=0), "replications"),
    _run("negative replications", _order(replications=-3), "replications"),
    _run("replications a text", _order(replications="ten"), "replications"),
    _run("replications null", _order(replications=None), "replications"),
    _run("too many replications", _order(replications=10**9), "replications", errors.BEYOND_LIMITS),
    _run("unknown engine", _order(engine="warp"), "engine"),
    _run("engine null", _order(engine=None), "engine"),
    _run("overrides a list", _order(overrides=["a=b"]), "overrides"),
    _run("overrides a text", _order(overrides="a=b"), "overrides"),
    _run("several faults at once", _order(seed=-1, replications=0, engine="x"), "engine"),
    _run("check with a seed", _order(seed=1), "seed", path=CHECK),
]

OVERRIDES = [
    _override("override of nothing", "resources.officers.capacity", 2, "overrides"),
    _override("override with an empty path", "", 2, "overrides"),
    _override("override with a broken path", "resources..capacity", 2, "overrides"),
    _override(
        "override with a wrong value",
        "resources.officer.capacity",
        "many",
        'overrides."resources.officer.capacity"',
    ),
    _override(
        "override with null", "resources.officer.capacity", None, 'overrides."resources.officer.capacity"'
    ),
    _override(
        "override with a file",
        "flows.truck.arrivals",
        {"list": "/etc/passwd"},
        'overrides."flows.truck.arrivals"',
    ),
    _override(
        "override with a rate without unit",
        "flows.truck.arrivals.rate",
        8,
        'overrides."flows.truck.arrivals.rate"',
    ),
]

WRITTEN = [
    _run("an empty scenario", {"scenario": {}}, "name", errors.WRONG_SCENARIO),
    _written("an unknown word", lambda s: s.update(stations={}), "stations"),
    _written("no steps", lambda s: s.pop("steps"), "steps"),
    _written("a time without unit", lambda s: s["steps"]["papers"].update(time=5), "steps.papers.time"),
    _written(
        "a route to nowhere", lambda s: s["flows"]["truck"].update(route=["paper"]), "flows.truck.route[0]"
    ),
    _written(
        "an unknown resource",
        lambda s: s["steps"]["papers"].update(resources="oficer"),
        "steps.papers.resources",
    ),
    _written(
        "a negative capacity",
        lambda s: s["resources"]["officer"].update(capacity=-1),
        "resources.officer.capacity",
    ),
    _written("a window without unit", lambda s: s.update(window="10"), "window"),
    _written("a date that is none", lambda s: s.update(start="2025-02-30 07:00"), "start"),
    _written("an unknown time zone", lambda s: s.update(time_zone="Asia/Hanoi"), "time_zone"),
    _written("a base that is a file", lambda s: s.update(based_on="/etc/passwd"), "based_on"),
    _written(
        "arrivals from a file",
        lambda s: s["flows"]["truck"].update(arrivals={"list": "trucks.csv"}),
        "flows.truck.arrivals",
    ),
    _written("a number as label", lambda s: s["title"].update(vi=3, en=None), "title"),
    _written(
        "too many entities", lambda s: s["flows"]["truck"].update(arrivals={"rate": "2000000 /h"}), "scenario"
    )._replace(kind=errors.BEYOND_LIMITS),
]

RAW = [
    _raw("nothing at all", b""),
    _raw("not JSON", b"scenario: lang-son"),
    _raw("half an object", b'{"scenario": "lang-son'),
    _raw("a comma too many", b'{"seed": 1,}'),
    _raw("two documents", b'{"seed": 1} {"seed": 2}'),
    _raw("a name twice", b'{"seed": 1, "seed": 2}'),
    _raw("not a number", b'{"seed": NaN}'),
    _raw("infinity", b'{"seed": Infinity}'),
    _raw("a number of 5000 digits", b'{"seed": ' + b"9" * 5000 + b"}"),
    _raw("not UTF-8", b'{"scenario": "\xff\xfe"}'),
    _raw("half a surrogate", b'{"scenario": "\\ud800"}'),
    _raw("100,000 brackets", b"[" * 100_000),
    _raw("no media type", b"{}", errors.WRONG_MEDIA_TYPE, None),
    _raw("a form", b"scenario=lang-son", errors.WRONG_MEDIA_TYPE, "application/x-www-form-urlencoded"),
    _raw("YAML where JSON is read", b"scenario: x", errors.WRONG_MEDIA_TYPE, YAML),
    _raw("another character set", b"{}", errors.WRONG_MEDIA_TYPE, "application/json; charset=utf-16"),
    _raw("too large", b'{"scenario": "' + b"x" * 1_100_000 + b'"}', errors.TOO_LARGE),
]

YAMLS = [
    _yaml("empty YAML", b"", ""),
    _yaml("YAML of one word", b"lang-son", ""),
    _yaml("YAML with a tab", SMALL_YAML.replace("  customs", "\tcustoms").encode(), ""),
    _yaml("YAML with an object", b"name: !!python/object/apply:os.system [ls]", ""),
    _yaml("YAML with a name twice", SMALL_YAML.encode() + b"name: again\n", ""),
    _yaml("YAML that is not UTF-8", b"name: \xff", "body", errors.MALFORMED_BODY),
    _yaml(
        "a thousand laughs",
        b"a: &a [x,x]\n" + b"".join(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(9)),
        "",
    ),
]

ALL = ORDERS + OVERRIDES + WRITTEN + RAW + YAMLS
