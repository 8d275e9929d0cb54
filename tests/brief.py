"""Scenarios of the library, cut so short that a test can run them."""

from __future__ import annotations

from functools import cache

from metrics.verification.engines import of_at_most
from scenarios.library import load
from scenarios.resolved import DAY, Resolved
from sim.run import shorten

SOME = (
    "lang-son-2025-03-12",
    "lang-son-700k",
    "lang-son-2021-12",
    "kim-thanh-2021-01",
    "durian-laboratories-2025-10",
    "smart-gate-agv",
    "ocop-export-lorry",
    "yen-bai-ocop",
    "soft-atm",
    "lgsp-exchange",
    "telehealth",
)
"""As different as there are: parallel parts, rules, gathering, samples, holding, carriers, stocks, messages,
bookings."""

VISITS = 8_000
"""Half a second of the reference engine."""


@cache
def brief(name: str) -> Resolved:
    """The first days of a scenario: a week at most, less where there is much to do."""
    return of_at_most(VISITS, shorten(load(name).resolved, 7 * DAY))
