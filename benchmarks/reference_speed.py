"""How fast and how large the reference engine is: a day, a month and a year of Lạng Sơn, and the common gate.

Run `python benchmarks/reference_speed.py` on a machine that does nothing else; it prints a table and writes
it into docs/explanation/performance.md. `--quick` leaves the year out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- reference engine: begin -->", "<!-- reference engine: end -->"

MONTH_LIMIT_S, MONTH_LIMIT_MB = 60, 1000
"""What issue 1 promises for a month of some 58,000 trucks."""


@dataclass(frozen=True)
class Case:
    """One run in a process of its own, so that its memory is its own."""

    name: str
    scenario: str
    days: int | None


CASES = (
    Case("the bulletin day with its lead-in", "lang-son-2025-03-12", None),
    Case("a month of lang-son-700k", "lang-son-700k", 31),
    Case("the common gate, 100,000 trucks", "benchmarks/gate.yaml", None),
    Case("the year of lang-son-700k", "lang-son-700k", None),
)

CHILD = """
import json, sys
from scenarios.library import load
from sim.run import run
name, days = sys.argv[1], sys.argv[2]
begun = run(load(name).resolved, 1, engine="reference", until=None if days == "-" else int(days) * 86_400_000)
try:
    import resource
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
except ImportError:
    memory = None
t = begun.timing
print(json.dumps([t.setup_s, t.engine_s, t.entities, t.visits, t.events, memory, begun.digest]))
"""


def measure(case: Case) -> str:
    """Run one case and tell it as a row of the table; complain if the month is over its limit."""
    days = "-" if case.days is None else str(case.days)
    command = [sys.executable, "-c", CHILD, case.scenario, days]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    _, engine_s, entities, visits, events, memory, digest = json.loads(done.stdout)
    if case.days is not None and (engine_s > MONTH_LIMIT_S or (memory or 0) > MONTH_LIMIT_MB):
        print(f"over the limit: {case.name} took {engine_s:.0f} s and {memory:.0f} MB", file=sys.stderr)
    room = "–" if memory is None else f"{memory:.0f} MB"
    return (
        f"| {case.name} | {entities:,} | {visits:,} | {engine_s:.1f} s | {entities / engine_s:,.0f} | "
        f"{1e6 * engine_s / visits:.0f} µs | {events / engine_s / 1e6:.2f} M | {room} | `{digest[:8]}` |"
    )


def main() -> None:
    """Measure, print, and write the page."""
    rows = [
        "| what | entities | visits | engine time | entities/s | per visit | events/s | memory | digest |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case in CASES[: 3 if "--quick" in sys.argv else None]:
        rows.append(measure(case))
        print(rows[-1], flush=True)
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = "\n".join(rows)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
