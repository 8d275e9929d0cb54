"""Comparing quantities as they were written: is one within the range of two others?"""

from __future__ import annotations

from contextlib import suppress

from scenarios import units
from scenarios.errors import Flaw


def magnitude(text: str) -> tuple[str, float] | None:
    """Kind and size of a quantity, for comparing two of them."""
    for kind, parse in (
        ("duration", units.parse_duration),
        ("rate", units.parse_rate),
        ("money", units.parse_money),
        ("number", units.parse_factor),
        ("number", units.parse_number),
    ):
        try:
            return kind, float(parse(text))
        except Flaw:
            continue
    return _measured(text)


def _measured(text: str) -> tuple[str, float] | None:
    """Of what is measured in a unit of its own, the kind is the unit."""
    for unit in units.MEASURED:
        with suppress(Flaw):
            return unit, units.parse_measured(text, unit)
    return None


def within(value: str, low: str, high: str) -> bool:
    """Whether a quantity is of the kind of a range and lies in it."""
    sizes = [magnitude(text) for text in (low, value, high)]
    if any(size is None for size in sizes):
        return False
    kinds = {size[0] for size in sizes if size is not None}
    ordered = [size[1] for size in sizes if size is not None]
    return len(kinds) == 1 and ordered == sorted(ordered) and _alike(value, low)


def _alike(value: str, end: str) -> bool:
    """A share is no count: both have a percent sign, or neither has."""
    return ("%" in value) == ("%" in end)
