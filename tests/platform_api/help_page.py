"""Writes the part of docs/reference/cli.md that repeats `--help`:  python -m tests.platform_api.help_page"""

import os
import re
from pathlib import Path

from click.testing import CliRunner

from platform_api.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
BETWEEN = re.compile(r"(<!-- help: begin -->\n).*(<!-- help: end -->)", re.DOTALL)


def help_of(*words: str) -> str:
    os.environ.pop("CUAKHAU_LANG", None)
    shown = CliRunner().invoke(cli, [*words, "--help"], terminal_width=100)
    assert shown.exit_code == 0, shown.output
    return shown.output.rstrip()


def section(*words: str) -> str:
    command = " ".join(("cuakhau", *words))
    return f"## `{command}`\n\n```text\n{help_of(*words)}\n```\n"


def all_help() -> str:
    """`--help` of the program and of each command, as Markdown."""
    return "\n".join([section(), *(section(name) for name in cli.commands)])


def page() -> str:
    """The page as it should be."""
    return BETWEEN.sub(lambda found: f"{found[1]}{all_help()}{found[2]}", PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
