"""Hours or lanes (BG-06): how many truck-hours each further hour of an officer saves, a day.

The design `lang-son-hours` on the same trucks; hours of officers are those on duty by the calendars, and
overtime. A truck-hour is an hour less between coming and crossing, of those who come in the day.

    .venv/bin/python benchmarks/hours.py --replications 20
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from metrics.kpis import find, measure
from metrics.replication import Replication
from platform_api.comparing import Comparison, Difference
from platform_api.experiments import compare
from scenarios.experiments import load_design
from scenarios.library import load
from scenarios.resolved import Resolved
from sim.run import run

HOUR = 3600
DESIGN = "lang-son-hours"


@dataclass(frozen=True)
class Told:
    """A variant against the base, a day."""

    label: str
    imports: Difference
    exports: Difference
    saved: float  # truck-hours
    officers: float  # hours on duty and overtime, more than in the base

    def line(self) -> str:
        """As it is printed."""
        ratio = f"{self.saved / self.officers:7.1f}" if abs(self.officers) >= 1 else "      –"
        parts = " ".join(
            f"{(one.mean or 0) / 60:+8.1f} ± {(one.half_width or 0) / 60:4.1f} min"
            for one in (self.imports, self.exports)
        )
        return f"{self.label:52} {parts} {self.saved:+9.0f} truck-h {self.officers:+8.1f} officer-h {ratio}"


def told(replications: int) -> Iterator[Told]:
    """Every variant of the design."""
    design = replace(load_design(DESIGN), replications=replications)
    answer = compare(design, jobs=1)
    base = load(design.base).resolved
    came = {way: _came(base, way) for way in ("import", "export")}
    on_duty = _officer_hours(base)
    for variant in design.variants:
        imports, exports = (_difference(answer, variant.name, way) for way in ("import", "export"))
        saved = -sum(
            (one.mean or 0.0) / HOUR * came[way] for way, one in (("import", imports), ("export", exports))
        )
        changed = load(design.base, variant.overrides or {}).resolved
        yield Told(variant.label.en, imports, exports, saved, _officer_hours(changed) - on_duty)


def _difference(answer: Comparison, variant: str, way: str) -> Difference:
    return next(
        one
        for one in answer.differences
        if (one.name, one.variant, one.labels) == ("cohort_dwell_mean", variant, {"direction": way})
    )


def _came(scenario: Resolved, way: str) -> float:
    """Trucks of a direction in an average day of five."""
    seen = [
        find(measure(Replication(scenario, run(scenario, 2025, k).log)), "arrived", direction=way).value
        for k in range(5)
    ]
    return sum(value for value in seen if value is not None) / len(seen)


def _officer_hours(scenario: Resolved) -> float:
    """On duty in the window, and overtime, of everybody who is paid by the hour."""
    of = Replication(scenario, run(scenario, 2025, 0).log)
    paid = {name for name, pool in scenario.resources.items() if pool.cost_per_hour is not None}
    values = measure(of)
    hours = 0.0
    for name in paid:
        wage = scenario.resources[name].cost_per_hour or 1
        hours += (find(values, "staff_cost", resource=name).value or 0.0) / wage
        hours += (find(values, "overtime", resource=name).value or 0.0) / HOUR
    return hours


@click.command()
@click.option("--replications", default=20, show_default=True)
def main(replications: int) -> None:
    """Print a line for each variant."""
    for each in told(replications):
        print(each.line(), flush=True)


if __name__ == "__main__":
    main()
