"""The classes of the service: taken up after a restart, changed one at a time, stored with every change."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog

from platform_api import errors
from platform_api.classroom import MOST_SEATS, Classroom, Given, Seat, Team, new_code
from platform_api.guard import Caller, not_yours
from platform_api.lesson_score import predicted
from platform_api.lessons import rows_of
from platform_api.sessions import Session, Sessions
from platform_api.settings import Settings
from platform_api.store import Unavailable
from platform_api.store.class_table import ClassTable
from platform_api.teaching import Teaching, refuse_guess
from scenarios.errors import shown, suggestion
from scenarios.lessons import Lesson
from scenarios.resolved import Label

log = structlog.get_logger(__name__)

MOST_CLASSES = 8
MOST_WRONG = 5
"""Wrong codes of one address within a minute; then it waits."""

MINUTE = 60.0


class Classes:
    """All classes; may be called from any thread."""

    def __init__(self, settings: Settings, table: ClassTable, sessions: Sessions, teaching: Teaching) -> None:
        self.settings, self.table, self.sessions, self.teaching = settings, table, sessions, teaching
        self._rooms: dict[str, tuple[str, Classroom]] = {}  # code → holder, class
        self._lock = threading.RLock()
        self._wrong: dict[str, list[float]] = {}
        self.is_closing = False

    def start(self) -> None:
        """Take up what was stored."""
        for code, holder, document in self.table.all():
            try:
                self._rooms[code] = (holder, Classroom.of(document))
            except (KeyError, TypeError, ValueError):
                log.warning("unreadable class", code=code)

    def close(self) -> None:
        """The service is about to stop: streams end."""
        self.is_closing = True

    def goes_on(self, room: Classroom) -> bool:
        """Whether a class goes on, and the service too."""
        return not self.is_closing and room.code in self._rooms

    # ---- the trainer
    def open(self, lesson: str, teams: int, caller: Caller) -> Classroom:
        """A new class; 404 for an unknown lesson, 503 when there are too many."""
        self.teaching.played(lesson)  # now, so that nobody waits for an answer
        with self._lock:
            self._forget_old()
            if len(self._rooms) >= MOST_CLASSES:
                raise _too_many()
            code = next(code for code in iter(new_code, "") if code not in self._rooms)
            room = Classroom(code, lesson, teams=[Team(number + 1) for number in range(teams)])
            self._rooms[code] = (caller.holder, room)
            self.table.add(code, caller.holder, room.document())
            return room

    def take_over(self, lesson: str, teams: int, caller: Caller, *, anew: bool) -> Classroom:
        """The class of a lesson that was stored last, now the caller's; else, or `anew`, a new one."""
        stored = [room for _, room in self._rooms.values() if room.lesson == lesson and room.stage != "ended"]
        if not stored or anew:
            return self.open(lesson, teams, caller)
        room = stored[-1]
        with self._lock:
            self._rooms[room.code] = (caller.holder, room)
        self.teaching.played(lesson)
        return room

    def _forget_old(self) -> None:
        since = datetime.now(UTC) - timedelta(hours=self.settings.max_session_hours)
        for code in self.table.untouched_since(since):
            self._rooms.pop(code, None)
            self.table.remove(code)

    def all(self, caller: Caller) -> list[Classroom]:
        """The caller's classes."""
        return [room for holder, room in self._rooms.values() if caller.owns(holder)]

    def mine(self, code: str, caller: Caller) -> Classroom:
        """A class that the caller teaches."""
        if code not in self._rooms:
            raise unknown_class(code)
        holder, room = self._rooms[code]
        if not caller.owns(holder):
            raise not_yours(code)
        return room

    def end(self, room: Classroom, caller: Caller) -> None:
        """A class is over: its runs too."""
        with self._lock:
            self._rooms.pop(room.code, None)
            self.table.remove(room.code)
        for team in room.teams:
            if team.session is not None and team.session in {s.saved.id for s in self.sessions.all()}:
                self.sessions.end(team.session, Caller(caller.holder, "admin"))

    @contextmanager
    def changing(self, room: Classroom) -> Iterator[None]:
        """Alone with a class; what was changed is stored."""
        with self._lock:
            before = room.version
            yield
            if room.version != before:
                try:
                    self.table.note(room.code, room.document())
                except Unavailable as error:
                    log.warning("class not stored", code=room.code, reason=type(error).__name__)

    def stage(self, room: Classroom, to: str, question: str | None, at: int, caller: Caller) -> None:
        """What everybody does now; before a play each team gets its run, at the reveal its points."""
        lesson = self.teaching.lesson(room.lesson)
        if question is not None:
            self.teaching.question(room.lesson, question)
        if to == "play":
            self._begin_runs(room, lesson, caller)
        with self.changing(room):
            first = next(iter(lesson.written.questions))
            room.to(to, question or room.question or first, min(at, len(lesson.written.orient) - 1))  # type: ignore[arg-type]
        if to == "revealed":
            self._give_points(room)
        if to in ("paused", "debrief", "ended"):
            self.pause(room)

    def _begin_runs(self, room: Classroom, lesson: Lesson, caller: Caller) -> None:
        way = lesson.played
        for team in room.teams:
            if self.run_of(team) is None and room.members(team.number):
                session = self.sessions.open(
                    way.scenario, lesson.written.seed, 0, lesson.start, caller, rows_of(way)
                )  # fmt: skip
                with self.changing(room):
                    team.session = session.saved.id
                    room.version += 1

    def _give_points(self, room: Classroom) -> None:
        """Points of every answer to the question that was revealed."""
        name = str(room.question)
        question, answer = self.teaching.question(room.lesson, name), self.teaching.answer(room.lesson, name)
        with self.changing(room):
            for given in room.answered(name).values():
                given.points = predicted(question, answer, given.guess, given.sure)
            room.version += 1

    def run_of(self, team: Team) -> Session | None:
        """The run of a team, if it has one."""
        if team.session is None:
            return None
        try:
            return self.sessions.get(team.session)
        except errors.ApiError:
            return None

    def play(self, room: Classroom, speed: float) -> None:
        """All runs go on."""
        for team in room.teams:
            if (session := self.run_of(team)) is not None and not session.shown.over:
                self.sessions.play(session, speed)
        with self.changing(room):
            room.version += 1

    def pause(self, room: Classroom) -> None:
        """All runs stand still."""
        for team in room.teams:
            if (session := self.run_of(team)) is not None and session.shown.plays:
                self.sessions.pause(session)
        with self.changing(room):
            room.version += 1

    def judge(self, room: Classroom) -> None:
        """What each team's decisions are worth."""
        for team in room.teams:
            if (session := self.run_of(team)) is not None:
                found = self.teaching.judge(room.lesson, session.shown.rows)
                with self.changing(room):
                    team.points, team.unseen = found.points, found.unseen
                    room.version += 1

    def remove(self, room: Classroom, seat: int) -> None:
        """Free a seat; 422 where there is none of that number."""
        with self.changing(room):
            if not room.leave(seat):
                known = [str(each.number) for each in room.seats]
                raise _wrong("seat", seat, suggestion(str(seat), known))

    # ---- participants
    def room(self, code: str, address: str) -> Classroom:
        """A class by its code, for who has no seat yet; who guesses too often waits."""
        with self._lock:
            now = time.monotonic()
            recent = [at for at in self._wrong.get(address, []) if now - at < MINUTE]
            self._wrong[address] = recent
            if len(recent) >= MOST_WRONG:
                raise _wait(MINUTE - (now - recent[0]))
            if code not in self._rooms:
                recent.append(now)
                if len(self._wrong) > 1_000:
                    self._wrong.clear()
                raise unknown_class(code)
            return self._rooms[code][1]

    def sit(self, room: Classroom, nickname: str) -> tuple[Seat, str]:
        """A new seat; 409 when the room is full."""
        with self.changing(room):
            made = room.sit(nickname, list(self.teaching.lesson(room.lesson).written.roles))
            if made is None:
                raise _full()
            return made

    def seat(self, code: str, token: str) -> tuple[Classroom, Seat]:
        """Whose seat this is; 401 for who has none."""
        found = self._rooms.get(code)
        seat = found[1].seat_of(token) if found is not None else None
        if found is None or seat is None:
            raise _no_seat()
        return found[1], seat

    def answer(self, room: Classroom, seat: Seat, question: str, guess: str | float, sure: float) -> None:
        """Note an answer; 409 once the question is locked."""
        asked = self.teaching.question(room.lesson, question)
        fits = isinstance(guess, int | float) if asked.guess is not None else guess in asked.options
        if not fits:
            raise refuse_guess(guess, asked)
        value = float(guess) if asked.guess is not None else guess
        with self.changing(room):
            if not room.answer(seat, question, Given(value, sure)):
                raise _locked(question)

    def move(self, room: Classroom, seat: Seat, team: int) -> None:
        """To another team; 409 once the lesson has begun."""
        with self.changing(room):
            if room.stage != "lobby" or team > len(room.teams):
                raise _locked("team")
            room.move(seat, team, list(self.teaching.lesson(room.lesson).written.roles))

    def decide(self, room: Classroom, seat: Seat, lever: str, value: int) -> None:
        """Set something in the run of one's team: a lever of one's role, once in half a simulated hour."""
        role = self.teaching.lesson(room.lesson).written.roles[seat.role]
        if lever not in role.levers:
            raise _wrong("lever", lever, suggestion(lever, list(role.levers)))
        session = self.run_of(room.teams[seat.team - 1])
        if session is None or room.stage != "play":
            raise _locked(lever)
        with self.changing(room):
            at = session.shown.at
            if not room.may_decide(seat, at):
                raise _too_soon()
            kind, _, name = lever.partition(".")
            self.sessions.intervene(session, "capacity" if kind == "resources" else "platform", name, value)
            seat.decided = at
            room.version += 1


