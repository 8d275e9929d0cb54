"""Scenarios of the library, cut so short that a test can run them."""

from __future__ import annotations

from functools import cache

from metrics.verification.engines import of_at_most
from scenarios.library import load
from scenarios.resolved import DAY, Resolved
from sim.run import shorten

VISITS = 20_000
"""A second or two of the reference engine."""


@cache
def brief(name: str) -> Resolved:
    """The first days of a scenario: a week at most, less where there is much to do."""
    return of_at_most(VISITS, shorten(load(name).resolved, 7 * DAY))
