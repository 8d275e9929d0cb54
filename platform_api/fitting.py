"""A log to a scenario, and the scenario held against the log: what `cuakhau fit` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from metrics.fitted.families import PROBABILITIES, Family, quantiles
from metrics.fitted.fit import Fitted, fit
from metrics.fitted.written import Written, write
from metrics.recorded.log import Recorded
from metrics.recorded.measures import FEWEST, Figure, Measured, measure
from metrics.recorded.read import ZONE, Read
from metrics.recorded.replayed import replayed
from metrics.statistics import summarise
from platform_api import plain_yaml
from platform_api.fit_answer import Fit, Held, Timed
from platform_api.log_reading import read_log
from scenarios.resolved import Resolved

SHOWN = ("completed", "dwell", "dwell_p95", "waiting", "busy", "visits")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. told : role → column · replications : that are held against the log; 0: none"""

    file: Path
    told: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    sheet: str | None = None
    zone: str = ZONE
    name: str | None = None
    replications: int = 5
    seed: int = 1


def make(asked: Asked, tell: Tell = lambda _: None) -> Fit:
    """Read, fit, write and hold against the log.

    Raises
    ------
    LogError
        If the file cannot be read as a log.
    """
    from scenarios import library

    tell("read")
    found = read_log(asked.file, asked.told, asked.sheet, asked.zone)
    fitted = fit(found.log, tell)
    written = write(fitted, asked.zone, asked.name)
    text = as_yaml(written, found)
    loaded = library.load_text(text)
    tell("hold")
    figures = _held(fitted, loaded.resolved, asked)
    return _answer(asked, found, fitted, written, text, loaded.resolved, figures)


def as_yaml(written: Written, found: Read) -> str:
    """The scenario as a file: what the log cannot tell stands on top."""
    log = found.log
    head = [
        f"Fitted by cuakhau fit to {log.name}: {log.cases} cases, {len(log.case)} visits, {log.rows} rows.",
        "Every range is a 95 % interval; its source says on how many observations it rests.",
        *(["What the log cannot tell (ask):"] if written.doubts else []),
        *(f"  - {doubt.vi} | {doubt.en}" for doubt in written.doubts),
    ]
    return "".join(f"# {line}\n" for line in head) + plain_yaml.as_yaml(written.scenario)


# ---- held against the log -------------------------------------------------------------------------------


def _held(fitted: Fitted, scenario: Resolved, asked: Asked) -> tuple[Held, ...]:
    """Each figure of the log beside the mean over replications of the fitted scenario."""
    from sim.run import run

    if not asked.replications:
        return ()
    window = fitted.window
    standing = frozenset(fitted.log.steps[s].key for s, each in fitted.steps.items() if not each.pools)
    recorded = measure(fitted.log, window.start, window.end, standing)
    runs = [
        measure(replayed(scenario, run(scenario, asked.seed, number).log), window.start, window.end, standing)
        for number in range(asked.replications)
    ]
    brackets = {fitted.log.steps[s].key for order in fitted.orders.values() for s in order.brackets}
    order = {kind: place for place, kind in enumerate(SHOWN)}
    return tuple(
        _one(fitted.log, figure, told, [found[figure].value if figure in found else 0.0 for found in runs])
        for figure, told in sorted(recorded.items(), key=lambda each: order[each[0].kind])
        if told.n >= FEWEST and figure.of.rpartition("/")[2] not in brackets
    )


def _one(log: Recorded, figure: Figure, told: Measured, values: list[float]) -> Held:
    summary = summarise(values)
    mean = float(np.mean(values))
    off = mean - told.value
    if figure.kind != "visits":
        off = off / told.value if told.value else 0.0
    return Held(
        figure.kind, figure.of, _label(log, figure), told.n, told.value, mean, summary.half_width, off
    )


def _label(log: Recorded, figure: Figure) -> str:
    """What people call what a figure is of."""
    flow, _, step = figure.of.rpartition("/")
    named = [*log.flows, *log.pools] if figure.kind != "visits" else log.steps
    found = next((each.label for each in named if each.key == step), step)
    several = len(log.flows) > 1
    return f"{next(f.label for f in log.flows if f.key == flow)} · {found}" if flow and several else found


def _answer(
    asked: Asked, found: Read, fitted: Fitted, written: Written, text: str, resolved: Resolved,
    figures: tuple[Held, ...],
) -> Fit:  # fmt: skip
    from importlib.metadata import version

    from scenarios.resolved import scenario_hash

    log = fitted.log
    columns = {} if found.columns is None else _told_columns(found)
    begin, end = (str(np.datetime64(t, "ms").astype("datetime64[m]")).replace("T", " ") for t in log.span)
    steps = written.scenario["steps"]
    return Fit(
        log=log.name,
        rows=log.rows,
        cases=log.cases,
        visits=len(log.case),
        begin=begin,
        end=end,
        columns=columns,
        findings=log.findings,
        doubts=written.doubts,
        steps=len(fitted.steps),
        choices=sum(1 for each in steps.values() if len(each.get("options", {})) > 1),
        pools=len(fitted.duties),
        figures=figures,
        replications=asked.replications,
        seed=asked.seed,
        scenario=text,
        scenario_hash=scenario_hash(resolved),
        package_version=version("cuakhau"),
        times=tuple(_times(fitted)),
        parameters=resolved.parameters,
    )


def _times(fitted: Fitted) -> Iterator[Timed]:
    """What was fitted of each step's times, beside what was observed."""
    for step, found in fitted.steps.items():
        attribute = fitted.log.attributes[found.attribute] if found.attribute is not None else None
        for value, family in found.time.items():
            told = attribute.values[value] if attribute is not None and value is not None else ""
            yield _timed(fitted.log.steps[step].label, told, found.whole, family)


def _timed(step: str, value: str, whole: bool, family: Family) -> Timed:
    mean, cv = family.mean, family.cv
    return Timed(
        step, value, whole, family.n, family.name,
        (mean.value / 1000, mean.low / 1000, mean.high / 1000),
        None if cv is None else (cv.value, cv.low, cv.high),
        family.distance, family.limit, tuple(PROBABILITIES[::2].tolist()),
        tuple(each / 1000 for each in family.observed[::2]),
        tuple((quantiles(family)[::2] / 1000).tolist()),
    )  # fmt: skip


def _told_columns(found: Read) -> dict[str, str]:
    """Role → column, of those that were found."""
    from dataclasses import asdict

    assert found.columns is not None
    told = asdict(found.columns)
    return {role: name if isinstance(name, str) else ", ".join(name) for role, name in told.items() if name}
