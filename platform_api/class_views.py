"""A class as its trainer and as each participant sees it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from platform_api import wire
from platform_api import wire_classes as told
from platform_api.classes import Classes
from platform_api.classroom import Classroom, Given, Seat, Team
from platform_api.routes.lessons import answer_told, question_told, role_told
from platform_api.sessions import Session
from platform_api.wire_lessons import AnswerTold
from scenarios.lessons import Lesson


def class_told(classes: Classes, room: Classroom) -> told.ClassTold:
    """For the trainer."""
    return told.ClassTold(
        code=room.code,
        lesson=room.lesson,
        title=wire.text(classes.teaching.lesson(room.lesson).written.title.label()),
        stage=room.stage,
        question=room.question,
        shown=room.shown,
        answered=len(room.answered(room.question)),
        seats=len(room.seats),
        teams=[_team(classes, room, team) for team in room.teams],
        guesses=_guesses(room),
        answer=_answer(classes, room, None),
        version=room.version,
    )


def _team(classes: Classes, room: Classroom, team: Team) -> told.TeamTold:
    members = room.members(team.number)
    session = classes.run_of(team)
    numbers = {seat.number for seat in members}
    points = [
        given.points
        for of in room.answers.values()
        for seat, given in of.items()
        if seat in numbers and given.points is not None
    ]
    answered = room.answered(room.question)
    return told.TeamTold(
        number=team.number,
        seats=[
            told.SeatTold(
                number=seat.number, nickname=seat.nickname, role=seat.role, here=room.is_here(seat),
                answered=seat.number in answered,
            )
            for seat in members
        ],
        run=None if session is None else _run(session),
        session=team.session if session is not None else None,
        points=team.points,
        unseen=team.unseen,
        mean=round(sum(points) / len(points)) if points else None,
    )  # fmt: skip


def seat_view(classes: Classes, room: Classroom, seat: Seat) -> told.SeatView:
    """For a participant: nobody else's answer, and nothing of one before it is locked."""
    lesson = classes.teaching.lesson(room.lesson)
    of = lesson.written
    session = classes.run_of(room.teams[seat.team - 1]) if seat.team <= len(room.teams) else None
    team = room.teams[seat.team - 1]
    asks = room.stage in ("predict", "locked", "revealed") and room.question in of.questions
    given = room.answered(room.question).get(seat.number) if asks else None
    ends = room.stage in ("debrief", "ended")
    return told.SeatView(
        code=room.code,
        title=wire.text(of.title.label()),
        stage=room.stage,
        seat=seat.number,
        nickname=seat.nickname,
        team=seat.team,
        teams=len(room.teams),
        role=role_told(seat.role, of.roles[seat.role]),
        text=_text(room, lesson),
        question=question_told(str(room.question), of.questions[str(room.question)]) if asks else None,
        given=None if given is None else told.GivenTold(
            guess=given.guess, sure=given.sure, points=given.points
        ),
        answer=_answer(classes, room, given),
        guesses=_guesses(room),
        run=None if session is None else _run(session),
        levers=[] if session is None else _levers(session, list(of.roles[seat.role].levers)),
        may_decide=session is not None and room.may_decide(seat, session.shown.at),
        points=team.points,
        unseen=team.unseen,
        take_home=[wire.text(each.label()) for each in of.debrief.take_home] if ends else [],
        version=room.version,
    )  # fmt: skip


def _text(room: Classroom, lesson: Lesson) -> wire.Text | None:
    of = lesson.written
    if room.stage == "orient":
        return wire.text(of.orient[min(room.shown, len(of.orient) - 1)].text.label())
    return wire.text(of.follow.text.label()) if room.stage == "follow" else None


def _guesses(room: Classroom) -> dict[str, int]:
    """How many chose what; nobody is told before the question is locked."""
    if room.stage not in ("locked", "revealed"):
        return {}
    return dict(Counter(str(given.guess) for given in room.answered(room.question).values()))


def _answer(classes: Classes, room: Classroom, given: Given | None) -> AnswerTold | None:
    if room.stage != "revealed" or room.question is None:
        return None
    guess, sure = (None, 1.0) if given is None else (given.guess, given.sure)
    return answer_told(classes.teaching, room.lesson, room.question, guess, sure)


def _run(session: Session) -> told.RunTold:
    if session.seen is None:
        session.whole()  # taken up again after a restart
    shown, scenario, seen = session.shown, session.saved.scenario, session.seen
    inside = seen.inside.tolist() if seen is not None else [0] * len(scenario.flows)
    return told.RunTold(
        at=shown.at,
        clock=datetime.fromtimestamp((scenario.clock.start_utc + shown.at) / 1000, UTC).isoformat(),
        plays=shown.plays,
        over=shown.over,
        inside=[
            told.InsideTold(label=wire.text(flow.label), n=n)
            for flow, n in zip(scenario.flows.values(), inside, strict=True)
        ],
        decisions=len(shown.rows),
    )


def _levers(session: Session, levers: list[str]) -> list[told.LeverTold]:
    """What a role may set, as it stands."""
    scenario, seen = session.saved.scenario, session.seen
    if seen is None:
        return []
    found = []
    for lever in levers:
        kind, _, name = lever.partition(".")
        if kind == "resources":
            number = list(scenario.resources).index(name)
            label, units, busy = scenario.resources[name].label, seen.capacity[number], seen.busy[number]
        else:
            number = list(scenario.platforms).index(name)
            label, units, busy = scenario.platforms[name].label, seen.platforms[number], 0
        # what is decided where the run stands takes effect as it goes on; who decided sees it at once
        now = [row.value for row in session.shown.rows if row.target == name and row.time >= session.shown.at]
        units = now[-1] if now else units
        found.append(told.LeverTold(name=lever, label=wire.text(label), units=int(units), busy=int(busy)))
    return found
