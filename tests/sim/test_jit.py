"""What is kept of compiled code: it is found again by another process, and is no more than it needs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from scenarios.library import load
from sim import jit
from sim.run import run
from sim.warm import warm

SMALL = "examples/small-gate.yaml"
IN_ANOTHER_PROCESS = f"""
import json
from scenarios.library import load
from sim.engines.kernel import loop
from sim.run import run
digest = run(load({SMALL!r}).resolved, 1, engine="compiled").digest
print(json.dumps([digest, sum(loop.run.stats.cache_hits.values()), len(loop.run.stats.cache_misses)]))
"""


def test_another_process_finds_the_machine_code_and_gives_the_same_digest() -> None:
    warm()
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS], check=True, capture_output=True, encoding="utf-8"
    )
    digest, hits, misses = json.loads(done.stdout)
    assert (hits, misses) == (1, 0)
    assert digest == run(load(SMALL).resolved, 1, engine="compiled").digest


def test_the_form_for_compiled_callers_is_not_kept_of_an_entry() -> None:
    """Machine code of the loop is some hundred kilobytes; the other form would be ten times that."""
    warm()
    kept = [file.stat().st_size for file in jit.folder().glob("**/loop.run-*.nbc")]
    assert kept
    assert max(kept) < 1_500_000


def test_compiled_code_that_calls_an_entry_is_refused() -> None:
    @jit.called
    def caller(x: int) -> int:
        return entered(x)

    @jit.entry
    def entered(x: int) -> int:
        return x

    @jit.entry
    def outer(x: int) -> int:
        return caller(x)

    with pytest.raises(Exception, match="make it @shared"):
        outer(1)
