"""What clerks send: each broken file is read rightly, or refused with a place and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.recorded.findings import LogError
from metrics.recorded.read import Asked, read
from scenarios.resolved import Label
from tests.metrics.recorded.broken import BROKEN, Broken

KEY = b"k" * 32


USUAL = {"unfinished", "day_or_month", "missing_time"}
"""Findings that a small healthy log may have too."""


def said(label: Label) -> bool:
    return bool(label.vi.strip()) and bool(label.en.strip()) and label.vi != label.en


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.name)
def test_a_broken_file_is_read_or_refused_with_a_remedy(broken: Broken, tmp_path: Path) -> None:
    file = tmp_path / f"so{broken.suffix}"
    file.write_bytes(broken.content)
    if broken.refused:
        with pytest.raises(LogError) as refused:
            read(file, Asked(KEY, told=broken.told))
        text = refused.value.text("en")
        assert broken.refused in text
        for problem in refused.value.problems:
            assert problem.place
            assert said(problem.message)
            assert said(problem.remedy)
        return
    log = read(file, Asked(KEY, told=broken.told)).log
    assert log.cases == broken.cases
    kinds = {finding.kind for finding in log.findings}
    assert kinds >= set(broken.found)
    assert not kinds - set(broken.found) - USUAL
    for finding in log.findings:
        assert said(finding.what)
        assert said(finding.cost)
        assert 0 < finding.count <= finding.of


def test_at_least_forty_are_told_of_and_the_others_are_merely_unusual() -> None:
    """A file that is read as if nothing were odd about it is not counted: nobody has to do anything."""
    told = [broken.name for broken in BROKEN if broken.refused or broken.found]
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)
    assert len(told) >= 40


DATES = (
    "day first",
    "month first",
    "dots in dates",
    "years of two digits",
    "hours with a g",
    "SA and CH",
    "an offset",
)


@pytest.mark.parametrize("name", DATES)
def test_the_same_instants_are_read_from_every_way_to_write_them(name: str, tmp_path: Path) -> None:
    def log_of(content: bytes) -> list[int]:
        file = tmp_path / "so.csv"
        file.write_bytes(content)
        log = read(file, Asked(KEY)).log
        return [*log.started.tolist(), *log.ended.tolist()]

    healthy = next(b.content for b in BROKEN if b.name == "utf-8 with a mark")
    assert log_of(next(b.content for b in BROKEN if b.name == name)) == log_of(healthy)
