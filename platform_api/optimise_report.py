"""The report of an optimisation: one HTML page that stands by itself, to be read, sent and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_api.charts.scatter import scatter
from platform_api.foot import Foot, Studied, facts_of
from platform_api.optimise_answer import Decided, Optimum
from platform_api.optimise_reading import Reading
from platform_api.page import Page, shown
from platform_api.sentences import in_both
from platform_api.stress import Facts
from platform_api.texts import LANGUAGES, Language, pick
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.optimising import Prepared
    from scenarios.wanted import Outcome


def facts(answer: Optimum, prepared: Prepared) -> Facts:
    """What its page tells of the optimisation itself."""
    outputs: list[Outcome | Label] = [
        *prepared.wanted.objective.figures,
        *(target.label for target in answer.targets),
    ]
    return facts_of(
        "optimise", answer, prepared.side, outputs, [_options(of) for of in answer.decisions],
        answer.certificate.sentence,
    )  # fmt: skip


def _options(of: Decided) -> Label:
    return in_both(
        lambda language: (
            f"{pick(of.label, language)}: "
            + ", ".join(pick(label, language) for label in of.options.values())
        )
    )


def render(
    answer: Optimum, prepared: Prepared, command: str, language: Language = "vi",
    studied: Studied | None = None,
) -> str:  # fmt: skip
    """The page as HTML, opened in a language; `command` repeats it, `studied` is the base by itself."""
    told = facts(answer, prepared)
    pages = [_Page(answer, Foot(told, each, command, studied, "combinations")) for each in LANGUAGES]
    return shown("optimise.html.j2", pages, language)


class _Page(Page[Reading]):
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, answer: Optimum, foot: Foot) -> None:
        super().__init__(Reading(answer, foot.language), foot.language)
        self.answer, self.foot = answer, foot

    def chart(self) -> str:
        """Cost against the first target; empty without one."""
        if not self.answer.targets:
            return ""
        target = self.answer.targets[0]
        scales = (self.reading.costs, self.reading.scale(target))
        return scatter(self.reading.dots(), target.bound, scales, self.reading.axes(), self.language)

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """None are kept: there are too many combinations."""
        return []
