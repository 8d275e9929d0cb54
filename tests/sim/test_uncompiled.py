"""The kernel as plain Python, without compilation: the same record, row for row."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from scenarios.library import load
from scenarios.resolved import Resolved
from sim import jit, warm
from sim.engines import compiled
from sim.engines.kernel import loop
from sim.run import run
from tests.sim.networks import networks
from tests.sim.test_engines_agree import NO_SHRINK, assert_engines_agree

HOUR = 3_600_000
FEW = settings(NO_SHRINK, max_examples=40)
LARGE = "ignore:Generating overly large repr"
"""As in pyproject.toml, which a process of its own does not read."""


@pytest.mark.slow
def test_the_kernel_gives_the_same_records_without_being_compiled() -> None:
    """In a process of its own, since numba decides when a function is defined."""
    root = Path(__file__).parents[2]
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)}
    first = "import tests.conftest"  # how examples are drawn everywhere
    program = (
        f"{first}; from {__name__} import compare_few, compare_cramped; compare_few(); compare_cramped()"
    )
    words = [sys.executable, "-W", "error", "-W", LARGE, "-c", program]
    done = subprocess.run(words, env=env, cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]


@FEW
@given(networks())
def compare_few(scenario: Resolved) -> None:
    assert_engines_agree(scenario)
    assert not hasattr(sys.modules["sim.engines.kernel.loop"].run, "signatures"), "it was compiled after all"


@FEW
@given(networks())
def compare_cramped(scenario: Resolved) -> None:
    """With arrays as small as may be, which grow all the time: Python says where one is too short."""
    with (
        patch.object(compiled, "SLOTS", 4),
        patch.object(compiled, "SPARE", 2),
        patch.object(loop, "LEAST_ROOM", 1),
    ):
        assert_engines_agree(scenario)


def test_warming_compiles_everything_that_python_calls() -> None:
    """And for the types that runs have: another run, of another scenario, compiles nothing more."""
    warm.warm()
    assert jit.is_warm()
    entries = list(warm.entries())
    assert {entry.__name__ for entry in entries} >= {"run", "open_gates", "stand_in_backlog", "draw"}
    run(load("yen-bai-ocop").resolved, 1, until=6 * HOUR, engine="compiled")
    mine = [entry for entry in entries if entry.__module__.startswith("sim.engines.kernel")]
    assert [len(entry.signatures) for entry in mine] == [1] * len(mine)


@pytest.mark.parametrize("name", ["sim/draws.py", "sim/engines/kernel/visits.py", "scenarios/grid.py"])
def test_an_edit_of_anything_compiled_means_another_cache(name: str, tmp_path: Path) -> None:
    here = Path(__file__).parents[2]
    for package in ("sim", "scenarios"):
        shutil.copytree(here / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    before = jit.sources_hash(tmp_path)
    assert before == jit.sources_hash(here)
    (tmp_path / name).write_text((here / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert jit.sources_hash(tmp_path) != before


@pytest.mark.slow
def test_equal_sources_in_another_place_are_compiled_already(tmp_path: Path) -> None:
    """A second installation, or a checkout whose files were written anew, compiles nothing."""
    warm.warm()
    here = Path(__file__).parents[2]
    for package in ("sim", "scenarios"):
        shutil.copytree(here / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from sim import warm; warm.warm(); import sim; print(sim.__path__[0]);"
        "print(sum(sum(f.stats.cache_misses.values()) for f in warm.entries()))"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.split() == [str(tmp_path / "sim"), "0"], done.stderr[-2000:]
