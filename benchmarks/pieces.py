"""What a run costs that keeps no record, beside one that keeps it: time and memory of the whole process.

`python benchmarks/pieces.py` runs `cuakhau run lang-son-700k --until T --engine compiled` in a process of its
own for each T, once as it is (rows are measured in pieces and forgotten), once with the record kept in memory
and measured as a whole; it prints a table and writes it into docs/explanation/performance.md. `--quick`
leaves the longest out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- pieces: begin -->", "<!-- pieces: end -->"

DAYS = (30, 90, 365)

CHILD = """
import contextlib, io, json, resource, sys, time
from platform_api import workers
from platform_api.cli import cli
days, kept = sys.argv[1], sys.argv[2] == "record"
if kept:
    workers.Work.needs_rows = property(lambda work: True)
told = io.StringIO()
with contextlib.redirect_stdout(told):
    try:
        cli.main(["run", "lang-son-700k", "--until", days + " d", "--engine", "compiled", "--seed", "1",
              "--replications", "1", "--json"], prog_name="cuakhau")
    except SystemExit as stop:
        if stop.code:
            raise
result = json.loads(told.getvalue())
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([result["timing"]["visits"], result["timing"]["engine_s"], used.ru_utime + used.ru_stime,
                  used.ru_maxrss / 1024, result["digest"][0], len(result["kpis"]), len(result["trs"])]))
"""


@dataclass(frozen=True)
class Cost:
    """One run: rows of visits, time of the engine and of the whole process [s], memory [MiB]."""

    visits: int
    engine_s: float
    process_s: float
    memory: float
    digest: str
    kpis: int
    intervals: int


def cost(days: int, how: str) -> Cost:
    """Run it in a process of its own."""
    command = [sys.executable, "-c", CHILD, str(days), how]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def row(days: int) -> str:
    """Both ways, as a row of the table; complain if they are not the same run."""
    pieces, record = cost(days, "pieces"), cost(days, "record")
    same = (pieces.digest, pieces.kpis, pieces.intervals) == (record.digest, record.kpis, record.intervals)
    if not same:
        raise SystemExit(f"{days} d: the two runs differ: {pieces} {record}")
    cells = [f"{days} d", f"{pieces.visits:,}"]
    for told in (pieces, record):
        cells += [f"{told.engine_s:.1f} s", f"{told.process_s:.1f} s", f"{told.memory:,.0f} MiB"]
    return f"| {' | '.join(cells)} |"


HEAD = """| `--until` | visits | engine | process | memory | with record: engine | process | memory |
|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Measure, print, write."""
    days = DAYS[:-1] if "--quick" in sys.argv else DAYS
    table = HEAD + "\n".join(map(row, days)) + "\n"
    print(table)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
