"""Replications: the same answer wherever they run, stopped when asked, and told how far they are."""

import multiprocessing
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metrics import sample
from platform_api.crew import Crew
from platform_api.results import Result
from platform_api.runner import (
    DRAWN_SEEDS,
    SEED_LIMIT,
    Advance,
    RunFailed,
    draw_seed,
    run_apart,
    run_scenario,
)
from scenarios.library import load as library
from scenarios.resolved import DAY, Resolved
from sim.digest import digest
from sim.engines import DEFAULT_ENGINE, ENGINES, compiled
from sim.files import load
from sim.run import Cancelled, Run, run, shorten
from tests.platform_api.conftest import resolved
from tests.sim.test_parts import beside


def without_clock(result: Result) -> Result:
    """What must be equal whenever and wherever a run is repeated."""
    return replace(result, timing=replace(result.timing, setup_s=0, engine_s=0))


def who_and_what(result: Result) -> tuple[int, Result]:
    return os.getpid(), result


def test_replications_come_in_their_order(small: Resolved) -> None:
    result = run_scenario(small, seed=7, replications=3)
    assert result.digest == tuple(run(small, 7, number, engine="reference").digest for number in range(3))
    assert len(set(result.digest)) == 3


def test_more_replications_keep_the_first_ones(small: Resolved) -> None:
    assert (
        run_scenario(small, seed=7, replications=4).digest[:2]
        == run_scenario(small, seed=7, replications=2).digest
    )


@pytest.mark.slow
def test_processes_give_the_same_answer(small: Resolved) -> None:
    here = run_scenario(small, seed=7, replications=5)
    with Crew(jobs=2, room=5) as crew:
        apart = run_scenario(small, seed=7, replications=5, crew=crew)
        again = run_scenario(small, seed=7, replications=5, crew=crew)
        order: dict[str, Any] = {
            "engine": DEFAULT_ENGINE,
            "overrides": {},
            "warnings": (),
            "progress": str,
            "cancel": bool,
        }
        maker, finished = run_apart(small, who_and_what, seed=7, replications=5, crew=crew, **order)
    side_by_side = run_scenario(small, seed=7, replications=5, jobs=2)
    assert maker != os.getpid()  # the answer itself was put together elsewhere
    assert without_clock(finished) == without_clock(here)
    assert without_clock(apart) == without_clock(again) == without_clock(here) == without_clock(side_by_side)


def test_an_answer_survives_json(small: Resolved) -> None:
    result = run_scenario(small, seed=(1 << 64) - 1, replications=2)
    assert Result.from_json(result.to_json()) == result


@pytest.mark.parametrize("seed", [-1, SEED_LIMIT])
def test_a_seed_out_of_range_is_refused(small: Resolved, seed: int) -> None:
    with pytest.raises(ValueError, match="seed"):
        run_scenario(small, seed=seed)


def test_no_replications_are_refused(small: Resolved) -> None:
    with pytest.raises(ValueError, match="replications"):
        run_scenario(small, replications=0)


def test_a_drawn_seed_is_recorded_and_exact_in_every_reader(small: Resolved) -> None:
    result = run_scenario(small)
    assert run_scenario(small, seed=result.seed).digest == result.digest
    assert {draw_seed() < DRAWN_SEEDS for _ in range(100)} == {True}


def test_progress_rises_to_the_end(small: Resolved) -> None:
    seen: list[Advance] = []
    run_scenario(small, seed=7, replications=3, progress=seen.append)
    shares = [advance.done for advance in seen]
    assert shares == sorted(shares)
    assert (seen[-1].done, seen[-1].finished, seen[-1].remaining_s) == (1.0, 3, 0.0)
    assert seen[-1].entities > 0


def test_little_work_starts_no_processes(small: Resolved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "replicates", lambda *_: pytest.fail("a process was started"))
    assert run_scenario(small, seed=7, replications=3, jobs=4).replications == 3


def test_records_are_kept_whole(small: Resolved, tmp_path: Path) -> None:
    result = run_scenario(small, seed=7, replications=2, record_to=tmp_path / "record")
    folders = sorted((tmp_path / "record").iterdir())
    assert [folder.name for folder in folders] == ["replication-0001", "replication-0002"]
    assert tuple(digest(load(folder)) for folder in folders) == result.digest


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_the_answer_does_not_depend_on_what_is_kept(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on a record, nor on how large pieces are; with histograms too."""
    monkeypatch.setattr(sample, "EXACT", 20)
    scenario = shorten(library("yen-bai-ocop").resolved, 5 * DAY)

    def answer(**how: Any) -> Result:
        return without_clock(run_scenario(scenario, seed=7, engine=engine, **how))

    recorded = answer(record_to=tmp_path / "record")
    at_once = answer()
    monkeypatch.setattr(compiled, "ROWS", 200)
    assert recorded == at_once == answer()


def test_only_who_asks_for_it_gets_a_record(small: Resolved, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []

    def watched(*given: Any, keep: str, **more: Any) -> Run:
        kept.append(keep)
        return run(*given, keep=keep, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.run.run", watched)
    run_scenario(small, seed=7)
    unbounded = replace(small.clock, until="empty", at_most=2 * small.clock.at_most)
    run_scenario(replace(small, clock=unbounded, targets={"dwell": 1}), seed=7)
    assert kept == ["statistics", "record"]


def test_cancelling_stops_a_run_here(endless: dict[str, Any], tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run_scenario(
            resolved(endless),
            seed=1,
            cancel=lambda: time.monotonic() > began + 0.3,
            record_to=tmp_path / "record",
        )
    assert time.monotonic() - began < 5
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.slow
def test_cancelling_really_ends_the_work_and_the_processes_serve_again(
    small: Resolved, endless: dict[str, Any]
) -> None:
    at_work, asked = threading.Event(), 0.0

    def watch(advance: Advance) -> None:
        if advance.entities > 0:
            at_work.set()

    def cancel() -> bool:
        nonlocal asked
        if at_work.is_set() and not asked:
            asked = time.monotonic()
        return bool(asked)

    with Crew(jobs=2, room=4) as crew:
        with pytest.raises(Cancelled):
            run_scenario(resolved(endless), seed=1, replications=4, crew=crew, progress=watch, cancel=cancel)
        assert time.monotonic() - asked < 5
        assert run_scenario(small, seed=7, crew=crew).digest == run_scenario(small, seed=7).digest
    assert multiprocessing.active_children() == []


@pytest.mark.slow
def test_a_process_that_dies_is_told_plainly_and_replaced(small: Resolved, endless: dict[str, Any]) -> None:
    def kill_one(advance: Advance) -> None:
        if advance.entities > 0:
            multiprocessing.active_children()[0].kill()

    with Crew(jobs=2, room=2) as crew:
        with pytest.raises(RunFailed) as told:
            run_scenario(resolved(endless), seed=1, replications=2, crew=crew, progress=kill_one)
        assert told.value.message.vi
        assert "memory" in told.value.remedy.en
        assert run_scenario(small, seed=7, crew=crew).digest == run_scenario(small, seed=7).digest
    assert multiprocessing.active_children() == []


def test_a_single_replication_of_two_gates_is_the_same_in_two_threads() -> None:
    gate = library(Path(__file__).parents[2] / "examples" / "small-gate.yaml").resolved
    one, two = (run_scenario(beside(gate, gate), seed=3, replications=1, jobs=jobs) for jobs in (1, 2))
    assert without_clock(one) == without_clock(two)
