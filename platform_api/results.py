"""The answer of a run: figures with their intervals, where they come from, and the folder that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from platform_api.answer import Answer
from platform_api.files import new_folder
from scenarios.errors import Problem
from scenarios.resolved import Label, Parameter, Resolved, Source

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
class Expectation:
    """A band that the scenario states, and the simulated mean; to be outside is a surprise, not an error."""

    kpi: str
    labels: dict[str, str]
    low: float
    high: float
    unit: str
    reason: Label  # why this is expected
    n: int
    mean: float | None  # in the unit of the band
    inside: bool | None
    missing: Label | None = None  # why there is no mean


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
    typed: str = ""  # how the scenario was named on the command line


@dataclass(frozen=True, slots=True)
class Result(Answer):
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
    expected: tuple[Expectation, ...] = ()

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
        result = Result.from_json((folder / RESULT).read_bytes())
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
