"""The report of a sweep: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_api.charts.tornado import tornado
from platform_api.foot import Foot, Studied, facts_of
from platform_api.page import Page, shown
from platform_api.sentences import in_both
from platform_api.stress import Facts
from platform_api.sweep_answer import Sweep
from platform_api.sweep_reading import Reading
from platform_api.texts import LANGUAGES, Language
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.sweeping import Prepared
    from scenarios.sweeps import Turn


def facts(answer: Sweep, prepared: Prepared) -> Facts:
    """What its page tells of the sweep itself."""
    return facts_of(
        "sweep", answer, prepared.side, prepared.outcomes, [_values(turn) for turn in prepared.turns],
        in_both(lambda language: Reading(answer, language).how),
    )  # fmt: skip


def _values(turn: Turn) -> Label:
    ends = f"{turn.at(0.0)} … {turn.at(1.0)}"
    told = f"{turn.path} = {', '.join(map(str, turn.values)) or ends}"
    return Label(told, told)


def render(
    answer: Sweep, prepared: Prepared, command: str, language: Language = "vi", studied: Studied | None = None
) -> str:
    """The page as HTML, opened in a language; `command` repeats it, `studied` is the base by itself."""
    told = facts(answer, prepared)
    pages = [_Page(answer, Foot(told, each, command, studied, "sweep")) for each in LANGUAGES]
    return shown("sweep.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Sweep, foot: Foot) -> None:
        super().__init__(Reading(answer, foot.language), foot.language)
        self.answer, self.foot = answer, foot

    def chart(self) -> str:
        """The tornado; empty of another method."""
        pairs = self.reading.pairs()
        reading = self.reading
        return tornado(pairs, reading.changes(), self.language, reading.influences) if pairs else ""

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """None are kept: there are too many places."""
        return []
