"""A real server on a free port of this machine: responsive while it simulates, and it really stops."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scenarios import library
from tests.platform_api.helpers import check_metrics, order_and_wait, wait_for_end
from tests.platform_api.serving import Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("serving"))
    yield serving
    serving.close()


def answer_times(client: httpx2.Client, seconds: float) -> list[float]:
    """How long each of many answers took [s]."""
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        assert client.get("/healthz").status_code == 200
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    return sorted(times)


def wait_until_at_work(client: httpx2.Client, run: str) -> None:
    deadline = time.monotonic() + 60
    while client.get(f"/v1/runs/{run}").json()["progress"]["entities"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_it_answers_at_once_while_it_simulates_and_stops_what_is_cancelled(
    serving: Serving, endless: dict[str, Any]
) -> None:
    client = serving.client
    run = client.post("/v1/runs", json={"scenario": endless, "replications": 2}).json()["id"]
    wait_until_at_work(client, run)

    times = answer_times(client, seconds=2)
    assert client.get(f"/v1/runs/{run}").json()["state"] == "running"
    assert times[int(len(times) * 0.95)] < 0.2, times

    asked = time.monotonic()
    client.delete(f"/v1/runs/{run}")
    assert wait_for_end(client, run)["state"] == "cancelled"
    assert time.monotonic() - asked < 5
    assert client.get("/healthz").json()["running"] == 0


@pytest.mark.slow
def test_two_users_get_their_own_answers(serving: Serving, written: dict[str, Any]) -> None:
    tickets: dict[int, dict[str, Any]] = {}

    def user(seed: int) -> None:
        with httpx2.Client(base_url=serving.address, timeout=20) as client:
            tickets[seed] = order_and_wait(client, scenario=written, seed=seed, replications=2)

    users = [threading.Thread(target=user, args=(seed,)) for seed in (1, 2)]
    for thread in users:
        thread.start()
    for thread in users:
        thread.join()
    assert [tickets[seed]["state"] for seed in (1, 2)] == ["succeeded", "succeeded"]
    assert not set(tickets[1]["digest"]) & set(tickets[2]["digest"])


@pytest.mark.slow
def test_a_named_scenario_is_shown_on_metrics_and_promtool_agrees(serving: Serving) -> None:
    name = min(library.names(), key=lambda name: library.load(name).resolved.clock.at_most)
    ticket = order_and_wait(serving.client, scenario=name, seed=1, replications=1)
    assert ticket["state"] == "succeeded", ticket["problems"]
    text = serving.client.get("/metrics").text
    check_metrics(text)
    shown = [line for line in text.splitlines() if line.startswith("cuakhau_model_") and f'"{name}"' in line]
    assert 10 < len(shown) <= 150
    assert 'cuakhau_runs_total{outcome="succeeded"}' in text
    kpis = serving.client.get(f"/v1/runs/{ticket['id']}/kpis").json()["kpis"]
    lost = next(kpi for kpi in kpis if kpi["name"] == "lost" and list(kpi["labels"]) == ["direction"])
    sample = f'cuakhau_model_lost_entities{{direction="{lost["labels"]["direction"]}",scenario="{name}"}}'
    assert f"{sample} {lost['mean']}" in shown


@pytest.mark.slow
def test_stopping_it_is_quick_and_leaves_nothing_half_written(
    tmp_path: Path, endless: dict[str, Any]
) -> None:
    serving = Serving(tmp_path)
    try:
        run = serving.client.post("/v1/runs", json={"scenario": endless}).json()["id"]
        wait_until_at_work(serving.client, run)
        assert serving.stop() < 10
        assert list((tmp_path / "data").rglob("*.partial")) == []
        serving.log.seek(0)
        assert "Traceback" not in serving.log.read()
    finally:
        serving.close()
