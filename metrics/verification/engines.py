"""Whether both engines give the same record, told by its digest, in whatever order facts come."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from metrics.verification.case import SEED
from scenarios.library import load, names
from scenarios.resolved import DAY, Resolved
from sim.run import run, shorten

Kind = Literal["library", "small", "case"]

OFTEN = 20
"""Replications of a small network: each has other arrivals, durations and failures."""

CASE_DAYS = 2

LIBRARY_DAYS = 7

MOST_VISITS = 60_000
"""Of a scenario of the library: what the slow engine does in a few seconds."""


@dataclass(frozen=True, slots=True)
class Common:
    """A scenario that both engines run.

    days : of its window; None: all of it · replications : how often
    """

    kind: Kind
    name: str
    days: int | None
    replications: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of it; `differ` are the replications in which two digests were not equal."""

    common: Common
    visits: int
    differ: tuple[int, ...]

    @property
    def verdict(self) -> Literal["equal", "different"]:
        """Of all replications."""
        return "different" if self.differ else "equal"


def commons() -> Iterator[Common]:
    """The library, at most a week of each; the small networks; and the cases of the theory."""
    from metrics.verification.cases import CASES

    yield from (Common("library", name, LIBRARY_DAYS, 1) for name in names())
    yield from (Common("small", name, None, OFTEN) for name in small_networks())
    yield from (Common("case", case.name, CASE_DAYS, 1) for case in CASES)


def agree(common: Common, seed: int = SEED, cancel: Callable[[], bool] | None = None) -> Agreement:
    """Run a scenario on both engines; a short one also with the facts of each instant shuffled.

    Raises
    ------
    sim.laws.LawBroken
        If a record contradicts the law.
    sim.run.Cancelled
        If `cancel` said so.
    """
    scenario = _scenario(common)
    visits, differ = 0, []
    for replication in range(common.replications):
        reference = run(scenario, seed, replication, engine="reference", cancel=cancel)
        others = {run(scenario, seed, replication, engine="compiled", cancel=cancel).digest}
        if common.kind != "library":
            shuffle = random.Random(replication)
            others |= {
                run(scenario, seed, replication, shuffle=shuffle, cancel=cancel, engine="reference").digest
            }
        visits += reference.timing.visits
        if others != {reference.digest}:
            differ.append(replication)
    return Agreement(common, visits, tuple(differ))


def _scenario(common: Common) -> Resolved:
    if common.kind == "case":
        return _start_of_case(common.name)
    if common.kind == "library":
        return of_at_most(MOST_VISITS, shorten(load(common.name).resolved, LIBRARY_DAYS * DAY))
    with _small_folder() as folder:
        return load(folder / f"{common.name}.yaml").resolved


def of_at_most(visits: int, scenario: Resolved) -> Resolved:
    """The scenario, or so much of its lead-in and window that it has no more visits than these."""
    while (found := run(scenario, SEED, engine="compiled", keep="statistics").timing.visits) > visits:
        part, clock = 0.9 * visits / found, scenario.clock
        scenario = replace(scenario, clock=replace(clock, lead_in=int(clock.lead_in * part)))
        scenario = shorten(scenario, int(clock.at_most * part))
    return scenario


def _start_of_case(name: str) -> Resolved:
    """The first days of a case, without its lead-in: the slow engine is to run it too."""
    from metrics.verification.cases import BY_NAME

    whole = BY_NAME[name].scenario(300)
    return shorten(replace(whole, clock=replace(whole.clock, lead_in=0)), CASE_DAYS * DAY)


# ---- the small networks
def small_networks() -> list[str]:
    """Their names: the files of the folder `small`, full of ties and of places that are full."""
    with _small_folder() as folder:
        return sorted(file.stem for file in folder.glob("*.yaml"))


@contextmanager
def _small_folder() -> Iterator[Path]:
    with as_file(files("metrics.verification").joinpath("small")) as folder:
        yield folder
