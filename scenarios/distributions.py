"""Distributions as people know them, and their quantile tables (law §2).

The written forms are models (`TimeDistribution` for durations, `NumberDistribution` for number attributes);
`tabulate` makes the integer table that a run draws from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.resolved import Table

if TYPE_CHECKING:
    TimeDistribution = Any
    NumberDistribution = Any

# Published signatures; bodies follow.
# TimeDistribution: pydantic type of `time`, `patience`, `age`, `lasts`: a bare duration, or one of the mappings of
#   docs/reference/language.md (not `by:`, which is the caller's). NumberDistribution: the same of plain numbers;
#   take `unit:` off the mapping before. Every parameter may be `Stated`; the mapping may carry source/range/owner.
# The unions are tagged; their tags stand in angle brackets in pydantic's `loc` ("<lognormal>"): drop them from places.


def tabulate(distribution: Any) -> Table:
    """The quantile table of a distribution [ms, or units of the number]: one integer for a constant, SIZE integers
    on the grid of `scenarios.grid`, or steps (2n integers: n thresholds on the 2**52 scale, then n values).

    Raises
    ------
    Flaw
        If the parameters describe no distribution (they are also checked when the model is read).
    """
    raise NotImplementedError


def unit_gap_table() -> Table:
    """Exponential gaps between Poisson arrivals of mean ARRIVAL_UNIT [millionths of an arrival]."""
    raise NotImplementedError
