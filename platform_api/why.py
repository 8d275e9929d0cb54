"""Why it takes so long: where the time goes, whose it is, the bottleneck, what is possible at the most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.experiments import seed_of
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.hands import Hands, usual
from platform_api.journal import Journal
from platform_api.outage_map import counts_vehicles
from platform_api.sides import Opened, opened_to_follow, turned
from platform_api.why_answer import Because, Blame, Hours, Most, Narrow, Ranking, Story, Through, Why
from platform_api.why_trials import Causes, Question, Shares, cause_of
from platform_api.work import Work
from scenarios import dials
from scenarios.errors import ScenarioError
from scenarios.experiments import Design
from scenarios.relief import FOREIGN, HOURS, READINESS, SHARED, Party, is_call, parties, single
from scenarios.resolved import Label, Resolved, scenario_hash
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from metrics.statistics import Floats
    from platform_api.trials import Trial

REPLICATIONS = 10
AT_POINTS = 3
"""Replications at each point of the assumptions' ranges, at the most."""

CANDIDATES = 6
"""Resources and places, those that most time is laid to, that are tried as the bottleneck."""

HELD_BY = ("busy", "reserved", "kept", "short", "late", "fit")
"""Causes that a resource with ample units would not have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be explained.

    ranges : points over the ranges of the assumptions at which the order of the parties is tried · trucks :
    addresses of entities whose stories are told too
    """

    scenario: str
    overrides: Mapping[str, Any] | None = None
    replications: int = REPLICATIONS
    seed: int | None = None
    engine: str = "compiled"
    level: float = 0.95
    window: int | None = None  # [ms]
    drain: int | None = None  # [ms]
    ranges: int = 0
    trucks: tuple[str, ...] = ()
    texts: Mapping[str, str] | None = None  # as of a design


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with its scenario opened and every choice made."""

    asked: Asked
    side: Opened
    question: Question
    points: tuple[Resolved, ...]
    assumptions: int

    @property
    def skipped(self) -> int:
        """Points over the ranges that were left out, since their values do not go together."""
        return self.asked.ranges - len(self.points) if self.assumptions else 0

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this question: equal heads give equal parts."""
        of = self.question
        return {
            "why": 1,
            "result_version": RESULT_VERSION,
            "seed": of.seed,
            "engine": of.engine,
            "scenario": scenario_hash(of.scenario),
            "parties": [party.key for party in of.parties],
            "replications": self.asked.replications,
            "points": [scenario_hash(point) for point in self.points],
        }


def prepare(asked: Asked, folder: Path | None = None) -> Prepared:
    """Open the scenario and settle what is left open; a folder that was begun lends its seed.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario.
    """
    from platform_api.texts import both

    design = Design(
        "why", asked.scenario, (), overrides=asked.overrides, window=asked.window, drain=asked.drain,
        seed=asked.seed, texts=asked.texts,
    )  # fmt: skip
    side = opened_to_follow(design)
    named = {key: both(f"why.party.{key}") for key in (FOREIGN, HOURS, READINESS, SHARED)}
    seed = seed_of(design, folder)
    question = Question(side.resolved, seed, asked.engine, parties(side.resolved, named))
    every = dials.dials(side.resolved.parameters, [side.written])
    points = tuple(_points(side, every, asked.ranges, seed)) if asked.ranges else ()
    return Prepared(asked, side, question, points, len(every))


def _points(side: Opened, every: list[dials.Dial], count: int, seed: int) -> Iterator[Resolved]:
    """The scenario at points that fill the space of its assumptions; where they do not go together, none."""
    from metrics import inputs

    for row in inputs.space_filling(count, len(every), seed % (1 << 32)) if every else ():
        try:
            yield turned(side, dials.turned(side.written, dials.at_point(every, row)))
        except ScenarioError:
            continue


# ---- running ------------------------------------------------------------------------------------------


