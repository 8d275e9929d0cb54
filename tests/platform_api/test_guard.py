"""Who may do what: keys and their scopes, limits, other people's runs, what a browser is told."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from platform_api import errors, guard
from platform_api.guard import Bucket, Guard
from platform_api.server import log_to_standard_error
from platform_api.store.key_table import SCOPES, KeyTable
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases
from tests.platform_api.helpers import assert_problem, wait_for_end
from tests.platform_api.test_runs import Gate, wait_for


def table_of(app: FastAPI) -> KeyTable:
    kept: Guard = app.state.parts.guard
    return kept.table


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def closed(make_app: MakeApp) -> Iterator[tuple[TestClient, KeyTable]]:
    """A service that asks for keys."""
    app = make_app(require_keys=True)
    with client_of(app) as client:
        yield client, table_of(app)


def test_without_a_key_only_health_is_told(closed: tuple[TestClient, KeyTable]) -> None:
    client, _ = closed
    assert client.get("/healthz").status_code == 200
    for path in ("/v1/scenarios", "/v1/runs", "/metrics"):
        refused = client.get(path)
        assert_problem(refused, errors.NO_KEY)
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_event_stream_ends_when_its_key_is_revoked(
    make_app: MakeApp, endless: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "KNOWN_FOR", 0.3)
    monkeypatch.setattr("platform_api.routes.streams.KNOWN_FOR", 0.3)
    app = make_app(require_keys=True)
    with client_of(app) as client:
        key, token = table_of(app).add("who looks", "run")
        _, other = table_of(app).add("who stays", "admin")
        order = {"scenario": endless, "replications": 1}
        run = client.post("/v1/runs", json=order, headers=bearing(token)).json()["id"]
        threading.Timer(1.0, lambda: table_of(app).revoke(key.id)).start()
        heard = client.get(f"/v1/runs/{run}/events", headers=bearing(token)).text
        assert "event: progress" in heard
        assert "event: ended" not in heard
        assert client.get(f"/v1/runs/{run}", headers=bearing(other)).json()["state"] == "running"
        client.delete(f"/v1/runs/{run}", headers=bearing(other))


def test_readiness_says_what_is_missing(make_app: MakeApp) -> None:
    app = make_app(require_keys=True)
    with client_of(app) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        app.state.parts.let_go()
        problem = assert_problem(client.get("/readyz"), errors.NOT_READY)
        assert [each.place for each in problem.problems] == ["time"]
        assert client.get("/healthz").status_code == 200
    places = [each.place for each in assert_problem(client.get("/readyz"), errors.NOT_READY).problems]
    assert "workers" in places


@on_both_databases
def test_scenarios_and_sessions_count_among_what_is_stored(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    size = len(json.dumps(written, ensure_ascii=False, indent=1).encode())
    with client_of(make_app(max_stored_bytes=size // 2)) as client:
        assert client.post("/v1/scenarios", json=written | {"name": "first"}).status_code == 201
        for path, body in (
            ("/v1/scenarios", written | {"name": "second"}),
            ("/v1/sessions", {"scenario": written}),
            ("/v1/runs", {"scenario": written}),
        ):
            assert_problem(client.post(path, json=body), errors.BEYOND_LIMITS)
        client.delete("/v1/scenarios/first")
        assert client.post("/v1/sessions", json={"scenario": written}).status_code == 201
        assert_problem(client.post("/v1/runs", json={"scenario": written}), errors.BEYOND_LIMITS)


@pytest.mark.parametrize(
    "sent",
    ["Bearer", "Bearer ", "Basic YTpi", "Bearer ck_", "Bearer ck_12345678_secret", "Bearer " + "x" * 5000],
)
def test_what_is_no_key_is_refused_and_not_repeated(closed: tuple[TestClient, KeyTable], sent: str) -> None:
    client, _ = closed
    refused = client.get("/v1/runs", headers={"Authorization": sent})
    assert_problem(refused, errors.NO_KEY)
    assert "secret" not in refused.text
    assert "xxx" not in refused.text


@on_both_databases
def test_a_scope_allows_what_those_before_it_allow(
    closed: tuple[TestClient, KeyTable], written: dict[str, Any]
) -> None:
    client, table = closed
    tokens = {scope: bearing(table.add(scope, scope)[1]) for scope in SCOPES}
    order = {"scenario": written, "replications": 1}
    assert [client.get("/v1/runs", headers=tokens[scope]).status_code for scope in SCOPES] == [200] * 4
    ordered = [client.post("/v1/runs", json=order, headers=tokens[scope]).status_code for scope in SCOPES]
    assert ordered == [403, 202, 202, 202]
    assert_problem(client.post("/v1/runs", json=order, headers=tokens["view"]), errors.NOT_ALLOWED)


@on_both_databases
def test_a_revoked_key_ends(closed: tuple[TestClient, KeyTable], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "KNOWN_FOR", 0.0)
    client, table = closed
    key, token = table.add("office", "view")
    assert client.get("/v1/runs", headers=bearing(token)).status_code == 200
    assert [each.last_used is not None for each in table.all()] == [True]
    assert table.revoke(key.id)
    assert not table.revoke(key.id)
    assert_problem(client.get("/v1/runs", headers=bearing(token)), errors.NO_KEY)


@on_both_databases
def test_a_secret_is_stored_nowhere(closed: tuple[TestClient, KeyTable]) -> None:
    from platform_api.store.dump import dumped

    _, table = closed
    _, token = table.add("office", "run")
    stored = "\n".join(dumped(table._engine))
    assert "office" in stored
    assert token.rpartition("_")[2] not in stored


@on_both_databases
def test_a_run_is_stopped_and_deleted_by_who_ordered_it(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    app = make_app(gate, require_keys=True)
    with client_of(app) as client:
        mine, other, admin = (
            bearing(table_of(app).add(name, scope)[1])
            for name, scope in (("mine", "run"), ("other", "run"), ("admin", "admin"))
        )
        run = client.post("/v1/runs", json={"scenario": written}, headers=mine).json()["id"]
        wait_for(lambda: gate.at_work == 1)
        assert client.get(f"/v1/runs/{run}", headers=other).status_code == 200
        for path in (f"/v1/runs/{run}", f"/v1/runs/{run}/files"):
            assert_problem(client.delete(path, headers=other), errors.NOT_ALLOWED)
        gate.open.set()
        bearer = client.headers.copy()
        client.headers.update(mine)
        assert wait_for_end(client, run)["state"] == "succeeded"
        client.headers = bearer
        assert client.delete(f"/v1/runs/{run}/files", headers=admin).status_code == 204


def test_who_asks_too_often_is_told_when_to_come_back(make_app: MakeApp) -> None:
    app = make_app(require_keys=True, requests_per_second=1.0)
    with client_of(app) as client:
        one, other = (bearing(table_of(app).add(name, "view")[1]) for name in ("one", "other"))
        answers = [client.get("/v1/runs", headers=one) for _ in range(6)]
        assert [answer.status_code for answer in answers[:4]] == [200] * 4
        assert_problem(answers[-1], errors.TOO_OFTEN)
        assert int(answers[-1].headers["Retry-After"]) == 1
        assert client.get("/v1/runs", headers=other).status_code == 200


def test_guessing_keys_is_slowed_down_and_locks_nobody_out(closed: tuple[TestClient, KeyTable]) -> None:
    client, table = closed
    right = bearing(table.add("right", "view")[1])
    assert client.get("/v1/runs", headers=right).status_code == 200
    guesses = [client.get("/v1/runs", headers=bearing(f"{number:064}")) for number in range(99)]
    codes = [answer.status_code for answer in guesses]
    assert codes[:30] == [401] * 30
    assert 429 in codes
    slowed = guesses[codes.index(429)]
    assert_problem(slowed, errors.TOO_OFTEN)
    assert int(slowed.headers["Retry-After"]) >= 1
    assert client.get("/v1/runs", headers=right).status_code == 200


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("platform_api.guard.time.monotonic", lambda: now[0])
    bucket = Bucket(rate=2.0, burst=3.0)
    assert [bucket.take() for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    now[0] += 0.5
    assert bucket.take() == 0.0
    now[0] += 100
    assert [bucket.take() > 0 for _ in range(4)] == [False, False, False, True]


@on_both_databases
def test_who_has_stored_too_much_is_told(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app(max_stored_bytes=10)) as client:
        first = client.post("/v1/runs", json={"scenario": written, "replications": 1}).json()["id"]
        wait_for_end(client, first)
        refused = client.post("/v1/runs", json={"scenario": written, "replications": 1})
        assert assert_problem(refused, errors.BEYOND_LIMITS).problems[0].place == "stored"
        client.delete(f"/v1/runs/{first}/files")
        again = client.post("/v1/runs", json={"scenario": written, "replications": 1})
        assert again.status_code == 202


def test_every_answer_keeps_a_browser_safe(make_app: MakeApp) -> None:
    with client_of(make_app()) as client:
        for path in ("/healthz", "/v1/runs", "/nowhere"):
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert len(headers["X-Request-Id"]) == 16
        elsewhere = client.get("/v1/runs", headers={"Origin": "https://example.org"})
        assert not [name for name in elsewhere.headers if name.startswith("access-control")]


def test_the_log_names_requests_and_holds_no_secret(
    make_app: MakeApp, written: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_standard_error()
    app = make_app(require_keys=True)
    with client_of(app) as client:
        token = table_of(app).add("office", "run")[1]
        answer = client.post("/v1/runs?plate=12C-34567", json={"scenario": written}, headers=bearing(token))
    said = capsys.readouterr().err
    assert answer.headers["X-Request-Id"] in said
    assert token not in said
    assert "12C-34567" not in said


def test_a_cookie_reads_and_changes_nothing(closed: tuple[TestClient, KeyTable]) -> None:
    """Any page may make a browser send a cookie along; only our own can send the header."""
    client, table = closed
    _, token = table.add("office", "admin")
    client.cookies.set(guard.COOKIE, token)
    assert client.get("/v1/scenarios").status_code == 200
    order = {"scenario": "lang-son-2025-03-12", "replications": 1}
    assert_problem(client.post("/v1/runs", json=order), errors.NO_KEY)
    assert_problem(client.delete("/v1/runs/20250312-001500-5f3a9c1e"), errors.NO_KEY)
    client.cookies.set(guard.COOKIE, "of nobody")
    assert_problem(client.get("/v1/scenarios"), errors.NO_KEY)
