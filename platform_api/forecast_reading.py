"""A forecast as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from platform_api.cause_words import nouns
from platform_api.charts.fan import FanChart
from platform_api.forecast_answer import Chance, Fan, Forecast
from platform_api.formats import NBSP, number
from platform_api.formats import date as date_told
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text

ROWS = 13
"""Instants of the table on the screen, about so many."""

COLUMNS = ("p5", "p10", "p50", "p90", "p95")


class Reading:
    """One forecast, read in one language."""

    def __init__(self, answer: Forecast, language: Language) -> None:
        self.answer, self.language = answer, language

    def say(self, key: str, **values: object) -> str:
        """A text of forecasts."""
        return text(f"forecast.{key}", self.language, **nouns(self.answer.vehicles, self.language), **values)

    @property
    def start(self) -> datetime:
        """Now, by local clocks."""
        return datetime.fromisoformat(self.answer.now)

    @property
    def title(self) -> str:
        """What is forecast, from when on."""
        return self.say(
            "title", scenario=pick(self.answer.title, self.language), days=self.days, now=self._when(0.0)
        )

    @property
    def question(self) -> str:
        """It is the title."""
        return ""

    @property
    def days(self) -> str:
        """How far it goes."""
        hours = self.answer.horizon_h
        if hours >= 48 and hours % 24 == 0:
            unit = text("unit.day", self.language)
            return f"{hours / 24:.0f}{NBSP}{unit}"
        return f"{number(hours, 0 if hours == int(hours) else 1, self.language)}{NBSP}h"

    def sentences(self) -> Iterator[str]:
        """The answer, the most telling first."""
        of = self.answer
        if of.chances:
            yield self.chance(of.chances[0])
        yield from (pick(action.sentence, self.language) for action in of.actions if of.limit is not None)
        if of.best_told is not None and len(of.actions) > 1:
            yield pick(of.best_told, self.language)
        if of.there:  # else it begins as its scenario does, with those whom that brings in
            yield self.say("there", count=of.there)

    def chance(self, of: Chance) -> str:
        """How probable it is that the limit is passed."""
        return self.say(
            "chance", limit=self.limit, days=self.days, share=self._share(of.probability),
            interval=self._between(of.interval), variant=pick(of.label, self.language),
        )  # fmt: skip

    @property
    def limit(self) -> str:
        """The number, and what it is the room of."""
        told = number(self.answer.limit or 0, 0, self.language)
        if self.answer.limit_of is None:
            return told
        return self.say("limit_of", limit=told, name=pick(self.answer.limit_of, self.language))

    @property
    def how(self) -> list[str]:
        """What the figures are."""
        level = number(100 * self.answer.level, 1, self.language).removesuffix(",0").removesuffix(".0")
        return [self.say("how", count=self.answer.replications, level=level)]

    # ---- tables and charts -------------------------------------------------------------------------------

    def sheets(self) -> Iterator[Sheet]:
        """What might be done, then the backlog by the hour."""
        if len(self.answer.chances) > 1:
            yield self._actions()
        if self.answer.fans:
            yield self._table(next(fan for fan in self.answer.fans if fan.limited))

    def _actions(self) -> Sheet:
        heads = tuple(self.say(f"column.{key}") for key in ("action", "chance", "change", "peak"))
        changes = {action.variant: action for action in self.answer.actions}
        rows = tuple(
            (
                pick(of.label, self.language),
                f"{self._share(of.probability)} ({self._between(of.interval)})",
                "–"
                if of.variant not in changes
                else f"{number(100 * changes[of.variant].change, 0, self.language)} "
                f"({self._points(changes[of.variant].interval)})",
                self._peak(of),
            )
            for of in self.answer.chances
        )
        return Sheet(self.say("actions"), heads, rows)

    def _table(self, of: Fan) -> Sheet:
        every = max(1, round(len(self.answer.looks) / ROWS))
        chosen = sorted({*range(0, len(self.answer.looks), every), len(self.answer.looks) - 1})
        rows = tuple(
            (
                self._when(self.answer.looks[i]),
                *(number(of.quantiles[name][i], 0, self.language) for name in COLUMNS),
            )
            for i in chosen
        )
        heads = (self.say("column.when"), *(name.upper() for name in COLUMNS))
        return Sheet(pick(of.label, self.language), heads, rows)

    def charts(self) -> Iterator[FanChart]:
        """The fans, each with its limit where that is its own."""
        names = {of.variant: pick(of.label, self.language) for of in self.answer.chances}
        for fan in self.answer.fans:
            title = pick(fan.label, self.language)
            if fan.variant in names and fan.variant != self.answer.fans[0].variant:
                title = f"{title} – {names[fan.variant]}"
            limit = self.answer.limit if fan.limited else None
            yield FanChart(title, self.start, self.answer.looks, fan.quantiles, limit)

    # ---- words -------------------------------------------------------------------------------------------

    def _when(self, hours: float) -> str:
        moment = self.start + timedelta(hours=hours)
        return f"{moment:%H:%M} {date_told(moment, self.language)}"

    def _peak(self, of: Chance) -> str:
        low, mid, high = (number(value, 0, self.language) for value in of.peak)
        return f"{mid} ({low}–{high})"

    def _share(self, share: float) -> str:
        digits = 0 if share in (0, 1) or 0.01 <= share <= 0.99 else 1
        return f"{number(100 * share, digits, self.language)}{NBSP}%"

    def _between(self, of: tuple[float, float]) -> str:
        return f"{number(100 * of[0], 0, self.language)}–{number(100 * of[1], 0, self.language)}{NBSP}%"

    def _points(self, of: tuple[float, float]) -> str:
        between = text("between.to", self.language)
        return f"{number(100 * of[0], 0, self.language)} {between} {number(100 * of[1], 0, self.language)}"
