"""What is right in a lesson: its ways simulated, its figures measured, its answers worked out of them.

Nothing here is remembered but what follows from the file and a seed, so any lesson repeats exactly. An answer
that other seeds do not give is luck; `same` tells whether it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.lessons import Lesson, Way, WrittenFigure, WrittenQuestion, WrittenValue
from scenarios.resolved import Label
from sim import run as simulation
from sim.timetable import Row

if TYPE_CHECKING:
    from metrics.outcomes import Key
    from metrics.series import Series

Values = dict[tuple[str, "Key"], float | None]
"""(way, figure) → what came out."""

Cancel = Callable[[], bool]

LINES = ("backlog",)
"""Lines over time that a debrief shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is right in one question, for one seed.

    values : what was computed, by option; one value under '' for a range or a guess [unit of results] ·
    right : the option, or the number of a guess; None: nothing can be said
    """

    values: dict[str, float]
    right: str | float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Played:
    """All ways of a lesson for one seed.

    digests : way → its identity · lines : way → what is drawn over time
    """

    seed: int
    answers: dict[str, Answer]
    digests: dict[str, str]
    lines: dict[str, list[Series]]


def rows_of(way: Way) -> tuple[Row, ...]:
    """What happens on the way, as rows of its timetable."""
    return tuple(Row(each.time, each.what, each.target, each.value) for each in way.sets)


def require_known(lesson: Lesson) -> None:
    """Refuse figures that no indicator gives.

    Raises
    ------
    ScenarioError
        With all of them.
    """
    from metrics.outcomes import kpi_of, names

    flaws = [
        Flaw(figure.outcome.name, _no_indicator(figure.outcome.name),
             suggestion(figure.outcome.name, list(names()))).at(f"questions.{name}")
        for name, question in lesson.written.questions.items()
        for figure in _figures(question)
        if kpi_of(figure.outcome.name) is None
    ]  # fmt: skip
    if flaws:
        raise ScenarioError(flaws)


def play(lesson: Lesson, seed: int, cancel: Cancel | None = None, *, lines: bool = True) -> Played:
    """Simulate every way with a seed, and answer all questions.

    Raises
    ------
    ScenarioError
        For a figure that a way does not give.
    sim.run.Cancelled
        If `cancel` said so.
    """
    require_known(lesson)
    values: Values = {}
    digests: dict[str, str] = {}
    drawn: dict[str, list[Series]] = {}
    for name, way in lesson.ways.items():
        keys = tuple(_keys(lesson, name))
        done = run_of(way, seed, cancel)
        digests[name] = done.digest
        values |= {(name, key): value for key, value in zip(keys, _measured(way, keys, done), strict=True)}
        if lines:
            drawn[name] = _lines(way, done)
    answers = {name: _answer(lesson, of, values) for name, of in lesson.written.questions.items()}
    return Played(seed, answers, digests, drawn)


def same(lesson: Lesson, own: Played, seed: int, cancel: Cancel | None = None) -> dict[str, bool]:
    """Which questions another seed answers as the lesson's own does."""
    found = play(lesson, seed, cancel, lines=False).answers
    return {name: agrees(of, own.answers[name], found[name]) for name, of in lesson.written.questions.items()}


def agrees(question: WrittenQuestion, one: Answer, other: Answer) -> bool:
    """Whether two seeds give the same answer: the same option, or numbers that lie near each other."""
    if one.right is None or other.right is None:
        return False
    if question.guess is None:
        return one.right == other.right
    return near(question, one, float(other.right))


def near(question: WrittenQuestion, answer: Answer, guess: float) -> bool:
    """Whether a number lies as near to the right one as its question wants."""
    assert question.guess is not None
    right = float(answer.right or 0)
    return abs(guess - right) <= question.guess.near * abs(right)


def other_seeds(lesson: Lesson, count: int) -> range:
    """Seeds that a lesson was not written for."""
    return range(lesson.written.seed + 1, lesson.written.seed + 1 + count)


# ---- figures -------------------------------------------------------------------------------------------


def _figures(question: WrittenQuestion) -> Iterator[WrittenFigure]:
    for value in question.values.values():
        yield from value.figures


def _keys(lesson: Lesson, way: str) -> Iterator[Key]:
    """The figures that are asked of a way, each once."""
    first = lesson.played.name
    wanted = {
        _key(figure): None
        for question in lesson.written.questions.values()
        for figure in _figures(question)
        if (figure.of or first) == way
    }
    yield from wanted


def _key(figure: WrittenFigure) -> Key:
    return figure.outcome.name, figure.outcome.labels


def run_of(way: Way, seed: int, cancel: Cancel | None = None, rows: tuple[Row, ...] = ()) -> simulation.Run:
    """One run of a way, with what somebody decided besides."""
    return simulation.run(
        way.scenario,
        seed,
        interventions=sorted((*rows_of(way), *rows), key=lambda row: row.time),
        cancel=cancel,
        stuck=False,
    )


def _measured(way: Way, keys: tuple[Key, ...], done: simulation.Run) -> list[float | None]:
    from metrics import outcomes
    from metrics.pieces import Measuring
    from sim.pieces import whole

    measuring = Measuring(way.scenario, outcomes.kpis_of(keys))
    measuring.take(whole(done.log))
    try:
        return outcomes.among(keys, measuring.values())
    except outcomes.NotMeasured as error:
        told = ", ".join(f"{name}={value}" for name, value in error.labels)
        known = [", ".join(f"{name}={value}" for name, value in of.items()) for of in error.known]
        raise ScenarioError([
            Flaw(f"{error.name}{{{told}}}", *_not_measured(way.name, known)).at("questions")
        ]) from None  # fmt: skip


def _lines(way: Way, done: simulation.Run) -> list[Series]:
    from metrics import curves
    from metrics.replication import Replication

    return [line for line in curves.measure(Replication(way.scenario, done.log)) if line.name in LINES]


def _answer(lesson: Lesson, question: WrittenQuestion, values: Values) -> Answer:
    found = {name: _value(lesson, of, values) for name, of in question.values.items()}
    known = {name: value for name, value in found.items() if value is not None}
    right = question.right(known) if len(known) == len(found) else None
    return Answer(known, right, unit_of(question))


def _value(lesson: Lesson, of: WrittenValue, values: Values) -> float | None:
    first = lesson.played.name
    found = [values[figure.of or first, _key(figure)] for figure in of.figures]
    if any(value is None for value in found):
        return None
    told = [float(value) for value in found if value is not None]
    if of.minus is not None:
        return told[0] - told[1]
    if of.per is not None:
        return told[0] / told[1] if told[1] else None
    return told[0]


def unit_of(question: WrittenQuestion) -> str:
    """The unit of what a question is about; a figure by another one is a number of times."""
    from metrics import outcomes

    of = next(iter(question.values.values()))
    return "1" if of.per is not None else outcomes.unit_of(of.outcome.name)


def _no_indicator(name: str) -> Label:
    return Label(vi=f"có '{name}', không phải chỉ tiêu nào", en=f"has '{name}', which is no indicator")


def _not_measured(way: str, known: list[str]) -> tuple[Label, Label]:
    listed = "; ".join(filter(None, known[:10])) or "–"
    return (
        Label(vi=f"không đo được trong '{way}'", en=f"is not measured in '{way}'"),
        Label(vi=f"có các nhãn: {listed}", en=f"there are the labels: {listed}"),
    )
