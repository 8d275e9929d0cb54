"""Answers of several people as a variant of the scenario: what each question comes to, and what to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

from metrics import elicited
from metrics.elicited import Three
from metrics.fitted import words
from platform_api.asking.answers import Answers, Shift, Told
from platform_api.asking.cells import MS
from platform_api.asking.heard import Heard, Voice
from platform_api.asking.questions import Question
from platform_api.asking.saying import Saying
from scenarios.dials import Dial, turned, value_told
from scenarios.library import Loaded
from scenarios.magnitudes import within
from scenarios.paths import get, parsed
from scenarios.quantities import ELICITED
from scenarios.resolved import Label

MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MINUTE = 60_000

Pattern = tuple[tuple[tuple[int, ...], int | None, int | None], ...]
"""Hours without how many: days, from, to."""


def mark_of(number: int) -> str:
    """A, B … Z, A2 …"""
    return MARKS[number % 26] + (str(number // 26 + 1) if number >= 26 else "")


@dataclass(slots=True)
class Changes:
    """What becomes of the scenario. turned : dial → its new value, put in beside the shares around it"""

    overrides: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    turned: dict[Dial, tuple[float, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody told to the question at hand."""

    mark: str
    told: Told


class Combining:
    """Goes through the questions, one after the other."""

    def __init__(self, loaded: Loaded, dials: Sequence[Dial], owners: Mapping[str, str]) -> None:
        self.loaded, self.owners = loaded, owners
        self.dials = {dial.path: dial for dial in dials}
        self.ranges = {each.path: each.range for each in loaded.resolved.parameters}
        self.changes = Changes()
        self.saying = Saying()

    def all(self, questions: Sequence[Question], answers: Sequence[Answers]) -> Iterator[Heard]:
        """Every question that somebody answered."""
        for question in questions:
            said = [
                Said(mark_of(n), of.told[question.code])
                for n, of in enumerate(answers)
                if question.code in of.told
            ]
            if said:
                yield self._heard(question, said)
        self._put_turned()

    def _heard(self, question: Question, said: Sequence[Said]) -> Heard:
        make: dict[str, Callable[[Question, Sequence[Said]], tuple[Label | None, list[tuple[str, str]]]]] = {
            "time": self._time,
            "number": self._number,
            "people": self._people,
            "hours": self._hours,
            "down": self._down,
        }
        answered = [each for each in said if not each.told.is_empty]
        pooled, apart = make[question.kind](question, answered) if answered else (None, [])
        voices = tuple(
            Voice(each.mark, self.saying.told(question, each.told), each.told.remark) for each in said
        )
        before = self._before(question.code)
        heard = Heard(
            question.code, question.kind, question.label, self.owners[question.code], voices, pooled, before,
            tuple(apart),
        )  # fmt: skip
        return replace(heard, beyond=self._is_beyond(question, answered))

    # ---- times and numbers -------------------------------------------------------------------------------

    def _time(self, question: Question, said: Sequence[Said]) -> tuple[Label | None, list[tuple[str, str]]]:
        told, marks = _threes(said)
        self.changes.overrides[question.code] = self._written_time(question, told)
        return self.saying.three(elicited.averaged(told), question.unit), _pairs(told, marks)

    def _written_time(self, question: Question, told: Sequence[Three]) -> Any:
        """Fastest, usual and slowest, each with the range of what was told."""
        pooled = elicited.averaged(told)
        low, high = ([getattr(each, name) for each in told] for name in ("low", "high"))
        spans = {
            "fastest": (pooled.low, min(low), max(low)),
            "usual": (pooled.usual, *elicited.usual_span(told)),
            "slowest": (pooled.high, min(high), max(high)),
        }
        if pooled.low == pooled.high:
            return self._stated(question, *spans["usual"])
        return {name: self._stated(question, *span) for name, span in spans.items()}

    def _stated(self, question: Question, value: float, low: float, high: float) -> dict[str, Any]:
        """A number as scenarios write it; a range that is none is left out."""
        texts = [written(each, question.unit) for each in (value, low, high)]
        told: dict[str, Any] = {"value": texts[0]}
        if texts[1] != texts[2]:
            told["range"] = texts[1:]
        return told | {"source": ELICITED, "owner": self.owners[question.code]}

    def _number(self, question: Question, said: Sequence[Said]) -> tuple[Label | None, list[tuple[str, str]]]:
        told, marks = _threes(said)
        usual = elicited.averaged(told).usual
        low, high = elicited.hull(told)
        stated = self._stated(question, usual, low, high)
        dial = self.dials[question.code]
        factor = MS.get(question.unit, 0.01 if question.unit == "%" else 1.0)
        self.changes.turned[dial] = (usual * factor, stated)
        return self.saying.three(Three(low, usual, high), question.unit), _pairs(told, marks)

    def _put_turned(self) -> None:
        """Numbers in their places; shares that nobody was asked for, or that do not add up, make room."""
        told = self.changes.turned
        plain = turned(self.loaded.written, {dial: value for dial, (value, _) in told.items()})
        asked = {dial.path: stated for dial, (_, stated) in told.items()}
        for path, value in plain.items():
            stood = get(self.loaded.written, parsed(path))
            if path in asked:
                stated = asked[path]
                self.changes.overrides[path] = _holding(
                    {**stated, "value": value} if "%" in value else stated
                )
            elif isinstance(stood, dict):
                self.changes.overrides[path] = _holding({**stood, "value": value})
            elif value_told(stood) != value:
                self.changes.overrides[path] = value

    # ---- shifts, hours, platforms ------------------------------------------------------------------------

    def _people(self, question: Question, said: Sequence[Said]) -> tuple[Label | None, list[tuple[str, str]]]:
        pattern, of, apart = _majority(said)
        if pattern is None:
            return None, apart
        pooled = [(part, [_three(each.told.shifts, part) for each in of]) for part in pattern]
        name = str(parsed(question.code)[1])
        counts = [self._count(question, threes) for _, threes in pooled]
        if pattern[0][1] is None:
            self.changes.overrides[question.code] = counts[0]
        else:
            self._put_shifts(name, pattern, counts)
        for _, threes in pooled:
            apart = [*apart, *_pairs(threes, [each.mark for each in of])]
        shown = [Shift(*part, _pooled_count(threes)) for part, threes in pooled]
        return self.saying.shifts(shown), list(dict.fromkeys(apart))

    def _count(self, question: Question, told: Sequence[Three]) -> dict[str, Any]:
        pooled = _pooled_count(told)
        return self._stated(question, pooled.usual, pooled.low, pooled.high)

    def _put_shifts(self, name: str, pattern: Pattern, counts: Sequence[dict[str, Any]]) -> None:
        """Shifts with calendars of their own, in the zone and with the holidays of the one before."""
        stood = self.loaded.written["resources"][name]
        keep = _kept(self.loaded.written, stood)
        capacity = []
        for number, (part, units) in enumerate(zip(pattern, counts, strict=True), 1):
            calendar = f"{name}_asked_{number}"[:64]
            label = self.saying.hours([Shift(*part)])
            weekly = words.weekly(_week((part,)))
            self.changes.sections.setdefault("calendars", {})[calendar] = {
                "label": {"vi": label.vi, "en": label.en}, **keep, "weekly": weekly, "source": ELICITED,
                "owner": self.owners[f"resources.{name}.capacity"],
            }  # fmt: skip
            capacity.append({"units": units, "calendar": calendar})
        rest = {key: value for key, value in stood.items() if key not in ("capacity", "calendar", "range")}
        assumed = {"source"} if rest.get("source") == "assumption" else set()
        rest = {key: value for key, value in rest.items() if key not in assumed}
        self.changes.sections.setdefault("resources", {})[name] = {**rest, "capacity": capacity}

    def _hours(self, question: Question, said: Sequence[Said]) -> tuple[Label | None, list[tuple[str, str]]]:
        pattern, of, apart = _majority(said)
        if pattern is None:
            return None, apart
        name = str(parsed(question.code)[1])
        stood = {
            k: v for k, v in self.loaded.written["calendars"][name].items() if k not in ("range", "breaks")
        }
        told = {
            "weekly": words.weekly(_week(pattern)),
            "source": ELICITED,
            "owner": self.owners[question.code],
        }
        self.changes.overrides[f"calendars.{name}"] = {**stood, **told}
        return self.saying.hours(of[0].told.shifts), apart

    def _down(self, question: Question, said: Sequence[Said]) -> tuple[Label | None, list[tuple[str, str]]]:
        facts = [(each.mark, bool(each.told.paper)) for each in said]
        best = elicited.agreed([paper for _, paper in facts])
        apart = [(a, b) for n, (a, one) in enumerate(facts) for b, other in facts[n + 1 :] if one != other]
        if best is None:
            return None, apart
        if not best:
            self._let_wait(str(parsed(question.code)[1]))
            return self.saying.down(False, None, question.unit), apart
        told, marks = _threes([each for each in said if each.told.paper])
        self.changes.overrides[question.code] = {"time": self._written_time(question, told)}
        pooled = self.saying.down(True, elicited.averaged(told), question.unit)
        return pooled, list(dict.fromkeys([*apart, *_pairs(told, marks)]))

    def _let_wait(self, name: str) -> None:
        stood = self.loaded.written["steps"][name]
        if "fallback" in stood:
            without = {key: value for key, value in stood.items() if key != "fallback"}
            self.changes.sections.setdefault("steps", {})[name] = without

    # ---- what stood there before -------------------------------------------------------------------------

    def _before(self, code: str) -> str:
        from scenarios.changes import told

        stood = get(self.loaded.written, parsed(code))
        return "" if stood is None else told(stood)

    def _is_beyond(self, question: Question, said: Sequence[Said]) -> bool:
        """Whether the usual value lies outside the range that the scenario believed in."""
        span = self.ranges.get(question.code)
        told, _ = _threes(said)
        if span is None or not told or question.kind not in ("time", "number"):
            return False
        usual = written(elicited.averaged(told).usual, question.unit)
        return not within(str(usual), *span)


