"""What an outage of each agency and platform would do, by the hour of the week at which it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.experiments import seed_of
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.formats import instant
from platform_api.hands import Hands, usual
from platform_api.journal import Journal
from platform_api.outage_answer import Cell, Figure, OutageMap
from platform_api.outage_trials import Outages
from platform_api.sides import Opened, opened_to_follow
from platform_api.work import Work
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.experiments import Design
from scenarios.outages import Target, targets
from scenarios.resolved import DAY, Label, Resolved, scenario_hash
from scenarios.units import format_duration
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from platform_api.trials import Trial

HOUR = 3_600_000
WEEK = 7 * DAY

REPLICATIONS = 10
LASTS = 2 * HOUR
"""Of an outage, unless said otherwise: an assumption."""

MOST_COLUMNS = 28
"""Outages of one target, unless said otherwise how often: every hour of a day, every six of a week."""

EVERY = tuple(hours * HOUR for hours in (1, 2, 3, 4, 6, 12, 24))

LEAST = HOUR // 6
"""Between the beginnings of two outages of one target, at the least [ms]."""

METRES = 20.0
METRES_RANGE = (15.0, 25.0)
"""Of road that a truck in a queue takes up, an assumption: the language states no length of vehicles."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be mapped.

    targets : `agency.x`, `platform.y`; without any all · every : hours between outages of one target [ms];
    None: so that the map can be read · lasts : of each outage [ms] · metres : of road for each that waits
    """

    scenario: str
    targets: tuple[str, ...] = ()
    overrides: Mapping[str, Any] | None = None
    every: int | None = None
    lasts: int = LASTS
    replications: int = REPLICATIONS
    seed: int | None = None
    engine: str = "compiled"
    level: float = 0.95
    window: int | None = None  # [ms]
    drain: int | None = None  # [ms]
    metres: float = METRES
    texts: Mapping[str, str] | None = None  # as of a design


# ---- preparing ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A map with its scenario opened and every choice made."""

    asked: Asked
    side: Opened
    outages: Outages

    @property
    def parts(self) -> int:
        """Rows of the map in all replications."""
        return self.asked.replications * len(self.outages.targets)

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this map: equal heads give equal parts."""
        of = self.outages
        return {
            "outage_map": 1,
            "result_version": RESULT_VERSION,
            "seed": of.seed,
            "engine": of.engine,
            "scenario": scenario_hash(of.scenario),
            "targets": [str(target) for target in of.targets],
            "starts": list(of.starts),
            "lasts": of.lasts,
        }


def prepare(asked: Asked, folder: Path | None = None) -> Prepared:
    """Open the scenario and settle what is left open; a folder that was begun lends its seed.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario, a target or the hours.
    """
    design = Design(
        "outages", asked.scenario, (), overrides=asked.overrides, window=asked.window, drain=asked.drain,
        seed=asked.seed, texts=asked.texts,
    )  # fmt: skip
    side = opened_to_follow(design)
    starts = tuple(_starts(side.resolved, asked.every))
    chosen = _chosen(side.resolved, asked.targets)
    seed = seed_of(design, folder)
    return Prepared(asked, side, Outages(side.resolved, seed, asked.engine, chosen, starts, asked.lasts))


def _chosen(scenario: Resolved, names: Sequence[str]) -> tuple[Target, ...]:
    known = {str(target): target for target in targets(scenario)}
    problems = [_no_target(name, list(known)).at("--target") for name in names if name not in known]
    if not known:
        problems = [_nothing_to_fail(scenario).at("agencies")]
    if problems:
        raise ScenarioError(problems)
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(known.values())


def _no_target(name: str, known: list[str]) -> Flaw:
    return Flaw(
        name,
        Label(
            vi=f"là '{name}', không phải cơ quan có nguồn lực hay nền tảng nào ở đây",
            en=f"is '{name}', which is neither an agency with resources nor a platform here",
        ),
        suggestion(name, known),
    )


def _nothing_to_fail(scenario: Resolved) -> Flaw:
    return Flaw(
        scenario.name,
        Label(
            vi="không có cơ quan nào có nguồn lực, cũng không có nền tảng nào: không có gì để ngừng",
            en="has no agency with resources and no platform: there is nothing to fail",
        ),
        Label(
            vi="hãy thêm 'agency: …' vào nguồn lực, hoặc thêm 'platforms:'",
            en="add 'agency: …' to resources, or add 'platforms:'",
        ),
    )


def _starts(scenario: Resolved, every: int | None) -> Iterator[int]:
    """When outages begin: at whole local hours of the first week of the window [ms]."""
    clock = scenario.clock
    span = min(WEEK, clock.at_most if clock.window is None else clock.window)
    step = every or next((each for each in EVERY if span <= MOST_COLUMNS * each), EVERY[-1])
    first = -(clock.start_utc + _offset(scenario, 0)) % step
    if DAY % step or step < LEAST or first >= span:
        raise ScenarioError([_no_step(step).at("--every")])
    yield from range(first, span, step)


def _no_step(step: int) -> Flaw:
    return Flaw(
        format_duration(step),
        Label(
            vi="không chia hết một ngày, ngắn hơn 10 phút hoặc dài hơn kỳ của kịch bản",
            en="does not divide a day, is under 10 min, or is longer than the window of the scenario",
        ),
        Label(vi="hãy nêu như --every 1h, 2h, 6h", en="ask for something like --every 1h, 2h, 6h"),
    )


def _offset(scenario: Resolved, time: int) -> int:
    """Of local time from UTC at an instant [ms]."""
    offsets = scenario.clock.offsets
    return next((offset for since, offset in reversed(offsets) if since <= time), offsets[0][1])


# ---- running ------------------------------------------------------------------------------------------


def run(
    mapping: Prepared,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> OutageMap:
    """Map the outages; arguments and errors are those of `experiments.compare`."""
    with Journal(folder, mapping.head) as journal:
        with blaming_the_scenario(), hands or usual(mapping.outages.engine, jobs) as many:
            work = Work(many, journal, mapping.parts, progress, cancel, len(mapping.outages.targets))
            work.up_to(mapping.outages, mapping.parts)
        return _assembled(mapping, journal.first(mapping.parts))


def _assembled(mapping: Prepared, trials: Sequence[Trial]) -> OutageMap:
    asked, of, scenario = mapping.asked, mapping.outages, mapping.side.resolved
    metres = asked.metres if counts_vehicles(scenario) else None
    return OutageMap(
        name=scenario.name,
        title=scenario.title,
        seed=of.seed,
        replications=asked.replications,
        engine=of.engine,
        level=asked.level,
        lasts_h=of.lasts / HOUR,
        metres=metres,
        metres_range=METRES_RANGE if metres == METRES else None,
        targets={str(target): target.label for target in of.targets},
        cells=tuple(_cells(mapping, trials, metres)),
        warnings=tuple(_warnings(mapping, trials)),
        overrides=dict(asked.overrides or {}),
        scenario_hash=scenario_hash(scenario),
        digests=tuple(trial.seen[0].digest for trial in trials[:: len(of.targets)]),
        window=scenario.clock.window,
        drained_until=scenario.clock.at_most,
        entities=sum(trial.entities for trial in trials),
        seconds=sum(trial.seconds for trial in trials),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=scenario.parameters,
    )


def counts_vehicles(scenario: Resolved) -> bool:
    """Whether entities are vehicles, loaded or empty: others stand on no road."""
    return scenario.count_unit is not None or any(flow.count_unit for flow in scenario.flows.values())


def _cells(mapping: Prepared, trials: Sequence[Trial], metres: float | None) -> Iterator[Cell]:
    of, level = mapping.outages, mapping.asked.level
    for row, target in enumerate(of.targets):
        mine = trials[row :: len(of.targets)]
        for column, start in enumerate(of.starts, 1):
            queue, recovery, lost = zip(*(trial.seen[column].values for trial in mine), strict=True)
            when = _local(mapping.side.resolved, start)
            yield Cell(
                target=str(target),
                start=when.isoformat(timespec="minutes"),
                weekday=when.weekday(),
                hour=when.hour + when.minute / 60,
                queue=_figure(queue, level),
                queue_km=None if metres is None else _figure([q * metres / 1000 for q in queue], level),
                recovery_h=_figure(recovery, level),
                lost_h=_figure(lost, level),
            )


def _figure(values: Sequence[float], level: float) -> Figure:
    from metrics.statistics import summarise

    of = summarise(values, level)
    return Figure(of.mean or 0.0, of.half_width, of.hall, of.p10, of.p90)


def _local(scenario: Resolved, time: int) -> datetime:
    moved = _offset(scenario, time) - _offset(scenario, 0)
    return instant(scenario.clock.start, time + moved)


def _warnings(mapping: Prepared, trials: Sequence[Trial]) -> Iterator[Label]:
    from platform_api.texts import both

    clock, of = mapping.side.resolved.clock, mapping.outages
    if clock.window is not None and of.starts[-1] + of.lasts + DAY > clock.window:
        yield both("outages.warn.ends")
    stuck = sum(bool(seen.deadlock) for trial in trials for seen in trial.seen[1:])
    if stuck:
        yield both("outages.warn.stuck", count=stuck)
    if mapping.asked.replications < 10:
        yield both("compare.warn.few", count=mapping.asked.replications)
