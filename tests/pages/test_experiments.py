"""Questions that planners put to a scenario, asked and answered on the pages of a small one."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from platform_api.examples import SMALL_SCENARIO
from tests.pages.looking import Look

pytestmark = pytest.mark.slow

NAME = "asked-counter"


def small_scenario() -> dict[str, Any]:
    """One counter whose officer may fail, with a yard that may be full."""
    written: dict[str, Any] = deepcopy(SMALL_SCENARIO) | {"name": NAME}
    written["resources"]["officer"]["agency"] = "customs"
    written["zones"] = {"yard": {"label": {"vi": "Bãi", "en": "Yard"}, "room": 12}}
    written["steps"]["papers"]["zone"] = "yard"
    return written


def with_a_seed(route: Route) -> None:
    """An order as the page sends it, with a seed: what is told of it hangs on no luck."""
    if route.request.method != "POST":
        return route.continue_()
    return route.continue_(post_data=json.dumps(json.loads(route.request.post_data or "{}") | {"seed": 1}))


def asked(look: Look, kind: str) -> Page:
    """The page on which a question of this kind is put to the small scenario."""
    page = look.at("/experiments", "vi")
    page.route("**/v1/experiments", with_a_seed)
    answer = page.request.get(f"{look.address}/v1/scenarios/{NAME}")
    if answer.status == 404:
        headers = {"Content-Type": "application/json"}
        data = json.dumps(small_scenario())
        stored = page.request.post(f"{look.address}/v1/scenarios", data=data, headers=headers)
        assert stored.status == 201, stored.text()
    page.goto(f"{look.address}/experiments?kind={kind}&base={NAME}&lang=vi")
    expect(page.locator(".guess b").first).to_be_visible()  # before anything is simulated
    return page


def answered(page: Page) -> None:
    """Run what stands in the form, up to its answer."""
    page.get_by_label("Số lần lặp").fill("3")
    page.locator("form .btn.pri").click()
    page.wait_for_url(re.compile(r"/experiments/\d+-"))
    expect(page.locator("svg.chart").first).to_be_visible(timeout=60_000)


def in_both(look: Look, page: Page, kind: str, words: tuple[str, str]) -> None:
    """The answer, looked at in both languages; its heading holds these words."""
    for language, said in zip(("vi", "en"), words, strict=True):
        page.goto(f"{page.url.split('?')[0]}?lang={language}")
        expect(page.locator("svg.chart").first).to_be_visible()
        expect(page.locator("h1")).to_contain_text(said)
        look.approve(page, f"{kind}-{language}")


def test_why_it_takes_so_long_is_shared_out_and_adds_up(look: Look) -> None:
    page = asked(look, "why")
    answered(page)
    in_both(look, page, "why", ("lưu lại", "stays"))
    page.get_by_role("button", name="Table").first.click()
    cells = page.locator(".card").filter(has=page.locator("button[aria-pressed=true]")).locator("tbody tr")
    shares = [float(row.locator("td").nth(1).inner_text().replace("−", "-")) for row in cells.all()]
    assert len(shares) > 1
    assert sum(shares[:-1]) == pytest.approx(shares[-1], abs=0.05 * len(shares))


def test_a_tornado_tells_which_assumption_matters(look: Look) -> None:
    page = asked(look, "sweep")
    expect(page.get_by_role("checkbox")).to_have_count(3)
    look.approve(page, "experiments-sweep-vi")
    answered(page)
    in_both(look, page, "sweep", ("Xét hồ sơ", "Papers"))
    page.get_by_role("button", name="Table").click()
    expect(page.locator("section.card").first.locator("tbody tr")).to_have_count(3)


@pytest.mark.long
def test_the_cheapest_way_comes_with_its_certificate(look: Look) -> None:
    page = asked(look, "optimise")
    page.get_by_label("xong trong").fill("2")
    look.approve(page, "experiments-optimise-vi")
    answered(page)
    in_both(look, page, "optimise", ("Cán bộ", "Officer"))
    expect(page.locator("main")).to_contain_text(re.compile("probability|not decided", re.IGNORECASE))
    expect(page.locator("svg.chart .ringed").first).to_be_visible()


@pytest.mark.long
def test_an_outage_map_tells_every_cell(look: Look) -> None:
    page = asked(look, "resilience")
    answered(page)
    in_both(look, page, "resilience", ("Hải quan", "Customs"))
    page.locator("svg.chart rect").nth(2).dispatch_event("click")
    expect(page.locator("p[role=status]")).to_contain_text("±")
    page.get_by_role("button", name="Time to recover").click()
    expect(page.locator(".card h2").first).to_contain_text("h to recover")


def test_a_forecast_says_how_probably_a_yard_is_full(look: Look) -> None:
    page = asked(look, "forecast")
    page.get_by_role("button", name="Thêm một nhóm").click()
    page.get_by_label("Đang chờ ở khâu").select_option(index=1)
    page.get_by_label("Số xe").fill("8")
    page.get_by_label("Số ngày tới").fill("1")
    answered(page)
    in_both(look, page, "forecast", ("Xác suất", "Probability"))
    expect(page.locator("svg.chart .goal").first).to_be_attached()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_six_questions_are_put_in_words_and_what_was_asked_is_listed(look: Look, language: str) -> None:
    page = look.at("/experiments", language)
    expect(page.locator(".choice")).to_have_count(6)
    expect(page.locator(".designs li").first).to_be_visible()
    look.approve(page, f"experiments-{language}")
    page.locator(".choice").nth(5).click()
    assert "kind=forecast" in page.url


def test_an_experiment_is_followed_and_cancelled(look: Look) -> None:
    page = look.at("/experiments?kind=optimise", "vi")
    page.locator(".designs .btn").first.click()
    page.wait_for_url(re.compile(r"/experiments/\d+-"))
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Hủy").click()
    expect(page.locator("h1")).to_have_text("Đã hủy")
    look.approve(page, "experiment-cancelled-vi")
