"""Lessons: what there is to teach, a prediction judged and its answer told, a play judged, the debrief."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from metrics.series import Series
from platform_api import intake, wire
from platform_api import wire_lessons as told
from platform_api.cards import cards
from platform_api.guard import Teaching, needs
from platform_api.lesson_score import predicted
from platform_api.lessons import Answer, rows_of
from platform_api.routes.common import Service
from platform_api.routes.live import state_of
from platform_api.teaching import Teaching as Lessons
from platform_api.teaching import refuse_guess, refuse_way
from scenarios.lessons import LENGTHS, Lesson, WrittenPart, WrittenQuestion, WrittenRole
from sim.timetable import Row

router = APIRouter(prefix="/v1/lessons", tags=["lessons"], dependencies=[Depends(needs("view"))])


async def _session_order(request: Request) -> told.LessonSessionOrder:
    return await intake.read_json(request, told.LessonSessionOrder, told.LESSON_SESSION_FIELDS)


async def _answer_order(request: Request) -> told.AnswerOrder:
    return await intake.read_json(request, told.AnswerOrder, told.ANSWER_FIELDS)


async def _play_order(request: Request) -> told.PlayOrder:
    return await intake.read_json(request, told.PlayOrder, told.PLAY_FIELDS)


@router.get("", operation_id="listLessons", summary="The lessons there are")
def list_lessons() -> told.LessonList:
    """By name, each with what one knows afterwards."""
    return told.LessonList(
        lessons=[
            told.LessonItem(name=card.name, title=wire.text(card.title), question=wire.text(card.question))
            for card in cards("lessons")
        ]
    )


@router.get("/{name}", operation_id="getLesson", summary="A lesson")
def get_lesson(name: str, service: Service) -> told.LessonTold:
    """All of it but the answers, which are told to who asks for each."""
    return _lesson(service.teaching.lesson(name))


@router.post(
    "/{name}/sessions", status_code=201, operation_id="openLessonSession", summary="Play a lesson live"
)
def open_lesson_session(
    name: str,
    order: Annotated[told.LessonSessionOrder, Depends(_session_order)],
    service: Service,
    caller: Teaching,
    response: Response,
) -> told.LessonSession:
    """A live session of one way, with what happens in it, standing where the play begins."""
    lesson = service.teaching.lesson(name)
    if order.way is not None and order.way not in lesson.ways:
        raise refuse_way(order.way, lesson)
    service.runs.require_room(caller.holder)
    way = lesson.ways[order.way] if order.way else lesson.played
    session = service.sessions.open(
        way.scenario, lesson.written.seed, 0, lesson.start, caller, rows_of(way)
    )  # fmt: skip
    response.headers["Location"] = f"/v1/sessions/{session.saved.id}"
    return told.LessonSession(session=state_of(session), follow=service.teaching.followed(lesson))


@router.post("/{name}/answers", operation_id="revealAnswer", summary="Predict, and be told the answer")
def reveal_answer(
    name: str, order: Annotated[told.AnswerOrder, Depends(_answer_order)], service: Service
) -> told.AnswerTold:
    """What is right is computed from the runs of the lesson."""
    question = service.teaching.question(name, order.question)
    guess = order.guess
    wants = float if question.guess is not None else str
    if guess is not None and (
        not isinstance(guess, wants) or (wants is str and guess not in question.options)
    ):
        raise refuse_guess(guess, question)
    return answer_told(service.teaching, name, order.question, guess, order.sure)


@router.post("/{name}/plays", operation_id="scorePlay", summary="Judge what was decided in a play")
def score_play(
    name: str, order: Annotated[told.PlayOrder, Depends(_play_order)], service: Service
) -> told.PlayTold:
    """Against the same trucks without these decisions; nothing if anything was let through unseen."""
    rows = [Row(each.time, each.what, each.target, each.value) for each in order.interventions]
    found = service.teaching.judge(name, rows)
    return told.PlayTold(
        points=found.points,
        entities=found.entities,
        saved_h=found.saved,
        saved_share=found.each,
        done=found.done,
        done_without=found.done_without,
        unseen=found.unseen,
    )


@router.get("/{name}/agreement", operation_id="getAgreement", summary="Whether the answers are luck")
def get_agreement(name: str, service: Service) -> told.AgreementTold:
    """For how many other seeds each answer is the same; the tests of this program look at a hundred."""
    agree, of = service.teaching.agreement(name)
    return told.AgreementTold(of=of, agree=agree)


@router.get("/{name}/debrief", operation_id="getDebrief", summary="All that came out of a lesson")
def get_debrief(name: str, service: Service) -> told.DebriefTold:
    """Every answer, how many were inside over time in each way, and the identity of each run."""
    played = service.teaching.played(name)
    lesson = service.teaching.lesson(name)
    return told.DebriefTold(
        answers=[answer_told(service.teaching, name, each, None, 1.0) for each in lesson.written.questions],
        lines=[
            _line(way, lesson, line)
            for way, lines in played.lines.items()
            for line in lines
            if not line.labels and len(line.times)
        ],
        digests=played.digests,
    )


# ---- as it goes over the wire --------------------------------------------------------------------------


def answer_told(
    teaching: Lessons, name: str, asked: str, guess: str | float | None, sure: float
) -> told.AnswerTold:
    """What is right, and what a guess is worth."""
    question, answer = teaching.question(name, asked), teaching.answer(name, asked)
    option = question.options.get(str(guess))
    thought = option.thought if option is not None and guess != answer.right else None
    return told.AnswerTold(
        question=asked,
        right=answer.right,
        values=list(_values(question, answer)),
        unit=answer.unit,
        points=None if guess is None else predicted(question, answer, guess, sure),
        thought=None if thought is None else wire.text(thought.label()),
        why=wire.text(question.why.label()),
        discuss=wire.text(question.discuss.label()),
    )


def _values(question: WrittenQuestion, answer: Answer) -> list[told.ValueTold]:
    named = {name: option.label for name, option in question.options.items()}
    return [
        told.ValueTold(name=name, label=wire.text(named.get(name, question.ask).label()), value=value)
        for name, value in answer.values.items()
    ]


def _line(way: str, lesson: Lesson, line: Series) -> told.LineTold:
    times = line.times.tolist()
    return told.LineTold(
        way=way,
        label=wire.text(lesson.ways[way].label),
        start_s=times[0] / 1000,
        step_s=(times[1] - times[0]) / 1000 if len(times) > 1 else 0.0,
        values=line.values.tolist(),
    )


def _lesson(lesson: Lesson) -> told.LessonTold:
    of = lesson.written
    return told.LessonTold(
        name=of.name,
        title=wire.text(of.title.label()),
        question=wire.text(of.question.label()),
        scenario=of.scenario,
        seed=of.seed,
        ways=[_way(lesson, name) for name in lesson.ways],
        start=lesson.start,
        orient=[told.Highlight(at=each.at, text=wire.text(each.text.label())) for each in of.orient],
        follow=wire.text(of.follow.text.label()),
        questions=[question_told(name, each) for name, each in of.questions.items()],
        roles=[
            role_told(name, role)
            for name, role in of.roles.items()
        ],
        rounds=list(lesson.rounds),
        discuss=wire.text(of.debrief.discuss.label()),
        at_your_gate=wire.text(of.debrief.at_your_gate.label()),
        take_home=[wire.text(each.label()) for each in of.debrief.take_home],
        plans={length: [_part(part) for part in getattr(of.plans, length)] for length in LENGTHS},
    )  # fmt: skip


def _way(lesson: Lesson, name: str) -> told.WayTold:
    way = lesson.ways[name]
    rows = [wire.Intervention(time=r.time, what=r.what, target=r.target, value=r.value) for r in rows_of(way)]
    return told.WayTold(name=name, label=wire.text(way.label), injects=rows)


def question_told(name: str, of: WrittenQuestion) -> told.QuestionTold:
    """A question without its answer."""
    from platform_api.lessons import unit_of

    guess = of.guess
    return told.QuestionTold(
        name=name,
        ask=wire.text(of.ask.label()),
        kind="guess" if guess is not None else "pick" if of.pick else "range",
        unit=unit_of(of),
        options=[
            told.OptionTold(name=n, label=wire.text(option.label.label())) for n, option in of.options.items()
        ],
        guess=None if guess is None else told.GuessTold(least=guess.least, most=guess.most, near=guess.near),
    )


def role_told(name: str, role: WrittenRole) -> told.RoleTold:
    """Somebody who decides."""
    return told.RoleTold(
        name=name,
        label=wire.text(role.label.label()),
        task=wire.text(role.task.label()),
        levers=list(role.levers),
    )


def _part(part: WrittenPart) -> told.PartTold:
    return told.PartTold(
        do=part.do, minutes=part.minutes, question=part.question, say=wire.text(part.say.label())
    )
