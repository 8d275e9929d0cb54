"""Paper to digital: what nothing was tuned to stands beside its source, with the verdict that comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.paper_to_digital import Row, rows

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "scenarios.md"


@pytest.mark.slow
def test_the_page_tells_what_comes_out_of_the_digital_gate_whichever_way_it_goes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for row in rows(20):
        assert row.told() in page


def test_a_range_that_one_more_day_would_not_touch_fails() -> None:
    inside, outside = (Row("x", (3.0, 4.0), mean, mean - 0.4, mean + 0.4) for mean in (2.7, 2.5))
    assert (inside.verdict, outside.verdict) == ("holds", "**fails**")
