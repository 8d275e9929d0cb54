"""The report of `why`: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.shares import share_bars
from platform_api.page import page_of
from platform_api.pedigree import ASSUMPTION
from platform_api.texts import LANGUAGES, Language, pick, text
from platform_api.why_answer import Why
from platform_api.why_reading import HOUR, SHOWN, Reading
from scenarios.resolved import Parameter


def render(answer: Why, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the question."""
    pages = [_Page(answer, each, command) for each in LANGUAGES]
    title = pages[LANGUAGES.index(language)].reading.title
    return page_of("why.html.j2", pages, title, language)


class _Page:
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Why, language: Language, command: str) -> None:
        self.answer, self.language, self.command = answer, language, command
        self.reading = Reading(answer, language)

    def say(self, key: str, **values: object) -> str:
        """A text of `why`."""
        return self.reading.say(key, **values)

    def report(self, key: str) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language)

    def charts(self) -> Iterator[tuple[str, str]]:
        """(title, bars): where the time goes, and each party's share with its interval."""
        from platform_api.charts.shares import Bar

        causes = [
            Bar(self.reading.cause(of), of.hours.mean * HOUR, _reach(of.hours.half_width))
            for of in self.answer.causes[:SHOWN]
        ]
        parties = [
            Bar(pick(of.label, self.language), of.share.mean * HOUR, _reach(of.share.half_width))
            for of in self.answer.parties
        ]
        for key, bars in (("causes", causes), ("parties", parties)):
            if bars:
                yield self.say(key), share_bars(bars, self.language, self.say(key))

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


def _reach(hours: float | None) -> float | None:
    return None if hours is None else hours * HOUR
