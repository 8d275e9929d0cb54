"""A sweep: one scenario with its factors at many places, on the same seeds, and what each factor does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics import inputs, sensitivity
from metrics.outcomes import needs_no_rows, unit_of
from metrics.statistics import Floats, summarise
from platform_api.experiments import require_known, seed_of, usual_outcomes
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.hands import Hands, usual
from platform_api.journal import Journal
from platform_api.naming import path_name
from platform_api.sentences import figure_told, in_both
from platform_api.sides import Opened, open_sides
from platform_api.sweep_answer import Figure, Influence, Interval, Place, Sweep
from platform_api.sweep_trials import Places
from platform_api.trials import Plan
from platform_api.work import Work
from scenarios.errors import Flaw, ScenarioError
from scenarios.experiments import Design
from scenarios.resolved import Label, Resolved, scenario_hash
from scenarios.sweeps import MOST_POINTS, Method, Turn, settings, turns
from scenarios.wanted import Outcome
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from platform_api.trials import Trial

POINTS: dict[Method, int] = {"hypercube": 50, "sobol": 64, "morris": 20, "indices": 128}
"""Unless said otherwise; of morris trajectories, of indices the rows of each of its matrices."""

REPLICATIONS = 10
MOST_INDEXED = 10
"""Factors of which indices are found; of more, Morris's screening tells which to keep."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sweep with its scenario opened and every choice made; `rows`: places from 0 to 1, None as written."""

    design: Design
    method: Method
    side: Opened
    outcomes: tuple[Outcome, ...]
    turns: tuple[Turn, ...]
    rows: tuple[tuple[float | None, ...], ...]
    places: Places

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this sweep: equal heads give equal places."""
        plan = self.places.plan
        return {
            "sweep": 1,
            "result_version": RESULT_VERSION,
            "seed": plan.seed,
            "engine": plan.engine,
            "scenario": scenario_hash(self.side.resolved),
            "outcomes": [str(outcome) for outcome in self.outcomes],
            "replications": self.places.replications,
            "places": [dict(place) for place in self.places.settings],
        }


def prepare(design: Design, folder: Path | None = None) -> Prepared:
    """Open the scenario, find its factors, settle where to look.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario, a factor, a figure or the number of points.
    """
    (side,) = open_sides(design)
    outcomes = design.outcomes or usual_outcomes(side.resolved)
    for number, outcome in enumerate(outcomes):
        require_known(outcome, number)
    seed, method = seed_of(design, folder), design.sweep or _usual(design)
    found = _turns(design, side, method)
    rows = tuple(_rows(method, found, _points(design, method, found), seed % (1 << 32)))
    keys = tuple((outcome.name, outcome.labels) for outcome in outcomes)
    measured = not all(needs_no_rows(key, side.resolved) for key in keys)
    plan = Plan((), seed, design.engine, keys, rows=False, measured=measured)
    there = tuple(settings(found, side.written, row) for row in rows)
    places = Places(plan, side.written, side.folder, there, design.replications or REPLICATIONS)
    return Prepared(design, method, side, outcomes, found, rows, places)


def _usual(design: Design) -> Method:
    return "factorial" if all(factor.values for factor in design.factors) else "hypercube"


def _turns(design: Design, side: Opened, method: Method) -> tuple[Turn, ...]:
    try:
        found = turns(design.factors, side.written, side.resolved.parameters)
    except Flaw as flaw:
        raise ScenarioError([flaw.at("factors")]) from None
    told = (turn.levelled() if method == "factorial" else turn for turn in found)
    return tuple(_in_words(turn, side.resolved) for turn in told)


def _in_words(turn: Turn, scenario: Resolved) -> Turn:
    """A factor that was given no name of its own is called what its number is."""
    if turn.label.vi != turn.path:
        return turn
    return replace(turn, label=in_both(lambda language: path_name(turn.path, scenario, language)))


def _called(outcome: Outcome, scenario: Resolved) -> Label:
    labels = dict(outcome.labels)
    return in_both(lambda language: figure_told(outcome.name, labels, scenario, language))


def _points(design: Design, method: Method, found: Sequence[Turn]) -> int:
    """As asked for, or as many as usual; refused where the places would be too many or cannot be."""
    points = design.points or POINTS.get(method, 0)
    total = {
        "factorial": prod(len(turn.values) for turn in found),
        "tornado": 2 * len(found) + 1,
        "morris": points * (len(found) + 1),
        "indices": points * (len(found) + 2),
    }.get(method, points)
    if total > MOST_POINTS:
        raise ScenarioError([_too_many(total).at("factors")])
    if method == "indices" and len(found) > MOST_INDEXED:
        raise ScenarioError([_too_many_factors(len(found)).at("factors")])
    if method in ("sobol", "indices") and points & (points - 1):
        raise ScenarioError([_no_power(points).at("points")])
    return points


def _too_many(total: int) -> Flaw:
    return Flaw(
        total,
        Label(vi=f"có {total} điểm, quá {MOST_POINTS}", en=f"have {total} places, over {MOST_POINTS}"),
        Label(vi="hãy bớt yếu tố, giá trị hay điểm", en="take fewer factors, values or points"),
    )


def _too_many_factors(count: int) -> Flaw:
    return Flaw(
        count,
        Label(vi=f"có {count} yếu tố, quá {MOST_INDEXED} cho chỉ số Sobol",
              en=f"are {count}, over {MOST_INDEXED} for Sobol's indices"),
        Label(vi="hãy sàng lọc bằng 'morris' trước", en="screen them with 'morris' first"),
    )  # fmt: skip


def _no_power(points: int) -> Flaw:
    return Flaw(
        points,
        Label(vi=f"là {points}, không phải luỹ thừa của 2", en=f"is {points}, which is no power of two"),
        Label(vi="hãy nêu 64, 128, 256 …", en="ask for 64, 128, 256 …"),
    )


def _rows(
    method: Method, found: Sequence[Turn], points: int, seed: int
) -> Iterator[tuple[float | None, ...]]:
    """Where to look: of each place a row from 0 to 1 for each factor."""
    count = len(found)
    if method == "tornado":
        yield (None,) * count
        for factor in range(count):
            for end in (0.0, 1.0):
                yield tuple(end if factor == k else None for k in range(count))
        return
    if method == "factorial":
        rows = sensitivity.full_factorial([len(turn.values) for turn in found])
    elif method == "hypercube":
        rows = inputs.space_filling(points, count, seed)
    elif method == "sobol":
        rows = sensitivity.sobol_sequence(points, count, seed)
    elif method == "morris":
        rows = sensitivity.trajectories(points, count, seed)
    else:
        rows = sensitivity.index_places(points, count, seed)
    yield from map(tuple, rows.tolist())


# ---- running ------------------------------------------------------------------------------------------


def run(
    prepared: Prepared,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> Sweep:
    """Simulate every place; arguments and errors are those of `experiments.compare`."""
    places, count = prepared.places, len(prepared.rows)
    with Journal(folder, prepared.head) as journal:
        with blaming_the_scenario(), hands or usual(places.plan.engine, jobs) as many:
            Work(many, journal, count, progress, cancel).up_to(places, count)
        return _assembled(prepared, journal.first(count))


def _assembled(of: Prepared, trials: Sequence[Trial]) -> Sweep:
    design, scenario, plan = of.design, of.side.resolved, of.places.plan
    influences = tuple(sorted(_influences(of, trials), key=lambda each: -each.weight))
    return Sweep(
        name=design.name,
        title=design.title,
        question=design.question,
        method=of.method,
        seed=plan.seed,
        replications=of.places.replications,
        engine=plan.engine,
        level=design.level,
        outcomes=tuple(map(str, of.outcomes)),
        outcome_labels=tuple(_called(outcome, scenario) for outcome in of.outcomes),
        units=tuple(unit_of(outcome.name) for outcome in of.outcomes),
        factors=tuple(turn.path for turn in of.turns),
        factor_labels=tuple(turn.label for turn in of.turns),
        places=tuple(_place(of, trial) for trial in trials),
        influences=influences,
        warnings=tuple(_warnings(of, trials)),
        overrides=dict(design.overrides or {}),
        scenario_hash=scenario_hash(scenario),
        window=scenario.clock.window,
        drained_until=scenario.clock.at_most,
        entities=sum(trial.entities for trial in trials),
        seconds=sum(trial.seconds for trial in trials),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=scenario.parameters,
    )


def _place(of: Prepared, trial: Trial) -> Place:
    figures = (
        _figure([seen.values[number] for seen in trial.seen], of.design.level)
        for number in range(len(of.outcomes))
    )
    return Place(dict(of.places.settings[trial.replication]), tuple(figures))


def _figure(values: Sequence[float | None], level: float) -> Figure:
    told = summarise(values, level)
    return Figure(told.mean, told.half_width)


def _warnings(of: Prepared, trials: Sequence[Trial]) -> Iterator[Label]:
    from platform_api.texts import both

    if of.places.replications < FEW:
        yield both("sweep.warn.few", count=of.places.replications)
    if of.method in ("tornado", "morris", "indices") and _table(trials) is None:
        yield both("sweep.warn.unseen", figure=of.outcomes[0])


FEW = 8
"""Replications below which one seed may stand for a factor: seeds are the same at every place."""


# ---- what each factor does ----------------------------------------------------------------------------


def _influences(of: Prepared, trials: Sequence[Trial]) -> Iterator[Influence]:
    table = _table(trials)
    if table is None:
        return
    for number, turn in enumerate(of.turns):
        ends = (str(turn.at(0.0)), str(turn.at(1.0)))
        blank = Influence(turn.name, turn.label, turn.path, turn.now, ends)
        found = _told(of, table, number)
        if found:
            yield replace(blank, **found)


def _table(trials: Sequence[Trial]) -> Floats | None:
    """The first figure, a row for each place, a column for each replication; None if one was not seen."""
    rows = [[seen.values[0] for seen in trial.seen] for trial in trials]
    table = np.array(rows, dtype=np.float64)
    return None if np.isnan(table).any() else table


def _told(of: Prepared, table: Floats, number: int) -> dict[str, Any]:
    level = of.design.level
    if of.method == "tornado":
        low, high = (_figure(table[1 + 2 * number + end] - table[0], level) for end in (0, 1))
        return {"low": low, "high": high}
    if of.method == "morris":
        found = sensitivity.effects(np.array(of.rows, dtype=np.float64), table.mean(axis=1), level)[number]
        return {
            "mean": found.mean, "size": found.size, "size_interval": found.interval, "spread": found.spread,
        }  # fmt: skip
    return _shares(table, len(of.turns), number, level) if of.method == "indices" else {}


def _shares(table: Floats, factors: int, number: int, level: float) -> dict[str, Any]:
    """The indices of the mean over replications; what single replications say beside it."""
    found = sensitivity.indices(table.mean(axis=1), factors, level)
    if found is None:
        return {}
    of = found[number]
    alone = [sensitivity.shares(column.reshape(factors + 2, -1)) for column in table.T]
    seeds = np.array([each[:, number] for each in alone if each is not None])
    first, total = (_ends(seeds[:, kind]) for kind in (0, 1))
    return {
        "first": of.first, "first_interval": of.first_interval, "first_seeds": first,
        "total": of.total, "total_interval": of.total_interval, "total_seeds": total,
    }  # fmt: skip


def _ends(values: Floats) -> Interval | None:
    if not len(values):
        return None
    kept = sensitivity.as_shares(values)
    return float(kept.min()), float(kept.max())
