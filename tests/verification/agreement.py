"""The same figures of one run from our record and from Ciw's, and whether they are equal up to a margin.

A figure is a mean or a count over what was finished within the window: waits and times at each step and the
time of each flow, how many passed each step, balked, gave up, were turned away. Both programs begin empty and
stop with the window, so what is cut off at its end is cut off in both.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import yaml

from metrics.statistics import Equivalence, equivalence
from scenarios.library import load_text
from scenarios.resolved import Resolved
from sim.log import ENTITY_OUTCOMES, VISIT_OUTCOMES
from sim.run import run
from tests.verification.ciw_twin import Twin

Written = dict[str, Any]


class Figure(NamedTuple):
    """What a number is of."""

    what: str
    flow: str
    step: str = ""  # of the whole way if empty


Figures = dict[Figure, float]

SEED = 20250312
OURS_FOR_EACH = 4
"""Replications of ours, which are cheaper, for each of Ciw's."""
PILOT = 100
"""Replications of ours from which the number of replications is computed."""
FACTOR = (1.645 + 3.72) ** 2 * (1 + 1 / OURS_FOR_EACH)
"""Two one-sided tests at 5 % say "equal" of equal figures with probability .9998 from n = FACTOR · (sd /
margin)² on (Schuirmann 1987, normal approximation): there are hundreds of figures, all to be decided."""
SURPLUS = 1.3
"""A standard deviation from the pilot may be too small: by 14 % with a probability of 2 %."""


@dataclass(frozen=True)
class Margins:
    """What does not matter."""

    time: float  # share of the mean time at the step, or in the system
    count: float  # share of the flow's visits to its busiest step
    rare: float  # share of the figure itself, of what happens to some: held, gave up, balked …

    floor: float = 0.5  # … but never finer than this part of the other margins


RARE = {"held", "interrupted", "gave up", "turned away", "balked"}


# ---- our side ----
def ours(scenario: Resolved, replication: int) -> Figures:
    """From the columns of the record."""
    log = run(scenario, SEED, replication, engine="compiled").log
    visits, entities = log.visits, log.entities
    flow = entities["flow"][visits["entity"]]
    found: Figures = {}
    for f, flow_name in enumerate(log.names.flows):
        for s, step in enumerate(log.names.steps):
            if scenario.steps[step].time is None:
                continue
            here = {name: column[(flow == f) & (visits["step"] == s)] for name, column in visits.items()}
            found |= {Figure(what, flow_name, step): value for what, value in _at_step(here, log.end).items()}
        done = (entities["flow"] == f) & (entities["outcome"] == ENTITY_OUTCOMES.index("completed"))
        times = (entities["left"] - entities["arrived"])[done] / 1000
        found |= {Figure("completed", flow_name): len(times), Figure("time", flow_name): _mean(times)}
    return found


def _at_step(here: dict[str, Any], end: int) -> dict[str, float]:
    """Of one flow at one step; only what has left within the run counts."""
    gone = (here["left"] >= 0) & (here["left"] < end)
    outcome = {name: (here["outcome"] == code) & gone for code, name in enumerate(VISIT_OUTCOMES)}
    passed, interrupted = outcome["completed"], outcome.get("preempted", np.zeros_like(gone))
    seconds = {name: here[name][passed | interrupted] / 1000 for name in SPAN}
    counts = {
        "passed": passed,
        "interrupted": interrupted,
        "gave up": outcome["reneged"],
        "turned away": outcome["diverted"],
        "balked": outcome["balked"],
    }
    return {what: float(np.count_nonzero(rows)) for what, rows in counts.items()} | {
        "wait": _each(seconds["started"] - seconds["admitted"], passed.sum()),
        "service": _each(seconds["ended"] - seconds["started"], passed.sum()),
        "held": _each(seconds["left"] - seconds["ended"], passed.sum()),
    }


SPAN = ("admitted", "started", "ended", "left")


def _each(times: Any, passed: int) -> float:
    """What each that passed took; the pieces of a service that was interrupted add up."""
    return float(np.sum(times)) / passed if passed else math.nan


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else math.nan


# ---- Ciw's side ----
def theirs(twin: Twin, seed: int) -> Figures:
    """From its data records."""
    simulation = twin.run(seed)
    pieces = defaultdict(list)
    for individual in simulation.get_all_individuals():
        for piece in _pieces(individual.data_records):
            pieces[individual.customer_class, twin.nodes[piece.node - 1]].append(piece)
    found: Figures = {}
    for flow in twin.flows:
        for step in twin.nodes:
            of_node = _at_node(pieces[flow, step])
            found |= {Figure(what, flow, step): value for what, value in of_node.items()}
        times = list(_times(simulation, flow))
        found |= {Figure("completed", flow): len(times), Figure("time", flow): _mean(times)}
    return found


