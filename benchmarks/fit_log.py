"""A log of a million events, read and fitted: seconds and memory.  python benchmarks/fit_log.py [DAYS]

The log is the export of a simulated gate (CSV, one visit a row with three times). It is written first, by
another process; only reading and fitting are measured. The promise is 60 s and 2 GB for a million events.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIO = "lang-son-2025-03-12"
DAYS = 46
PROMISED_S, PROMISED_MB = 60, 2048


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.csv"
        _cuakhau("export", SCENARIO, "--seed", "1", "--override", f"window={days} d", "--out", str(file))
        told = json.loads(
            subprocess.run(
                [sys.executable, __file__, "--one", str(file)], check=True, capture_output=True
            ).stdout
        )
    kept = told["seconds"] <= PROMISED_S and told["megabytes"] <= PROMISED_MB
    print(
        f"{told['rows']:,} rows: read in {told['read']:.1f} s, fitted in {told['fit']:.1f} s, "
        f"{told['megabytes']:,.0f} MB at most; promised {PROMISED_S} s and {PROMISED_MB:,} MB: "
        f"{'kept' if kept else 'BROKEN'}"
    )


def _cuakhau(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "platform_api", *words], check=True, capture_output=True)


def one(file: Path) -> None:
    """Read and fit one file, in a process of its own."""
    from metrics.fitted.fit import fit
    from metrics.fitted.written import write
    from metrics.recorded.read import ZONE, Asked, read

    begin = time.perf_counter()
    log = read(file, Asked(b"k" * 32)).log
    middle = time.perf_counter()
    write(fit(log), ZONE)
    end = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = {
        "rows": log.rows,
        "read": middle - begin,
        "fit": end - middle,
        "seconds": end - begin,
        "megabytes": most,
    }
    print(json.dumps(parts))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(Path(sys.argv[2]))
    else:
        main()
