"""How often an interval holds the truth, by repetition: Student's and Hall's, on figures of every skewness.

And how often the rule that runs until a mean is known well enough keeps its promise. `python
benchmarks/honesty.py` prints the tables of docs/explanation/statistics.md and writes them there. Seeds are
fixed; the functions are those of results and comparisons.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from metrics import precision
from metrics.statistics import Floats, average, deviation, half_width, hall_interval

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "statistics.md"
INTERVALS, STOPPING = "honesty", "stopping"

SIZES = (10, 20, 30, 100)
TRIALS = 10_000
CUSTOMERS = 500

Draw = Callable[[np.random.Generator, int], Floats]
"""So many replications of one experiment."""


def lognormal(cv: float) -> Draw:
    """Mean 1."""
    sigma = math.sqrt(math.log(1 + cv**2))
    return lambda chance, n: chance.lognormal(-(sigma**2) / 2, sigma, n)


def day(chance: np.random.Generator, n: int) -> Floats:
    """The mean wait of a day of 500 customers of one counter from empty, load 0.8."""
    gaps, services = chance.exponential(1.25, (n, CUSTOMERS)), chance.exponential(1, (n, CUSTOMERS))
    waits, total = np.zeros(n), np.zeros(n)
    for k in range(1, CUSTOMERS):
        waits = np.maximum(0, waits + services[:, k - 1] - gaps[:, k])
        total += waits
    found: Floats = total / CUSTOMERS
    return found


FIGURES: tuple[tuple[str, Draw, float | None], ...] = (
    ("normal", lambda chance, n: chance.normal(3, 1, n), 3.0),
    ("gamma, skewness 1", lambda chance, n: chance.gamma(4, 1, n), 4.0),
    ("exponential, skewness 2", lambda chance, n: chance.exponential(1, n), 1.0),
    ("lognormal, cv 1, skewness 4", lognormal(1), 1.0),
    ("lognormal, cv 2, skewness 14", lognormal(2), 1.0),
    ("mean wait of a day at load 0.8", day, None),
    ("rare: 10 % of days, exponential", lambda c, n: (c.random(n) < 0.1) * c.exponential(1, n), 0.1),
)
"""Name, how it is drawn, its true mean (None: from a hundred thousand draws)."""


def coverage(draw: Draw, truth: float, n: int, seed: int) -> tuple[float, float]:
    """Of Student's and of Hall's interval."""
    chance = np.random.default_rng([seed, n])
    x = draw(chance, n * TRIALS).reshape(TRIALS, n)
    student = sum(abs(average(row) - truth) <= half_width(row) for row in x)
    hall = sum(_in_hall(row, truth) for row in x)
    return student / TRIALS, hall / TRIALS


def _in_hall(row: Floats, truth: float) -> bool:
    if deviation(row) == 0:
        return bool(row[0] == truth)
    low, high = hall_interval(row)
    return low <= truth <= high


def table() -> str:
    """The whole table."""
    heads = [f"{way}, n = {n}" for way in ("Student", "Hall") for n in SIZES]
    lines = [f"| figure | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for seed, (name, draw, known) in enumerate(FIGURES):
        truth = average(draw(np.random.default_rng(99), 100_000)) if known is None else known
        found = [coverage(draw, truth, n, seed) for n in SIZES]
        cells = [f"{each[way]:.3f}" for way in (0, 1) for each in found]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


# ---- until it is known well enough -------------------------------------------------------------------------

GAMMA, RUNS, MOST = 0.1, 1000, 20_000

STOPPED: tuple[tuple[str, Draw], ...] = (
    ("normal, cv 0.3", lambda chance, n: chance.normal(1, 0.3, n)),
    ("exponential, skewness 2", lambda chance, n: chance.exponential(1, n)),
    ("lognormal, cv 1, skewness 4", lognormal(1)),
    ("lognormal, cv 2, skewness 14", lognormal(2)),
)
"""Name, how it is drawn; all have mean 1."""


def stopped(x: Floats, gamma: float) -> tuple[float, float]:
    """Mean and half-width where the rule stops."""
    for count in precision.looks(len(x)):
        seen = x[:count]
        reach = half_width(seen)
        if precision.is_enough(seen, reach, precision.relative_target(seen, gamma)):
            break
    return average(seen), reach


def stopping() -> str:
    """How often the mean is within γ of the true one, and how often the interval at the end holds it."""
    lines = ["| figure | mean within γ | interval at the end holds it |", "|---|---|---|"]
    for seed, (name, draw) in enumerate(STOPPED):
        chance = np.random.default_rng([20, seed])
        ends = [stopped(draw(chance, MOST), GAMMA) for _ in range(RUNS)]
        within = sum(abs(mean - 1) <= GAMMA for mean, _ in ends) / RUNS
        held = sum(abs(mean - 1) <= reach for mean, reach in ends) / RUNS
        lines.append(f"| {name} | {within:.3f} | {held:.3f} |")
    return "\n".join(lines) + "\n"


def write(name: str, made: str) -> None:
    """Print a table, and put it where it stands on the page."""
    print(made)
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(begin)[0], page.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n{made}{end}{after}", encoding="utf-8", newline="\n")


def main() -> None:
    """Compute, print, write: all tables, or those that are named."""
    tables = {INTERVALS: table, STOPPING: stopping}
    for name in sys.argv[1:] or tables:
        write(name, tables[name]())


if __name__ == "__main__":
    main()