def written(value: float, unit: str) -> Any:
    """A number in the unit of its question as scenarios write it."""
    if unit in MS:
        return words.duration(value * MS[unit])
    if unit == "":
        return round(value)
    if unit == "VND":
        return f"{round(value)} VND"
    return f"{value:.6g} {unit}"


def _threes(said: Sequence[Said]) -> tuple[list[Three], list[str]]:
    told = [each for each in said if each.told.three is not None]
    return [each.told.three for each in told if each.told.three is not None], [each.mark for each in told]


def _pairs(told: Sequence[Three], marks: Sequence[str]) -> list[tuple[str, str]]:
    return [(marks[a], marks[b]) for a, b in elicited.apart(told)]


def _pooled_count(told: Sequence[Three]) -> Three:
    low, high = elicited.hull(told)
    return Three(low, float(round(fsum(each.usual for each in told) / len(told))), high)


def _pattern(shifts: Sequence[Shift]) -> Pattern:
    ordered = sorted(shifts, key=lambda s: (s.days, -1 if s.begin is None else s.begin))
    return tuple((s.days, s.begin, s.end) for s in ordered)


def _majority(said: Sequence[Said]) -> tuple[Pattern | None, list[Said], list[tuple[str, str]]]:
    """The hours that most told, who told them, and who did not agree with whom."""
    patterns = [_pattern(each.told.shifts) for each in said]
    best = elicited.agreed(patterns)
    apart = [
        (said[a].mark, said[b].mark)
        for a in range(len(said))
        for b in range(a + 1, len(said))
        if Counter(patterns[a]) != Counter(patterns[b])
    ]
    return best, [each for each, pattern in zip(said, patterns, strict=True) if pattern == best], apart


