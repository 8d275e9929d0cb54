"""Variants compared on the pages, with a small scenario of one's own."""

import json
import re
from copy import deepcopy

import pytest
from playwright.sync_api import expect

from platform_api.examples import SMALL_SCENARIO
from tests.pages.looking import Look

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_change_is_compared_with_what_it_changes(look: Look, language: str) -> None:
    page = look.at("/compare", language)
    name = f"counter-{language}"
    written = deepcopy(SMALL_SCENARIO) | {"name": name}
    stored = page.request.post(
        f"{look.address}/v1/scenarios", data=json.dumps(written), headers={"Content-Type": "application/json"}
    )
    assert stored.status == 201, stored.text()
    page.goto(f"{look.address}/scenarios/{name}?tab=numbers&lang={language}")
    number = page.locator("#n-resources-officer-capacity")
    number.fill("2")
    number.press("Enter")
    page.get_by_role("spinbutton").fill("20")
    page.locator(".act .btn", has_text="So với bản gốc" if language == "vi" else "Compare with base").click()
    page.wait_for_url(re.compile(r"/compare/\d+-"))
    expect(page.locator("svg.chart").first).to_be_visible(timeout=60_000)
    heading = page.locator("h1")
    expect(heading).to_contain_text("bớt được" if language == "vi" else "saves")
    expect(page.locator("tbody b").first).to_have_text("tốt hơn rõ" if language == "vi" else "clearly better")
    expect(page.get_by_text(re.compile("nhanh hơn, |faster, ")).first).to_be_visible()
    look.approve(page, f"compare-{language}")
    page.goto(f"{look.address}/compare?lang={language}")
    expect(page.get_by_role("link", name=name).first).to_be_visible()
    look.approve(page, f"comparisons-{language}")
