"""The verdict on every figure of a case: equal to theory up to the margin, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.statistics import deviation, equivalence, ordered
from metrics.verification.case import REPLICATIONS, SEED, Case, Replicated, replicate
from metrics.verification.effort import power
from scenarios.resolved import Label

MARGIN = 0.01
"""Largest difference that does not matter, of the theoretical value."""

QUICK_MARGIN = 0.03
"""The same where it must be quick: a ninth of the customers."""

Verdict = Literal["equal", "different", "undecided"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure held against theory.

    got, low, high : mean over replications with its 90 % interval, which decides · margin : as a share of
    `expected`; 0: they must be the same number · power : probability of "equal" if there is no difference, at
    the deviation that was found; None where nothing is left to chance
    """

    case: str
    title: Label
    figure: Label
    formula: str
    source: str
    expected: float
    got: float
    low: float
    high: float
    margin: float
    power: float | None
    verdict: Verdict


def judged(case: Case, done: Sequence[Replicated], margin: float) -> list[Judged]:
    """The figures of a case from its replications."""
    figures = case.figures(case.scenario(1))
    rows = []
    for number, figure in enumerate(figures):
        values = ordered([each.values[number] for each in done])
        allowed = margin * abs(figure.expected)
        found = equivalence(values.tolist(), figure.expected, allowed)
        se = deviation(values) / len(values) ** 0.5
        strength = power(allowed / se, len(values)) if se else 1.0
        rows.append(
            Judged(
                case.name, case.title, figure.label, figure.formula, figure.source, figure.expected,
                found.mean, *found.interval, margin, strength, found.verdict,
            )
        )  # fmt: skip
    return rows


def judge(case: Case, margin: float, seed: int = SEED) -> list[Judged]:
    """Run all replications of a case here, one after another, and judge them."""
    entities = case.entities(margin)
    return judged(case, [replicate(case, entities, n, seed) for n in range(REPLICATIONS)], margin)
