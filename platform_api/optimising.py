"""An optimisation: of what may be decided the cheapest that keeps its targets, with a stated error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.outcomes import Key, needs_no_rows
from metrics.selection import CONFIRMING, FEWEST, Race
from metrics.statistics import Floats
from platform_api.experiments import require_known, seed_of
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.hands import Hands, usual
from platform_api.journal import Journal
from platform_api.optimise_trials import STRIDE, Combinations
from platform_api.sides import Opened, open_sides
from platform_api.trials import Plan
from platform_api.work import Work
from scenarios.decisions import Decision, Objective, Target, Wanted, risky
from scenarios.dials import value_told
from scenarios.errors import Flaw, ScenarioError
from scenarios.experiments import Design
from scenarios.paths import get, parsed
from scenarios.resolved import Label, Resolved, scenario_hash
from scenarios.wanted import Outcome
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from platform_api.optimise_answer import Optimum
    from platform_api.trials import Trial

FIRST = 20
"""Replications of the first stage, unless said otherwise."""

BLOCK = 10
"""Replications that are simulated before it is decided again; decided one by one, in their order."""

MOST_TRIED = 200
"""Combinations up to which all are simulated; of more, so many are searched for, unless said otherwise."""

LAST = 20
"""Combinations that a search hands on to the race."""

RUNNERS_UP = 3
RACED, FRESH = 1 << 18, 1 << 19
"""Replications from which on days are other ones: those of a race after a search, and those that confirm."""

SIZE, MISSED = "cohort_size", "cohort_missed"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An optimisation with its scenario opened and every choice made.

    first : replications of the first stage · points : combinations to simulate at the most
    """

    design: Design
    wanted: Wanted
    side: Opened
    keys: tuple[Key, ...]
    combinations: Combinations
    first: int
    points: int

    @property
    def is_searched(self) -> bool:
        """Whether there are too many combinations to simulate all of them."""
        return self.wanted.size > self.points

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this optimisation: equal heads give equal parts."""
        plan, wanted = self.combinations.plan, self.wanted
        return {
            "optimise": 1,
            "result_version": RESULT_VERSION,
            "seed": plan.seed,
            "engine": plan.engine,
            "scenario": scenario_hash(self.side.resolved),
            "decisions": [
                [of.name, [dict(each.overrides) for each in of.options]] for of in wanted.decisions
            ],
            "figures": [[name, *map(list, labels)] for name, labels in self.keys],
        }


def prepare(design: Design, folder: Path | None = None) -> Prepared:
    """Open the scenario, see what may be decided and what it costs.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario, a decision, a target or the objective.
    """
    assert design.wanted is not None
    side = open_sides(replace(design, variants=()))[0]
    wanted = replace(design.wanted, objective=_priced(design.wanted, side.resolved))
    _check_risk(wanted, side.resolved)
    _check_options(design, wanted.decisions)
    for place, outcome in enumerate(wanted.objective.figures):
        require_known(outcome, place)
    for place, target in enumerate(wanted.targets):
        require_known(target.outcome, place)
    keys = tuple(dict.fromkeys(_keys(wanted)))
    measured = not all(needs_no_rows(key, side.resolved) for key in keys)
    plan = Plan((), seed_of(design, folder), design.engine, keys, rows=False, measured=measured)
    first = max(FEWEST, design.replications or FIRST)
    return Prepared(
        design, wanted, side, keys, Combinations(plan, side.written, side.folder, _Overrides(wanted)), first,
        design.points or MOST_TRIED,
    )  # fmt: skip


class _Overrides(dict[int, dict[str, Any]]):
    """Those of a combination by its number, made when they are asked for."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted

    def __missing__(self, number: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for option in self.wanted.combination(number):
            made |= option.overrides
        return made

    def __reduce__(self) -> tuple[type[_Overrides], tuple[Wanted]]:
        return _Overrides, (self.wanted,)


def _keys(wanted: Wanted) -> Iterator[Key]:
    """The figures of costs, then those of targets, then what they are shares of."""
    for outcome in (*wanted.objective.figures, *(target.outcome for target in wanted.targets)):
        yield outcome.name, outcome.labels
    for target in wanted.targets:
        if target.share:
            yield SIZE, target.outcome.labels
    if wanted.missed is not None:
        yield MISSED, ()


def _priced(wanted: Wanted, scenario: Resolved) -> Objective:
    """The objective with the figures that are usual where none are named and no option has a cost."""
    has_costs = any(option.cost for decision in wanted.decisions for option in decision.options)
    figures = wanted.objective.figures
    if not figures and not has_costs:
        if not any(pool.cost_per_hour for pool in scenario.resources.values()):
            raise ScenarioError([_no_costs().at("objective")])
        overtime = scenario.rates is not None and scenario.rates.overtime is not None
        figures = tuple(map(Outcome, OF_RESOURCES if overtime else OF_RESOURCES[:1]))
    return replace(wanted.objective, figures=tuple(_expanded(figures, scenario)))


OF_RESOURCES = ("staff_cost", "overtime_cost")
"""Figures that are told for each resource; without a label: all of them that cost something."""


def _expanded(figures: Sequence[Outcome], scenario: Resolved) -> Iterator[Outcome]:
    for figure in figures:
        if figure.name in OF_RESOURCES and not figure.labels:
            paid = (name for name, pool in scenario.resources.items() if pool.cost_per_hour)
            yield from (replace(figure, labels=(("resource", name),)) for name in paid)
        else:
            yield figure


def _no_costs() -> Flaw:
    return Flaw(
        None,
        Label(vi="không có chi phí nào để so", en="has no cost to compare by"),
        Label(
            vi="hãy thêm 'cost' vào quyết định, 'cost_per_hour' vào nguồn lực của kịch bản, hoặc 'figures'",
            en="add a 'cost' to decisions, 'cost_per_hour' to resources of the scenario, or 'figures'",
        ),
    )


def _check_risk(wanted: Wanted, scenario: Resolved) -> None:
    """Who is inspected is decided only where it is stated what is found, and what the rest costs."""
    found = risky(wanted.decisions)
    states = any("offence" in flow.attributes for flow in scenario.flows.values())
    if not found or (states and wanted.missed is not None):
        return
    raise ScenarioError([_no_detection(decision, path) for decision, path in found])


def _no_detection(decision: Decision, path: str) -> Any:
    return Flaw(
        path,
        Label(
            vi=f"quyết định ai bị kiểm tra ('{path}'): rẻ nhất sẽ luôn là không kiểm tra ai",
            en=f"decides who is inspected ('{path}'): inspecting nobody would always be the cheapest",
        ),
        Label(
            vi="kịch bản phải nêu xác suất phát hiện (thuộc tính 'offence'), thí nghiệm phải nêu 'missed': "
            "một vi phạm lọt qua gây thiệt hại bao nhiêu; nếu không, hãy bỏ quyết định này",
            en="the scenario must state what inspection finds (an attribute 'offence') and the design "
            "'missed', what an offence that passes costs; else leave this decision out",
        ),
    ).at(f"decisions.{decision.name}")


def _check_options(design: Design, decisions: Sequence[Decision]) -> None:
    """Every option by itself must give a scenario; overrides that lead nowhere are told as anywhere else."""
    from scenarios.experiments import Variant

    for decision in decisions:
        options = [each for each in decision.options if each.overrides]
        variants = tuple(Variant(f"{decision.name}={each.name}", each.label, None, each.overrides)
                         for each in options)  # fmt: skip
        open_sides(replace(design, variants=variants))


# ---- running ------------------------------------------------------------------------------------------


def run(
    prepared: Prepared,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> Optimum:
    """Find the cheapest that keeps the targets; arguments and errors are those of `experiments.compare`."""
    from platform_api.optimise_telling import told

    with Journal(folder, prepared.head) as journal:
        with blaming_the_scenario(), hands or usual(prepared.combinations.plan.engine, jobs) as many:
            count = min(prepared.points, prepared.wanted.size)
            work = Work(many, journal, count * prepared.first, progress, cancel)
            found = Optimising(prepared, work)
            found.to_the_end()
        return told(found)


class Optimising:
    """An optimisation on its way.

    tried : combinations simulated in the first stage · last : those that race · race : None before · offset :
    the replication with which the race begins
    """

    def __init__(self, prepared: Prepared, work: Work) -> None:
        self.prepared, self.work, self.wanted = prepared, work, prepared.wanted
        self.tried: list[int] = []
        self.last: list[int] = []
        self.offset = 0
        self.race: Race | None = None
        self.indifference = 0.0
        self.confirmed: list[int] = []
        self._sizes: dict[tuple[int, int], float] = {}

    @property
    def first(self) -> int:
        """Replications of the first stage."""
        return self.prepared.first

    def to_the_end(self) -> None:
        """Simulate all, or search; race; confirm on other days."""
        if self.prepared.is_searched:
            from platform_api.searching import search

            self.tried = search(self)
            self.last = sorted(sorted(self.tried, key=self.rank)[:LAST])
            self.offset = RACED
        else:
            self.tried = self.last = list(range(self.wanted.size))
        self._simulate(self.last, range(self.offset, self.offset + self.first))
        self._race()
        self._confirm()

    def _simulate(self, combinations: Sequence[int], replications: range) -> None:
        parts = [combination * STRIDE + n for combination in combinations for n in replications]
        self.work.aim = max(self.work.aim, len(self.work.journal.trials) + len(parts))
        self.work.parts(self.prepared.combinations, parts)

    def simulate_first(self, combinations: Sequence[int]) -> None:
        """The first stage of some combinations."""
        self._simulate(combinations, range(self.first))

    def _race(self) -> None:
        """From the first stage on, a block at a time, until it is decided or no more may be taken."""
        at = range(self.offset, self.offset + self.first)
        costs = np.array([self.costs(each, at) for each in self.last])
        slacks = [np.array([self.slacks(each, place, at) for each in self.last])
                  for place in range(len(self.wanted.targets))]  # fmt: skip
        objective = self.wanted.objective
        self.indifference = float(objective.indifference or max(1.0, 0.01 * costs.mean(axis=1).min()))
        tolerances = [target.tolerance for target in self.wanted.targets]
        race = self.race = Race(costs, slacks, self.indifference, tolerances, objective.error)
        while not race.over and race.count < objective.at_most:
            self._go_on(race, min(BLOCK, objective.at_most - race.count))

    def _go_on(self, race: Race, count: int) -> None:
        """So many replications more, decided one by one."""
        alive = [self.last[i] for i in race.alive]
        begin = self.offset + race.count
        self._simulate(alive, range(begin, begin + count))
        for n in range(begin, begin + count):
            if race.over:
                return
            still = [self.last[i] for i in race.alive]
            one = range(n, n + 1)
            costs = np.array([self.costs(each, one)[0] for each in still])
            places = range(len(self.wanted.targets))
            slacks = np.array([[self.slacks(each, place, one)[0] for each in still] for place in places])
            race.take(costs, slacks)

    def _confirm(self) -> None:
        """The chosen one and the next best again, on days that took no part in choosing them."""
        assert self.race is not None
        kept = [i for i in range(len(self.last)) if self.race.fate[i] != "misses"]
        kept.sort(key=lambda i: (i != self.chosen_place, self.cost_of(self.last[i]), i))
        self.confirmed = (
            [self.last[i] for i in kept[: 1 + RUNNERS_UP]] if self.chosen_place is not None else []
        )
        self._simulate(self.confirmed, self.fresh)

    def raced(self, combination: int) -> range:
        """The replications over which a combination was judged: its race, else its first stage."""
        if combination not in self.last:
            return range(self.first)
        assert self.race is not None
        return range(self.offset, self.offset + int(self.race.costs.count[self.last.index(combination)]))

    @property
    def fresh(self) -> range:
        """The replications that confirm."""
        return range(FRESH, FRESH + max(CONFIRMING, self.first))

    @property
    def chosen_place(self) -> int | None:
        """Of the last set: the winner; where it is not decided the cheapest that may be it."""
        assert self.race is not None
        race = self.race
        if race.over:
            return race.winner
        return min(
            race.alive, key=lambda i: (race.fate[i] != "feasible", race.costs.mean[i], i), default=None
        )

    # ---- what was seen -----------------------------------------------------------------------------------

    def seen(self, combination: int, replications: range) -> list[Trial]:
        """Replications of a combination that are there, in their order."""
        trials = self.work.journal.trials
        return [trials[combination * STRIDE + n] for n in replications]

    def values(self, combination: int, outcome: Outcome | Key, replications: range) -> Floats:
        """One figure of a combination.

        Raises
        ------
        ValueError
            If it was not defined on some day.
        """
        key = (outcome.name, outcome.labels) if isinstance(outcome, Outcome) else outcome
        place = self.prepared.keys.index(key)
        found = [trial.seen[0].values[place] for trial in self.seen(combination, replications)]
        if any(value is None for value in found):
            raise ValueError(
                f"{key[0]} is not defined on some days; choose another figure or a longer window"
            )
        return np.array(found, dtype=np.float64)

    def costs(self, combination: int, replications: range) -> Floats:
        """What a combination costs, a replication each [VND]."""
        own = sum(option.cost for option in self.wanted.combination(combination))
        total = np.full(len(replications), float(own))
        for figure in self.wanted.objective.figures:
            total += self.values(combination, figure, replications)
        if self.wanted.missed is not None:
            total += self.wanted.missed.amount * self.values(combination, (MISSED, ()), replications)
        return total

    def slacks(self, combination: int, place: int, replications: range) -> Floats:
        """What is to spare of a target, a replication each; 0 or more is asked of the mean.

        Of a share of all who came: (those in time − share · those who came) ÷ the mean number of those who
        came, of the first stage: it is fixed, so that a race compares like with like.
        """
        target = self.wanted.targets[place]
        if not target.share:
            found = self.values(combination, target.outcome, replications) - target.bound
            return found if target.at_least else -found
        in_time, size = self.in_time(combination, target, replications)
        return (in_time - target.bound * size) / self._usual_size(combination, place)

    def in_time(self, combination: int, target: Target, replications: range) -> tuple[Floats, Floats]:
        """How many were through in time, and how many came, a replication each."""
        size = self.values(combination, (SIZE, target.outcome.labels), replications)
        place = self.prepared.keys.index((target.outcome.name, target.outcome.labels))
        shares = [trial.seen[0].values[place] or 0.0 for trial in self.seen(combination, replications)]
        return np.array(shares) * size, size

    def _usual_size(self, combination: int, place: int) -> float:
        """How many come in a replication, over the first stage: fixed from then on."""
        known = self._sizes.get((combination, place))
        if known is None:
            labels = self.wanted.targets[place].outcome.labels
            sizes = self.values(combination, (SIZE, labels), range(self.first))
            known = max(1.0, float(sizes.mean()))
            self._sizes[combination, place] = known
        return known

    def cost_of(self, combination: int) -> float:
        """The mean cost over what was raced."""
        assert self.race is not None
        return float(self.race.costs.mean[self.last.index(combination)])

    def rank(self, combination: int) -> tuple[float, float, int]:
        """What a search goes by: by how much targets are missed (in tolerances), then the cost."""
        at = range(self.first)
        missed = 0.0
        for place, target in enumerate(self.wanted.targets):
            missed += max(0.0, -float(self.slacks(combination, place, at).mean()) / target.tolerance)
        return missed, float(self.costs(combination, at).mean()), combination


def is_now(prepared: Prepared, combination: int) -> bool:
    """Whether a combination is the scenario as it is written."""
    written = prepared.side.written
    overrides = prepared.combinations.overrides[combination]
    return all(_stands(get(written, parsed(path)), value) for path, value in overrides.items())


def _stands(there: Any, value: Any) -> bool:
    return there == value or value_told(there) == str(value)
