"""What trainers do with a lesson, done in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages.looking import LISTENS, Look

pytestmark = pytest.mark.slow

AT = "/lessons/platform-outage?plan=two_hours"


def in_both(look: Look, page: Page, name: str) -> None:
    """The same page in Vietnamese, then in English, then in Vietnamese again."""
    look.approve(page, f"{name}-vi")
    page.get_by_role("button", name="English").click()
    look.approve(page, f"{name}-en")
    page.get_by_role("button", name="Tiếng Việt").click()


def test_one_predicts_locks_and_is_told_what_happened(look: Look) -> None:
    page = look.at("/lessons", "vi")
    expect(page.locator(".cards li")).not_to_have_count(0)
    in_both(look, page, "lessons")
    page.goto(f"{look.address}{AT}&part=3")
    wrong = page.locator("input[value=night]")
    expect(page.get_by_role("button", name=re.compile("Khóa|Lock"))).to_be_disabled()
    wrong.check()
    page.get_by_role("button", name=re.compile("Khóa|Lock")).click()
    expect(wrong).to_be_disabled()
    page.get_by_role("button", name=re.compile("Mở đáp án|Reveal")).click()
    expect(page.locator(".revealed .thought")).to_be_visible()
    expect(page.locator(".bars b").first).to_contain_text(re.compile("h|giờ"))
    expect(page.locator(".revealed")).to_contain_text(re.compile(r"6/6|6 of 6"), timeout=60_000)
    in_both(look, page, "lesson-revealed")
    page.reload()  # nothing is lost
    expect(page.locator(".revealed .thought")).to_be_visible()
    page.evaluate(LISTENS)
    page.keyboard.press("PageDown")
    expect(page.locator("[aria-current=step]")).to_have_count(1)
    expect(page).to_have_url(re.compile("part=4"))
    page.get_by_role("button", name=re.compile("không đoán|without a guess")).click()
    expect(page.locator(".came")).to_be_visible()
    page.evaluate(LISTENS)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page.locator(".home li")).to_have_count(3)
    expect(page.locator(".chart .way")).to_have_count(3)
    in_both(look, page, "lesson-debrief")


def test_places_are_shown_a_truck_followed_and_roles_played(look: Look) -> None:
    page = look.at(AT, "vi")
    expect(page.locator(".plan canvas")).to_be_visible()
    page.get_by_role("button", name=re.compile("Nơi kế|Next place")).click()
    expect(page.locator("[data-station][aria-pressed=true]")).to_have_count(1)
    in_both(look, page, "lesson-orient")
    page.evaluate(LISTENS)
    page.keyboard.press("PageDown")
    expect(page.locator(".steps")).to_be_attached()
    page.evaluate(LISTENS)
    page.keyboard.press("5")
    expect(page.locator(".steps li").first).to_be_visible()  # it has come
    page.keyboard.press(" ")
    page.goto(f"{look.address}{AT}&part=6")
    page.get_by_role("button", name=re.compile("Quản lý|Management")).click()
    rows = page.locator(".levers li")
    expect(rows).to_have_count(1)  # only what the role may set
    rows.locator(".btn").nth(1).click()
    expect(page.locator(".rows li")).to_have_count(1)
    page.get_by_role("button", name=re.compile("Chấm|Judge")).click()
    expect(page.get_by_text(re.compile(r"\d+/100"))).to_be_visible()
    in_both(look, page, "lesson-roles")


def test_a_handout_is_printed_and_a_number_is_guessed(look: Look) -> None:
    page = look.at("/lessons/what-a-gate-is?plan=two_hours&part=5", "vi", (1280, 720))
    page.locator("input[type=number]").fill("900")
    page.get_by_role("button", name=re.compile("Mở đáp án|Reveal")).click()
    expect(page.locator(".revealed .obs")).to_be_visible()
    page.get_by_role("button", name="Máy chiếu").click()
    look.approve(page, "lesson-guess-projector-vi")
    page.get_by_role("button", name="Máy chiếu").click()
    page.goto(f"{look.address}/lessons/what-a-gate-is/handout?plan=two_hours&lang=vi")
    expect(page.locator(".asked")).to_have_count(3)
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    look.approve(page, "lesson-handout-vi")
