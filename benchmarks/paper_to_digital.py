"""BG-02 held against its sources: nothing of the digital gate is tuned, so what comes out may be wrong.

An import truck is said to take 3 to 4 h with digital records (S16, 8 to 10 h on paper: that is fitted), and
to be 4 to 6 h faster (S18). `lang-son-digital` has all records of `lang-son-paper` digital, and asks both.

    .venv/bin/python benchmarks/paper_to_digital.py --replications 20
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from platform_api.experiments import compare
from platform_api.field import one_more
from scenarios.experiments import load_design

HOURS = 3600.0
DIGITAL = "digital"


@dataclass(frozen=True)
class Row:
    """A published range beside the model, with where one more day would lie [h]."""

    figure: str
    published: tuple[float, float]
    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether any part of what was published lies in the interval."""
        return "holds" if self.low <= self.published[1] and self.published[0] <= self.high else "**fails**"

    def told(self) -> str:
        """As it stands in docs/explanation/scenarios.md."""
        first, last = self.published
        model = f"{self.mean:.1f} h [{self.low:.1f}, {self.high:.1f}]"
        return f"| {self.figure} | {first:g} to {last:g} h | {model} | {self.verdict} |"


def rows(replications: int) -> Iterator[Row]:
    """Of an import truck, from arrival to crossing: how long it takes, and how much less than on paper."""
    design = load_design("lang-son-digital")
    (digital,) = (each for each in design.variants if each.name == DIGITAL)
    first = design.outcomes[:1]
    found = compare(replace(design, variants=(digital,), outcomes=first, replications=replications), jobs=1)
    (level,) = (each for each in found.levels if each.side == DIGITAL)
    yield _row("import truck, all records digital", (3.0, 4.0), level.mean, level.half_width, level.n)
    (change,), (behind,) = found.differences, found.evidence
    saved = None if change.mean is None else -change.mean
    yield _row("saved, against paper (which is fitted)", (4.0, 6.0), saved, behind.single, behind.n)


def _row(
    figure: str, published: tuple[float, float], mean: float | None, half_width: float | None, n: int
) -> Row:
    assert mean is not None
    assert half_width is not None
    low, high = one_more(mean, half_width, n)
    return Row(figure, published, mean / HOURS, low / HOURS, high / HOURS)


@click.command()
@click.option("--replications", default=20, show_default=True)
def main(replications: int) -> None:
    """Print both rows."""
    for row in rows(replications):
        print(row.told())


if __name__ == "__main__":
    main()
