"""A scenario whose theory is known, and how a figure of a run is held against a formula.

The unit of time is the minute, in formulas and in what is told.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from metrics.verification.effort import needed
from metrics.verification.seen import Seen, seen
from scenarios.library import load_text
from scenarios.resolved import Label, Resolved
from sim.run import run

ENGINE = "compiled"
SEED = 20250312
"""Fixed, so that the verdicts are the same whenever and wherever they are asked for."""

REPLICATIONS = 40
LEAD_IN_DAYS = 10
"""Simulated before the window, so that it begins in the steady state: over 50 times the longest time that any
of the queues takes to forget how it began."""

COOL_DOWN_DAYS = 5
"""Who comes in the last days of the window is not counted: they meet nobody who comes after them."""

DRAIN_DAYS = 60
"""Longest time until all have left."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that theory knows.

    expected : by the formula, from what the resolved scenario holds · of : the same from one replication
    """

    label: Label
    expected: float
    formula: str
    source: str
    of: Callable[[Seen], float]


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario and its figures.

    Attributes
    ----------
    written : steps, resources and flows in the language; the time axis is added
    hourly : entities per hour
    squared_cv : n · Var(mean over n entities) / mean² of the figure that varies most, measured beforehand or
        computed
    """

    name: str
    title: Label
    written: str
    hourly: float
    squared_cv: float
    figures: Callable[[Resolved], Sequence[Figure]]

    def entities(self, margin: float) -> int:
        """How many are simulated in each replication, for a margin relative to each figure."""
        return math.ceil(needed(self.squared_cv, margin, REPLICATIONS) / REPLICATIONS)

    def seed(self, seed: int) -> int:
        """The seed of this case."""
        return seed ^ crc32(self.name.encode())

    def scenario(self, entities: int) -> Resolved:
        """The resolved scenario with a window for so many that count."""
        hours = math.ceil(entities / self.hourly) + 24 * COOL_DOWN_DAYS
        written = self.written.replace("ENTITIES", str(entities))
        return load_text(self._header(hours) + written).resolved

    def _header(self, hours: int) -> str:
        title = json.dumps({"vi": self.title.vi, "en": self.title.en}, ensure_ascii=False)
        return (
            f"name: {self.name}\ntitle: {title}\nquestion: {title}\ntime_zone: UTC\nstart: 2001-01-01 00:00\n"
            f"window: {hours} h\nlead_in: {LEAD_IN_DAYS} d\nhorizon: stationary\n"
            f"until: empty\nat_most: {hours + 24 * DRAIN_DAYS} h\n"
        )


@dataclass(frozen=True, slots=True)
class Replicated:
    """One replication of a case: its figures in their order, and how much was run."""

    values: tuple[float, ...]
    entities: int
    visits: int


def replicate(
    case: Case,
    entities: int,
    replication: int,
    seed: int = SEED,
    cancel: Callable[[], bool] | None = None,
) -> Replicated:
    """Run one replication and read its figures. This is the one place that runs a case.

    Parameters
    ----------
    seed : of all cases; each has its own from it, so that they do not err together

    Raises
    ------
    sim.run.Cancelled
        If `cancel` said so.
    sim.laws.LawBroken
        If the record contradicts the law.
    """
    scenario = case.scenario(entities)
    done = run(scenario, case.seed(seed), replication, engine=ENGINE, cancel=cancel)
    told = seen(done.log, scenario, COOL_DOWN_DAYS)
    values = tuple(float(figure.of(told)) for figure in case.figures(scenario))
    return Replicated(values, done.timing.entities, done.timing.visits)
