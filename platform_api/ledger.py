"""What runs and experiments have in common for who asks: ordered, followed, read, cancelled, forgotten."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from metrics.exposition import Telemetry
from platform_api import errors, refusals
from platform_api.answers import Answers, Damaged, Files
from platform_api.desk import Desk
from platform_api.guard import Caller, not_yours
from platform_api.settings import Settings
from platform_api.store.run_table import Kept, Misused, NewRun, Refused, RunTable
from platform_api.wire import ENDED, State, Ticket

GLANCE = 0.25
"""How old what many followers of one run are told may be [s]."""

MOST_GLANCES = 200


def new_id(now: datetime) -> str:
    """What a new order is called."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


class Ledger:
    """All orders of some kinds; all methods may be called from any thread."""

    def __init__(self, kinds: Sequence[str], desk: Desk, unknown: Callable[[str], errors.ApiError]) -> None:
        self.kinds, self.desk, self.unknown = tuple(kinds), desk, unknown
        self.is_closing = False
        self._glances: dict[str, tuple[float, Ticket]] = {}

    @property
    def settings(self) -> Settings:
        """Of the service."""
        return self.desk.settings

    @property
    def table(self) -> RunTable:
        """Where the orders are."""
        return self.desk.table

    @property
    def answers(self) -> Answers:
        """Where the files are."""
        return self.desk.answers

    @property
    def telemetry(self) -> Telemetry:
        """What is counted."""
        return self.desk.telemetry

    def close(self) -> None:
        """The service is about to stop: who follows something is let go."""
        self.is_closing = True

    def put(self, new: NewRun, *, fresh: bool) -> Ticket:
        """Put an order in the queue; one that repeats another gives that one's ticket.

        Raises
        ------
        ApiError
            503 when the queue is full, 422 when its idempotency key was used for another order, or when
            what the holder has stored takes too much room.
        """
        try:
            again = self.table.again(new, fresh=fresh)
            if again is None:
                self.require_room(new.holder)
                ticket, is_new = self.table.add(new, self.settings.max_queued, fresh=fresh)
            else:
                ticket, is_new = again, False
        except Refused as refused:
            raise refusals.queue_full(refused.waiting) from None
        except Misused:
            raise refusals.key_used_again(new.idempotency_key or "") from None
        if ticket.kind not in self.kinds:  # the key belongs to an order of another kind
            raise refusals.key_used_again(new.idempotency_key or "")
        if is_new:
            self.desk.ring()
        else:
            self.telemetry.reused()
        return self._as_it_stands(ticket)

    def require_room(self, holder: str) -> None:
        """Refuse what is to be stored where a holder has stored too much already (422)."""
        if self.table.stored_by(holder) > self.settings.max_stored_bytes:
            raise refusals.stored_too_much(self.settings.max_stored_bytes)

    def get(self, run: str) -> Ticket:
        """How it stands.

        Raises
        ------
        ApiError
            404 when there is none of this id.
        """
        ticket = self.table.get(run)
        if ticket is None or ticket.kind not in self.kinds:
            raise self.unknown(run)
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
        self,
        limit: int,
        state: State | None,
        scenario: str | None,
        before: int | None,
        kind: str | None = None,
    ) -> tuple[list[Ticket], int | None]:
        """The newest, and the number below which the next page begins."""
        kinds = self.kinds if kind is None else (kind,)
        found = self.table.page(kinds, limit + 1, state, scenario, before)
        more = found[limit - 1][0] if len(found) > limit else None
        return [self._as_it_stands(ticket) for _, ticket in found[:limit]], more

    def cancel(self, run: str, caller: Caller) -> Ticket:
        """Have it stop: at once when it waits, within about a second when it is at work.

        Raises
        ------
        ApiError
            404 when there is none, 403 when somebody else ordered it.
        """
        self._require_own(run, caller)
        ticket, ended_now = self.table.cancel(run, datetime.now(UTC))
        if ended_now:
            self.desk.count(ticket)
            self.answers.drop_journal(run)
        elif ticket.state == "running":
            self.desk.stop_run(run)
        return self.get(run)

    def _require_own(self, run: str, caller: Caller) -> None:
        self.get(run)
        holder = self.table.holder_of(run)
        if holder is None:
            raise self.unknown(run)
        if not caller.owns(holder):
            raise not_yours(run)

    def forget(self, run: str, caller: Caller) -> None:
        """Delete what has ended, with its files.

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

    # ---- what is stored
    def kept(self, run: str) -> Kept:
        """What is stored of what has succeeded.

        Raises
        ------
        ApiError
            404 when there is none of this id, 409 when it has no answer (yet).
        """
        kept = self.table.kept(run)
        if kept is None or kept.ticket.kind not in self.kinds:
            raise self.unknown(run)
        if kept.ticket.state != "succeeded":
            raise refusals.no_result(kept.ticket)
        return kept

    def file(self, run: str, name: str) -> bytes:
        """A file, as it was written; errors as `kept`, and 410 when it was damaged."""
        return self._read(run, name, self.kept(run).files)

    def _read(self, run: str, name: str, files: Files) -> bytes:
        try:
            return self.answers.read(run, name, files)
        except Damaged:
            raise refusals.damaged(run, name) from None

    def _as_it_stands(self, ticket: Ticket) -> Ticket:
        """With the progress of this moment, where the work is done here."""
        live = self.desk.progress_of(ticket.id) if ticket.state == "running" else None
        return ticket if live is None else ticket.model_copy(update={"progress": live})
