"""Experiments over HTTP: ordered as designs are written, done like runs, answered as the commands answer."""

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.answers import Answers
from platform_api.examples import A_SMALL_COMPARISON
from platform_api.experiment_order import settle
from platform_api.exploring import Errand, Explored, done
from platform_api.following import Advance
from platform_api.journal import LINES
from platform_api.kinds import KINDS
from platform_api.runner import RunFailed
from scenarios.errors import Problem, ScenarioError
from scenarios.resolved import Label
from sim.run import Cancelled
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases
from tests.platform_api.helpers import ENDED, assert_problem, assert_stands_alone
from tests.platform_api.test_cli import cuakhau
from tests.platform_api.test_runs import wait_for
from tests.platform_api.test_store import events

COST = {
    "value": "800000 VND", "range": ["500000 VND", "1200000 VND"], "source": "assumption", "owner": "customs",
}  # fmt: skip
OFFICERS = "resources.officer.capacity"

COMPARE: dict[str, Any] = {
    "kind": "compare", "variants": {"two": {"overrides": {OFFICERS: 2}}},
    "outcomes": ["cohort_dwell_mean"], "replications": 5, "seed": 1,
}  # fmt: skip
OF_EACH_KIND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "compare": (
        COMPARE, [f"two:{OFFICERS}=2", "--outcome", "cohort_dwell_mean", "--replications", "5"],
    ),
    "sweep": (
        {"kind": "sweep", "factors": {"officers": {"path": OFFICERS, "values": ["1", "2"]}}, "seed": 1,
         "replications": 3, "outcomes": ["cohort_dwell_mean"]},
        [f"officers:{OFFICERS}=1,2", "--outcome", "cohort_dwell_mean", "--replications", "3"],
    ),
    "resilience": (
        {"kind": "resilience", "replications": 2, "seed": 1, "every": "6 h", "lasts": "1 h"},
        ["--replications", "2", "--every", "6 h", "--lasts", "1 h"],
    ),
    "why": (
        {"kind": "why", "replications": 2, "seed": 1, "ranges": 2},
        ["--replications", "2", "--ranges", "2"],
    ),
    "forecast": (
        {"kind": "forecast", "replications": 4, "seed": 1, "horizon": "10 h", "limit": 6,
         "situation": {"waiting": [{"flow": "truck", "at": "papers", "count": 5}]},
         "actions": {"two": {"overrides": {OFFICERS: 2}}}},
        ["--replications", "4", "--horizon", "10 h", "--limit", "6", "--waiting", "truck@papers=5",
         "--action", f"two:{OFFICERS}=2"],
    ),
    "optimise": (
        {"kind": "optimise", "seed": 1, "replications": 10, "targets": ["80 % within 4 h"],
         "objective": {"at_most": 20},
         "decisions": {"officers": {"path": OFFICERS, "range": [1, 2], "cost": COST}}},
        [],
    ),
}  # fmt: skip
"""Of each kind an order without its base, and what the command is told for the same."""


def order_and_wait(client: TestClient, **order: Any) -> dict[str, Any]:
    answer = client.post("/v1/experiments", json=order)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/experiments/{answer.json()['id']}"
    return wait_for_end(client, answer.json()["id"])


