"""Trucks one by one, pages on paper, and pages of a service that asks for keys."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.conftest import Service
from tests.pages.looking import Look
from tests.platform_api.serving import Serving

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_truck_tells_its_day_and_its_parts_add_up(look: Look, service: Service, language: str) -> None:
    page = look.at(f"/runs/{service.run}/trucks", language)
    rows = page.locator(".tall-list tbody tr")
    expect(rows.first).to_be_visible(timeout=60_000)
    expect(page.locator(".adds")).to_be_visible()
    told = page.locator(".adds").inner_text().replace(",", ".")
    *parts, whole = [float(each) for each in re.findall(r"\d+\.\d+", told)]
    assert sum(parts) == pytest.approx(whole, abs=1e-6)
    look.approve(page, f"trucks-{language}")
    page.get_by_role("searchbox").fill("17")
    expect(rows).to_have_count(2)  # one on its way out, one on its way in
    rows.nth(1).get_by_role("button").click()
    expect(page.locator(".col h2").first).to_contain_text(" 17 ")
    assert "truck=" in page.url
    look.expects = "422"
    page.get_by_role("searchbox").fill("99999")
    expect(page.locator(".tall-list p")).to_contain_text("99999")


def test_trucks_are_told_on_a_phone(look: Look, service: Service) -> None:
    page = look.at(f"/runs/{service.run}/trucks", "vi", (390, 844))
    expect(page.locator(".adds")).to_be_visible(timeout=60_000)
    look.approve(page, "trucks-phone-vi")


def test_results_are_printed_whole_and_without_controls(look: Look, service: Service) -> None:
    """On A4, also from a dark screen: on white, nothing cut or scrolled away, with hash and command."""
    page = look.at(f"/runs/{service.run}", "vi", (720, 1018), color_scheme="dark")
    expect(page.locator(".k4 .kpi").first).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 44)"
    for hidden in (".top", ".act", ".title .link"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".prov")).to_contain_text("cuakhau run lang-son-2025-03-12")
    cut = "[...document.querySelectorAll('.card *')].filter((e) => e.scrollWidth > e.clientWidth + 1"
    cut += " && getComputedStyle(e).overflowX !== 'visible').map((e) => e.className)"
    assert page.evaluate(cut) == []
    look.shots.mkdir(parents=True, exist_ok=True)
    page.pdf(path=look.shots / "results-vi.pdf", prefer_css_page_size=True)
    page.screenshot(path=look.shots / "results-print-vi.png", full_page=True)


@pytest.mark.long
def test_pictures_and_downloads_come_where_keys_are_asked_for(chromium: Browser, tmp_path: Path) -> None:
    serving = Serving(tmp_path, CUAKHAU_JOBS="1", CUAKHAU_REQUIRE_KEYS="true")
    try:
        words = [sys.executable, "-m", "platform_api", "keys", "add", "office", "--scope", "run"]
        env = os.environ | {"CUAKHAU_DATA_DIR": str(tmp_path / "data")}
        made = subprocess.run(words, capture_output=True, encoding="utf-8", check=True, env=env)
        key = max(made.stdout.split(), key=len)
        page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(f"{serving.address}/?lang=en")
        page.locator("input[name=key]").fill(key)
        page.locator("form button").click()
        expect(page.locator(".lib").first).to_be_visible()
        expect(page.locator(".pict img").first).to_have_js_property("complete", True)
        assert page.locator(".pict img").first.evaluate("picture => picture.naturalWidth") > 0
        assert page.request.get(f"{serving.address}/v1/scenarios").status == 200  # the browser's own cookie
        ordered = page.request.post(f"{serving.address}/v1/runs", data={"scenario": "lang-son-2025-03-12"})
        assert ordered.status == 401  # which changes nothing
        page.context.close()
    finally:
        serving.close()
