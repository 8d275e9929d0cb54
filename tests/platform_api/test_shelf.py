"""Scenarios that users store: versions, two who change at once, names, differences, runs by name."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.examples import SMALL_YAML
from scenarios import library
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases
from tests.platform_api.helpers import assert_problem, order_and_wait
from tests.platform_api.test_guard import bearing, table_of

BASED = """\
name: longer-night
based_on: lang-son-2025-03-12
title: {vi: Đêm dài, en: A longer night}
question: {vi: Thêm giờ thì sao?, en: What do more hours do?}
"""


def store(client: TestClient, text: str) -> Any:
    return client.post("/v1/scenarios", content=text.encode(), headers={"Content-Type": "application/yaml"})


def change(client: TestClient, name: str, text: str, tag: str | None, **headers: str) -> Any:
    told = {"Content-Type": "application/yaml", **headers} | ({"If-Match": tag} if tag else {})
    return client.put(f"/v1/scenarios/{name}", content=text.encode(), headers=told)


@on_both_databases
def test_a_stored_scenario_is_read_changed_compared_run_and_deleted(make_app: MakeApp) -> None:
    with client_of(make_app()) as client:
        stored = store(client, SMALL_YAML)
        assert (stored.status_code, stored.json()["version"]) == (201, 1)
        address = stored.headers["Location"]
        assert client.get(address).headers["ETag"] == stored.headers["ETag"]
        assert client.get(f"{address}/written").text == SMALL_YAML
        assert client.get("/v1/scenarios").json()["scenarios"][-1]["name"] == "one-counter"

        faster = SMALL_YAML.replace("value: 5 min", "value: 4 min")
        changed = change(client, "one-counter", faster, stored.headers["ETag"])
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert client.get(f"{address}/written?version=1").text == SMALL_YAML
        assert client.get(f"{address}/written").text == faster
        assert [v["version"] for v in client.get(f"{address}/versions").json()["versions"]] == [2, 1]
        where = "/v1/scenarios:diff?a=one-counter&b=one-counter&a_version=1"
        paths = {each["path"] for each in client.get(where).json()["differences"]}
        assert any("papers" in path for path in paths), paths

        ticket = order_and_wait(client, scenario="one-counter", seed=1, replications=1)
        assert (ticket["state"], ticket["named"]) == ("succeeded", False)
        varied = order_and_wait(
            client,
            scenario="one-counter",
            seed=1,
            replications=1,
            overrides={"resources.officer.capacity": 2},
        )
        assert varied["digest"] != ticket["digest"]
        assert client.delete(address).status_code == 204
        assert_problem(client.get(address), errors.UNKNOWN_SCENARIO)
        assert client.get(f"/v1/runs/{ticket['id']}/kpis").status_code == 200
    with client_of(make_app()) as client:
        assert len(client.get("/v1/scenarios").json()["scenarios"]) == len(library.names())


@on_both_databases
def test_of_two_who_change_at_once_one_is_told(make_app: MakeApp) -> None:
    with client_of(make_app()) as client, ThreadPoolExecutor(6) as users:
        tag = store(client, SMALL_YAML).headers["ETag"]
        texts = [SMALL_YAML.replace("value: 5 min", f"value: {n} min") for n in (3, 4, 6, 7, 8)]
        answers = list(users.map(lambda text: change(client, "one-counter", text, tag), texts))
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
        refused = next(answer for answer in answers if answer.status_code == 412)
        assert_problem(refused, errors.CHANGED)
        assert_problem(change(client, "one-counter", SMALL_YAML, None), errors.TAG_NEEDED)
        assert_problem(client.delete("/v1/scenarios/one-counter", headers={"If-Match": tag}), errors.CHANGED)


def test_one_based_on_the_library_is_stored_and_drawn(client: TestClient) -> None:
    assert store(client, BASED).status_code == 201
    picture = client.get("/v1/scenarios/longer-night/picture?language=en")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    told = client.get("/v1/scenarios/longer-night/plan").json()
    assert told["plan"] == client.get("/v1/scenarios/lang-son-2025-03-12/plan").json()["plan"]
    assert told["plan"]["stations"]["export_call"]["steps"] == ["export_call"]
    assert client.get("/v1/scenarios/lao-cai-dossiers/plan").json()["plan"] is None
    found = client.get("/v1/scenarios:diff?a=lang-son-2025-03-12&b=longer-night").json()["differences"]
    assert {"name", "title.en", "question.vi"} <= {each["path"] for each in found}
    resolved = client.get("/v1/scenarios/longer-night/resolved").json()
    assert resolved["name"] == "longer-night"
    assert "properties" in client.get("/v1/scenarios:schema").json()


def test_the_library_stays_as_it_is(client: TestClient) -> None:
    name = library.names()[0]
    text = SMALL_YAML.replace("name: one-counter", f"name: {name}")
    assert_problem(store(client, text), errors.NAME_TAKEN)
    tag = client.get(f"/v1/scenarios/{name}").headers["ETag"]
    assert_problem(change(client, name, text, tag), errors.NOT_ALLOWED)
    assert_problem(client.delete(f"/v1/scenarios/{name}"), errors.NOT_ALLOWED)


def test_what_is_wrong_is_told_and_nothing_is_stored(client: TestClient) -> None:
    assert_problem(store(client, SMALL_YAML.replace("8 /h", "8")), errors.WRONG_SCENARIO)
    store(client, SMALL_YAML)
    assert_problem(store(client, SMALL_YAML), errors.NAME_TAKEN)
    tag = client.get("/v1/scenarios/one-counter").headers["ETag"]
    other = SMALL_YAML.replace("name: one-counter", "name: another")
    assert_problem(change(client, "one-counter", other, tag), errors.WRONG_REQUEST)
    assert_problem(client.get("/v1/scenarios/one-counter?version=9"), errors.UNKNOWN_SCENARIO)
    assert len(client.get("/v1/scenarios/one-counter/versions").json()["versions"]) == 1


def test_json_is_taken_too(client: TestClient, written: dict[str, Any]) -> None:
    assert client.post("/v1/scenarios", json=written).status_code == 201
    assert json.loads(client.get("/v1/scenarios/one-counter/written").text) == written


@pytest.mark.parametrize(
    "query", ["a=nobody&b=lang-son-700k", "a=lang-son-700k", "a=lang-son-700k&b=x&b_version=0"]
)
def test_a_wrong_comparison_is_told(client: TestClient, query: str) -> None:
    assert_problem(client.get(f"/v1/scenarios:diff?{query}"))


def test_only_who_stored_it_may_change_it(make_app: MakeApp) -> None:
    app = make_app(require_keys=True)
    with client_of(app) as client:
        mine, other = (bearing(table_of(app).add(name, "run")[1]) for name in ("mine", "other"))
        headers = {"Content-Type": "application/yaml", **mine}
        tag = client.post("/v1/scenarios", content=SMALL_YAML.encode(), headers=headers).headers["ETag"]
        assert_problem(change(client, "one-counter", SMALL_YAML, tag, **other), errors.NOT_ALLOWED)
        assert_problem(client.delete("/v1/scenarios/one-counter", headers=other), errors.NOT_ALLOWED)
        assert client.get("/v1/scenarios/one-counter", headers=other).status_code == 200
        assert client.delete("/v1/scenarios/one-counter", headers=mine).status_code == 204
