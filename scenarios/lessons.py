"""A lesson: a scenario in some ways, questions whose answers are computed from them, and what to do when.

A file of `scenarios/lessons/` (docs/reference/lessons.md). No answer stands in it: which option is right
follows from the figures that it names. Read here and held against its scenario; who simulates it is
`platform_api.lessons`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path as File
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from scenarios import library
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.findings import Findings
from scenarios.hours import instant_of
from scenarios.paths import Path
from scenarios.quantities import Count, LocalTime, Share, Written
from scenarios.resolved import Label, Resolved
from scenarios.schema_errors import read_as
from scenarios.wanted import Outcome, parse_margin, parse_outcome
from scenarios.words import Name, Text
from scenarios.yaml import LARGEST, read

FOLDER = "lessons"

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  - local, as the times of a lesson are

STATES = {"down": 0, "up": 1000}
"""What a platform may be set to, and its share of speed in per mille."""

LENGTHS = {"twenty_minutes": 20, "two_hours": 120}
"""The plans that every lesson has, and how long each takes [min]."""

Margin = Annotated[
    float, BeforeValidator(parse_margin), WithJsonSchema({"type": ["string", "number"], "examples": ["2 h"]})
]
"""In the unit of results: a duration [s], a share, a number."""


class WrittenInject(Written):
    """Something that happens at an instant, whoever decides what."""

    at: LocalTime
    """Local date and time."""
    set: str
    """`resources.NAME` or `platforms.NAME`."""
    to: int | str
    """Units on duty; of a platform `down`, `up`, or a share of its speed."""


class WrittenWay(Written):
    """One run of the same entities."""

    label: Text
    """For people."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value, beside those of the lesson."""
    injects: tuple[WrittenInject, ...] = ()
    """What happens on the way."""


class WrittenFigure(Written):
    """A figure of one way."""

    kpi: str
    """Indicator and part: `dwell_mean{direction=export}`."""
    of: Name | None = None
    """Which way; else the first."""

    @model_validator(mode="after")
    def _can_be_read(self) -> WrittenFigure:
        parse_outcome(self.kpi)
        return self

    @property
    def outcome(self) -> Outcome:
        """As plain data."""
        return parse_outcome(self.kpi)


class WrittenValue(WrittenFigure):
    """A figure, or what becomes of two."""

    minus: WrittenFigure | None = None
    """Take this off."""
    per: WrittenFigure | None = None
    """Divide by this."""

    @property
    def figures(self) -> tuple[WrittenFigure, ...]:
        """What it is made of."""
        return tuple(each for each in (self, self.minus, self.per) if each is not None)

    @model_validator(mode="after")
    def _is_one_thing(self) -> WrittenValue:
        if self.minus is not None and self.per is not None:
            raise Flaw(
                self.kpi,
                Label(vi="có cả 'minus' lẫn 'per'", en="has both 'minus' and 'per'"),
                Label(vi="hãy giữ một trong hai", en="keep one of the two"),
            )
        return self


class WrittenOption(Written):
    """One answer that may be given."""

    label: Text
    """What it says."""
    value: WrittenValue | None = None
    """Of `pick`: what is held against that of the others."""
    below: Margin | None = None
    """Of a range: where it ends; the last one has none."""
    thought: Text | None = None
    """What is behind it when it is wrong."""


class WrittenGuess(Written):
    """A number to be guessed."""

    least: Margin
    most: Margin
    near: Share
    """How far beside the right one it may lie and still count as right."""

    @model_validator(mode="after")
    def _has_room(self) -> WrittenGuess:
        if not self.least < self.most or not 0 < self.near <= 0.5:
            raise Flaw(
                f"{self.least:g}–{self.most:g}, {self.near:.0%}",
                Label(vi="có khoảng trống, hoặc 'near' ngoài 1–50 %",
                      en="has an empty range, or a 'near' outside of 1–50 %"),
                Label(vi="hãy viết least < most và near như 20 %",
                      en="write least < most, and near as in 20 %"),
            )  # fmt: skip
        return self


