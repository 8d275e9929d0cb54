"""From the replications of an experiment to its differences and their verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from metrics import outcomes, paired, precision, settling, statistics
from metrics.paired import simultaneous_t
from metrics.statistics import Floats
from platform_api import comparing
from platform_api.comparing import (
    Comparison,
    Cycled,
    Difference,
    Evidence,
    Family,
    Level,
    Reached,
    Settling,
    Share,
    Side,
    Someone,
    Winners,
)
from platform_api.sentences import sentence, told_precision, warnings
from scenarios.resolved import scenario_hash
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from metrics.winners import Count, Moves
    from platform_api.experiments import Experiment
    from platform_api.trials import Trial
    from scenarios.wanted import Outcome

PRIMARY, OTHERS = "primary", "others"


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of one variant, with that of the base, over the replications that have both."""

    outcome: Outcome
    place: int  # of the outcome
    side: int  # of the variant, from 1
    base: Floats
    value: Floats

    @property
    def apart(self) -> Floats:
        """The differences."""
        return self.value - self.base

    @property
    def family(self) -> str:
        """With which others it is judged."""
        return OTHERS if self.place else PRIMARY


def pairs(experiment: Experiment, trials: Sequence[Trial]) -> list[Pair]:
    """Every figure of every variant: figure by figure, variant by variant."""
    return [
        _pair(experiment, trials, place, side)
        for place in range(len(experiment.outcomes))
        for side in range(1, len(experiment.sides))
    ]


def _pair(experiment: Experiment, trials: Sequence[Trial], place: int, side: int) -> Pair:
    both = [(each.seen[0].values[place], each.seen[side].values[place]) for each in trials]
    known = [(a, b) for a, b in both if a is not None and b is not None]
    base, value = (np.array([pair[i] for pair in known], dtype=np.float64) for i in (0, 1))
    return Pair(experiment.outcomes[place], place, side, base, value)


# ---- how well it is known -------------------------------------------------------------------------------


def judge(experiment: Experiment, trials: Sequence[Trial], look: int) -> tuple[Reached, int]:
    """Whether the first figure is known as well as is wanted; and how many replications it may take."""
    wanted = experiment.design.precision
    assert wanted is not None
    known = list(_known(experiment, trials))
    enough = bool(known) and all(precision.is_enough(x, reach, target) for _, x, reach, target in known)
    ahead = [precision.forecast(len(trials), reach, target) for *_, reach, target in known if target > 0]
    aim = min(wanted.at_most, max([len(trials), *ahead]))
    told = told_precision(wanted, outcomes.unit_of(experiment.outcomes[0].name))
    if not known:
        return Reached(told, enough, None, look), aim
    side, x, reach, _ = max(known, key=lambda each: each[2] / each[3] if each[3] > 0 else math.inf)
    return Reached(
        told, enough, reach, look, experiment.sides[side].name,
        within=None if wanted.relative is None else precision.within(x, reach),
        needed=max(ahead) if len(ahead) == len(known) else None,
    ), aim  # fmt: skip


