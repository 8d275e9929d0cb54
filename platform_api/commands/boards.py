"""`cuakhau boards`: Grafana boards, Prometheus rules and settings, laid out in a folder, ready to be used."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from platform_api.commands.common import command, one_line
from platform_api.commands.writing import write_text
from platform_api.console import Speech

PARTS = {"dashboards": "dashboards", "rules": "rules", "provisioning": ""}
"""Folder of the package → where its files go."""


@command("boards")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--service", metavar="HOST:PORT", default="127.0.0.1:8000", help=one_line("boards.service"))
def boards(speech: Speech, folder: Path, service: str) -> None:
    """Write all of them; what is there under their names is replaced."""
    for part, place in PARTS.items():
        for file in _files_of(part):
            write_text(folder / place / file.name, _suited(file.read_text(encoding="utf-8"), folder, service))
    speech.out.print(str(folder), markup=False, soft_wrap=True)
    speech.note("boards.next", folder=folder)


def _files_of(part: str) -> list[Traversable]:
    found = (item for item in files("metrics").joinpath(part).iterdir() if item.is_file())
    return sorted(found, key=lambda item: item.name)


def _suited(text: str, folder: Path, service: str) -> str:
    """With the places of this machine."""
    return text.replace("FOLDER/", f"{folder.resolve()}/").replace("127.0.0.1:8000", service)
