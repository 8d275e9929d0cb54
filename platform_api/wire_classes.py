"""Classes as they go over the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from platform_api.classroom import MOST_TEAMS, Stage
from platform_api.wire import Text, Wire
from platform_api.wire_lessons import AnswerTold, QuestionTold, RoleTold
from scenarios.resolved import Label

Strict = ConfigDict(extra="forbid", strict=True)


class ClassOrder(BaseModel):
    """A class to open."""

    model_config = Strict

    lesson: str = Field(max_length=64)
    teams: int = Field(4, ge=1, le=MOST_TEAMS)


class SeatOrder(BaseModel):
    """Somebody who comes in."""

    model_config = Strict

    nickname: Annotated[str, Field(max_length=24)] = ""


class ClassAct(BaseModel):
    """What the trainer does."""

    model_config = Strict

    do: Literal["stage", "remove", "play", "pause", "judge"]
    stage: Stage | None = Field(None, description="stage: what everybody does now")
    question: str | None = Field(None, max_length=64, description="stage: which question")
    shown: int = Field(0, ge=0, le=20, description="stage: which place is explained")
    seat: int | None = Field(None, ge=1, description="remove: which seat is freed")
    speed: float = Field(600.0, gt=0, le=86_400, description="play: simulated seconds a second, of all teams")


class SeatAnswer(BaseModel):
    """A participant's prediction."""

    model_config = Strict

    guess: str | float
    sure: float = Field(1.0, ge=0, le=1)


class SeatMove(BaseModel):
    """To another team."""

    model_config = Strict

    team: int = Field(ge=1, le=MOST_TEAMS)


class SeatDecision(BaseModel):
    """Something that a participant sets in the run of his team."""

    model_config = Strict

    lever: str = Field(max_length=200, description="`resources.NAME` or `platforms.NAME`, one of his role's")
    value: int = Field(ge=0, le=1_000)


class LeverTold(Wire):
    """Something that may be set, as it stands."""

    name: str
    label: Text
    units: int = Field(description="on duty; of a platform its share of speed, per mille")
    busy: int


class InsideTold(Wire):
    """How many of a flow are inside."""

    label: Text
    n: int


class RunTold(Wire):
    """How the run of a team stands."""

    at: int
    clock: str = Field(description="UTC")
    plays: bool
    over: bool
    inside: list[InsideTold]
    decisions: int


class SeatTold(Wire):
    """A seat as the trainer sees it."""

    number: int
    nickname: str
    role: str
    here: bool
    answered: bool


class TeamTold(Wire):
    """A team as the trainer sees it; `mean`: of its predictions so far."""

    number: int
    seats: list[SeatTold]
    run: RunTold | None
    session: str | None
    points: int | None
    unseen: int
    mean: int | None


class ClassTold(Wire):
    """A class as its trainer sees it."""

    code: str
    lesson: str
    title: Text
    stage: Stage
    question: str | None
    shown: int
    answered: int
    seats: int
    teams: list[TeamTold]
    guesses: dict[str, int] = Field(description="by option, once locked")
    answer: AnswerTold | None
    version: int


class ClassItem(Wire):
    """A class in the list."""

    code: str
    lesson: str
    stage: Stage
    seats: int


class ClassList(Wire):
    """Classes that go on."""

    classes: list[ClassItem]


class GivenTold(Wire):
    """What one has answered."""

    guess: str | float
    sure: float
    points: int | None


class SeatView(Wire):
    """A class as a participant sees it."""

    code: str
    title: Text
    stage: Stage
    seat: int
    nickname: str
    team: int
    teams: int
    role: RoleTold
    text: Text | None = Field(description="what is explained now")
    question: QuestionTold | None
    given: GivenTold | None
    answer: AnswerTold | None
    guesses: dict[str, int]
    run: RunTold | None
    levers: list[LeverTold]
    may_decide: bool
    points: int | None = Field(description="of the team's play")
    unseen: int
    take_home: list[Text]
    version: int


CLASS_FIELDS = {
    "lesson": Label(vi="hãy viết tên một bài học", en="write the name of a lesson"),
    "teams": Label(vi="hãy viết số từ 1 đến 8", en="write a number from 1 to 8"),
}
SEAT_FIELDS = {"nickname": Label(vi="hãy viết nhiều nhất 24 chữ", en="write 24 letters at the most")}
CLASS_ACT_FIELDS = {
    "do": Label(vi="hãy chọn: stage, remove, play, pause, judge",
                en="choose: stage, remove, play, pause, judge"),
    "stage": Label(vi="hãy viết một giai đoạn", en="write a stage"),
    "question": Label(vi="hãy viết tên một câu hỏi", en="write the name of a question"),
    "shown": Label(vi="hãy viết số từ 0", en="write a number from 0 up"),
    "seat": Label(vi="hãy viết số của một chỗ", en="write the number of a seat"),
    "speed": Label(vi="hãy viết số từ 0 đến 86400", en="write a number from 0 to 86400"),
}  # fmt: skip
SEAT_ANSWER_FIELDS = {
    "guess": Label(vi="hãy viết một lựa chọn, hoặc một số", en="write an option, or a number"),
    "sure": Label(vi="hãy viết số từ 0 đến 1", en="write a number from 0 to 1"),
}
MOVE_FIELDS = {"team": Label(vi="hãy viết số của một đội", en="write the number of a team")}
DECISION_FIELDS = {
    "lever": Label(vi="hãy viết một cần gạt của vai", en="write a lever of the role"),
    "value": Label(vi="hãy viết số nguyên từ 0 đến 1000", en="write a whole number from 0 to 1000"),
}
