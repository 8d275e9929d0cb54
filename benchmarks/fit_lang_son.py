"""Repeat the fit of `lang-son-2025-03-12`: how long export trucks wait until the other side calls them.

Two unknowns, the mean wait of fruit and that of other goods (`steps.export_call`), are fitted to two
published figures of the bulletin: 319 export trucks waiting at 20:00 on 11 March 2025, and 255 fruit trucks
among the 335 waiting a day later. Nothing else is tuned.

Every truck keeps its own draws whatever the wait is, so the backlog is a smooth function of the two means; by
Little's law an hour more of waiting adds about an hour's arrivals to it: that slope makes the steps.

    .venv/bin/python benchmarks/fit_lang_son.py --replications 12

With `--checks`, two questions about the fit: does a longer lead-in change the backlog, and could a single
unknown (fruit only, other goods waiting 2 h) have met both figures?
"""

from __future__ import annotations

from dataclasses import dataclass

import click

from metrics.replication import Replication
from scenarios.library import load
from sim.run import run

SCENARIO = "lang-son-2025-03-12"
WAITING = 319
"""Export trucks waiting at the opening [1] (bulletin)."""

FRUIT_SHARE = 255 / 335
"""Fruit among the export trucks waiting at the closing [ratio] (bulletin)."""

PER_HOUR = {"fruit": 166 / 24, "other": 138 / 24}
"""Export trucks that come in an hour of the day and night, by goods [1/h]: the slope of the search."""


@dataclass(frozen=True)
class Waiting:
    """What waits, in the mean over replications."""

    opening: float
    closing: float
    fruit: float  # of the closing

    @property
    def fruit_share(self) -> float:
        return self.fruit / self.closing


def calls(means: dict[str, float]) -> list[str]:
    """The two mean waits [h] as overrides."""
    return [f"steps.export_call.time.{goods}.mean={mean:.3f} h" for goods, mean in means.items()]


def waiting(overrides: list[str], seed: int, replications: int) -> Waiting:
    """The backlog that a variant of the scenario leads to."""
    scenario = load(SCENARIO, overrides).resolved
    counts = [_count(Replication(scenario, run(scenario, seed, k).log)) for k in range(replications)]
    return Waiting(*(sum(column) / replications for column in zip(*counts, strict=True)))


def _count(of: Replication) -> tuple[int, int, int]:
    begin, end = of.window
    export, fruit = of.flow("export"), of.attribute("goods", "fruit")
    backlogs = of.inside(begin) & export, of.inside(end) & export, of.inside(end) & fruit
    first, second, third = (int(mask.sum()) for mask in backlogs)
    return first, second, third


def fit(means: dict[str, float], seed: int, replications: int, steps: int) -> None:
    """Search for the two mean waits and print every step."""
    wanted = {"fruit": WAITING * FRUIT_SHARE, "other": WAITING * (1 - FRUIT_SHARE)}
    for _ in range(steps):
        seen = waiting(calls(means), seed, replications)
        print(
            f"fruit {means['fruit']:.2f} h, other {means['other']:.2f} h: "
            f"{seen.opening:.1f} waiting at the opening, fruit {seen.fruit_share:.1%} at the closing"
        )
        got = {"fruit": seen.opening * seen.fruit_share, "other": seen.opening * (1 - seen.fruit_share)}
        lack = {goods: (wanted[goods] - got[goods]) / PER_HOUR[goods] for goods in means}
        means = {goods: max(0.1, mean + lack[goods]) for goods, mean in means.items()}
    print(f"next: fruit {means['fruit']:.2f} h, other {means['other']:.2f} h")


def check_lead_in(seed: int, replications: int) -> None:
    """Print the backlog at the opening after the file's lead-in and after a longer one."""
    for days in (5, 8):
        seen = waiting([f"lead_in={days} d"], seed, replications)
        print(f"lead-in {days} d: {seen.opening:.1f} waiting at the opening")


def fit_one(seed: int, replications: int, steps: int, fruit: float) -> None:
    """Search for the mean wait of fruit alone, other goods waiting 2 h, and print every step."""
    for _ in range(steps):
        seen = waiting(calls({"fruit": fruit, "other": 2.0}), seed, replications)
        print(
            f"fruit {fruit:.2f} h, other 2.00 h: {seen.opening:.1f} waiting at the opening, "
            f"{seen.fruit:.1f} of {seen.closing:.1f} with fruit at the closing"
        )
        fruit += (WAITING - seen.opening) / PER_HOUR["fruit"]


@click.command()
@click.option("--seed", default=2025, show_default=True)
@click.option("--replications", default=12, show_default=True)
@click.option("--steps", default=4, show_default=True)
@click.option("--fruit", default=27.0, show_default=True, help="where the search begins [h]")
@click.option("--other", default=7.0, show_default=True, help="where the search begins [h]")
@click.option("--checks", is_flag=True, help="instead of the fit, the two questions about it")
def main(seed: int, replications: int, steps: int, fruit: float, other: float, checks: bool) -> None:
    """Repeat the fit, or check it."""
    if checks:
        check_lead_in(seed, replications)
        fit_one(seed, replications, steps, fruit)
    else:
        fit({"fruit": fruit, "other": other}, seed, replications, steps)


if __name__ == "__main__":
    main()