class WrittenQuestion(Written):
    """A prediction: which of some, in which range, or how much."""

    ask: Text
    """What is asked."""
    pick: Literal["most", "least"] | None = None
    """Right is the option of the greatest or of the smallest value."""
    value: WrittenValue | None = None
    """What is asked for, of a range or a guess."""
    options: dict[Name, WrittenOption] = Field(default_factory=dict)
    """Two to four answers."""
    guess: WrittenGuess | None = None
    """A number instead of options."""
    why: Text
    """What explains the answer, in two sentences."""
    discuss: Text
    """What the class talks about then."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> WrittenQuestion:
        options = list(self.options.values())
        ends = [option.below for option in options]
        if self.guess is not None:
            good = self.value is not None and not options and self.pick is None
        elif self.pick is not None:
            good = self.value is None and all(o.value and o.below is None for o in options)
        else:
            rising = [end for end in ends[:-1] if end is not None]
            good = self.value is not None and bool(options) and len(rising) == len(ends) - 1
            good = good and ends[-1] is None and rising == sorted(set(rising))
            good = good and all(option.value is None for option in options)
        if not good or (self.guess is None and not 2 <= len(options) <= 4):
            raise Flaw(self.ask.en, *_KINDS)
        return self

    @property
    def values(self) -> dict[str, WrittenValue]:
        """What is computed: of `pick` a value of each option, else one, under the name ''."""
        if self.value is not None:
            return {"": self.value}
        return {name: option.value for name, option in self.options.items() if option.value is not None}

    def right(self, values: dict[str, float]) -> str | float | None:
        """The right answer by what was computed; None where two options have the same value.

        Of options their name, of a guess the number.
        """
        if self.guess is not None:
            return values[""]
        if self.value is not None:
            names = (n for n, o in self.options.items() if o.below is None or values[""] < o.below)
            return next(names)
        best = (max if self.pick == "most" else min)(values.values())
        found = [name for name, value in values.items() if value == best]
        return found[0] if len(found) == 1 else None


class WrittenHighlight(Written):
    """A place that is explained."""

    at: Name
    """A step."""
    text: Text


class WrittenFollow(Written):
    """Whom everybody follows: the first of a flow that comes from an instant on."""

    flow: Name
    since: LocalTime
    text: Text
    """What to look at."""


class WrittenRole(Written):
    """Somebody who decides."""

    label: Text
    task: Text
    """What he wants, in a sentence."""
    levers: Annotated[tuple[str, ...], Field(min_length=1)]
    """`resources.NAME` or `platforms.NAME` that he may set."""


class WrittenPart(Written):
    """A part of a plan."""

    do: Literal["orient", "follow", "predict", "play", "debrief"]
    minutes: Annotated[Count, Field(ge=1, le=60)]
    question: Name | None = None
    """Of `predict`: which."""
    say: Text
    """What the trainer does."""

    @model_validator(mode="after")
    def _asks_one_question(self) -> WrittenPart:
        if (self.do == "predict") != (self.question is not None):
            raise Flaw(
                self.do,
                Label(vi="chỉ 'predict' mới có 'question', và phải có",
                      en="'predict' has a 'question', and nothing else has"),
                Label(vi="hãy viết {do: predict, question: TÊN, …}",
                      en="write {do: predict, question: NAME, …}"),
            )  # fmt: skip
        return self


class WrittenPlans(Written):
    """What is done when, in both lengths."""

    twenty_minutes: Annotated[tuple[WrittenPart, ...], Field(min_length=1)]
    two_hours: Annotated[tuple[WrittenPart, ...], Field(min_length=1)]


class WrittenDebrief(Written):
    """The end."""

    discuss: Text
    at_your_gate: Text
    """What to look for at the participants' own gate."""
    take_home: Annotated[tuple[Text, ...], Field(min_length=3, max_length=3)]


class WrittenLesson(Written):
    """The file of a lesson."""

    name: Name
    title: Text
    question: Text
    """What one knows afterwards."""
    scenario: str
    """A name of the library."""
    seed: Annotated[int, Field(ge=0, lt=1 << 53)]
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value, in every way."""
    ways: Annotated[dict[Name, WrittenWay], Field(min_length=1, max_length=4)]
    """Runs of the same entities; the first is the one that is played."""
    start: LocalTime
    """Where the play begins."""
    orient: Annotated[tuple[WrittenHighlight, ...], Field(min_length=2, max_length=8)]
    follow: WrittenFollow
    questions: Annotated[dict[Name, WrittenQuestion], Field(min_length=2, max_length=8)]
    roles: Annotated[dict[Name, WrittenRole], Field(min_length=1, max_length=8)]
    rounds: Annotated[tuple[LocalTime, ...], Field(min_length=1, max_length=6)]
    """When the roles may decide; the last one ends before the run does."""
    debrief: WrittenDebrief
    plans: WrittenPlans


_KINDS = (
    Label(vi="không phải một trong ba loại câu hỏi", en="is none of the three kinds of questions"),
    Label(
        vi="hãy viết 'pick' với 2–4 lựa chọn có 'value'; hoặc 'value' với 2–4 lựa chọn có 'below' tăng dần "
        "(trừ lựa chọn cuối); hoặc 'value' với 'guess'",
        en="write 'pick' with 2–4 options that have a 'value'; or 'value' with 2–4 options of rising 'below' "
        "(none in the last); or 'value' with 'guess'",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Set:
    """The row of an inject: from `time` on `what` of `target` is `value` (words of `sim.log.TARGETS`)."""

    time: int  # [ms]
    what: str
    target: str
    value: int


@dataclass(frozen=True, slots=True)
class Way:
    """A run that can be made."""

    name: str
    label: Label
    scenario: Resolved
    sets: tuple[Set, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson that fits its scenario.

    start, since, rounds : instants [ms]
    """

    written: WrittenLesson
    ways: dict[str, Way]
    start: int
    since: int
    rounds: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.written.name

    @property
    def played(self) -> Way:
        """The way that is shown live."""
        return next(iter(self.ways.values()))