# ---- what is said --------------------------------------------------------------------------------------


def unknown_class(code: str) -> errors.ApiError:
    """There is no class of this code."""
    message = Label(vi=f"không có lớp '{shown(code)}'", en=f"'{shown(code)}' is not a class")
    remedy = Label(vi="hãy xem lại mã trên màn hình lớn", en="look at the code on the big screen again")
    return errors.fault(errors.UNKNOWN_CLASS, "code", code, message, remedy)


def no_pictures() -> errors.ApiError:
    """The program that draws codes is not installed."""
    message = Label(vi="chưa cài phần vẽ mã QR", en="cannot be drawn: what draws QR codes is not installed")
    remedy = Label(vi="hãy chạy: pip install 'cuakhau[class]'", en="run: pip install 'cuakhau[class]'")
    return errors.fault(errors.UNKNOWN_FILE, "qr", "", message, remedy)


def _too_many() -> errors.ApiError:
    message = Label(vi=f"đã có {MOST_CLASSES} lớp", en=f"there are {MOST_CLASSES} classes already")
    remedy = Label(vi="hãy kết thúc một lớp (DELETE)", en="end one of them (DELETE)")
    return errors.fault(errors.TOO_MANY_SESSIONS, "classes", MOST_CLASSES, message, remedy)


