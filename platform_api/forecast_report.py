"""The report of a forecast: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.fan import fan_chart
from platform_api.forecast_answer import Forecast
from platform_api.forecast_reading import Reading
from platform_api.page import page_of
from platform_api.pedigree import ASSUMPTION
from platform_api.texts import LANGUAGES, Language, text
from scenarios.resolved import Parameter


def render(answer: Forecast, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the forecast."""
    pages = [_Page(answer, each, command) for each in LANGUAGES]
    title = pages[LANGUAGES.index(language)].reading.title
    return page_of("forecast.html.j2", pages, title, language)


class _Page:
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Forecast, language: Language, command: str) -> None:
        self.answer, self.language, self.command = answer, language, command
        self.reading = Reading(answer, language)

    def say(self, key: str, **values: object) -> str:
        """A text of forecasts."""
        return self.reading.say(key, **values)

    def report(self, key: str) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language)

    def charts(self) -> Iterator[tuple[str, str]]:
        """(title, fan) of each curve."""
        for chart in self.reading.charts():
            yield chart.title, fan_chart(chart, self.language)

    @property
    def assumed(self) -> str:
        """How many numbers of the scenario are assumptions."""
        count, total = len(self.assumptions), len(self.answer.parameters)
        return text("outages.assumptions", self.language, count=count, total=total)

    @property
    def assumptions(self) -> list[Parameter]:
        """Numbers of the scenario that nobody has given a source for."""
        return [each for each in self.answer.parameters if each.source == ASSUMPTION]

    def provenance(self) -> Iterator[tuple[str, str]]:
        """What is needed to get the same answer again."""
        of = self.answer
        yield self.report("prov.version"), f"cuakhau {of.package_version}"
        yield self.report("prov.engine"), of.engine
        yield self.report("prov.seed"), str(of.seed)
        yield self.report("prov.replications"), str(of.replications)
        changes = ", ".join(f"{path} = {value}" for path, value in of.overrides.items())
        yield of.name, f"{f'{changes} · ' if changes else ''}SHA-256 {of.scenario_hash}"