def run(
    asked: Prepared,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> Why:
    """Find out; arguments and errors are those of `experiments.compare`."""
    from platform_api.why_stories import stories

    with Journal(folder, asked.head) as journal:
        with blaming_the_scenario(), hands or usual(asked.question.engine, jobs) as many:
            told = tuple(stories(asked, cancel))  # who is asked for and is not there is told at once
            found = _Finding(asked, journal, many, progress, cancel).all()
        return _assembled(asked, found, told)


@dataclass(slots=True)
class _Found:
    """What the parts have told, stage by stage."""

    causes: list[Trial] = field(default_factory=list)
    shares: list[Trial] = field(default_factory=list)
    candidates: tuple[Party, ...] = ()
    after: list[Trial] = field(default_factory=list)
    relieved: Party | None = None
    points: list[list[Trial]] = field(default_factory=list)

    @property
    def all(self) -> list[Trial]:
        """Every part."""
        return [*self.causes, *self.shares, *self.after, *(trial for point in self.points for trial in point)]


class _Finding:
    """The stages, each of which rests on those before it."""

    def __init__(
        self, asked: Prepared, journal: Journal, many: Hands, progress: Follow | None, cancel: Ask | None
    ) -> None:
        self.asked, self.journal = asked, journal
        self.count = asked.asked.replications
        self.at_points = max(2, min(AT_POINTS, self.count))
        aim = 3 * self.count + self.at_points * len(asked.points)
        self.work = Work(many, journal, aim, progress, cancel)
        self.done = 0

    def all(self) -> _Found:
        of, found = self.asked.question, _Found()
        found.causes = self._stage(self.count, lambda _: Causes(of))
        found.candidates = tuple(_candidates(of.scenario, found.causes))
        here = (of.scenario,)
        found.shares = self._stage(
            self.count, lambda first: Shares(of, first, self.count, here, found.candidates)
        )
        found.relieved = _tightest(found, len(of.parties))
        if found.relieved is not None:
            others = tuple(each for each in found.candidates if each != found.relieved)
            before = (found.relieved,)
            found.after = self._stage(
                self.count, lambda first: Shares(of, first, self.count, here, others, before, parties=False)
            )
        found.points = self._points(of)
        return found

    def _stage(self, count: int, make: Callable[[int], Any]) -> list[Trial]:
        first = self.done
        self.done += count
        self.work.up_to(make(first), self.done)
        return self.journal.first(self.done)[first:]

    def _points(self, of: Question) -> list[list[Trial]]:
        points, each = self.asked.points, self.at_points
        if not points or len(of.parties) < 2:
            return []
        trials = self._stage(each * len(points), lambda first: Shares(of, first, each, points))
        return [trials[i : i + each] for i in range(0, len(trials), each)]


def _candidates(scenario: Resolved, trials: Sequence[Trial]) -> Iterator[Party]:
    """The resources and places that most time is laid to."""
    hours: dict[tuple[str, str], float] = {}
    for trial in trials:
        for word, spent in trial.seen[0].parts.items():
            for thing in _things(scenario, word):
                hours[thing] = hours.get(thing, 0.0) + spent
    ordered = sorted(hours, key=lambda thing: (-hours[thing], thing))
    for kind, name in ordered[:CANDIDATES]:
        yield single(scenario, kind, name)


def _things(scenario: Resolved, word: str) -> Iterator[tuple[str, str]]:
    """The resources or the place that a cause lays time to."""
    cause = cause_of(word)
    if cause.kind in HELD_BY:
        yield from (("resource", pool) for pool in cause.of)
    elif cause.kind == "zone":
        yield "zone", cause.of[0]
    elif cause.kind == "room":
        yield "step", cause.step
    elif cause.kind == "load" and is_call(scenario.steps[cause.step]):
        yield "call", cause.step


def _tightest(found: _Found, parties: int) -> Party | None:
    """Whose relief saves most, on average; None if none saves anything."""
    from metrics.statistics import average

    saved = [average(column) for column in _columns(found.shares)[2 + 2 * parties :]]
    best = max(range(len(saved)), key=saved.__getitem__, default=None)
    return found.candidates[best] if best is not None and saved[best] > 0 else None


def _columns(trials: Sequence[Trial]) -> list[Floats]:
    """The values of some parts, a row of replications each."""
    import numpy as np

    return list(np.array([trial.seen[0].values for trial in trials], dtype=np.float64).T)


# ---- the answer -----------------------------------------------------------------------------------------


def _assembled(asked: Prepared, found: _Found, tales: tuple[Story, ...]) -> Why:
    from platform_api.why_stories import names_of, owners_of
    from platform_api.why_trials import EXACT

    told, of = asked.asked, asked.question
    scenario, level, n = of.scenario, told.level, len(of.parties)
    came = _columns(found.causes)[0]
    columns = [column / came for column in _columns(found.shares)]
    shares, delay = columns[2 + n : 2 + 2 * n], _hours(columns[0] - columns[1], level)
    blames = tuple(_blames(of.parties, columns[2 : 2 + n], shares, delay.mean, level))
    ranking = _ranking(asked, blames, shares, found.points)
    order = sorted(range(n), key=lambda i: -blames[i].share.mean) if ranking.stable else range(n)
    loads = _loads(scenario)
    after = [column / came for column in _columns(found.after)[1:]] if found.after else []
    others = tuple(each for each in found.candidates if each != found.relieved)
    return Why(
        name=scenario.name,
        title=scenario.title,
        vehicles=counts_vehicles(scenario),
        seed=of.seed,
        replications=told.replications,
        engine=of.engine,
        level=level,
        entities_each=float(came.mean()),
        stay=_hours(columns[0], level),
        relieved=_hours(columns[1], level),
        delay=delay,
        causes=tuple(_because(found.causes, came, level)),
        method="exact" if n <= EXACT else "sampled orders",
        parties=tuple(blames[i] for i in order),
        ranking=ranking,
        bottleneck=tuple(_narrows(found.candidates, columns[2 + 2 * n :], loads, level)),
        after=tuple(_narrows(others, after, loads, level)),
        named_by_theory=max(loads, key=lambda name: loads[name], default=None),
        highest_load=max(loads.values(), default=None),
        through=_through(scenario, _columns(found.causes)[1], level),
        stories=tales,
        names=names_of(scenario),
        owners=owners_of(scenario),
        warnings=tuple(_warnings(asked, found)),
        overrides=dict(told.overrides or {}),
        scenario_hash=scenario_hash(scenario),
        digests=tuple(trial.seen[0].digest for trial in found.causes),
        window=scenario.clock.window,
        drained_until=scenario.clock.at_most,
        entities=sum(trial.entities for trial in found.all),
        seconds=sum(trial.seconds for trial in found.all),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=scenario.parameters,
    )


def _hours(values: Floats, level: float) -> Hours:
    from metrics.statistics import average, half_width

    return Hours(average(values), half_width(values, level) if len(values) > 1 else None)


def _because(trials: Sequence[Trial], came: Floats, level: float) -> Iterator[Because]:
    """The causes, those that took most first."""
    import numpy as np

    words = sorted({word for trial in trials for word in trial.seen[0].parts})
    table = {word: np.array([t.seen[0].parts.get(word, 0.0) for t in trials]) / came for word in words}
    whole = sum(float(column.mean()) for column in table.values())
    for word in sorted(words, key=lambda word: -float(table[word].mean())):
        cause, hours = cause_of(word), _hours(table[word], level)
        yield Because(cause.kind, cause.step, cause.of, hours, hours.mean / whole if whole else 0.0)


def _blames(
    parties: Sequence[Party], alone: Sequence[Floats], shares: Sequence[Floats], delay: float, level: float
) -> Iterator[Blame]:
    for party, by_itself, share in zip(parties, alone, shares, strict=True):
        of = _hours(share, level)
        percent = 100 * of.mean / delay if delay > 0 else None
        yield Blame(party.key, party.label, _hours(by_itself, level), of, percent)


def _narrows(
    candidates: Sequence[Party], saved: Sequence[Floats], loads: Mapping[str, float], level: float
) -> Iterator[Narrow]:
    """What each relief saves, the most first; intervals hold together."""
    from metrics.paired import simultaneous_t
    from metrics.statistics import average, deviation

    if not candidates:
        return
    several = len(saved[0]) > 1
    factor = simultaneous_t(saved, level) if several else 0.0
    order = sorted(range(len(saved)), key=lambda i: -average(saved[i]))
    best = saved[order[0]]
    for i in order:
        reach = factor * deviation(saved[i]) / len(saved[i]) ** 0.5 if several else None
        behind = best - saved[i]
        clear = several and average(behind) > factor * deviation(behind) / len(behind) ** 0.5
        name = candidates[i].key.partition(".")[2]
        load = loads.get(name) if candidates[i].key.startswith("resource.") else None
        yield Narrow(candidates[i].key, candidates[i].label, Hours(average(saved[i]), reach), load, not clear)


def _loads(scenario: Resolved) -> dict[str, float]:
    from scenarios.offered import offered_load

    return {name: load for name, load in offered_load(scenario).items() if load > 0}


def _through(scenario: Resolved, achieved: Floats, level: float) -> Through | None:
    from sim.bound import Bound, bounds

    found = bounds(scenario)
    if found is None:
        return None

    def most(of: Bound) -> Most:
        return Most(of.most, tuple((limit.kind, limit.name) for limit in of.cut))

    return Through(
        found.demand, _hours(achieved, level), most(found.today), most(found.in_proportion), most(found.most)
    )


# ---- may the order be told ------------------------------------------------------------------------------


def _ranking(
    asked: Prepared, blames: Sequence[Blame], shares: Sequence[Floats], points: Sequence[Sequence[Trial]]
) -> Ranking:
    """The order is told if it is sure, and the same at every point of the assumptions' ranges."""
    from metrics import inputs
    from platform_api.texts import both, text

    n, skipped = len(blames), asked.skipped
    order = [i for i in sorted(range(n), key=lambda i: -blames[i].share.mean) if _counts(blames[i])]
    pairs = list(pairwise(order))
    unsure = [pair for pair in pairs if not _is_larger(shares[pair[0]], shares[pair[1]], asked.asked.level)]
    tables = [[float(column.mean()) for column in _columns(each)[2 + n : 2 + 2 * n]] for each in points]
    overturned = sum(any(table[a] < table[b] for a, b in pairs) for table in tables)
    if unsure:
        a, b = (blames[i].label for i in unsure[0])
        key = "why.rank.unsure"
        why = Label(text(key, "vi", a=a.vi, b=b.vi), text(key, "en", a=a.en, b=b.en))
    elif asked.assumptions and not (points or skipped):
        why = both("why.rank.untried", count=asked.assumptions)
    elif asked.assumptions and not inputs.fills(len(points), skipped):
        why = both("why.rank.gaps", points=len(points), asked=len(points) + skipped)
    elif overturned:
        why = both("why.rank.overturned", count=overturned, points=len(points))
    else:
        why = both("why.rank.stable", points=len(points))
    filled = not asked.assumptions or inputs.fills(len(points), skipped)
    if skipped and filled and points and not unsure:
        why = _with_skipped(why, skipped, len(points) + skipped)
    return Ranking(not unsure and not overturned and filled, len(points), overturned, why, skipped)


def _with_skipped(why: Label, skipped: int, asked: int) -> Label:
    from platform_api.texts import both

    more = both("why.rank.skipped", skipped=skipped, asked=asked)
    return Label(f"{why.vi} {more.vi}", f"{why.en} {more.en}")


SMALL = 1.0
"""Per cent of the delay below which nobody asks for a party's place in the order."""


def _counts(of: Blame) -> bool:
    return of.percent is not None and abs(of.percent) >= SMALL


def _is_larger(a: Floats, b: Floats, level: float) -> bool:
    from metrics.statistics import average, half_width

    return len(a) > 1 and average(a - b) > half_width(a - b, level)


def _warnings(asked: Prepared, found: _Found) -> Iterator[Label]:
    from platform_api.texts import both

    if asked.asked.replications < 10:
        yield both("compare.warn.few", count=asked.asked.replications)
    stuck = sum(bool(trial.seen[0].deadlock) for trial in found.causes)
    if stuck:
        yield both("why.warn.stuck", count=stuck)
    freed = sum(int(trial.seen[0].parts.get("stuck", 0)) for trial in found.shares)
    if freed > stuck:
        yield both("why.warn.stuck_relieved", count=freed)
