"""Runs of the service: a bounded queue, a few threads that drive the work, and how every run stands."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from metrics.exposition import Telemetry
from platform_api import refusals, runner
from platform_api.crew import Crew
from platform_api.results import Result
from platform_api.settings import Settings
from platform_api.store import Store
from platform_api.wire import RunProgress, State, Ticket, problem_item
from scenarios.errors import Problem
from scenarios.resolved import Resolved
from sim.laws import LawBroken
from sim.run import Cancelled

log = structlog.get_logger(__name__)

STOP_WITHIN = 5.0
"""How long a stopping service waits for its runs to end [s]."""

NOTHING_YET = RunProgress(done=0.0, entities=0, entities_per_s=0.0, remaining_s=None)


@dataclass(frozen=True, slots=True)
class Order:
    """A run that somebody wants, already checked."""

    scenario: Resolved
    warnings: tuple[Problem, ...]
    seed: int
    replications: int
    engine: str
    overrides: dict[str, Any]
    named: bool  # an unchanged library scenario


@dataclass(frozen=True, slots=True)
class Live:
    """What a run that has not ended needs."""

    order: Order
    stop: threading.Event = field(default_factory=threading.Event)


Simulate = Callable[..., Result]
"""`runner.run_scenario`, or something with the same parameters."""


class Runs:
    """Every run the service knows; all methods may be called from any thread."""

    def __init__(self, settings: Settings, store: Store, telemetry: Telemetry, simulate: Simulate) -> None:
        self.settings, self.store, self.telemetry, self.simulate = settings, store, telemetry, simulate
        self._tickets: dict[str, Ticket] = {}
        self._live: dict[str, Live] = {}
        self._queue: deque[str] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._threads: list[threading.Thread] = []
        telemetry.follow(self.queued, self.running)

    # ---- begin and end of the service
    def start(self) -> None:
        """Take up what is on disk, and begin to work."""
        self.store.sweep()
        self._tickets = {ticket.id: ticket for ticket in self.store.tickets()}
        for ticket in self._tickets.values():
            if ticket.named and ticket.state == "succeeded":
                self._show_again(ticket)
        names = [f"run-{number}" for number in range(self.settings.runs_at_once)]
        self._threads = [threading.Thread(target=self._serve, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Cancel everything and wait until the work has stopped."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            unfinished = list(self._live)
        for run in unfinished:
            self.cancel(run)
        deadline = time.monotonic() + STOP_WITHIN
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    # ---- what the routes ask
    def submit(self, order: Order) -> Ticket:
        """Put a run in the queue.

        Raises
        ------
        ApiError
            503 when the queue is full.
        """
        ticket = _new_ticket(order)
        with self._changed:
            if len(self._queue) >= self.settings.max_queued or self._stopping:
                raise refusals.queue_full(len(self._queue))
            self._tickets[ticket.id] = ticket
            self._live[ticket.id] = Live(order)
            self._queue.append(ticket.id)
            self._changed.notify()
        return ticket

    def get(self, run: str) -> Ticket:
        """How a run stands.

        Raises
        ------
        ApiError
            404 when there is no such run.
        """
        with self._changed:
            ticket = self._tickets.get(run)
        if ticket is None:
            raise refusals.unknown_run(run)
        return ticket

    def newest(self, limit: int, state: str | None = None) -> list[Ticket]:
        """The latest runs, the newest first."""
        with self._changed:
            tickets = [ticket for ticket in self._tickets.values() if state in (None, ticket.state)]
        return tickets[::-1][:limit]

    def cancel(self, run: str) -> Ticket:
        """Have a run stop: at once when it waits, within about a second when it is at work."""
        with self._changed:
            live = self._live.get(run)
            if live is not None:
                live.stop.set()
            waiting = run in self._queue
            if waiting:
                self._queue.remove(run)
        if waiting:
            self._finish(run, "cancelled")
        return self.get(run)

    def result(self, run: str) -> dict[str, Any]:
        """The answer of a run.

        Raises
        ------
        ApiError
            404 when there is no such run, 409 when it has no answer (yet).
        """
        ticket = self.get(run)
        if ticket.state != "succeeded":
            raise refusals.no_result(ticket)
        try:
            return self.store.result(run)
        except FileNotFoundError:  # let go meanwhile
            raise refusals.unknown_run(run) from None

    def queued(self) -> int:
        """How many runs wait."""
        return len(self._queue)

    def running(self) -> int:
        """How many runs are at work."""
        with self._changed:
            return len(self._live) - len(self._queue)

    # ---- the work
    def _serve(self) -> None:
        """One thread: takes run after run from the queue."""
        with Crew(self.settings.jobs, self.settings.max_replications) as crew:
            while (run := self._next()) is not None:
                self._do(run, crew)

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if self._stopping:
                return None
            run = self._queue.popleft()
            self._update(run, state="running", started=_now())
            return run

    def _do(self, run: str, crew: Crew) -> None:
        """Do one run; whatever happens, it ends in a state that says so."""
        live = self._live[run]
        try:
            result = self._simulate(run, live, crew)
            self._succeed(run, live, result)
        except Cancelled:
            self._finish(run, *self._why_stopped(live))
        except LawBroken as error:
            self._finish(run, "failed", refusals.law_broken(error))
        except runner.ScenarioFault as error:
            self._finish(run, "failed", Problem("scenario", "", error.message, error.remedy))
        except runner.RunFailed as error:
            self._finish(run, "failed", Problem("run", run, error.message, error.remedy))
        except ValueError as error:
            self._finish(run, "failed", refusals.cannot_run(error))
        except OSError as error:
            self._finish(run, "failed", refusals.cannot_store(error))
        except Exception:
            log.exception("run failed", run=run)
            self._finish(run, "failed", refusals.fault(run))

    def _simulate(self, run: str, live: Live, crew: Crew) -> Result:
        order = live.order
        limit = _Limit(self.settings, live)

        def follow(advance: runner.Advance) -> None:
            limit.entities = advance.entities
            self._update(run, progress=_progress(advance))

        return self.simulate(
            order.scenario,
            seed=order.seed,
            replications=order.replications,
            engine=order.engine,
            overrides=order.overrides,
            warnings=order.warnings,
            crew=crew,
            progress=follow,
            cancel=limit.is_reached,
        )

    def _why_stopped(self, live: Live) -> tuple[State, Problem | None]:
        if live.stop.is_set():
            return "cancelled", None
        return "failed", refusals.beyond(self.settings)

    def _succeed(self, run: str, live: Live, result: Result) -> None:
        self._finish(run, "succeeded", scenario=live.order.scenario, result=result)
        self.telemetry.simulated(result.timing.events)

    def _finish(
        self,
        run: str,
        state: State,
        problem: Problem | None = None,
        *,
        scenario: Resolved | None = None,
        result: Result | None = None,
    ) -> None:
        """The end of a run: stored, shown and counted before anybody is told of it."""
        problems = [problem_item(problem)] if problem else []
        ended: dict[str, Any] = {"state": state, "finished": _now(), "problems": problems}
        if result is not None:
            ended["digest"] = list(result.digest)
        ticket = self._tickets[run].model_copy(update=ended)
        self._keep(ticket, scenario, result)
        if ticket.named and result is not None:
            self._show(ticket, result.document()["kpis"])
        self.telemetry.finished(state, _seconds(ticket))
        with self._changed:
            self._tickets[run] = ticket
            self._live.pop(run, None)
        self._prune()

    def _keep(self, ticket: Ticket, scenario: Resolved | None, result: Result | None) -> None:
        """Store a run. That one failed can be told without a disk; an answer that is not stored is none."""
        try:
            self.store.save(ticket, scenario, result)
        except OSError:
            if result is not None:
                raise
            log.exception("run not stored", run=ticket.id)

    def _update(self, run: str, **changes: Any) -> None:
        with self._changed:
            self._tickets[run] = self._tickets[run].model_copy(update=changes)

    def _show_again(self, ticket: Ticket) -> None:
        """Show a result of an earlier life, if it can still be read."""
        try:
            self._show(ticket, self.store.result(ticket.id)["kpis"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.warning("unreadable result", run=ticket.id, reason=type(error).__name__)

    def _show(self, ticket: Ticket, kpis: list[dict[str, Any]]) -> None:
        self.telemetry.show(ticket.scenario, kpis)

    def _prune(self) -> None:
        """Let go of the oldest finished runs beyond what is kept."""
        with self._changed:
            ended = [run for run in self._tickets if run not in self._live]
            gone = ended[: max(0, len(ended) - self.settings.max_kept)]
            for run in gone:
                del self._tickets[run]
        for run in gone:
            self.store.remove(run)


class _Limit:
    """Tells the work when to stop: on demand, after its time, or when it has too many entities."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self.stop = live.stop
        self.deadline = time.monotonic() + settings.max_run_seconds
        self.most, self.entities = 2 * settings.max_entities * live.order.replications, 0

    def is_reached(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline or self.entities > self.most


# ---- small things -------------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


def _new_ticket(order: Order) -> Ticket:
    now = _now()
    return Ticket(
        id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        state="queued",
        scenario=order.scenario.name,
        seed=order.seed,
        replications=order.replications,
        engine=order.engine,
        overrides=order.overrides,
        named=order.named,
        created=now,
        started=None,
        finished=None,
        progress=NOTHING_YET,
        digest=[],
        problems=[],
    )


def _seconds(ticket: Ticket) -> float | None:
    """How long it was at work [s]; None if it never began."""
    if ticket.started is None or ticket.finished is None:
        return None
    return (ticket.finished - ticket.started).total_seconds()


def _progress(advance: runner.Advance) -> RunProgress:
    return RunProgress(
        done=min(1.0, advance.done),
        entities=advance.entities,
        entities_per_s=round(advance.entities_per_s, 1),
        remaining_s=advance.remaining_s,
    )
