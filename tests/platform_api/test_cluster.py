"""Experiments on a real Dask cluster: a scheduler and two workers, each a process of its own."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from platform_api import journal
from platform_api.cluster import About, Told, cluster, to_warm
from platform_api.crew import RunFailed
from platform_api.examples import SMALL_SCENARIO
from platform_api.experiments import compare, prepare
from platform_api.following import Advance
from platform_api.hands import work_off
from scenarios.experiments import Design, Variant
from scenarios.resolved import Label
from sim.run import Cancelled
from tests.platform_api.test_cli import assert_refused, cuakhau
from tests.platform_api.test_cli_process import environment

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # Dask leaves sockets to the collector

OFFICER = "resources.officer.capacity"


@dataclass
class Cluster:
    """A scheduler and a worker; more of them on demand."""

    address: str
    stack: ExitStack
    folder: Path

    def worker(self) -> subprocess.Popen[bytes]:
        """Another worker."""
        return dask(self.stack, "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", 1,
                    "--no-dashboard", "--local-directory", self.folder)  # fmt: skip


def dask(stack: ExitStack, *words: object) -> subprocess.Popen[bytes]:
    """A process of the cluster, ended when the stack is left."""
    words = (sys.executable, "-m", *words)
    env = environment(PYTHONWARNINGS="default", DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE="False")
    null = subprocess.DEVNULL
    process = subprocess.Popen([str(word) for word in words], env=env, stdout=null, stderr=null)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with ExitStack() as stack:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        host, _, port = address.removeprefix("tcp://").partition(":")
        dask(stack, "distributed.cli.dask_scheduler", "--host", host, "--port", port, "--no-dashboard")
        found = Cluster(address, stack, tmp_path_factory.mktemp("workers"))
        found.worker()
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(SMALL_SCENARIO | {"window": "20 d"}, ensure_ascii=False), encoding="utf-8")
    return found


def design(file: Path, replications: int) -> Design:
    second = Variant("second", Label("hai", "two"), None, {OFFICER: 2})
    return Design("c", str(file), (second,), replications=replications, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_answer_is_the_same_to_the_last_bit_although_a_worker_is_killed(
    running: Cluster, file: Path, tmp_path: Path
) -> None:
    second = running.worker()
    killed: list[int] = []
    with Client(running.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)

    def follow(advance: Advance) -> None:
        if advance.finished >= 5 and not killed:
            killed.append(second.pid)
            second.kill()

    asked, folder = design(file, 60), tmp_path / "kept"
    there = compare(asked, hands=cluster(running.address), folder=folder, progress=follow)
    assert killed
    here = compare(asked, jobs=1)
    assert replace(there, seconds=0.0) == replace(here, seconds=0.0)
    kept = [json.loads(line)["replication"] for line in (folder / journal.LINES).read_bytes().splitlines()]
    assert sorted(kept) == list(range(60))  # each once: what the killed worker had begun was done again

    # the command does the same, and sweeps and maps take the address too
    words = ("--seed", 1, "--replications", 2, "--json", "--workers", running.address)
    for command in (("compare", file, f"two:{OFFICER}=2"), ("sweep", file, f"{OFFICER}=1,2"),
                    ("resilience", file, "--every", "12h", "--window", "1 d")):  # fmt: skip
        told = [json.loads(cuakhau(*command, *words[: end], *rest).stdout) | {"seconds": 0}
                for end, rest in ((len(words), ()), (5, ("--jobs", 1)))]  # fmt: skip
        assert told[0] == told[1]


@pytest.mark.slow
def test_a_cluster_is_stopped_within_a_second_in_the_middle_of_a_replication(
    running: Cluster, endless: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "endless.yaml"
    file.write_text(json.dumps(endless), encoding="utf-8")
    seen: list[float] = []

    def stop() -> bool:
        seen.append(time.monotonic())
        return len(seen) > 8  # it is looked five times a second

    plan = prepare(design(file, 4)).plan
    with cluster(running.address) as hands:
        with pytest.raises(Cancelled):
            work_off(hands, plan, range(4), lambda _: None, stop)
        assert time.monotonic() - seen[-1] < 1.0, seen


@pytest.mark.slow
def test_without_a_worker_or_without_a_scheduler_it_is_said_where_and_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform_api.cluster.PATIENCE", 0.3)
    with pytest.raises(RunFailed, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9.*dask scheduler"):
        compare(design(file, 2), hands=cluster("tcp://127.0.0.1:9"))
    assert_refused(
        cuakhau("compare", file, f"{OFFICER}=2", "--workers", "tcp://127.0.0.1:9"), "127.0.0.1:9", code=1
    )
    assert_refused(cuakhau("compare", file, f"{OFFICER}=2", "--workers", "x:1", "--jobs", 2), "--workers")


def test_one_worker_of_each_machine_compiles_the_others_use_it() -> None:
    def at(machine: str, folder: str = "/cache", warm: bool = False) -> About:
        return About("1", 1, machine, folder, warm)

    found = {"a1": at("a"), "a2": at("a"), "b1": at("b", warm=True), "b2": at("b", warm=True), "c": at("c"),
             "c2": at("c", "/other")}  # fmt: skip
    chosen = to_warm(found)
    assert len(chosen) == 3
    assert sum(worker in {"a1", "a2"} for worker in chosen) == 1
    assert {"c", "c2"} < set(chosen)


def test_only_the_experiment_that_was_left_is_stopped() -> None:
    from platform_api import cluster as module

    module._leave("mine")
    assert Told("mine")()
    assert not Told("yours")()
    module._stopped.discard("mine")
