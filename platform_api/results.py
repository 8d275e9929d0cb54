"""The answer of a run: figures with their intervals, where they come from, and the folder that keeps them."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from metrics.declare import Value
from platform_api.files import new_folder
from scenarios.errors import Problem
from scenarios.resolved import RESOLVED_VERSION, Label, Parameter, Published, Resolved, Source, scenario_hash
from sim.run import RESULT_VERSION, Run

if TYPE_CHECKING:
    from metrics.kpis import Result as KpiResult
    from metrics.series import Band, Series
    from metrics.statistics import Floats
    from metrics.trs import Row

PREDICTION_NEEDS = 9
"""Replications from which P10–P90 is a range of 80 % for one new day, whatever the distribution."""

RESULT, SCENARIO = "result.json", "scenario.json"


@dataclass(frozen=True, slots=True)
class Timing:
    """What all replications took together [s of their own clocks], and how much they did."""

    setup_s: float
    engine_s: float
    entities: int
    visits: int
    events: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A KPI over the replications. `n`: replications with a value; `observed`: entities (visits …) in all."""

    name: str
    unit: str
    labels: dict[str, str]
    n: int
    mean: float | None
    half_width: float | None  # of Student's interval for the mean
    level: float
    p10: float | None  # day-to-day spread
    p90: float | None
    observed: int
    reason: Label | None = None  # why something is not given


@dataclass(frozen=True, slots=True)
class Interval:
    """A row of the Time Release Study table: from one milestone to another in one stratum; times [s].

    n : entities over all replications · statistics : mean, sd, p5, p25, p50, p75, p90, p95, max of an average
    day · half_width : of the mean · share_waiting : time waited over time waited and served
    """

    begin: str
    end: str
    labels: dict[str, str]
    n: int
    replications: int  # with any entity
    statistics: dict[str, float | None]
    half_width: float | None
    share_waiting: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a chart over replications, with where eight days of ten lie at each instant.

    times : [ms] on the scenario's axis; of `utilisation`: hours of the day [ms after midnight]
    """

    name: str
    unit: str
    labels: dict[str, str]
    times: tuple[int, ...]
    mean: tuple[float | None, ...]
    p10: tuple[float | None, ...]
    p90: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure beside the simulated one. Only a `predicted` figure is a check of the model."""

    kpi: str
    labels: dict[str, str]
    mark: Literal["given", "fitted", "predicted"]
    published: float
    unit: str
    source: str
    note: Label | None
    n: int
    mean: float | None  # in the unit of the published figure, as are the next three
    half_width: float | None
    p10: float | None
    p90: float | None
    inside: bool | None  # the published figure lies in P10–P90
    reason: Label | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A replication that ended in deadlock."""

    replication: int  # from 1
    entities: tuple[str, ...]
    cycle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that is needed to get the same answer again, and the source of every number that went in."""

    result_version: int
    package_version: str
    schema_version: int
    engine: str
    seed: int
    replications: int
    scenario_hash: str
    overrides: dict[str, Any]
    until: int | None  # [ms] where the run was cut short on demand
    python: str
    numpy: str
    parameters: tuple[Parameter, ...]
    sources: dict[str, Source]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a run: what `to_json` prints."""

    scenario: str
    seed: int
    replications: int
    engine: str
    digest: tuple[str, ...]  # one per replication
    timing: Timing
    provenance: Provenance
    kpis: tuple[Estimate, ...]
    trs: tuple[Interval, ...]
    series: tuple[Curve, ...]
    published: tuple[Comparison, ...]
    deadlock: tuple[Stuck, ...]
    warnings: tuple[Problem, ...]

    def document(self) -> dict[str, Any]:
        """The answer as plain data."""
        from pydantic import TypeAdapter

        data: dict[str, Any] = TypeAdapter(Result).dump_python(self, mode="json")
        return data

    def to_json(self, indent: int | None = None) -> str:
        """The answer as one JSON document."""
        return json.dumps(self.document(), ensure_ascii=False, allow_nan=False, indent=indent)

    def kpi(self, name: str, **labels: str) -> Estimate:
        """The estimate of one KPI with exactly these labels.

        Raises
        ------
        KeyError
            If there is none.
        """
        for estimate in self.kpis:
            if estimate.name == name and estimate.labels == labels:
                return estimate
        raise KeyError(f"{name} with labels {labels}")


def from_json(text: str | bytes) -> Result:
    """Read an answer back.

    Raises
    ------
    pydantic.ValidationError
        If the text is not a result.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(Result).validate_json(text)


