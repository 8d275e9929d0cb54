"""What the service remembers: repeated orders, pages, events, files, leases; on both databases."""

import json
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.answers import checksums
from platform_api.exports import FORMS
from platform_api.runs import Runs
from platform_api.store.database import open_database
from platform_api.store.tables import metadata, runs
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases, run_here
from tests.platform_api.helpers import assert_problem, order_and_wait, wait_for_end
from tests.platform_api.postgres import PostgresServer
from tests.platform_api.test_runs import Gate, wait_for

pytestmark = on_both_databases


def runs_of(app: FastAPI) -> Runs:
    found: Runs = app.state.parts.runs
    return found


def order_with_key(client: TestClient, key: str, **order: Any) -> Any:
    return client.post("/v1/runs", json=order, headers={"Idempotency-Key": key})


# ---- orders that repeat
def test_an_order_sent_again_with_its_key_is_one_run(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        first = order_with_key(client, "morning", scenario=written)
        again = order_with_key(client, "morning", scenario=written)
        other = order_with_key(client, "noon", scenario=written)
        assert first.json()["id"] == again.json()["id"] != other.json()["id"]
        assert first.headers["Location"] == again.headers["Location"]
        misused = order_with_key(client, "morning", scenario=written, replications=3)
        assert "Idempotency-Key" in assert_problem(misused, errors.WRONG_REQUEST).problems[0].place


def test_of_the_same_key_at_the_same_moment_one_run_comes(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    with client_of(make_app(gate)) as client, ThreadPoolExecutor(8) as users:
        orders = [users.submit(order_with_key, client, "one", scenario=written) for _ in range(8)]
        assert len({each.result().json()["id"] for each in orders}) == 1
        gate.open.set()
        wait_for_end(client, orders[0].result().json()["id"])
        assert len(client.get("/v1/runs").json()["runs"]) == 1


@pytest.mark.parametrize("key", ["", " ", "ngày mai", "a" * 256])
def test_a_wrong_key_is_told(make_app: MakeApp, written: dict[str, Any], key: str) -> None:
    with client_of(make_app()) as client:
        headers = {b"Idempotency-Key": key.encode()}
        answer = client.post("/v1/runs", json={"scenario": written}, headers=headers)
        assert assert_problem(answer, errors.WRONG_REQUEST).problems[0].place == "header Idempotency-Key"


def test_an_equal_order_is_answered_by_what_is_stored(make_app: MakeApp, written: dict[str, Any]) -> None:
    order: dict[str, Any] = {"scenario": written, "seed": 5, "replications": 2}
    with client_of(make_app()) as client:
        first = order_and_wait(client, **order)
        assert order_and_wait(client, **order) == first
        assert "cuakhau_results_reused_total 1.0" in client.get("/metrics").text
        for other in ({"fresh": True}, {"seed": 6}, {"replications": 3}, {"engine": "reference"}):
            assert order_and_wait(client, **(order | other))["id"] != first["id"], other
        again = order_and_wait(client, **(order | {"fresh": True}))
        assert again["digest"] == first["digest"]


# ---- pages
def test_every_run_is_on_one_page_and_only_one(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        ordered = [order_and_wait(client, scenario=written, replications=1)["id"] for _ in range(7)]
        address, seen = "/v1/runs?limit=3&state=succeeded&scenario=one-counter", []
        while address:
            page = client.get(address)
            seen.append([run["id"] for run in page.json()["runs"]])
            order_and_wait(client, scenario=written, replications=1)  # who comes meanwhile moves nobody
            found = re.fullmatch(r'<(.+)>; rel="next"', page.headers.get("Link", ""))
            address = found[1] if found else ""
        assert seen == [ordered[:3:-1], ordered[3:0:-1], ordered[:1]]
        assert client.get("/v1/runs?scenario=nobody").json() == {"runs": []}


# ---- events
def events(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block
    ]
    return [(block["id"], block["event"], json.loads(block["data"])) for block in blocks if "data" in block]


def test_a_follower_hears_everything_once(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    with client_of(make_app(gate)) as client:
        run = client.post("/v1/runs", json={"scenario": written}).json()["id"]
        wait_for(lambda: gate.at_work == 1)
        threading.Timer(0.6, gate.open.set).start()
        heard = events(client.get(f"/v1/runs/{run}/events").text)
        assert [kind for _, kind, _ in heard][-1] == "ended"
        assert {kind for _, kind, _ in heard[:-1]} == {"progress"}
        assert len({name for name, _, _ in heard}) == len(heard)
        assert heard[-1][2] == client.get(f"/v1/runs/{run}").json()
        nothing_new = client.get(f"/v1/runs/{run}/events", headers={"Last-Event-ID": heard[-1][0]})
        assert events(nothing_new.text) == []
        assert [kind for _, kind, _ in events(client.get(f"/v1/runs/{run}/events").text)] == ["ended"]
        assert_problem(client.get("/v1/runs/nobody/events"), errors.UNKNOWN_RUN)


# ---- files
def test_what_a_run_left_is_read_file_by_file(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        run = order_and_wait(client, scenario=written, replications=2, records=True)["id"]
        told = client.get(f"/v1/runs/{run}/files").json()
        names = [file["name"] for file in told["files"]]
        assert {
            "result.json",
            "scenario.json",
            "kpis.json",
            "records/replication-0002/visits.parquet",
        } <= set(names)
        assert told["current"]
        for file in told["files"]:
            answer = client.get(f"/v1/runs/{run}/files/{file['name']}")
            assert len(answer.content) == file["bytes"]
            assert answer.headers["ETag"] == f'"{file["sha256"]}"'
        part = client.get(f"/v1/runs/{run}/files/result.json", headers={"Range": "bytes=0-9"})
        assert (part.status_code, len(part.content)) == (206, 10)
        assert client.get(f"/v1/runs/{run}/trs").json()["id"] == run
        curves = client.get(f"/v1/runs/{run}/series").json()["series"]
        assert all(len(curve["times"]) == len(curve["mean"]) for curve in curves)
        page = client.get(f"/v1/runs/{run}/report?language=en")
        assert page.headers["content-type"].startswith("text/html")
        assert "One counter" in page.text


@pytest.mark.parametrize(
    "name", ["../../cuakhau.db", "..%2F..%2Fcuakhau.db", "%2Fetc%2Fpasswd", "nobody", ""]
)
def test_no_name_leads_out_of_the_folder(make_app: MakeApp, written: dict[str, Any], name: str) -> None:
    with client_of(make_app()) as client:
        run = order_and_wait(client, scenario=written, replications=1)["id"]
        assert_problem(client.get(f"/v1/runs/{run}/files/{name}"))


def test_a_run_is_downloaded_in_every_form(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        run = order_and_wait(client, scenario=written, replications=2, records=True)["id"]
        for name, form in FORMS.items():
            answer = client.get(f"/v1/runs/{run}/download?format={name}")
            assert answer.status_code == 200, (name, answer.text[:300])
            assert len(answer.content) > 100, name
            assert answer.headers["Content-Disposition"].endswith(f'{form.suffix}"')
        visits = client.get(f"/v1/runs/{run}/download?format=csv&table=visits&replication=2")
        assert visits.text.count("\n") > 10
        assert_problem(client.get(f"/v1/runs/{run}/download?format=pdf"), errors.WRONG_REQUEST)
        assert_problem(client.get(f"/v1/runs/{run}/download?format=csv&table=x"), errors.WRONG_REQUEST)
        bare = order_and_wait(client, scenario=written, replications=1, fresh=True)["id"]
        assert_problem(client.get(f"/v1/runs/{bare}/download?format=xes"), errors.WRONG_REQUEST)


def test_a_damaged_answer_is_told_and_never_shown(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    order: dict[str, Any] = {"scenario": written, "seed": 1, "replications": 1}
    with client_of(make_app()) as client:
        run = order_and_wait(client, **order)["id"]
        kpis = tmp_path / "runs" / run / "kpis.json"
        kpis.write_bytes(kpis.read_bytes().replace(b'"n":1', b'"n":2', 1))
        problem = assert_problem(client.get(f"/v1/runs/{run}/kpis"), errors.DAMAGED)
        assert "fresh" in problem.problems[0].remedy.en
        shutil.rmtree(kpis.parent)
        assert_problem(client.get(f"/v1/runs/{run}/trs"), errors.DAMAGED)
        again = order_and_wait(client, **(order | {"fresh": True}))
        assert client.get(f"/v1/runs/{again['id']}/kpis").status_code == 200


def test_a_run_is_deleted_with_its_files_once_it_has_ended(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    gate = Gate()
    with client_of(make_app(gate)) as client:
        run = client.post("/v1/runs", json={"scenario": written}).json()["id"]
        assert_problem(client.delete(f"/v1/runs/{run}/files"), errors.NOT_ENDED)
        gate.open.set()
        wait_for_end(client, run)
        assert client.delete(f"/v1/runs/{run}/files").status_code == 204
        assert_problem(client.get(f"/v1/runs/{run}"), errors.UNKNOWN_RUN)
        assert not (tmp_path / "runs" / run).exists()


# ---- leases
def abandon(app: FastAPI, order: dict[str, Any], *, tries: int) -> str:
    """A run that a worker took and never gave back, several times."""
    table = runs_of(app).table
    with client_of(app) as client:
        runs_of(app).desk._closing.set()  # nobody here takes it
        run: str = client.post("/v1/runs", json=order).json()["id"]
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        for attempt in range(tries):
            claimed = table.claim(f"gone-{attempt}", long_ago, long_ago)
            assert claimed is not None
            assert claimed.attempts == attempt + 1
            if attempt < tries - 1:
                assert table.take_back(run, datetime.now(UTC), None)
    return run


def test_a_run_whose_worker_is_gone_is_done_by_the_next(make_app: MakeApp, written: dict[str, Any]) -> None:
    run = abandon(make_app(), {"scenario": written, "seed": 3, "replications": 2}, tries=1)
    with client_of(make_app()) as client:
        ticket = wait_for_end(client, run)
        assert ticket["state"] == "succeeded"
        alone = order_and_wait(client, scenario=written, seed=3, replications=2, fresh=True)
        assert ticket["digest"] == alone["digest"]


def test_a_run_that_ends_its_workers_fails_with_the_reason(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    run = abandon(make_app(), {"scenario": written}, tries=3)
    with client_of(make_app()) as client:
        ticket = wait_for_end(client, run)
        assert ticket["state"] == "failed"
        assert "3" in ticket["problems"][0]["message"]["en"]


def test_a_worker_that_lost_its_lease_changes_nothing(make_app: MakeApp, written: dict[str, Any]) -> None:
    app = make_app()
    run = abandon(app, {"scenario": written}, tries=1)
    table = runs_of(app).table
    now = datetime.now(UTC)
    assert table.take_back(run, now, None)
    assert table.beat("gone-0", run, now, None) is None
    ticket = table.get(run)
    assert ticket is not None
    assert not table.finish("gone-0", ticket.model_copy(update={"state": "succeeded"}), {})
    assert table.get(run) == ticket
    table._engine.dispose()


def test_who_lost_the_lease_puts_no_answer_over_anothers(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    table: list[Any] = []

    def slow(*scenario: Any, **order: Any) -> Any:
        (run,) = [ticket.id for _, ticket in table[0].page(["run"], 1)]
        assert table[0].take_back(run, later, None)
        assert table[0].claim("faster", later, later) is not None
        return run_here(*scenario, **order)

    app = make_app(slow, runs_at_once=1)
    table.append(runs_of(app).table)
    with client_of(app) as client:
        run = client.post("/v1/runs", json={"scenario": written, "replications": 1}).json()["id"]
        wait_for(lambda: not runs_of(app).desk._live and table[0].get(run).started == later)
        assert client.get(f"/v1/runs/{run}").json()["state"] == "running"
    assert list((tmp_path / "runs").iterdir()) == []


def test_an_order_that_cannot_be_read_fails_and_harms_no_other(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    run = abandon(make_app(), {"scenario": written}, tries=1)
    engine = open_database(runs_of(app := make_app()).settings.database_url)
    with engine.begin() as connection:
        connection.execute(runs.update().where(runs.c.id == run).values(resolved=b"damaged"))
    engine.dispose()
    with client_of(app) as client:
        other = order_and_wait(client, scenario=written, replications=1)
        assert other["state"] == "succeeded"
        failed = wait_for_end(client, run)
        assert (failed["state"], bool(failed["problems"])) == ("failed", True)


def test_orders_that_are_cancelled_push_no_answers_out(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    gate.open.set()
    with client_of(make_app(gate, max_kept=2, runs_at_once=1)) as client:
        kept = [order_and_wait(client, scenario=written, replications=1)["id"] for _ in range(2)]
        gate.open.clear()
        busy = client.post("/v1/runs", json={"scenario": written}).json()["id"]
        for _ in range(5):
            client.delete(f"/v1/runs/{client.post('/v1/runs', json={'scenario': written}).json()['id']}")
        client.delete(f"/v1/runs/{busy}")
        wait_for_end(client, busy)
        assert [client.get(f"/v1/runs/{run}/kpis").status_code for run in kept] == [200, 200]


def test_a_key_is_known_by_the_stored_answer_too(make_app: MakeApp, written: dict[str, Any]) -> None:
    order: dict[str, Any] = {"scenario": written, "seed": 1, "replications": 1}
    with client_of(make_app()) as client:
        first = order_and_wait(client, **order)
        assert order_with_key(client, "k", **order).json()["id"] == first["id"]
        assert_problem(order_with_key(client, "k", **(order | {"seed": 2})), errors.WRONG_REQUEST)
        assert order_with_key(client, "other", **order).json()["id"] != first["id"]


def test_of_two_services_on_one_database_each_run_is_done_once(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    done: list[int] = []

    def counting(*scenario: Any, seed: int, **order: Any) -> Any:
        done.append(seed)
        return run_here(*scenario, seed=seed, **order)

    with client_of(make_app(counting)) as one, client_of(make_app(counting)) as other:
        ordered = [
            client.post("/v1/runs", json={"scenario": written, "seed": seed, "replications": 1}).json()["id"]
            for seed, client in enumerate([one, other] * 6)
        ]
        assert {wait_for_end(other, run)["state"] for run in ordered} == {"succeeded"}
    assert sorted(done) == list(range(12))


def test_who_is_told_to_stop_by_another_service_stops(make_app: MakeApp, endless: dict[str, Any]) -> None:
    with client_of(make_app(runs_at_once=1)) as one:
        run = one.post("/v1/runs", json={"scenario": endless, "replications": 1}).json()["id"]
        wait_for(lambda: bool(one.get(f"/v1/runs/{run}").json()["state"] == "running"))
        with client_of(make_app(runs_at_once=1)) as other:
            other.delete(f"/v1/runs/{run}")
            assert wait_for_end(one, run, seconds=10)["state"] == "cancelled"


def test_what_another_worker_began_and_ended_between_two_looks_is_counted(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    with client_of(make_app()) as here:
        with client_of(make_app()) as there:
            for seed in range(4):
                order_and_wait(there, scenario=written, seed=seed, replications=1)
        counted = 'cuakhau_runs_total{outcome="succeeded"} 4.0'
        wait_for(lambda: counted in here.get("/metrics").text)
        time.sleep(1.2)  # another look counts nothing again
        assert counted in here.get("/metrics").text


# ---- the database itself
def test_a_lost_database_is_made_anew_from_what_lies_in_the_folders(
    make_app: MakeApp, written: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, scenario=written, replications=2)
        kpis = client.get(f"/v1/runs/{ticket['id']}/kpis").json()
    for file in tmp_path.glob("cuakhau.db*"):
        file.unlink()
    anew = request.getfixturevalue("postgres").new_database() if database else ""
    with client_of(make_app(database=anew)) as client:
        assert client.get(f"/v1/runs/{ticket['id']}").json() == ticket
        assert client.get(f"/v1/runs/{ticket['id']}/kpis").json() == kpis


def test_the_changes_lead_to_the_tables_as_they_are_now(database: str, tmp_path: Path) -> None:
    engine = open_database(database or f"sqlite:///{tmp_path}/new.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_two_that_open_a_new_database_at_once_both_get_it(database: str, tmp_path: Path) -> None:
    url = database or f"sqlite:///{tmp_path}/new.db"
    with ThreadPoolExecutor(4) as openers:
        for engine in openers.map(open_database, [url] * 4):
            engine.dispose()


def test_a_database_that_goes_away_is_told_and_comes_back(
    make_app: MakeApp, written: dict[str, Any], request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> None:
    gate = Gate()
    with client_of(make_app(gate, lease_seconds=60)) as client:
        run = client.post("/v1/runs", json={"scenario": written, "replications": 1}).json()["id"]
        wait_for(lambda: gate.at_work == 1)
        bring_back = take_away(request, database, tmp_path)
        try:
            away = client.post("/v1/runs", json={"scenario": written, "replications": 2})
            assert_problem(away, errors.STORE_AWAY)
            assert int(away.headers["Retry-After"]) > 0
            gate.open.set()
        finally:
            bring_back()
        assert wait_for_end(client, run)["state"] == "succeeded"
        assert client.get(f"/v1/runs/{run}/kpis").status_code == 200


def take_away(request: pytest.FixtureRequest, database: str, folder: Path) -> Callable[[], None]:
    """Stop the server, or hold the lock of the file for longer than anybody waits; gives the way back."""
    if database:
        server: PostgresServer = request.getfixturevalue("postgres")
        server.stop()
        return server.start
    holder = sqlite3.connect(folder / "cuakhau.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    return holder.close


def test_checksums_name_every_file_below_a_folder(tmp_path: Path, database: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"abc")
    found = checksums(tmp_path)
    assert (found["a/b"]["bytes"], found["a/b"]["sha256"][:8]) == (3, "ba7816bf")