def wait_for_end(client: TestClient, experiment: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        ticket: dict[str, Any] = client.get(f"/v1/experiments/{experiment}").json()
        if ticket["state"] in ENDED:
            return ticket
        time.sleep(0.02)
    raise AssertionError(f"{experiment} has not ended")


def answer_of(client: TestClient, **order: Any) -> dict[str, Any]:
    ticket = order_and_wait(client, **order)
    assert ticket["state"] == "succeeded", ticket["problems"]
    found: dict[str, Any] = client.get(f"/v1/experiments/{ticket['id']}/answer").json()
    return found


# ---- what is answered
TOLD_APART = ("seconds", "name", "sides")
"""Of an answer: the time it took, and how the scenario was named."""


@pytest.mark.parametrize("kind", sorted(set(OF_EACH_KIND) - {"optimise"}))
def test_the_answer_is_the_command_s_to_the_last_bit(
    kind: str, client: TestClient, written: dict[str, Any], tmp_path: Path
) -> None:
    order, words = OF_EACH_KIND[kind]
    file = tmp_path / "one-counter.yaml"
    file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    said = cuakhau(kind, str(file), *words, "--seed", "1", "--json")
    assert said.exit_code == 0, said.output
    expected = json.loads(said.stdout)
    found = answer_of(client, **order, base=written)
    for name in expected.keys() - set(TOLD_APART):
        assert found[name] == expected[name], name
    KINDS[kind].answer_class().from_json(json.dumps(found))


def test_a_design_of_the_library_is_ordered_by_its_name(written: dict[str, Any]) -> None:
    settled = settle(
        {"kind": "optimise", "design": "lang-son-cheapest-hours", "seed": 7, "replications": 12},
    )
    design = settled.asked()
    assert (design.seed, design.replications, design.name) == (7, 12, "lang-son-cheapest-hours")
    assert design.wanted is not None
    changed = settle(
        {"kind": "compare", "design": "lang-son-hours-and-scanner", "precision": {"within": "9 min"}},
    )
    assert changed.asked().precision is not None


def test_an_optimisation_is_answered_with_everything_besides(
    client: TestClient, written: dict[str, Any]
) -> None:
    order, _ = OF_EACH_KIND["optimise"]
    ticket = order_and_wait(client, **order, base=written)
    assert (ticket["state"], ticket["kind"], ticket["scenario"]) == ("succeeded", "optimise", "one-counter")
    progress = ticket["progress"]
    assert (progress["done"], progress["finished"]) == (1.0, progress["planned"])
    at = f"/v1/experiments/{ticket['id']}"
    page = client.get(f"{at}/report?language=en")
    assert_stands_alone(page.text)
    assert '<html lang="en"' in page.text
    assert "@order.json" in page.text
    csv = client.get(f"{at}/download?format=csv")
    assert csv.headers["Content-Disposition"].endswith('combinations.csv"')
    assert csv.text.count("\n") == 3
    assert client.get(f"{at}/download?format=parquet").content[:4] == b"PAR1"
    assert client.get(f"{at}/download?format=xlsx").content[:2] == b"PK"
    for wrong in ("format=pdf", "format=csv&table=nobody", "format=csv&table=../order"):
        assert_problem(client.get(f"{at}/download?{wrong}"), errors.WRONG_REQUEST)
    told = client.get(f"{at}/files").json()["files"]
    assert {file["name"] for file in told} >= {"answer.json", "order.json", "report.vi.html", "data.xlsx"}
    part = client.get(f"{at}/files/answer.json", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)
    again = client.post("/v1/experiments", json=client.get(f"{at}/files/order.json").json())
    assert wait_for_end(client, again.json()["id"])["state"] == "succeeded"
    one, other = (
        client.get(f"/v1/experiments/{i}/answer").json() for i in (ticket["id"], again.json()["id"])
    )
    assert one | {"seconds": 0} == other | {"seconds": 0}


def test_the_order_can_be_sent_again_anywhere(client: TestClient, written: dict[str, Any]) -> None:
    order = {word: value for word, value in COMPARE.items() if word != "seed"} | {"base": written}
    ticket = order_and_wait(client, **order)
    told = client.get(f"/v1/experiments/{ticket['id']}/order").json()
    assert told["seed"] == ticket["seed"]
    assert told["base"]["name"] == "one-counter"
    assert client.post("/v1/experiments", json=told).json()["id"] == ticket["id"]


def test_an_estimate_is_told_at_once(client: TestClient, written: dict[str, Any]) -> None:
    told = client.post("/v1/scenarios:estimate", json={"scenario": written}).json()
    assert told["scenario"] == "one-counter"
    dwell = next(each for each in told["figures"] if each["name"] == "dwell_mean")
    assert dwell["low"] < dwell["value"] < dwell["high"]
    one = cuakhau("estimate", "lang-son-2025-03-12", "--json")
    named = client.post("/v1/scenarios:estimate", json={"scenario": "lang-son-2025-03-12"})
    assert named.json() == json.loads(one.stdout)
    assert_problem(
        client.post("/v1/scenarios:estimate", json={"scenario": "nobody"}), errors.UNKNOWN_SCENARIO
    )


# ---- scenarios
@on_both_databases
def test_a_stored_scenario_stays_as_it_was_when_it_was_ordered(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    go = threading.Event()

    def later(errand: Errand, crew: Any, follow: Any, cancel: Any) -> Explored:
        assert go.wait(60)
        return done(errand, follow, cancel)

    with client_of(make_app(explore=later)) as client:
        mine = written | {"name": "my-gate"}
        stored = client.post("/v1/scenarios", json=mine)
        ordered = client.post("/v1/experiments", json=COMPARE | {"base": "my-gate"}).json()
        other = mine | {"window": "5 h"}
        tag = {"If-Match": stored.headers["ETag"]}
        assert client.put("/v1/scenarios/my-gate", json=other, headers=tag).status_code == 200
        go.set()
        assert wait_for_end(client, ordered["id"])["state"] == "succeeded"
        before = client.get(f"/v1/experiments/{ordered['id']}/answer").json()
        assert before["window"] == 10 * 3_600_000
        assert answer_of(client, **COMPARE, base=mine)["differences"] == before["differences"]
        assert answer_of(client, **COMPARE, base="my-gate")["window"] == 5 * 3_600_000


def test_variants_may_be_other_scenarios_by_name_or_whole(
    client: TestClient, written: dict[str, Any]
) -> None:
    faster = json.loads(json.dumps(written))
    faster["steps"]["papers"]["time"]["mean"] = {"value": "4 min", "range": ["3 min", "8 min"],
                                                 "source": "assumption", "owner": "customs"}  # fmt: skip
    client.post("/v1/scenarios", json=faster | {"name": "faster"})
    variants = {"whole": {"scenario": faster}, "named": {"scenario": "faster"}}
    told = answer_of(client, **(COMPARE | {"variants": variants}), base=written)
    means = [each["mean"] for each in told["differences"]]
    assert means[0] == means[1] < 0


@pytest.mark.parametrize("path", ["FILE", "one-counter.yaml", "/etc/passwd"])
def test_no_file_of_the_server_is_reached(
    client: TestClient, written: dict[str, Any], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = json.dumps(written | {"question": {"vi": "bí mật", "en": "secret"}}, ensure_ascii=False)
    for name in ("one-counter.yaml", "design.yaml", "variants.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    name = str(tmp_path / "one-counter.yaml") if path == "FILE" else path
    listed = json.loads(json.dumps(written))
    listed["flows"]["truck"]["arrivals"] = {"list": {"file": name}}
    orders = [order | {"base": name} for order, _ in OF_EACH_KIND.values()]
    orders += [
        COMPARE | {"base": written, "variants": {"other": {"scenario": name}}},
        COMPARE | {"base": {"name": "x", "based_on": name}},
        COMPARE | {"base": listed},
        {"kind": "compare", "design": name},
    ]
    for order in orders:
        refused = client.post("/v1/experiments", json=order)
        assert_problem(refused, errors.WRONG_EXPERIMENT)
        assert "secret" not in refused.text
        assert "root:" not in refused.text


@pytest.mark.parametrize(
    ("order", "place"),
    [
        ([], "body"),
        ({"kind": "guess"}, "kind"),
        ({"kind": ["compare"]}, "kind"),
        (COMPARE | {"kind": "sweep"}, "kind"),
        (COMPARE | {"fresh": 1}, "fresh"),
        (COMPARE | {"precision": {"within": "5 min"}}, "body"),
        (COMPARE | {"outcomes": ["nonsense"]}, "outcomes[0]"),
        (COMPARE | {"variants": {"two": {"overrides": {"resources.officers.capacity": 2}}}}, "variants.two"),
        (COMPARE | {"seed": -1}, "seed"),
        (COMPARE | {"surprise": 1}, "surprise"),
        ({"kind": "resilience", "targets": ["agency.nobody"]}, "target"),
        ({"kind": "resilience", "every": "1 s"}, "every"),
        ({"kind": "resilience", "lasts": "-2 h"}, "lasts"),
        ({"kind": "why", "ranges": 1_000_000}, "ranges"),
        ({"kind": "forecast", "limit": "nowhere"}, "limit"),
        ({"kind": "forecast", "actions": {"a": {"overrides": {"x.y": 1}}}}, "action"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    client: TestClient, written: dict[str, Any], order: Any, place: str
) -> None:
    body = order | {"base": written} if isinstance(order, dict) else order
    problem = assert_problem(client.post("/v1/experiments", json=body), errors.WRONG_EXPERIMENT)
    assert place in problem.problems[0].place or place == "lasts"
    assert client.get("/v1/experiments").json() == {"experiments": []}


def test_limits_are_told(make_app: MakeApp, written: dict[str, Any], endless: dict[str, Any]) -> None:
    with client_of(make_app(max_replications=4, max_entities=500, max_run_seconds=0.5)) as client:
        for order in (
            COMPARE | {"base": written},
            COMPARE
            | {"base": written, "replications": 2, "variants": {"more": {"overrides": {"window": "90 d"}}}},
            COMPARE | {"base": endless, "replications": 2},
        ):
            refused = client.post("/v1/experiments", json=order)
            assert refused.status_code == 422, refused.text
    with client_of(make_app(max_run_seconds=0.5)) as client:
        ticket = order_and_wait(client, **(COMPARE | {"replications": 500}), base=endless | {"name": "long"})
        assert ticket["state"] == "failed"
        assert "0.5 s" in ticket["problems"][0]["message"]["en"]


# ---- the queue
@on_both_databases
def test_lists_keys_and_equal_orders(make_app: MakeApp, written: dict[str, Any]) -> None:
    order = COMPARE | {"base": written}
    with client_of(make_app()) as client:
        first = order_and_wait(client, **order)
        assert client.post("/v1/experiments", json=order).json() == first
        fresh = order_and_wait(client, **order, fresh=True)
        assert fresh["id"] != first["id"]
        keyed = [
            client.post("/v1/experiments", json=order | {"seed": 2}, headers={"Idempotency-Key": "k"}).json()[
                "id"
            ]
            for _ in range(2)
        ]
        assert keyed[0] == keyed[1]
        misused = client.post("/v1/experiments", json=order, headers={"Idempotency-Key": "k"})
        assert_problem(misused, errors.WRONG_REQUEST)
        run_with_key = client.post("/v1/runs", json={"scenario": written}, headers={"Idempotency-Key": "k"})
        assert_problem(run_with_key, errors.WRONG_REQUEST)
        wait_for_end(client, keyed[0])
        run = client.post("/v1/runs", json={"scenario": written, "replications": 1}).json()["id"]
        why = order_and_wait(client, **OF_EACH_KIND["why"][0], base=written)
        newest = [why["id"], keyed[0], fresh["id"], first["id"]]
        assert [each["id"] for each in client.get("/v1/experiments").json()["experiments"]] == newest
        assert [each["id"] for each in client.get("/v1/runs").json()["runs"]] == [run]
        page = client.get("/v1/experiments?limit=2&kind=compare&scenario=one-counter")
        following = re.fullmatch(r'<(.+)>; rel="next"', page.headers["Link"])
        assert following
        assert [each["id"] for each in client.get(following[1]).json()["experiments"]] == newest[3:]
        for at in (
            f"/v1/runs/{first['id']}",
            f"/v1/runs/{first['id']}/kpis",
            f"/v1/runs/{first['id']}/files",
        ):
            assert_problem(client.get(at), errors.UNKNOWN_RUN)
        assert_problem(client.delete(f"/v1/runs/{first['id']}"), errors.UNKNOWN_RUN)
        assert_problem(client.get(f"/v1/experiments/{run}"), errors.UNKNOWN_EXPERIMENT)
        assert_problem(client.get("/v1/experiments/nobody/answer"), errors.UNKNOWN_EXPERIMENT)


@on_both_databases
def test_it_is_followed_and_cancelled(make_app: MakeApp, endless: dict[str, Any], tmp_path: Path) -> None:
    order = COMPARE | {"base": endless | {"window": "2 h"}, "replications": 900}
    with client_of(make_app()) as client:
        experiment = client.post("/v1/experiments", json=order).json()["id"]
        at = f"/v1/experiments/{experiment}"
        assert_problem(client.get(f"{at}/answer"), errors.NO_RESULT)
        assert_problem(client.delete(f"{at}/files"), errors.NOT_ENDED)
        wait_for(lambda: client.get(at).json()["progress"]["finished"] > 1)
        told = client.get(at).json()
        assert (told["state"], told["progress"]["planned"]) == ("running", 900)
        assert 0 < told["progress"]["done"] < 1
        assert Answers(tmp_path).journals() == [experiment]
        threading.Timer(0.6, lambda: client.delete(at)).start()
        heard = events(client.get(f"{at}/events").text)
        assert [kind for _, kind, _ in heard][-1] == "ended"
        assert {kind for _, kind, _ in heard[:-1]} == {"progress"}
        assert heard[-1][2] == client.get(at).json()
        assert heard[-1][2]["state"] == "cancelled"
        wait_for(lambda: Answers(tmp_path).journals() == [])
        assert client.delete(f"{at}/files").status_code == 204
        assert_problem(client.get(at), errors.UNKNOWN_EXPERIMENT)


@on_both_databases
def test_a_run_does_not_wait_for_experiments(make_app: MakeApp, written: dict[str, Any]) -> None:
    go = threading.Event()

    def stuck(errand: Errand, crew: Any, follow: Any, cancel: Any) -> Explored:
        while not go.wait(0.01):
            if cancel():
                raise Cancelled
        return done(errand, follow, cancel)

    with client_of(make_app(explore=stuck, runs_at_once=2)) as client:
        waiting = [
            client.post("/v1/experiments", json=COMPARE | {"base": written, "seed": seed}).json()["id"]
            for seed in range(3)
        ]
        wait_for(lambda: client.get("/healthz").json()["running"] == 1)
        run = client.post("/v1/runs", json={"scenario": written, "replications": 1}).json()["id"]
        wait_for(lambda: client.get(f"/v1/runs/{run}").json()["state"] == "succeeded")
        states = [client.get(f"/v1/experiments/{each}").json()["state"] for each in waiting]
        assert states == ["running", "queued", "queued"]
        go.set()
        assert {wait_for_end(client, each)["state"] for each in waiting} == {"succeeded"}


# ---- faults
@on_both_databases
def test_what_was_found_before_a_worker_died_is_not_done_again(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    order = COMPARE | {"base": written, "replications": 40, "outcomes": ["dwell_p95"]}
    begun: list[int] = []
    lines: list[int] = []

    def dies_once(errand: Errand, crew: Any, follow: Any, cancel: Any) -> Explored:
        begun.append(len(begun))
        found: list[Advance] = []
        if len(begun) == 1:  # the service is stopped in the middle, as a worker that is killed stops
            with pytest.raises(Cancelled):
                done(errand, found.append, lambda: any(each.finished > 2 for each in found))
            threading.Thread(target=client.app.state.parts.runs.desk.close).start()  # type: ignore[attr-defined]
            wait_for(cancel)
            raise Cancelled
        kept = errand.journal / LINES
        lines.append(kept.read_bytes().count(b"\n") if kept.exists() else 0)
        return done(errand, follow, cancel)

    with client_of(make_app(explore=dies_once)) as client:
        experiment = client.post("/v1/experiments", json=order).json()["id"]
        wait_for(
            lambda: client.get(f"/v1/experiments/{experiment}").json()["state"] == "queued" and bool(begun)
        )
    with client_of(make_app(explore=dies_once)) as client:
        assert wait_for_end(client, experiment)["state"] == "succeeded"
        resumed = client.get(f"/v1/experiments/{experiment}/answer").json()
        assert lines[0] > 2
        whole = answer_of(client, **order, fresh=True)
    assert resumed["differences"] == whole["differences"]
    assert resumed["evidence"] == whole["evidence"]
    assert list((tmp_path / "runs").glob(".*")) == []


@pytest.mark.parametrize(
    "fault",
    [
        RunFailed(Label("chết", "died"), Label("thử lại", "again")),
        ScenarioError([Problem("base", "x", Label("sai", "is wrong"), Label("sửa", "mend it"))]),
        OSError(28, "No space left on device"),
        RuntimeError("nobody foresaw this"),
        MemoryError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_happens_it_ends_and_says_so(
    make_app: MakeApp, written: dict[str, Any], fault: Exception
) -> None:
    faults = [fault]

    def once(errand: Errand, crew: Any, follow: Any, cancel: Any) -> Explored:
        if faults:
            raise faults.pop()
        return done(errand, follow, cancel)

    with client_of(make_app(explore=once)) as client:
        failed = order_and_wait(client, **COMPARE, base=written)
        assert failed["state"] == "failed"
        assert all(each["remedy"]["vi"] for each in failed["problems"])
        assert order_and_wait(client, **COMPARE, base=written)["state"] == "succeeded"


def test_who_is_asked_for_and_is_not_there_is_told(client: TestClient, written: dict[str, Any]) -> None:
    ticket = order_and_wait(client, kind="why", base=written, replications=2, trucks=["truck/x9 nobody"])
    assert ticket["state"] == "failed"
    assert "nobody" in ticket["problems"][0]["value"]


@on_both_databases
def test_a_lost_database_is_made_anew_with_experiments_too(
    make_app: MakeApp, written: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, **COMPARE, base=written)
        answer = client.get(f"/v1/experiments/{ticket['id']}/answer").content
    for file in tmp_path.glob("cuakhau.db*"):
        file.unlink()
    anew = request.getfixturevalue("postgres").new_database() if database else ""
    with client_of(make_app(database=anew)) as client:
        assert client.get(f"/v1/experiments/{ticket['id']}").json() == ticket
        assert client.get(f"/v1/experiments/{ticket['id']}/answer").content == answer
        assert client.post("/v1/experiments", json=COMPARE | {"base": written}).json()["id"] == ticket["id"]


# ---- the document
def test_examples_of_orders_are_right(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/experiments"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) > 5
    for name, example in examples.items():
        settled = settle(example["value"])
        assert settled.kind.prepare(settled.asked()).scenarios, name


def test_answers_fit_the_schemas_of_the_document(client: TestClient, written: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator

    components = client.get("/openapi.json").json()["components"]
    for kind, (order, _) in OF_EACH_KIND.items():
        if kind in ("compare", "why", "forecast"):
            schema = {
                "$ref": f"#/components/schemas/{KINDS[kind].answer_class().__name__}",
                "components": components,
            }
            Draft202012Validator(schema).validate(answer_of(client, **order, base=written))


def test_the_schema_of_orders_knows_right_from_wrong(client: TestClient) -> None:
    from jsonschema import Draft202012Validator

    check = Draft202012Validator(client.get("/v1/experiments:schema").json())
    assert check.is_valid(A_SMALL_COMPARISON)
    assert check.is_valid({"kind": "compare", "design": "lang-son-hours-and-scanner", "replications": 5})
    for order, _ in OF_EACH_KIND.values():
        assert check.is_valid(order | {"base": "lang-son-2025-03-12"}), order
        assert not check.is_valid(order | {"base": "x", "surprise": 1})
