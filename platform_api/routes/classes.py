"""Classes: the trainer opens one and says what is done; participants come in, answer, and decide.

A participant has no key: a cookie that only this service reads says which seat is his.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from platform_api import intake
from platform_api import wire_classes as told
from platform_api.class_views import class_told, seat_view
from platform_api.classes import no_pictures
from platform_api.classroom import Classroom, Seat
from platform_api.guard import Teaching
from platform_api.routes.common import Parts, Service
from platform_api.routes.streams import event, plain_stream, stream

router = APIRouter(prefix="/v1/classes", tags=["classes"])

LOOK_EVERY = 0.2
"""How often a stream looks whether something is new [s]."""

TELL_EVERY = 0.75
"""… and after how long it tells how things stand in any case [s]."""

COOKIE = "cuakhau_seat"


async def _class_order(request: Request) -> told.ClassOrder:
    return await intake.read_json(request, told.ClassOrder, told.CLASS_FIELDS)


async def _seat_order(request: Request) -> told.SeatOrder:
    return await intake.read_json(request, told.SeatOrder, told.SEAT_FIELDS)


async def _act(request: Request) -> told.ClassAct:
    return await intake.read_json(request, told.ClassAct, told.CLASS_ACT_FIELDS)


async def _seat_answer(request: Request) -> told.SeatAnswer:
    return await intake.read_json(request, told.SeatAnswer, told.SEAT_ANSWER_FIELDS)


async def _move(request: Request) -> told.SeatMove:
    return await intake.read_json(request, told.SeatMove, told.MOVE_FIELDS)


async def _decision(request: Request) -> told.SeatDecision:
    return await intake.read_json(request, told.SeatDecision, told.DECISION_FIELDS)


# ---- the trainer ---------------------------------------------------------------------------------------


@router.post("", status_code=201, operation_id="openClass", summary="Open a class")
def open_class(
    order: Annotated[told.ClassOrder, Depends(_class_order)],
    service: Service,
    caller: Teaching,
    response: Response,
) -> told.ClassTold:
    """A room with a code, and empty teams."""
    room = service.classes.open(order.lesson, order.teams, caller)
    response.headers["Location"] = f"/v1/classes/{room.code}"
    return class_told(service.classes, room)


@router.get("", operation_id="listClasses", summary="Classes that go on")
def list_classes(service: Service, caller: Teaching) -> told.ClassList:
    """The caller's."""
    return told.ClassList(
        classes=[
            told.ClassItem(code=room.code, lesson=room.lesson, stage=room.stage, seats=len(room.seats))
            for room in service.classes.all(caller)
        ]
    )


@router.get("/{code}", operation_id="getClass", summary="A class")
def get_class(code: str, service: Service, caller: Teaching) -> told.ClassTold:
    """All teams, who is there, who has answered."""
    return class_told(service.classes, service.classes.mine(code, caller))


@router.post("/{code}/acts", operation_id="actInClass", summary="Say what is done in a class")
def act_in_class(
    code: str, act: Annotated[told.ClassAct, Depends(_act)], service: Service, caller: Teaching
) -> told.ClassTold:
    """`stage` (what everybody does now), `play` and `pause` (all runs), `judge`, `remove` (a seat)."""
    classes = service.classes
    room = classes.mine(code, caller)
    if act.do == "stage":
        classes.stage(room, act.stage or "lobby", act.question, act.shown, caller)
    elif act.do == "remove":
        classes.remove(room, act.seat or 0)
    elif act.do == "play":
        classes.play(room, act.speed)
    elif act.do == "pause":
        classes.pause(room)
    else:
        classes.judge(room)
    return class_told(classes, room)


@router.get("/{code}/events", operation_id="watchClass", summary="Watch a class")
async def watch_class(code: str, service: Service, caller: Teaching, request: Request) -> Response:
    """Server-sent events: `class` with every change, and once a second."""
    room = service.classes.mine(code, caller)
    view = lambda: class_told(service.classes, room).model_dump_json()  # noqa: E731
    return stream(request, _watching(service, room, "class", view))


