"""Answers in words, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.elicited import Three
from platform_api.asking.answers import Shift, Told
from platform_api.asking.layout import unit_word
from platform_api.asking.questions import Question
from platform_api.texts import LANGUAGES, Language, both, text
from scenarios.resolved import Label

EVERY_DAY = tuple(range(7))
DAYS = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


class Saying:
    """What people told, as a table shows it."""

    def told(self, question: Question, told: Told) -> Label:
        """One answer."""
        if question.kind in ("people", "hours") and told.shifts:
            return self.shifts(told.shifts) if question.kind == "people" else self.hours(told.shifts)
        if question.kind == "down" and told.paper is not None:
            return self.down(told.paper, told.three, question.unit)
        return Label("–", "–") if told.three is None else self.three(told.three, question.unit)

    def three(self, three: Three, unit: str) -> Label:
        """`5 · 8 · 20 min`."""
        return Label(_three(three, unit, "vi"), _three(three, unit, "en"))

    def shifts(self, shifts: Sequence[Shift]) -> Label:
        """`Mon–Fri 07:00–18:00: 3 · 4 · 6`."""
        return Label(_shifts(shifts, "vi"), _shifts(shifts, "en"))

    def hours(self, shifts: Sequence[Shift]) -> Label:
        """`Mon–Fri 07:00–18:00`."""
        return Label(*("; ".join(_hours(each, language) for each in shifts) for language in LANGUAGES))

    def down(self, paper: bool, three: Three | None, unit: str) -> Label:
        """What is done while a platform is down."""
        if not paper:
            return both("intake.down.wait")
        said = both("intake.down.paper")
        if three is None:
            return said
        times = self.three(three, unit)
        return Label(f"{said.vi}: {times.vi}", f"{said.en}: {times.en}")


def _three(three: Three, unit: str, language: Language) -> str:
    numbers = " · ".join(_number(each, language) for each in (three.low, three.usual, three.high))
    return f"{numbers} {unit_word(unit, language)}".strip()


def _number(value: float, language: Language) -> str:
    told = f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    return told.replace(".", ",") if language == "vi" else told


def _shifts(shifts: Sequence[Shift], language: Language) -> str:
    parts = []
    for each in shifts:
        counts = "" if each.three is None else _three(each.three, "", language)
        hours = text("intake.opening", language) if each.begin is None else _hours(each, language)
        parts.append(f"{hours}: {counts}")
    return "; ".join(parts)


def _hours(shift: Shift, language: Language) -> str:
    begin, end = shift.begin or 0, 1440 if shift.end is None else shift.end
    span = f"{begin // 60:02d}:{begin % 60:02d}–{end // 60:02d}:{end % 60:02d}"
    return f"{_days(shift.days, language)} {span}"


def _days(days: tuple[int, ...], language: Language) -> str:
    if days == EVERY_DAY:
        return text("intake.every_day", language)
    names = DAYS[language]
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{names[days[0]]}–{names[days[-1]]}"
    return ", ".join(names[day] for day in days)
