"""Live sessions: runs that a trainer starts, slows, stops, changes and takes back, and others watch.

Two threads move the sessions that play, each for a moment in its turn; who watches reads what they have
prepared. A session is stored as its
scenario and what was decided when, so it is taken up again after a restart and replays to the same digest.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import structlog
from numpy.typing import NDArray

from platform_api import errors, refusals
from platform_api.faults import ScenarioFault, blaming_the_scenario
from platform_api.guard import Caller, not_yours
from platform_api.settings import Settings
from platform_api.store import Unavailable
from platform_api.store.session_table import Saved, SessionTable
from scenarios.resolved import Resolved, scenario_hash
from sim.live import Curves, Effect, Happening, Live, Look, Past, curves, effect, gone, moves
from sim.timetable import Row

log = structlog.get_logger(__name__)

MOST_TICKS = 4
TICK = 0.15
"""How often sessions that play are moved on [s]."""

MOVERS = 2
"""Threads that do it."""

SHARE = 0.1
"""Of its time a session that is hard to move and to tell may take, beside others that play."""

ACT_WITHIN = 20.0
"""How long one act may go on [s]; what is not reached by then is reached by another."""

SAVE_EVERY = 5.0
"""How often a session that plays is stored [s]."""

MOST_DECISIONS = 1_000
"""Interventions in one session."""

REMEMBERED = 100
"""Changes that a watcher may have missed and is told again; who missed more gets the whole state."""

HOUR = 3_600.0
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """One change as it goes to those who watch: its number, and the event."""

    number: int
    kind: str  # "snapshot" or "delta"
    data: str  # JSON
    life: str  # of the session in this process: numbers begin anew when it is taken up again

    @property
    def id(self) -> str:
        """What a watcher sends when it comes back."""
        return f"{self.life}-{self.number}"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a session stands, for who does not wait for it."""

    rows: tuple[Row, ...]
    at: int
    speed: float
    plays: bool
    over: bool


