"""The report of a comparison: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from platform_api.charts.curve import Curve, curve
from platform_api.charts.forest import Bar, forest
from platform_api.compare_reading import Reading, Row
from platform_api.foot import Foot, Studied, facts_of
from platform_api.formats import instant
from platform_api.page import Page, shown
from platform_api.sentences import difference_scale, in_both
from platform_api.stress import Facts
from platform_api.texts import LANGUAGES, Language, pick
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.comparing import Comparison, Cycled, Settling, Winners
    from platform_api.experiments import Experiment


def facts(answer: Comparison, experiment: Experiment) -> Facts:
    """What its page tells of the comparison itself."""
    varied = [_varied(side.label, side.scenario, side.overrides) for side in answer.sides[1:]]
    return facts_of(
        "compare", answer, experiment.sides[0], experiment.outcomes, varied,
        in_both(lambda language: Reading(answer, experiment, language).how),
    )  # fmt: skip


def _varied(label: Label, scenario: str, overrides: dict[str, Any]) -> Label:
    told = "; ".join(f"{path} = {value}" for path, value in overrides.items()) or scenario
    return Label(f"{label.vi}: {told}", f"{label.en}: {told}")


def render(
    answer: Comparison, experiment: Experiment, command: str, language: Language = "vi",
    studied: Studied | None = None,
) -> str:  # fmt: skip
    """The page as HTML, opened in a language; `command` repeats it, `studied` is the base by itself."""
    told = facts(answer, experiment)
    feet = [Foot(told, each, command, studied, "differences") for each in LANGUAGES]
    pages = [_Page(answer, experiment, foot) for foot in feet]
    return shown("compare.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Comparison, experiment: Experiment, foot: Foot) -> None:
        super().__init__(Reading(answer, experiment, foot.language), foot.language)
        self.answer, self.foot = answer, foot
        self.scenario = experiment.sides[0].resolved
        foot.rests.tried = bool(answer.ranges)

    def pick(self, label: Label) -> str:
        """A label in this page's language."""
        return pick(label, self.language)

    # ---- charts ------------------------------------------------------------------------------------------

    def forests(self) -> Iterator[tuple[str, str]]:
        """(title, chart) of the differences of each unit that is seen."""
        rows = [row for row in self.reading.rows() if row.of.mean is not None]
        for unit in dict.fromkeys(row.of.unit for row in rows):
            listed = [row for row in rows if row.of.unit == unit]
            scale = difference_scale(unit, [v for row in listed for v in _reach(row)], None)
            name = scale.unit_name(self.language)
            title = self.say("chart.title") + (f" [{name}]" if name else "")
            yield title, forest([self._bar(row) for row in listed], scale, self.language, title)

    def _bar(self, row: Row) -> Bar:
        of, why = row.of, row.why
        name = f"{row.variant}: {row.figure}" if len(self.answer.sides) > 2 else row.figure
        return Bar(name, of.mean or 0.0, of.half_width, why.p10, why.p90, row.kind, row.difference)

    def settled(self) -> Iterator[tuple[str, str]]:
        """(what, chart) of the beginning of each side, of a stationary horizon."""
        for of in self.answer.settling:
            yield self._settled_told(of), self._settled_chart(of)

    def _settled_told(self, of: Settling) -> str:
        side = self.reading.name_of(of.side)
        if of.ends is None:
            return self.say("settled.never", side=side)
        hours = round((of.ends + of.lead_in) / 3_600_000)
        return self.say("settled.after", side=side, hours=hours)

    def _settled_chart(self, of: Settling) -> str:
        begin = of.times[0]
        shown = Curve(
            title=self.reading.name_of(of.side),
            start=instant(self.scenario.clock.start, begin),
            step=(of.times[1] - begin) / 1000 if len(of.times) > 1 else 3600.0,
            mean=of.levels,
            low=None,
            high=None,
            closed=[(0.0, (of.ends - begin) / 1000)] if of.ends is not None and of.ends > begin else [],
        )
        return curve(shown, self.language)

    def cycled(self) -> Iterator[tuple[str, str]]:
        """(what, chart) of the cycles of each side, of a cyclic horizon."""
        for of in self.answer.cycles:
            yield self.reading.cycles_told(of), self._cycled_chart(of)

    def _cycled_chart(self, of: Cycled) -> str:
        halves = [half or 0.0 for half in of.cycles.half_widths]
        shown = Curve(
            title=self.reading.name_of(of.side),
            start=instant(self.scenario.clock.start, 0),
            step=of.length / 1000,
            mean=of.cycles.means,
            low=[mean - half for mean, half in zip(of.cycles.means, halves, strict=True)],
            high=[mean + half for mean, half in zip(of.cycles.means, halves, strict=True)],
        )
        return curve(shown, self.language)

    # ---- tables ------------------------------------------------------------------------------------------

    def winners(self) -> Iterator[tuple[str, Winners]]:
        """(variant, who wins) of each variant."""
        for of in self.answer.winners:
            yield self.reading.name_of(of.variant), of

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """Of each replication of each side."""
        return [(self.reading.name_of(side.name), side.digests) for side in self.answer.sides]


def _reach(row: Row) -> list[float]:
    mean, half = row.of.mean or 0.0, row.of.half_width or 0.0
    return [mean - half, mean + half]
