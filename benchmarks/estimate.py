"""How far off the analytic estimate is: measures the band on the family, and writes it beside the formulas.

`python benchmarks/estimate.py` estimates and simulates the members of the family (`metrics.analytic_family`),
writes metrics/analytic_band.json and the tables of docs/explanation/estimate.md: the band by group, what it
held of fresh members, and how long an estimate takes. It takes some minutes on one core. `--time` measures
the times only.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter, process_time

from metrics import analytic_band, analytic_family
from metrics.analytic import estimate
from scenarios import library

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "estimate.md"
MEMBERS = 128


def measured() -> dict[str, object]:
    """The band of each group and figure."""
    errors: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    counts: dict[str, int] = defaultdict(int)
    begun = perf_counter()
    for number in range(MEMBERS):
        seen = analytic_family.measure(analytic_family.member(analytic_family.CALIBRATION, number), number)
        if seen.estimate.kind == "none":
            continue
        group = analytic_band.group(seen.estimate)
        counts[group] += 1
        for name, off in seen.errors.items():
            errors[group][name].append(off)
        print(f"{number + 1} of {MEMBERS}, {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    groups = {
        group: {
            "members": counts[group],
            "figures": {
                name: None if (off := analytic_band.reach(found)) is None else round(off, 4)
                for name, found in sorted(figures.items())
            },
        }
        for group, figures in sorted(errors.items())
    }
    return {
        "level": analytic_band.LEVEL,
        "replications": analytic_family.REPLICATIONS,
        "members": sum(counts.values()),
        "scenarios": list(analytic_family.names()),
        "groups": groups,
    }


def bands(found: dict[str, object]) -> str:
    """The table of bands: times so much, or plus and minus for utilisation."""
    from math import exp

    groups = found["groups"]
    assert isinstance(groups, dict)
    head = ["group", "members", *analytic_family.FIGURES]
    rows = [head, ["---"] * len(head)]
    for name, of in groups.items():
        cells = [
            "–" if (off := of["figures"].get(each)) is None
            else f"± {off:.2f}" if each == "utilisation" else f"× {exp(off):.2f}"
            for each in analytic_family.FIGURES
        ]  # fmt: skip
        rows.append([name, str(of["members"]), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows).replace(" --- ", "---") + "\n"


def times() -> str:
    """How long an estimate takes, of a scenario that is met for the first time."""
    rows = ["| scenario | steps | days | processor time |", "|---|---|---|---|"]
    estimate(library.load("soc-incidents").resolved)  # what has to be imported is
    for name in ("soc-incidents", "lang-son-2025-03-12", "lang-son-700k"):
        scenario = library.load(name).resolved
        begun = process_time()
        estimate(scenario)
        took = process_time() - begun
        days = (scenario.clock.at_most + scenario.clock.lead_in) / 86_400_000
        rows.append(f"| {name} | {len(scenario.steps)} | {days:.0f} | {took * 1000:.0f} ms |")
    return "\n".join(rows) + "\n"


def _write(mark: str, table: str) -> None:
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(begin)[0], page.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n{table}{end}{after}", encoding="utf-8", newline="\n")
    print(table)


def main() -> None:
    """Measure, keep, print, write."""
    if "--time" not in sys.argv:
        found = measured()
        told = json.dumps(found, indent=1, ensure_ascii=False)
        analytic_band.FILE.write_text(told + "\n", encoding="utf-8", newline="\n")
        _write("estimate", bands(found))
    _write("estimate time", times())


if __name__ == "__main__":
    main()