class Beyond(Exception):
    """A session needs more than it may have: `time` of an act, `entities`, or `memory`."""

    def __init__(self, what: Literal["time", "entities", "memory"]) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one session may have. entities : that ever came · bytes : of its state · all : of all together"""

    entities: int
    bytes: int
    all: int


class Session:
    """One live session; its lock is held while it is moved or changed."""

    def __init__(self, saved: Saved, bounds: Bounds, together: Callable[[], int]) -> None:
        self.saved, self.bounds, self.together = saved, bounds, together
        self.bytes = 0
        self._until: float | None = None  # of the act that is being done
        self._due = 0.0
        self.hash = scenario_hash(saved.scenario)
        self.lock = threading.RLock()
        self.speed, self.plays = saved.speed, False
        self.changes: deque[Told] = deque(maxlen=REMEMBERED)
        self.number = 0
        self.life = secrets.token_hex(4)
        self.shown = Shown(saved.rows, saved.at, saved.speed, False, False)
        self._live: Live | None = None
        self._seen: Look | None = None
        self._moved = self._stored = time.monotonic()

    @property
    def live(self) -> Live:
        """The run itself, made anew when the session is taken up again."""
        if self._live is None:
            saved = self.saved
            self._live = Live(
                saved.scenario, saved.seed, saved.replication, saved.rows, self._watch, saved.given
            )
            try:
                self._live.advance(saved.at)
            except Beyond:
                if self._until is not None:
                    raise  # of an act; what is taken up again stands where it came to
            finally:
                self.publish(whole=True)
        return self._live

    @property
    def seen(self) -> Look | None:
        """How it stood when it was last told; None before it was taken up."""
        return self._seen

    def _watch(self) -> None:
        """Between two portions of a way: whether it may go on."""
        assert self._live is not None
        self.bytes = self._live.bytes
        if self._live.born > self.bounds.entities:
            raise Beyond("entities")
        if self.bytes > self.bounds.bytes or self.together() > self.bounds.all:
            raise Beyond("memory")
        if self._until is not None and time.monotonic() > self._until:
            raise Beyond("time")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Of what is done in this block no more than so long; then it stands where it has come to."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = None

    # ---- moving
    def play(self, speed: float) -> None:
        """Go on by itself, so many simulated seconds a second."""
        self.speed, self.plays, self._moved = speed, not self.live.is_over, time.monotonic()
        self._show()

    def tick(self, others: int = 0) -> bool:
        """Move on by the time since the last tick, beside others that play; whether it moved.

        Slower than asked rather than ever more at once: one that is hard to move or to tell keeps nobody
        waiting for long, and is moved the more seldom.
        """
        now = time.monotonic()
        if not self.plays or now < self._due:
            return False
        passed = min(now - self._moved, MOST_TICKS * TICK)
        try:
            with self.within(TICK / (1 + others)):
                self.live.advance(self.live.now + max(1, round(passed * self.speed * 1000)))
        except Beyond as beyond:
            self.plays = beyond.what == "time"
        self._moved = now
        self.plays &= not self.live.is_over
        self.publish()
        took = time.monotonic() - now
        self._due = now + max(TICK, took / SHARE if others else 0.0)
        return True

    # ---- telling
    def publish(self, *, whole: bool = False) -> None:
        """Prepare what those who watch are told."""
        look = self.live.look()
        self.number += 1
        if whole or self._seen is None:
            told = self._told("snapshot", self.snapshot(look))
        else:
            told = self._told("delta", self._standing(look) | _changes(self._seen, look))
        self.changes.append(told)
        self._seen = look
        self._show()

    def _told(self, kind: str, state: dict[str, Any]) -> Told:
        return Told(self.number, kind, json.dumps(state), self.life)

    def _show(self) -> None:
        """What is read without waiting for the session."""
        self.shown = Shown(self.live.rows, self.live.now, self.speed, self.plays, self.live.is_over)

    def snapshot(self, look: Look | None = None) -> dict[str, Any]:
        """The whole state."""
        look = look or self.live.look()
        everybody = np.arange(len(look.entity))
        visits = _rows(everybody, look.entity, look.step, look.phase, look.since)
        return self._standing(look) | {"visits": visits}

    def _standing(self, look: Look) -> dict[str, Any]:
        """What is small and told every time."""
        return {
            "number": self.number,
            "at": look.now,
            "plays": self.plays,
            "over": self.live.is_over,
            "capacity": look.capacity.tolist(),
            "busy": look.busy.tolist(),
            "taken": look.taken.tolist(),
            "platforms": look.platforms.tolist(),
            "came": look.came.tolist(),
            "left": look.left.tolist(),
            "inside": look.inside.tolist(),
        }

    def since(self, number: int) -> list[Told]:
        """What came after a change that was heard; the whole state if that is too long ago."""
        with self.lock:
            _ = self.live
            newer = [told for told in self.changes if told.number > number]
            if newer and (newer[0].number == number + 1 or newer[0].kind == "snapshot"):
                return newer
            return [] if number == self.number else [self.whole()]

    def whole(self) -> Told:
        """Everything, for who has heard nothing."""
        with self.lock:
            _ = self.live
            return self._told("snapshot", self.snapshot(self._seen))


def _changes(before: Look, after: Look) -> dict[str, Any]:
    """Visits new or changed, [entity, step, phase, since], and those that are gone, [entity, step]."""
    moved, lost = moves(before, after)[0], gone(before, after)
    return {
        "changed": _rows(moved, after.entity, after.step, after.phase, after.since),
        "gone": _rows(lost, before.entity, before.step),
    }


def _rows(which: NDArray[np.int64], *columns: NDArray[np.int64]) -> list[list[int]]:
    rows: list[list[int]] = np.column_stack([column[which] for column in columns]).tolist()
    return rows


class Sessions:
    """Every live session of the service; all methods may be called from any thread."""

    def __init__(self, settings: Settings, table: SessionTable) -> None:
        self.settings, self.table = settings, table
        self.bounds = Bounds(
            2 * settings.max_entities, settings.max_session_megabytes * MB, settings.max_run_megabytes * MB
        )
        self._all: dict[str, Session] = {}
        self._adding = threading.Lock()
        self._closing = threading.Event()
        self._beside = threading.Semaphore(2)
        self._threads: list[threading.Thread] = []

    # ---- begin and end of the service
    def start(self) -> None:
        """Take up the stored sessions, paused, and begin to move those that are told to play."""
        self._all = {saved.id: self._session(saved) for saved in self.table.all()}
        for number in range(MOVERS):
            self._threads.append(threading.Thread(target=self._run, name=f"sessions-{number}", daemon=True))
            self._threads[-1].start()

    def _session(self, saved: Saved) -> Session:
        return Session(saved, self.bounds, self._together)

    def _together(self) -> int:
        """What all sessions take in memory."""
        return sum(session.bytes for session in list(self._all.values()))

    def stop(self) -> None:
        """Store where each session is."""
        self._closing.set()
        for thread in self._threads:
            thread.join(5)
        for session in list(self._all.values()):
            if session._live is not None and session.lock.acquire(timeout=1):
                self._save(session)
                session.lock.release()

    def close(self) -> None:
        """The service is about to stop: who watches is let go."""
        self._closing.set()

    # ---- what the routes ask
    def open(
        self, scenario: Resolved, seed: int, replication: int, at: int | None, caller: Caller,
        given: tuple[Row, ...] = (),
    ) -> Session:  # fmt: skip
        """Begin a session, at an instant if one is given; `given` happens in it whoever decides what.

        Raises
        ------
        ApiError
            503 when there are as many as there may be, 422 when it needs too much.
        """
        with self._adding:
            self._forget_old()
            if len(self._all) >= self.settings.max_sessions:
                raise refusals.too_many_sessions(self.settings.max_sessions)
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
            begin = -scenario.clock.lead_in
            start = min(max(0 if at is None else at, begin), scenario.clock.at_most)
            saved = Saved(
                name, caller.holder, scenario, seed, replication, (), start, 60.0, datetime.now(UTC), given
            )  # fmt: skip
            session = self._session(saved)
            self.table.add(saved)
            self._all[name] = session
        try:
            with self._changing(session):
                _ = session.live
        except errors.ApiError:
            self._all.pop(name, None)
            self.table.remove(name)
            raise
        return session

    def all(self) -> list[Session]:
        """Every session, the newest first."""
        return sorted(self._all.values(), key=lambda session: session.saved.created, reverse=True)

    def get(self, name: str) -> Session:
        """One session.

        Raises
        ------
        ApiError
            404 when there is none of that name.
        """
        session = self._all.get(name)
        if session is None:
            raise refusals.unknown_session(name)
        return session

    def mine(self, name: str, caller: Caller) -> Session:
        """A session that the caller may change; 403 when it is somebody else's."""
        session = self.get(name)
        if not caller.owns(session.saved.holder):
            raise not_yours(name)
        return session

    def holds(self, session: Session) -> bool:
        """Whether a session goes on, and the service too."""
        return self._all.get(session.saved.id) is session and not self._closing.is_set()

    def end(self, name: str, caller: Caller) -> None:
        """A session is over."""
        session = self.mine(name, caller)
        with session.lock:
            session.plays = False
            self._all.pop(name, None)
            self.table.remove(name)

    # ---- what is done in one
    def play(self, session: Session, speed: float | None) -> None:
        """Let it go on by itself."""
        with session.lock:
            session.play(session.speed if speed is None else speed)
            session.publish()
            self._save(session)

    def pause(self, session: Session) -> None:
        """Stop where it is."""
        with session.lock:
            session._due = 0.0
            session.tick()
            session.plays = False
            session.publish()
            self._save(session)

    def step(self, session: Session, what: str) -> list[Happening]:
        """One event, one interesting event or one minute; what happened then."""
        with self._changing(session):
            session.plays = False
            if what == "minute":
                before = session.live.look()
                session.live.advance(session.live.now + 60_000)
                happened = list(session.live.between(before, session.live.look()))
            else:
                happened = session.live.step() if what == "event" else session.live.step_to_interesting()
            session.publish()
            self._save(session)
            return happened

    def seek(self, session: Session, to: int, *, forget: bool) -> None:
        """Go to an instant, back too."""
        with self._changing(session):
            session.plays = False
            try:
                session.live.seek(max(to, session.live.begin), forget=forget)
            finally:
                session.publish(whole=True)
                self._save(session)

    def intervene(self, session: Session, what: str, target: str, value: int) -> Row:
        """Set something from now on.

        Raises
        ------
        ApiError
            422 when it cannot be set.
        """
        if len(session.shown.rows) >= MOST_DECISIONS:
            raise refusals.too_many_decisions(MOST_DECISIONS)
        with self._changing(session):
            try:
                row = session.live.intervene(what, target, value)
            except ValueError as error:
                raise refusals.cannot_set(what, target, value, error) from None
            except Beyond:  # demand begins the run anew, and this was not reached again at once
                session.plays = False
                session.publish(whole=True)
                self._save(session)
                raise
            session.publish()
            self._save(session)
            return row

    @contextmanager
    def _changing(self, session: Session) -> Iterator[None]:
        """Alone with a session, not for ever; a scenario that goes round for ever is to blame, not we."""
        try:
            with blaming_the_scenario(), session.lock, session.within(ACT_WITHIN):
                yield
        except ScenarioFault as fault:
            raise refusals.does_not_run(fault) from None
        except Beyond as beyond:
            raise refusals.session_beyond(beyond.what, session.shown.at) from None

    def past(self, session: Session, entity: int) -> list[Past]:
        """The visits of an entity that are over."""
        with session.lock:
            return session.live.past(entity)

    def effect(self, session: Session, until: int | None = None) -> tuple[int, Effect, Curves]:
        """Up to when, and what the decisions have done till then, on the same entities; also by the hour.

        until : [ms]; later than now, both go on without a further decision

        Simulated anew beside the session, so that nobody waits for it; few at a time.
        """
        shown, saved = session.shown, session.saved
        with self._aside() as watch:
            both = [
                Live(saved.scenario, saved.seed, saved.replication, rows, watch, saved.given)
                for rows in (shown.rows, ())
            ]
            at = shown.at if until is None else max(shown.at, until)
            for live in both:
                live.advance(at)
            return both[0].now, effect(*both), curves(*both)

    def digest(self, session: Session) -> tuple[tuple[Row, ...], str]:
        """What was decided, and the identity of the session run to its end; likewise beside it."""
        rows, saved = session.shown.rows, session.saved
        with self._aside() as watch:
            live = Live(saved.scenario, saved.seed, saved.replication, rows, watch, saved.given)
            return rows, live.digest()

    @contextmanager
    def _aside(self) -> Iterator[Callable[[], None]]:
        """Beside the sessions, few at a time, for as long as an act may take."""
        with self._beside:
            until = time.monotonic() + ACT_WITHIN

            def watch() -> None:
                if time.monotonic() > until:
                    raise Beyond("time")

            try:
                with blaming_the_scenario():
                    yield watch
            except ScenarioFault as fault:
                raise refusals.does_not_run(fault) from None
            except Beyond:
                raise refusals.session_beyond("time", None) from None

    # ---- the threads
    def _run(self) -> None:
        while not self._closing.wait(TICK / 6):
            playing = [session for session in list(self._all.values()) if session.plays]
            for session in playing:
                if not self._closing.is_set():
                    self._move(session, len(playing) - 1)

    def _move(self, session: Session, others: int) -> None:
        if not session.lock.acquire(blocking=False):  # somebody does something long in it; the others go on
            return
        try:
            moved = session.tick(others)
            if moved and time.monotonic() - session._stored > SAVE_EVERY:
                self._save(session)
        except Exception:
            session.plays = False
            log.exception("session stopped", session=session.saved.id)
        finally:
            session.lock.release()

    def _save(self, session: Session) -> None:
        session._stored = time.monotonic()
        try:
            self.table.note(session.saved.id, session.live.rows, session.live.now, session.speed)
        except Unavailable as error:
            log.warning("session not stored", session=session.saved.id, reason=type(error).__name__)

    def _forget_old(self) -> None:
        """Sessions that nobody has touched for long."""
        since = datetime.now(UTC) - timedelta(seconds=self.settings.max_session_hours * HOUR)
        for name in self.table.untouched_since(since):
            session = self._all.get(name)
            if session is not None and not session.plays:
                del self._all[name]
                self.table.remove(name)


def names(scenario: Resolved) -> dict[str, list[str]]:
    """What the numbers in a session's state stand for."""
    return {
        "steps": list(scenario.steps),
        "resources": list(scenario.resources),
        "zones": list(scenario.zones),
        "platforms": list(scenario.platforms),
        "flows": list(scenario.flows),
    }
