"""The compiled engine against queueing theory: the cases of `cuakhau verify`, at a margin of 3 %."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from metrics.verification.case import Case, Figure
from metrics.verification.cases import BY_NAME, CASES
from metrics.verification.judge import QUICK_MARGIN, judge
from scenarios.resolved import Resolved
from tests.verification.test_effort import wait_of_mmc


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_runs_are_equal_to_theory(case: Case) -> None:
    rows = judge(case, QUICK_MARGIN)
    told = [f"{r.figure.en}: {r.expected:.5g}, found {r.got:.5g} ({r.low:.5g} – {r.high:.5g})" for r in rows]
    assert {row.verdict for row in rows} == {"equal"}, told
    assert all(row.power is not None and row.power > 0.95 for row in rows), [row.power for row in rows]


@pytest.mark.slow
def test_a_wrong_theory_is_refused() -> None:
    """The test has teeth: a tenth less or more is "different"."""
    for factor in (0.9, 1.1):
        wrong = replace(BY_NAME["mm1"], figures=partial(mistaken, factor))
        assert {row.verdict for row in judge(wrong, QUICK_MARGIN)} == {"different"}


def mistaken(factor: float, told: Resolved) -> list[Figure]:
    return [replace(figure, expected=factor * figure.expected) for figure in BY_NAME["mm1"].figures(told)]


@pytest.mark.parametrize(("name", "servers", "load"), [("mm1", 1, 0.6), ("mm3", 3, 0.7)])
def test_the_effort_is_that_of_the_exact_variance(name: str, servers: int, load: float) -> None:
    exact = wait_of_mmc(servers, load)
    assert exact <= BY_NAME[name].squared_cv <= 1.05 * exact


def test_cases_have_names_of_their_own() -> None:
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_figure_has_a_formula_a_source_and_two_names(case: Case) -> None:
    figures = case.figures(case.scenario(1))
    assert figures
    for figure in figures:
        assert figure.formula
        assert figure.source
        assert figure.expected > 0
        assert figure.label.vi != figure.label.en
    assert case.title.vi
    assert case.title.en
