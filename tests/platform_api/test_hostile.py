"""Hostile and careless requests, thousands: each is answered by a problem or what was asked, never a fault.

`schemathesis` reads the service's own document and holds every answer against it.
"""

import json
import random
import re
import resource
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import given, settings
from schemathesis.checks import CHECKS
from starlette.testclient import TestClient

from platform_api import errors, wire
from platform_api.examples import A_SMALL_COMPARISON, OPERATIONS, SMALL_SCENARIO, SMALL_YAML
from platform_api.exploring import Errand, Explored
from tests.platform_api.conftest import app_in, client_of, run_here

# A schema cannot say what a scenario must be: data that fit it may be refused, with a problem.
ACCEPTANCE = "positive_data_acceptance"

STREAMS = ("followRun", "followExperiment", "watchSession")
"""Operations whose answer ends only with what they follow."""

FEW = settings(max_examples=20)

TRAVERSALS = [
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/x", "....//....//x", "..\\..\\x",
    "/etc/passwd",
    "%00", "a%00b", "C:\\x", "file:///etc/passwd", "con", ".", "..", "~", "%252e%252e%252f", "\u202e", "%ff",
]  # fmt: skip
INJECTIONS = [
    "' OR '1'='1", "'; DROP TABLE runs; --", "1 UNION SELECT hash FROM keys", "\"; DELETE FROM runs",
    "%27%20OR%201",
    "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "$(id)", "`id`", "|id", "\r\nSet-Cookie: a=b",
]  # fmt: skip
NUMBERS = [
    "-1",
    "0",
    "1e400",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "９",
    "1" * 5000,
    "1.5",
    "",
    " ",
    "true",
    "null",
]
YAML_BOMBS = [
    "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "!!python/object/apply:os.system ['id']",
    "!!python/name:os.system",
    "a: !!binary aGk=",
    "{" * 2000,
    "? a\n: b\n? a\n: c\n",
    "%YAML 9.9\n---\na: 1\n",
    "a: 1\n---\nb: 2\n",
    "- " * 3000,
    "name: \x00",
    "a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 400)),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    def nothing(*scenario: Any, **order: Any) -> Any:
        return run_here(*scenario, **(order | {"replications": 1}))

    def little(errand: Errand, crew: Any, follow: Any, cancel: Any) -> Explored:
        """Everything but the work itself."""
        errand.settled.kind.prepare(errand.settled.asked())
        (errand.into / "answer.json").write_text("{}")
        return Explored(1, 0)

    folder = tmp_path_factory.mktemp("hostile")
    return app_in(folder, nothing, little, max_queued=100_000, max_sessions=100_000)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with client_of(app) as client:
        yield client


def paths(client: TestClient) -> list[tuple[str, str]]:
    document = client.get("/openapi.json").json()
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] not in STREAMS
    ]


