"""Lessons as they go over the wire; an answer is told only to who asks for it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from platform_api.wire import Intervention, SessionState, Text, Wire
from scenarios.resolved import Label


class LessonItem(Wire):
    """A lesson in the list."""

    name: str
    title: Text
    question: Text


class LessonList(Wire):
    """All lessons."""

    lessons: list[LessonItem]


class WayTold(Wire):
    """A run of a lesson."""

    name: str
    label: Text
    injects: list[Intervention]


class Highlight(Wire):
    """A place that is explained."""

    at: str = Field(description="a step")
    text: Text


class OptionTold(Wire):
    """An answer that may be given."""

    name: str
    label: Text


class GuessTold(Wire):
    """A number to be guessed, in the unit of results."""

    least: float
    most: float
    near: float = Field(description="share of the right one by which it may differ")


class QuestionTold(Wire):
    """A question without its answer."""

    name: str
    ask: Text
    kind: Literal["pick", "range", "guess"]
    unit: str
    options: list[OptionTold]
    guess: GuessTold | None


class RoleTold(Wire):
    """Somebody who decides."""

    name: str
    label: Text
    task: Text
    levers: list[str]


class PartTold(Wire):
    """A part of a plan."""

    do: Literal["orient", "follow", "predict", "play", "debrief"]
    minutes: int
    question: str | None
    say: Text


class LessonTold(LessonItem):
    """A whole lesson; times in milliseconds after the start of the window."""

    scenario: str
    seed: int
    ways: list[WayTold]
    start: int
    orient: list[Highlight]
    follow: Text
    questions: list[QuestionTold]
    roles: list[RoleTold]
    rounds: list[int]
    discuss: Text
    at_your_gate: Text
    take_home: list[Text]
    plans: dict[str, list[PartTold]]


class LessonSessionOrder(BaseModel):
    """A live session of a lesson."""

    model_config = ConfigDict(extra="forbid", strict=True)

    way: str | None = Field(None, max_length=64, description="which; else the first")


class LessonSession(Wire):
    """A live session of a lesson, standing where the play begins."""

    session: SessionState
    follow: int | None = Field(description="the entity that everybody follows, once it has come")


class AnswerOrder(BaseModel):
    """A prediction; without one the answer is told and no points given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=64)
    guess: str | float | None = Field(None, description="an option, or a number in the unit of results")
    sure: float = Field(1.0, ge=0, le=1, description="of an option: how likely it is thought to be")


class ValueTold(Wire):
    """What was computed for an option, or for the question as a whole."""

    name: str
    label: Text
    value: float


class AgreementTold(Wire):
    """For how many seeds the answers are those of the lesson, its own counted too."""

    of: int = Field(description="seeds that were looked at")
    agree: dict[str, int] = Field(description="by question")


class AnswerTold(Wire):
    """What is right, and why."""

    question: str
    right: str | float | None
    values: list[ValueTold]
    unit: str
    points: int | None
    thought: Text | None = Field(description="what is behind a wrong guess")
    why: Text
    discuss: Text


class LineTold(Wire):
    """How many were inside, over time."""

    way: str
    label: Text
    start_s: float
    step_s: float
    values: list[float | None]


class DebriefTold(Wire):
    """Everything that came out, for the end of a lesson."""

    answers: list[AnswerTold]
    lines: list[LineTold]
    digests: dict[str, str]


class Decision(BaseModel):
    """Something that a role set at an instant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    time: int = Field(ge=0, le=1 << 40, description="[ms after the start of the window]")
    what: Literal["capacity", "platform", "slow"]
    target: str = Field(max_length=200)
    value: int = Field(ge=0, le=1_000_000)


class PlayOrder(BaseModel):
    """What was decided in a play."""

    model_config = ConfigDict(extra="forbid", strict=True)

    interventions: list[Decision] = Field(max_length=200)


class PlayTold(Wire):
    """What a play is worth: nothing if anything was let through unseen."""

    points: int
    entities: int
    saved_h: float
    saved_share: float
    done: int
    done_without: int
    unseen: int


LESSON_SESSION_FIELDS = {
    "way": Label(vi="hãy viết tên một cách chạy của bài", en="write the name of a way of the lesson")
}
ANSWER_FIELDS = {
    "question": Label(vi="hãy viết tên một câu hỏi của bài", en="write the name of a question of the lesson"),
    "guess": Label(vi="hãy viết một lựa chọn, hoặc một số", en="write an option, or a number"),
    "sure": Label(vi="hãy viết số từ 0 đến 1", en="write a number from 0 to 1"),
}
PLAY_FIELDS = {
    "interventions": Label(
        vi="hãy viết danh sách {time, what, target, value}", en="write a list of {time, what, target, value}"
    ),
    "time": Label(vi="hãy viết mili giây kể từ đầu cửa sổ", en="write milliseconds after the start"),
    "what": Label(vi="hãy chọn: capacity, platform, slow", en="choose: capacity, platform, slow"),
    "target": Label(
        vi="hãy viết tên tài nguyên, nền tảng hoặc bước", en="write a resource, platform or step"
    ),
    "value": Label(vi="hãy viết số nguyên từ 0", en="write a whole number from 0 up"),
}
