"""What an answer hangs on: tipping values worked out by hand, and a page that is what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from metrics.statistics import Floats
from platform_api.along import Look, confirmed, crossings
from platform_api.formats import published_scale
from platform_api.hinges import Hanging, figure_at, hinges
from platform_api.hinges_page import head, library_folder, section, with_sections
from scenarios.dials import Dial
from scenarios.library import load, load_text, names
from scenarios.magnitudes import magnitude

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "library-hinges.md"
QUICK = "lao-cai-esign"

COUNTER = """
name: counter
title: {vi: "Một quầy", en: "One counter"}
question: {vi: "Mất bao lâu?", en: "How long does it take?"}
time_zone: Asia/Ho_Chi_Minh
start: 2025-03-12 08:00
window: 10 h
horizon: terminating
until: window
agencies:
  office: {label: {vi: "Cơ quan", en: "Office"}}
resources:
  clerks:
    label: {vi: "Nhân viên", en: "Clerks"}
    agency: office
    capacity: {value: 40, range: [30, 50], source: assumption, owner: office}
steps:
  walk:
    kind: wait
    label: {vi: "Đi bộ", en: "Walk"}
    time: {value: 10 min, range: [2 min, 30 min], source: assumption, owner: office}
  serve:
    label: {vi: "Phục vụ", en: "Serve"}
    agency: office
    resources: clerks
    time: {value: 5 min, range: [4 min, 8 min], source: assumption, owner: office}
flows:
  visitor:
    label: {vi: "Khách", en: "Visitor"}
    route: [walk, serve]
    arrivals: {rate: {value: 6 /h, range: [5 /h, 7 /h], source: assumption, owner: office}}
rates:
  waiting_cost: {value: 1000 VND/h, range: [500 VND/h, 2000 VND/h], source: assumption, owner: office}
expected:
  - {kpi: dwell_mean, between: [12, 20], unit: min, reason: {vi: "Mười và năm phút", en: "Ten and five"}}
"""


def published() -> list[str]:
    """The scenarios with a table on the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.split('"')[1] for line in lines if line.startswith("## <a id=")]


@pytest.fixture(scope="module")
def counter() -> Hanging:
    return hinges(load_text(COUNTER))


def test_who_never_waits_stays_for_the_sum_of_two_times_and_tips_where_that_leaves_the_band(
    counter: Hanging,
) -> None:
    assert counter.mean == 15 * 60
    assert [hinge.dial.path for hinge in counter.hinges] == ["steps.walk.time", "steps.serve.time"]
    walk, serve = counter.hinges
    assert (walk.low.change, walk.high.change) == (-8 * 60, 20 * 60)
    assert [(tip.threshold, tip.at) for tip in walk.tips] == [(720, "7 min"), (1200, "15 min")]
    assert serve.tips == ()  # 14 to 18 min


def test_what_does_not_move_the_figure_is_no_hinge(counter: Hanging) -> None:
    assert counter.tried == 4  # of five: no engine reads what waiting costs
    assert len(counter.hinges) == 2


TWO_WAYS = """
  way:
    kind: choose
    label: {vi: "Đường", en: "Way"}
    shares:
      long: {value: 40 %, range: [20 %, 60 %], source: assumption, owner: office}
      short: {value: 60 %, range: [40 %, 80 %], source: assumption, owner: office}
    options: {long: [detour], short: next}
    labels: {long: {vi: "Dài", en: "Long"}, short: {vi: "Ngắn", en: "Short"}}
  detour:
    kind: wait
    label: {vi: "Đi vòng", en: "Detour"}
    time: {value: 60 min, range: [50 min, 70 min], source: assumption, owner: office}
flows:"""


def test_a_share_and_what_is_left_of_it_are_told_once() -> None:
    text = COUNTER.replace("\nflows:", TWO_WAYS).replace("[walk, serve]", "[walk, way, serve]")
    told = [hinge.dial.path for hinge in hinges(load_text(text)).hinges]
    assert len([path for path in told if path.startswith("steps.way.shares")]) == 1
    assert len(told) == 3


def test_a_whole_number_tips_between_two_neighbours() -> None:
    dial = Dial("resources.clerks.capacity", "count", 1, 40, 10, "10", None)

    def look(value: float) -> Floats:
        return np.array([value - 13.5] * 3)

    (found,) = crossings(dial, look)
    assert (found.at, found.first, found.last) == (None, 13, 14)
    assert (found.below[-1], found.above[-1]) == (1, 40)  # wider and wider, as far as it was looked at


