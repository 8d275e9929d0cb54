"""The desk: threads that take order after order from the queue, do them, and hold their lease meanwhile.

A service has one, and `cuakhau worker` is one without a service. What a desk holds when it is killed is taken
up by another, or by itself when it begins again, once the lease has ended.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from metrics.exposition import Telemetry
from platform_api import refusals
from platform_api.answers import Answers, Damaged, Files, checksums
from platform_api.crew import Crew
from platform_api.doing import Doing, Done, Simulate, progress_of
from platform_api.exploring import Explore, explore
from platform_api.files import flush
from platform_api.following import Advance
from platform_api.runner import run_apart
from platform_api.settings import Settings
from platform_api.store import Unavailable
from platform_api.store.run_table import Claimed, RunTable
from platform_api.wire import RunProgress, State, Ticket, problem_item
from scenarios.errors import Problem
from sim.run import Cancelled

log = structlog.get_logger(__name__)

STOP_WITHIN = 5.0
"""How long a stopping desk waits for its runs to end [s]."""

BEATS = 5
"""How often a lease is renewed before it would end."""

LOOK_EVERY = 0.5
"""How often the queue is looked at when nobody rings [s]."""

LATELY = 120.0
"""What others ended is looked for so far back [s]: clocks of machines differ."""

TRIES = 3
"""A run whose worker died so often is not tried again."""


@dataclass(slots=True)
class Live:
    """A run that is being done here."""

    claimed: Claimed
    stop: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False  # somebody asked for it
    lost: bool = False  # another worker has it
    progress: RunProgress | None = None


class Desk:
    """Works through the queue from `open` to `close`."""

    def __init__(
        self, settings: Settings, table: RunTable, answers: Answers, telemetry: Telemetry,
        simulate: Simulate = run_apart, explore: Explore = explore,
    ) -> None:  # fmt: skip
        self.settings, self.table, self.answers, self.telemetry = settings, table, answers, telemetry
        self.doing = Doing(settings, answers, simulate, explore)
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._live: dict[str, Live] = {}
        self._rung = threading.Condition()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._told: dict[str, float] = {}  # what ended lately and was counted here, and when

    # ---- begin and end
    def open(self) -> None:
        """Begin to work."""
        before = self.table.ended_since(_now() - timedelta(seconds=LATELY))
        self._told = {ticket.id: time.monotonic() for ticket in before}
        self._look_for_lapsed()
        many = self.settings.runs_at_once
        self._threads = [
            threading.Thread(target=self._serve, args=(number > 0,), name=f"run-{number}", daemon=True)
            for number in range(many)
        ]
        self._threads.append(threading.Thread(target=self._hold, name="run-lease", daemon=True))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop what is at work and put it back into the queue."""
        self._closing.set()
        for live in list(self._live.values()):
            live.stop.set()
        self.ring()
        deadline = time.monotonic() + STOP_WITHIN
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def ring(self) -> None:
        """Somebody has ordered a run."""
        with self._rung:
            self._rung.notify_all()

    # ---- what is at work here
    @property
    def is_at_work(self) -> bool:
        """Whether all its threads live."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def progress_of(self, run: str) -> RunProgress | None:
        """How far a run is, if it is done here."""
        live = self._live.get(run)
        return live.progress if live else None

    def stop_run(self, run: str) -> None:
        """Have a run stop, if it is done here; elsewhere the lease tells it."""
        live = self._live.get(run)
        if live is not None:
            live.cancelled = True
            live.stop.set()

    # ---- leases
    def _hold(self) -> None:
        """Renew the leases of what is done here, and look for runs whose worker is gone."""
        pause = self.settings.lease_seconds / BEATS
        while not self._closing.wait(min(pause, 1.0)):
            try:
                for run, live in list(self._live.items()):
                    self._beat(run, live)
                self._look_for_lapsed()
                self._count_what_others_ended()
            except Unavailable as error:
                log.warning("store unavailable", reason=type(error).__name__)
            except Exception:
                log.exception("leases not held")

    def _beat(self, run: str, live: Live) -> None:
        asked = self.table.beat(self.name, run, self._until(), live.progress)
        if asked is None and run in self._live:
            live.lost = True
        live.cancelled |= bool(asked)
        if asked is None or asked:
            live.stop.set()

    def _until(self) -> datetime:
        return _now() + timedelta(seconds=self.settings.lease_seconds)

    def _count_what_others_ended(self) -> None:
        """Runs that another worker has done are shown and counted here too."""
        now = time.monotonic()
        self._told = {run: at for run, at in self._told.items() if now - at < 2 * LATELY}
        for ticket in self.table.ended_since(_now() - timedelta(seconds=LATELY)):
            if ticket.id not in self._told:
                self.count(ticket)
                if ticket.named and ticket.state == "succeeded":
                    self.show(ticket)

    def count(self, ended: Ticket) -> None:
        """A run that was ended here, once."""
        self._told[ended.id] = time.monotonic()
        self.telemetry.finished(ended.state, _seconds(ended))

    def _look_for_lapsed(self) -> None:
        """Runs whose worker is gone wait again; one that lost too many workers has failed."""
        for ticket, tries, was_to_stop in self.table.lapsed(_now()):
            ended = None
            if was_to_stop:
                ended = _ended(ticket, "cancelled", ())
            elif tries >= TRIES:
                ended = _ended(ticket, "failed", [refusals.workers_died(ticket.id, tries)])
            if self.table.take_back(ticket.id, _now(), ended):
                log.warning(
                    "worker gone", run=ticket.id, tries=tries, state=ended.state if ended else "queued"
                )
                if ended is not None:
                    self.count(ended)
                    self.answers.drop_journal(ended.id)
                self.ring()

    # ---- the work
    def _serve(self, only_runs: bool) -> None:
        """One thread: takes order after order; but one take runs only, which do not wait for experiments."""
        limits = self.settings.max_replications, self.settings.max_run_megabytes
        with Crew(self.settings.jobs, *limits) as crew:
            while not self._closing.is_set():
                claimed = self._claim(only_runs)
                if claimed is not None:
                    self._do_whatever_happens(claimed, crew)

    def _do_whatever_happens(self, claimed: Claimed, crew: Crew) -> None:
        """One run must not end the work on all others; its lease ends, and it is tried again or fails."""
        try:
            self._do(claimed, crew)
        except Exception:
            log.exception("run left", run=claimed.ticket.id)
            self._closing.wait(LOOK_EVERY)

    def _claim(self, only_runs: bool) -> Claimed | None:
        """The next order, or None after a while."""
        try:
            claimed = self.table.claim(self.name, _now(), self._until(), only_runs=only_runs)
        except Unavailable as error:
            log.warning("store unavailable", reason=type(error).__name__)
            claimed = None
        if claimed is None:
            with self._rung:
                if not self._closing.is_set():
                    self._rung.wait(LOOK_EVERY)
        return claimed

    def _do(self, claimed: Claimed, crew: Crew) -> None:
        """Do one run; whatever happens, it ends in a state that says so, or waits again."""
        live = self._live[claimed.ticket.id] = Live(claimed)
        if self._closing.is_set():
            live.stop.set()
        try:
            with self.answers.writing(claimed.ticket.id) as fresh:
                ended, files, done = self._outcome(live, crew, fresh)
                if ended is not None:
                    self._end(live, ended, files, done, fresh)
        finally:
            del self._live[claimed.ticket.id]
        if ended is None and not live.lost:
            with suppress(Unavailable):
                self.table.put_back(self.name, claimed.ticket.id)

    def _outcome(self, live: Live, crew: Crew, fresh: Path) -> tuple[Ticket | None, Files, Done | None]:
        """How it ended, with its files; None when it is not to end here."""
        ticket = live.claimed.ticket
        try:
            done = self._done(live, crew, fresh)
            told = {**done.told, "progress": _all_done(live, ticket)}
            ended = _ended(ticket, "succeeded", ()).model_copy(update=told)
            (fresh / "ticket.json").write_text(ended.model_dump_json(), encoding="utf-8")
            flush(fresh)
            return ended, checksums(fresh), done
        except Cancelled:
            if live.lost or (self._closing.is_set() and not live.cancelled):
                return None, {}, None
            state, problems = self._why_stopped(live)
        except Exception as error:
            state, problems = "failed", refusals.told(error, ticket.id, self.settings)
        return _ended(ticket.model_copy(update=_progress_of(live)), state, problems), {}, None

    def _done(self, live: Live, crew: Crew, fresh: Path) -> Done:
        limit = _Limit(self.settings, live)

        def follow(advance: Advance) -> None:
            limit.entities = advance.entities
            live.progress = progress_of(advance)

        return self.doing.do(live.claimed, crew, fresh, follow, limit.is_reached)

    def _why_stopped(self, live: Live) -> tuple[State, tuple[Problem, ...]]:
        if live.cancelled:
            return "cancelled", ()
        return "failed", (refusals.beyond(self.settings),)

    def _end(self, live: Live, ended: Ticket, files: Files, done: Done | None, fresh: Path) -> None:
        """The end of a run: in place, shown and counted before anybody is told of it, if it is still ours."""

        def settle() -> None:
            if done is not None:
                self.answers.put_in_place(ended.id, fresh)
                self.telemetry.simulated(done.events)
                if ended.named:
                    self.telemetry.show(ended.scenario, done.kpis)
            self.count(ended)

        if live.lost or not self._tell_table(ended, files, settle):
            log.warning("lease lost", run=ended.id)
            return
        self.answers.drop_journal(ended.id)
        self._prune()

    def _tell_table(self, ended: Ticket, files: Files, settle: Callable[[], None]) -> bool:
        """Say that it has ended, again and again while the database is away; whether it was still ours."""
        deadline = time.monotonic() + 2 * self.settings.lease_seconds
        while True:
            try:
                return self.table.finish(self.name, ended, files, settle)
            except Unavailable as error:
                log.warning("store unavailable", run=ended.id, reason=type(error).__name__)
                if time.monotonic() > deadline or self._closing.wait(LOOK_EVERY):
                    return False

    def _prune(self) -> None:
        """Let go of the oldest ended runs beyond what is kept."""
        with suppress(Unavailable):
            gone = self.table.beyond(self.settings.max_kept)
            if gone:
                self.table.forget(gone)
            for run in gone:
                self.answers.remove(run)

    def show(self, ticket: Ticket) -> None:
        """Show a stored result on the metrics, if it can still be read."""
        kept = self.table.kept(ticket.id)
        try:
            document = json.loads(self.answers.read(ticket.id, "result.json", kept.files if kept else {}))
            self.telemetry.show(ticket.scenario, document["kpis"])
        except (Damaged, ValueError, LookupError, TypeError) as error:
            log.warning("unreadable result", run=ticket.id, reason=type(error).__name__)


class _Limit:
    """Tells the work when to stop: on demand, after its time, or when it has too many entities."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self.stop = live.stop
        self.deadline = time.monotonic() + settings.max_run_seconds
        each = 2 * settings.max_entities
        of_run = live.claimed.ticket.kind == "run"
        self.most = each * (live.claimed.ticket.replications if of_run else settings.max_replications)
        self.entities = 0

    def is_reached(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline or self.entities > self.most


# ---- small things -------------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


def _ended(ticket: Ticket, state: State, problems: Sequence[Problem]) -> Ticket:
    told = [problem_item(problem) for problem in problems]
    return ticket.model_copy(update={"state": state, "finished": _now(), "problems": told})


def _progress_of(live: Live) -> dict[str, Any]:
    return {} if live.progress is None else {"progress": live.progress}


def _all_done(live: Live, ticket: Ticket) -> RunProgress:
    """How far it is at its end; what was quick has told nobody before."""
    last = live.progress or ticket.progress
    many = last.planned or ticket.replications
    return last.model_copy(update={"done": 1.0, "remaining_s": 0.0, "finished": many, "planned": many})


def _seconds(ticket: Ticket) -> float | None:
    """How long it was at work [s]; None if it never began."""
    if ticket.started is None or ticket.finished is None:
        return None
    return (ticket.finished - ticket.started).total_seconds()
