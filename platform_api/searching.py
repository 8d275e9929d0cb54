"""Too many combinations to simulate all: optuna proposes, the race decides (extra `cuakhau[optimise]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_api.crew import RunFailed
from platform_api.texts import both

if TYPE_CHECKING:
    from platform_api.optimising import Optimising

AT_ONCE = 8
"""Proposals that are simulated together: a fixed number, so that who does the work changes nothing."""

TIMES = 5
"""Proposals, for each combination that is to be simulated: known ones cost nothing."""


def search(found: Optimising) -> list[int]:
    """Combinations to simulate, those that were proposed; their first stage is done.

    Raises
    ------
    RunFailed
        If the extra is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise RunFailed(both("optimise.no_optuna"), both("optimise.no_optuna.remedy")) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = found.prepared.combinations.plan.seed % (1 << 32)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, multivariate=False))
    tried: dict[int, None] = {}
    scale = 0.0
    points = found.prepared.points
    for _ in range(TIMES * points // AT_ONCE):
        trials = [study.ask() for _ in range(AT_ONCE)]
        numbers = [_number(found, trial) for trial in trials]
        fresh = [each for each in dict.fromkeys(numbers) if each not in tried][: points - len(tried)]
        found.simulate_first(fresh)
        tried |= dict.fromkeys(fresh)
        scale = scale or abs(found.rank(fresh[0])[1]) or 1.0
        for trial, number in zip(trials, numbers, strict=True):
            if number in tried:
                study.tell(trial, _value(found, number, scale))
        if len(tried) >= points:
            break
    return sorted(tried)


def _number(found: Optimising, trial: Any) -> int:
    """The combination that is proposed; what is decided about a number has its options in order."""
    number = 0
    for decision in found.wanted.decisions:
        count = len(decision.options)
        number = number * count + trial.suggest_int(decision.name, 0, count - 1)
    return number


def _value(found: Optimising, number: int, scale: float) -> float:
    """One number to be made least: the cost as a multiple of another one, and the tolerances missed."""
    missed, cost, _ = found.rank(number)
    return cost / scale + missed
