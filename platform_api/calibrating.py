"""Unknowns of a scenario fitted to observed figures; what was held out is predicted, and the error told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.calibration import DRAWS, Calibrated, Surface, calibrate, points_needed, relation, surface
from metrics.inputs import space_filling
from metrics.recorded import sheets
from metrics.recorded.findings import unreadable
from metrics.statistics import student_t
from platform_api.bulletins import Bulletins, Observed, read
from platform_api.calibrate_answer import Calibration, Checked, Known
from platform_api.field import LEVEL
from platform_api.remembering import remember, remembered
from platform_api.texts import both
from scenarios import library
from scenarios.dials import Dial, dials, turned
from scenarios.errors import suggestion
from scenarios.resolved import Label, Resolved, scenario_hash

if TYPE_CHECKING:
    from platform_api.results import Estimate, Result

MOST_UNKNOWNS = 6

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
    checked = tuple(work.checked(seen, found, {id(each) for each in fitted}))
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
    units: dict[str, str] = field(default_factory=dict)

    def fit(self, places: np.ndarray, fitted: list[Observed]) -> Calibrated:
        """Simulate at all places, lay the surfaces, see what fits.

        Each place has replications of its own, so that the spread of single days rests on all of them.
        """
        found = np.empty((len(places), self.asked.replications, len(fitted)))
        for row, place in enumerate(places):
            found[row] = self._days(
                [place] * self.asked.replications, fitted, 1 + row * self.asked.replications
            )
            self.tell(row + 1, self.points)
        surfaces = [self._surface(places, found[:, :, k], each) for k, each in enumerate(fitted)]
        related = relation(found, [each.date for each in fitted])
        return calibrate(surfaces, [each.value for each in fitted], len(self.unknowns), related)

    def _surface(self, places: np.ndarray, values: np.ndarray, each: Observed) -> Surface:
        try:
            return surface(places, values)
        except ValueError:
            there = int(np.isfinite(values).any(axis=1).sum())
            raise unreadable(
                self.asked.observed.name, each.figure,
                f"mô hình chỉ có chỉ tiêu này ở {there} trong {len(places)} điểm: không khớp được",
                f"the model has this figure at {there} of {len(places)} places only, too few to fit it",
                "hãy bỏ dòng này, hoặc thu hẹp khoảng của ẩn số", "leave it out, or narrow the ranges",
                each.line,
            ) from None  # fmt: skip

    def checked(self, seen: list[Observed], found: Calibrated, fitted: set[int]) -> list[Checked]:
        """Every figure beside the calibrated model, by other replications than it was fitted with.

        Each replication has unknowns of its own, drawn as likely as they are: what is not known of them is
        part of the interval.
        """
        after = self._days(list(found.likely), seen, -len(found.likely))
        before = self._days([None] * self.asked.replications, seen, -2 * DRAWS)
        return [self._one(each, before[:, k], after[:, k], id(each) in fitted) for k, each in enumerate(seen)]

    def _one(self, each: Observed, before: np.ndarray, after: np.ndarray, fitted: bool) -> Checked:
        mean, low, high = _predicted(after)
        inside = None if low is None or high is None else low <= each.value <= high
        return Checked(
            each.figure,
            each.kpi,
            dict(each.labels),
            self.units[each.figure],
            each.date or "",
            "fitted" if fitted else "predicted",
            each.value,
            _predicted(before)[0],
            mean,
            low,
            high,
            inside,
        )

    def _days(self, places: Sequence[np.ndarray | None], figures: list[Observed], first: int) -> np.ndarray:
        """A replication at each place (None: as the scenario stands), a figure a column; NaN where it has
        none. first : added to the seed for the first
        """
        from platform_api.runner import run_scenario

        found = np.full((len(places), len(figures)), np.nan)
        loaded: dict[tuple[bytes, str | None], Resolved] = {}
        for row, place in enumerate(places):
            for date in dict.fromkeys(each.date for each in figures):
                key = (b"" if place is None else place.tobytes(), date)
                if key not in loaded:
                    loaded[key] = self._load(turned(self.written, self._values(place)), date)
                seed = (self.asked.seed + first + row) % (1 << 64)
                result = run_scenario(loaded[key], seed=seed, replications=1, jobs=self.asked.jobs)
                for column, each in enumerate(figures):
                    if each.date == date:
                        estimate = _estimate(result, each, self.asked.observed)
                        self.units[each.figure] = estimate.unit
                        found[row, column] = np.nan if estimate.mean is None else estimate.mean
        return found

    def _values(self, place: np.ndarray | None) -> dict[Dial, float]:
        if place is None:
            return {}
        return {d: d.at(float(u)) for d, u in zip(self.unknowns, place, strict=True)}

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


def _predicted(days: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """The mean of some days, and where nine of ten more would lie: mean ± t·s·√(1 + 1/n)."""
    days = days[np.isfinite(days)]
    n = len(days)
    if n < 2:
        return (float(days[0]) if n else None), None, None
    reach = student_t((1 + LEVEL) / 2, n - 1) * float(days.std(ddof=1)) * math.sqrt(1 + 1 / n)
    mean = float(days.mean())
    return mean, mean - reach, mean + reach


def _known(dial: Dial, told: Any) -> Known:
    low, best, high = (dial.told(_tidy(dial, dial.at(u))) for u in (told.low, told.best, told.high))
    ends = dial.told(dial.low), dial.told(dial.high)
    return Known(dial.path, dial.owner, dial.written, ends, best, low, high, told.tells_little)


def _place(dial: Dial, place: float) -> str:
    return dial.told(_tidy(dial, dial.at(place)))


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
    told += [
        both(
            "calibrate.apart",
            path=unknowns[of.unknown].path,
            one=_place(unknowns[of.unknown], of.one),
            other=_place(unknowns[of.unknown], of.other),
        )
        for of in found.apart
    ]
    told += [both("calibrate.tied", first=unknowns[i].path, second=unknowns[j].path) for i, j in found.tied]
    told += [both("calibrate.poor", figure=fitted[k].figure) for k in found.poor]
    if len(fitted) < len(unknowns):
        told.append(both("calibrate.few", figures=len(fitted), unknowns=len(unknowns)))
    return told
