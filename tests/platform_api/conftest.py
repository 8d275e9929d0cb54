"""The service without a network: its application, a client, and scenarios small enough for a test."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from metrics.exposition import CollectorRegistry
from platform_api.app import create_app
from platform_api.crew import Crew
from platform_api.doing import Done
from platform_api.examples import SMALL_SCENARIO
from platform_api.exploring import Errand, Explore, Explored, done
from platform_api.following import Ask, Follow
from platform_api.results import Result
from platform_api.runner import run_scenario
from platform_api.server import log_to_standard_error
from platform_api.settings import Settings
from scenarios import library
from scenarios.resolved import Resolved
from tests.platform_api.postgres import PostgresServer

MakeApp = Callable[..., FastAPI]


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """The log as the service writes it, not as structlog shows it to developers."""
    log_to_standard_error()
    yield
    structlog.reset_defaults()


@pytest.fixture
def written() -> dict[str, Any]:
    """A written scenario that runs in a few milliseconds."""
    return copy.deepcopy(SMALL_SCENARIO)


@pytest.fixture
def endless(written: dict[str, Any]) -> dict[str, Any]:
    """A written scenario that takes minutes however quick the machine: everybody is looked at 200 times."""
    again = {
        "kind": "choose",
        "shares": {"back": "99.5 %", "out": "0.5 %"},
        "options": {"back": ["papers"], "out": "next"},
    }
    truck = {"route": ["papers", "again"], "arrivals": {"rate": "200 /h"}}
    return written | {
        "name": "endless",
        "window": "365 d",
        "horizon": "stationary",
        "resources": {"officer": {"label": {"vi": "Cán bộ", "en": "Officer"}, "capacity": 4000}},
        "steps": written["steps"] | {"again": again},
        "flows": {"truck": written["flows"]["truck"] | truck},
    }


@pytest.fixture
def small(written: dict[str, Any]) -> Resolved:
    """The small scenario, resolved."""
    return resolved(written)


def resolved(written: dict[str, Any]) -> Resolved:
    return library.load_text(json.dumps(written, ensure_ascii=False)).resolved


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test process."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; "" for SQLite in the data folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


on_both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def make_app(tmp_path: Path, database: str) -> MakeApp:
    """Makes an application that simulates within this process; settings by keyword."""

    return partial(app_in, tmp_path, database=database)


def run_here(scenario: Resolved, finish: Callable[[Result], Done], *, crew: Crew, **order: Any) -> Done:
    """Simulate in this process: a test need not wait for others to begin."""
    return finish(run_scenario(scenario, **order))


def explore_here(errand: Errand, crew: Crew, follow: Follow, cancel: Ask) -> Explored:
    """Explore in this process, likewise."""
    return done(errand, follow, cancel)


def app_in(
    folder: Path, simulate: Any = run_here, explore: Explore = explore_here, **settings: Any
) -> FastAPI:
    chosen = Settings(data_dir=folder, **settings)
    return create_app(chosen, CollectorRegistry(), simulate, explore)


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture
def client(make_app: MakeApp) -> Iterator[TestClient]:
    """A client of a running service."""
    with client_of(make_app()) as client:
        yield client
