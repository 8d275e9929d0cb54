"""The real Prometheus, started on a folder of simulated time and asked; nothing here evaluates PromQL."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_api.texts import both
from scenarios.resolved import Label

LONGEST_BLOCK = "9000h"
"""Of simulated time; promtool reads its input once for each block, which by default are of two hours."""

PATIENCE_S = 60
"""How long Prometheus may take to be ready [s]."""

LOOKBACK = "1h"
"""How old a sample may be that a query takes; samples of a long window are an hour apart."""

Samples = dict[tuple[tuple[str, str], ...], list[tuple[float, float]]]
"""Labels of a series → its (time [s since 1970], value)."""


class PrometheusFailed(Exception):
    """The program is missing, did not start, or refused what it was given."""

    def __init__(self, key: str, **values: object) -> None:
        self.message: Label = both(f"error.{key}", **values)
        self.remedy: Label = both(f"error.{key}.remedy", **values)
        super().__init__(f"{self.message.en}; {self.remedy.en}")


def program(name: str) -> str:
    """Where a program of Prometheus is: beside Python, where script/setup puts it, else on the PATH.

    Raises
    ------
    PrometheusFailed
        If it is nowhere.
    """
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise PrometheusFailed("no_prometheus", name=name)
    return found


def promtool(*words: str | Path) -> str:
    """What promtool says.

    Raises
    ------
    PrometheusFailed
        If it fails; with its own words.
    """
    done = subprocess.run(
        [program("promtool"), *words], capture_output=True, encoding="utf-8", check=False
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise PrometheusFailed("promtool", words=" ".join(map(str, words[:2])), said="; ".join(said[-3:]))
    return done.stdout


def make_blocks(openmetrics: Path, data: Path) -> None:
    """Turn a text in simulated time into blocks in a data folder; several may go into one.

    Raises
    ------
    PrometheusFailed
        If promtool refuses it.
    """
    promtool(
        "tsdb", "create-blocks-from", f"--max-block-duration={LONGEST_BLOCK}", "openmetrics", "--quiet",
        openmetrics, data,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """A Prometheus that is ready."""

    address: str

    def query(self, expression: str, at: float) -> dict[tuple[tuple[str, str], ...], float]:
        """The value of each series of an expression at an instant [s since 1970]."""
        found = self.get("query", query=expression, time=f"{at:.3f}")["result"]
        if isinstance(found, list) and found and not isinstance(found[0], dict):
            return {(): float(found[1])}
        return {_key(each["metric"]): float(each["value"][1]) for each in found}

    def number(self, expression: str, at: float) -> float:
        """The value of an expression that gives a single one."""
        (value,) = self.query(expression, at).values()
        return value

    def over(self, expression: str, begin: float, end: float, step: float) -> Samples:
        """The samples of each series of an expression from one instant to another, both included [s]."""
        points = _most_points(begin, end, step)
        found: Samples = {}
        for first, last in points:
            answer = self.get(
                "query_range", query=expression, start=f"{first:.3f}", end=f"{last:.3f}", step=step
            )
            for each in answer["result"]:
                told = [(float(at), float(value)) for at, value in each["values"]]
                found.setdefault(_key(each["metric"]), []).extend(told)
        return found

    def get(self, what: str, **words: Any) -> Any:
        """The data of an answer of the HTTP interface.

        Raises
        ------
        PrometheusFailed
            If it refuses; with its own words.
        """
        address = f"{self.address}/api/v1/{what}?{urllib.parse.urlencode(words)}"
        try:
            with urllib.request.urlopen(address, timeout=120) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            said = json.loads(error.read() or b"{}").get("error", error.reason)
            raise PrometheusFailed("promql", query=words.get("query", what), said=said) from None


def _key(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


MOST_POINTS = 10_000
"""Of one range query; Prometheus allows 11,000."""


def _most_points(begin: float, end: float, step: float) -> Iterator[tuple[float, float]]:
    """The span in parts of no more points than a query may have."""
    while begin <= end:
        last = min(end, begin + (MOST_POINTS - 1) * step)
        yield begin, last
        begin = last + step


@contextmanager
def serving(
    data: Path, *, scrape: str | None = None, rules: Sequence[Path] = (), every: str = "1s",
    lookback: str = LOOKBACK,
) -> Iterator[Server]:  # fmt: skip
    """Prometheus on a data folder, on a free port of this machine, until the block is left.

    Parameters
    ----------
    scrape : `host:port` of a service to scrape · rules : files to evaluate · every : how often

    Raises
    ------
    PrometheusFailed
        If it does not get ready.
    """
    settings = data / "prometheus.yaml"
    data.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(_settings(scrape, rules, every)), encoding="utf-8")  # JSON is YAML
    port = _free_port()
    with (data / "prometheus.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                program("prometheus"), f"--config.file={settings}", f"--storage.tsdb.path={data}",
                "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}",
                f"--query.lookback-delta={lookback}", "--log.level=warn",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            server = Server(f"http://127.0.0.1:{port}")
            _wait(server, process, data / "prometheus.log")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _settings(scrape: str | None, rules: Sequence[Path], every: str) -> dict[str, Any]:
    jobs = [{"job_name": "cuakhau", "static_configs": [{"targets": [scrape]}]}] if scrape else []
    return {
        "global": {"scrape_interval": every, "evaluation_interval": every},
        "scrape_configs": jobs,
        "rule_files": [str(path.resolve()) for path in rules],
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.address}/-/ready", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    said = log.read_text(encoding="utf-8").strip().splitlines()
    raise PrometheusFailed("prometheus_start", said="; ".join(said[-3:]))
