"""The answer of `fit` as its reader meets it."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.fit_answer import Fit, Held, Timed
from platform_api.formats import NBSP, number, scale_for
from platform_api.naming import path_name
from platform_api.pedigree import source_told
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text

NEAR, NEAR_SHARE = 0.05, 0.02
"""What counts as reproduced: figures within 5 %, visits a case within two in a hundred."""

FEW = 20
"""Observations below which no family is chosen (`metrics.fitted.families`)."""

UNITS = {
    "completed": "1/d",
    "dwell": "s",
    "dwell_p95": "s",
    "waiting": "s",
    "busy": "unit·s",
    "visits": "ratio",
}


class Reading:
    """One answer, read in one language."""

    def __init__(self, answer: Fit, language: Language) -> None:
        self.answer, self.language = answer, language

    def say(self, key: str, **values: object) -> str:
        """A text of `fit`."""
        return text(f"fit.{key}", self.language, **values)

    def whole(self, count: int) -> str:
        """A count with its separators."""
        return number(count, 0, self.language)

    @property
    def title(self) -> str:
        """What was fitted to what."""
        return self.say("title", log=self.answer.log)

    @property
    def first(self) -> str:
        """How well the fit reproduces the log, in a sentence."""
        of = self.answer
        told = [each for each in of.figures if each.difference is not None]
        near = [each for each in told if is_near(each)]
        if not told:
            return self.say("not_held")
        return self.say("first", near=len(near), count=len(told), replications=of.replications)

    @property
    def read(self) -> str:
        """What was read."""
        of = self.answer
        return self.say(
            "read",
            rows=self.whole(of.rows),
            cases=self.whole(of.cases),
            visits=self.whole(of.visits),
            begin=of.begin,
            end=of.end,
            steps=of.steps,
            choices=of.choices,
            pools=of.pools,
        )

    def sheets(self) -> Iterator[Sheet]:
        """All tables, in their order."""
        if self.answer.columns:
            rows = tuple(
                (text(f"fit.role.{role}", self.language), name) for role, name in self.answer.columns.items()
            )
            yield Sheet(self.say("columns"), (self.say("role"), self.say("column")), rows)
        yield self._quality()
        if self.answer.figures:
            yield self._figures()
        if self.answer.doubts:
            notes = tuple(f"· {pick(doubt, self.language)}" for doubt in self.answer.doubts)
            yield Sheet(self.say("doubts"), (), (), notes)

    def _quality(self) -> Sheet:
        heads = tuple(self.say(f"quality.{name}") for name in ("what", "count", "share", "line", "cost"))
        rows = tuple(
            (pick(f.what, self.language), self.whole(f.count), self._percent(f.share), f.example or "–",
             pick(f.cost, self.language))
            for f in self.answer.findings
        )  # fmt: skip
        return Sheet(
            self.say("quality"), heads if rows else (), rows, () if rows else (self.say("quality.none"),)
        )

    def fitted(self) -> Sheet:
        """Every number that was fitted, with its interval and on how many observations it rests."""
        from scenarios import library

        scenario = library.load_text(self.answer.scenario).resolved
        heads = tuple(self.say(f"fitted.{name}") for name in ("number", "value", "interval", "rests"))
        rows = tuple(
            (path_name(of.path, scenario, self.language), of.value,
             "–" if of.range is None else " – ".join(of.range),
             source_told(scenario.sources[of.source], self.language))
            for of in scenario.parameters
            if of.source in scenario.sources
        )  # fmt: skip
        return Sheet(self.say("fitted", count=len(rows)), heads, rows)

    def time_name(self, of: Timed) -> str:
        """Which time it is."""
        return f"{of.step}: {of.value}" if of.value else of.step

    def time_told(self, of: Timed) -> str:
        """Family, mean with its interval, sample size, goodness of fit."""
        scale = scale_for("s", of.mean, None)
        mean, low, high = (scale.full(each, self.language) for each in of.mean)
        told = self.say(
            "time", family=self.say(f"family.{of.family}"), mean=mean, low=low, high=high,
            n=self.whole(of.n), distance=number(of.distance, 3, self.language),
            limit=number(of.limit, 3, self.language),
        )  # fmt: skip
        if of.n < FEW:
            return f"{told} {self.say('time.few', few=FEW)}"
        return told + (f" {self.say('time.whole')}" if of.whole else "")

    def _percent(self, share: float) -> str:
        return f"{number(100 * share, 1 if share >= 0.001 else 2, self.language)}{NBSP}%"

    def _figures(self) -> Sheet:
        heads = tuple(self.say(f"figures.{name}") for name in ("figure", "recorded", "fitted", "difference"))
        shown = [each for each in self.answer.figures if each.kind != "visits" or not is_near(each)]
        rows = tuple(self._row(each) for each in shown)
        hidden = len(self.answer.figures) - len(shown)
        notes = (self.say("figures.visits", count=hidden),) if hidden else ()
        return Sheet(self.say("figures"), heads, rows, (*notes, self.say("figures.how")))

    def _row(self, held: Held) -> tuple[str, ...]:
        factor = 3600.0 if held.kind == "busy" else 1.0
        scale = scale_for(UNITS[held.kind], [held.recorded * factor], None)
        fitted = "–" if held.fitted is None else scale.full(held.fitted * factor, self.language)
        if held.half_width is not None and held.fitted is not None:
            fitted += f" ± {scale.number(held.half_width * factor, self.language)}"
        recorded = scale.full(held.recorded * factor, self.language)
        return (f"{self.say(f'kind.{held.kind}')} · {held.label}", recorded, fitted, self._difference(held))

    def _difference(self, held: Held) -> str:
        if held.difference is None:
            return "–"
        sign = "+" if held.difference > 0 else ""
        mark = "" if is_near(held) else " !"
        points = "points" if held.kind == "visits" else "percent"
        shown = number(100 * held.difference, 1, self.language)
        return f"{sign}{shown}{NBSP}{self.say(f'unit.{points}')}{mark}"


def is_near(held: Held) -> bool:
    """Whether a figure is reproduced."""
    bound = NEAR_SHARE if held.kind == "visits" else NEAR
    return held.difference is not None and abs(held.difference) <= bound
