"""Run a saved scenario on both engines and tell where they part:  python -m tests.sim.again FILE…"""

from __future__ import annotations

import sys
from pathlib import Path

from scenarios.resolved import from_json
from sim.run import run
from tests.sim.test_engines_agree import first_difference


def main(files: list[str]) -> None:
    for file in files:
        scenario = from_json(Path(file).read_text(encoding="utf-8"))
        slow, fast = run(scenario, 1, engine="reference"), run(scenario, 1, engine="compiled")
        told = first_difference(slow.log, fast.log) or f"equal rows, digests {slow.digest} {fast.digest}"
        sys.stdout.write(f"{file}: {told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
