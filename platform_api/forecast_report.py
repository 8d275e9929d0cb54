"""The report of a forecast: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.fan import fan_chart
from platform_api.forecast_answer import Forecast
from platform_api.forecast_reading import Reading
from platform_api.page import OwnFootPage, shown
from platform_api.texts import LANGUAGES, Language, text


def render(answer: Forecast, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the forecast."""
    pages = [_Page(answer, each, command) for each in LANGUAGES]
    return shown("forecast.html.j2", pages, language)


class _Page(OwnFootPage[Reading]):
    """The page in one language."""

    def __init__(self, answer: Forecast, language: Language, command: str) -> None:
        super().__init__(answer, Reading(answer, language), language, command)
        self.answer = answer

    def charts(self) -> Iterator[tuple[str, str]]:
        """(title, fan) of each curve."""
        for chart in self.reading.charts():
            yield chart.title, fan_chart(chart, self.language)

    @property
    def assumed(self) -> str:
        """How many numbers of the scenario are assumptions."""
        count, total = len(self.assumptions), len(self.answer.parameters)
        return text("outages.assumptions", self.language, count=count, total=total)
