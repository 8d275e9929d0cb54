"""How often an interval holds the truth, by repetition: Student's and Hall's, on figures of every skewness.

`python benchmarks/honesty.py` prints the table of docs/explanation/statistics.md and writes it there. Seeds
are fixed; the functions are those of results and comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from metrics.statistics import Floats, average, deviation, half_width, hall_interval

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "statistics.md"
BEGIN, END = "<!-- honesty: begin -->", "<!-- honesty: end -->"

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


def main() -> None:
    """Compute, print, write."""
    made = table()
    print(made)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{made}{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
