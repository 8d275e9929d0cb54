"""Many who watch one live session, and a server that is killed under them: with real clients."""

import threading
import time
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.pages.looking import LISTENS
from tests.platform_api.serving import Serving

pytestmark = [pytest.mark.slow, pytest.mark.long]

WATCHERS = 30
WATCHED_S = 8.0


def opened(serving: Serving) -> str:
    order = {"scenario": "lang-son-2025-03-12", "seed": 1, "at": 43_200_000}
    answer = serving.client.post("/v1/sessions", json=order)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def listened(address: str, session: str, heard: list[float], until: threading.Event) -> None:
    """When each piece of the stream came, till it is enough."""
    with (
        httpx2.Client(base_url=address, timeout=30) as client,
        client.stream("GET", f"/v1/sessions/{session}/events") as answer,
    ):
        for line in answer.iter_lines():
            if line.startswith("data: "):
                heard.append(time.monotonic())
            if until.is_set():
                return


def test_thirty_watchers_of_a_session_hear_of_it_every_second(tmp_path: Path) -> None:
    serving = Serving(tmp_path, CUAKHAU_JOBS="1")
    enough = threading.Event()
    try:
        session = opened(serving)
        heard: list[list[float]] = [[] for _ in range(WATCHERS)]
        each = [
            threading.Thread(target=listened, args=(serving.address, session, times, enough), daemon=True)
            for times in heard
        ]
        for thread in each:
            thread.start()
        deadline = time.monotonic() + 30
        while not all(heard) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert all(heard)  # everybody has the snapshot
        began = time.monotonic()
        act = {"do": "play", "speed": 600}
        assert serving.client.post(f"/v1/sessions/{session}/acts", json=act).status_code == 200
        time.sleep(WATCHED_S)
        enough.set()
        for thread in each:
            thread.join(20)
    finally:
        enough.set()
        serving.close()
    for times in heard:
        after = [began, *(at for at in times if began < at < began + WATCHED_S), began + WATCHED_S]
        gaps = [later - earlier for earlier, later in pairwise(after)]
        assert max(gaps) <= 1.0 + 0.25, max(gaps)  # a quarter for threads that wait for each other here


def test_a_page_goes_on_after_the_server_was_killed(chromium: Browser, tmp_path: Path) -> None:
    serving = Serving(tmp_path, CUAKHAU_JOBS="1")
    port = serving.address.rsplit(":", 1)[1]
    try:
        session = opened(serving)
        page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(f"{serving.address}/live/{session}?lang=en")
        expect(page.locator(".clock")).to_have_text("08:00:00")
        page.evaluate(LISTENS)
        page.keyboard.press("m")
        expect(page.locator(".clock")).to_have_text("08:01:00")
        serving.process.kill()
        serving.process.wait(10)
        expect(page.get_by_text("reconnecting")).to_be_visible()
        serving.close()
        serving = Serving(tmp_path, CUAKHAU_PORT=port, CUAKHAU_JOBS="1")
        expect(page.get_by_text("reconnecting")).to_be_hidden(timeout=60_000)
        expect(page.locator(".clock")).to_have_text("08:01:00")  # where it stood
        page.keyboard.press("m")
        expect(page.locator(".clock")).to_have_text("08:02:00")
        page.context.close()
    finally:
        serving.close()
