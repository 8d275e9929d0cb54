"""Assumptions turned within their ranges give scenarios that can be run."""

import math

import pytest

from metrics.inputs import space_filling
from scenarios import library
from scenarios.dials import Dial, at_point, dials, is_twin, turned, unturned, with_values
from scenarios.findings import Findings
from scenarios.resolve import resolve


def dial(kind: str, low: float, high: float) -> Dial:
    return Dial("a.b", kind, low, high, low, str(low), None)


def test_a_whole_number_takes_every_value_of_its_range_alike():
    seen = [dial("count", 2, 4).at(u) for u in (0, 0.32, 0.34, 0.66, 0.67, 1)]
    assert seen == [2, 2, 3, 3, 4, 4]


def test_a_range_over_a_decade_is_turned_by_the_logarithm():
    assert dial("duration", 1, 100).at(0.5) == pytest.approx(10)
    assert dial("duration", 1, 9).at(0.5) == 5
    assert dial("share", 0, 1).at(0.25) == 0.25


def test_values_are_written_with_their_units():
    assert dial("duration", 1, 10).told(90_000) == "1 min 30 s"
    assert dial("rate", 1, 10).told(2.5) == "2.5 /d"
    assert dial("share", 0, 1).told(0.125) == "12.5 %"
    assert dial("count", 1, 10).told(3.0) == "3"
    assert dial("number", 0, 1).told(0.5) == "0.5"
    assert dial("money", 1, 10).told(70_000.4) == "70000 VND"
    assert dial("VND/h", 1, 10).told(12_345_678.0) == "12345678 VND/h"


def test_numbers_that_stand_in_an_order_keep_it_at_every_point():
    """Of one range for all three, as a modeller writes it, and of ranges that overlap."""
    ends = {"slowest": (20, 60), "fastest": (5, 30), "usual": (10, 60)}
    several = [Dial(f"a.{name}", "number", low, high, low, "", None) for name, (low, high) in ends.items()]
    for found in (several, [Dial(each.path, "number", 5, 60, 5, "", None) for each in several]):
        for row in space_filling(40, 3, 1):
            values = at_point(found, row)
            assert list(values) == found
            slowest, fastest, usual = values.values()
            assert fastest < usual < slowest
            assert all(each.low <= value <= each.high for each, value in values.items())


def test_other_numbers_are_drawn_each_by_itself():
    found = [Dial("a.mean", "number", 0, 1, 0, "", None), Dial("b.fastest", "number", 0, 1, 0, "", None)]
    assert list(at_point(found, [0.75, 0.25]).values()) == [0.75, 0.25]


@pytest.mark.parametrize("name", library.names())
def test_assumptions_of_the_library_can_be_turned_all_at_once(name: str):
    loaded = library.load(name)
    found = dials(loaded.resolved.parameters, [loaded.written])
    assert len(found) > 10
    for row in space_filling(3, len(found), 5):
        settings = {each: each.at(float(u)) for each, u in zip(found, row, strict=True)}
        assert all(each.low <= value <= each.high for each, value in settings.items())
        varied = resolve(with_values(loaded.written, turned(loaded.written, settings)), Findings(), None)
        assert varied != loaded.resolved


def test_shares_that_are_not_turned_make_room():
    loaded = library.load("lang-son-2025-03-12")
    found = {each.path: each for each in dials(loaded.resolved.parameters, [loaded.written])}
    one = found["steps.export_opened.shares.opened"]
    assert turned(loaded.written, {one: 0.8}) == {
        "steps.export_opened.shares.opened": "80 %", "steps.export_opened.shares.passed": "20 %",
    }  # fmt: skip
    goods = turned(loaded.written, {found["flows.export.attributes.goods.animal"]: 0.1})
    shares = [float(text.removesuffix(" %")) for text in goods.values()]
    assert math.fsum(shares) == pytest.approx(100, abs=1e-9)
    assert goods["flows.export.attributes.goods.animal"] == "10 %"


def test_what_a_variant_sets_is_no_dial():
    base = library.load("lang-son-2025-03-12")
    variant = library.load("lang-son-2025-03-12", {"resources.scanners.capacity": 3})
    both = {each.path for each in dials(base.resolved.parameters, [base.written, variant.written])}
    alone = {each.path for each in dials(base.resolved.parameters, [base.written])}
    assert alone - both == {"resources.scanners.capacity"}
    told = unturned(base.resolved.parameters, [base.written, variant.written])
    assert told["variant"] == ["resources.scanners.capacity"]
    assumed = [each.path for each in base.resolved.parameters if each.source == "assumption"]
    assert sorted([*both, *(path for paths in told.values() for path in paths)]) == sorted(assumed)
    assert "variant" not in unturned(base.resolved.parameters, [base.written])


def test_a_share_and_the_only_other_one_are_one_thing():
    loaded = library.load("lang-son-2025-03-12")
    found = {each.path: each for each in dials(loaded.resolved.parameters, [loaded.written])}
    opened, passed = (found[f"steps.export_opened.shares.{each}"] for each in ("opened", "passed"))
    assert is_twin(loaded.written, opened, passed)
    goods = [found[f"flows.import.attributes.goods.{each}"] for each in ("produce", "other")]
    assert not is_twin(loaded.written, *goods)  # of four
    assert not is_twin(loaded.written, opened, goods[0])
