"""A class in real browsers: one trainer, participants on phones, who come back where they were."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages.looking import Look

pytestmark = pytest.mark.slow

PHONE = (390, 844)


def joined(look: Look, code: str, language: str, name: str = "") -> Page:
    page = look.at("/join", language, PHONE)
    page.locator("input.code").fill(code.lower())
    page.locator("input").nth(1).fill(name)
    page.get_by_role("button", name=re.compile("Vào|Enter", re.IGNORECASE)).last.click()
    expect(page.locator(".chip").first).to_be_visible()
    return page


def test_a_class_predicts_reveals_and_plays(look: Look) -> None:
    trainer = look.at("/lessons", "vi")
    made = trainer.request.post(f"{look.address}/v1/classes", data={"lesson": "what-a-gate-is", "teams": 2})
    code = made.json()["code"]
    trainer.goto(f"{look.address}/class/{code}/trainer?lang=vi")
    expect(trainer.locator(".qr")).to_be_visible()
    lan = joined(look, code, "vi", "Lan")
    minh = joined(look, code, "en")
    expect(trainer.locator(".seats li")).to_have_count(2)
    look.approve(lan, "class-lobby-phone-vi")
    minh.get_by_role("button", name="Team 1").click()
    expect(minh.locator(".chip").first).to_have_text("Team 1")
    trainer.get_by_role("button", name="dự đoán", exact=True).click()
    lan.locator("input[value=customs]").check()
    minh.locator("input[value=after]").check()
    expect(trainer.get_by_text("2/2 đã trả lời")).to_be_visible()
    look.approve(lan, "class-predict-phone-vi")
    lan.reload()  # the same seat, the same answer
    expect(lan.locator("input[value=customs]")).to_be_checked()
    trainer.get_by_role("button", name="đã khóa", exact=True).click()
    expect(lan.locator("input[value=customs]")).to_be_disabled()
    trainer.get_by_role("button", name="xem đáp án", exact=True).click()
    expect(lan.locator(".thought")).to_be_visible()
    expect(minh.get_by_text("95/100")).to_be_visible()  # fairly sure, and right
    look.approve(minh, "class-revealed-phone-en")
    look.approve(trainer, "class-trainer-vi")
    trainer.get_by_role("button", name="English").click()
    look.approve(trainer, "class-trainer-en")
    trainer.get_by_role("button", name="play", exact=True).click()
    expect(lan.locator(".levers li")).not_to_have_count(0)
    lan.locator(".levers .btn", has_text="+1").first.click()
    expect(lan.locator(".levers .btn", has_text="+1").first).to_be_disabled()
    look.approve(lan, "class-play-phone-vi")
    trainer.get_by_role("button", name=re.compile("Judge")).click()
    expect(trainer.get_by_text(re.compile(r"Play: \d+/100")).first).to_be_visible()
    trainer.get_by_role("button", name="debrief", exact=True).click()
    expect(lan.locator(".home li")).to_have_count(3)


def test_a_second_page_takes_the_seat_and_the_first_says_so(look: Look) -> None:
    page = look.at("/lessons", "en")
    made = page.request.post(f"{look.address}/v1/classes", data={"lesson": "what-a-gate-is", "teams": 1})
    code = made.json()["code"]
    lan = joined(look, code, "en")
    second = lan.context.new_page()
    second.goto(f"{look.address}/class/{code}?lang=en")
    expect(second.locator(".chip").first).to_be_visible()
    expect(lan.get_by_text("Another page sits here now")).to_be_visible()
    order = {"do": "stage", "stage": "predict", "question": "longest"}
    assert page.request.post(f"{look.address}/v1/classes/{code}/acts", data=order).ok
    expect(second.locator("input[value=after]")).to_be_enabled()
    lan.context.set_offline(True)
    second.locator("input[value=after]").check()
    lan.context.set_offline(False)  # what was answered without a line is sent once there is one
    expect(second.get_by_text("Noted; you may change")).to_be_visible()
    page.goto(f"{look.address}/class/{code}/trainer?lang=en")
    expect(page.get_by_text("1 of 1 have answered")).to_be_visible()
    assert page.request.delete(f"{look.address}/v1/classes/{code}").status == 204
    expect(second.get_by_text("The class has stopped")).to_be_visible()
