"""The common gate in our engine, C, C++, SimPy, Ciw and salabim: the same results, and how fast.

    pip install -c requirements.lock -e ".[bench]"
    python benchmarks/gate.py [--quick]

Prints two tables and writes them into docs/explanation/performance.md (`--quick` does not). Every run is a
process of its own. In each round all programs run once, one after the other, with a new seed; processor times
are compared within a round, and the median over the rounds is told: so a machine that has other things to do
disturbs little.

First the programs must agree: each figure that they tell is compared with ours for as many trucks, and a
difference beyond the error of sampling ends the benchmark.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from metrics.statistics import student_t

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- gate: begin -->", "<!-- gate: end -->"
OURS = "cuakhau"
ERROR = 0.01
"""Chance that programs which do agree are said to differ, over all comparisons together."""


@dataclass(frozen=True)
class Program:
    """Who competes. The slow ones run fewer trucks; rates are trucks per second of that run."""

    name: str
    title: str
    entry: str  # module:function in benchmarks/peers, or a source in C or C++
    trucks: int  # of a run whose time is taken
    runs: int  # of equal length, for the comparison of the results


@dataclass(frozen=True)
class Size:
    """How much work the benchmark does."""

    programs: tuple[Program, ...]
    rounds: int
    compared: int  # trucks of a run whose results are compared


def size(quick: bool) -> Size:
    share, runs = (10, 4) if quick else (1, 1)
    return Size(
        (
            Program(OURS, "cuakhau, statistics", "cuakhau_gate:run", 1_000_000 // share, 40 // runs),
            Program(
                "record",
                "cuakhau, whole record",
                "cuakhau_gate:run_with_record",
                200_000 // share,
                20 // runs,
            ),
            Program("c", "C, for this gate alone", "gate.c", 1_000_000 // share, 40 // runs),
            Program(
                "cpp",
                "C++, for this gate alone, with the standard library",
                "gate.cpp",
                1_000_000 // share,
                40 // runs,
            ),
            Program("simpy", "SimPy", "simpy_gate:run", 100_000 // share, 12 // runs),
            Program("ciw", "Ciw", "ciw_gate:run", 20_000 // share, 12 // runs),
            Program("salabim", "salabim", "salabim_gate:run", 20_000 // share, 8 // runs),
        ),
        rounds=5,
        compared=20_000 if not quick else 5_000,
    )


@dataclass(frozen=True)
class Measured:
    """One run."""

    trucks: int
    seconds: float  # of processor time
    peak_mb: float | None
    figures: dict[str, float]  # mean, p95, wait at each station [min]

    @property
    def rate(self) -> float:
        return self.trucks / self.seconds


# ---- running ----
class Bench:
    """Knows how each program is started."""

    def __init__(self, folder: Path, wanted: Size) -> None:
        self.binaries = {name: made for name in COMPILERS if (made := compiled(folder, name))}
        self.wanted = wanted
        self.programs = [p for p in wanted.programs if p.name in self.binaries or p.name not in COMPILERS]

    def measure(self, program: Program, trucks: int, seeds: Iterable[int]) -> list[Measured]:
        """Runs one after the other in one process (those in C and C++: one process each)."""
        words = [str(seed) for seed in seeds]
        if binary := self.binaries.get(program.name):
            lines = [output([str(binary), str(trucks), seed]) for seed in words]
        else:
            child = [sys.executable, "-m", "benchmarks.peers.child", program.entry, str(trucks), *words]
            lines = output(child).splitlines()
        return [read(json.loads(line)) for line in lines]


COMPILERS = {"c": ("c11", ("cc", "gcc", "clang")), "cpp": ("c++17", ("c++", "g++", "clang++"))}
"""What is compiled: its standard, and who may compile it."""


def compiled(folder: Path, name: str) -> Path | None:
    """A program built at the level of optimisation that a release has; None without a compiler."""
    standard, compilers = COMPILERS[name]
    compiler = next(filter(None, map(shutil.which, compilers)), None)
    if compiler is None:
        print(without_compiler(name), file=sys.stderr)
        return None
    binary = folder / name
    source = ROOT / "benchmarks" / "peers" / f"gate.{name}"
    output([compiler, "-O3", f"-std={standard}", str(source), "-o", str(binary), "-lm"])
    return binary


def without_compiler(name: str) -> str:
    tried = ", ".join(COMPILERS[name][1])
    return f"no compiler ({tried}): gate.{name} is left out; remedy: apt-get install -y g++, run again"


def output(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def read(told: dict) -> Measured:
    figures = {"mean": told["mean"], "p95": told["p95"]} | {
        f"wait at {name}": wait for name, wait in told["waits"].items()
    }
    return Measured(told["completed"], told["seconds"], told.get("peak_mb"), figures)


# ---- do they agree? ----
@dataclass(frozen=True)
class Gap:
    """How far a program is from ours in one figure."""

    figure: str
    relative: float  # difference ÷ ours
    errors: float  # difference ÷ its standard error
    allowed: float  # as many standard errors are chance

    @property
    def beyond_chance(self) -> bool:
        return abs(self.errors) > self.allowed


def compared(bench: Bench) -> dict[str, list[Gap]]:
    """Each program's figures against ours for as many trucks."""
    found = {}
    for program in bench.programs:
        found[program.name] = bench.measure(program, bench.wanted.compared, range(1, program.runs + 1))
        print(f"results: {program.runs} runs of {program.name}", flush=True)
    ours = found.pop(OURS)
    figures = list(ours[0].figures)
    error = ERROR / (len(found) * len(figures))
    return {name: [gap(figure, runs, ours, error) for figure in figures] for name, runs in found.items()}


