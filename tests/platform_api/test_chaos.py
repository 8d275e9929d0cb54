"""The service under blows: processes killed, database gone, disk full. Nothing accepted is lost."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from platform_api.experiment_order import settle
from platform_api.journal import LINES
from tests.platform_api.helpers import ENDED
from tests.platform_api.postgres import PostgresServer
from tests.platform_api.serving import Serving

LEASE = {"CUAKHAU_LEASE_SECONDS": "1"}


class Battered:
    """A service that is started again whenever it was killed, and orders that were accepted."""

    def __init__(self, folder: Path, written: dict[str, Any], server: PostgresServer | None) -> None:
        self.folder, self.written, self.server = folder, written, server
        self.settings = LEASE | ({"CUAKHAU_DATABASE": server.new_database()} if server else {})
        self.dice = random.Random(20261122)
        self.serving = Serving(folder, **self.settings)
        self.accepted: dict[str, int] = {}
        self.orders = 0

    def order(self) -> None:
        """Order a run with a key of its own, again until it is known whether it was accepted."""
        self.orders += 1
        body = {"scenario": self.written, "seed": self.orders, "replications": 2}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = self.serving.client.post(
                    "/v1/runs", json=body, headers={"Idempotency-Key": f"order-{self.orders}"}
                )
            except httpx2.TransportError:
                self.revive()
                continue
            if answer.status_code == 202:
                self.accepted[answer.json()["id"]] = self.orders
                return
            assert answer.status_code == 503, answer.text
            time.sleep(0.2)
        raise AssertionError("no order was accepted within a minute")

    def revive(self) -> None:
        """Start the service again if it is dead."""
        if self.serving.process.poll() is not None:
            self.serving.close()
            self.serving = Serving(self.folder, **self.settings)

    # ---- blows
    def kill_server(self) -> None:
        self.serving.process.kill()
        self.serving.process.wait(10)
        self.revive()

    def kill_worker(self) -> None:
        workers = _children(self.serving.process.pid)
        if workers:
            os.kill(self.dice.choice(workers), signal.SIGKILL)

    def take_database(self) -> None:
        if self.server is not None:
            self.server.stop()
            time.sleep(self.dice.uniform(0.1, 1.5))
            self.server.start()

    def fill_disk(self) -> None:
        """No file may grow: what a full disk is to a program."""
        pid = self.serving.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (512, before[1]))
        time.sleep(self.dice.uniform(0.1, 1.0))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    def blows(self) -> list[Any]:
        always = [self.kill_server, self.kill_worker, self.fill_disk]
        return [*always, self.take_database] if self.server else always


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(child) for child in found.split()]


def tickets_at_the_end(battered: Battered) -> dict[str, dict[str, Any]]:
    """Every accepted run once none waits or works any more."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        tickets = {run: battered.serving.client.get(f"/v1/runs/{run}").json() for run in battered.accepted}
        if all(ticket["state"] in ENDED for ticket in tickets.values()):
            return tickets
        time.sleep(0.2)
    raise AssertionError({run: ticket["state"] for run, ticket in tickets.items()})


def assert_nothing_lost(battered: Battered) -> None:
    """Each accepted run has ended with an answer that reads back, or with a reason."""
    client = battered.serving.client
    for run, ticket in tickets_at_the_end(battered).items():
        if ticket["state"] == "failed":
            assert ticket["problems"][0]["message"]["en"]
            continue
        assert ticket["state"] == "succeeded"
        for file in client.get(f"/v1/runs/{run}/files").json()["files"]:
            content = client.get(f"/v1/runs/{run}/files/{file['name']}").content
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert client.get(f"/v1/runs/{run}/kpis").json()["digest"] == ticket["digest"]


@pytest.fixture
def busy(written: dict[str, Any]) -> dict[str, Any]:
    """A written scenario that takes about a second in processes of their own."""
    flow = written["flows"]["truck"] | {"arrivals": {"rate": "60 /h"}}
    officer = {"label": {"vi": "Cán bộ", "en": "Officer"}, "capacity": 8}
    changed = {
        "window": "200 d",
        "horizon": "stationary",
        "resources": {"officer": officer},
        "flows": {"truck": flow},
    }
    return written | changed | {"name": "busy"}


@pytest.fixture(params=["sqlite", "postgresql"])
def battered(request: pytest.FixtureRequest, tmp_path: Path, busy: dict[str, Any]) -> Iterator[Battered]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    battered = Battered(tmp_path, busy, server)
    yield battered
    battered.serving.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "battered", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
