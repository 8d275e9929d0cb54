"""Local dates on the time axis, as engines use them: the reader of `scenarios.hours` (law §1)."""

from __future__ import annotations

from scenarios.hours import (
    EPOCH,
    Offsets,
    day_span,
    days_between,
    instant_of,
    local_day,
    offset_at,
    open_intervals,
    place_in_day,
    shape_of,
)

__all__ = [
    "EPOCH",
    "Offsets",
    "day_span",
    "days_between",
    "instant_of",
    "local_day",
    "offset_at",
    "open_intervals",
    "place_in_day",
    "shape_of",
]
