"""From what each replication gives to the answer of a run."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from metrics.declare import Value
from platform_api.results import (
    Comparison,
    Curve,
    Estimate,
    Expectation,
    Interval,
    Provenance,
    Result,
    Stuck,
    Timing,
)  # fmt: skip
from scenarios.errors import Problem
from scenarios.resolved import RESOLVED_VERSION, Expected, Label, Published, Resolved, scenario_hash
from sim.run import RESULT_VERSION, Run

if TYPE_CHECKING:
    from metrics.kpis import Result as KpiResult
    from metrics.pieces import Measuring
    from metrics.series import Band, Series
    from metrics.statistics import Floats
    from metrics.trs import Row

PREDICTION_NEEDS = 9
"""Replications from which P10–P90 is a range of 80 % for one new day, whatever the distribution."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """What one replication gives; small enough to be sent between processes."""

    replication: int
    digest: str
    timing: Timing
    deadlock: Stuck | None
    values: tuple[Value, ...]
    trs: tuple[Row, ...]
    lines: tuple[Series, ...]


def told(run: Run, measured: Measuring) -> Replicate:
    """The figures of one replication."""
    from metrics import trs

    timing = run.timing
    return Replicate(
        replication=run.replication,
        digest=run.digest,
        timing=Timing(timing.setup_s, timing.engine_s, timing.entities, timing.visits, timing.events),
        deadlock=_stuck(run),
        values=tuple(measured.values()),
        trs=tuple(trs.rows({run.replication: measured.study()})),
        lines=tuple(measured.lines()),
    )


def _stuck(run: Run) -> Stuck | None:
    if run.deadlock is None:
        return None
    return Stuck(run.replication + 1, run.deadlock.entities, run.deadlock.cycle)


def assemble(
    scenario: Resolved,
    seed: int,
    engine: str,
    replicates: Sequence[Replicate],
    *,
    overrides: Mapping[str, Any],
    until: int | None,
    warnings: Iterable[Problem],
) -> Result:
    """One answer from the replicates, in the order of their numbers."""
    ordered = sorted(replicates, key=lambda each: each.replication)
    kpis = estimates(ordered)
    return Result(
        scenario=scenario.name,
        seed=seed,
        replications=len(ordered),
        engine=engine,
        digest=tuple(each.digest for each in ordered),
        timing=_total([each.timing for each in ordered]),
        provenance=_provenance(
            scenario, seed, engine, replications=len(ordered), overrides=overrides, until=until
        ),
        kpis=kpis,
        trs=_trs(ordered),
        series=_curves(ordered),
        published=tuple(_compare(figure, kpis) for figure in scenario.published),
        deadlock=tuple(each.deadlock for each in ordered if each.deadlock),
        warnings=tuple(warnings),
        expected=tuple(_expectation(band, kpis) for band in scenario.expected),
    )


def estimates(replicates: Sequence[Replicate]) -> tuple[Estimate, ...]:
    """Each KPI over the replications."""
    from metrics.kpis import over_replications

    found = over_replications({each.replication: each.values for each in replicates})
    return tuple(_estimate(result) for result in found)


def _estimate(result: KpiResult) -> Estimate:
    of = result.summary
    return Estimate(
        result.name, result.unit, result.labels, of.n, of.mean, of.half_width, of.level, of.p10, of.p90,
        result.observed, _why_missing(of.n),
    )  # fmt: skip


_NOTHING = Label(vi="không có gì để đo, hoặc quá ít", en="nothing to measure, or too little")
_ONCE = Label(
    vi="một lần lặp không cho khoảng: hãy tăng số lần lặp",
    en="one replication gives no interval: ask for more replications",
)


def _why_missing(n: int) -> Label | None:
    return _NOTHING if n == 0 else _ONCE if n == 1 else None


def _total(timings: Sequence[Timing]) -> Timing:
    return Timing(
        setup_s=sum(each.setup_s for each in timings),
        engine_s=sum(each.engine_s for each in timings),
        entities=sum(each.entities for each in timings),
        visits=sum(each.visits for each in timings),
        events=sum(each.events for each in timings),
    )


def _provenance(
    scenario: Resolved,
    seed: int,
    engine: str,
    *,
    replications: int,
    overrides: Mapping[str, Any],
    until: int | None,
) -> Provenance:
    import numpy as np

    return Provenance(
        result_version=RESULT_VERSION,
        package_version=version("cuakhau"),
        schema_version=RESOLVED_VERSION,
        engine=engine,
        seed=seed,
        replications=replications,
        scenario_hash=scenario_hash(scenario),
        overrides=dict(overrides),
        until=until,
        python=platform.python_version(),
        numpy=np.__version__,
        parameters=scenario.parameters,
        sources=scenario.sources,
    )


def _trs(replicates: Sequence[Replicate]) -> tuple[Interval, ...]:
    """The Time Release Study of an average day, as `metrics.trs` defines it."""
    grouped: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Row]] = {}
    for each in replicates:
        for row in each.trs:
            grouped.setdefault((row.begin, row.end, tuple(row.labels.items())), []).append(row)
    return tuple(_interval(rows) for rows in grouped.values())


def _interval(rows: Sequence[Row]) -> Interval:
    from metrics.statistics import summarise
    from metrics.trs import of_an_average_day

    first, some = rows[0], [row for row in rows if row.n]
    return Interval(
        begin=first.begin,
        end=first.end,
        labels=first.labels,
        n=sum(row.n for row in some),
        replications=len(some),
        statistics=of_an_average_day([row.statistics for row in some]),
        half_width=summarise([row.statistics["mean"] for row in some]).half_width,
        share_waiting=summarise([row.share_waiting for row in some]).mean,
    )


def _curves(replicates: Sequence[Replicate]) -> tuple[Curve, ...]:
    from metrics import series

    return tuple(_curve(band) for band in series.bands({each.replication: each.lines for each in replicates}))


def _curve(band: Band) -> Curve:
    times = tuple(band.times.tolist())
    spread = {"p10": _plain(band.p10), "p90": _plain(band.p90)}
    return Curve(band.name, band.unit, band.labels, times, mean=_plain(band.mean), **spread)


def _plain(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if value != value else value for value in values.tolist())  # noqa: PLR0124  - NaN


# ---- against published figures ------------------------------------------------------------------------

_IN_BASE_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "%": 0.01}
"""What a published unit is in the unit of results; others are the same in both."""

_NO_SUCH_KPI = Label(vi="kịch bản không cho chỉ tiêu này", en="the scenario does not give this indicator")
_TOO_FEW = Label(
    vi=f"khoảng dự báo cần ít nhất {PREDICTION_NEEDS} lần lặp",
    en=f"a prediction range needs at least {PREDICTION_NEEDS} replications",
)


def _expectation(band: Expected, kpis: Iterable[Estimate]) -> Expectation:
    found = _found(band, kpis)
    mean, n = (None, 0) if found is None or found.mean is None else (found.mean, found.n)
    missing = _NO_SUCH_KPI if found is None else found.reason if found.mean is None else None
    scaled = None if mean is None else mean / _IN_BASE_UNITS.get(band.unit, 1.0)
    inside = None if scaled is None else band.low <= scaled <= band.high
    return Expectation(
        band.kpi, band.labels, band.low, band.high, band.unit, band.reason, n, scaled, inside, missing
    )


def _found(figure: Published | Expected, kpis: Iterable[Estimate]) -> Estimate | None:
    return next((k for k in kpis if k.name == figure.kpi and k.labels == figure.labels), None)


def _compare(figure: Published, kpis: Iterable[Estimate]) -> Comparison:
    found = _found(figure, kpis)
    if found is None:
        return _comparison(figure, 0, (None,) * 4, _NO_SUCH_KPI)
    scale = _IN_BASE_UNITS.get(figure.unit, 1.0)
    numbers = (found.mean, found.half_width, found.p10, found.p90)
    scaled = tuple(None if number is None else number / scale for number in numbers)
    why_not = found.reason if found.mean is None else _TOO_FEW if found.n < PREDICTION_NEEDS else None
    return _comparison(figure, found.n, scaled, why_not)


def _comparison(
    figure: Published, n: int, numbers: tuple[float | None, ...], why_not: Label | None
) -> Comparison:
    mean, half_width, low, high = numbers
    known = why_not is None and low is not None and high is not None
    return Comparison(
        kpi=figure.kpi,
        labels=figure.labels,
        mark=figure.mark,
        published=figure.value,
        unit=figure.unit,
        source=figure.source,
        note=figure.note,
        n=n,
        mean=mean,
        half_width=half_width,
        p10=low,
        p90=high,
        inside=low <= figure.value <= high if known and low is not None and high is not None else None,
        reason=why_not,
    )
