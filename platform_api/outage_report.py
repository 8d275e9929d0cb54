"""The report of an outage map: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.heat import heat_map
from platform_api.outage_answer import Cell, OutageMap
from platform_api.outage_reading import MEASURES, Reading
from platform_api.page import page_of
from platform_api.pedigree import ASSUMPTION
from platform_api.texts import LANGUAGES, Language, text
from scenarios.resolved import Parameter


def render(answer: OutageMap, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the map."""
    pages = [_Page(answer, each, command) for each in LANGUAGES]
    title = pages[LANGUAGES.index(language)].reading.title
    return page_of("outages.html.j2", pages, title, language)


class _Page:
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: OutageMap, language: Language, command: str) -> None:
        self.answer, self.language, self.command = answer, language, command
        self.reading = Reading(answer, language)

    def say(self, key: str, **values: object) -> str:
        """A text of outage maps."""
        return self.reading.say(key, **values)

    def report(self, key: str) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language)

    def maps(self) -> Iterator[tuple[str, str]]:
        """(title, chart) of each measure."""
        worst = "; ".join(self.reading.sentence(cell) for cell in self.reading.worst())
        for measure in MEASURES:
            title = self.say(f"map.{measure}")
            chart = heat_map(self.reading.rows(measure), self.reading.columns(), f"{title}. {worst}")
            yield title, chart

    def cells(self) -> Iterator[tuple[str, str, str]]:
        """(target, when, all measures) of each cell."""
        for cell in self.answer.cells:
            yield self._row(cell)

    def _row(self, cell: Cell) -> tuple[str, str, str]:
        return self.reading.name_of(cell.target), self.reading.when(cell), self.reading.told(cell)

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
