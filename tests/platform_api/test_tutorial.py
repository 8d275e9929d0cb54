"""What the tutorial shows of a run is what the run prints."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from platform_api.cli import cli
from scenarios.library import load

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-run.md").read_text(encoding="utf-8")


def shown_runs() -> list[tuple[str, list[str]]]:
    """(command, lines shown below it) of each run of an example."""
    blocks = re.findall(r"```console\n(.*?)```", TUTORIAL, re.DOTALL)
    parts = [part for block in blocks for part in block.split("$ script/run ")[1:]]
    runs = [(part.splitlines()[0], part.splitlines()[1:]) for part in parts]
    return [(command, shown) for command, shown in runs if shown]


def test_the_tutorial_shows_runs() -> None:
    assert len(shown_runs()) >= 2


@pytest.mark.parametrize(("command", "shown"), shown_runs())
def test_a_run_prints_what_the_tutorial_shows(
    command: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "110"}).invoke(cli, shlex.split(command))
    assert done.exit_code == 0, done.output
    printed = [line.rstrip() for line in done.stdout.replace("\xa0", " ").splitlines()]
    assert [line for line in shown if line != "..." and line.rstrip() not in printed] == []


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_assumption_of_an_example_has_its_range_and_owner(example: Path) -> None:
    lacking = [p.path for p in load(str(example)).resolved.parameters if not (p.range and p.owner)]
    assert lacking == []
