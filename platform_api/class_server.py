"""A server for one class: open to the local network, where who has not the trainer's key can only join."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from metrics.exposition import CollectorRegistry
from platform_api.app import create_app
from platform_api.guard import Caller
from platform_api.routes.common import Parts
from platform_api.server import Server, address_of, listen, log_to_standard_error
from platform_api.settings import load_settings
from platform_api.store.key_table import Key, KeyTable

NAME = "class"
"""Of the trainer's keys; each start makes a new one and ends the others."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where participants come in, by which code, and the trainer's own page (with his key: keep it)."""

    join: str
    code: str
    trainer: str


def serve(
    lesson: str, teams: int, host: str, port: int | None, *, anew: bool = False,
    data_dir: Path | None = None, ready: Callable[[Opened], None],
) -> None:  # fmt: skip
    """Serve a class until interrupted: the one of this lesson that was stored, or a new one.

    Raises
    ------
    SettingsError
        If a setting cannot be used.
    OSError
        If the port cannot be had.
    """
    settings = load_settings(host=host, port=port, data_dir=data_dir, require_keys=True)
    log_to_standard_error()
    app = create_app(settings, CollectorRegistry())
    parts: Parts = app.state.parts
    key, token = _only_key(parts.guard.table)
    caller = Caller(key.id, "admin")
    with listen(settings.host, settings.port) as listening:

        def opened() -> None:
            address = address_of(listening)
            code = parts.classes.take_over(lesson, teams, caller, anew=anew).code
            ready(Opened(f"{address}/join?code={code}", code, f"{address}/class/{code}/trainer#key={token}"))

        try:
            Server(app, opened, parts.let_go).run(sockets=[listening])
        finally:
            parts.guard.table.revoke(key.id)


def _only_key(table: KeyTable) -> tuple[Key, str]:
    """A key for this start; those of earlier ones hold no longer."""
    for key in table.all():
        if key.name == NAME and key.revoked is None:
            table.revoke(key.id)
    return table.add(NAME, "teach")
