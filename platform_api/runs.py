"""Runs of the service, as its routes ask for them, and the work on all that is ordered."""

from __future__ import annotations

import hashlib
import json
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from platform_api import experiment_desk, refusals, wire
from platform_api.answers import Files, checksums
from platform_api.desk import Desk
from platform_api.ledger import Ledger, new_id
from platform_api.store import Unavailable
from platform_api.store.run_table import NOTHING_YET, NewRun, packed
from platform_api.wire import RunProgress, Ticket
from scenarios.errors import Language, Problem, ScenarioError
from scenarios.resolved import Resolved, scenario_hash
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from platform_api import exports
    from platform_api.results import Result

log = structlog.get_logger(__name__)

A_MOMENT = 0.1
"""How old the numbers of what waits and works may be [s]."""


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


class Runs(Ledger):
    """Every run the service knows; and the desk, which does all that is ordered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(("run",), desk, refusals.unknown_run)
        self._counts = -math.inf, (0, 0)
        self.telemetry.follow(self.queued, self.running)

    # ---- begin and end of the service
    def start(self) -> None:
        """Take up what is stored, and begin to work."""
        self.answers.sweep()
        self._bring_in()
        for ticket in self.table.latest_named():
            self.desk.show(ticket)
        self.desk.open()

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
                except (OSError, ValueError, ScenarioError) as error:
                    log.warning("unreadable run", folder=ticket.id, reason=type(error).__name__)

    def _as_folder_tells(self, ticket: Ticket) -> tuple[Ticket, NewRun, Files]:
        """What has finished, from what lies in its folder."""
        from platform_api.results import NotAResult, load

        folder = self.answers.folder / ticket.id
        if ticket.kind != "run":
            return experiment_desk.as_folder_tells(ticket, folder)
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
        """Put a run in the queue; an order that repeats another gives that one's run. Errors as `put`."""
        return self.put(_new_run(_new_ticket(order), order, RESULT_VERSION), fresh=order.fresh)

    def part(self, run: str, name: str) -> tuple[bytes, str | None]:
        """A part of the answer as it goes over the wire: `kpis`, `trs` or `series`; errors as `file`.

        The second value is its checksum, where that is known.
        """
        files = self.kept(run).files
        if f"{name}.json" in files:
            return self._read(run, f"{name}.json", files), str(files[f"{name}.json"]["sha256"])
        document = json.loads(
            self._read(run, "result.json", files)
        )  # of a run that was kept before there were parts
        if name == "kpis":
            return wire.kpis_of(run, document).model_dump_json().encode(), None
        return json.dumps({"id": run, name: document[name]}, ensure_ascii=False).encode(), None

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

    def scenario(self, run: str) -> tuple[int, Resolved]:
        """How many replications, of which scenario; errors as `whole`."""
        from scenarios.resolved import from_json

        kept = self.kept(run)
        try:
            return kept.ticket.replications, from_json(self._read(run, "scenario.json", kept.files))
        except ValueError:
            raise refusals.damaged(run, "scenario.json") from None

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
        """How many orders wait, of whatever kind."""
        return self._counted()[0]

    def running(self) -> int:
        """How many are at work."""
        return self._counted()[1]

    def _counted(self) -> tuple[int, int]:
        """Both, as they were a moment ago at the most; as last known while the database is away."""
        at, counts = self._counts
        if time.monotonic() - at > A_MOMENT:
            with suppress(Unavailable):
                counts = self.table.counts()
            self._counts = time.monotonic(), counts
        return counts


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
        payload=partial(packed, order.scenario),
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
        id=new_id(now),
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
