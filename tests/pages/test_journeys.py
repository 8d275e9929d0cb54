"""What planners do on the pages, done in a real Chromium, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from scenarios import library
from tests.pages.conftest import Service
from tests.pages.looking import Look

pytestmark = pytest.mark.slow

LANGUAGES = ("vi", "en")
BULLETIN = "/scenarios/lang-son-2025-03-12"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_found_without_diacritics(look: Look, language: str) -> None:
    page = look.at("/", language)
    cards = page.locator(".lib")
    expect(cards.first).to_be_visible(timeout=20_000)
    every = cards.count()
    assert every >= len(library.names())
    page.get_by_role("searchbox").fill("sau rieng")
    expect(cards).not_to_have_count(every)
    expect(page.locator(".lib h2").first).to_contain_text("sầu riêng" if language == "vi" else "durian")
    assert "q=sau+rieng" in page.url
    look.approve(page, f"library-{language}")
    page.get_by_role("searchbox").fill("xyzzy")
    expect(page.locator(".none")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_changed_checked_and_run(look: Look, language: str) -> None:
    page = look.at(f"{BULLETIN}?step=export_plant", language)
    box = page.locator("#n-resources-plant_inspectors-capacity-0--units")
    expect(box).to_have_value("5")
    expect(page.locator(".guess b").first).to_be_visible(timeout=20_000)  # before anything is simulated
    look.expects = "422"
    box.fill("many")
    box.press("Enter")
    problem = page.locator(".check.wrong")
    expect(problem).to_be_visible()
    expect(problem).to_contain_text("resources.plant_inspectors.capacity")
    expect(page.locator(".panel .bad")).to_contain_text("'many'")
    expect(page.locator(".btn.pri")).to_be_disabled()
    look.approve(page, f"scenario-wrong-{language}")
    box.fill("2")
    box.press("Enter")
    expect(page.locator(".check.right")).to_be_visible()
    page.get_by_role("spinbutton").fill("1")
    page.locator(".btn.pri").click()
    page.wait_for_url(re.compile(r"/runs/\d+-"))
    expect(page.locator(".k4 .kpi").first).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("1 chỗ" if language == "vi" else "1 change")


def test_the_picture_answers_to_the_keyboard(look: Look) -> None:
    page = look.at(BULLETIN, "en")
    step = page.get_by_role("button", name="Plant quarantine, export")
    step.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2")).to_have_text("Plant quarantine, export")
    assert "step=export_plant" in page.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_and_text_are_one_document(look: Look, language: str) -> None:
    page = look.at(f"{BULLETIN}?tab=yaml", language)
    text = page.locator("textarea.yaml")
    text.fill(text.input_value().replace("overrides: {}", "overrides:\n  zones.export_yard.room: 900"))
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("#n-zones-export_yard-room")).to_have_value("900")
    look.approve(page, f"numbers-{language}")
    page.locator("#n-zones-export_yard-room").fill("800")
    page.wait_for_timeout(600)  # the check of 900 comes back: what is half typed stays
    page.locator("#n-zones-export_yard-room").press("Enter")
    page.get_by_role("tab").nth(2).click()
    expect(page.locator("textarea.yaml")).to_have_value(re.compile("zones.export_yard.room: 800"))
    name = f"my-yard-{language}"
    text.fill(text.input_value().replace("lang-son-2025-03-12-v2", name))
    look.approve(page, f"yaml-{language}")
    page.locator(".tools .btn.pri").click()
    page.wait_for_url(re.compile(name))
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_answer_with_ranges(look: Look, service: Service, language: str) -> None:
    page = look.at(f"/runs/{service.run}", language)
    heading = page.locator("h1")
    expect(heading).to_contain_text("giờ" if language == "vi" else " h ")
    expect(page.locator(".k4 .kpi")).to_have_count(4)
    for number in page.locator(".k4 .num").all():
        assert "±" in number.inner_text()
    expect(page.locator(".k4 svg.strip")).to_have_count(4)
    look.approve(page, f"results-{language}")
    page.locator(".figure").first.click()
    expect(page.locator(".story code")).to_contain_text("cuakhau run lang-son-2025-03-12 --seed 20250312")
    page.locator(".title .link").first.click()
    expect(page.locator(".card table").first).to_be_visible()
    page.locator(".every summary").click()
    expect(page.locator(".every table")).to_be_visible()
    page.locator(".chips button").last.click()
    assert "of=import" in page.url
    look.approve(page, f"results-open-{language}")


def test_results_hold_on_a_phone_and_in_the_dark(look: Look, service: Service) -> None:
    phone = look.at(f"/runs/{service.run}", "vi", (390, 844))
    look.approve(phone, "results-phone-vi")
    dark = look.at(f"/runs/{service.run}", "en", color_scheme="dark")
    look.approve(dark, "results-dark-en")


def test_what_a_run_leaves_can_be_downloaded(look: Look, service: Service) -> None:
    page = look.at(f"/runs/{service.run}", "en")
    page.locator(".menu summary").click()
    for link in page.locator(".menu a").all():
        href = link.get_attribute("href")
        assert page.request.get(f"{look.address}{href}").status == 200, href


@pytest.mark.parametrize("language", LANGUAGES)
def test_runs_are_listed_and_unknown_ones_say_so(look: Look, service: Service, language: str) -> None:
    page = look.at("/runs", language)
    expect(page.get_by_role("link", name="lang-son-2025-03-12").last).to_be_visible()
    look.approve(page, f"runs-{language}")
    look.expects = "404"
    unknown = look.at("/runs/20250101-000000-00000000", language)
    expect(unknown.locator(".failed")).to_be_visible()
    assert look.complaints == []


def test_the_language_is_changed_on_the_spot(look: Look) -> None:
    page = look.at("/", "vi")
    before = page.locator("h1").inner_text()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).not_to_have_text(before)
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_first_useful_paint_comes_within_a_second(look: Look) -> None:
    """The quickest of ten loads at the most: others may be at work on the machine."""
    page = look.at("/", "vi")
    paints: list[float] = []
    while len(paints) < 10 and min(paints, default=1000) >= 1000:
        page.reload()
        page.wait_for_selector("main h1")
        painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1000"
        paints.append(page.evaluate(painted))
    assert min(paints) < 1000  # ms
