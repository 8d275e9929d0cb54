"""Every address of the API, in process."""

import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.examples import SMALL_YAML
from scenarios import library
from tests.platform_api.conftest import MakeApp, client_of, resolved
from tests.platform_api.helpers import assert_problem, order_and_wait, wait_for_end


def test_the_library_is_listed_with_its_questions(client: TestClient) -> None:
    listed = client.get("/v1/scenarios").json()["scenarios"]
    assert [item["name"] for item in listed] == list(library.names())
    assert all(item["question"]["vi"] and item["question"]["en"] for item in listed)


def test_a_scenario_tells_its_size_and_its_sources(client: TestClient) -> None:
    name = library.names()[0]
    card = client.get(f"/v1/scenarios/{name}").json()
    scenario = library.load(name).resolved
    assert card["counts"]["steps"] == len(scenario.steps)
    assert card["expected_entities"] > 0
    assert len(card["parameters"]) == len(scenario.parameters)


def test_an_unknown_scenario_is_told_with_the_nearest_name(client: TestClient) -> None:
    problem = assert_problem(client.get("/v1/scenarios/lang-son-700"), errors.UNKNOWN_SCENARIO)
    assert "lang-son-700k" in problem.problems[0].remedy.en


@pytest.mark.parametrize("name", ["..%2F..%2Fsecret", "%2Fetc%2Fpasswd", "lang-son-700k.yaml"])
def test_a_path_is_no_name(client: TestClient, name: str) -> None:
    assert_problem(client.get(f"/v1/scenarios/{name}"))


def test_a_written_scenario_is_checked_alike_as_json_and_yaml(
    client: TestClient, written: dict[str, Any]
) -> None:
    as_json = client.post("/v1/scenarios:check", json={"scenario": written})
    as_yaml = client.post(
        "/v1/scenarios:check", content=SMALL_YAML.encode(), headers={"Content-Type": "application/yaml"}
    )
    assert as_json.status_code == as_yaml.status_code == 200
    assert as_json.json() == as_yaml.json()


def test_all_problems_of_a_scenario_are_told_at_once(client: TestClient, written: dict[str, Any]) -> None:
    written["resources"]["officer"]["capacity"] = -1
    written["steps"]["papers"]["time"] = "5"
    answer = client.post("/v1/scenarios:check", json={"scenario": written})
    problem = assert_problem(answer, errors.WRONG_SCENARIO)
    places = {item.place for item in problem.problems}
    assert {"resources.officer.capacity", "steps.papers.time"} <= places
    assert all(item.line is None for item in problem.problems)


def test_problems_of_a_yaml_text_tell_the_line(client: TestClient) -> None:
    broken = SMALL_YAML.replace("capacity: {value: 1", "capacity: {value: -1")
    answer = client.post(
        "/v1/scenarios:check", content=broken.encode(), headers={"Content-Type": "application/yaml"}
    )
    line = broken[: broken.index("value: -1")].count("\n") + 1
    assert line in [item.line for item in assert_problem(answer, errors.WRONG_SCENARIO).problems]


def test_a_run_goes_from_order_to_answer(client: TestClient, written: dict[str, Any]) -> None:
    ordered = client.post("/v1/runs", json={"scenario": written, "seed": 7, "replications": 3})
    assert ordered.status_code == 202
    assert ordered.json()["state"] == "queued"
    assert ordered.headers["Location"] == f"/v1/runs/{ordered.json()['id']}"

    ticket = wait_for_end(client, ordered.json()["id"])
    assert (ticket["state"], ticket["problems"]) == ("succeeded", [])
    assert (ticket["progress"]["done"], len(ticket["digest"])) == (1.0, 3)

    answer = client.get(ordered.headers["Location"] + "/kpis").json()
    assert all(type(answer["timing"][count]) is int for count in ("entities", "visits", "events"))
    assert answer["digest"] == ticket["digest"]
    arrived = next(k for k in answer["kpis"] if k["name"] == "arrived" and k["labels"] == {"flow": "truck"})
    assert arrived["n"] == 3
    assert arrived["half_width"] > 0
    assert arrived["p10"] <= arrived["mean"] <= arrived["p90"]


def test_the_same_order_gives_the_same_answer(client: TestClient, written: dict[str, Any]) -> None:
    first, second = (order_and_wait(client, scenario=written, seed=5, replications=2) for _ in range(2))
    assert first["digest"] == second["digest"]
    other = order_and_wait(client, scenario=written, seed=6, replications=2)
    assert not set(first["digest"]) & set(other["digest"])


def test_without_a_seed_one_is_drawn_and_told(client: TestClient, written: dict[str, Any]) -> None:
    drawn = order_and_wait(client, scenario=written, replications=1)
    again = order_and_wait(client, scenario=written, replications=1, seed=drawn["seed"])
    assert again["digest"] == drawn["digest"]


def test_overrides_vary_a_scenario(client: TestClient, written: dict[str, Any]) -> None:
    plain = order_and_wait(client, scenario=written, seed=5, replications=1)
    varied = order_and_wait(
        client, scenario=written, seed=5, replications=1, overrides={"resources.officer.capacity": 2}
    )
    assert varied["overrides"] == {"resources.officer.capacity": 2}
    assert varied["digest"] != plain["digest"]


