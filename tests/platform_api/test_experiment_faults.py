"""Every kind of experiment when a process dies, there is no room, or it is stopped: what is done stays."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from platform_api import experiments, forecast, hands, journal, optimising, outage_map, sweeping, why
from platform_api.answer import Answer
from platform_api.crew import RunFailed
from platform_api.following import Advance
from scenarios import library
from scenarios.decisions import Objective, Wanted, parse_target, typed_decision
from scenarios.experiments import Design, Variant
from scenarios.resolved import Label
from scenarios.sweeps import Factor
from sim.circles import has_no_circle
from sim.run import Cancelled
from tests.platform_api.test_cli_process import command as words_of
from tests.platform_api.test_cli_process import environment

OFFICER = "resources.officer.capacity"
HOUR = 3_600_000


@dataclass(frozen=True)
class Kind:
    """One kind of experiment: how it is prepared from a file, run, and typed."""

    name: str
    prepare: Callable[[Path, Path | None, str, int], Any]
    run: Callable[..., Answer]
    words: tuple[str, ...]


def compared(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    second = Variant("second", Label("hai", "two"), None, {OFFICER: 2})
    design = Design("c", str(file), (second,), replications=replications, engine=engine, seed=1)
    return experiments.prepare(design, folder)


def swept(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    officer = Factor("officer", Label("cán bộ", "officer"), OFFICER, OFFICERS)
    design = Design("s", str(file), (), replications=replications, engine=engine, seed=1, factors=(officer,))
    return sweeping.prepare(design, folder)


def mapped(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    asked = outage_map.Asked(
        str(file), every=12 * HOUR, lasts=2 * HOUR, replications=replications, seed=1, engine=engine
    )
    return outage_map.prepare(asked, folder)


def explained(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    return why.prepare(why.Asked(str(file), replications=replications, seed=1, engine=engine), folder)


def optimised(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    officers = typed_decision(OFFICER, OFFICER, "1,2,3", 1_000_000)
    wanted = Wanted((officers,), (parse_target(WITHIN),), Objective())
    design = Design("o", str(file), (), replications=replications, engine=engine, seed=1, wanted=wanted)
    return optimising.prepare(design, folder)


def foreseen(file: Path, folder: Path | None, engine: str, replications: int) -> Any:
    year = 365 * 24 * HOUR
    asked = forecast.Asked(str(file), horizon=year, replications=replications, seed=1, engine=engine)
    return forecast.prepare(asked, folder)


WITHIN = "90 % within 30 min"
OFFICERS = tuple(map(str, range(80, 40, -1)))
KINDS = (
    Kind("compare", compared, experiments.run, (f"second:{OFFICER}=2",)),
    Kind("sweep", swept, sweeping.run, (f"{OFFICER}={','.join(OFFICERS)}",)),
    Kind("resilience", mapped, outage_map.run, ("--every", "12h")),
    Kind("why", explained, why.run, ()),
    Kind(
        "optimise",
        optimised,
        optimising.run,
        (f"{OFFICER}=1,2,3", "--target", WITHIN, "--cost", f"{OFFICER}=1000000 VND"),
    ),
    Kind("forecast", foreseen, forecast.run, ("--horizon", "365 d")),
)
of_every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written | {"window": "2 d"}, ensure_ascii=False), encoding="utf-8")
    return found


def lines_in(folder: Path) -> list[bytes]:
    path = folder / journal.LINES
    return path.read_bytes().splitlines() if path.exists() else []


class Given(AbstractContextManager[hands.Hands]):
    """Hands that are there already."""

    def __init__(self, given: hands.Hands) -> None:
        self.given = given

    def __enter__(self) -> hands.Hands:
        return self.given

    def __exit__(self, *_: object) -> None:
        return None


# ---- a process dies -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@of_every_kind
def test_a_worker_that_dies_is_told_and_costs_nothing_that_was_finished(
    kind: Kind, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    prepared = kind.prepare(file, folder, "reference", 10)
    with hands.processes(1) as workers:
        killed: list[int] = []

        def follow(_: Advance) -> None:
            if len(lines_in(folder)) >= 2 and not killed:
                killed.append(next(iter(workers.executor._processes)))  # type: ignore[attr-defined]
                os.kill(killed[0], signal.SIGKILL)

        with pytest.raises(RunFailed, match="process died"):
            kind.run(prepared, hands=Given(workers), folder=folder, progress=follow)
    kept = lines_in(folder)
    assert len(kept) >= 2
    seen: list[Advance] = []
    with pytest.raises(Cancelled):  # it goes on from there: the first look already finds them
        kind.run(prepared, jobs=1, folder=folder, progress=seen.append, cancel=lambda: True)
    assert lines_in(folder)[: len(kept)] == kept


# ---- no room ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@of_every_kind
def test_where_there_is_no_room_it_is_said_and_the_same_command_goes_on(
    kind: Kind, file: Path, tmp_path: Path
) -> None:
    """A file may have so many bytes only: the journal meets that as it meets a full disk."""
    folder, limit = tmp_path / "kept", 4000
    command = words_of(kind.name, file, *kind.words, "--replications", 10, "--seed", 1, "--jobs", 1,
                       "--lang", "en", "--out", folder)  # fmt: skip

    def narrow() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    full = subprocess.run(
        command, env=environment(), capture_output=True, check=False, preexec_fn=narrow
    )  # fmt: skip
    assert full.returncode == 1, full.stderr.decode()
    assert full.stdout == b""
    assert str(folder) in full.stderr.decode()
    assert b"room" in full.stderr
    assert b"Traceback" not in full.stderr
    kept = lines_in(folder)
    assert kept
    for line in kept:
        json.loads(line)
    kind.run(kind.prepare(file, folder, "compiled", 10), jobs=1, folder=folder)
    assert lines_in(folder)[: len(kept)] == kept


# ---- somebody stops it --------------------------------------------------------------------------------


@pytest.fixture
def long_file(endless: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "endless.yaml"
    found.write_text(json.dumps(endless, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.mark.slow
@of_every_kind
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_cancelled_in_the_middle_of_a_replication_it_stops_within_a_second(
    kind: Kind, engine: str, long_file: Path
) -> None:
    """The best of three: others may hold the processor."""
    took = []
    for _ in range(3):
        asked: list[float] = []

        def stop(begun: float = time.monotonic(), asked: list[float] = asked) -> bool:
            if time.monotonic() - begun > (1.0 if engine == "compiled" else 3.0):
                asked.append(time.monotonic())
            return bool(asked)

        with pytest.raises(Cancelled):
            kind.run(kind.prepare(long_file, None, engine, 40), jobs=1, cancel=stop)
        took.append(time.monotonic() - asked[0])
        if took[-1] < 1.0:
            break
    assert min(took) < 1.0, took


@pytest.mark.slow
def test_a_run_that_ends_with_many_inside_is_stopped_while_it_looks_for_a_deadlock(long_file: Path) -> None:
    """Forty thousand who wait are read one by one after the end, which takes longer than the run.

    Trucks that go the other way round make a circle of full places possible, so that it has to be looked for.
    """
    written = json.loads(long_file.read_text(encoding="utf-8"))
    written["resources"]["officer"]["capacity"] = 1
    written["steps"]["papers"]["room"] = 1_000_000
    written["steps"]["stamp"] = written["steps"]["papers"] | {"label": {"vi": "Đóng dấu", "en": "Stamp"}}
    truck = written["flows"]["truck"]
    written["flows"] = {
        "truck": truck | {"route": ["papers", "stamp"]}, "back": truck | {"route": ["stamp", "papers"]}
    }  # fmt: skip
    long_file.write_text(json.dumps(written | {"window": "10 d"}), encoding="utf-8")
    assert not has_no_circle(library.load(long_file).resolved)
    asked: list[float] = []

    def stop() -> bool:
        asked.extend([time.monotonic()] if time.monotonic() - begun > 2.5 else [])
        return bool(asked)

    prepared, begun = compared(long_file, None, "compiled", 100), time.monotonic()
    with pytest.raises(Cancelled):
        experiments.run(prepared, jobs=1, cancel=stop)
    assert time.monotonic() - asked[0] < 1.0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers no SIGINT to a process of its own")
@pytest.mark.parametrize(
    ("kind", "sent", "code", "told"),
    [(KINDS[0], signal.SIGINT, 130, "Ctrl-C"), (KINDS[1], signal.SIGTERM, 143, "SIGTERM")],
    ids=lambda of: of.name if isinstance(of, Kind) else "",
)
def test_ctrl_c_keeps_what_is_finished(
    kind: Kind, sent: signal.Signals, code: int, told: str, endless: dict[str, Any], tmp_path: Path
) -> None:
    file, folder = tmp_path / "endless.yaml", tmp_path / "kept"
    file.write_text(json.dumps(endless | {"window": "2 h"}), encoding="utf-8")
    words = words_of(kind.name, file, *kind.words, "--replications", 100, "--seed", 1, "--jobs", 2,
                     "--lang", "en", "--out", folder)  # fmt: skip
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while len(lines_in(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(sent)
    asked = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < 5  # a second of its own, and those who share the processor
    assert process.returncode == code, err.decode()
    assert out == b""
    assert told in err.decode()
    assert str(folder) in err.decode()
    assert b"Traceback" not in err
    assert (folder / journal.LINES).read_bytes().endswith(b"\n")
