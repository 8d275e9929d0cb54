"""Runs of the service, as its routes ask for them: ordered, followed, answered, cancelled, forgotten."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from metrics.exposition import Telemetry
from platform_api import refusals, wire
from platform_api.answers import Answers, Damaged, Files, checksums
from platform_api.desk import Desk, Simulate
from platform_api.guard import Caller, not_yours
from platform_api.settings import Settings
from platform_api.store.run_table import NOTHING_YET, Kept, Misused, NewRun, Refused, RunTable
from platform_api.wire import ENDED, RunProgress, State, Ticket
from scenarios.errors import Language, Problem
from scenarios.resolved import Resolved, scenario_hash
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from platform_api import exports
    from platform_api.results import Result

__all__ = ["Order", "Runs", "Simulate"]

log = structlog.get_logger(__name__)

GLANCE = 0.25
"""How old what many followers of one run are told may be [s]."""


MOST_GLANCES = 200


@dataclass(frozen=True, slots=True)
class Order:
    """A run that somebody wants, already checked."""

    scenario: Resolved
    hash: str  # of the scenario
    warnings: tuple[Problem, ...]
    seed: int
    replications: int
    engine: str
    overrides: dict[str, Any]
    named: bool  # an unchanged library scenario
    records: bool = False
    fresh: bool = False  # simulate again although the answer is stored
    holder: str = ""
    idempotency_key: str | None = None
    order_hash: str = ""


class Runs:
    """Every run the service knows; all methods may be called from any thread."""

    def __init__(
        self, settings: Settings, table: RunTable, answers: Answers, telemetry: Telemetry, simulate: Simulate
    ) -> None:
        self.settings, self.table, self.answers, self.telemetry = settings, table, answers, telemetry
        self.desk = Desk(settings, table, answers, telemetry, simulate)
        self.is_closing = False
        self._glances: dict[str, tuple[float, Ticket]] = {}
        telemetry.follow(self.queued, self.running)

    # ---- begin and end of the service
    def start(self) -> None:
        """Take up what is stored, and begin to work."""
        self.answers.sweep()
        self._bring_in()
        for ticket in self.table.latest_named():
            self.desk.show(ticket)
        self.desk.open()

    def close(self) -> None:
        """The service is about to stop: who follows a run is let go."""
        self.is_closing = True

    def stop(self) -> None:
        """Stop the work; what has not ended waits for the next start."""
        self.desk.close()

    def _bring_in(self) -> None:
        """Runs that lie in the data folder, where the database is new, or was lost."""
        if not self.table.is_empty():
            return
        for ticket in self.answers.tickets():
            if ticket.state == "succeeded":
                try:
                    self.table.bring_in(*self._as_folder_tells(ticket))
                except (OSError, ValueError) as error:
                    log.warning("unreadable run", folder=ticket.id, reason=type(error).__name__)

    def _as_folder_tells(self, ticket: Ticket) -> tuple[Ticket, NewRun, Files]:
        """A finished run, from what lies in its folder."""
        from platform_api.results import NotAResult, load

        folder = self.answers.folder / ticket.id
        try:
            result, scenario = load(folder)
        except NotAResult as error:
            raise ValueError(str(error)) from None
        order = Order(
            scenario,
            scenario_hash(scenario),
            (),
            ticket.seed,
            ticket.replications,
            ticket.engine,
            ticket.overrides,
            ticket.named,
        )
        new = _new_run(ticket, order, result.provenance.result_version)
        return ticket, new, checksums(folder)

    # ---- what the routes ask
    def submit(self, order: Order) -> Ticket:
        """Put a run in the queue; an order that repeats another gives that one's run.

        Raises
        ------
        ApiError
            503 when the queue is full, 422 when its idempotency key was used for another order, or when
            the holder's runs take too much room.
        """
        if self.table.stored_by(order.holder) > self.settings.max_stored_bytes:
            raise refusals.stored_too_much(self.settings.max_stored_bytes)
        new = _new_run(_new_ticket(order), order, RESULT_VERSION)
        try:
            ticket, is_new = self.table.add(new, self.settings.max_queued, fresh=order.fresh)
        except Refused as refused:
            raise refusals.queue_full(refused.waiting) from None
        except Misused:
            raise refusals.key_used_again(order.idempotency_key or "") from None
        if is_new:
            self.desk.ring()
        else:
            self.telemetry.reused()
        return self._as_it_stands(ticket)

    def get(self, run: str) -> Ticket:
        """How a run stands.

        Raises
        ------
        ApiError
            404 when there is no such run.
        """
        ticket = self.table.get(run)
        if ticket is None:
            raise refusals.unknown_run(run)
        return self._as_it_stands(ticket)

    def glance(self, run: str) -> Ticket:
        """As `get`, but what another follower was told a moment ago will do."""
        seen = self._glances.get(run)
        if seen is not None and time.monotonic() - seen[0] < GLANCE:
            return seen[1]
        ticket = self.get(run)
        if len(self._glances) >= MOST_GLANCES:
            self._glances.clear()
        self._glances[run] = (time.monotonic(), ticket)
        return ticket

    def page(
        self, limit: int, state: State | None, scenario: str | None, before: int | None
    ) -> tuple[list[Ticket], int | None]:
        """The newest runs, and the number below which the next page begins."""
        found = self.table.page(limit + 1, state, scenario, before)
        more = found[limit - 1][0] if len(found) > limit else None
        return [self._as_it_stands(ticket) for _, ticket in found[:limit]], more

    def cancel(self, run: str, caller: Caller) -> Ticket:
        """Have a run stop: at once when it waits, within about a second when it is at work.

        Raises
        ------
        ApiError
            404 when there is none, 403 when somebody else ordered it.
        """
        self._require_own(run, caller)
        ticket, ended_now = self.table.cancel(run, datetime.now(UTC))
        if ended_now:
            self.desk.count(ticket)
        elif ticket.state == "running":
            self.desk.stop_run(run)
        return self.get(run)

    def _require_own(self, run: str, caller: Caller) -> None:
        holder = self.table.holder_of(run)
        if holder is None:
            raise refusals.unknown_run(run)
        if not caller.owns(holder):
            raise not_yours(run)

    def forget(self, run: str, caller: Caller) -> None:
        """Delete a run that has ended, with its files.

        Raises
        ------
        ApiError
            404 when there is none, 403 when somebody else ordered it, 409 while it has not ended.
        """
        self._require_own(run, caller)
        ticket = self.get(run)
        if ticket.state not in ENDED:
            raise refusals.not_ended(ticket)
        self.table.forget([run])
        self.answers.remove(run)

    def file(self, run: str, name: str) -> bytes:
        """A file of a succeeded run, as it was written.

        Raises
        ------
        ApiError
            404 when there is no such run, 409 when it has no answer (yet), 410 when the file was damaged.
        """
        return self._read(run, name, self.kept(run).files)

    def _read(self, run: str, name: str, files: Files) -> bytes:
        try:
            return self.answers.read(run, name, files)
        except Damaged:
            raise refusals.damaged(run, name) from None

    def kept(self, run: str) -> Kept:
        """What is stored of a succeeded run.

        Raises
        ------
        ApiError
            404 when there is no such run, 409 when it has no answer (yet).
        """
        kept = self.table.kept(run)
        if kept is None:
            raise refusals.unknown_run(run)
        if kept.ticket.state != "succeeded":
            raise refusals.no_result(kept.ticket)
        return kept

    def part(self, run: str, name: str) -> bytes:
        """A part of the answer as it goes over the wire: `kpis`, `trs` or `series`; errors as `file`."""
        files = self.kept(run).files
        if f"{name}.json" in files:
            return self._read(run, f"{name}.json", files)
        document = json.loads(
            self._read(run, "result.json", files)
        )  # of a run that was kept before there were parts
        if name == "kpis":
            return wire.kpis_of(run, document).model_dump_json().encode()
        return json.dumps({"id": run, name: document[name]}, ensure_ascii=False).encode()

    def whole(self, run: str) -> tuple[Result, Resolved]:
        """A stored answer with the scenario it answers; errors as `file`, 410 too for what is too old."""
        from platform_api.results import Result
        from scenarios.resolved import from_json

        files = self.kept(run).files
        try:
            result = Result.from_json(self._read(run, "result.json", files))
            return result, from_json(self._read(run, "scenario.json", files))
        except ValueError:
            raise refusals.damaged(run, "result.json") from None

    def export_order(
        self, run: str, table: str | None, replication: int, language: Language
    ) -> exports.Order:
        """What is needed to export a run; errors as `file`."""
        from platform_api import exports

        result, scenario = self.whole(run)
        if replication > result.replications:
            raise refusals.no_replication(run, replication, result.replications)
        record = self.answers.path(run, f"records/replication-{replication:04d}")
        return exports.Order(
            scenario,
            record=record if (record / "record.json").is_file() else None,
            result=result,
            language=language,
            table=table,
            seed=result.seed,
            replication=replication - 1,
            until=result.provenance.until,
        )

    def queued(self) -> int:
        """How many runs wait."""
        return self.table.count("queued")

    def running(self) -> int:
        """How many runs are at work."""
        return self.table.count("running")

    def _as_it_stands(self, ticket: Ticket) -> Ticket:
        """With the progress of this moment, where the work is done here."""
        live = self.desk.progress_of(ticket.id) if ticket.state == "running" else None
        return ticket if live is None else ticket.model_copy(update={"progress": live})


def _new_run(ticket: Ticket, order: Order, result_version: int) -> NewRun:
    answers = (
        order.hash,
        order.seed,
        order.replications,
        order.engine,
        order.named,
        order.records,
        result_version,
    )
    return NewRun(
        ticket=ticket,
        scenario=order.scenario,
        scenario_hash=order.hash,
        warnings=order.warnings,
        keeps_records=order.records,
        result_version=result_version,
        answer_key=hashlib.sha256(repr(answers).encode()).hexdigest(),
        holder=order.holder,
        idempotency_key=order.idempotency_key,
        order_hash=order.order_hash,
    )


def _new_ticket(order: Order) -> Ticket:
    now = datetime.now(UTC)
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
        progress=RunProgress(**NOTHING_YET),
        digest=[],
        problems=[],
    )
