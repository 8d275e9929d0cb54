"""Results on disk: ``<data folder>/runs/<id>/`` with `ticket.json`, `result.json` and `scenario.json`.

A run's folder is renamed into place once all of it is written, so what is there is whole.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from platform_api.files import new_folder
from platform_api.results import Result, write_result
from platform_api.wire import Ticket
from scenarios.resolved import Resolved

log = structlog.get_logger(__name__)

ABANDONED = 3_600
"""What has been half-written for so long belongs to nobody [s]."""


class Store:
    """The finished runs below one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "runs"

    def save(self, ticket: Ticket, scenario: Resolved | None = None, result: Result | None = None) -> None:
        """Keep a finished run, with its answer if it has one."""
        with new_folder(self.folder / ticket.id) as fresh:
            if scenario is not None and result is not None:
                write_result(result, scenario, fresh)
            (fresh / "ticket.json").write_text(ticket.model_dump_json(), encoding="utf-8")

    def tickets(self) -> list[Ticket]:
        """All runs that are kept, the oldest first. A folder that cannot be read is left alone and logged."""
        return sorted(self._readable(), key=lambda ticket: ticket.created)

    def _readable(self) -> Iterator[Ticket]:
        for path in sorted(self.folder.glob("[!.]*/ticket.json")):
            try:
                yield Ticket.model_validate_json(path.read_bytes())
            except (OSError, ValidationError) as error:
                log.warning("unreadable run", folder=path.parent.name, reason=type(error).__name__)

    def result(self, run: str) -> dict[str, Any]:
        """The answer of a run, as its JSON document."""
        data: dict[str, Any] = json.loads((self.folder / run / "result.json").read_bytes())
        return data

    def remove(self, run: str) -> None:
        """Forget a run."""
        shutil.rmtree(self.folder / run, ignore_errors=True)

    def sweep(self) -> None:
        """Take away what a killed process left half-written; not what another one may be writing now."""
        for leftover in self.folder.glob(".*.partial"):
            if leftover.stat().st_mtime < time.time() - ABANDONED:
                shutil.rmtree(leftover, ignore_errors=True)
