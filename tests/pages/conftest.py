"""A service with a run in it, and a Chromium that looks at its pages."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from starlette.testclient import TestClient

from platform_api.routes.pages import FOLDER
from tests.pages.looking import Look
from tests.platform_api.conftest import app_in, client_of
from tests.platform_api.helpers import order_and_wait
from tests.platform_api.serving import Serving

expect.set_options(timeout=20_000)  # ms: others may be at work on the machine

SHOTS = Path(os.environ.get("CUAKHAU_SCREENSHOTS", Path(__file__).parents[2] / "build" / "screenshots"))
"""Where pictures of the pages are left, outside git."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, and a run of the bulletin's day in it."""

    address: str
    run: str


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, and in it three replications of the bulletin's day."""
    assert (FOLDER / "vendor" / "preact.js").is_file(), "the pages are not set up; remedy: script/setup pages"
    serving = Serving(tmp_path_factory.mktemp("pages"), CUAKHAU_JOBS="1")
    try:
        order = {"scenario": "lang-son-2025-03-12", "seed": 20250312, "replications": 3}
        ticket = order_and_wait(serving.client, **order)
        assert ticket["state"] == "succeeded", ticket
        yield Service(serving.address, ticket["id"])
    finally:
        serving.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, which script/setup test installs."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "no Chromium here; remedy: apt-get install -y chromium (script/setup test, as root, does)"
    browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def look(chromium: Browser, service: Service) -> Iterator[Look]:
    """Opens pages, and holds against each what all pages must keep."""
    looking = Look(chromium, service.address, SHOTS)
    yield looking
    looking.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of an application without a network."""
    with client_of(app_in(tmp_path)) as client:
        yield client
