"""The report of `why`: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.shares import share_bars
from platform_api.page import OwnFootPage, shown
from platform_api.texts import LANGUAGES, Language, pick
from platform_api.why_answer import Why
from platform_api.why_reading import HOUR, SHOWN, Reading


def render(answer: Why, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the question."""
    pages = [_Page(answer, each, command) for each in LANGUAGES]
    return shown("why.html.j2", pages, language)


class _Page(OwnFootPage[Reading]):
    """The page in one language."""

    def __init__(self, answer: Why, language: Language, command: str) -> None:
        super().__init__(answer, Reading(answer, language), language, command)
        self.answer = answer

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


def _reach(hours: float | None) -> float | None:
    return None if hours is None else hours * HOUR
