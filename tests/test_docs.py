"""What the documents show is so: commands and options exist, scenarios in them are right, examples run."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from platform_api.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def commands_shown(page: Path) -> list[list[str]]:
    """The arguments of every `$ cuakhau …` and `$ script/run …` in a page."""
    lines = "\n".join(blocks(page, "console")).replace("\\\n", " ").splitlines()
    shown = re.findall(r"^\s*\$ (?:cuakhau|script/run) +(\w[^#>|\n]*)", "\n".join(lines), re.MULTILINE)
    return [shlex.split(words) for words in shown]


def cuakhau(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_shown_exists(page: Path) -> None:
    for name, *arguments in commands_shown(page):
        assert name in cli.commands, f"{page.name}: cuakhau {name}"
        known = {spelling for option in cli.commands[name].params for spelling in option.opts} | {"--help"}
        assert {word for word in arguments if word.startswith("--")} <= known, (page.name, name, arguments)


def test_pages_show_commands() -> None:
    assert sum(len(commands_shown(page)) for page in PAGES) > 10


EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_right_and_run(example: Path) -> None:
    checked = cuakhau("check", example)
    assert checked.exit_code == 0, checked.output
    finished = cuakhau("run", example, "--seed", 1, "--replications", 2, "--json")
    assert finished.exit_code == 0, finished.output


def whole_scenarios() -> list[tuple[str, str]]:
    """Blocks that are a file of their own, by their name; the reference shows fragments instead."""
    pages = [page for page in PAGES if page.parent.name in {"how-to", "tutorial"}]
    return [(page.name, body) for page in pages for body in blocks(page, "yaml") if body.startswith("name:")]


@pytest.mark.parametrize(("page", "text"), whole_scenarios())
def test_scenarios_written_in_the_pages_are_right(page: str, text: str, tmp_path: Path) -> None:
    for example in EXAMPLES:  # a variant stands beside its base
        (tmp_path / example.name).write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / f"from-{page}.yaml"
    file.write_text(text, encoding="utf-8")
    checked = cuakhau("check", file)
    assert checked.exit_code == 0, checked.output


def test_the_overrides_shown_name_addresses_that_exist() -> None:
    for page in PAGES:
        for name, *arguments in commands_shown(page):
            if name == "run" and "--override" in arguments and arguments[0].startswith("examples/"):
                overrides = [word for word in arguments if "=" in word]
                options = [word for override in overrides for word in ("--override", override)]
                finished = cuakhau("run", ROOT / arguments[0], "--replications", 2, "--json", *options)
                assert finished.exit_code == 0, (page.name, finished.output)