def hostile_requests(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and the rest of each request."""
    words = [*TRAVERSALS, *INJECTIONS, *NUMBERS]
    for method, path in paths(client):
        for word in words if "{" in path else ():
            yield method, _filled(path, word), {"json": {}} if method in ("POST", "PUT") else {}
    for word in words:
        for name in ("limit", "state", "scenario", "after", "language", "version", "a", "b"):
            for path in ("/v1/runs", "/v1/scenarios:diff", "/v1/scenarios/lang-son-700k/picture"):
                yield "GET", path, {"params": {name: word}}
        for header in (
            "Accept-Language",
            "Idempotency-Key",
            "If-Match",
            "Range",
            "Accept",
            "X-Forwarded-For",
        ):
            if word.isprintable():  # a server reads no header with other signs
                yield "GET", "/v1/runs", {"headers": {header.encode(): word.encode("utf-8")}}
    for text in YAML_BOMBS:
        for method, path in (
            ("POST", "/v1/scenarios"),
            ("POST", "/v1/scenarios:check"),
            ("PUT", "/v1/scenarios/x"),
        ):
            headers = {"Content-Type": "application/yaml", "If-Match": '"1"'}
            yield method, path, {"content": text.encode(), "headers": headers}
    yield from _experiments_of_strangers(words)
    yield from _mutated_orders(random.Random(1))


def _experiments_of_strangers(words: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Orders of experiments that name what nobody should reach."""
    for word in words:
        for name in ("kind", "design", "name", "base", "fresh"):
            yield "POST", "/v1/experiments", {"json": A_SMALL_COMPARISON | {name: word}}
        for kind in ("resilience", "why", "forecast", "sweep", "optimise"):
            yield "POST", "/v1/experiments", {"json": {"kind": kind, "base": word}}
        variants = {"other": {"scenario": word}}
        yield "POST", "/v1/experiments", {"json": A_SMALL_COMPARISON | {"variants": variants}}
        based = {"name": "x", "based_on": word}
        yield "POST", "/v1/experiments", {"json": A_SMALL_COMPARISON | {"base": based}}


def _filled(path: str, word: str) -> str:
    sent = quote(word, safe="%/.~\\")  # what no client sends as it is
    return re.sub(r"\{[a-z]+\}", lambda _: sent, path)


BODIES: list[tuple[str, Any]] = [
    ("/v1/runs", {"scenario": SMALL_SCENARIO, "replications": 1, "overrides": {}, "seed": 1}),
    ("/v1/sessions", {"scenario": SMALL_SCENARIO, "seed": 1, "at": 0}),
    ("/v1/scenarios", SMALL_SCENARIO),
    ("/v1/scenarios:check", {"scenario": SMALL_SCENARIO}),
    ("/v1/scenarios:estimate", {"scenario": SMALL_SCENARIO}),
    ("/v1/experiments", A_SMALL_COMPARISON),
    ("/v1/experiments", {"kind": "sweep", "base": SMALL_SCENARIO, "points": 4, "sweep": "hypercube",
                         "factors": {"o": {"path": "resources.officer.capacity", "range": [1, 3]}}}),
    ("/v1/experiments", {"kind": "optimise", "base": SMALL_SCENARIO, "targets": ["80 % within 4 h"],
                         "decisions": {"o": {"path": "resources.officer.capacity", "range": [1, 3]}}}),
    ("/v1/experiments", {"kind": "resilience", "base": SMALL_SCENARIO, "every": "6 h", "lasts": "1 h",
                         "targets": ["agency.customs"], "metres": 20, "window": "10 h"}),
    ("/v1/experiments", {"kind": "why", "base": SMALL_SCENARIO, "ranges": 3, "trucks": ["x"]}),
    ("/v1/experiments", {"kind": "forecast", "base": SMALL_SCENARIO, "horizon": "10 h", "limit": 5,
                         "situation": {"waiting": [{"flow": "truck", "at": "papers", "count": 5}]},
                         "actions": {"a": {"overrides": {"resources.officer.capacity": 2}}}}),
    ("/v1/sessions/x/acts", {"do": "intervene", "what": "capacity", "target": "officer", "value": 1}),
]  # fmt: skip
"""Right orders of every kind."""


def _mutated_orders(dice: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Right bodies with a piece replaced by something else."""
    strange: list[Any] = [
        None, True, -1, 1 << 70, 1e308, "", "x" * 3000, [], [[]] * 50, {}, {"": ""}, "\u0000", "𝔘", "-5 min",
        "999999999999 d", "1e9 /h", {"value": {"value": 1}}, ["a"] * 300,
    ]  # fmt: skip
    for path, body in BODIES:
        for _ in range(60):
            yield (
                "POST",
                path,
                {"content": json.dumps(_mutated(body, dice, strange)).encode(), "headers": _JSON},
            )
    for path, body in BODIES:
        text = json.dumps(body).encode()
        for _ in range(20):
            at = dice.randrange(len(text))
            yield "POST", path, {"content": text[:at] + dice.randbytes(3) + text[at + 2 :], "headers": _JSON}


_JSON = {"Content-Type": "application/json"}


def _mutated(value: Any, dice: random.Random, strange: list[Any]) -> Any:
    """The same data with one piece, somewhere, replaced, taken away or added."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        name = dice.choice(list(value))
        changed = dict(value)
        if dice.random() < 0.1:
            del changed[name]
        elif dice.random() < 0.1:
            changed["".join(dice.choices(string.printable, k=8))] = changed[name]
        else:
            changed[name] = _mutated(value[name], dice, strange)
        return changed
    return dice.choice(strange)


@pytest.mark.slow
def test_no_request_is_answered_with_a_fault_or_leaves_anything_behind(
    client: TestClient, app: FastAPI
) -> None:
    folder: Path = app.state.parts.settings.data_dir
    for path, body in BODIES:  # what they need is loaded once
        client.post(path, json=body)
    count, warm = 0, 0.0
    for method, path, rest in hostile_requests(client):
        answer = client.request(method, path, **rest)
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, rest, answer.text)
        assert "Traceback" not in answer.text, (method, path, rest)
        if answer.status_code >= 400:
            wire.Problem.model_validate_json(answer.content)
        count += 1
        if count == 500:
            warm = _peak()
    assert count > 1_000
    assert _peak() < warm + 100e6, "memory grew"
    strange = [
        path.name for path in folder.iterdir() if path.name != "runs" and "cuakhau.db" not in path.name
    ]
    assert strange == []
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/v1/scenarios/lang-son-2025-03-12").status_code == 200


def _peak() -> int:
    """The most memory this process has had [bytes]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_an_error_never_repeats_more_than_a_little_of_what_was_sent(client: TestClient) -> None:
    answer = client.get("/v1/runs/" + "x" * 6000)
    assert len(answer.content) < 8_000
    assert client.get("/v1/runs", params={"state": "y" * 5000}).status_code == 422
    long = SMALL_YAML.replace("8 /h", "9" * 9000).encode()
    refused = client.post("/v1/scenarios", content=long, headers={"Content-Type": "application/yaml"})
    assert refused.status_code == errors.WRONG_SCENARIO.status
    assert len(refused.content) < 8_000


# ---- the document against the service
@pytest.fixture(scope="module")
def schema(app: FastAPI, client: TestClient) -> Any:
    assert client.get("/healthz").status_code == 200
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "127.0.0.1"})


@pytest.mark.slow
@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - set(STREAMS)))
def test_every_answer_is_one_that_the_document_names(schema: Any, operation: str) -> None:
    found = schema.find_operation_by_id(operation)
    but = [CHECKS.get_one(ACCEPTANCE)] if OPERATIONS[operation].body else []
    if operation == "getReadiness":  # whose 503 is an answer, and no fault
        but.append(CHECKS.get_one("not_a_server_error"))

    @FEW
    @given(found.as_strategy())
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Host": "127.0.0.1"}, excluded_checks=but)

    holds()
