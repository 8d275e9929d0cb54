"""The table of runs and experiments, which is also their queue: whoever works takes a lease on the oldest.

Every change is one transaction, so a process that is killed at any instant leaves a run that waits, one whose
lease ends soon and is then taken up again, or one that has ended. Nothing is "running" for ever.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    LargeBinary,
    Row,
    Select,
    Table,
    case,
    cast,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from platform_api.store.database import one_at_a_time, writing
from platform_api.store.tables import runs, sessions, variants
from platform_api.wire import ENDED, ProblemItem, RunProgress, State, Ticket
from scenarios.errors import Problem
from scenarios.resolved import Label, Resolved, from_json, to_json

WAITING: dict[str, Any] = {"worker": None, "lease_until": None}
SEEN: list[Any] = [
    runs.c[name]
    for name in (
        "number", "id", "kind", "name", "state", "scenario", "seed", "replications", "engine", "overrides",
        "named", "created", "started", "finished", "progress", "digests", "problems",
    )
]  # fmt: skip
"""What a ticket is made of: what is large is read by who needs it."""

FILES: list[Any] = [runs.c.files, runs.c.result_version]

DROPPED = case((runs.c.kind == "run", null()), else_=runs.c.resolved)
"""What is left of an order once it has ended: nothing of a run, whose folder tells; all of an experiment."""

NOTHING_YET: dict[str, Any] = RunProgress(
    done=0.0, entities=0, entities_per_s=0.0, remaining_s=None
).model_dump()


@dataclass(frozen=True, slots=True)
class NewRun:
    """An order as it enters the table."""

    ticket: Ticket
    payload: Callable[[], bytes]  # what is to be done, made when it is needed
    scenario_hash: str
    warnings: tuple[Problem, ...]
    keeps_records: bool
    result_version: int
    answer_key: str
    holder: str
    idempotency_key: str | None
    order_hash: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run or an experiment that a worker has taken."""

    ticket: Ticket
    payload: bytes
    warned: list[dict[str, Any]]
    keeps_records: bool
    attempts: int

    def scenario(self) -> Resolved:
        """What is to be run.

        Raises
        ------
        ValueError
            If this version of the program cannot read it.
        """
        return from_json(zlib.decompress(self.payload))

    def order(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The order of an experiment, and the scenarios that it names."""
        return unpacked(self.payload)

    def warnings(self) -> tuple[Problem, ...]:
        """What was doubtful in it."""
        return tuple(_problem(problem) for problem in self.warned)


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished run's files with their checksums, and what made them."""

    ticket: Ticket
    files: dict[str, dict[str, Any]]
    result_version: int


def packed(scenario: Resolved) -> bytes:
    """What is to be done of a run."""
    return zlib.compress(to_json(scenario).encode())


def packed_order(order: Mapping[str, Any], texts: Mapping[str, str]) -> bytes:
    """What is to be done of an experiment."""
    return zlib.compress(json.dumps([dict(order), dict(texts)], ensure_ascii=False).encode())


def unpacked(payload: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """The order of an experiment, and the scenarios that it names."""
    order, texts = json.loads(zlib.decompress(payload))
    return order, texts


class Refused(Exception):
    """The order was not taken: the queue is full."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} runs are waiting")
        self.waiting = waiting


class Misused(Exception):
    """An idempotency key came again with another order."""


class RunTable:
    """Every run that the service knows. All methods may be called from any thread and any process."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, writing(engine)

    # ---- orders
    def again(self, new: NewRun, *, fresh: bool) -> Ticket | None:
        """The run that an order repeats, where nothing is to be written for that.

        Raises
        ------
        Misused
            If its idempotency key was used for another order.
        """
        repeated = self._one(self._repeated(new, fresh))
        return _told_again(repeated, new) if repeated is not None and _knows(repeated, new) else None

    def add(self, new: NewRun, most_waiting: int, *, fresh: bool) -> tuple[Ticket, bool]:
        """Put an order in the queue, or give the run that it repeats; the second value tells which.

        Raises
        ------
        Refused
            If so many wait already.
        Misused
            If its idempotency key was used for another order.
        """
        try:
            with self._writing.begin() as connection:
                one_at_a_time(connection)
                repeated = connection.execute(self._repeated(new, fresh)).first()
                if repeated is not None and self._takes_key(connection, repeated, new):
                    return _told_again(repeated, new), False
                waiting = connection.execute(_count("queued")).scalar_one()
                if waiting >= most_waiting:
                    raise Refused(waiting)
                connection.execute(insert(runs).values(**_columns(new)))
                return new.ticket, True
        except IntegrityError:  # two with the same idempotency key at the same moment
            with self._engine.connect() as connection:
                return _told_again(connection.execute(self._repeated(new, fresh)).one(), new), False

    @staticmethod
    def _takes_key(connection: Connection, row: Row[Any], new: NewRun) -> bool:
        """Whether a run that answers an order can be known by the order's key from now on."""
        if _knows(row, new):
            return True
        if row.idempotency_key is not None or row.holder != new.holder:
            return False
        key = {"idempotency_key": new.idempotency_key, "order_hash": new.order_hash}
        connection.execute(update(runs).where(runs.c.id == row.id).values(**key))
        return True

    @staticmethod
    def _repeated(new: NewRun, fresh: bool) -> Select[Any]:
        """The run that an order repeats: by its idempotency key, else by what it would answer."""
        same_key = (runs.c.holder == new.holder) & (runs.c.idempotency_key == new.idempotency_key)
        same_answer = (runs.c.answer_key == new.answer_key) & runs.c.state.in_(
            ("queued", "running", "succeeded")
        )
        same_answer &= ~runs.c.cancel_asked & ((runs.c.holder == new.holder) | (runs.c.state == "succeeded"))
        which = [] if fresh else [same_answer]
        first: list[Any] = [runs.c.number.desc()]
        if new.idempotency_key is not None:
            which.append(same_key)
            first.insert(0, func.coalesce(same_key, False).desc())
        return (
            select(*SEEN, runs.c.order_hash, runs.c.holder, runs.c.idempotency_key)
            .where(or_(False, *which))
            .order_by(*first)
            .limit(1)
        )

    def bring_in(self, ticket: Ticket, new: NewRun, files: dict[str, dict[str, Any]]) -> None:
        """A finished run that was kept before there was a database."""
        columns = _columns(new) | _of_ticket(ticket) | {"files": files}
        if ticket.kind == "run":
            columns["resolved"] = None
        with self._writing.begin() as connection:
            if connection.execute(select(runs.c.id).where(runs.c.id == ticket.id)).first() is None:
                connection.execute(insert(runs).values(**columns))

    # ---- questions
    def get(self, run: str) -> Ticket | None:
        """How a run stands."""
        found = self._one(select(*SEEN).where(runs.c.id == run))
        return _ticket(found) if found else None

    def kept(self, run: str) -> Kept | None:
        """What is stored of a run."""
        found = self._one(select(*SEEN, *FILES).where(runs.c.id == run))
        return Kept(_ticket(found), found.files, found.result_version) if found else None

    def payload(self, run: str) -> bytes | None:
        """What is to be done; None of a run that has ended."""
        found = self._one(select(runs.c.resolved).where(runs.c.id == run))
        return found.resolved if found else None

    def holder_of(self, run: str) -> str | None:
        """The access key that a run was ordered with."""
        found = self._one(select(runs.c.holder).where(runs.c.id == run))
        return str(found.holder) if found else None

    def stored_by(self, holder: str) -> int:
        """What a holder has stored: files and orders of runs, scenarios, sessions [bytes]."""
        size: Any = func.octet_length
        text: Any = variants.c.text
        if self._engine.dialect.name == "sqlite":
            size, text = func.length, cast(text, LargeBinary)  # else of letters, not of bytes
        parts = (
            _sum(runs, runs.c.stored_bytes, holder),
            _sum(runs, size(runs.c.resolved), holder),
            _sum(variants, size(text), holder),
            _sum(sessions, size(sessions.c.resolved), holder),
        )
        with self._engine.connect() as connection:
            return sum(int(part) for part in connection.execute(select(*parts)).one())

    def page(
        self,
        kinds: Sequence[str],
        limit: int,
        state: State | None = None,
        scenario: str | None = None,
        before: int | None = None,
    ) -> list[tuple[int, Ticket]]:
        """The newest of some kinds with their numbers, below a number if one is given."""
        wanted = select(*SEEN).where(runs.c.kind.in_(kinds)).order_by(runs.c.number.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(runs.c.state == state)
        if scenario is not None:
            wanted = wanted.where(runs.c.scenario == scenario)
        if before is not None:
            wanted = wanted.where(runs.c.number < before)
        with self._engine.connect() as connection:
            return [(row.number, _ticket(row)) for row in connection.execute(wanted)]

    def answers(self) -> bool:
        """Whether the database does."""
        try:
            with self._engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def counts(self) -> tuple[int, int]:
        """How many wait, and how many are at work."""
        each = (_count(state).scalar_subquery() for state in ("queued", "running"))
        with self._engine.connect() as connection:
            waiting, working = connection.execute(select(*each)).one()
        return int(waiting), int(working)

    def ended_since(self, moment: datetime) -> list[Ticket]:
        """What ended at a moment or later."""
        ended = select(*SEEN).where(runs.c.state.in_(ENDED), runs.c.finished >= moment)
        with self._engine.connect() as connection:
            return [_ticket(row) for row in connection.execute(ended.order_by(runs.c.number))]

    def unfinished(self) -> list[str]:
        """Runs that wait or are at work."""
        wanted = select(runs.c.id).where(runs.c.state.in_(("queued", "running")))
        with self._engine.connect() as connection:
            return [row.id for row in connection.execute(wanted)]

    def latest_named(self) -> list[Ticket]:
        """The latest succeeded run of each scenario that was run unchanged, the oldest first."""
        last = (
            select(func.max(runs.c.number))
            .where(runs.c.named, runs.c.state == "succeeded")
            .group_by(runs.c.scenario)
        )
        wanted = select(*SEEN).where(runs.c.number.in_(last)).order_by(runs.c.number)
        with self._engine.connect() as connection:
            return [_ticket(row) for row in connection.execute(wanted)]

    def everything(self) -> list[Kept]:
        """All runs, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(*SEEN, *FILES).order_by(runs.c.number))
            return [Kept(_ticket(row), row.files, row.result_version) for row in rows]

    # ---- work
    def claim(
        self, worker: str, now: datetime, until: datetime, *, only_runs: bool = False
    ) -> Claimed | None:
        """Take the oldest that waits, until a moment; None if none waits."""
        waits = runs.c.state == "queued"
        oldest = (
            select(runs.c.number)
            .where(waits & (runs.c.kind == "run") if only_runs else waits)
            .order_by(runs.c.number)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taking = (
            update(runs)
            .where(runs.c.number == oldest, runs.c.state == "queued")
            .values(
                state="running", worker=worker, lease_until=until, started=now,
                attempts=runs.c.attempts + 1,
            )
            .returning(runs)
        )  # fmt: skip
        with self._writing.begin() as connection:
            row = connection.execute(taking).first()
        return _claimed(row) if row is not None else None

    def beat(self, worker: str, run: str, until: datetime, progress: RunProgress | None) -> bool | None:
        """Hold a run for longer and tell how far it is.

        Returns whether it is to stop; None when it is no longer this worker's.
        """
        changes: dict[str, Any] = {"lease_until": until}
        if progress is not None:
            changes |= {"progress": progress.model_dump()}
        holding = self._held(worker, run).values(**changes).returning(runs.c.cancel_asked)
        with self._writing.begin() as connection:
            row = connection.execute(holding).first()
        return None if row is None else bool(row.cancel_asked)

    def finish(
        self,
        worker: str,
        ticket: Ticket,
        files: dict[str, dict[str, Any]],
        settle: Callable[[], None] = lambda: None,
    ) -> bool:
        """The end of a run that a worker holds; False when it was no longer the worker's.

        `settle` is called once that is sure and before anybody else can know: it puts the files in place.
        """
        ending = (
            self._held(worker, ticket.id)
            .values(
                **_of_ticket(ticket), **WAITING, files=files, resolved=DROPPED,
                replications=ticket.replications, stored_bytes=sum(each["bytes"] for each in files.values()),
            )
            .returning(runs.c.id)
        )  # fmt: skip
        with self._writing.begin() as connection:
            held = connection.execute(ending).first() is not None
            if held:
                settle()
        return held

    @staticmethod
    def _held(worker: str, run: str) -> Any:
        return update(runs).where(runs.c.id == run, runs.c.state == "running", runs.c.worker == worker)

    def cancel(self, run: str, now: datetime) -> tuple[Ticket, bool]:
        """Have a run stop: one that waits has ended now (the second value); one at work is to be told."""
        waiting = (runs.c.id == run) & (runs.c.state == "queued")
        at_work = (runs.c.id == run) & (runs.c.state == "running")
        with self._writing.begin() as connection:
            ended = connection.execute(
                update(runs).where(waiting).values(state="cancelled", finished=now, resolved=DROPPED)
            )
            connection.execute(update(runs).where(at_work).values(cancel_asked=True))
            row = connection.execute(select(*SEEN).where(runs.c.id == run)).one()
        return _ticket(row), ended.rowcount > 0

    def put_back(self, worker: str, run: str) -> None:
        """A worker stops before a run has ended: it waits again."""
        again = (
            self._held(worker, run)
            .values(
                state="queued", **WAITING, started=None, progress=NOTHING_YET,
                attempts=runs.c.attempts - 1,
            )
        )  # fmt: skip
        with self._writing.begin() as connection:
            connection.execute(again)

    def lapsed(self, now: datetime) -> list[tuple[Ticket, int, bool]]:
        """Runs whose worker is gone: ticket, how often it was tried, whether it was to stop."""
        gone: Select[Any] = select(*SEEN, runs.c.attempts, runs.c.cancel_asked).where(
            runs.c.state == "running", runs.c.lease_until < now
        )
        with self._engine.connect() as connection:
            return [(_ticket(row), row.attempts, row.cancel_asked) for row in connection.execute(gone)]

    def take_back(self, run: str, now: datetime, ended: Ticket | None) -> bool:
        """A run whose worker is gone waits again, or has ended; False if somebody was faster."""
        changes = {"state": "queued", "started": None, "progress": NOTHING_YET}
        if ended is not None:
            changes = _of_ticket(ended) | {"resolved": DROPPED}
        back = (
            update(runs)
            .where(runs.c.id == run, runs.c.state == "running", runs.c.lease_until < now)
            .values(**changes, **WAITING)
        )
        with self._writing.begin() as connection:
            return connection.execute(back).rowcount > 0

    # ---- forgetting
    def beyond(self, most: int) -> list[str]:
        """The oldest ended runs, but for so many of the newest with an answer, and ten times as many without.

        Those without are counted apart, so that orders which are cancelled push nobody's answers out.
        """
        with_answer, ended = runs.c.state == "succeeded", runs.c.state.in_(ENDED)
        wanted = [(with_answer, most), (ended & ~with_answer, 10 * most)]
        with self._engine.connect() as connection:
            found = [
                connection.execute(
                    select(runs.c.id).where(which).order_by(runs.c.number.desc()).offset(keep)
                ).scalars()
                for which, keep in wanted
            ]
            return [run for each in found for run in each]

    def is_empty(self) -> bool:
        """Whether there is no run at all."""
        return self._one(select(runs.c.id).limit(1)) is None

    def ended_before(self, moment: datetime) -> list[str]:
        """Runs that ended before a moment."""
        ended = select(runs.c.id).where(runs.c.state.in_(ENDED), runs.c.finished < moment)
        with self._engine.connect() as connection:
            return [row.id for row in connection.execute(ended)]

    def forget(self, names: Sequence[str]) -> None:
        """Take ended runs out of the table."""
        with self._writing.begin() as connection:
            connection.execute(delete(runs).where(runs.c.id.in_(names), runs.c.state.in_(ENDED)))

    def _one(self, wanted: Select[Any]) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(wanted).first()


# ---- rows ---------------------------------------------------------------------------------------------


def _count(state: str) -> Select[Any]:
    return select(func.count()).select_from(runs).where(runs.c.state == state)


def _sum(table: Table, column: Any, holder: str) -> Any:
    return select(func.coalesce(func.sum(column), 0)).where(table.c.holder == holder).scalar_subquery()


def _knows(row: Row[Any], new: NewRun) -> bool:
    """Whether a run is known by the key of an order that it answers, if the order has one."""
    return new.idempotency_key is None or row.idempotency_key == new.idempotency_key


def _told_again(row: Row[Any], new: NewRun) -> Ticket:
    by_key = new.idempotency_key is not None and row.idempotency_key == new.idempotency_key
    if by_key and row.holder == new.holder and row.order_hash != new.order_hash:
        raise Misused
    return _ticket(row)


def _columns(new: NewRun) -> dict[str, Any]:
    ordered = new.ticket
    return _of_ticket(ordered) | {
        "id": ordered.id,
        "kind": ordered.kind,
        "name": ordered.name,
        "scenario": ordered.scenario,
        "scenario_hash": new.scenario_hash,
        "resolved": new.payload(),
        "warnings": [asdict(problem) for problem in new.warnings],
        "seed": str(ordered.seed),
        "replications": ordered.replications,
        "engine": ordered.engine,
        "overrides": ordered.overrides,
        "named": ordered.named,
        "keeps_records": new.keeps_records,
        "result_version": new.result_version,
        "answer_key": new.answer_key,
        "holder": new.holder,
        "idempotency_key": new.idempotency_key,
        "order_hash": new.order_hash,
        "created": ordered.created,
        "files": {},
        "stored_bytes": 0,
        "attempts": 0,
        "cancel_asked": False,
    }


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    """What of a ticket changes while it stands in the table."""
    return {
        "state": ticket.state,
        "started": ticket.started,
        "finished": ticket.finished,
        "progress": ticket.progress.model_dump(),
        "digests": ticket.digest,
        "problems": [problem.model_dump(mode="json") for problem in ticket.problems],
    }


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        id=row.id, kind=row.kind, name=row.name, state=row.state, scenario=row.scenario,
        seed=int(row.seed), replications=row.replications,
        engine=row.engine, overrides=row.overrides, named=row.named, created=row.created, started=row.started,
        finished=row.finished, progress=RunProgress(**row.progress), digest=row.digests,
        problems=[ProblemItem(**problem) for problem in row.problems],
    )  # fmt: skip


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(_ticket(row), row.resolved, row.warnings, row.keeps_records, row.attempts)


def _problem(said: dict[str, Any]) -> Problem:
    return Problem(**{**said, "message": Label(**said["message"]), "remedy": Label(**said["remedy"])})