def _wait(seconds: float) -> errors.ApiError:
    message = Label(
        vi=f"sai mã {MOST_WRONG} lần trong một phút", en=f"was wrong {MOST_WRONG} times in a minute"
    )
    remedy = Label(vi="hãy đợi một phút", en="wait a minute")
    error = errors.fault(errors.TOO_OFTEN, "code", "", message, remedy)
    error.headers["Retry-After"] = str(max(1, round(seconds)))
    return error


def _full() -> errors.ApiError:
    message = Label(vi=f"phòng đã đủ {MOST_SEATS} người", en=f"has its {MOST_SEATS} seats taken")
    remedy = Label(vi="hãy xem trên màn hình lớn", en="watch the big screen")
    return errors.fault(errors.CLASS_FULL, "seats", MOST_SEATS, message, remedy)


def _no_seat() -> errors.ApiError:
    message = Label(vi="chưa có chỗ trong lớp này", en="has no seat in this class")
    remedy = Label(vi="hãy vào lớp bằng mã ở /join", en="come in with the code at /join")
    return errors.fault(errors.NO_KEY, "seat", "", message, remedy)


def _locked(what: str) -> errors.ApiError:
    message = Label(vi=f"'{what}' không đổi được lúc này", en=f"'{what}' cannot be changed now")
    remedy = Label(vi="hãy đợi giảng viên", en="wait for the trainer")
    return errors.fault(errors.NOT_NOW, "stage", what, message, remedy)


def _too_soon() -> errors.ApiError:
    message = Label(vi="mỗi vai quyết định một lần trong 30 phút mô phỏng",
                    en="each decides once in 30 simulated minutes")  # fmt: skip
    remedy = Label(vi="hãy đợi thêm", en="wait a little")
    return errors.fault(errors.NOT_NOW, "lever", "", message, remedy)


def _wrong(place: str, value: object, remedy: Label) -> errors.ApiError:
    message = Label(vi="không có ở đây", en="is not one of these")
    return errors.fault(errors.WRONG_REQUEST, place, value, message, remedy)