def test_runs_are_listed_the_newest_first(client: TestClient, written: dict[str, Any]) -> None:
    runs = [order_and_wait(client, scenario=written, replications=1)["id"] for _ in range(3)]
    assert [run["id"] for run in client.get("/v1/runs").json()["runs"]] == runs[::-1]
    assert [run["id"] for run in client.get("/v1/runs?limit=1&state=succeeded").json()["runs"]] == runs[-1:]
    assert client.get("/v1/runs?state=failed").json() == {"runs": []}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_run_is_told(client: TestClient, method: str) -> None:
    assert_problem(client.request(method, "/v1/runs/nobody"), errors.UNKNOWN_RUN)


def test_an_answer_is_not_there_before_the_end(make_app: MakeApp, written: dict[str, Any]) -> None:
    def never(*_: Any, cancel: Any, **__: Any) -> Any:
        from sim.run import Cancelled

        while not cancel():
            pass
        raise Cancelled

    with client_of(make_app(never)) as client:
        run = client.post("/v1/runs", json={"scenario": written}).json()["id"]
        assert_problem(client.get(f"/v1/runs/{run}/kpis"), errors.NO_RESULT)
        client.delete(f"/v1/runs/{run}")
        assert wait_for_end(client, run)["state"] == "cancelled"
        assert_problem(client.get(f"/v1/runs/{run}/kpis"), errors.NO_RESULT)


def test_results_outlive_the_service(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, scenario=written, replications=2)
        answer = client.get(f"/v1/runs/{ticket['id']}/kpis").json()
    with client_of(make_app()) as client:
        assert client.get(f"/v1/runs/{ticket['id']}").json() == ticket
        assert client.get(f"/v1/runs/{ticket['id']}/kpis").json() == answer


def test_a_folder_that_cannot_be_read_harms_nobody(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "runs" / "broken").mkdir(parents=True)
    (tmp_path / "runs" / "broken" / "ticket.json").write_text("{", encoding="utf-8")
    with client_of(make_app()) as client:
        kept = order_and_wait(client, scenario=written, replications=1)
    (tmp_path / "runs" / kept["id"] / "result.json").unlink()
    for file in tmp_path.glob("cuakhau.db*"):
        file.unlink()
    with client_of(make_app()) as client:
        assert_problem(client.get(f"/v1/runs/{kept['id']}/kpis"), errors.UNKNOWN_RUN)
        assert order_and_wait(client, scenario=written, replications=1)["state"] == "succeeded"


def test_only_what_was_abandoned_is_swept_away(make_app: MakeApp, tmp_path: Path) -> None:
    fresh, old = (tmp_path / "runs" / f".{name}.partial" for name in ("fresh", "old"))
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    with client_of(make_app()):
        assert list((tmp_path / "runs").iterdir()) == [fresh]


def test_the_oldest_runs_are_let_go(make_app: MakeApp, written: dict[str, Any], tmp_path: Path) -> None:
    with client_of(make_app(max_kept=2)) as client:
        runs = [order_and_wait(client, scenario=written, replications=1)["id"] for _ in range(4)]
        assert_problem(client.get(f"/v1/runs/{runs[0]}"), errors.UNKNOWN_RUN)
    assert {path.name for path in (tmp_path / "runs").iterdir()} == set(runs[2:])


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_an_unknown_address_is_told_with_the_nearest(client: TestClient) -> None:
    problem = assert_problem(client.get("/v1/run"), errors.UNKNOWN_PATH)
    assert "/v1/runs" in problem.problems[0].remedy.en
    assert_problem(client.get("/v1/runs/"), errors.UNKNOWN_PATH)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/runs", "GET, POST"),
        ("PATCH", "/v1/runs/some", "DELETE, GET"),
        ("GET", "/v1/scenarios:check", "POST"),
        ("POST", "/healthz", "GET"),
        ("DELETE", "/openapi.json", "GET, HEAD"),
        ("BREW", "/metrics", "GET"),
    ],
)
def test_a_wrong_method_is_told_with_all_that_are_allowed(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert_problem(answer, errors.WRONG_METHOD)
    assert answer.headers["Allow"] == allowed


def test_a_foreign_host_is_refused(client: TestClient) -> None:
    assert_problem(client.get("/healthz", headers={"Host": "evil.example"}), errors.WRONG_HOST)
    assert client.get("/healthz", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[::1]:8000"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "given"), [("vi", "vi"), ("vi-VN,en;q=0.5", "vi"), ("en,vi;q=0.9", "en"), ("", "en")]
)
def test_title_and_detail_follow_the_language(client: TestClient, asked: str, given: str) -> None:
    answer = client.get("/v1/runs/nobody", headers={"Accept-Language": asked})
    title = assert_problem(answer, errors.UNKNOWN_RUN).title
    assert title == getattr(errors.UNKNOWN_RUN.title, given)
    assert answer.headers["Content-Language"] == given


def test_a_fault_of_the_program_tells_nothing_of_its_inside(
    make_app: MakeApp, written: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    def faulty(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret")

    with client_of(make_app(faulty)) as client:
        ticket = order_and_wait(client, scenario=written)
        assert ticket["state"] == "failed"
        assert "secret" not in str(ticket)
        client.app.state.parts.runs.get = faulty  # type: ignore[attr-defined]
        answer = client.get("/v1/runs/any")
    assert_problem(answer, errors.SERVER_FAULT)
    assert "secret" not in answer.text


def test_what_a_run_is_is_kept_with_it(client: TestClient, written: dict[str, Any], tmp_path: Path) -> None:
    ticket = order_and_wait(client, scenario=written, seed=3, replications=2)
    from platform_api import results

    result, scenario = results.load(tmp_path / "runs" / ticket["id"])
    assert scenario == resolved(written)
    assert (result.seed, result.digest) == (3, tuple(ticket["digest"]))
