"""The report of `why`: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.charts.shares import share_bars
from platform_api.foot import Foot, Studied, facts_of
from platform_api.page import Page, shown
from platform_api.sentences import in_both
from platform_api.stress import Facts
from platform_api.texts import LANGUAGES, Language, both, pick
from platform_api.why_answer import Why
from platform_api.why_reading import HOUR, SHOWN, Reading

if TYPE_CHECKING:
    from platform_api.why import Prepared


def facts(answer: Why, prepared: Prepared) -> Facts:
    """What its page tells of the question itself."""
    outputs = [both("why.causes"), both("why.parties")]
    return facts_of(
        "why", answer, prepared.side, outputs, [party.label for party in answer.parties],
        in_both(lambda language: " ".join(Reading(answer, language).how)),
    )  # fmt: skip


def render(
    answer: Why, prepared: Prepared, command: str, language: Language = "vi",
    studied: Studied | None = None,
) -> str:  # fmt: skip
    """The page as HTML, opened in a language; `command` repeats it, `studied` is the base by itself."""
    told = facts(answer, prepared)
    pages = [_Page(answer, Foot(told, each, command, studied, "why, stories")) for each in LANGUAGES]
    return shown("why.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language."""

    def __init__(self, answer: Why, foot: Foot) -> None:
        super().__init__(Reading(answer, foot.language), foot.language)
        self.answer, self.foot = answer, foot

    def charts(self) -> Iterator[tuple[str, str]]:
        """(title, bars): where the time goes, and each party's share with its interval."""
        from platform_api.charts.shares import Bar

        causes = [
            Bar(self.reading.names.cause(of), of.hours.mean * HOUR, _reach(of.hours.half_width))
            for of in self.answer.causes[:SHOWN]
        ]
        parties = [
            Bar(pick(of.label, self.language), of.share.mean * HOUR, _reach(of.share.half_width))
            for of in self.answer.parties
        ]
        for key, bars in (("causes", causes), ("parties", parties)):
            if bars:
                yield self.say(key), share_bars(bars, self.language, self.say(key))

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """Of every replication."""
        return [("", self.answer.digests)]


def _reach(hours: float | None) -> float | None:
    return None if hours is None else hours * HOUR
