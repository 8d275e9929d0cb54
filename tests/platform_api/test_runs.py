"""Runs of the service: queue, cancelling, limits, two users at once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_api import errors
from platform_api.runner import Advance, RunFailed
from scenarios.resolved import Label
from sim.laws import LawBroken
from sim.run import Cancelled
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases, run_here
from tests.platform_api.helpers import assert_problem, order_and_wait, wait_for_end

pytestmark = on_both_databases


class Gate:
    """Stands for a simulation: it works until it is let through or cancelled."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.at_work = 0
        self.most = 0

    def __call__(self, *scenario: Any, cancel: Callable[[], bool], **order: Any) -> Any:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        try:
            while not self.open.is_set():
                if cancel():
                    raise Cancelled
                time.sleep(0.005)
        finally:
            self.at_work -= 1
        return run_here(*scenario, cancel=cancel, **order)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_full_queue_refuses_and_says_when_to_come_back(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    order = {"scenario": written, "replications": 1}
    with client_of(make_app(gate, max_queued=2, runs_at_once=1)) as client:
        first = client.post("/v1/runs", json=order).json()["id"]
        wait_for(lambda: gate.at_work == 1)
        waiting = [client.post("/v1/runs", json=order).json()["id"] for _ in range(2)]
        refused = client.post("/v1/runs", json=order)
        assert_problem(refused, errors.QUEUE_FULL)
        assert int(refused.headers["Retry-After"]) > 0
        assert client.get("/healthz").json() == {
            "status": "ok",
            "version": "0.1.0",
            "queued": 2,
            "running": 1,
        }
        gate.open.set()
        assert {wait_for_end(client, run)["state"] for run in [first, *waiting]} == {"succeeded"}
    assert gate.most == 1


def test_two_users_are_served_at_once(make_app: MakeApp, written: dict[str, Any]) -> None:
    gate = Gate()
    with client_of(make_app(gate, runs_at_once=2)) as client:
        runs = [client.post("/v1/runs", json={"scenario": written, "seed": s}).json()["id"] for s in (1, 2)]
        wait_for(lambda: gate.at_work == 2)
        gate.open.set()
        ended = [wait_for_end(client, run) for run in runs]
    assert [(run["state"], run["seed"]) for run in ended] == [("succeeded", 1), ("succeeded", 2)]
    assert ended[0]["digest"] != ended[1]["digest"]


def test_many_threads_may_order_at_the_same_time(make_app: MakeApp, written: dict[str, Any]) -> None:
    tickets: list[dict[str, Any]] = []
    with client_of(make_app()) as client:

        def user(seed: int) -> None:
            tickets.append(order_and_wait(client, scenario=written, seed=seed, replications=1))

        users = [threading.Thread(target=user, args=(seed % 2,)) for seed in range(8)]
        for thread in users:
            thread.start()
        for thread in users:
            thread.join()
    digests = {seed: {t["digest"][0] for t in tickets if t["seed"] == seed} for seed in (0, 1)}
    assert len(tickets) == 8
    assert [len(found) for found in digests.values()] == [1, 1]
    assert digests[0] != digests[1]


def test_a_waiting_run_is_cancelled_at_once_and_never_begins(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    gate = Gate()
    with client_of(make_app(gate, runs_at_once=1)) as client:
        first, second = (client.post("/v1/runs", json={"scenario": written}).json()["id"] for _ in range(2))
        wait_for(lambda: gate.at_work == 1)
        cancelled = client.delete(f"/v1/runs/{second}")
        assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
        assert cancelled.json()["started"] is None
        gate.open.set()
        assert wait_for_end(client, first)["state"] == "succeeded"
        assert client.get(f"/v1/runs/{second}").json()["state"] == "cancelled"


def test_a_run_at_work_is_cancelled(make_app: MakeApp, endless: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        run = client.post("/v1/runs", json={"scenario": endless, "replications": 1}).json()["id"]
        wait_for(lambda: client.get(f"/v1/runs/{run}").json()["progress"]["entities"] > 0)
        client.delete(f"/v1/runs/{run}")
        ticket = wait_for_end(client, run, seconds=5)
        assert (ticket["state"], ticket["digest"]) == ("cancelled", [])
        assert 0 < ticket["progress"]["done"] < 1


def test_cancelling_what_has_ended_changes_nothing(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, scenario=written, replications=1)
        assert client.delete(f"/v1/runs/{ticket['id']}").json() == ticket
        assert client.get(f"/v1/runs/{ticket['id']}/kpis").status_code == 200


def test_what_had_not_ended_when_the_service_stopped_goes_on_at_its_next_start(
    make_app: MakeApp, endless: dict[str, Any], tmp_path: Path
) -> None:
    with client_of(make_app(runs_at_once=1)) as client:
        runs = [client.post("/v1/runs", json={"scenario": endless}).json()["id"] for _ in range(3)]
        wait_for(lambda: client.get("/healthz").json()["running"] == 1)
        client.delete(f"/v1/runs/{runs[2]}")
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("run-")] == []
    with client_of(make_app(runs_at_once=1)) as client:
        wait_for(lambda: client.get("/healthz").json()["running"] == 1)
        states = [client.get(f"/v1/runs/{run}").json()["state"] for run in runs]
        assert states == ["running", "queued", "cancelled"]
        for run in runs:
            client.delete(f"/v1/runs/{run}")
        wait_for(lambda: client.get("/healthz").json()["running"] == 0)
    assert list(tmp_path.rglob("*.partial")) == []


def test_a_run_that_takes_too_long_fails_with_a_remedy(make_app: MakeApp, endless: dict[str, Any]) -> None:
    with client_of(make_app(max_run_seconds=0.3)) as client:
        ticket = order_and_wait(client, scenario=endless, replications=1)
    assert ticket["state"] == "failed"
    assert "0.3 s" in ticket["problems"][0]["message"]["en"]
    assert ticket["problems"][0]["remedy"]["vi"]


@pytest.mark.parametrize(
    "fault",
    [
        LawBroken("the run broke the law"),
        RunFailed(Label("chết", "died"), Label("thử lại", "again")),
        ValueError("the opening backlog does not fit"),
        RuntimeError("nobody foresaw this"),
        MemoryError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_happens_to_a_run_it_ends_and_says_so(
    make_app: MakeApp, written: dict[str, Any], fault: Exception
) -> None:
    faults = [fault]

    def once(*scenario: Any, **order: Any) -> Any:
        if faults:
            raise faults.pop()
        return run_here(*scenario, **order)

    with client_of(make_app(once, runs_at_once=1)) as client:
        failed = order_and_wait(client, scenario=written)
        assert failed["state"] == "failed"
        problem = failed["problems"][0]
        assert all((problem["place"], problem["message"]["vi"], problem["remedy"]["en"]))
        assert order_and_wait(client, scenario=written)["state"] == "succeeded"


def test_a_full_disk_fails_the_run_and_not_the_service(
    make_app: MakeApp, written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with client_of(make_app(runs_at_once=1)) as client:
        with monkeypatch.context() as patched:
            patched.setattr("platform_api.files.os.fsync", full)
            failed = order_and_wait(client, scenario=written, replications=1)
        assert (failed["state"], failed["digest"]) == ("failed", [])
        assert "No space left" in failed["problems"][0]["message"]["en"]
        assert order_and_wait(client, scenario=written, replications=1)["state"] == "succeeded"


def test_progress_is_told_while_it_runs(make_app: MakeApp, written: dict[str, Any]) -> None:
    half = Advance(done=0.5, finished=1, replications=2, entities=50, seconds=10.0)
    gate = Gate()

    def steady(*scenario: Any, progress: Any, **order: Any) -> Any:
        progress(half)
        return gate(*scenario, progress=progress, **order)

    with client_of(make_app(steady)) as client:
        run = client.post("/v1/runs", json={"scenario": written}).json()["id"]
        wait_for(lambda: gate.at_work == 1)
        told = client.get(f"/v1/runs/{run}").json()
        assert told["state"] == "running"
        assert told["progress"] == {
            "done": 0.5, "entities": 50, "entities_per_s": 5.0, "remaining_s": 10.0, "finished": 1,
            "planned": 2, "points_done": None, "points_planned": None,
        }  # fmt: skip
        gate.open.set()
        wait_for_end(client, run)
