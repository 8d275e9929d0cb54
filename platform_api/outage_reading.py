"""An outage map as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from platform_api.charts.heat import STEPS, Cell, Row
from platform_api.formats import NBSP, number
from platform_api.outage_answer import Cell as Outage
from platform_api.outage_answer import Figure, OutageMap
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text

MEASURES = ("lost_h", "queue", "recovery_h")
"""What is mapped, the most telling first."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Reading:
    """One outage map, read in one language."""

    def __init__(self, answer: OutageMap, language: Language) -> None:
        self.answer, self.language = answer, language

    def say(self, key: str, **values: object) -> str:
        """A text of outage maps."""
        return text(f"outages.{key}", self.language, **values)

    @property
    def title(self) -> str:
        """What is asked of which scenario."""
        return self.say("title", scenario=pick(self.answer.title, self.language), lasts=self.lasts)

    @property
    def question(self) -> str:
        """It is the title."""
        return ""

    def sentences(self) -> Iterator[str]:
        """Each target at its worst hour, the worst first."""
        yield from map(self.sentence, self.worst())

    def sheets(self) -> Iterator[Sheet]:
        """Every cell in words."""
        heads = tuple(self.say(f"column.{key}") for key in ("target", "when", "told"))
        rows = tuple((self.name_of(of.target), self.when(of), self.told(of)) for of in self.answer.cells)
        yield Sheet(self.say("cells"), heads, rows, tuple(self.assumed))

    @property
    def lasts(self) -> str:
        """How long each outage lasts."""
        return self._hours(self.answer.lasts_h)

    @property
    def how(self) -> str:
        """What the figures are."""
        level = number(100 * self.answer.level, 1, self.language).removesuffix(",0").removesuffix(".0")
        return self.say("how", count=self.answer.replications, level=level)

    @property
    def assumed(self) -> list[str]:
        """What the map rests on besides the scenario."""
        told = [self.say("assumed.lasts", lasts=self.lasts)]
        if self.answer.metres is not None:
            metres = number(self.answer.metres, 0, self.language)
            between = self.answer.metres_range
            range_ = "" if between is None else f" ({between[0]:.0f}–{between[1]:.0f}{NBSP}m)"
            told.append(self.say("assumed.metres", metres=metres, range=range_))
        return told

    def name_of(self, target: str) -> str:
        """What an agency or platform is called."""
        return pick(self.answer.targets[target], self.language)

    # ---- the maps ----------------------------------------------------------------------------------------

    @cached_property
    def hours(self) -> list[float]:
        """The hours of the day at which outages begin."""
        return sorted({cell.hour for cell in self.answer.cells})

    def columns(self) -> list[str]:
        """The hours as heads."""
        return [f"{hour:g}" for hour in self.hours]

    def rows(self, measure: str) -> list[Row]:
        """Targets and days down, hours across; shades go with the largest mean of all."""
        largest = max(getattr(cell, measure).mean for cell in self.answer.cells)
        days = {cell.start[:10]: cell.weekday for cell in self.answer.cells}
        return [
            Row(
                self._row_name(target, weekday, len(days) > 1),
                list(self._row(measure, target, date, largest)),
            )
            for target in self.answer.targets
            for date, weekday in days.items()
        ]

    def _row_name(self, target: str, weekday: int, several: bool) -> str:
        day = f" · {text(f'weekday.{DAYS[weekday]}', self.language)}" if several else ""
        return f"{self.name_of(target)[: 40 - len(day)]}{day}"

    def _row(self, measure: str, target: str, date: str, largest: float) -> Iterator[Cell | None]:
        mine = {c.hour: c for c in self.answer.cells if c.target == target and c.start.startswith(date)}
        for hour in self.hours:
            yield self._cell(measure, mine[hour], largest) if hour in mine else None

    def _cell(self, measure: str, of: Outage, largest: float) -> Cell:
        figure: Figure = getattr(of, measure)
        share = figure.mean / largest if largest > 0 else 0.0
        step = min(STEPS - 1, max(0, int(share * STEPS)))
        return Cell(number(figure.mean, self._digits(largest), self.language), step, self.told(of))

    def _digits(self, largest: float) -> int:
        return 1 if largest < 10 else 0

    # ---- in words ----------------------------------------------------------------------------------------

    def worst(self) -> list[Outage]:
        """For each target the hour at which most is lost, the worst first."""
        found = [
            max((cell for cell in self.answer.cells if cell.target == target), key=lambda c: c.lost_h.mean)
            for target in self.answer.targets
        ]
        return sorted(found, key=lambda cell: -cell.lost_h.mean)

    def sentence(self, of: Outage) -> str:
        """One outage in words."""
        return self.say("sentence", target=self.name_of(of.target), when=self.when(of), told=self.told(of))

    def when(self, of: Outage) -> str:
        """Day and hour at which it begins."""
        return f"{text(f'weekday.{DAYS[of.weekday]}', self.language)} {of.start[11:]}"

    def told(self, of: Outage) -> str:
        """The three measures with their intervals."""
        road = "" if of.queue_km is None else f" ({self._size(of.queue_km)}{NBSP}km)"
        return self.say(
            "told",
            queue=self._size(of.queue),
            road=road,
            recovery=self._size(of.recovery_h),
            lost=self._size(of.lost_h),
        )

    def _size(self, of: Figure) -> str:
        digits = 1 if abs(of.mean) < 100 else 0
        mean = number(of.mean, digits, self.language)
        if of.half_width is None:
            return mean
        hall = "" if of.hall is None else f" [Hall {self._between(of.hall, digits)}]"
        return f"{mean}{NBSP}±{NBSP}{number(of.half_width, digits, self.language)}{hall}"

    def _between(self, of: tuple[float, float], digits: int) -> str:
        return " – ".join(number(value, digits, self.language) for value in of)

    def _hours(self, hours: float) -> str:
        return f"{number(hours, 0 if hours == int(hours) else 1, self.language)}{NBSP}h"
