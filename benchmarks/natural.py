"""How long each scenario of the library takes on the compiled engine, over its natural horizon.

    .venv/bin/python benchmarks/natural.py

One replication without a record, after a first one that is not counted, in seconds of one processor. No
scenario is to take more than ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

import click

from scenarios.library import load, names
from sim.run import run

QUICK = 10.0
"""No scenario takes longer [s]."""

SEED = 2025


@dataclass(frozen=True)
class Timed:
    """A scenario, and what its run was."""

    name: str
    entities: int
    visits: int
    seconds: float  # of one processor, reading the file apart


def timed(name: str) -> Timed:
    """Run it."""
    scenario = load(name).resolved
    begun = process_time()
    done = run(scenario, SEED, engine="compiled", keep="statistics")
    return Timed(name, done.timing.entities, done.timing.visits, process_time() - begun)


@click.command()
@click.argument("chosen", nargs=-1)
def main(chosen: tuple[str, ...]) -> None:
    """Print a line for each scenario; leave with 1 if one takes too long."""
    wanted = chosen or names()
    timed(wanted[0])
    found = [timed(name) for name in wanted]
    for each in found:
        print(f"{each.name:30} {each.entities:9,} entities {each.visits:10,} visits {each.seconds:6.2f} s")
    slowest = max(found, key=lambda each: each.seconds)
    print(f"slowest: {slowest.name}, {slowest.seconds:.2f} s (at most {QUICK:g} s)")
    raise SystemExit(slowest.seconds > QUICK)


if __name__ == "__main__":
    main()
