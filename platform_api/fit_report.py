"""The report of a fit: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.distribution import distribution
from platform_api.drawing import draw
from platform_api.fit_answer import Fit, Timed
from platform_api.fit_reading import Reading
from platform_api.page import Page, shown
from platform_api.rests import Rests
from platform_api.texts import LANGUAGES, Language
from scenarios import library
from scenarios.resolved import Resolved


def render(answer: Fit, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the fit."""
    scenario = library.load_text(answer.scenario).resolved
    pages = [FitPage(answer, scenario, command, each) for each in LANGUAGES]
    return shown("fit.html.j2", pages, language)


class FitPage(Page[Reading]):
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Fit, scenario: Resolved, command: str, language: Language) -> None:
        super().__init__(Reading(answer, language), language)
        self.answer, self.scenario, self.command = answer, scenario, command
        self.rests = Rests(scenario, scenario.parameters, language)

    def plots(self) -> Iterator[tuple[str, str, str]]:
        """(what, how well, chart) of each time that was fitted, the worst first."""
        for of in sorted(self.answer.times, key=lambda each: -each.distance / each.limit):
            if of.family != "constant":
                name = self.reading.time_name(of)
                yield name, self.reading.time_told(of), self._chart(of, name)

    def _chart(self, of: Timed, name: str) -> str:
        return distribution(of.observed, of.fitted, of.shares, self.language, name)

    def process(self) -> str:
        """The picture of the process that was found."""
        return draw(self.scenario, self.language, standalone=False)

    def provenance(self) -> list[tuple[str, str]]:
        """What it takes to do it again."""
        of = self.answer
        told = {"log": of.log, "scenario": of.scenario_hash[:16], "seed": str(of.seed)}
        return [
            *((self.say(f"report.{name}"), value) for name, value in told.items()),
            ("cuakhau", of.package_version),
        ]
