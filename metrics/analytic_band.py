"""How far off an analytic estimate may be: a band measured on a family of scenarios, kept in a small file.

Of each group of members (how much of the scenario is in the estimate, how busy it is) the band is such that
90 % of them lie within, a finite number of members allowed for (split conformal prediction: Vovk, Gammerman &
Shafer 2005, *Algorithmic Learning in a Random World*; Lei et al. 2018, "Distribution-free predictive
inference for regression"). It holds for scenarios like those of the family (`metrics.analytic_family`); for
others it is the best guess there is. `python benchmarks/estimate.py` measures it anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from metrics.analytic import Estimate, Figure

FILE = Path(__file__).with_suffix(".json")

LEVEL = 0.9
HEAVY = 0.8
"""Load of the busiest pool from which queues are long."""

OVERLOADED = 1.0
"""Over a long time a backlog grows without end: nobody has measured an estimate of that."""

COARSE = 3_600_000
"""Bins of more than an hour, of runs of more than two months, see less of a day [ms]."""

WIDEST = 4.0
"""A figure that may be more than so many times too high or too low is not told."""

SMALLEST = {
    "throughput": 1.0, "closing_backlog": 5.0, "dwell_mean": 600.0, "dwell_p95": 600.0, "wait_mean": 600.0,
    "wait_p95": 600.0,
}  # fmt: skip
"""Below this nobody minds a ratio: it is added to both [1/d, 1, s]. Utilisation is compared by difference."""


@dataclass(frozen=True, slots=True)
class Banded:
    """A figure with its band; no band and no value where it is withheld."""

    figure: Figure
    low: float | None
    high: float | None


def group(told: Estimate) -> str:
    """The group of members that an estimate is like."""
    if told.bin > COARSE:
        return "long" if told.load < OVERLOADED else "long overloaded"
    if any(each.what == "full_zone" for each in told.without):
        return "full"
    return f"{told.kind} {'heavy' if told.load >= HEAVY else 'light'}"


def error(name: str, told: float, true: float) -> float:
    """How far off a figure is: the logarithm of the ratio, of utilisation the difference."""
    if name not in SMALLEST:
        return abs(told - true)
    return abs(math.log((told + SMALLEST[name]) / (true + SMALLEST[name])))


def reach(errors: Sequence[float], level: float = LEVEL) -> float | None:
    """The error that another of the same kind does not exceed with this probability; None of too few."""
    rank = math.ceil((len(errors) + 1) * level)
    return sorted(errors)[rank - 1] if rank <= len(errors) else None


def banded(told: Estimate) -> list[Banded]:
    """Every figure with its band."""
    known = _measured()["groups"].get(group(told), {"figures": {}})["figures"]
    return [_with_band(figure, known.get(figure.name)) for figure in told.figures]


def _with_band(figure: Figure, off: float | None) -> Banded:
    least = SMALLEST.get(figure.name)
    if figure.value is None or off is None or (least is not None and off > math.log(WIDEST)):
        return Banded(Figure(figure.name, figure.labels, None), None, None)
    if least is None:
        return Banded(figure, max(0.0, figure.value - off), min(1.0, figure.value + off))
    low, high = (max(0.0, (figure.value + least) * math.exp(side * off) - least) for side in (-1, 1))
    return Banded(figure, low, high)


@cache
def _measured() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
