"""From an optimisation that has come to its end to its answer, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from metrics.outcomes import unit_of
from metrics.selection import FEWEST, front, probably_right, stands, unseen
from metrics.statistics import Floats, average, half_width, ratio_estimate
from platform_api.formats import NBSP, number, scale_for
from platform_api.optimise_answer import (
    Candidate,
    Certificate,
    Confirmed,
    Decided,
    Figure,
    Optimum,
    Target,
)
from platform_api.optimising import Optimising, is_now
from platform_api.sentences import figure_told, in_both
from platform_api.texts import Language, both, text
from scenarios.resolved import Label, Parameter, Resolved, scenario_hash
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from scenarios import decisions


def told(found: Optimising) -> Optimum:
    """The answer."""
    of, design = found.prepared, found.prepared.design
    trials = list(found.work.journal.trials.values())
    scenario, plan = of.side.resolved, of.combinations.plan
    place = found.chosen_place
    chosen = None if place is None else found.last[place]
    certificate = _certificate(found)
    return Optimum(
        name=design.name,
        title=design.title,
        question=design.question,
        seed=plan.seed,
        replications=found.first,
        engine=plan.engine,
        level=design.level,
        decisions=tuple(map(_decided, found.wanted.decisions)),
        targets=tuple(_target(each, scenario) for each in found.wanted.targets),
        figures=tuple(map(str, found.wanted.objective.figures)),
        chosen=chosen,
        sentence=_sentence(found, chosen),
        candidates=tuple(_candidates(found)),
        confirmed=tuple(_confirmed(found, each) for each in found.confirmed),
        certificate=certificate,
        warnings=tuple(_warnings(found)),
        overrides=dict(design.overrides or {}),
        scenario_hash=scenario_hash(scenario),
        window=scenario.clock.window,
        drained_until=scenario.clock.at_most,
        entities=sum(trial.entities for trial in trials),
        seconds=sum(trial.seconds for trial in trials),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=(*_prices(found), *scenario.parameters),
    )


def _decided(of: decisions.Decision) -> Decided:
    options = {each.name: each.label for each in of.options}
    return Decided(of.name, of.label, of.path, options, {each.name: each.cost for each in of.options})


def _target(of: decisions.Target, scenario: Resolved) -> Target:
    unit, labels = unit_of(of.outcome.name), dict(of.outcome.labels)
    scale, sign = scale_for(unit, [of.bound], of.tolerance), "≥" if of.at_least else "≤"

    def told(language: Language) -> str:
        figure = figure_told(of.outcome.name, labels, scenario, language)
        return f"{figure} {sign}{NBSP}{scale.full(of.bound, language)}"

    return Target(of.written, in_both(told), str(of.outcome), unit, of.bound, of.at_least, of.tolerance)


def _prices(found: Optimising) -> Iterator[Parameter]:
    """The costs that the design states, with their pedigree, as numbers of the scenario have theirs."""
    for decision in found.wanted.decisions:
        for place, of in enumerate(decision.prices):
            path = f"decisions.{decision.name}.cost" + (f"[{place}]" if len(decision.prices) > 1 else "")
            yield Parameter(path, of.written, of.source or "override", of.range, of.owner)
    if (price := found.wanted.missed) is not None:
        yield Parameter("missed", price.written, price.source, price.range, price.owner)


# ---- figures ------------------------------------------------------------------------------------------


def _figure(x: Floats, level: float) -> Figure:
    return Figure(average(x), half_width(x, level) if len(x) > 1 else None)


def _figures(found: Optimising, combination: int, at: range) -> tuple[Figure, tuple[Figure, ...]]:
    level = found.prepared.design.level
    targets = tuple(_of_target(found, combination, place, at) for place in range(len(found.wanted.targets)))
    return _figure(found.costs(combination, at), level), targets


def _of_target(found: Optimising, combination: int, place: int, at: range) -> Figure:
    """The figure that a target is about; a share is of all who came on these days together."""
    target, level = found.wanted.targets[place], found.prepared.design.level
    if not target.share:
        return _figure(found.values(combination, target.outcome, at), level)
    in_time, size = found.in_time(combination, target, at)
    if not size.any():  # nobody came: nothing to spare, nothing missed
        return Figure(target.bound, None)
    share = ratio_estimate(in_time.tolist(), size.tolist(), level)
    return Figure(share.value, share.half_width)


def _candidates(found: Optimising) -> Iterator[Candidate]:
    assert found.race is not None
    shown = _front(found)
    fates = dict(zip(found.last, found.race.fate, strict=True))
    for combination in found.tried:
        at = found.raced(combination)
        cost, targets = _figures(found, combination, at)
        yield Candidate(
            number=combination,
            settings=_settings(found, combination),
            cost=cost,
            targets=targets,
            replications=len(at),
            fate=fates.get(combination),
            front=combination in shown,
            now=is_now(found.prepared, combination),
        )


def _settings(found: Optimising, combination: int) -> dict[str, str]:
    wanted = found.wanted
    options = zip(wanted.decisions, wanted.combination(combination), strict=True)
    return {decision.name: option.name for decision, option in options}


def _front(found: Optimising) -> set[int]:
    """Cost against what is to spare of the first target; without one only the cheapest."""
    at, tried = range(found.first), found.tried
    costs = np.array([found.costs(each, at) for each in tried])
    if found.wanted.targets:
        services = np.array([found.slacks(each, 0, at) for each in tried])
    else:
        services = np.zeros_like(costs)
    return {each for each, kept in zip(tried, front(costs, services), strict=True) if kept}


def _confirmed(found: Optimising, combination: int) -> Confirmed:
    cost, targets = _figures(found, combination, found.fresh)
    return Confirmed(combination, _settings(found, combination), cost, targets, len(found.fresh))


# ---- what may be said of it -------------------------------------------------------------------------------


def _certificate(found: Optimising) -> Certificate:
    race, wanted = found.race, found.wanted
    assert race is not None
    error, outcome = wanted.objective.error, _outcome(found)
    certificate = {
        "space": wanted.size, "tried": len(found.tried), "last": len(found.last), "first": found.first,
        "most": race.count, "replications": len(found.work.journal.trials),
    }  # fmt: skip
    estimate = None if race.over else _estimate(found)
    days = int(race.costs.count.min() if race.winner is None else race.costs.count[race.winner])
    days += 0 if race.winner is None else len(found.fresh)
    shown = {"promised": 1 - error, "estimate": estimate or 0.0, "unseen": unseen(days, error)}
    key = f"optimise.certificate.{'searched' if found.prepared.is_searched else 'all'}.{outcome}"
    keys = [key, "optimise.certificate.normal"] if outcome in PROMISED else [key]

    def told(language: Language) -> str:
        percents = {name: _percent(share, language) for name, share in shown.items()}
        indifference = number(found.indifference, 0, language)
        values = {**certificate, **percents, "alive": len(race.alive), "indifference": indifference}
        return " ".join(text(each, language, days=days, **values) for each in keys)

    return Certificate(
        how="searched" if found.prepared.is_searched else "all",
        **certificate,
        error=error,
        indifference=found.indifference,
        tolerances=race.tolerances,
        decided=race.over,
        promised=1 - error if outcome in PROMISED else None,
        estimate=estimate,
        unseen=shown["unseen"],
        sentence=in_both(told),
    )


PROMISED = ("decided", "cheapest", "none")
"""Outcomes of which something is promised, for normal figures."""


def _outcome(found: Optimising) -> str:
    """Which of the certificate's texts holds."""
    race = found.race
    assert race is not None
    if not race.over:
        return "undecided"
    if not _stands(found):
        return "skewed"
    if race.winner is None:
        return "none"
    return "decided" if found.wanted.targets else "cheapest"


