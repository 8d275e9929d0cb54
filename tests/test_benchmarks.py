"""What stands in `benchmarks/` still runs, and says what the documentation quotes from it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_checks_of_the_fit_tell_lead_in_and_the_single_unknown() -> None:
    words = ["benchmarks/fit_lang_son.py", "--checks", "--replications", "1", "--steps", "1", "--fruit", "33"]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, second, single = done.stdout.splitlines()
    five, eight = (float(re.findall(r"d: ([\d.]+) waiting", line)[0]) for line in (first, second))
    assert eight == pytest.approx(five, abs=15)
    fruit, closing = (float(n) for n in re.findall(r"([\d.]+) of ([\d.]+) with fruit", single)[0])
    assert fruit / closing > 255 / 335 + 0.05  # more than the bulletin has: one unknown is not enough
