"""The two engines side by side in one run: the same scenario, the same digest, the ratio of their times.

Run `python benchmarks/engines.py` on a machine that does nothing else; it prints a table and writes it into
docs/explanation/performance.md. Compilation is not counted: each engine runs an hour of the scenario first.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from scenarios.library import load
from scenarios.resolved import DAY
from sim.run import run

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- engines: begin -->", "<!-- engines: end -->"
CASES = (("lang-son-2025-03-12", 1), ("lang-son-700k", 7), ("yen-bai-ocop", 90))


def main() -> None:
    """Measure, print, and write the page."""
    rows = [
        "| scenario | days | visits | reference | compiled | ratio | per visit, compiled |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, days in CASES:
        rows.append(row(name, days))
        print(rows[-1], flush=True)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    table = "\n".join(rows)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def row(name: str, days: int) -> str:
    """One scenario on both engines; equal digests or an error."""
    scenario = load(name).resolved
    found = {}
    for engine in ("reference", "compiled"):
        run(scenario, 1, engine=engine, until=DAY // 24)
        found[engine] = run(scenario, 1, engine=engine, until=days * DAY)
    slow, fast = found["reference"], found["compiled"]
    if slow.digest != fast.digest:
        raise SystemExit(f"{name}: the engines differ, {slow.digest} and {fast.digest}")
    seconds = slow.timing.engine_s, fast.timing.engine_s
    return (
        f"| {name} | {days} | {fast.timing.visits:,} | {seconds[0]:.2f} s | {seconds[1]:.3f} s | "
        f"{seconds[0] / seconds[1]:.0f} | {1e9 * seconds[1] / fast.timing.visits:.0f} ns |"
    )


if __name__ == "__main__":
    main()
