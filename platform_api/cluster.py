"""A cluster of Dask as the hands of an experiment, where one machine is too small (extra `cuakhau[dask]`).

Its workers have the same cuakhau installed. A worker that dies costs nothing: its tasks are done again by
another. They are told to stop, as other hands are, and on each machine the engine is compiled once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from platform_api.crew import RunFailed
from platform_api.hands import Hands
from platform_api.texts import both

PATIENCE = 10
"""So long a scheduler, and its first worker, may take to answer [s]."""

Note = Callable[..., None]
"""Called with the key of a text and its values."""


@contextmanager
def cluster(address: str, engine: str = "compiled", note: Note | None = None) -> Iterator[Hands]:
    """The workers of a scheduler, `tcp://machine:8786`; `note` hears what takes long before the work begins.

    Raises
    ------
    RunFailed
        If the extra is not installed, nobody answers, there are no workers, or they have another cuakhau.
    """
    with _connected(address) as client:
        _require_alike(client, address)
        if engine == "compiled":
            _get_warm(client, note or (lambda *_, **__: None))
        told = Told(secrets.token_hex(8))
        pool = client.get_executor(pure=False)
        yield Hands(
            executor=pool,
            count=sum(client.nthreads().values()),
            submit=lambda task: pool.submit(task, told),
            stop=lambda: _stop(client, told),
            broke=lambda error: _broke(error, address),
        )


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise _failed("no_dask") from None
    connect: Any = distributed.Client  # it has no types
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _failed("no_scheduler", address=address, reason=str(error) or type(error).__name__) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise _failed("no_worker", address=address) from None
        yield client


def _failed(key: str, **values: object) -> RunFailed:
    return RunFailed(both(f"cluster.{key}", **values), both(f"cluster.{key}.remedy", **values))


def _broke(error: BaseException, address: str) -> RunFailed | None:
    """What to say where workers died again and again under a task, or the scheduler is gone."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return _failed("killed", address=address)
    return _failed("lost", address=address) if isinstance(error, CancelledError) else None


# ---- before the work ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """One worker: its cuakhau, its machine, where that keeps compiled code, and whether it has it."""

    package: str
    result: int
    machine: str
    folder: str
    warm: bool


def about() -> About:
    """The process that this is called in."""
    import platform
    from importlib.metadata import version

    from sim import jit
    from sim.run import RESULT_VERSION

    folder = str(jit.folder())
    return About(version("cuakhau"), RESULT_VERSION, platform.node(), folder, jit.is_warm())


def _require_alike(client: Any, address: str) -> None:
    here = about()
    for worker, found in client.run(about, on_error="return").items():
        if not isinstance(found, About):
            raise _failed("cannot_load", address=address, worker=worker, reason=found)
        if (found.package, found.result) != (here.package, here.result):
            versions = {"here": f"{here.package}/{here.result}", "there": f"{found.package}/{found.result}"}
            raise _failed("other_version", address=address, worker=worker, **versions)


def _get_warm(client: Any, note: Note) -> None:
    """Compile the engine on every machine where that was not done: by one worker, the others use it then."""
    chosen = to_warm(client.run(about))
    if not chosen:
        return
    began = perf_counter()
    note("cluster.warm", count=len(chosen))
    client.gather([client.submit(_warm, workers=[worker], pure=False) for worker in chosen])
    note("warm.done", seconds=round(perf_counter() - began))


def to_warm(found: Mapping[str, About]) -> list[str]:
    """One worker of each machine, and folder, that has nothing compiled."""
    groups = {(of.machine, of.folder): worker for worker, of in sorted(found.items()) if not of.warm}
    return list(groups.values())


def _warm() -> float:
    from sim.warm import warm

    return warm()


# ---- stopping -----------------------------------------------------------------------------------------

_stopped: set[str] = set()
"""Experiments that this worker process was told to leave."""


@dataclass(frozen=True, slots=True)
class Told:
    """Asked by a task whether its experiment is to stop; it goes with the task to its worker."""

    experiment: str

    def __call__(self) -> bool:
        """Whether this process was told so."""
        return self.experiment in _stopped


def _leave(experiment: str) -> None:
    _stopped.add(experiment)


def _stop(client: Any, told: Told) -> None:
    """Tell every worker; it hears it while it computes. Who is gone need not be told."""
    client.run(_leave, told.experiment, on_error="ignore")
