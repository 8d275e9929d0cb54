"""The table of exponential gaps that every Poisson stream of the tests draws from."""

from __future__ import annotations

from scenarios import tables
from scenarios.resolved import ARRIVAL_UNIT

EXPONENTIAL = tables.rounded(tables.exponential(ARRIVAL_UNIT), ARRIVAL_UNIT)
