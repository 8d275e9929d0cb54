"""A comparison as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_api.formats import (
    NBSP,
    Scale,
    date,
    digits_seen,
    duration,
    instant,
    number,
    scale_for,
    signed,
    significant,
)
from platform_api.naming import attribute_name, value_name
from platform_api.sentences import difference_scale, figure_told, size_told, tipping_told
from platform_api.texts import Language, pick, text
from scenarios.resolved import DAY

if TYPE_CHECKING:
    from platform_api.comparing import (
        Comparison,
        Cycled,
        Difference,
        Evidence,
        Level,
        Share,
        Survived,
        Winners,
    )
    from platform_api.experiments import Experiment


MOST_TOLD = 1_000
"""A gain of pairing beyond this is told as more than it."""

LISTED = 5
"""Paths in one sentence, at the most; `--json` has all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One difference, in words."""

    figure: str
    variant: str
    base: str
    value: str
    difference: str
    days: str
    verdict: str
    kind: str  # of the verdict
    gain: str
    change: str
    hall: str
    p: str
    of: Difference
    why: Evidence


class Reading:
    """One comparison, read in one language."""

    def __init__(self, answer: Comparison, experiment: Experiment, language: Language) -> None:
        self.answer, self.language = answer, language
        self.scenario = experiment.sides[0].resolved
        self._labels = {side.name: pick(side.label, language) for side in experiment.sides}

    def say(self, key: str, **values: object) -> str:
        """A text of comparisons."""
        return text(f"compare.{key}", self.language, **values)

    def name_of(self, side: str) -> str:
        """What the base or a variant is called."""
        return self._labels[side]

    @property
    def title(self) -> str:
        """The experiment's title, else what is compared with what."""
        if self.answer.title is not None:
            return pick(self.answer.title, self.language)
        variants = ", ".join(self.name_of(side.name) for side in self.answer.sides[1:])
        return self.say("title", base=pick(self.scenario.title, self.language), variants=variants)

    @property
    def question(self) -> str:
        """The experiment's question, or nothing."""
        return pick(self.answer.question, self.language) if self.answer.question else ""

    def first_sentences(self) -> list[str]:
        """The verdicts on the first figure, one for each variant."""
        return [pick(why.sentence, self.language) for why in self.answer.evidence if why.primary]

    def other_sentences(self) -> list[str]:
        """The verdicts on all other figures."""
        return [pick(why.sentence, self.language) for why in self.answer.evidence if not why.primary]

    # ---- differences -------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Row]:
        """Every difference."""
        for of, why in zip(self.answer.differences, self.answer.evidence, strict=True):
            yield self._row(of, why)

    def _row(self, of: Difference, why: Evidence) -> Row:
        scale = scale_for(of.unit, [why.base, why.value], of.half_width)
        return Row(
            figure=figure_told(of.name, of.labels, self.scenario, self.language),
            variant=self.name_of(of.variant),
            base=self._full(scale, why.base),
            value=self._full(scale, why.value),
            difference=size_told(of, self.language, signed=True),
            days=self._between(of, why.p10, why.p90),
            verdict=self.say(f"verdict.{of.verdict.replace(' ', '_')}"),
            kind=of.verdict.replace(" ", "_"),
            gain=self._gain(of, why),
            change=self._change(why),
            hall="" if why.hall is None else self._between(of, *why.hall),
            p="–" if why.p_adjusted is None else self._p(why.p_adjusted),
            of=of,
            why=why,
        )

    def _full(self, scale: Scale, value: float | None) -> str:
        return "–" if value is None else scale.full(value, self.language)

    def _between(self, of: Difference, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return "–"
        scale = difference_scale(of.unit, [low, high], high - low)
        told = f"{scale.number(low, self.language)} … {scale.number(high, self.language)}"
        return f"{told}{NBSP}{scale.unit_name(self.language)}".rstrip(NBSP)

    def _gain(self, of: Difference, why: Evidence) -> str:
        """`15 (7–32)`: so many times fewer replications than without pairing."""
        if of.variance_ratio is None:
            return "–"
        told = f"× {self._times(of.variance_ratio)}"
        if why.gain is None:
            return told
        low, high = map(self._times, why.gain)
        return f"{told} ({low} … {high})"

    def _times(self, gain: float) -> str:
        """Two digits; what is more than a thousand says no more than that."""
        if gain > MOST_TOLD:
            return f"> {number(MOST_TOLD, 0, self.language)}"
        return significant(gain, self.language, 2)

    def _change(self, why: Evidence) -> str:
        if why.change is None or why.change_interval is None:
            return "–"
        low, high = (100 * bound for bound in why.change_interval)
        digits = 1 if high - low < 10 else 0
        shown = (number(100 * value, digits, self.language) for value in (why.change, *why.change_interval))
        value, first, last = shown
        return f"{value}{NBSP}% ({first} … {last})"

    def _p(self, p: float) -> str:
        return f"< {number(0.0001, 4, self.language)}" if p < 1e-4 else number(p, 4, self.language)

    def levels(self) -> Iterator[tuple[str, str, str, str, str]]:
        """(figure, side, mean, half-width, P10 – P90) of each side by itself."""
        for of in self.answer.levels:
            yield self._level(of)

    def _level(self, of: Level) -> tuple[str, str, str, str, str]:
        scale = scale_for(of.unit, [of.mean, of.p10, of.p90], of.half_width)
        half = "–" if of.half_width is None else f"± {scale.number(of.half_width, self.language)}"
        days = "–"
        if of.p10 is not None and of.p90 is not None:
            days = f"{scale.number(of.p10, self.language)} – {scale.number(of.p90, self.language)}"
        figure = figure_told(of.name, of.labels, self.scenario, self.language)
        return figure, self.name_of(of.side), self._full(scale, of.mean), half, days

    def cycles_told(self, of: Cycled) -> str:
        """How the number inside moves from cycle to cycle of one side."""
        told = of.cycles
        digits = digits_seen(told.slope_half_width or told.slope)
        slope = signed(told.slope, digits, self.language)
        if told.slope_half_width is not None:
            slope += f" ± {number(told.slope_half_width, digits, self.language)}"
        verdict = "grows" if told.grows else "steady"
        return self.say(
            f"cycles.{verdict}.{'week' if of.length > DAY else 'day'}",
            side=self.name_of(of.side), count=len(told.means), slope=slope,
        )  # fmt: skip

    # ---- who wins ----------------------------------------------------------------------------------------

    def winner_rows(self) -> Iterator[tuple[str, ...]]:
        """Of each variant: how many won, lost and stayed as long, and how much time it is."""
        for of in self.answer.winners:
            yield (
                self.name_of(of.variant),
                *self._counts(of.all),
                self._hours(of.won_s),
                self._hours(of.lost_s),
            )

    def winners_by(self, of: Winners) -> Iterator[tuple[str, ...]]:
        """All of them, with the hours; then the counts by what they are."""
        hours = (self._hours(of.won_s), self._hours(of.lost_s))
        yield self.say("winners.all"), *self._counts(of.all), *hours
        for name, values in of.by.items():
            for value, share in values.items():
                told = value_name(name, value, self.scenario, self.language)
                yield f"{self._attribute(name)}: {told}", *self._counts(share), "", ""

    def only(self, of: Winners) -> dict[str, str]:
        """How many there are in one of both only."""
        counts = {"base": of.only_base, "variant": of.only_variant}
        return {name: number(count, 1, self.language) for name, count in counts.items()}

    def _attribute(self, name: str) -> str:
        for flow in self.scenario.flows.values():
            if name in flow.attributes:
                return attribute_name(name, flow.attributes[name], self.language)
        return self.say("label.flow") if name == "flow" else name

    def extremes(self, of: Winners) -> Iterator[tuple[str, str, str]]:
        """(address, what it is, how much longer it stayed) of those who won or lost most."""
        for each in of.extremes:
            kind = " · ".join(
                value_name(name, value, self.scenario, self.language)
                for name, value in each.kind.items()
                if name != "flow" or len(each.kind) == 1
            )
            scale = scale_for("s", [each.change])
            sign = "+" if each.change > 0 else ""
            yield each.address, kind or "–", sign + scale.full(each.change, self.language)

    def _counts(self, share: Share) -> tuple[str, str, str]:
        won, lost, same = (number(value, 1, self.language) for value in (share.won, share.lost, share.same))
        return won, lost, same

    def _hours(self, seconds: float) -> str:
        scale = Scale(3600.0, "hour", 0 if seconds >= 36_000 else 1)
        return scale.full(seconds, self.language)

    # ---- the input range ---------------------------------------------------------------------------------

    def survival(self) -> Iterator[tuple[str, list[str]]]:
        """(whether a verdict survives the ranges, what overturns it) of each variant."""
        for of in self.answer.ranges:
            tipping = [tipping_told(each, self.scenario, self.language) for each in of.tipping]
            if of.tried and not tipping:
                tipping = [self._none_alone(of)]
            yield pick(of.sentence, self.language), tipping

    def unturned(self) -> list[str]:
        """The assumptions that were not turned, by reason."""
        return [
            self.say(f"unturned.{reason}", count=len(paths), paths=self._listed(paths))
            for reason, paths in self.answer.unturned.items()
        ]

    def _listed(self, paths: list[str]) -> str:
        more = len(paths) - LISTED
        return ", ".join(paths[:LISTED]) + (self.say("unturned.more", count=more) if more > 0 else "")

    def _none_alone(self, of: Survived) -> str:
        """That no assumption alone was found to overturn it at a known value; which goes with it most."""
        r = number(of.correlation, 2, self.language)
        if of.unpinned or of.dials == 1:
            return self.say("tipping.unpinned", path=of.unpinned or of.strongest)
        return self.say("tipping.together", tried=of.tried, path=of.strongest, r=r)

    def input_rows(self) -> Iterator[tuple[str, ...]]:
        """(figure, variant, difference, input range, holds, reversed, undecided) of the other figures."""
        differences = {(of.name, tuple(of.labels.items()), of.variant): of for of in self.answer.differences}
        for found in self.answer.input_ranges:
            of = differences[found.name, tuple(found.labels.items()), found.variant]
            yield (
                figure_told(of.name, of.labels, self.scenario, self.language),
                self.name_of(of.variant),
                size_told(of, self.language, signed=True),
                self._between(of, found.low, found.high),
                *(str(count) for count in (found.holds, found.reversed, found.undecided)),
            )

    # ---- how -----------------------------------------------------------------------------------------------

    @property
    def frame(self) -> str:
        """What was simulated."""
        clock = self.scenario.clock
        start = instant(clock.start, 0)
        parts = [text("report.from", self.language, time=f"{start:%H:%M}", date=date(start, self.language))]
        if clock.window is not None:
            parts.append(text("report.window", self.language, length=duration(clock.window, self.language)))
        return " · ".join(
            [*parts, text("report.replications", self.language, count=self.answer.replications)]
        )

    @property
    def precision(self) -> str:
        """After how many replications the wanted precision was reached; empty if none was, or none wanted."""
        of = self.answer.precision
        if of is None or not of.reached:
            return ""
        return self.say("precision", wanted=of.wanted, count=self.answer.replications)

    @property
    def how(self) -> str:
        """How the intervals are to be read."""
        level = number(100 * self.answer.level, 0, self.language)
        parts = [self.say("how", level=level)]
        parts += [self._family(name) for name in self.answer.families]
        return " ".join(part for part in parts if part)

    def _family(self, name: str) -> str:
        family = self.answer.families[name]
        if family.method == "none" or family.critical is None:
            return ""
        method = self.say(f"method.{family.method}")
        critical = number(family.critical, 2, self.language)
        return self.say(f"family.{name}", count=family.count, method=method, critical=critical)

    @property
    def facts(self) -> str:
        """Seed, engine, work."""
        return self.say(
            "facts", replications=self.answer.replications, sides=len(self.answer.sides),
            seed=self.answer.seed, engine=self.answer.engine,
            entities=number(self.answer.entities, 0, self.language),
        )  # fmt: skip
