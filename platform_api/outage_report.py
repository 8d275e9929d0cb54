"""The report of an outage map: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.charts.heat import heat_map
from platform_api.foot import Foot, Studied, facts_of
from platform_api.outage_answer import Cell, OutageMap
from platform_api.outage_reading import MEASURES, Reading
from platform_api.page import Page, shown
from platform_api.sentences import in_both
from platform_api.stress import Facts
from platform_api.texts import LANGUAGES, Language, both

if TYPE_CHECKING:
    from platform_api.outage_map import Prepared


def facts(answer: OutageMap, prepared: Prepared) -> Facts:
    """What its page tells of the map itself."""
    outputs = [both(f"outages.map.{measure}") for measure in MEASURES]
    return facts_of(
        "resilience", answer, prepared.side, outputs, list(answer.targets.values()),
        in_both(lambda language: Reading(answer, language).how),
    )  # fmt: skip


def render(
    answer: OutageMap, prepared: Prepared, command: str, language: Language = "vi",
    studied: Studied | None = None,
) -> str:  # fmt: skip
    """The page as HTML, opened in a language; `command` repeats the map, `studied` is the base by itself."""
    told = facts(answer, prepared)
    pages = [_Page(answer, Foot(told, each, command, studied, "outages")) for each in LANGUAGES]
    return shown("outages.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: OutageMap, foot: Foot) -> None:
        super().__init__(Reading(answer, foot.language), foot.language)
        self.answer, self.foot = answer, foot

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

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """Of each replication of the undisturbed run."""
        return [("", self.answer.digests)]
