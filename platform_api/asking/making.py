"""Filled questionnaires to a variant of the scenario that runs: what `cuakhau intake` does with answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metrics.recorded.findings import LogError, together
from platform_api import plain_yaml
from platform_api.asking.answers import Answers, read
from platform_api.asking.combining import Combining, mark_of
from platform_api.asking.heard import Heard, Intake, Person
from platform_api.asking.questions import NOBODY, Question, Questionnaire, questionnaires
from scenarios import library
from scenarios.dials import dials
from scenarios.library import Loaded
from scenarios.quantities import ELICITED
from scenarios.resolved import Label, scenario_hash


def make(loaded: Loaded, files: Sequence[Path], base: str, name: str, folder: Path | None = None) -> Intake:
    """Read all answers, put them together, and try the scenario that they make.

    base : what the variant is based on · name : its own

    Raises
    ------
    ScenarioError
        With everything that is wrong in the answers, or in the scenario that they make.
    """
    asked = questionnaires(loaded)
    answers = _read(loaded, asked, files)
    every = {q.code: q for each in asked for q in each.questions}
    owners = {q.code: each.agency for each in reversed(asked) for q in each.questions}
    combining = Combining(loaded, dials(loaded.resolved.parameters, [loaded.written]), owners)
    heard = tuple(combining.all(list(every.values()), answers))
    people = tuple(_person(n, of, asked) for n, of in enumerate(answers))
    variant = _variant(loaded, combining, people, base, name)
    text = _head(base, people, heard) + plain_yaml.as_yaml(variant)
    made = library.load_text(text, folder=folder).resolved
    return Intake(
        loaded.resolved.name, loaded.resolved.title, people, heard, _silent(asked, heard), text,
        scenario_hash(made), _version(), made.parameters,
    )  # fmt: skip


def _version() -> str:
    from importlib.metadata import version

    return version("cuakhau")


def _read(loaded: Loaded, asked: Sequence[Questionnaire], files: Sequence[Path]) -> list[Answers]:
    questions: Mapping[str, Mapping[str, Question]] = {
        each.agency: {q.code: q for q in each.questions} for each in asked
    }
    found: list[Answers] = []
    wrong: list[LogError] = []
    for file in files:
        try:
            found.append(read(file, loaded.resolved.name, questions))
        except LogError as error:
            wrong.append(error)
    if wrong:
        raise together(wrong)
    return found


def _person(number: int, of: Answers, asked: Sequence[Questionnaire]) -> Person:
    mine = next(each for each in asked if each.agency == of.agency)
    answered = sum(not told.is_empty for told in of.told.values())
    position, years, date = (of.who.get(f"who.{name}", "") for name in ("position", "years", "date"))
    asked_of = len(mine.questions)
    return Person(mark_of(number), of.file, mine.label, position, years, date, answered, asked_of)


def _silent(asked: Sequence[Questionnaire], heard: Sequence[Heard]) -> tuple[tuple[Label, int], ...]:
    """How many questions of each agency nobody has answered."""
    done = {of.code for of in heard if any(voice.said.en != "–" for voice in of.voices)}
    counts = ((each.label, sum(q.code not in done for q in each.questions)) for each in asked)
    return tuple((label, count) for label, count in counts if count)


def _variant(
    loaded: Loaded, combining: Combining, people: Sequence[Person], base: str, name: str
) -> dict[str, Any]:
    """A scenario that differs by what was told."""
    title, changes = loaded.resolved.title, combining.changes
    overrides = {path: _nobody_left_out(value) for path, value in changes.overrides.items()}
    sections = {name: _nobody_left_out(things) for name, things in changes.sections.items()}
    return {
        "name": name,
        "based_on": base,
        "title": {"vi": f"{title.vi} (theo người được hỏi)", "en": f"{title.en} (as told by those asked)"},
        "sources": {ELICITED: {"text": _source(loaded, people)}},
        **sections,
        **({"overrides": overrides} if overrides else {}),
    }


def _nobody_left_out(told: Any) -> Any:
    """Plain data without an owner that is no agency of the scenario."""
    if isinstance(told, dict):
        return {k: _nobody_left_out(v) for k, v in told.items() if not (k == "owner" and v == NOBODY)}
    return [_nobody_left_out(each) for each in told] if isinstance(told, list) else told


def _source(loaded: Loaded, people: Sequence[Person]) -> dict[str, str]:
    """Who was asked, before and now: agencies, positions and dates; no names."""
    before = loaded.resolved.sources.get(ELICITED)
    told = {"vi": [_asked(of, of.agency.vi, "ngày") for of in people],
            "en": [_asked(of, of.agency.en, "on") for of in people]}  # fmt: skip
    if before is not None:
        stood = before.text if isinstance(before.text, Label) else Label(before.text, before.text)
        told = {"vi": [stood.vi, *told["vi"]], "en": [stood.en, *told["en"]]}
    return {language: "; ".join(parts) for language, parts in told.items()}


def _asked(of: Person, agency: str, on: str) -> str:
    when = f" {on} {of.date}" if of.date else ""
    return f"{of.mark}: {', '.join(filter(None, (agency, of.position)))}{when}"


def _head(base: str, people: Sequence[Person], heard: Sequence[Heard]) -> str:
    """What stands on top of the file: how it was made, and what is still open."""
    lines = [
        f"{base}, with what {len(people)} told who were asked (cuakhau intake).",
        "Times: fastest, usual and slowest averaged; numbers: mean of the usual, range of all;",
        "hours: what more than half of them told.",
    ]
    lines += [
        f"  - open: {of.code}: {', '.join('–'.join(pair) for pair in of.apart)} do not agree"
        for of in heard
        if of.apart
    ]
    return "".join(f"# {line}\n" for line in lines)
