"""Live sessions: begin one, let it play, stop it, step, go back, change something, watch it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from platform_api import errors, happenings, intake, orders, wire
from platform_api.guard import Teaching, needs
from platform_api.routes.common import Parts, Service
from platform_api.routes.streams import PING, PING_EVERY, event, stream
from platform_api.sessions import Session, names
from scenarios.errors import Problem
from scenarios.resolved import Label
from sim.live import PHASES, Happening
from sim.timetable import Row

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], dependencies=[Depends(needs("view"))])

LOOK_EVERY = 0.05
"""How often a watcher looks whether something is new [s]."""


async def _order(request: Request) -> wire.SessionOrder:
    return await intake.read_json(request, wire.SessionOrder, wire.SESSION_FIELDS)


async def _act(request: Request) -> wire.Act:
    act = await intake.read_json(request, wire.Act, wire.ACT_FIELDS)
    needed = {"seek": ("to",), "intervene": ("what", "target", "value")}.get(act.do, ())
    missing = [name for name in needed if getattr(act, name) is None]
    if missing:
        said = Label(vi="bị thiếu", en="is missing")
        raise errors.ApiError(
            errors.WRONG_REQUEST, [Problem(name, "", said, wire.ACT_FIELDS[name]) for name in missing]
        )
    return act


@router.post("", status_code=201, operation_id="openSession", summary="Begin a live session")
def open_session(
    order: Annotated[wire.SessionOrder, Depends(_order)],
    service: Service,
    caller: Teaching,
    response: Response,
) -> wire.SessionState:
    """It stands still at the start of its window, or where `at` says."""
    service.runs.require_room(caller.holder)
    prepared = orders.prepare_session(order, service.settings, service.shelf)
    session = service.sessions.open(*prepared, order.replication, order.at, caller)
    response.headers["Location"] = f"/v1/sessions/{session.saved.id}"
    return state_of(session)


@router.get("", operation_id="listSessions", summary="Live sessions")
def list_sessions(service: Service) -> wire.SessionList:
    """The newest first."""
    return wire.SessionList(sessions=[state_of(session) for session in service.sessions.all()])


@router.get("/{id}", operation_id="getSession", summary="A live session")
def get_session(id: str, service: Service) -> wire.SessionSnapshot:  # noqa: A002  - the name in the path
    """Where it stands, and who stands where in it."""
    session = service.sessions.get(id)
    with session.lock:
        state = session.snapshot()
        return wire.SessionSnapshot(
            session=state_of(session), names=names(session.saved.scenario), phases=list(PHASES), state=state
        )


@router.post("/{id}/acts", operation_id="actInSession", summary="Do something in a live session")
def act_in_session(
    id: str,  # noqa: A002
    act: Annotated[wire.Act, Depends(_act)],
    service: Service,
    caller: Teaching,
) -> wire.Acted:
    """`play`, `pause`, `step`, `seek` or `intervene`; what happened is told where it was a step."""
    session = service.sessions.mine(id, caller)
    happened = _done(service, session, act)
    with session.lock:
        told = [_happened(each, session) for each in happened]
        return wire.Acted(session=state_of(session), happened=told)


def _done(service: Parts, session: Session, act: wire.Act) -> list[Happening]:
    sessions = service.sessions
    if act.do == "play":
        sessions.play(session, act.speed)
    elif act.do == "pause":
        sessions.pause(session)
    elif act.do == "step":
        return sessions.step(session, act.step)
    elif act.do == "seek":
        sessions.seek(session, act.to or 0, forget=act.forget)
    else:
        sessions.intervene(session, str(act.what), str(act.target), act.value or 0)
    return []


@router.get("/{id}/effect", operation_id="getSessionEffect", summary="What the decisions have done")
def get_session_effect(
    id: str,  # noqa: A002
    service: Service,
    _: Teaching,
    until: Annotated[
        int | None, Query(ge=-(1 << 50), le=1 << 50, description="[ms]; both run on to it undisturbed")
    ] = None,
) -> wire.EffectOf:
    """Against the same run without any decision, on the same entities, up to this instant or a later one."""
    session = service.sessions.get(id)
    at, found, drawn = service.sessions.effect(session, until)
    return wire.EffectOf(
        at=at,
        entities=found.entities,
        left_with=found.left_with,
        left_without=found.left_without,
        saved_s=found.saved_ms / 1000,
        won=found.won,
        lost=found.lost,
        times=drawn.times,
        inside_with=drawn.with_,
        inside_without=drawn.without,
    )


@router.get("/{id}/entities/{entity}", operation_id="getSessionEntity", summary="The past of an entity")
def get_session_entity(id: str, entity: int, service: Service) -> wire.PastOf:  # noqa: A002
    """The visits that are over, the earliest first; of one that has not come yet there are none."""
    session = service.sessions.get(id)
    found = service.sessions.past(session, entity)
    visits = [wire.PastVisit(step=v.step, joined=v.joined, started=v.started, left=v.left) for v in found]
    return wire.PastOf(entity=entity, visits=visits)


@router.get("/{id}/replay", operation_id="getSessionReplay", summary="What it takes to repeat a session")
def get_session_replay(id: str, service: Service, _: Teaching) -> wire.Replay:  # noqa: A002
    """Its interventions, and the digest of the run that they lead to."""
    session = service.sessions.get(id)
    rows, digest = service.sessions.digest(session)
    return wire.Replay(digest=digest, interventions=_rows(rows))


@router.delete("/{id}", status_code=204, operation_id="endSession", summary="End a live session")
def end_session(id: str, service: Service, caller: Teaching) -> None:  # noqa: A002
    """It is forgotten; what it takes to repeat it is at `/replay` before."""
    service.sessions.end(id, caller)


@router.get("/{id}/events", operation_id="watchSession", summary="Watch a live session")
async def watch_session(
    id: str,  # noqa: A002
    service: Service,
    request: Request,
    last_event_id: Annotated[str | None, Header(max_length=20, description="what was heard last")] = None,
) -> Response:
    """Server-sent events: a `snapshot` first, then a `delta` with every change, by number."""
    session = service.sessions.get(id)
    life, _, number = (last_event_id or "").partition("-")
    known = life == session.life and number.isascii() and number.isdecimal()
    heard = int(number) if known else 0
    return stream(request, _watch(service, session, heard))


async def _watch(service: Parts, session: Session, heard: int) -> AsyncGenerator[str | None, None]:
    """What a watcher has not heard; a comment now and then while nothing moves."""
    quiet = 0.0
    if not 0 < heard <= session.number:
        told = await asyncio.to_thread(session.whole)
        heard = told.number
        yield event(told.kind, told.id, told.data)
    while service.sessions.holds(session):
        if session.number != heard:
            for told in await asyncio.to_thread(session.since, heard):
                yield event(told.kind, told.id, told.data)
                heard, quiet = told.number, 0.0
        await asyncio.sleep(LOOK_EVERY)
        quiet += LOOK_EVERY
        if quiet >= PING_EVERY:
            yield PING
            quiet = 0.0
        else:
            yield None


# ---- as it goes over the wire -------------------------------------------------------------------------


def state_of(session: Session) -> wire.SessionState:
    shown, saved = session.shown, session.saved
    clock = saved.scenario.clock
    return wire.SessionState(
        id=saved.id,
        scenario=saved.scenario.name,
        hash=session.hash,
        seed=saved.seed,
        replication=saved.replication,
        created=saved.created,
        begin=-clock.lead_in,
        end=clock.at_most,
        at=shown.at,
        clock=datetime.fromtimestamp((clock.start_utc + shown.at) / 1000, UTC),
        speed=shown.speed,
        plays=shown.plays,
        over=shown.over,
        given=_rows(saved.given),
        interventions=_rows(shown.rows),
    )


def _rows(rows: tuple[Row, ...]) -> list[wire.Intervention]:
    return [wire.Intervention(time=r.time, what=r.what, target=r.target, value=r.value) for r in rows]


def _happened(happening: Happening, session: Session) -> wire.Happened:
    return wire.Happened(
        time=happening.time,
        kind=happening.kind,
        what=happening.what,
        entity=happening.entity if happening.entity >= 0 else None,
        interesting=happening.interesting,
        told=wire.text(happenings.told(happening, session.live)),
    )
