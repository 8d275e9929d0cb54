"""The kinds of experiments: how each is read from an order, prepared, run, and told in tables and as a page.

One place for what somebody who is handed "an experiment" needs to know. The modules of a kind are imported
when they are asked for: some take a second to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from platform_api.following import Ask, Follow
from platform_api.texts import Language
from scenarios.errors import Flaw, Problem, ScenarioError
from scenarios.resolved import Label, Resolved

if TYPE_CHECKING:
    from platform_api.answer import Answer, Table
    from platform_api.sides import Opened
    from scenarios.questions import WrittenQuestion

Name = Literal["compare", "sweep", "optimise", "resilience", "why", "forecast"]

Texts = Mapping[str, str]
"""Scenarios by their names, beside those of the library."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An experiment with its scenarios opened and every choice made; `made` is what its own module made.

    replications : or at the most · base : None of a forecast, which makes its own scenario
    """

    made: Any
    scenarios: tuple[Resolved, ...]
    warnings: tuple[Problem, ...]
    replications: int
    base: Opened | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    read : from a text, and the scenarios that it may name · module : has `prepare` and `run` · see : what
    that made, as everybody sees it · answer : module and class · report : has `render` · table : name of
    the main one
    """

    read: Callable[[str, Texts], Any]
    module: str
    see: Callable[[Any], Prepared]
    answer: str
    report: str
    table: str

    def prepare(self, asked: Any) -> Prepared:
        """Open the scenarios and settle what is left open.

        Raises
        ------
        ScenarioError
            With what is wrong with them, or with what is asked of them.
        """
        return self.see(_part(self.module, "prepare")(asked))

    def run(
        self, prepared: Prepared, jobs: int, folder: Path | None, progress: Follow | None, cancel: Ask | None
    ) -> Answer:
        """Run it; arguments and errors are those of `experiments.compare`."""
        answer: Answer = _part(self.module, "run")(
            prepared.made, jobs=jobs, folder=folder, progress=progress, cancel=cancel
        )
        return answer

    def answer_class(self) -> type[Answer]:
        """What `run` gives, and what reads it back."""
        found: type[Answer] = _part(*self.answer.split(":"))
        return found

    def tables(self, answer: Any) -> dict[str, Table]:
        """The main table first."""
        stories = {"stories": answer.stories_table()} if hasattr(answer, "stories_table") else {}
        return {self.table: answer.table()} | stories

    def pages(
        self, answer: Any, prepared: Prepared, command: str, languages: Iterable[Language]
    ) -> dict[Language, str]:
        """The page opened in each language; the base is run by itself for it where that is affordable."""
        render = _part(self.report, "render")
        from platform_api.foot import study_of

        studied = None if prepared.base is None else study_of(prepared.base, answer.seed)
        return {language: render(answer, prepared.made, command, language, studied) for language in languages}


def _part(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


# ---- of a design --------------------------------------------------------------------------------------


def _design(kind: Name) -> Callable[[str, Texts], Any]:
    def read(text: str, texts: Texts) -> Any:
        from scenarios.experiments import read_design

        design = read_design(text)
        found = "sweep" if design.factors else "compare" if design.wanted is None else "optimise"
        if found != kind:
            raise ScenarioError([_another(kind, found).at("kind")])
        return replace(design, texts=texts)

    return read


def _another(kind: str, found: str) -> Flaw:
    said = Label(vi=f"là '{kind}', nội dung là '{found}'", en=f"is '{kind}', what is asked is '{found}'")
    return Flaw(kind, said, Label(vi=f"hãy viết kind: {found}", en=f"write kind: {found}"))


def _see_comparison(made: Any) -> Prepared:
    warnings = dict.fromkeys(warning for side in made.sides for warning in side.warnings)
    scenarios = tuple(side.resolved for side in made.sides)
    return Prepared(made, scenarios, tuple(warnings), made.replications, made.sides[0])


def _see_sweep(made: Any) -> Prepared:
    return _see(made, made.places.replications)


def _see_optimisation(made: Any) -> Prepared:
    return _see(made, max(made.first, made.wanted.objective.at_most))


# ---- of a question ------------------------------------------------------------------------------------

_ALWAYS = ("overrides", "replications", "seed", "engine", "level")


def _said(written: WrittenQuestion, *names: str) -> dict[str, Any]:
    """What was written in some fields; what was left out is the module's to choose."""
    said = {name: getattr(written, name) for name in (*_ALWAYS, *names)}
    return {name: value for name, value in said.items() if value is not None}


def _read_resilience(text: str, texts: Texts) -> Any:
    from platform_api.outage_map import Asked
    from scenarios.questions import WrittenOutages, read_question

    written = read_question(text, WrittenOutages)
    said = _said(written, "targets", "every", "lasts", "metres", "window", "drain")
    return Asked(written.base, texts=texts, **said)


def _read_why(text: str, texts: Texts) -> Any:
    from platform_api.why import Asked
    from scenarios.questions import WrittenWhy, read_question

    written = read_question(text, WrittenWhy)
    return Asked(written.base, texts=texts, **_said(written, "trucks", "ranges", "window", "drain"))


def _read_forecast(text: str, texts: Texts) -> Any:
    from platform_api.forecast import Asked
    from scenarios.experiments import Variant
    from scenarios.questions import WrittenForecast, read_question
    from scenarios.situation import plain

    written = read_question(text, WrittenForecast)
    actions = tuple(
        Variant(name, of.label.label() if of.label else Label(name, name), None, of.overrides)
        for name, of in written.actions.items()
    )
    limit = None if written.limit is None else str(written.limit)
    said = _said(written, "horizon", "of")
    return Asked(written.base, plain(written.situation), actions, limit=limit, texts=texts, **said)


def _see(made: Any, replications: int | None = None) -> Prepared:
    many = made.asked.replications if replications is None else replications
    return Prepared(made, (made.side.resolved,), made.side.warnings, many, made.side)


def _see_forecast(made: Any) -> Prepared:
    return Prepared(made, made.futures.variants, made.warnings, made.asked.replications, None)


KINDS: dict[str, Kind] = {
    "compare": Kind(
        _design("compare"), "platform_api.experiments", _see_comparison, "platform_api.comparing:Comparison",
        "platform_api.compare_report", "differences",
    ),
    "sweep": Kind(
        _design("sweep"), "platform_api.sweeping", _see_sweep, "platform_api.sweep_answer:Sweep",
        "platform_api.sweep_report", "sweep",
    ),
    "optimise": Kind(
        _design("optimise"), "platform_api.optimising", _see_optimisation,
        "platform_api.optimise_answer:Optimum", "platform_api.optimise_report", "combinations",
    ),
    "resilience": Kind(
        _read_resilience, "platform_api.outage_map", _see, "platform_api.outage_answer:OutageMap",
        "platform_api.outage_report", "outages",
    ),
    "why": Kind(
        _read_why, "platform_api.why", _see, "platform_api.why_answer:Why", "platform_api.why_report", "why",
    ),
    "forecast": Kind(
        _read_forecast, "platform_api.forecast", _see_forecast, "platform_api.forecast_answer:Forecast",
        "platform_api.forecast_report", "forecast",
    ),
}  # fmt: skip
"""By the word that an order says."""
