"""An optimisation as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from platform_api.charts.scatter import Dot
from platform_api.formats import NBSP, Scale, scale_for
from platform_api.optimise_answer import Candidate, Confirmed, Figure, Optimum, Target
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text

MOST_SHOWN = 40
"""Combinations on the screen; all of them stand in the CSV and in --json."""


class Reading:
    """One optimisation, read in one language."""

    def __init__(self, answer: Optimum, language: Language) -> None:
        self.answer, self.language = answer, language
        means = [of.cost.mean for of in answer.candidates]
        self.costs = scale_for("VND", means, answer.certificate.indifference)

    def say(self, key: str, **values: object) -> str:
        """A text of optimisations."""
        return text(f"optimise.{key}", self.language, **values)

    @property
    def title(self) -> str:
        """The design's title, else what is optimised."""
        if self.answer.title is not None:
            return pick(self.answer.title, self.language)
        return self.say("title", base=self.answer.name)

    @property
    def question(self) -> str:
        """What it answers, if it says so."""
        return pick(self.answer.question, self.language) if self.answer.question else ""

    @property
    def sentence(self) -> str:
        """What to choose."""
        return pick(self.answer.sentence, self.language)

    @property
    def certificate(self) -> str:
        """What was simulated, and what may be said of the choice."""
        return pick(self.answer.certificate.sentence, self.language)

    def sentences(self) -> Iterator[str]:
        """What to choose, then how sure that is."""
        yield self.sentence
        yield self.certificate

    def sheets(self) -> Iterator[Sheet]:
        """The combinations, then the best of them on other days."""
        rows = tuple(map(tuple, self.rows()))
        yield Sheet(self.say("candidates"), tuple(self.candidate_heads()), rows)
        if self.answer.confirmed:
            heads = (*self.heads(), self.say("column.replications"))
            again = tuple(map(tuple, self.confirmed_rows()))
            yield Sheet(self.say("confirmed"), heads, again, (self.say("confirmed.note"),))

    @property
    def how(self) -> str:
        """What the numbers are."""
        return self.say("how")

    # ---- combinations ------------------------------------------------------------------------------------

    def heads(self) -> list[str]:
        """The columns: what is decided, what it costs, the targets."""
        return [
            *(pick(of.label, self.language) for of in self.answer.decisions),
            f"{self.say('column.cost')} [{self.costs.unit_name(self.language)}]",
            *(pick(of.label, self.language) for of in self.answer.targets),
        ]

    def in_order(self) -> list[Candidate]:
        """The chosen one first, then those that may be chosen, then all others, each by cost."""
        fates = {None: 3, "misses": 2}
        return sorted(
            self.answer.candidates,
            key=lambda of: (of.number != self.answer.chosen, fates.get(of.fate, 1), of.cost.mean, of.number),
        )

    def rows(self, most: int | None = None) -> Iterator[list[str]]:
        """A row for each combination: its columns, replications, what became of it."""
        for of in islice(self.in_order(), most):
            yield [*self._row(of), str(of.replications), self._fate(of)]

    def candidate_heads(self) -> list[str]:
        """The columns of `rows`."""
        return [*self.heads(), self.say("column.replications"), self.say("column.fate")]

    def confirmed_rows(self) -> Iterator[list[str]]:
        """The chosen one and the next best, on other days."""
        for of in self.answer.confirmed:
            yield [*self._row(of), str(of.replications)]

    def _row(self, of: Candidate | Confirmed) -> list[str]:
        targets = zip(of.targets, self.answer.targets, strict=True)
        return [
            *(self.option(name, chosen) for name, chosen in of.settings.items()),
            self._figure(of.cost, self.costs),
            *(self._figure(figure, self.scale(target)) for figure, target in targets),
        ]

    def option(self, decision: str, option: str) -> str:
        """What an option is called."""
        found = next(of for of in self.answer.decisions if of.name == decision)
        return pick(found.options[option], self.language)

    def scale(self, target: Target) -> Scale:
        """In what the figure of a target is shown."""
        return scale_for(target.unit, [target.bound], target.tolerance / 10)

    def _figure(self, of: Figure, scale: Scale) -> str:
        half = f" ±{NBSP}{scale.number(of.half_width, self.language)}" if of.half_width else ""
        unit = scale.unit_name(self.language) if scale is not self.costs else ""
        return f"{scale.number(of.mean, self.language)}{half}{NBSP}{unit}".rstrip(NBSP)

    def _fate(self, of: Candidate) -> str:
        fate = "chosen" if of.number == self.answer.chosen else (of.fate or "searched").replace(" ", "_")
        if fate == "feasible" and not self.answer.targets:  # there is nothing to keep
            fate = "alike" if self.answer.certificate.decided else "in"
        told = [self.say(f"fate.{fate}")]
        told += [self.say("front.mark")] if of.front else []
        told += [self.say("now")] if of.now else []
        return ", ".join(told)

    # ---- cost against service ----------------------------------------------------------------------------

    def dots(self) -> list[Dot]:
        """Cost against the first target, of all that were simulated."""
        return [
            Dot(of.cost.mean, of.targets[0].mean, ", ".join(self._row(of)), of.front,
                of.number == self.answer.chosen, of.now)
            for of in self.answer.candidates
        ]  # fmt: skip

    def axes(self) -> tuple[str, str]:
        """What stands at the two axes."""
        first = len(self.answer.decisions)
        return self.heads()[first], self.heads()[first + 1]
