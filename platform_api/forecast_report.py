"""The report of a forecast: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.charts.fan import fan_chart
from platform_api.foot import Foot, Studied, facts_of
from platform_api.forecast_answer import Forecast
from platform_api.forecast_reading import Reading
from platform_api.page import Page, shown
from platform_api.sentences import in_both
from platform_api.stress import Facts
from platform_api.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from platform_api.forecast import Prepared


def facts(answer: Forecast, prepared: Prepared) -> Facts:
    """What its page tells of the forecast itself."""
    outputs = dict.fromkeys(fan.label for fan in answer.fans)
    return facts_of(
        "forecast", answer, prepared, list(outputs), [action.label for action in answer.actions],
        in_both(lambda language: " ".join(Reading(answer, language).how)),
    )  # fmt: skip


def render(
    answer: Forecast, prepared: Prepared, command: str, language: Language = "vi",
    studied: Studied | None = None,
) -> str:  # fmt: skip
    """The page as HTML, opened in a language; `command` repeats it; a situation has no study (`studied`)."""
    told = facts(answer, prepared)
    pages = [_Page(answer, Foot(told, each, command, studied, "forecast")) for each in LANGUAGES]
    return shown("forecast.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language."""

    def __init__(self, answer: Forecast, foot: Foot) -> None:
        super().__init__(Reading(answer, foot.language), foot.language)
        self.answer, self.foot = answer, foot

    def charts(self) -> Iterator[tuple[str, str]]:
        """(title, fan) of each curve."""
        for chart in self.reading.charts():
            yield chart.title, fan_chart(chart, self.language)

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """Of every replication, nothing done."""
        return [("", self.answer.digests)]
