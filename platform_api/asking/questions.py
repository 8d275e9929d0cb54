"""What is asked about a scenario, and of whom: one list of questions for each agency.

The figures of the scenario stand in no question: who is shown a number answers near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from platform_api.naming import attribute_name, option_name, value_name
from platform_api.texts import LANGUAGES, Language, both, every_text, pick
from scenarios.dials import Dial, dials
from scenarios.errors import Flaw
from scenarios.library import Loaded
from scenarios.paths import dotted, parsed
from scenarios.resolved import Label, Resolved
from scenarios.units import UNITS, parse_duration

Kind = Literal["time", "people", "hours", "down", "number"]

KINDS: tuple[Kind, ...] = ("time", "people", "hours", "down", "number")
"""In the order in which they are asked."""

ASKS: dict[str, tuple[str, ...]] = {
    "who": ("answer",),
    "time": ("least", "usual", "most"),
    "people": ("days", "from", "to", "least", "usual", "most"),
    "hours": ("days", "from", "to"),
    "down": ("answer", "least", "usual", "most"),
    "number": ("least", "usual", "most"),
}
"""What is filled in for a question of each kind."""

LINES = {"people": 3, "hours": 3}
"""How many lines there are for a question; one if not said."""

WHO = ("who.position", "who.years", "who.date", "who.name")

NOBODY = "others"
"""Questions that no agency of the scenario is said to be able to answer."""

PEDIGREE = frozenset({"by", "source", "range", "owner"})

FROM_A_LOG = ("hours", "weekdays", "months", "dates", "cv")
"""Numbers that nobody carries in the head; a log tells them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    code : the path of what it is about · unit : in which it is asked, "" for a count · shifts : whether the
    pool works in several shifts, so that each needs its hours
    """

    code: str
    kind: Kind
    label: Label
    unit: str = ""
    shifts: bool = False


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What one agency is asked."""

    scenario: str
    title: Label
    agency: str
    label: Label
    questions: tuple[Question, ...]

    def of(self, kind: Kind) -> list[Question]:
        """Its questions of one kind."""
        return [each for each in self.questions if each.kind == kind]


def questionnaires(loaded: Loaded) -> list[Questionnaire]:
    """One for each agency that is asked anything, in the order of the scenario."""
    scenario = loaded.resolved
    found: dict[str, list[Question]] = {}
    for agency, question in _Asking(loaded).all():
        found.setdefault(agency if agency in scenario.agencies else NOBODY, []).append(question)
    order = [*scenario.agencies, NOBODY]
    return [
        Questionnaire(
            scenario.name,
            scenario.title,
            agency,
            scenario.agencies[agency].label if agency in scenario.agencies else both("intake.others"),
            tuple(sorted(found[agency], key=lambda each: KINDS.index(each.kind))),
        )
        for agency in order
        if agency in found
    ]