def bent(noise: float, seed: int, replications: int = 8) -> Look:
    """A queue near its capacity: nothing until 80, then a hundred for each more; 20 is passed at 80.2.

    Straight lines through values a quarter of the range apart, or an eighth around their crossing, miss it.
    """
    chance = np.random.default_rng(seed).normal(0, noise, replications)  # common to all values

    def look(value: float) -> Floats:
        return np.maximum(0.0, value - 80.0) * 100.0 * (1 + 0.1 * chance) + chance - 20.0

    return look


@pytest.mark.parametrize("noise", [0.0, 1.0, 5.0])
def test_a_bend_is_found_where_straight_lines_miss_it(noise: float) -> None:
    dial = Dial("flows.truck.arrivals.per_day", "rate", 1.0, 1000.0, 60.0, "60 /d", None)
    (found,) = (confirmed(each, bent(noise, 2, 32)) for each in crossings(dial, bent(noise, 1)))
    assert found.confirmed
    assert found.first < 80.2 < found.last
    assert found.last - found.first < 8


def test_what_fresh_seeds_deny_is_told_as_wide_as_they_tell_it() -> None:
    dial = Dial("flows.truck.arrivals.per_day", "rate", 1.0, 9.0, 4.0, "4 /d", None)
    (seen,) = crossings(dial, lambda value: np.full(8, value - 4.3))
    shifted = confirmed(seen, lambda value: np.full(32, value - 4.9))
    assert (seen.at, shifted.at) == (4.3, None)
    assert shifted.confirmed
    assert seen.last < 4.9 < shifted.last
    denied = confirmed(seen, lambda value: np.full(32, 1.0))
    assert not denied.confirmed


def test_a_figure_that_cannot_be_seen_somewhere_has_no_crossing() -> None:
    dial = Dial("steps.walk.time", "duration", 1.0, 9.0, 2.0, "2 ms", None)
    assert list(crossings(dial, lambda _: None)) == []


def test_the_tables_stand_in_the_order_of_the_library() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith(head()), "run: python -m platform_api.hinges_page docs/reference/library-hinges.md"
    assert published() == list(names())


@pytest.mark.slow
def test_a_published_table_is_what_comes_out() -> None:
    assert section(QUICK) in PAGE.read_text(encoding="utf-8"), "the page is old: see its head"


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in published() if name != QUICK])
def test_every_published_table_is_what_comes_out(name: str) -> None:
    assert section(name) in PAGE.read_text(encoding="utf-8"), "the page is old: see its head"


BENT = ("documents-online", "land-lookups", "soc-incidents", "soft-atm", "telehealth", "video-conference")
TIP = re.compile(r"([\d.,]+) ← (?:\S.*? )?\[(.+?), (.+?)\]")


def tips(name: str) -> Iterator[tuple[str, float, float]]:
    """Of a published table every number that tips, with the two values around a tipping one."""
    page = PAGE.read_text(encoding="utf-8")
    table = page.split(f'<a id="{name}">')[1].split("\n## ")[0]
    for row in re.findall(r"^\| `(.+?)`.*\| (.+?) \|$", table, re.MULTILINE):
        for _, first, last in TIP.findall(row[1]):
            ends = [magnitude(end) for end in (first, last)]
            yield row[0], *(end[1] for end in ends if end is not None)


@pytest.mark.long
@pytest.mark.parametrize("name", BENT)
def test_seeds_that_had_no_part_in_it_tell_the_figure_on_either_side(name: str) -> None:
    loaded, found = load(name), list(tips(name))
    assert found
    band = loaded.resolved.expected[0]
    edges = [edge * published_scale(band.unit, [edge])[0] for edge in (band.low, band.high)]
    for path, *ends in found:
        low, high = sorted(figure_at(loaded, path, end, 2, library_folder()) for end in ends)
        assert any(low < edge < high for edge in edges), path


def test_tables_that_are_not_made_anew_stay() -> None:
    old = head() + '## <a id="telehealth"></a>x · y\n\nold table\n\n'
    (page,) = with_sections(old, [QUICK])
    assert page.index(f'id="{QUICK}"') < page.index("old table")