class Piece(NamedTuple):
    """A service of Ciw, or part of one, or why there was none."""

    node: int
    kind: str
    wait: float
    service: float
    held: float


def _pieces(records: list[Any]) -> Iterator[Piece]:
    """Ciw's records of one individual; who was interrupted waits again from then on."""
    since = None
    for record in records:
        kind, begin = record.record_type, record.arrival_date if since is None else since
        since = record.exit_date if kind == "interrupted service" else None
        ended = record.service_end_date if kind == "service" else record.exit_date
        held = record.time_blocked if kind == "service" else 0.0
        wait = record.service_start_date - begin
        yield Piece(record.node, kind, wait, ended - record.service_start_date, held)


KINDS = {
    "passed": "service",
    "interrupted": "interrupted service",
    "gave up": "renege",
    "turned away": "rejection",
    "balked": "baulk",
}
"""What we call what Ciw calls."""


def _at_node(pieces: list[Piece]) -> dict[str, float]:
    """Of one flow at one node."""
    counts = Counter(piece.kind for piece in pieces)
    served = [piece for piece in pieces if piece.kind in (KINDS["passed"], KINDS["interrupted"])]
    return {what: float(counts[kind]) for what, kind in KINDS.items()} | {
        what: _each([getattr(piece, what) for piece in served], counts["service"])
        for what in ("wait", "service", "held")
    }


def _times(simulation: Any, flow: str) -> Iterator[float]:
    """Of those whose last step was served."""
    for individual in simulation.nodes[-1].all_individuals:
        records = individual.data_records
        if individual.customer_class == flow and records[-1].record_type == "service":
            yield records[-1].exit_date - records[0].arrival_date


# ---- both ----
@dataclass(frozen=True)
class Comparison:
    """One scenario in both programs."""

    written: Written
    margins: Margins

    @cached_property
    def scenario(self) -> Resolved:
        text = yaml.safe_dump(self.written, sort_keys=False, allow_unicode=True)
        return load_text(text).resolved

    @cached_property
    def pilot(self) -> list[Figures]:
        """Replications of ours that are not compared."""
        return [ours(self.scenario, 1_000_000 + n) for n in range(PILOT)]

    @cached_property
    def allowed(self) -> dict[Figure, float]:
        """Each figure that somebody contributes to, with its margin in its own unit."""
        mean = {figure: _mean([run[figure] for run in self.pilot]) for figure in self.pilot[0]}
        return {figure: margin for figure in mean if (margin := self._margin(figure, mean)) > 0}

    def _margin(self, figure: Figure, mean: Figures) -> float:
        margins = self.margins
        if figure.what == "time":
            return margins.time * mean[figure]
        if figure.what in {"wait", "service", "held"}:
            usual = margins.time * sum(mean[figure._replace(what=what)] for what in ("wait", "service"))
        else:
            of_flow = [mean[other] for other in mean if other.what == "passed" and other.flow == figure.flow]
            usual = margins.count * max(of_flow)
        if figure.what in RARE and mean[figure] > 0:
            return max(margins.rare * mean[figure], margins.floor * usual)
        return usual

    def replications(self) -> int:
        """Of Ciw, from the pilot's standard deviations, before anything is compared."""
        worst = max(
            np.std([run[figure] for run in self.pilot], ddof=1) / margin
            for figure, margin in self.allowed.items()
        )
        return max(10, math.ceil(FACTOR * SURPLUS * worst**2))

    def verdicts(self, twin: Twin | None = None) -> dict[Figure, Equivalence]:
        """Of every figure; the difference is ours − theirs."""
        count = self.replications()
        other = [theirs(twin or Twin(self.written), SEED + n) for n in range(count)]
        own = [_averages(self._own(n)) for n in range(count)]
        return {
            figure: equivalence([o[figure] - t[figure] for o, t in zip(own, other, strict=True)], 0.0, margin)
            for figure, margin in self.allowed.items()
        }

    def _own(self, number: int) -> Iterable[Figures]:
        return (ours(self.scenario, number * OURS_FOR_EACH + n) for n in range(OURS_FOR_EACH))


def _averages(runs: Iterable[Figures]) -> Figures:
    listed = list(runs)
    return {figure: math.fsum(run[figure] for run in listed) / len(listed) for figure in listed[0]}
