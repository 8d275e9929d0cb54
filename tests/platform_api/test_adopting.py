"""One endpoint, many stories: each comes out at the end, and orders are made from one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platform_api.adopting import SEED, demand, family, page, tuned
from scenarios.adoptions import Adoption, load_adoption
from scenarios.library import load
from sim.adoption import land
from tests.platform_api.test_cli import assert_refused, cuakhau

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "adoption.md"
SHOPS = "lang-son-shops-2021"


@pytest.fixture(scope="module")
def of() -> Adoption:
    return load_adoption("lang-son-2021")


@pytest.mark.slow
def test_a_tenth_of_the_province_ends_at_a_tenth_by_every_story_at_another_pace(of: Adoption) -> None:
    shops = replace(of.goods["shops"], first=20, last=11_630)
    small = replace(of, communes=20, leads=2, households=19_383, groups=170, goods={"shops": shops})
    curves = family(small)
    assert [curve.ends[-1] for curve in curves] == pytest.approx([11_630] * 4, rel=0.01)
    halves = {curve.story: curve.half for curve in curves}
    assert halves["visits"] < "2021-07-31" < halves["oil_stain"]
    assert len({curve.digest for curve in curves}) == 4


def test_an_end_that_no_factor_reaches_is_told(of: Adoption) -> None:
    shops = replace(of.goods["shops"], last=10**9)
    small = replace(of, communes=5, leads=1, households=2_000, goods={"shops": shops})
    factor, _ = tuned(small, land(small, 1), shops, "visits")
    assert factor is None


@pytest.mark.slow
def test_the_demand_of_the_shops_is_that_of_the_adoption_run_that_it_names(of: Adoption) -> None:
    found, loaded = demand(of, "shops", "all_together"), load(SHOPS)
    arrivals, told = loaded.written["flows"]["order"]["arrivals"], found.arrivals()
    assert found.digest in loaded.text
    assert arrivals["rate"]["value"] == told["rate"]
    assert arrivals["demand"]["value"] == told["demand"]
    assert {span: share["value"] for span, share in arrivals["dates"].items()} == told["dates"]


@pytest.mark.long
def test_the_published_family_is_what_comes_out(of: Adoption) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(of, family(of, SEED), SEED), "run: python -m platform_api.adopting"


def test_a_story_that_is_not_told_is_refused_with_the_nearest() -> None:
    assert_refused(cuakhau("adopt", "--demand", "oil_stains"), "oil_stain")


def test_a_number_of_an_adoption_is_replaced_by_its_name() -> None:
    changed = load_adoption("lang-son-2021", {"goods.shops.last": "50000", "demand.active_share": "10 %"})
    assert (changed.goods["shops"].last, changed.active_share) == (50_000, 0.1)
    assert changed.goods["accounts"].last == 102_043


def test_what_an_adoption_does_not_have_is_no_number_of_it() -> None:
    assert_refused(cuakhau("adopt", "--override", "grups=1702"), "groups")
    assert_refused(cuakhau("adopt", "--override", "persuaded=often"), "persuaded")


def test_the_demand_of_fewer_households_is_smaller() -> None:
    told = cuakhau("adopt", "--demand", "visits", "--override", "demand.orders=0.1 /d",
                   "--override", "goods.shops.last=20000", "--override", "communes=20")  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "rate: 2000.0 /d" in told.stdout
