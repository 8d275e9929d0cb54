"""The corpora: every right file loads, every wrong one tells place, value and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from scenarios.library import load
from scenarios.resolved import from_json, scenario_hash, to_json

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").glob("*.yaml"))
INVALID = sorted((HERE / "invalid").glob("*.yaml"))


def said(file: Path, word: str) -> list[str]:
    """What the comments at the top of a file say after a word."""
    return re.findall(rf"^# {word}:(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_corpora_are_large_enough():
    assert len(VALID) >= 12
    assert len(INVALID) >= 60


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_right_file_loads_with_the_expected_warnings(file):
    told = {warning.message.en for warning in load(file).warnings if "no label" not in warning.message.en}
    expected = [part.strip() for part in said(file, "warns")]
    assert all(any(part in text for text in told) for part in expected)
    assert all(any(part in text for part in expected) for text in told), told


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_resolving_is_repeatable_and_the_resolved_form_survives_json(file):
    once, again = load(file).resolved, load(file).resolved
    assert once == again
    back = from_json(to_json(once))
    assert back == once
    assert scenario_hash(back) == scenario_hash(once)


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_a_wrong_file_tells_place_value_and_remedy(file):
    with pytest.raises(ScenarioError) as raised:
        load(file)
    problems = raised.value.problems
    expected = list(zip(said(file, "place"), said(file, "expect"), strict=True))
    assert expected
    assert len(problems) == len(expected), raised.value
    for place, part in expected:
        at = [problem for problem in problems if problem.place == place.strip()]
        assert at, f"{[problem.place for problem in problems]}"
        assert any(part.strip() in str(problem) for problem in at), at


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_a_problem_is_told_in_both_languages_with_its_line(file):
    with pytest.raises(ScenarioError) as raised:
        load(file)
    lines = file.read_text(encoding="utf-8").count("\n") + 1
    for problem in raised.value.problems:
        for text in (problem.message, problem.remedy):
            assert text.vi
            assert text.en
            assert text.vi != text.en
        assert problem.line is None or 1 <= problem.line <= lines
        assert "Traceback" not in raised.value.text("vi")
