"""Loops without time are refused, loops with time or with a draw out of them are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.library import load_text

INVALID = Path(__file__).parent / "invalid"


@pytest.mark.parametrize(
    ("file", "wrong", "right"),
    [
        ("full_to_itself", "room: 3, ", ""),  # it is never full
        ("full_to_and_back", ", room: 3, full_to: serve", ""),
        ("full_to_by_a_choice", "by: goods, options", "shares: {fruit: 90 %, timber: 10 %}, options"),
        ("no_patience_for_itself", "fruit: 0 s", "fruit: 1 s"),
        ("no_patience_for_itself", "fruit: 0 s", "fruit: {values: [0 s, 1 h]}"),
        ("full_to_in_no_time", "time: 0 s", "time: 1 s"),
    ],
)
def test_time_or_a_draw_makes_a_loop_a_right_one(file, wrong, right):
    text = (INVALID / f"{file}.yaml").read_text(encoding="utf-8")
    assert wrong in text
    assert load_text(text.replace(wrong, right)).resolved.flows["truck"].first in ("serve", "which")
