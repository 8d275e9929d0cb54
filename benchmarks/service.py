"""The service under load, on this machine, with real connections.

`python benchmarks/service.py` starts the service in a process of its own and keeps it simulating, sends 200
requests a second of a realistic mix for a minute, then lets 100 clients follow a run, then plays 50 live
sessions that 50 clients watch. It prints a table and writes it into docs/explanation/performance.md; with
`--seconds N`, another length, it only prints.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- service: begin -->", "<!-- service: end -->"

DAY = "lang-son-2025-03-12"
RATE = 200  # requests a second
FOLLOWERS, SESSIONS = 100, 50

SERVE = """
import sys
from pathlib import Path
from platform_api.app import serve
if __name__ == "__main__":
    serve(port=0, data_dir=Path(sys.argv[1]), ready=lambda address: print(address, flush=True))
"""


@contextmanager
def serving() -> Iterator[str]:
    """The address of a service with a data folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "serve.py"
        program.write_text(SERVE, encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "CUAKHAU_MAX_KEPT": "50"}
        command = [sys.executable, str(program), f"{folder}/data"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", env=environment
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.terminate()
                process.wait(30)


async def keep_simulating(client: httpx2.AsyncClient, over: asyncio.Event) -> int:
    """Order one run after another, two at a time, until it is over; how many were ordered."""
    for number in itertools.count(1):
        while (await client.get("/healthz")).json()["queued"] > 0:
            await asyncio.sleep(0.2)
            if over.is_set():
                return number
        await client.post("/v1/runs", json={"scenario": DAY, "seed": number, "replications": 20})
    raise AssertionError


async def first_answer(client: httpx2.AsyncClient) -> str:
    """A run that has an answer to be asked for."""
    order = {"scenario": DAY, "seed": 0, "replications": 2}
    run: str = (await client.post("/v1/runs", json=order)).json()["id"]
    while (await client.get(f"/v1/runs/{run}")).json()["state"] != "succeeded":
        await asyncio.sleep(0.1)
    return run


def mix(run: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What people and programs ask, each as often as it is asked."""
    order = {"scenario": DAY, "seed": 0, "replications": 2}
    asked: list[tuple[int, str, str, dict[str, Any]]] = [
        (5, "GET", "/healthz", {}),
        (20, "GET", f"/v1/runs/{run}", {}),
        (20, "GET", "/v1/runs?limit=20", {}),
        (20, "GET", f"/v1/runs/{run}/kpis", {}),
        (5, "GET", f"/v1/runs/{run}/trs", {}),
        (5, "GET", "/v1/scenarios", {}),
        (10, "GET", f"/v1/scenarios/{DAY}", {}),
        (5, "GET", "/metrics", {}),
        (5, "POST", "/v1/scenarios:check", {"json": {"scenario": DAY}}),
        (5, "POST", "/v1/runs", {"json": order}),
    ]
    return [(method, path, rest) for often, method, path, rest in asked for _ in range(often)]


async def requests(client: httpx2.AsyncClient, run: str, seconds: float) -> tuple[list[float], float]:
    """Requests at a steady rate, whether or not earlier ones were answered.

    How long each took, and how late the latest was sent: a sender that gets no processor sends in bursts,
    and then the times are those of bursts [s].
    """
    dice, asked, times = random.Random(1), mix(run), []

    async def one() -> None:
        method, path, rest = dice.choice(asked)
        began = time.perf_counter()
        answer = await client.request(method, path, **rest)
        times.append(time.perf_counter() - began)
        assert answer.status_code < 400, (path, answer.text)

    begun, going, late = time.perf_counter(), [], 0.0
    for number in range(int(RATE * seconds)):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        late = max(late, time.perf_counter() - begun - number / RATE)
        going.append(asyncio.create_task(one()))
    await asyncio.gather(*going)
    return sorted(times), late


async def events(address: str, path: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of a stream, over a bare connection."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 22)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode())
    kind = ""
    try:
        while line := (await reader.readline()).decode():
            name, _, value = line.strip().partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)
    finally:
        writer.close()


async def followers(client: httpx2.AsyncClient, address: str) -> tuple[int, float]:
    """100 clients follow a run to its end; how many heard it, and how long after the first the last did."""
    order = {"scenario": DAY, "seed": 77, "replications": 30, "fresh": True}
    run = (await client.post("/v1/runs", json=order)).json()["id"]
    ends: list[float] = []

    async def follow() -> None:
        async for kind, ticket in events(address, f"/v1/runs/{run}/events"):
            if kind == "ended":
                assert ticket["state"] == "succeeded"
                ends.append(time.perf_counter())
                return

    await asyncio.wait_for(asyncio.gather(*(follow() for _ in range(FOLLOWERS))), 300)
    return len(ends), max(ends) - min(ends)


async def sessions(client: httpx2.AsyncClient, address: str, seconds: float) -> tuple[int, list[float]]:
    """50 live sessions that play, each watched; how many stayed their own, and the times between updates."""
    opened = []
    for number in range(SESSIONS):
        order = {"scenario": DAY, "seed": 1000 + number, "at": 7 * 3_600_000}
        opened.append((await client.post("/v1/sessions", json=order)).json()["id"])
    gaps: list[float] = []
    own: list[bool] = []

    async def watch(session: str) -> None:
        last, came = 0.0, None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + 5):
                async for kind, state in events(address, f"/v1/sessions/{session}/events"):
                    now = time.perf_counter()
                    if kind == "delta" and last:
                        gaps.append(now - last)
                    last, came = now, state["came"]
                    if time.perf_counter() > until:
                        break
        told = (await client.get(f"/v1/sessions/{session}")).json()["state"]
        own.append(came is not None and all(a <= b for a, b in zip(came, told["came"], strict=True)))

    until = time.perf_counter() + seconds
    watching = [asyncio.create_task(watch(session)) for session in opened]
    await asyncio.gather(
        *(client.post(f"/v1/sessions/{s}/acts", json={"do": "play", "speed": 60.0}) for s in opened)
    )
    await asyncio.gather(*watching)
    for session in opened:
        await client.delete(f"/v1/sessions/{session}")
    return sum(own), sorted(gaps)


def worked() -> tuple[float, float]:
    """Processor time of the machine so far, and of this program with all that it started [s]."""
    tick = os.sysconf("SC_CLK_TCK")
    user, nice, system, _idle, _waiting, *rest = map(int, Path("/proc/stat").read_text().split()[1:9])
    times: dict[int, tuple[int, int]] = {}  # process → its parent, its ticks with those of ended children
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            words = stat.read_text().rpartition(")")[2].split()
            times[int(stat.parent.name)] = int(words[1]), sum(map(int, words[11:15]))
    ours = {os.getpid()}
    while more := {process for process, (parent, _) in times.items() if parent in ours} - ours:
        ours |= more
    return (user + nice + system + sum(rest)) / tick, sum(times[process][1] for process in ours) / tick


def at(times: list[float], share: float) -> float:
    """A quantile of sorted times [ms]."""
    return times[min(len(times) - 1, int(len(times) * share))] * 1000


async def measure(address: str, seconds: float) -> str:
    """The table."""
    limits = httpx2.Limits(max_connections=64, keepalive_expiry=2)  # before the server closes them
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        run, over = await first_answer(client), asyncio.Event()
        simulating = asyncio.create_task(keep_simulating(client, over))
        before, began = worked(), time.perf_counter()
        times, late = await requests(client, run, seconds)
        machine, ours = (now - then for now, then in zip(worked(), before, strict=True))
        others = max(0.0, machine - ours) / (time.perf_counter() - began)
        over.set()
        ordered = await simulating
        heard, apart = await followers(client, address)
        own, gaps = await sessions(client, address, min(seconds, 20))
    p50, p95, p99 = (at(times, share) for share in (0.5, 0.95, 0.99))
    load = f"{RATE} requests a second for {seconds:g} s while {ordered} runs of 20 days were ordered"
    beside = f"other programs used {others:.1f} of {os.cpu_count()} processors, sent up to {late:.1f} s late"
    rows = [
        ("what", "measured", "asked"),
        ("---", "---", "---"),
        (
            f"{load}; {beside}",
            f"no error; p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms",
            "no error, p95 under 150 ms",
        ),
        (
            f"{FOLLOWERS} clients follow one run",
            f"{heard} heard its end, the last {apart * 1000:.0f} ms after the first",
            "100 at once",
        ),
        (
            f"{SESSIONS} live sessions of the bulletin day play and are watched",
            f"{own} heard only their own; updates every {at(gaps, 0.5):.0f} ms, p95 {at(gaps, 0.95):.0f}",
            "no cross-talk, within 200 ms",
        ),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def main() -> None:
    """Measure, print, write."""
    seconds = float(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 60.0
    with serving() as address:
        table = asyncio.run(measure(address, seconds))
    print(table)
    if "--seconds" not in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
