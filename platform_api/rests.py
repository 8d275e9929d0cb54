"""What an answer rests on, in one language: its numbers with their pedigree, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from platform_api.pedigree import ASSUMPTION, is_changed, origin_told, source_told
from platform_api.texts import Language, pick, text

if TYPE_CHECKING:
    from scenarios.resolved import Parameter, Resolved

LABELLED = (
    "agencies", "calendars", "resources", "zones", "stocks", "platforms", "steps", "flows", "disruptions",
    "rules",
)  # fmt: skip
"""Parts of a scenario whose things have a label."""


class Rests:
    """The numbers of a scenario; the template `rests.html.j2` asks for them."""

    def __init__(self, scenario: Resolved, parameters: Sequence[Parameter], language: Language) -> None:
        self.scenario, self.parameters, self.language = scenario, parameters, language
        self.tried = False  # whether the answer was tried over the ranges of the assumptions

    def say(self, key: str, **values: object) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language, **values)

    @property
    def assumptions(self) -> list[Parameter]:
        """Numbers nobody has given a source for."""
        return [p for p in self.parameters if p.source == ASSUMPTION and not is_changed(p)]

    @property
    def sourced(self) -> list[Parameter]:
        """Numbers with a source."""
        return [p for p in self.parameters if p.source != ASSUMPTION and not is_changed(p)]

    @property
    def changed(self) -> list[Parameter]:
        """Numbers that an override put there."""
        return [p for p in self.parameters if is_changed(p)]

    def sources(self) -> Iterator[tuple[str, str, str | None]]:
        """(key, what it is, address) of each source."""
        for key, source in self.scenario.sources.items():
            yield key, source_told(source, self.language), source.url

    def instead(self, parameter: Parameter) -> str:
        """What a changed number stands instead of, with where that came from."""
        before = parameter.instead
        return before.value + origin_told(before, self.scenario, self.language) if before else "–"

    def about(self, parameter: Parameter) -> str:
        """What a number is of, in words: the label of the step, the resource … in whose entry it stands."""
        section, _, inner = parameter.path.partition(".")
        things = getattr(self.scenario, section) if section in LABELLED else {}
        name = inner.partition(".")[0]
        return pick(things[name].label, self.language) if name in things else ""

    def owner(self, parameter: Parameter) -> str:
        """The agency that could tell."""
        agency = self.scenario.agencies.get(parameter.owner or "")
        return pick(agency.label, self.language) if agency else parameter.owner or "–"