def _stands(found: Optimising) -> bool:
    """Whether what was decided holds of figures as skewed as these."""
    assert found.race is not None
    costs = [found.costs(each, found.raced(each)) for each in found.last]
    slacks = [[_judged(found, each, place) for each in found.last]
              for place in range(len(found.wanted.targets))]  # fmt: skip
    return stands(found.race, costs, slacks)


def _judged(found: Optimising, combination: int, place: int) -> Floats:
    """What was to spare of a target; of the chosen one on the days that confirm it too."""
    days = [found.raced(combination)]
    if found.race is not None and found.race.winner is not None:
        days += [found.fresh] if combination == found.last[found.race.winner] else []
    return np.concatenate([found.slacks(combination, place, each) for each in days])


def _percent(share: float, language: Language) -> str:
    whole = abs(100 * share - round(100 * share)) < 1e-9
    return number(100 * share, 0 if whole else 1, language)


def _estimate(found: Optimising) -> float | None:
    """Where it was not decided: of those that are left, how probably the chosen one is the cheapest."""
    race, place = found.race, found.chosen_place
    assert race is not None
    if place is None:
        return None
    at = range(found.offset, found.offset + race.count)
    left = [found.last[i] for i in race.alive]
    costs = np.array([found.costs(each, at) for each in left])
    targets = range(len(found.wanted.targets))
    slacks = [np.array([found.slacks(each, target, at) for each in left]) for target in targets]
    return probably_right(costs, slacks, race.alive.index(place))


def _sentence(found: Optimising, chosen: int | None) -> Label:
    assert found.race is not None
    if chosen is None:
        return both("optimise.none", count=len(found.last))
    options = found.wanted.combination(chosen)
    pairs = list(zip(found.wanted.decisions, options, strict=True))
    what = [Label("; ".join(f"{d.label.vi}: {o.label.vi}" for d, o in pairs),
                  "; ".join(f"{d.label.en}: {o.label.en}" for d, o in pairs))]  # fmt: skip
    decided = "optimise.choose" if found.wanted.targets else "optimise.cheapest"
    key = decided if found.race.over else "optimise.perhaps"
    pattern = both(key, what="\0")
    return Label(pattern.vi.replace("\0", what[0].vi), pattern.en.replace("\0", what[0].en))


def _warnings(found: Optimising) -> Iterator[Label]:
    if found.first == FEWEST:
        yield both("optimise.warn.few", count=found.first)
    if _outcome(found) == "skewed":
        yield both("optimise.warn.skewed")
    for each in found.confirmed[:1]:
        for place, target in enumerate(found.wanted.targets):
            slack = found.slacks(each, place, found.fresh)
            if average(slack) + half_width(slack) < -target.tolerance:
                yield both("optimise.warn.contradicts", target=target.written)
    stuck = sum(bool(seen.deadlock) for trial in found.work.journal.trials.values() for seen in trial.seen)
    if stuck:
        yield both("optimise.warn.stuck", count=stuck)
