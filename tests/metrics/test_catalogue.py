"""The declarations, and the page that is written from them."""

from pathlib import Path

import pytest

from metrics.catalogue import page
from metrics.declare import Kpi
from metrics.kpis import CATALOGUE
from metrics.strata import KINDS
from metrics.trs import INTERVALS, MILESTONES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "kpis.md"
LONGEST_LABEL = 22


def test_the_committed_page_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m metrics.catalogue docs/reference/kpis.md"
    )


def test_names_are_unique():
    names = [name for kpi in CATALOGUE for name in kpi.value_names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.name)
def test_every_declaration_is_whole(kpi: Kpi):
    for label in (kpi.label.vi, kpi.label.en):
        assert 0 < len(label) <= LONGEST_LABEL
    assert kpi.meaning.en.endswith(".")
    assert kpi.meaning.vi.endswith(".")
    assert kpi.source
    assert set(kpi.by) <= set(KINDS)
    assert kpi.unit in {"1", "s", "ratio", "1/d", "unit·s", "VND", "l", "kg", "m"}


def test_the_names_that_users_were_promised():
    promised = {
        "arrived", "crossed", "completed", "lost", "closing_backlog", "dwell_mean", "dwell_p50", "dwell_p95",
        "blocked_mean", "wait_mean", "service_mean", "utilisation",
    }  # fmt: skip
    assert promised <= {name for kpi in CATALOGUE for name in kpi.value_names}


def test_every_milestone_of_an_interval_has_words():
    assert {name for interval in INTERVALS for name in interval} == MILESTONES.keys()
