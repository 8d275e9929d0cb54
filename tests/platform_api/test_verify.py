"""`cuakhau verify`: what it prints and writes, and that it fails when something does not agree."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from metrics.verification import tasks
from metrics.verification.case import REPLICATIONS, Replicated
from metrics.verification.cases import BY_NAME, CASES
from metrics.verification.closures import CLOSURES
from metrics.verification.engines import commons
from metrics.verification.judge import MARGIN
from platform_api.cli import cli
from platform_api.formats import significant
from sim.laws import LawBroken

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"


def verify(*words: object) -> Result:
    return CliRunner().invoke(cli, ["verify", "--lang", "en", *map(str, words)])


def test_a_closure_is_verified_and_written(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    done = verify("--case", "closure-lunch", "--jobs", 1, "--out", out)
    assert done.exit_code == 0, done.output
    assert 'Every verdict is "equal"' in done.stdout
    page = out.read_text(encoding="utf-8")
    assert "| λh | " not in page
    assert "`λh²μ/(2(μ − λ)) + h/2` (Newell 1982) | 7,260 | 7,260 | 0 |" in page
    assert "bằng nhau · equal" in page


def test_vietnamese_is_spoken() -> None:
    done = CliRunner().invoke(cli, ["verify", "--case", "closure-lunch", "--jobs", "1"])
    assert "bằng nhau" in done.stdout
    assert "7.260" in done.stdout


def test_json_is_one_document() -> None:
    done = verify("--case", "closure-3-h", "--jobs", 1, "--json")
    told = json.loads(done.stdout)
    assert told["passed"] is True
    assert [row["verdict"] for row in told["theory"]] == ["equal"] * 4
    assert told["laws"] == {"runs": 1, "visits": 0, "broken": []}


def test_an_unknown_case_is_refused() -> None:
    done = verify("--case", "mm2")
    assert done.exit_code == 2
    assert "there is no case 'mm2'; choose from: mm1" in done.output


def stand_in(values: Any) -> Any:
    """Instead of running: the values of each replication."""

    def replicate(case: Any, entities: int, replication: int, *_: object) -> Replicated:
        figures = case.figures(case.scenario(1))
        return Replicated(tuple(values(f.expected, replication) for f in figures), entities, entities)

    return replicate


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (lambda expected, n: expected * 1.05, "different"),
        (lambda expected, n: expected * (1 + (-1) ** n), "undecided"),
    ],
)
def test_a_verdict_that_is_not_equal_fails(
    values: Any, verdict: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tasks, "replicate", stand_in(values))
    monkeypatch.setattr(tasks, "commons", list)
    out = tmp_path / "page.md"
    done = verify("--case", "mm1", "--jobs", 1, "--out", out)
    assert done.exit_code == 1
    assert 'a verdict is not "equal"' in done.output
    assert out.read_text(encoding="utf-8").count(f"{verdict}**") == 4


def test_a_broken_law_fails_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LawBroken("somebody vanished")

    monkeypatch.setattr(tasks, "replicate", broken)
    monkeypatch.setattr(tasks, "commons", list)
    done = verify("--case", "mm1", "--jobs", 1)
    assert done.exit_code == 1
    assert "mm1, replication 0: somebody vanished" in done.output
    assert f"broken: {REPLICATIONS}" in done.output


@pytest.mark.slow
def test_processes_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for jobs in (1, 2):
        pages.append(tmp_path / f"{jobs}.md")
        done = verify("--quick", "--case", "tandem-2", "--case", "yard", "--jobs", jobs, "--out", pages[-1])
        assert done.exit_code == 0, done.output
    assert pages[0].read_text(encoding="utf-8") == pages[1].read_text(encoding="utf-8")


# ---- the page of the documentation
def test_the_page_is_of_these_cases_and_all_its_verdicts_are_equal() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"^`([\w-]+)`", page, re.MULTILINE)
    assert told == [case.name for case in CASES] + [closure.name for closure in CLOSURES]
    assert re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE) == [common.name for common in commons()]
    rows = [line for line in page.splitlines() if line.startswith("| ") and "verdict" not in line]
    verdicts = {line.rsplit("|", 2)[1].strip() for line in rows}
    assert verdicts == {"bằng nhau · equal", "---"}
    assert f"Margin ± {100 * MARGIN:g} %" in page


@pytest.mark.parametrize("name", BY_NAME)
def test_the_page_says_what_theory_says_now(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.split(f"\n`{name}`, ")[1].split("\n###")[0]
    case = BY_NAME[name]
    for figure in case.figures(case.scenario(1)):
        told = f"`{figure.formula}` ({figure.source}) | {significant(figure.expected, 'en')} |"
        assert told in section, told
    assert f"{case.entities(MARGIN):,} entities" in section


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_page_is_what_the_command_writes(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    done = verify("--out", out)
    assert done.exit_code == 0, done.output
    assert out.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_other_seeds_agree_as_often_as_they_must() -> None:
    """Each verdict of fresh seeds is "equal" with probability .999 or more: two of them may not be."""
    done = verify("--quick", "--seed", 4711, "--json")
    theory = json.loads(done.stdout)["theory"]
    assert sum(row["verdict"] != "equal" for row in theory) <= 2
    assert not any(row["verdict"] == "different" for row in theory)
