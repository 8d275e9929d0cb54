"""The foot of every experiment's page: Time Release Study, published figures, numbers, STRESS-DES sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Protocol

from platform_api.drawing import draw
from platform_api.estimate import expected_entities
from platform_api.formats import published_scale
from platform_api.naming import published_name
from platform_api.rests import Rests
from platform_api.stress import Facts, Item, Kind, sheet
from platform_api.texts import Language, pick, text
from scenarios import library
from scenarios.resolved import Label, Parameter, Resolved, scenario_hash
from scenarios.units import format_duration

if TYPE_CHECKING:
    from platform_api.following import Ask
    from platform_api.report import ResultPage
    from platform_api.results import Result
    from platform_api.sides import Opened
    from scenarios.wanted import Outcome

STUDIED = 10
"""Replications of the base that are run for its Time Release Study."""

AFFORDABLE = 100_000
"""Entities of them, up to which it is worth the time of whoever waits for the page."""


@dataclass(frozen=True, slots=True)
class Studied:
    """The base run by itself, to the end of its window."""

    scenario: Resolved
    result: Result


@contextmanager
def studying(base: Opened, seed: int, wanted: bool) -> Iterator[Callable[[], Studied | None]]:
    """The study of the base, made while the experiment is: most of it is measuring, which one processor does.

    Who asks for it waits until it is there, and gets the errors of `study_of`; None where it is not wanted.
    """
    if not wanted:
        yield lambda: None
        return
    stopped = Event()
    with ThreadPoolExecutor(1, "study") as alone:
        future = alone.submit(study_of, base, seed, stopped.is_set)
        try:
            yield future.result
        finally:
            stopped.set()


def study_of(base: Opened, seed: int, cancel: Ask | None = None) -> Studied | None:
    """The base run by itself, as `cuakhau run` does; None where it would take long.

    Raises
    ------
    sim.run.Cancelled
        If `cancel` said so.
    """
    from platform_api.runner import run_scenario

    if STUDIED * expected_entities(base.resolved) > AFFORDABLE:
        return None
    window = base.resolved.clock.window
    alone = library.load_known(base.typed, base.overrides, base.texts).resolved
    if window is not None and window != alone.clock.window:  # the design has another one
        same = {"window": format_duration(window)}
        alone = library.load_known(base.typed, {**base.overrides, **same}, base.texts).resolved
    told = run_scenario(
        alone, seed=seed, replications=STUDIED, overrides=base.overrides, jobs=1, cancel=cancel
    )
    return Studied(alone, told)


class Base(Protocol):
    """The scenario that an experiment begins with, and how it was asked for."""

    @property
    def typed(self) -> str: ...
    @property
    def resolved(self) -> Resolved: ...


class Told(Protocol):
    """What every experiment's answer has; a plain frozen dataclass."""

    @property
    def seed(self) -> int: ...
    @property
    def engine(self) -> str: ...
    @property
    def replications(self) -> int: ...
    @property
    def level(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def package_version(self) -> str: ...
    @property
    def result_version(self) -> int: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...


def facts_of(
    kind: Kind,
    answer: Told,
    base: Base,
    outputs: Sequence[Outcome | Label],
    varied: Sequence[Label],
    how: Label,
) -> Facts:
    """The facts of an experiment, from its answer and its base."""
    return Facts(
        kind=kind,
        scenario=base.resolved,
        typed=base.typed,
        question=getattr(answer, "question", None),
        outputs=tuple(outputs),
        varied=tuple(varied),
        how=how,
        seed=answer.seed,
        engine=answer.engine,
        replications=answer.replications,
        level=answer.level,
        seconds=answer.seconds,
        package_version=answer.package_version,
        result_version=answer.result_version,
        scenario_hash=scenario_hash(base.resolved),
        parameters=answer.parameters,
    )


class Foot:
    """The foot in one language; the template `experiment_foot.html.j2` asks it for its parts."""

    def __init__(
        self, facts: Facts, language: Language, command: str, studied: Studied | None, tables: str
    ) -> None:
        self.facts, self.language, self.command, self.tables = facts, language, command, tables
        self.rests = Rests(facts.scenario, facts.parameters, language)
        self.base = None if studied is None else _base(studied, language, command)

    def say(self, key: str, **values: object) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language, **values)

    def stress(self, key: str) -> str:
        """A text about the sheet."""
        return text(f"stress.{key}", self.language)

    def sheet(self) -> list[Item]:
        """The STRESS-DES sheet."""
        return sheet(self.facts, self.language)

    def process(self) -> str:
        """The picture of the process."""
        return draw(self.facts.scenario, self.language, standalone=False)

    def published(self) -> Iterator[tuple[str, str, str, str]]:
        """(figure, value, kind of mark, mark) of what was published, where the base was not run by itself."""
        for of in self.facts.scenario.published:
            name = published_name(of.kpi, of.labels, self.facts.scenario, self.language)
            factor, scale = published_scale(of.unit, [of.value])
            mark = text(f"mark.{of.mark}", self.language)
            yield name, scale.full(of.value * factor, self.language), of.mark, mark

    def provenance(self) -> Iterator[tuple[str, str]]:
        """What is needed to get the same answer again."""
        of = self.facts
        yield self.say("prov.version"), f"cuakhau {of.package_version} · {of.result_version}"
        yield self.say("prov.engine"), of.engine
        yield self.say("prov.seed"), str(of.seed)
        yield self.say("prov.replications"), str(of.replications)
        yield of.typed, f"SHA-256 {of.scenario_hash}"
        for told in of.varied:
            yield "", pick(told, self.language)


def _base(studied: Studied, language: Language, command: str) -> ResultPage:
    from platform_api.report import ResultPage

    page = ResultPage(studied.result, studied.scenario, language, command)
    page.whom = text("report.trs.whom", language, count=studied.result.replications)
    return page
