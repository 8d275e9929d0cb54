"""What every route gets: the parts of the service, from the application they run in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from metrics.exposition import CollectorRegistry, Telemetry
from platform_api.classes import Classes
from platform_api.experiment_desk import Experiments
from platform_api.guard import Guard
from platform_api.looking import Looking
from platform_api.runs import Runs
from platform_api.sessions import Sessions
from platform_api.settings import Settings
from platform_api.shelf import Shelf
from platform_api.teaching import Teaching


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one service."""

    settings: Settings
    runs: Runs
    experiments: Experiments
    looking: Looking
    telemetry: Telemetry
    registry: CollectorRegistry
    guard: Guard
    sessions: Sessions
    shelf: Shelf
    teaching: Teaching
    classes: Classes

    def missing(self) -> list[str]:
        """What it would need to do its work and has not got."""
        checks = {
            "database": self.runs.table.answers(),
            "folder": os.access(self.settings.data_dir, os.W_OK),
            "workers": self.runs.desk.is_at_work,
            "time": not self.runs.is_closing,
        }
        return [name for name, is_there in checks.items() if not is_there]

    def let_go(self) -> None:
        """The service is about to stop: event streams end."""
        self.classes.close()
        self.sessions.close()
        self.runs.close()
        self.experiments.close()


async def _parts(request: Request) -> Parts:  # a plain function would be sent through a thread
    parts: Parts = request.app.state.parts
    return parts


Service = Annotated[Parts, Depends(_parts)]
