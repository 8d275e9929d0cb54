"""What the compiled engine costs as runs grow: the year, 100 million orders, long ways, long queues, threads.

Run `python benchmarks/scale.py [TABLE…]` on a machine that does nothing else; it prints tables and writes
them into docs/explanation/performance.md. Every row is a process of its own, so that its memory is its own;
times are processor times of the engine, the best of a few rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

PAGE = ROOT / "docs" / "explanation" / "performance.md"
ROUNDS = 3
DAY = 86_400_000  # [ms]
SERVERS, LOAD = 4, 0.8
VISITS = 4_000_000
"""Of a run through long ways: enough to outweigh how it begins."""


# ---- in a process of its own ------------------------------------------------------------------------------
def peak_mb() -> float:
    """Peak memory of this process [MB]."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine(scenario: Any, *, record: bool = False, end: int | None = None) -> dict[str, float]:
    """One run of the compiled engine without what comes before and after."""
    from sim.engines.compiled import Model

    model = Model(scenario, 1, 0, end or scenario.clock.at_most, keeps_record=record)
    begun = time.process_time()
    model.advance(model.end)
    seconds = time.process_time() - begun
    rows = model.visits(model.end)
    size = model.state.visit_log.dtype.itemsize
    return {"seconds": seconds, "visits": rows, "entities": model.entities, "mb": peak_mb(), "row": size}


def year(record: str) -> dict[str, float]:
    from scenarios.library import load

    scenario = load("lang-son-700k").resolved
    engine(scenario, end=DAY)
    return engine(scenario, record=record == "record")


def line(steps: int, trucks: int, pools: int) -> Any:
    """Trucks through a chain of steps, worked by so many pools, each four fifths busy."""
    pace = 60 / (SERVERS * LOAD)  # [s] from one truck to the next
    days = 1 + trucks * pace / 86_400
    mean = 60_000 * pools // steps  # [ms]
    return written(
        [f"p{n}" for n in range(pools)],
        [f"s{n}: {{resources: p{n % pools}, time: {{mean: {mean} ms, cv: 1}}" for n in range(steps)],
        f"arrivals: {{per_day: {86_400 / pace:.4f} /d, source: made}}",
        f"{days:.0f} d",
    )


def crowd(trucks: int) -> Any:
    """So many wait in one queue when the run begins; it ends when they have left."""
    return written(
        ["p0"],
        ["s0: {resources: p0, time: {mean: 60 s, cv: 1}"],
        f"backlog: {{at: s0, count: {trucks}, age: 1 h, source: made}}\n    "
        "arrivals: {per_day: 0 /d, source: made}",
        f"{2 + trucks * 60 / SERVERS / 86_400:.0f} d",
    )


def orders(millions: int) -> Any:
    """Orders of a platform: a million a day, packed and posted."""
    return written(
        ["p0", "p1"],
        [f"s{n}: {{resources: p{n}, time: {{mean: 250 ms, cv: 1}}" for n in range(2)],
        "arrivals: {per_day: 1000000 /d, source: made}",
        f"{millions} d",
    )


def written(pools: list[str], steps: list[str], coming: str, window: str) -> Any:
    """A scenario of one flow through a chain of steps, from its text."""
    from scenarios.library import load_text

    lines = [
        "name: made\ntitle: {vi: Bài đo, en: Workload}\nquestion: {vi: Nhanh đến đâu?, en: How fast?}",
        f"time_zone: UTC\nstart: 2025-01-01 00:00\nhorizon: terminating\nuntil: window\nwindow: {window}",
        "sources: {made: {text: made for a benchmark}}\nagencies: {a: {label: {vi: a, en: a}, country: VN}}",
        "resources:",
        *(
            f"  {pool}: {{label: {{vi: {pool}, en: {pool}}}, agency: a, kind: lane, "
            f"capacity: {SERVERS}, source: made}}"
            for pool in pools
        ),
        "steps:",
        *(f"  {step}, label: {{vi: s, en: s}}, agency: a, source: made}}" for step in steps),
        f"flows:\n  truck:\n    label: {{vi: Xe, en: Truck}}\n    {coming}",
        f"    route: [{', '.join(step.partition(':')[0] for step in steps)}]",
    ]
    return load_text("\n".join(lines)).resolved


def side_by_side(threads: str) -> dict[str, float]:
    """Two replications of the common gate one after the other, or each in a thread; the time that passes."""
    from scenarios.library import load
    from sim.engines.compiled import Model

    gate = load(ROOT / "benchmarks" / "gate.yaml").resolved
    models = [Model(gate, 1, number, gate.clock.at_most, keeps_record=False) for number in range(4)]
    models[3].advance(DAY)
    runs = [threading.Thread(target=model.advance, args=(model.end,)) for model in models[:2]]
    begun = time.perf_counter()
    for each in runs:
        each.start()
        if threads == "1":
            each.join()
    for each in runs:
        each.join()
    return {"seconds": time.perf_counter() - begun}


