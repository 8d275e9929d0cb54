"""One program, one run, a process of its own:  python -m benchmarks.peers.child MODULE:FUNCTION TRUCKS SEED…

Prints a line of JSON for each seed: processor time of the run [s], peak memory of the process [MB], and what
it tells. A small run comes first and is not counted: what is compiled or imported late is so before.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from dataclasses import asdict

WARM_UP = 200


def peak_mb() -> float | None:
    """Peak memory of this process, where the system tells it."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(program: str, trucks: int, seeds: list[int]) -> None:
    """Warm up, run, tell."""
    module, _, function = program.partition(":")
    run = getattr(importlib.import_module(f"benchmarks.peers.{module}"), function)
    run(WARM_UP, 0)
    for seed in seeds:
        begun = time.process_time()
        told = run(trucks, seed)
        seconds = time.process_time() - begun
        print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), **asdict(told)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(word) for word in sys.argv[3:]])
