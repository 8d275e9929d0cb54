"""The service: one application made of parts that are handed in. Importing this starts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from metrics.exposition import CollectorRegistry, Telemetry
from platform_api import openapi
from platform_api.answers import Answers
from platform_api.classes import Classes
from platform_api.conditional import Conditional
from platform_api.desk import Desk
from platform_api.doing import Simulate
from platform_api.experiment_desk import Experiments
from platform_api.exploring import Explore, explore
from platform_api.guard import Guard
from platform_api.handlers import answer_every_error
from platform_api.intake import Intake
from platform_api.looking import Looking
from platform_api.reception import Reception
from platform_api.routes import (
    classes,
    experiments,
    indicators,
    lessons,
    live,
    pages,
    runs,
    scenarios,
    service,
)
from platform_api.routes.common import Parts
from platform_api.runner import run_apart
from platform_api.runs import Runs
from platform_api.sessions import Sessions
from platform_api.settings import Settings, load_settings, require_keys_elsewhere
from platform_api.shelf import Shelf
from platform_api.store.class_table import ClassTable
from platform_api.store.database import open_database
from platform_api.store.key_table import KeyTable
from platform_api.store.run_table import RunTable
from platform_api.store.session_table import SessionTable
from platform_api.store.variant_table import VariantTable
from platform_api.teaching import Teaching

DESCRIPTION = """\
Simulates a border gate or an OCOP e-commerce platform: order a run, follow it, read its figures with their
intervals.

Mô phỏng cửa khẩu và thương mại điện tử OCOP: đặt lần chạy, theo dõi, đọc kết quả kèm khoảng tin cậy.

Every error is a problem document (RFC 9457) whose `problems` name the place, the value and the remedy.
"""


def create_app(
    settings: Settings, registry: CollectorRegistry, simulate: Simulate = run_apart,
    explore: Explore = explore,
) -> FastAPI:  # fmt: skip
    """The application; what has not ended when it stops goes on at its next start.

    Raises
    ------
    platform_api.store.Unavailable
        If the database cannot be reached, or not be brought to this version.
    """
    telemetry = Telemetry(registry)
    database = open_database(settings.database_url)
    answers = Answers(settings.data_dir)
    work = Runs(Desk(settings, RunTable(database), answers, telemetry, simulate, explore))
    sessions, teaching = Sessions(settings, SessionTable(database)), Teaching()
    room = Classes(settings, ClassTable(database), sessions, teaching)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(work.start)
        await asyncio.to_thread(sessions.start)
        await asyncio.to_thread(room.start)
        yield
        await asyncio.to_thread(sessions.stop)
        await asyncio.to_thread(work.stop)
        database.dispose()

    app = FastAPI(
        title="Cửa Khẩu",
        version=version("cuakhau"),
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,  # FastAPI's page loads its script from another site
        redoc_url=None,
    )
    guard = Guard(settings, KeyTable(database))
    app.state.parts = Parts(
        settings, work, Experiments(work.desk), Looking(work), telemetry, registry, guard, sessions,
        Shelf(VariantTable(database)), teaching, room,
    )  # fmt: skip
    for part in (scenarios, runs, experiments, live, lessons, classes, indicators, service, pages):
        app.include_router(part.router)
    answer_every_error(app)
    app.add_middleware(Conditional)
    app.add_middleware(Intake, hosts=settings.hosts, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(Reception, telemetry=telemetry)
    app.openapi = partial(openapi.document_of, app)  # type: ignore[method-assign]
    return app


# ---- serving ------------------------------------------------------------------------------------------


def serve(
    host: str | None = None,
    port: int | None = None,
    data_dir: Path | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; what is not given comes from the settings.

    Parameters
    ----------
    ready : called with the address once the service answers there

    Raises
    ------
    SettingsError
        If a setting cannot be used, or `host` is reachable from other machines.
    OSError
        If the port cannot be had.
    """
    from platform_api.server import Server, address_of, listen, log_to_standard_error

    settings = load_settings(host=host, port=port, data_dir=data_dir)
    log_to_standard_error()
    app = create_app(settings, CollectorRegistry())
    require_keys_elsewhere(settings.host, app.state.parts.guard.table.any())
    with listen(settings.host, settings.port) as listening:
        tell = ready or (lambda _: None)
        parts: Parts = app.state.parts
        Server(app, lambda: tell(address_of(listening)), parts.let_go).run(sockets=[listening])