# ---- measured from outside ---------------------------------------------------------------------------------
def child(name: str, *words: object) -> dict[str, float]:
    """One row, measured in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--row", name, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def warmed(make: Callable[..., Any], *words: int) -> dict[str, float]:
    """A run, after a short one that is not counted."""
    engine(orders(1), end=DAY // 100)
    return engine(make(*words))


ROWS: dict[str, Callable[..., dict[str, float]]] = {
    "year": year,
    "line": lambda *words: warmed(line, *map(int, words)),
    "crowd": lambda *words: warmed(crowd, *map(int, words)),
    "orders": lambda *words: warmed(orders, *map(int, words)),
    "threads": side_by_side,
}


def best(name: str, *words: object, by: str = "seconds") -> dict[str, float]:
    """The fastest of some rounds."""
    return min((child(name, *words) for _ in range(ROUNDS)), key=lambda found: found[by])


def years() -> Iterator[str]:
    """The year with statistics only, and with the whole record."""
    yield "| a year of lang-son-700k | visits | engine time | per visit | ratio | memory | a row |"
    yield "|---|---|---|---|---|---|---|"
    plain = best("year", "statistics")
    for title, found in (("statistics only", plain), ("whole record", best("year", "record"))):
        row = f"{found['row']:.0f} bytes" if found is not plain else "–"
        yield (
            f"| {title} | {found['visits']:,.0f} | {found['seconds']:.2f} s | {per_visit(found):.0f} ns | "
            f"{found['seconds'] / plain['seconds']:.2f} | {found['mb']:,.0f} MB | {row} |"
        )


def per_visit(found: dict[str, float]) -> float:
    """Engine time of a visit [ns]."""
    return 1e9 * found["seconds"] / found["visits"]


def many_orders() -> Iterator[str]:
    """Memory that does not grow with those who came and went."""
    yield "| orders | visits | engine time | per visit | memory |"
    yield "|---|---|---|---|---|"
    for millions in (1, 10, 100):
        found = child("orders", millions)
        yield (
            f"| {found['entities']:,.0f} | {found['visits']:,.0f} | {found['seconds']:.1f} s | "
            f"{per_visit(found):.0f} ns | {found['mb']:,.0f} MB |"
        )


GROWING: tuple[tuple[str, float, tuple[tuple[str, str, tuple[int, ...]], ...]], ...] = (
    (
        "trucks",
        1.3,
        tuple(
            (f"{n:,} trucks, 8 steps", "line", (8, n, 8))
            for n in (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
        ),
    ),
    (
        "steps with pools of their own",
        1.5,
        tuple((f"{n} steps, each its own pool", "line", (n, VISITS // n, n)) for n in (8, 25, 50, 100, 200)),
    ),
    (
        "steps that share one pool",
        2.0,
        tuple((f"{n} steps, one pool", "line", (n, VISITS // n, 1)) for n in (8, 25, 50, 100, 200)),
    ),
    (
        "waiting in one queue",
        1.3,
        tuple((f"{n:,} waiting in one queue", "crowd", (n,)) for n in (1_000, 10_000, 50_000, 200_000)),
    ),
)
"""What grows, the most that a visit may cost of the first row's, and the rows."""


def growing() -> Iterator[str]:
    """What a visit costs as runs, ways and queues grow, as a ratio to the first row of each part."""
    yield "| what | per visit | ratio to the first | at most |"
    yield "|---|---|---|---|"
    for _, limit, rows in GROWING:
        found = [best(name, *words) for _, name, words in rows]
        for (title, _, _), one in zip(rows, found, strict=True):
            ratio = per_visit(one) / per_visit(found[0])
            yield f"| {title} | {per_visit(one):.0f} ns | {ratio:.2f} | {limit} |"


def threads() -> Iterator[str]:
    """Replications side by side in one process."""
    alone = [child("threads", 1)["seconds"] for _ in range(ROUNDS)]
    both = [child("threads", 2)["seconds"] for _ in range(ROUNDS)]
    yield "| two replications of the common gate | time | gain |"
    yield "|---|---|---|"
    yield f"| one after the other | {statistics.median(alone):.2f} s | – |"
    yield (
        f"| each in a thread | {statistics.median(both):.2f} s | "
        f"{statistics.median(alone) / statistics.median(both):.2f} |"
    )


PROCESSES = (
    ("`cuakhau run benchmarks/gate.yaml`, 100,000 trucks", ["benchmarks/gate.yaml", "--replications", "1"]),
    ("`cuakhau run examples/small-gate.yaml`", ["examples/small-gate.yaml", "--replications", "1"]),
)
PROCESS = """
import resource, subprocess, sys, time
begun = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
passed, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
print([done.returncode, passed, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024])
"""


def processes() -> Iterator[str]:
    """Whole commands, from typing them to their result, where everything has been compiled before."""
    yield "| command | time | processor time | memory |"
    yield "|---|---|---|---|"
    for title, words in PROCESSES:
        command = [sys.executable, "-m", "platform_api", "run", *words, "--seed", "1"]
        with tempfile.TemporaryDirectory() as kept:
            whole(command, kept)  # makes the bytecode
            found = [whole(command, kept) for _ in range(ROUNDS)]
        passed, used, room = (min(column) for column in zip(*found, strict=True))
        yield f"| {title} | {passed:.2f} s | {used:.2f} s | {room:.0f} MB |"


def whole(command: list[str], kept: str) -> tuple[float, float, float]:
    """Time that passes, processor time [s] and peak memory [MB] of a command; bytecode is in `kept`."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told = subprocess.run(
        [sys.executable, "-c", PROCESS, *command],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=known | {"PYTHONPYCACHEPREFIX": kept},
    ).stdout
    code, passed, used, room = json.loads(told)
    if code != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return passed, used, room


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "year": years,
    "orders": many_orders,
    "growing": growing,
    "threads": threads,
    "processes": processes,
}


def main(wanted: list[str]) -> None:
    """Measure, print, and write the page."""
    for name in wanted or TABLES:
        lines = []
        for row in TABLES[name]():
            lines.append(row)
            print(row, flush=True)
        write(name, "\n".join(lines))


def write(name: str, text: str) -> None:
    """A table between its marks."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--row"]:
        print(json.dumps(ROWS[sys.argv[2]](*sys.argv[3:])))
    else:
        main(sys.argv[1:])