# ---- where lessons lie ---------------------------------------------------------------------------------


def names() -> tuple[str, ...]:
    """The lessons that there are."""
    found = (item.name for item in files("scenarios").joinpath(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def is_lesson(name_or_path: str) -> bool:
    """Whether this is a lesson: by its name, or a file that has ways and plans."""
    if name_or_path in names():
        return True
    try:
        data = read(_bytes(name_or_path)).data
    except (ScenarioError, OSError, ValueError):
        return False
    return isinstance(data, dict) and {"ways", "plans"} <= data.keys()


def load_lesson(name_or_path: str) -> Lesson:
    """A lesson by its name, or of a file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    if name_or_path in names():
        return read_lesson(files("scenarios").joinpath(FOLDER, f"{name_or_path}.yaml").read_bytes())
    try:
        text = _bytes(name_or_path)
    except (OSError, ValueError):
        said = Label(
            vi=f"là '{name_or_path}', không phải bài học có sẵn hay một tệp ở đây",
            en=f"is '{name_or_path}', which is neither a lesson nor a file here",
        )
        raise ScenarioError(
            [Flaw(name_or_path, said, suggestion(name_or_path, names())).at("lesson")]
        ) from None
    try:
        return read_lesson(text)
    except ScenarioError as error:
        raise ScenarioError(error.problems, error.file or name_or_path) from None


def _bytes(path: str) -> bytes:
    with File(path).open("rb") as stream:
        return stream.read(LARGEST + 1)


def read_lesson(text: str | bytes) -> Lesson:
    """A lesson from its text, held against its scenario.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    written, findings = read_as(WrittenLesson, text)
    opened = dict(_opened(written, findings))
    findings.raise_if_any()
    lesson = _Held(written, opened, findings).lesson()
    findings.raise_if_any()
    return lesson


def _opened(written: WrittenLesson, findings: Findings) -> Iterator[tuple[str, Resolved]]:
    """The scenario of each way."""
    if written.scenario not in library.names():
        said = Label(
            vi=f"là '{written.scenario}', không có trong thư viện",
            en=f"is '{written.scenario}', which is not in the library",
        )
        findings.wrong(
            ("scenario",), written.scenario, said, suggestion(written.scenario, list(library.names()))
        )
        return
    known: dict[str, Resolved] = {}
    for name, way in written.ways.items():
        told = repr(way.overrides)  # ways that differ by what happens in them are of one scenario
        with findings.at("ways", name):
            if told not in known:
                overrides = {**written.overrides, **way.overrides}
                known[told] = library.load(written.scenario, overrides).resolved
            yield name, known[told]


# ---- a lesson against its scenario ---------------------------------------------------------------------


class _Held:
    """Held against the scenario: every problem is noted."""

    def __init__(self, written: WrittenLesson, opened: dict[str, Resolved], findings: Findings) -> None:
        self.written, self.opened, self.findings = written, opened, findings
        self.base = next(iter(opened.values()))

    def lesson(self) -> Lesson:
        """The lesson, unless something was found."""
        of = self.written
        self._known("orient", [(("orient", i, "at"), each.at) for i, each in enumerate(of.orient)])
        self._known("follow", [(("follow", "flow"), of.follow.flow)])
        for name, question in of.questions.items():
            for figure in (f for value in question.values.values() for f in value.figures):
                if figure.of is not None and figure.of not in self.opened:
                    self._unknown(("questions", name), figure.of, list(self.opened))
        for name, role in of.roles.items():
            for i, lever in enumerate(role.levers):
                self._thing(("roles", name, "levers", i), lever, self.base)
        self._plans()
        rounds = tuple(self._instant(("rounds", i), at, self.base) for i, at in enumerate(of.rounds))
        if sorted(set(rounds)) != list(rounds):
            self.findings.wrong(("rounds",), ", ".join(map(str, of.rounds)), *_ORDER)
        return Lesson(
            of,
            {name: self._way(name) for name in self.opened},
            self._instant(("start",), of.start, self.base),
            self._instant(("follow", "since"), of.follow.since, self.base),
            rounds,
        )

    def _way(self, name: str) -> Way:
        way, scenario = self.written.ways[name], self.opened[name]
        sets = [
            Set(self._instant((*at, "at"), inject.at, scenario), *self._change(at, inject, scenario))
            for i, inject in enumerate(way.injects)
            for at in (("ways", name, "injects", i),)
        ]
        return Way(name, way.label.label(), scenario, tuple(sorted(sets, key=lambda each: each.time)))

    def _change(self, path: Path, inject: WrittenInject, scenario: Resolved) -> tuple[str, str, int]:
        kind, target = self._thing((*path, "set"), inject.set, scenario)
        told = str(inject.to).strip()
        if kind == "resources":
            if not told.isdecimal() or int(told) > 1_000:
                self.findings.wrong((*path, "to"), told, *_UNITS)
                return "capacity", target, 0
            return "capacity", target, int(told)
        with self.findings.at(*path, "to"):
            return "platform", target, STATES[told] if told in STATES else round(1000 * _share(told))
        return "platform", target, 0

    def _thing(self, path: Path, told: str, scenario: Resolved) -> tuple[str, str]:
        """`resources.NAME` or `platforms.NAME`, as its kind and its name."""
        kind, _, name = told.partition(".")
        known = [f"resources.{each}" for each in scenario.resources]
        known += [f"platforms.{each}" for each in scenario.platforms]
        if told not in known:
            self._unknown(path, told, known)
        return kind, name

    def _known(self, _: str, mentioned: list[tuple[Path, str]]) -> None:
        for path, name in mentioned:
            known = self.base.flows if path[-1] == "flow" else self.base.steps
            if name not in known:
                self._unknown(path, name, list(known))

    def _unknown(self, path: Path, told: str, known: list[str]) -> None:
        said = Label(vi=f"là '{told}', kịch bản không có", en=f"is '{told}', which the scenario has not")
        self.findings.wrong(path, told, said, suggestion(told, known))

    def _instant(self, path: Path, at: datetime, scenario: Resolved) -> int:
        clock = scenario.clock
        local = (at - EPOCH) // timedelta(milliseconds=1)
        instant = instant_of(clock.offsets, clock.start_utc, local)
        if not 0 <= instant < clock.at_most:
            self.findings.wrong(path, str(at), *_OUTSIDE)
        return instant

    def _plans(self) -> None:
        for name, minutes in LENGTHS.items():
            parts: tuple[WrittenPart, ...] = getattr(self.written.plans, name)
            took = sum(part.minutes for part in parts)
            if took != minutes:
                said = Label(vi=f"dài {took} phút", en=f"takes {took} minutes")
                fix = Label(vi=f"hãy chia lại cho đủ {minutes} phút", en=f"make it {minutes} minutes")
                self.findings.wrong(("plans", name), took, said, fix)
            asked = [part.question for part in parts if part.question is not None]
            for question in asked:
                if question not in self.written.questions:
                    self._unknown(("plans", name), question, list(self.written.questions))
            if name == "two_hours":
                self._whole(parts, asked)

    def _whole(self, parts: tuple[WrittenPart, ...], asked: list[str]) -> None:
        """Two hours leave nothing out."""
        wanted = {"orient", "follow", "predict", "play", "debrief"} - {part.do for part in parts}
        missing = sorted(wanted) + [name for name in self.written.questions if name not in asked]
        if missing:
            said = Label(vi=f"bỏ sót: {', '.join(missing)}", en=f"leaves out: {', '.join(missing)}")
            fix = Label(vi="hãy thêm vào kế hoạch hai giờ", en="add it to the plan of two hours")
            self.findings.wrong(("plans", "two_hours"), ", ".join(missing), said, fix)


def _share(told: str) -> float:
    from scenarios.units import parse_share

    return parse_share(told)


_ORDER = (
    Label(vi="không tăng dần", en="are not in the order of time"),
    Label(vi="hãy xếp theo thứ tự thời gian", en="put them in the order of time"),
)
_UNITS = (
    Label(vi="không phải số cán bộ hay số làn", en="is no number of officers or lanes"),
    Label(vi="hãy viết số nguyên từ 0 đến 1000", en="write a whole number from 0 to 1000"),
)
_OUTSIDE = (
    Label(vi="nằm ngoài thời gian mô phỏng", en="lies outside of the simulated time"),
    Label(vi="hãy viết một lúc trong cửa sổ của kịch bản",
          en="write an instant in the window of the scenario"),
)  # fmt: skip