def test_a_killed_service_takes_up_what_it_was_at(battered: Battered) -> None:
    for _ in range(2):
        battered.order()
    time.sleep(0.7)
    battered.kill_server()
    assert_nothing_lost(battered)
    states = {ticket["state"] for ticket in tickets_at_the_end(battered).values()}
    assert states == {"succeeded"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "battered", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
def test_an_experiment_goes_on_after_its_processes_were_killed(
    battered: Battered, busy: dict[str, Any]
) -> None:
    order = {
        "kind": "compare", "base": busy | {"window": "20 d"}, "replications": 40, "seed": 1,
        "variants": {"more": {"overrides": {"resources.officer.capacity": 9}}},
        "outcomes": ["cohort_dwell_mean"],
    }  # fmt: skip
    at = f"/v1/experiments/{battered.serving.client.post('/v1/experiments', json=order).json()['id']}"
    for blow in (battered.kill_worker, battered.kill_server):
        before = len(_lines_kept(battered.folder))
        while len(_lines_kept(battered.folder)) < before + 3:
            assert battered.serving.client.get(at).json()["state"] in ("queued", "running")
            time.sleep(0.02)
        blow()
    begun_with = _lines_kept(battered.folder)
    deadline = time.monotonic() + 120
    while battered.serving.client.get(at).json()["state"] != "succeeded":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(begun_with) > 5
    answer = battered.serving.client.get(f"{at}/answer").json()
    settled = settle(order)
    prepared = settled.kind.prepare(settled.asked())
    alone = settled.kind.run(prepared, 1, None, None, None).document()
    assert {**answer, "seconds": 0} == {**alone, "seconds": 0}


OFFICERS = {"o": {"path": "resources.officer.capacity", "range": [6, 9]}}
COST = {"value": "1000 VND", "range": ["500 VND", "2000 VND"], "source": "assumption", "owner": "a test"}
OF_EVERY_KIND: dict[str, dict[str, Any]] = {
    "compare": {
        "variants": {"more": {"overrides": {"resources.officer.capacity": 9}}},
        "outcomes": ["cohort_dwell_mean"], "replications": 60,
    },
    "sweep": {"factors": OFFICERS, "points": 30, "sweep": "hypercube", "outcomes": ["cohort_dwell_mean"]},
    "optimise": {"decisions": {"o": OFFICERS["o"] | {"cost": COST}}, "targets": ["80 % within 4 h"]},
    "resilience": {
        "targets": ["agency.customs"], "every": "6 h", "lasts": "1 h", "window": "4 d", "replications": 30,
    },
    "why": {"window": "20 d", "replications": 30},
    "forecast": {
        "situation": {"waiting": [{"flow": "truck", "at": "papers", "count": 50}]}, "horizon": "5 d",
        "limit": 40, "replications": 200,
        "actions": {"more": {"overrides": {"resources.officer.capacity": 9}}},
    },
}  # fmt: skip


@pytest.mark.long
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("battered", ["sqlite"], indirect=True)
def test_experiments_of_every_kind_come_to_the_same_answer_under_blows(
    battered: Battered, busy: dict[str, Any]
) -> None:
    """A kill at a random instant of the work, of a worker, then of the server; then whatever comes."""
    hit = 0
    for kind, words in OF_EVERY_KIND.items():
        order = {"kind": kind, "base": busy | {"window": "20 d"}, "seed": 1} | words
        first, *others = _experiment(battered, order), battered.dice.choice(battered.blows())
        for blow in (battered.kill_worker, battered.kill_server, *others):
            hit += _strike_at_work(battered, first, blow)
        ended = _ended(battered, first)
        if ended["state"] == "failed":  # the disk was full, or too many of its workers were killed
            assert ended["problems"][0]["message"]["en"]
            first = _experiment(battered, order | {"fresh": True})
            ended = _ended(battered, first)
        assert ended["state"] == "succeeded", (kind, ended)
        answer = battered.serving.client.get(f"/v1/experiments/{first}/answer").json()
        settled = settle(order)
        alone = settled.kind.run(settled.kind.prepare(settled.asked()), 1, None, None, None).document()
        assert {**answer, "seconds": 0} == {**alone, "seconds": 0}, kind
    assert hit >= len(OF_EVERY_KIND), "the blows came too late"


def _experiment(battered: Battered, order: dict[str, Any]) -> str:
    answer = battered.serving.client.post("/v1/experiments", json=order)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def _strike_at_work(battered: Battered, experiment: str, blow: Any) -> bool:
    """Strike a moment after it is at work; whether it was."""
    deadline = time.monotonic() + 60
    while (ticket := _asked(battered, experiment))["state"] == "queued":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(battered.dice.uniform(0, 2))
    was_at_work = bool(_asked(battered, experiment)["state"] == "running" == ticket["state"])
    blow()
    battered.revive()
    return was_at_work


def _asked(battered: Battered, experiment: str) -> dict[str, Any]:
    """How it stands; while the database is away nobody knows."""
    answer = battered.serving.client.get(f"/v1/experiments/{experiment}")
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {"state": "unknown"}
    return found


def _ended(battered: Battered, experiment: str) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while (ticket := _asked(battered, experiment))["state"] not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return ticket


def _lines_kept(folder: Path) -> list[str]:
    """What the journal of the only experiment has; nothing where it is not there."""
    found = list((folder / "data" / "runs").glob(f".*.journal/{LINES}"))
    return found[0].read_text().splitlines() if found else []


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_after_fifty_blows_nothing_accepted_is_lost(battered: Battered) -> None:
    for _ in range(50):
        for _ in range(battered.dice.randint(0, 2)):
            battered.order()
        time.sleep(battered.dice.uniform(0, 1.5))
        battered.dice.choice(battered.blows())()
        battered.revive()
    assert_nothing_lost(battered)
    states = [ticket["state"] for ticket in tickets_at_the_end(battered).values()]
    assert states.count("succeeded") > len(states) / 2
