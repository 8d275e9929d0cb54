"""What is said of a scenario before it is simulated: the analytic estimate with its band, as an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from platform_api.answer import Answer
from platform_api.formats import scale_for
from platform_api.naming import kpi_name, labels_told
from platform_api.texts import Language, both, pick, text
from scenarios.resolved import Label, Resolved, scenario_hash

if TYPE_CHECKING:
    from metrics.analytic_band import Banded

HEADLINE = ("throughput", "dwell_mean", "closing_backlog")
"""What the one line tells that stands before a simulation."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One figure, as its indicator is called; no value where it is withheld.

    low, high : where the simulated mean is expected, with the probability `level` of the answer
    """

    name: str
    unit: str
    labels: dict[str, str]
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the estimate leaves out, or because of which there is none."""

    what: str
    where: str
    told: Label


@dataclass(frozen=True, slots=True)
class Beforehand(Answer):
    """What `cuakhau estimate --json` prints.

    kind : plain: all of the scenario is in it; rough: nearly all; none: too little to say anything ·
    load : work of the busiest pool ÷ what it can do; None without an estimate
    """

    scenario: str
    scenario_hash: str
    kind: Literal["plain", "rough", "none"]
    level: float
    load: float | None
    figures: tuple[Guess, ...]
    missing: tuple[Missing, ...]
    package_version: str

    @property
    def refused(self) -> tuple[Missing, ...]:
        """Because of what there is no estimate."""
        from metrics.analytic_scope import REFUSED

        return tuple(each for each in self.missing if each.what in REFUSED)

    def figure(self, name: str, **labels: str) -> Guess:
        """The figure of one name and exactly these labels.

        Raises
        ------
        KeyError
            If there is none.
        """
        for each in self.figures:
            if (each.name, each.labels) == (name, labels):
                return each
        raise KeyError(f"{name} with labels {labels}")


def beforehand(scenario: Resolved) -> Beforehand:
    """The main figures of a scenario, without a simulation."""
    from metrics.analytic import estimate
    from metrics.analytic_band import LEVEL, banded

    told = estimate(scenario)
    return Beforehand(
        scenario=scenario.name,
        scenario_hash=scenario_hash(scenario),
        kind=told.kind,
        level=LEVEL,
        load=None if told.kind == "none" else told.load,
        figures=tuple(map(_guess, banded(told))),
        missing=tuple(
            Missing(e.what, e.where, both(f"unknown.{e.what}", where=e.where)) for e in told.without
        ),
        package_version=version("cuakhau"),
    )


def _guess(of: Banded) -> Guess:
    from metrics.outcomes import unit_of

    figure = of.figure
    return Guess(figure.name, unit_of(figure.name), dict(figure.labels), figure.value, of.low, of.high)


# ---- in words -----------------------------------------------------------------------------------------


def one_line(told: Beforehand, language: Language) -> str:
    """The headline in one line, or why there is none."""
    if told.kind == "none":
        why = "; ".join(pick(each.told, language) for each in told.refused)
        return text("beforehand.none", language, why=why)
    figures = [each for each in told.figures if each.name in HEADLINE and each.value is not None]
    if not figures:
        return text("beforehand.wide", language)
    parts = (f"{kpi_name(each.name, language)} {spoken(each, language)}" for each in figures)
    return text("beforehand.line", language, figures=" · ".join(parts))


def spoken(of: Guess, language: Language) -> str:
    """`9,1 giờ (7,5 – 11,0)`; a dash where it is withheld."""
    if of.value is None or of.low is None or of.high is None:
        return "–"
    scale = scale_for(of.unit, [of.value, of.high])
    low, high = scale.number(of.low, language), scale.number(of.high, language)
    return f"{scale.full(of.value, language)} ({low} – {high})"


def rows(told: Beforehand, scenario: Resolved, language: Language) -> Iterator[tuple[str, str]]:
    """What each figure is called, and what is said of it."""
    for each in told.figures:
        of = labels_told(each.labels, scenario, language)
        yield kpi_name(each.name, language) + (f" · {of}" if of else ""), spoken(each, language)
