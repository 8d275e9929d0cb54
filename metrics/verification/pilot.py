"""The variance of every figure of every case, measured with other seeds than the verdicts use.

`python -m metrics.verification.pilot` prints n · Var(mean over n entities) / mean² of each figure. The
largest of a case and a tenth more is its `squared_cv`, or the exact value where that is known.
"""

from __future__ import annotations

import sys

from metrics.statistics import average, deviation, ordered
from metrics.verification.case import Case, replicate
from metrics.verification.cases import CASES

SEED = 7
REPLICATIONS, ENTITIES = 200, 20_000
"""The variance is then known to ± 10 % (one standard error)."""


def measured(case: Case) -> list[float]:
    """The squared coefficient of variation per entity, of each figure."""
    done = [replicate(case, ENTITIES, number, SEED) for number in range(REPLICATIONS)]
    of_each = [ordered(values) for values in zip(*(d.values for d in done), strict=True)]
    return [ENTITIES * (deviation(x) / average(x)) ** 2 for x in of_each]


def main() -> None:
    """Print the table; with names, of these cases."""
    for case in CASES:
        if not sys.argv[1:] or case.name in sys.argv[1:]:
            figures = case.figures(case.scenario(1))
            for figure, found in zip(figures, measured(case), strict=True):
                sys.stdout.write(f"{case.name:20} {figure.label.en:40} {found:8.2f}  {case.squared_cv:g}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