@router.get("/{code}/qr", operation_id="getClassCode", summary="The address of a class to be photographed")
def get_class_code(code: str, service: Service, caller: Teaching, request: Request) -> Response:
    """A QR code as SVG; `cuakhau[class]` draws it."""
    import io

    try:
        import segno
    except ImportError:
        raise no_pictures() from None
    room = service.classes.mine(code, caller)
    address = f"{request.base_url}join?code={room.code}"
    out = io.BytesIO()
    segno.make(address, micro=False).save(out, kind="svg", scale=8, title=address)
    return Response(out.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@router.delete("/{code}", status_code=204, operation_id="endClass", summary="End a class")
def end_class(code: str, service: Service, caller: Teaching) -> None:
    """It is forgotten with its runs."""
    service.classes.end(service.classes.mine(code, caller), caller)


# ---- participants --------------------------------------------------------------------------------------


@router.post("/{code}/seats", status_code=201, operation_id="joinClass", summary="Come into a class")
def join_class(
    code: str,
    order: Annotated[told.SeatOrder, Depends(_seat_order)],
    service: Service,
    request: Request,
    response: Response,
) -> told.SeatView:
    """A seat, kept in a cookie; who has one already gets it back."""
    classes = service.classes
    room = classes.room(code, request.client.host if request.client else "")
    seat = room.seat_of(request.cookies.get(COOKIE, ""))
    if seat is None:
        seat, token = classes.sit(room, order.nickname.strip())
        response.set_cookie(
            COOKIE, token, max_age=12 * 3600, path=f"/v1/classes/{code}", httponly=True, samesite="strict"
        )
    response.headers["Location"] = f"/v1/classes/{code}/me"
    return seat_view(classes, room, seat)


def _seated(code: str, service: Service, request: Request) -> tuple[Classroom, Seat]:
    return service.classes.seat(code, request.cookies.get(COOKIE, ""))


Seated = Annotated[tuple[Classroom, Seat], Depends(_seated)]


@router.get("/{code}/me", operation_id="getSeat", summary="A class as a participant sees it")
def get_seat(seated: Seated, service: Service) -> told.SeatView:
    """What is asked now, what one has answered, how one's team stands."""
    return seat_view(service.classes, *seated)


@router.put("/{code}/me/answers/{question}", operation_id="answerInClass", summary="Answer a question")
def answer_in_class(
    question: str,
    order: Annotated[told.SeatAnswer, Depends(_seat_answer)],
    seated: Seated,
    service: Service,
) -> told.SeatView:
    """As often as wanted until it is locked; the last one counts."""
    service.classes.answer(*seated, question, order.guess, order.sure)
    return seat_view(service.classes, *seated)


@router.put("/{code}/me/team", operation_id="changeTeam", summary="Go to another team")
def change_team(
    order: Annotated[told.SeatMove, Depends(_move)], seated: Seated, service: Service
) -> told.SeatView:
    """Until the lesson begins."""
    service.classes.move(*seated, order.team)
    return seat_view(service.classes, *seated)


@router.post("/{code}/me/acts", operation_id="decideInClass", summary="Decide in the run of one's team")
def decide_in_class(
    order: Annotated[told.SeatDecision, Depends(_decision)], seated: Seated, service: Service
) -> told.SeatView:
    """A lever of one's own role, once in 30 simulated minutes."""
    service.classes.decide(*seated, order.lever, order.value)
    return seat_view(service.classes, *seated)


@router.get("/{code}/me/events", operation_id="watchSeat", summary="Follow a class from a seat")
async def watch_seat(seated: Seated, service: Service) -> Response:
    """Server-sent events: `seat` with every change, and once a second; `taken` by another page."""
    room, seat = seated
    mine = room.streams[seat.number] = room.streams.get(seat.number, 0) + 1

    def view() -> str:
        room.seen[seat.number] = room.clock()
        return seat_view(service.classes, room, seat).model_dump_json()

    def ends() -> str | None:
        if room.streams.get(seat.number) != mine:
            return "taken"
        return None if seat in room.seats else "removed"

    return plain_stream(_watching(service, room, "seat", view, ends))


async def _watching(
    service: Parts, room: Classroom, kind: str, view: Callable[[], str],
    ends: Callable[[], str | None] = lambda: None,
) -> AsyncGenerator[str | None, None]:  # fmt: skip
    """How things stand: at once when something changed, else about once a second."""
    version, told_at, number = -1, 0.0, 0
    while service.classes.goes_on(room):
        if (why := ends()) is not None:
            yield event(why, str(number), "{}")
            return
        now = time.monotonic()
        if room.version != version or now - told_at >= TELL_EVERY:
            version, told_at, number = room.version, now, number + 1
            yield event(kind, str(number), await asyncio.to_thread(view))
        else:
            yield None
        await asyncio.sleep(LOOK_EVERY)
    if not service.classes.is_closing:  # who is only cut off comes back when the service does
        yield event("ended", str(number), "{}")
