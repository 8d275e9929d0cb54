"""The questionnaire as a web page: opened from a file, filled in, saved, and read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from platform_api.asking.answers import read
from platform_api.asking.form import form
from platform_api.asking.questions import questionnaires
from scenarios import library

GATE = "smart-gate-agv"


@pytest.mark.slow
def test_the_form_refuses_what_cannot_be_and_saves_the_rest(chromium: Browser, tmp_path: Path) -> None:
    asked = {each.agency: each for each in questionnaires(library.load(GATE))}
    page_file = tmp_path / "form.html"
    page_file.write_text(form(asked["border_guard"], "vi"), encoding="utf-8")
    context = chromium.new_context(accept_downloads=True, offline=True)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(page_file.as_uri())
    lane = 'main.vi fieldset[data-code="steps.lane_out.time"] [data-name="{}"]'
    for name, typed in (("least", "90"), ("usual", "60,5"), ("most", "30")):
        page.fill(lane.format(name), typed)
    page.click("main.vi button")
    assert page.inner_text("main.vi .told") == "Chưa lưu: còn ô cần sửa."
    assert "nhỏ nhất" in page.inner_text("main.vi .wrong")
    page.fill(lane.format("least"), "30")
    page.fill(lane.format("most"), "90")
    page.click("label[for=lang-en]")  # what was typed stands there in English too
    assert page.input_value(lane.replace("main.vi", "main.en").format("usual")) == "60,5"
    with page.expect_download() as saving:
        page.click("main.en button")
    saving.value.save_as(tmp_path / "saved.json")
    context.close()
    assert failures == []
    questions = {agency: {q.code: q for q in each.questions} for agency, each in asked.items()}
    told = read(tmp_path / "saved.json", GATE, questions).told["steps.lane_out.time"]
    assert told.three is not None
    assert (told.three.low, told.three.usual, told.three.high) == (30, 60.5, 90)
    assert json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))["agency"] == "border_guard"
