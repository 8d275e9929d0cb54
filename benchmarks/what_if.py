"""What experiments cost, from the command line: paired replications of the year of 700,000 trucks, a sweep.

`python benchmarks/what_if.py` runs `cuakhau compare lang-son-700k scanner:resources.scanners.capacity=3` in
processes of its own, report included, with few and with many replications, the bulletin day with everything
told, and a sweep of that day over 200 places; it prints a table and writes it into
docs/explanation/performance.md. `--jobs N` is passed on; `--quick` leaves the longest out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- what if: begin -->", "<!-- what if: end -->"

YEAR = ("lang-son-700k", "scanner:resources.scanners.capacity=3")
DAY = ("lang-son-2025-03-12", "scanner:resources.scanners.capacity=3")
SWEEP = (
    "lang-son-2025-03-12",
    "resources.scanners.capacity=1,2,3,4",
    "resources.inspection_teams.capacity=4,5,6,8,10",
    "resources.receiving_huu_nghi.capacity=2,3,4,5,6",
    "resources.receiving_tan_thanh.capacity=1,2",
)
"""4 × 5 × 5 × 2 places."""

CHILD = """
import resource, sys
from platform_api.cli import cli
try:
    cli.main(sys.argv[1:], prog_name="cuakhau")
except SystemExit as stop:
    if stop.code:
        raise
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}", file=sys.stderr)
"""


@dataclass(frozen=True)
class Cost:
    """One experiment: entities simulated, time by the clock and of the processors [s], memory [MiB]."""

    entities: int
    seconds: float
    processor_s: float
    memory: float


def cost(words: tuple[str, ...], replications: int, extra: tuple[str, ...], command: str) -> Cost:
    """Run it in a process of its own, answer and report kept."""
    with tempfile.TemporaryDirectory() as folder:
        child = [sys.executable, "-c", CHILD, command, *words, "--replications", str(replications),
                 "--seed", "1", "--out", f"{folder}/out", "--json", *extra]  # fmt: skip
        begun = time.perf_counter()
        done = subprocess.run(
            child, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
        )
        seconds = time.perf_counter() - begun
        processor, memory = map(float, done.stderr.decode().split()[-2:])
        assert (Path(folder) / "out" / "report.html").is_file()
        return Cost(json.loads(done.stdout)["entities"], seconds, processor, memory)


def row(
    what: str, words: tuple[str, ...], replications: int, extra: tuple[str, ...], command: str = "compare"
) -> str:
    """One experiment, as a row of the table."""
    of = cost(words, replications, extra, command)
    cells = [
        what,
        f"{replications} × {200 if command == 'sweep' else 2}",
        f"{of.entities:,}",
        f"{of.seconds:.1f} s",
        f"{of.processor_s:.1f} s",
    ]
    return f"| {' | '.join([*cells, f'{of.memory:,.0f} MiB'])} |"


HEAD = """| what | runs | entities | clock | processors | memory |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Measure, print, write."""
    jobs = ("--jobs", sys.argv[sys.argv.index("--jobs") + 1]) if "--jobs" in sys.argv else ()
    rows = [
        row("the bulletin day, with who wins and who loses", DAY, 30, jobs),
        row("the bulletin day, figures only", DAY, 30, (*jobs, "--no-winners")),
        row("the bulletin day, figures only", DAY, 300, (*jobs, "--no-winners")),
        row("the year of 700,000 trucks", YEAR, 3, jobs),
    ]
    if "--quick" not in sys.argv:
        rows += [
            row("the year of 700,000 trucks", YEAR, 30, jobs),
            row("a sweep of the bulletin day", SWEEP, 20, jobs, "sweep"),
        ]
    table = HEAD + "\n".join(rows) + "\n"
    print(table)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
