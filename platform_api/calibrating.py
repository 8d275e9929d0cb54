"""Unknowns of a scenario fitted to observed figures; what was held out is predicted, and the error told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.calibration import Calibrated, calibrate, points_needed, surface
from metrics.inputs import space_filling
from metrics.recorded import sheets
from metrics.recorded.findings import unreadable
from metrics.statistics import LEVEL, student_t
from platform_api.bulletins import Bulletins, Observed, read
from platform_api.calibrate_answer import Calibration, Checked, Known
from platform_api.field import predicted
from platform_api.remembering import remember, remembered
from platform_api.texts import both
from scenarios import library
from scenarios.dials import Dial, dials, turned
from scenarios.errors import suggestion
from scenarios.resolved import Label, Resolved, scenario_hash

if TYPE_CHECKING:
    from platform_api.results import Estimate, Result

MOST_UNKNOWNS = 6
CHECKS = 20
"""Replications that the calibrated scenario is held against the figures with."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. unknowns : paths of assumptions · hold_out : date from which all is predicted ·
    columns : role or figure → column of the table
    """

    scenario: str
    observed: Path
    unknowns: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    hold_out: str | None = None
    replications: int = 4
    seed: int = 1
    jobs: int | None = 1
    columns: Mapping[str, str] = field(default_factory=dict)


def run(asked: Asked, tell: Tell = lambda _, __: None) -> Calibration:
    """Simulate, fit, predict.

    Raises
    ------
    ScenarioError
        If the scenario, the unknowns or the observed figures cannot be used.
    """
    loaded = library.load(asked.scenario, asked.overrides)
    every = dials(loaded.resolved.parameters, [loaded.written])
    unknowns = _chosen(asked, every)
    bulletins = _read(asked)
    seen = list(bulletins.figures)
    fitted = [each for each in seen if asked.hold_out is None or (each.date or "") < asked.hold_out]
    if not fitted:
        raise unreadable(
            asked.observed.name,
            asked.hold_out or "",
            "không còn số liệu nào để khớp",
            "has no figure left to fit to",
            "hãy chọn --hold-out muộn hơn",
            "choose a later --hold-out",
        )
    places = space_filling(points_needed(len(unknowns)), len(unknowns), asked.seed)
    work = _Work(asked, unknowns, loaded.written, tell, len(places))
    found = work.fit(places, fitted)
    values = {d: _tidy(d, d.at(u.best)) for d, u in zip(unknowns, found.unknowns, strict=True)}
    best = turned(loaded.written, values)
    checked = tuple(work.checked(seen, values, {id(each) for each in fitted}))
    final = library.load(asked.scenario, _overrides(asked, best))
    return Calibration(
        title=loaded.resolved.title,
        typed=asked.scenario,
        unknowns=tuple(_known(d, u) for d, u in zip(unknowns, found.unknowns, strict=True)),
        figures=checked,
        warnings=(*bulletins.doubts, *_warnings(found, unknowns, fitted)),
        points=len(places),
        replications=asked.replications,
        seed=asked.seed,
        overrides=best,
        scenario_hash=scenario_hash(final.resolved),
        package_version=_version(),
        parameters=final.resolved.parameters,
    )


def _read(asked: Asked) -> Bulletins:
    """The observed figures; what was said of their columns is remembered."""
    known = {role: str(name) for role, name in remembered(sheets.opened(asked.observed).header).items()}
    bulletins = read(asked.observed, {**known, **asked.columns})
    if asked.columns:
        remember(bulletins.header, {**known, **asked.columns})
    return bulletins


def _version() -> str:
    from importlib.metadata import version

    return version("cuakhau")


def _chosen(asked: Asked, every: Sequence[Dial]) -> list[Dial]:
    known = {dial.path: dial for dial in every}
    for path in asked.unknowns:
        if path not in known:
            near = suggestion(path, list(known))
            raise unreadable(
                asked.scenario,
                path,
                "không phải giả định có khoảng giá trị",
                "is no assumption with a range",
                near.vi,
                near.en,
            )
    if not 1 <= len(asked.unknowns) <= MOST_UNKNOWNS:
        listed = ", ".join(list(known)[:6])
        raise unreadable(
            asked.scenario,
            len(asked.unknowns),
            f"cần từ 1 đến {MOST_UNKNOWNS} ẩn số",
            f"needs 1 to {MOST_UNKNOWNS} unknowns",
            f"hãy nêu bằng --unknown, ví dụ: {listed}",
            f"name them with --unknown, such as: {listed}",
        )
    return [known[path] for path in dict.fromkeys(asked.unknowns)]


def _overrides(
    asked: Asked, values: dict[str, str], date: str | None = None, start: str = ""
) -> dict[str, Any]:
    told: dict[str, Any] = dict(each.split("=", 1) for each in asked.overrides)
    told |= values
    return told | ({"start": f"{date} {start[11:16]}"} if date else {})


@dataclass(frozen=True, slots=True)
class _Work:
    """The simulating part."""

    asked: Asked
    unknowns: list[Dial]
    written: dict[str, Any]
    tell: Tell
    points: int

    def fit(self, places: np.ndarray, fitted: list[Observed]) -> Calibrated:
        """Simulate at all places, lay the surfaces, see what fits.

        Each place has replications of its own, so that the spread of single days rests on all of them.
        """
        means, spreads = (np.empty((len(places), len(fitted))) for _ in range(2))
        for row, place in enumerate(places):
            values = {d: d.at(float(u)) for d, u in zip(self.unknowns, place, strict=True)}
            results = self._results(values, fitted, self.asked.replications, self.asked.seed + 1 + row)
            for column, each in enumerate(fitted):
                estimate = _estimate(results[each.date], each, self.asked.observed)
                means[row, column], spreads[row, column] = estimate.mean or 0.0, _deviation(estimate)
            self.tell(row + 1, self.points)
        surfaces = [
            surface(places, means[:, k], spreads[:, k], self.asked.replications) for k in range(len(fitted))
        ]
        return calibrate(surfaces, [each.value for each in fitted], len(self.unknowns))

    def checked(self, seen: list[Observed], best: dict[Dial, float], fitted: set[int]) -> list[Checked]:
        """Every figure beside the calibrated model, by other replications than it was fitted with."""
        after = self._results(best, seen, CHECKS, self.asked.seed)
        before = self._results({}, seen, self.asked.replications, self.asked.seed)
        return [self._one(each, before, after, id(each) in fitted) for each in seen]

    def _one(
        self, each: Observed, before: dict[str | None, Result], after: dict[str | None, Result], fitted: bool
    ) -> Checked:
        now = _estimate(after[each.date], each, self.asked.observed)
        was = _estimate(before[each.date], each, self.asked.observed)
        low, high = predicted(now)  # type: ignore[arg-type]  # as far as it is asked, an estimate is a figure
        inside = None if low is None or high is None else low <= each.value <= high
        return Checked(
            each.figure,
            each.kpi,
            dict(each.labels),
            now.unit,
            each.date or "",
            "fitted" if fitted else "predicted",
            each.value,
            was.mean,
            now.mean,
            low,
            high,
            inside,
        )

    def _results(
        self, values: dict[Dial, float], figures: list[Observed], replications: int, seed: int
    ) -> dict[str | None, Result]:
        """One result for each date on which something was observed."""
        from platform_api.runner import run_scenario

        found = {}
        for date in dict.fromkeys(each.date for each in figures):
            scenario = self._load(turned(self.written, values), date)
            found[date] = run_scenario(scenario, seed=seed, replications=replications, jobs=self.asked.jobs)
        return found

    def _load(self, values: dict[str, str], date: str | None) -> Resolved:
        start = str(self.written.get("start", ""))
        return library.load(self.asked.scenario, _overrides(self.asked, values, date, start)).resolved


def _estimate(result: Result, each: Observed, file: Path) -> Estimate:
    for estimate in result.kpis:
        if estimate.name == each.kpi and estimate.labels == dict(each.labels):
            return estimate
    same = [e for e in result.kpis if e.name == each.kpi]
    known = [" ".join([e.name, *(f"{k}={v}" for k, v in e.labels.items())]) for e in same or result.kpis]
    near = suggestion(each.figure, known)
    raise unreadable(
        file.name, each.figure, "không phải chỉ tiêu của kịch bản này", "is no figure of this scenario",
        near.vi, near.en, each.line,
    )  # fmt: skip


def _deviation(estimate: Estimate) -> float:
    """The standard deviation of single replications, from the interval of their mean."""
    if estimate.half_width is None or estimate.n < 2:
        return 0.0
    return estimate.half_width * math.sqrt(estimate.n) / student_t((1 + LEVEL) / 2, estimate.n - 1)


def _known(dial: Dial, told: Any) -> Known:
    low, best, high = (dial.told(_tidy(dial, dial.at(u))) for u in (told.low, told.best, told.high))
    ends = dial.told(dial.low), dial.told(dial.high)
    return Known(dial.path, dial.owner, dial.written, ends, best, low, high, told.tells_little)


def _tidy(dial: Dial, value: float) -> float:
    """A value to three digits that mean something, within the range."""
    if value == 0 or dial.is_whole:
        return value
    digits = 2 - math.floor(math.log10(abs(value)))
    return min(max(round(value, digits), dial.low), dial.high)


def _warnings(found: Calibrated, unknowns: list[Dial], fitted: list[Observed]) -> list[Label]:
    told = [
        both("calibrate.little", path=d.path)
        for d, u in zip(unknowns, found.unknowns, strict=True)
        if u.tells_little
    ]
    told += [both("calibrate.tied", first=unknowns[i].path, second=unknowns[j].path) for i, j in found.tied]
    told += [both("calibrate.poor", figure=fitted[k].figure) for k in found.poor]
    if len(fitted) < len(unknowns):
        told.append(both("calibrate.few", figures=len(fitted), unknowns=len(unknowns)))
    return told
