"""Pages on a phone and on a projector, where nothing may be cut; by keyboard alone; without motion."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Service
from tests.pages.looking import Look
from tests.pages.test_live import opened

pytestmark = [pytest.mark.slow, pytest.mark.long]

PHONE, PROJECTOR = (390, 844), (1920, 1080)

PLACES = {
    "library": "/",
    "scenario": "/scenarios/lang-son-2025-03-12",
    "numbers": "/scenarios/lang-son-2025-03-12?tab=numbers",
    "experiments": "/experiments?kind=forecast",
    "runs": "/runs",
    "results": "/runs/{run}",
    "trucks": "/runs/{run}/trucks",
    "map": "/runs/{run}/map",
    "live": "/live",
}


@pytest.mark.parametrize("size", [PHONE, PROJECTOR], ids=["phone", "projector"])
@pytest.mark.parametrize("place", PLACES)
def test_a_page_holds_at_every_size(look: Look, service: Service, place: str, size: tuple[int, int]) -> None:
    page = look.at(PLACES[place].format(run=service.run), "vi", size)
    expect(page.locator("main h1")).not_to_be_empty()
    if size == PROJECTOR:
        page.get_by_role("button", name="Máy chiếu").click()
        assert float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= 20
    look.approve(page, f"{place}-{'phone' if size == PHONE else 'projector'}-vi")


def test_a_scenario_is_found_changed_and_asked_about_by_keyboard_alone(look: Look) -> None:
    page = look.at("/", "en")
    expect(page.locator(".lib").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("12 March")
    page.keyboard.press("Tab")
    expect(page.locator(".lib a:focus")).to_be_visible()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) != "none"  # where one is can be seen
    page.keyboard.press("Enter")
    expect(page.get_by_role("tablist")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.id") == "tab-numbers":
            break
    page.keyboard.press("Enter")
    assert "tab=numbers" in page.url


def test_without_motion_a_truck_is_at_once_where_it_goes(look: Look) -> None:
    """One picture after a step, and the same half a second later."""
    page = opened(look, "en", reduced_motion="reduce")
    page.keyboard.press("m")
    expect(page.locator(".clock")).to_have_text("12:01:00")
    drawn = "() => document.querySelector('.plan canvas').toDataURL()"
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    first = page.evaluate(drawn)
    page.wait_for_timeout(500)
    assert page.evaluate(drawn) == first