# ---- from replications to the answer ------------------------------------------------------------------


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


def measure(run: Run) -> Replicate:
    """The figures of one replication."""
    from metrics import curves, kpis, trs
    from metrics.replication import Replication

    seen = Replication(run.scenario, run.log)
    timing = run.timing
    return Replicate(
        replication=run.replication,
        digest=run.digest,
        timing=Timing(timing.setup_s, timing.engine_s, timing.entities, timing.visits, timing.events),
        deadlock=_stuck(run),
        values=tuple(kpis.measure(seen)),
        trs=tuple(trs.rows({run.replication: trs.measure(seen)})),
        lines=tuple(curves.measure(seen)),
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
    """The Time Release Study of an average day: each statistic in each replication, then averaged."""
    grouped: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Row]] = {}
    for each in replicates:
        for row in each.trs:
            grouped.setdefault((row.begin, row.end, tuple(row.labels.items())), []).append(row)
    return tuple(_interval(rows) for rows in grouped.values())


def _interval(rows: Sequence[Row]) -> Interval:
    from metrics.statistics import summarise

    first = rows[0]
    over = {name: summarise([row.statistics[name] for row in rows]) for name in first.statistics}
    return Interval(
        begin=first.begin,
        end=first.end,
        labels=first.labels,
        n=sum(row.n for row in rows),
        replications=sum(row.n > 0 for row in rows),
        statistics={name: summary.mean for name, summary in over.items()},
        half_width=over["mean"].half_width,
        share_waiting=summarise([row.share_waiting for row in rows]).mean,
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


def _compare(figure: Published, kpis: Iterable[Estimate]) -> Comparison:
    found = next((k for k in kpis if k.name == figure.kpi and k.labels == figure.labels), None)
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


# ---- on disk ------------------------------------------------------------------------------------------


class NotAResult(Exception):
    """A folder that must not be replaced, or that holds no result."""

    def __init__(self, folder: Path, message: Label, remedy: Label) -> None:
        super().__init__(f"{folder} {message.en}; {remedy.en}")
        self.folder, self.message, self.remedy = folder, message, remedy


def require_free(folder: Path) -> None:
    """Refuse a place that holds something other than an earlier result.

    Raises
    ------
    NotAResult
        If there is a file, or a folder with anything else in it.
    """
    if not folder.exists() or (folder.is_dir() and (is_result(folder) or not any(folder.iterdir()))):
        return
    raise NotAResult(
        folder,
        Label(vi="đã có và không phải kết quả của cuakhau", en="exists and is not a result of cuakhau"),
        Label(
            vi="hãy chọn một thư mục khác, hoặc thư mục trống", en="choose another folder, or an empty one"
        ),
    )


def is_result(folder: Path) -> bool:
    """Whether a folder holds a result."""
    return (folder / RESULT).is_file() and (folder / SCENARIO).is_file()


def save(result: Result, scenario: Resolved, folder: Path) -> None:
    """Keep a result without records in a folder: there as a whole, or not at all.

    Raises
    ------
    NotAResult
        If the folder holds something other than a result.
    """
    require_free(folder)
    with new_folder(folder) as fresh:
        write_result(result, scenario, fresh)


def write_result(result: Result, scenario: Resolved, folder: Path) -> None:
    """Write `result.json` and `scenario.json` (the resolved form) into a folder that is being made."""
    from scenarios.resolved import to_json

    (folder / RESULT).write_text(result.to_json(indent=1) + "\n", encoding="utf-8")
    (folder / SCENARIO).write_text(to_json(scenario) + "\n", encoding="utf-8")


def load(folder: Path) -> tuple[Result, Resolved]:
    """A kept result with the resolved scenario it answers.

    Raises
    ------
    NotAResult
        If the folder holds no result, or one that cannot be read.
    """
    from pydantic import ValidationError

    from scenarios.resolved import from_json as read_scenario

    try:
        result = from_json((folder / RESULT).read_bytes())
        return result, read_scenario((folder / SCENARIO).read_bytes())
    except (OSError, ValidationError):
        raise NotAResult(
            folder,
            Label(vi="không chứa kết quả đọc được", en="holds no result that can be read"),
            Label(
                vi="hãy tạo bằng: cuakhau run TÊN --out THƯ_MỤC",
                en="make one with: cuakhau run NAME --out DIR",
            ),
        ) from None