class _Asking:
    """Walks through a scenario as it was written."""

    def __init__(self, loaded: Loaded) -> None:
        self.scenario: Resolved = loaded.resolved
        self.written = loaded.written
        self.owners = {each.path: each.owner for each in loaded.resolved.parameters if each.owner}
        self.dials = dials(loaded.resolved.parameters, [loaded.written])
        self.asked: list[str] = []

    def all(self) -> Iterator[tuple[str, Question]]:
        """(agency, question) of everything."""
        for name, step in self._section("steps"):
            yield from self._times(name, step)
        for name, resource in self._section("resources"):
            yield from self._people(name, resource)
        for name, _ in self._section("calendars"):
            yield from self._hours(name)
        for name, step in self._section("steps"):
            yield from self._down(name, step)
        for dial in self.dials:
            yield from self._number(dial)

    def _section(self, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield from ((key, each) for key, each in (self.written.get(name) or {}).items() if each)

    def _owner(self, path: str, otherwise: str | None) -> str:
        """Who is said to be able to tell; else whose it is."""
        told = next((who for at, who in self.owners.items() if _within(at, path)), None)
        return told or otherwise or NOBODY

    def _of_step(self, name: str) -> str | None:
        step = self.scenario.steps.get(name)
        return None if step is None else step.agency

    # ---- kinds of questions ------------------------------------------------------------------------------

    def _times(self, name: str, step: Mapping[str, Any]) -> Iterator[tuple[str, Question]]:
        if "time" not in step or name not in self.scenario.steps:
            return
        label = self.scenario.steps[name].label
        for path, told, case in self._cases(("steps", name, "time"), step["time"], label):
            unit = _unit_of(told)
            if unit is not None:
                code = dotted(path)
                self.asked.append(code)
                yield self._owner(code, self._of_step(name)), Question(code, "time", case, unit)

    def _cases(
        self, path: tuple[str, ...], told: Any, label: Label
    ) -> Iterator[tuple[tuple[str, ...], Any, Label]]:
        """A time, or one for each value of an attribute."""
        if not isinstance(told, dict) or "by" not in told:
            yield path, told, label
            return
        for value, inner in told.items():
            if value not in PEDIGREE:
                case = _more(label, self._value(str(told["by"]), str(value)))
                yield from self._cases((*path, str(value)), inner, case)

    def _value(self, attribute: str, value: str) -> Label:
        if value == "other":
            return both("intake.other_value")
        return Label(*(value_name(attribute, value, self.scenario, language) for language in LANGUAGES))

    def _people(self, name: str, resource: Mapping[str, Any]) -> Iterator[tuple[str, Question]]:
        if name not in self.scenario.resources or "capacity" not in resource:
            return
        code = dotted(("resources", name, "capacity"))
        self.asked.append(code)
        whose = self.scenario.resources[name]
        shifts = isinstance(resource["capacity"], list) and len(resource["capacity"]) > 1
        question = Question(code, "people", whose.label, shifts=shifts)
        yield self._owner(code, whose.agency), question

    def _hours(self, name: str) -> Iterator[tuple[str, Question]]:
        code = dotted(("calendars", name, "weekly"))
        label = self.scenario.calendars[name].label if name in self.scenario.calendars else Label(name, name)
        stated = self.written["calendars"][name].get("owner")
        whose = [stated] if stated else list(dict.fromkeys(self._who_keeps(name)))
        for agency in whose:
            yield agency, Question(code, "hours", label)

    def _who_keeps(self, calendar: str) -> Iterator[str]:
        """The agencies of the pools that work in these hours."""
        for name, resource in self._section("resources"):
            told = resource.get("capacity")
            shifts = told if isinstance(told, list) else [resource]
            whose = self.scenario.resources[name].agency if name in self.scenario.resources else None
            if whose and any(isinstance(s, dict) and s.get("calendar") == calendar for s in shifts):
                yield whose

    def _down(self, name: str, step: Mapping[str, Any]) -> Iterator[tuple[str, Question]]:
        platform = step.get("platform")
        if not platform or step.get("kind") == "message" or name not in self.scenario.steps:
            return
        code = dotted(("steps", name, "fallback"))
        self.asked.append(code)
        names = platform if isinstance(platform, list) else [platform]
        shown = [self.scenario.platforms[p].label for p in names if p in self.scenario.platforms]
        label = self.scenario.steps[name].label
        for each in shown:
            label = Label(f"{label.vi} – {each.vi}", f"{label.en} – {each.en}")
        unit = _unit_of(step.get("fallback")) or "min"
        yield self._owner(code, self._of_step(name)), Question(code, "down", label, unit)

    def _number(self, dial: Dial) -> Iterator[tuple[str, Question]]:
        pieces = [str(piece) for piece in parsed(dial.path)]
        if dial.kind == "number" or set(pieces) & set(FROM_A_LOG) or pieces[0] == "calendars":
            return
        if any(_within(dial.path, asked) for asked in self.asked):
            return
        yield dial.owner or NOBODY, Question(dial.path, "number", self._named(pieces), _unit_of_dial(dial))

    def _named(self, pieces: list[str]) -> Label:
        """`flows.export.attributes.goods.fruit` in the words of the scenario."""
        return Label(*(" – ".join(self._words(pieces, language)) for language in LANGUAGES))

    def _words(self, pieces: list[str], language: Language) -> Iterator[str]:
        part, name, *rest = [*pieces, ""] if len(pieces) == 1 else pieces
        things = getattr(self.scenario, part, None)
        labelled = isinstance(things, dict) and name in things and hasattr(things[name], "label")
        yield pick(things[name].label, language) if labelled and things else _word(name, language)
        if part == "flows" and rest[:1] == ["attributes"] and len(rest) > 1:
            attribute = self.scenario.flows[name].attributes.get(rest[1])
            yield rest[1] if attribute is None else attribute_name(rest[1], attribute, language)
            told = self.written["flows"][name]["attributes"].get(rest[1])
            yield from self._values(
                told, rest[2:], lambda value: value_name(rest[1], value, self.scenario, language), language
            )
        elif part == "steps" and rest[:1] == ["shares"]:
            told = self.written["steps"][name]["shares"]
            yield from self._values(
                told, rest[1:], lambda option: option_name(name, option, self.scenario, language), language
            )
        elif part == "rates" and name == "goods" and rest:
            yield value_name("goods", rest[0], self.scenario, language)
            yield from (_word(piece, language) for piece in rest[1:])
        else:
            yield from (_word(piece, language) for piece in rest)

    def _values(
        self, told: Any, pieces: list[str], name: Callable[[str], str], language: Language
    ) -> Iterator[str]:
        """Values of attributes on the way to a share, then what the share is of."""
        for piece in pieces:
            inner = told if isinstance(told, dict) else {}
            by = inner.get("by")
            known = piece in inner and by is not None
            yield value_name(str(by), piece, self.scenario, language) if known else name(piece)
            told = inner.get(piece)


def _word(piece: str, language: Language) -> str:
    """A word of the language of scenarios as people say it, where it is known."""
    key = f"intake.word.{piece}"
    return pick(every_text()[key], language) if key in every_text() else piece


def _within(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _more(label: Label, case: Label) -> Label:
    return Label(f"{label.vi}: {case.vi}", f"{label.en}: {case.en}")


def _unit_of(told: Any) -> str | None:
    """The unit in which people think of a time as long as this; None if it is no time."""
    longest = max(_durations(told), default=None)
    if longest is None:
        return None
    if longest < 2 * UNITS["min"]:
        return "s"
    if longest < 4 * UNITS["h"]:
        return "min"
    return "h" if longest < 4 * UNITS["d"] else "d"


def _durations(told: Any) -> Iterator[int]:
    if isinstance(told, dict):
        for key, inner in told.items():
            if key not in ("source", "owner", "range", "distribution"):
                yield from _durations(inner)
        return
    if isinstance(told, list):
        for inner in told:
            yield from _durations(inner)
        return
    try:
        yield parse_duration(told)
    except Flaw:
        return


def _unit_of_dial(dial: Dial) -> str:
    if dial.kind == "duration":
        return _unit_of(dial.written) or "min"
    if dial.kind == "share":
        return "%"
    if dial.kind == "rate":
        return "/" + dial.written.rpartition("/")[2].strip()
    if dial.kind == "money":
        return "VND"
    return "" if dial.kind == "count" else dial.kind
