"""Compile the compiled engine once for this installation, so that no run waits for it."""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from shutil import rmtree
from typing import Any

import numpy as np

from scenarios.library import load
from sim import draws, jit
from sim.engines import kernel
from sim.engines.compiled import Model
from sim.packed import packed

MONTH = 30 * 86_400
"""Code that was compiled from other sources is kept so long [s]."""


def warm() -> float:
    """Compile what is not compiled yet, and drop what other sources left; returns the time it took [s].

    Two at once do the same work twice and end well: numba writes its files under another name first.
    """
    begun = time.perf_counter()
    known = _arguments()
    for function in entries():
        names = inspect.signature(function.py_func).parameters
        function.compile(tuple(jit.type_of(known.get(name, 0)) for name in names))
    with contextlib.suppress(OSError):  # a disk that cannot be written costs the next run a compilation
        (jit.folder() / jit.DONE).touch()
        _drop_older(jit.folder())
    return time.perf_counter() - begun


def entries() -> Iterator[Any]:
    """Every compiled function that Python calls."""
    for module in (
        draws,
        *(import_module(f"{kernel.__name__}.{m.name}") for m in iter_modules(kernel.__path__)),
    ):
        for function in vars(module).values():
            if jit.is_entry(function) and function.__module__ == module.__name__:
                yield function


def _arguments() -> dict[str, Any]:
    """Arguments by their names; those that are not here are whole numbers."""
    model = Model(load("lang-son-2025-03-12").resolved, 0, 0, 1)
    return {
        "net": packed(model.net),
        "st": packed(model.state),
        "stop_when_empty": False,
        "out": np.empty(0, np.int64),
    }


def _drop_older(kept: Path) -> None:
    """What was compiled from other sources more than a month ago."""
    for other in kept.parent.iterdir():
        if other != kept and other.stat().st_mtime < time.time() - MONTH:
            rmtree(other, ignore_errors=True)