def _known(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[tuple[int, Floats, float, float]]:
    """(side, values, half-width, target): of the differences if absolute, else of every side's own mean."""
    wanted, level = experiment.design.precision, experiment.design.level
    assert wanted is not None
    first = [pair for pair in pairs(experiment, trials) if pair.place == 0 and len(pair.base) > 1]
    if wanted.absolute is not None:
        factor = _critical(first, len(first), level)[0] if first else 0.0
        for pair in first:
            yield pair.side, pair.apart, factor * _se(pair.apart), wanted.absolute
        return
    assert wanted.relative is not None
    own = [(0, first[0].base), *((pair.side, pair.value) for pair in first)] if first else []
    one = 1 - (1 - level) / max(1, len(own))
    for side, x in own:
        yield side, x, statistics.half_width(x, one), precision.relative_target(x, wanted.relative)


def _se(x: Floats) -> float:
    return statistics.deviation(x) / math.sqrt(len(x))


def _critical(family: Sequence[Pair], count: int, level: float) -> tuple[float, str]:
    """The factor of the standard error for all of a family together, and how it was found."""
    n = max(len(pair.base) for pair in family)
    whole = [pair.apart for pair in family if len(pair.base) == n]
    varying = sum(bool(statistics.deviation(x) > 0) for x in whole)
    if len(whole) == len(family):
        method = "none" if varying < 2 else "max-t" if n >= paired.ENOUGH_FOR_MAX_T else "bonferroni"
        return simultaneous_t(whole, level), method
    least = min(len(pair.base) for pair in family)
    return statistics.student_t(1 - (1 - level) / 2 / count, least - 1), "bonferroni"


# ---- the answer ---------------------------------------------------------------------------------------


def assemble(experiment: Experiment, trials: Sequence[Trial], reached: Reached | None) -> Comparison:
    """The whole answer."""
    found = pairs(experiment, trials)
    families = dict(_families(found, experiment.design.level))
    adjusted = _adjusted(found)
    judged = [_judged(experiment, pair, families[pair.family], adjusted) for pair in found]
    design, clock = experiment.design, experiment.sides[0].resolved.clock
    answer = Comparison(
        name=design.name,
        title=design.title,
        question=design.question,
        seed=experiment.plan.seed,
        replications=len(trials),
        engine=experiment.plan.engine,
        level=design.level,
        differences=tuple(difference for difference, _ in judged),
        evidence=tuple(evidence for _, evidence in judged),
        families=families,
        sides=tuple(_side(experiment, trials, number) for number in range(len(experiment.sides))),
        levels=tuple(_levels(experiment, trials)),
        winners=tuple(_winners(experiment, trials)),
        settling=tuple(_settling(experiment, trials)),
        cycles=tuple(_cycled(experiment, trials)),
        ranges=(),
        precision=reached,
        warnings=(),
        window=clock.window,
        drained_until=clock.at_most,
        entities=sum(each.entities for each in trials),
        seconds=math.fsum(each.seconds for each in trials),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=experiment.sides[0].resolved.parameters,
    )
    return replace(answer, warnings=tuple(warnings(experiment, trials, answer)))


def _families(found: Sequence[Pair], level: float) -> Iterator[tuple[str, Family]]:
    for name in (PRIMARY, OTHERS):
        family = [pair for pair in found if pair.family == name]
        if not family:
            continue
        several = [pair for pair in family if len(pair.base) > 1]
        if several:
            critical, method = _critical(several, len(family), level)
            yield name, Family(len(family), method, critical)  # type: ignore[arg-type]
        else:
            yield name, Family(len(family), "none", None)


def _adjusted(found: Sequence[Pair]) -> dict[tuple[int, int], float]:
    """p-values for being several, family by family, by what the verdicts go by."""
    adjusted: dict[tuple[int, int], float] = {}
    for name in (PRIMARY, OTHERS):
        family = [pair for pair in found if pair.family == name]
        several = [pair for pair in family if len(pair.base) > 1]
        for pair in several:
            t = paired.t_value(pair.apart)
            assert t is not None
            adjusted[pair.place, pair.side] = _by_chance(several, len(family), t)
    return adjusted


def _by_chance(family: Sequence[Pair], count: int, t: float) -> float:
    """How probably one of a family is so far from zero by chance; to `_critical` as p is to t."""
    least = min(len(pair.base) for pair in family)
    if all(len(pair.base) == least for pair in family):
        return paired.simultaneous_p([pair.apart for pair in family], t)
    return min(1.0, count * 2 * statistics.student_cdf(-t, least - 1))


def _judged(
    experiment: Experiment, pair: Pair, family: Family, adjusted: dict[tuple[int, int], float]
) -> tuple[Difference, Evidence]:
    level, apart, outcome = experiment.design.level, pair.apart, pair.outcome
    kpi = outcomes.indicator(outcome.name)
    of = statistics.summarise(apart.tolist(), level)
    reach = None if family.critical is None or of.n < 2 else family.critical * _se(apart)
    gain = paired.variance_ratio(pair.base, pair.value, level) if of.n > 1 else paired.Gain(None, None)
    change = paired.relative_change(pair.base, pair.value, level)
    difference = Difference(
        name=outcome.name,
        unit=outcomes.unit_of(outcome.name),
        labels=dict(outcome.labels),
        variant=experiment.sides[pair.side].name,
        mean=of.mean,
        half_width=reach,
        level=level,
        verdict=paired.verdict(apart, reach, kpi.better, outcome.margin),
        variance_ratio=gain.value,
    )
    evidence = Evidence(
        n=of.n,
        primary=pair.place == 0,
        better=kpi.better,
        margin=outcome.margin,
        base=statistics.average(pair.base) if of.n else None,
        value=statistics.average(pair.value) if of.n else None,
        single=of.half_width,
        sd=of.sd,
        skewness=of.skewness,
        hall=of.hall,
        p10=of.p10,
        p90=of.p90,
        p=paired.p_value(apart),
        p_adjusted=adjusted.get((pair.place, pair.side)),
        change=change.value if change else None,
        change_interval=change.interval if change else None,
        gain=gain.interval,
        sentence=sentence(experiment, pair.side, difference, kpi.better),
    )
    return difference, evidence


def _side(experiment: Experiment, trials: Sequence[Trial], number: int) -> Side:
    opened = experiment.sides[number]
    return Side(
        name=opened.name,
        label=opened.label,
        scenario=opened.resolved.name,
        typed=opened.typed,
        overrides=opened.overrides,
        scenario_hash=scenario_hash(opened.resolved),
        digests=tuple(each.seen[number].digest for each in trials),
    )


def _levels(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Level]:
    """Every figure of every side by itself."""
    for place, outcome in enumerate(experiment.outcomes):
        for number, side in enumerate(experiment.sides):
            x = statistics.summarise(
                [each.seen[number].values[place] for each in trials], experiment.design.level
            )
            yield Level(
                outcome.name, outcomes.unit_of(outcome.name), dict(outcome.labels), side.name, x.n, x.mean,
                x.half_width, x.p10, x.p90,
            )  # fmt: skip


# ---- who wins -----------------------------------------------------------------------------------------


def _winners(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Winners]:
    if not experiment.plan.rows:
        return
    for number, side in enumerate(experiment.sides[1:]):
        yield _of_moves(side.name, [each.moves[number] for each in trials])


def _of_moves(variant: str, moves: Sequence[Moves]) -> Winners:
    kinds = {(name, value): None for each in moves for name, values in each.by.items() for value in values}
    by: dict[str, dict[str, Share]] = {}
    for name, value in kinds:
        mine = [each.by[name][value] for each in moves if value in each.by.get(name, {})]
        by.setdefault(name, {})[value] = _share(mine, len(moves))
    n = len(moves)
    return Winners(
        variant=variant,
        all=_share([each.all for each in moves], n),
        won_s=sum(each.won_ms for each in moves) / n / 1000,
        lost_s=sum(each.lost_ms for each in moves) / n / 1000,
        only_base=sum(each.only_base for each in moves) / n,
        only_variant=sum(each.only_variant for each in moves) / n,
        by=by,
        extremes=tuple(Someone(of.address, of.kind, of.change / 1000) for of in moves[0].extremes),
    )


def _share(counts: Iterable[Count], n: int) -> Share:
    listed = list(counts)
    return Share(*(sum(getattr(each, name) for each in listed) / n for name in ("won", "lost", "same")))


# ---- horizons that go on ------------------------------------------------------------------------------


def _settling(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Settling]:
    if experiment.sides[0].resolved.clock.horizon != "stationary":
        return
    for number, side in enumerate(experiment.sides):
        edges = trials[0].seen[number].edges
        levels = np.mean([each.seen[number].levels for each in trials], axis=0)
        found = settling.mser5(levels)
        yield comparing.Settling(
            side=side.name,
            ends=None if found.drop is None else edges[found.drop],
            lead_in=side.resolved.clock.lead_in,
            times=edges[:-1],
            levels=tuple(levels.tolist()),
        )


def _cycled(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Cycled]:
    if experiment.sides[0].resolved.clock.horizon != "cyclic":
        return
    for number, side in enumerate(experiment.sides):
        seen = [each.seen[number] for each in trials]
        found = settling.cycles([each.levels for each in seen], experiment.design.level)
        if found is not None:
            yield Cycled(side.name, seen[0].edges[1] - seen[0].edges[0], found)