def _three(shifts: Sequence[Shift], part: tuple[tuple[int, ...], int | None, int | None]) -> Three:
    return next(s.three for s in shifts if (s.days, s.begin, s.end) == part and s.three is not None)


def _week(pattern: Pattern) -> list[list[tuple[int, int]]]:
    """Of each weekday its hours [ms after midnight]."""
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for days, begin, end in pattern:
        for day in days:
            week[day].append(((begin or 0) * MINUTE, (1440 if end is None else end) * MINUTE))
    return [sorted(day) for day in week]


def _kept(scenario: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    """Zone, holidays and exceptions of the calendar that a pool has had."""
    capacity = resource.get("capacity")
    shifts = capacity if isinstance(capacity, list) else [resource]
    name = next((s["calendar"] for s in shifts if isinstance(s, dict) and "calendar" in s), None)
    stood = (scenario.get("calendars") or {}).get(name) or {}
    return {key: stood[key] for key in ("time_zone", "holidays", "exceptions") if key in stood}


def _holding(stated: dict[str, Any]) -> dict[str, Any]:
    """A number whose range holds it, widened where shares had to make room."""
    from scenarios.magnitudes import magnitude

    span = stated.get("range")
    if not span or within(str(stated["value"]), str(span[0]), str(span[1])):
        return stated
    ends = sorted([*map(str, span), str(stated["value"])], key=lambda text: (magnitude(text) or ("", 0.0))[1])
    return {**stated, "range": [ends[0], ends[-1]]}
