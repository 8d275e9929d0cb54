"""The answer of `why` as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from platform_api.cause_words import Names, nouns
from platform_api.formats import NBSP, number, scale_for
from platform_api.formats import date as date_told
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text
from platform_api.why_answer import Hours, Narrow, Story, Why

SHOWN = 20
"""Causes on screen and page; all of them stand in the CSV and in --json."""

HOUR = 3600.0


class Reading:
    """One answer, read in one language."""

    def __init__(self, answer: Why, language: Language) -> None:
        self.answer, self.language = answer, language
        self.names = Names(answer.names, answer.owners, answer.vehicles, language)

    def say(self, key: str, **values: object) -> str:
        """A text of `why`."""
        return text(f"why.{key}", self.language, **nouns(self.answer.vehicles, self.language), **values)

    @property
    def title(self) -> str:
        """What is asked of which scenario."""
        return self.say("title", scenario=pick(self.answer.title, self.language))

    @property
    def question(self) -> str:
        """It is the title."""
        return ""

    @property
    def first(self) -> str:
        """The answer in a sentence or two."""
        parts = {key: self.time(getattr(self.answer, key)) for key in ("stay", "relieved", "delay")}
        return self.say("stay", **parts)

    def sentences(self) -> Iterator[str]:
        """The answer, whether the order of the parties may be told, and the bottleneck."""
        yield self.first
        if self.answer.parties:
            yield pick(self.answer.ranking.why, self.language)

    @property
    def how(self) -> list[str]:
        """What the figures are."""
        level = number(100 * self.answer.level, 1, self.language).removesuffix(",0").removesuffix(".0")
        return [self.say("how", count=self.answer.replications, level=level), self.say("relief")]

    def sheets(self) -> Iterator[Sheet]:
        """All tables, in their order."""
        yield self._causes()
        if self.answer.parties:
            yield self._parties()
        yield self._narrows("bottleneck", self.answer.bottleneck, self._theory())
        if self.answer.after:
            first = pick(self.answer.bottleneck[0].label, self.language)
            yield self._narrows("after", self.answer.after, (), first=first)
        if self.answer.through is not None:
            yield Sheet(self.say("through"), (), (), tuple(self._through()))

    # ---- the tables --------------------------------------------------------------------------------------

    def _causes(self) -> Sheet:
        heads = tuple(self.say(f"column.{key}") for key in ("cause", "each", "share"))
        rows = tuple(
            (self.names.cause(of), self.time(of.hours), self._percent(100 * of.share))
            for of in self.answer.causes[:SHOWN]
        )
        return Sheet(self.say("causes"), heads, rows)

    def _parties(self) -> Sheet:
        heads = tuple(self.say(f"column.{key}") for key in ("party", "shapley", "percent", "alone"))
        rows = tuple(
            (
                pick(of.label, self.language),
                self.time(of.share),
                "–" if of.percent is None else number(of.percent, 1, self.language),
                self.time(of.alone),
            )
            for of in self.answer.parties
        )
        method = self.say(f"method.{'exact' if self.answer.method == 'exact' else 'sampled'}")
        how = self.say("shares.how", method=method)
        return Sheet(self.say("parties"), heads, rows, (pick(self.answer.ranking.why, self.language), how))

    def _narrows(self, key: str, found: Sequence[Narrow], notes: tuple[str, ...], **values: str) -> Sheet:
        told = [self._narrow(of) for of in found if of.saves.mean > 0 or of is found[0]]
        return Sheet(self.say(key, **values), (), (), (*(told or [self.say("no_bottleneck")]), *notes))

    def _narrow(self, of: Narrow) -> str:
        key = of.key.replace("call.", "step.")
        name = self.names.with_owner(key, pick(of.label, self.language))
        parts = [self.say("saves", name=name, saves=self.time(of.saves))]
        if of.load is not None:
            parts.append(self.say("load", load=number(100 * of.load, 0, self.language)))
        first = self.answer.bottleneck[:1] + self.answer.after[:1]
        if of.best and of not in first:
            parts.append(self.say("not_apart"))
        return "; ".join(parts)

    def _theory(self) -> tuple[str, ...]:
        name, load = self.answer.named_by_theory, self.answer.highest_load
        if name is None or load is None:
            return ()
        told = self.names.with_owner(f"resource.{name}", self.names.of(f"resource.{name}"))
        return (self.say("theory", name=told, load=number(100 * load, 0, self.language)),)

    def _through(self) -> Iterator[str]:
        of = self.answer.through
        assert of is not None
        yield self.say("through.demand", demand=self._count(of.demand), achieved=self._range(of.achieved))
        if of.today.most is not None and of.today.most < of.demand * 0.999:
            limits = [self._cut(kind, name) for kind, name in of.today.cut if kind not in ("way", "arrivals")]
            yield self.say("through.today", most=self._count(of.today.most), cut=", ".join(limits) or "–")
        else:
            yield self.say("through.today.all")
        for key, bound in (("in_proportion", of.in_proportion), ("most", of.most)):
            if bound.most is None:
                yield self.say("through.none")
            else:
                cut = ", ".join(self._cut(kind, name) for kind, name in bound.cut)
                yield self.say(f"through.{key}", most=self._count(bound.most), cut=cut)
        yield self.say("through.note")

    def _cut(self, kind: str, name: str) -> str:
        if kind == "arrivals":
            return self.say("cut.arrivals", name=self.names.of(f"flow.{name}"))
        if kind == "way":
            ends = [end for end in name.split(" → ") if end != "None"]
            return self.say("cut.way", name=" → ".join(self.names.of(f"step.{end}") for end in ends))
        return self.names.of(f"{'resource' if kind == 'pool' else kind}.{name}")

    # ---- words -------------------------------------------------------------------------------------------

    def time(self, of: Hours) -> str:
        """Hours with their interval, in a unit that suits."""
        seconds = of.mean * HOUR
        reach = None if of.half_width is None else of.half_width * HOUR
        scale = scale_for("s", [seconds], reach)
        if reach is None:
            return scale.full(seconds, self.language)
        mean, half = (scale.number(x, self.language) for x in (seconds, reach))
        return f"{mean}{NBSP}±{NBSP}{half}{NBSP}{scale.unit_name(self.language)}"

    def _range(self, of: Hours) -> str:
        digits = 0 if of.mean >= 100 else 1
        mean = number(of.mean, digits, self.language)
        if of.half_width is None:
            return mean
        return (
            f"{mean}{NBSP}±{NBSP}{number(of.half_width, max(digits, int(of.half_width < 1)), self.language)}"
        )

    def _count(self, value: float) -> str:
        return number(value, 0 if value >= 100 else 1, self.language)

    def _percent(self, value: float) -> str:
        return f"{number(value, 1, self.language)}{NBSP}%"

    # ---- stories -----------------------------------------------------------------------------------------

    def story_title(self, of: Story) -> str:
        """Who it is, and for how long."""
        time = self.length(of.ms) + ("" if of.outcome != "inside" else f" ({self.say('inside')})")
        return self.say("story", which=self.say(f"which.{of.which}"), address=of.address, time=time)

    def story_rows(self, of: Story) -> Iterator[tuple[str, str, str]]:
        """(since when, how long, why) of every part; the date where it changes."""
        day = ""
        for part in of.parts:
            when = datetime.fromisoformat(part.since)
            told = date_told(when, self.language)
            yield (
                f"{when:%H:%M:%S}" + ("" if told == day else f" {told}"),
                self.length(part.ms),
                self.names.cause(part),
            )
            day = told

    def length(self, ms: int) -> str:
        """A length of time to the second, and to the millisecond below a minute."""
        if ms < 60_000:
            return f"{number(ms / 1000, 3, self.language)}{NBSP}s"
        minutes, seconds = divmod(ms // 1000, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