def gap(figure: str, theirs: list[Measured], ours: list[Measured], error: float) -> Gap:
    """Student's test of two means; the variance is one, if the programs are one gate."""
    x, y = ([run.figures[figure] for run in runs] for runs in (theirs, ours))
    freedom = len(x) + len(y) - 2
    variance = sum(statistics.variance(values) * (len(values) - 1) for values in (x, y)) / freedom
    difference = statistics.fmean(x) - statistics.fmean(y)
    errors = difference / math.sqrt(variance * (1 / len(x) + 1 / len(y)))
    return Gap(figure, difference / statistics.fmean(y), errors, student_t(1 - error / 2, freedom))


# ---- how fast? ----
def rounds(bench: Bench) -> dict[str, list[Measured]]:
    """All programs in turn, the order turned round every time."""
    found: dict[str, list[Measured]] = {program.name: [] for program in bench.programs}
    for number in range(1, bench.wanted.rounds + 1):
        for program in bench.programs[:: -1 if number % 2 else 1]:
            (run,) = bench.measure(program, program.trucks, [number])
            found[program.name].append(run)
            print(f"round {number}: {program.name} {run.seconds:.2f} s, {run.rate:,.0f} trucks/s", flush=True)
    return found


# ---- telling ----
def speeds(bench: Bench, found: dict[str, list[Measured]]) -> Iterable[str]:
    """The table of rates, and of ours over theirs within each round: median (least … most)."""
    yield "| program | trucks a run | processor time | trucks/s | ours is … times as fast | memory |"
    yield "|---|---|---|---|---|---|"
    for program in bench.programs:
        runs = found[program.name]
        ratios = [ours.rate / theirs.rate for ours, theirs in zip(found[OURS], runs, strict=True)]
        memory = max((run.peak_mb or 0) for run in runs)
        yield (
            f"| {program.title} | {program.trucks:,} | {statistics.median(r.seconds for r in runs):.2f} s | "
            f"{statistics.median(r.rate for r in runs):,.0f} | "
            f"{'–' if program.name == OURS else spread(ratios)} | {f'{memory:.0f} MB' if memory else '–'} |"
        )


def spread(ratios: list[float]) -> str:
    digits = 2 if statistics.median(ratios) < 10 else 0
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    return f"{middle:.{digits}f} ({low:.{digits}f} … {high:.{digits}f})"


def agreement(bench: Bench, gaps: dict[str, list[Gap]]) -> Iterable[str]:
    """The table of results: how far from ours in the time in the system, and where furthest for chance."""
    trucks = f"runs of {bench.wanted.compared:,} trucks"
    yield f"| program | {trucks} | mean | p95 | figure furthest off | allowed |"
    yield "|---|---|---|---|---|---|"
    runs = {program.name: program.runs for program in bench.programs}
    for name, of_program in gaps.items():
        mean, p95 = of_program[:2]
        worst = max(of_program, key=lambda gap: abs(gap.errors) / gap.allowed)
        yield (
            f"| {name} | {runs[name]} | {mean.relative:+.2%} | {p95.relative:+.2%} | "
            f"{worst.figure}: {worst.relative:+.1%}, {abs(worst.errors):.1f} standard errors | "
            f"{worst.allowed:.1f} |"
        )


def write(text: str) -> None:
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def main() -> None:
    """Compare, run, print, and write the page."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), size(quick))
        gaps = compared(bench)
        refuse_disagreement(gaps)
        found = rounds(bench)
    note = [line for name in COMPILERS if name not in bench.binaries for line in ("", without_compiler(name))]
    text = "\n".join([*speeds(bench, found), "", *agreement(bench, gaps), *note])
    print(f"\n{text}")
    if not quick:
        write(text)


def refuse_disagreement(gaps: dict[str, list[Gap]]) -> None:
    apart = [f"{name}: {gap}" for name, of_program in gaps.items() for gap in of_program if gap.beyond_chance]
    if apart:
        raise SystemExit("the programs do not agree:\n" + "\n".join(apart))


if __name__ == "__main__":
    main()
