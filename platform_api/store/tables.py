"""The tables, as they are now; `migrations/` tells how a database of an older version gets there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite gives times back without their zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Counting = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up by itself."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("number", Counting, primary_key=True, autoincrement=True),  # the order of the queue
    Column("id", String(40), nullable=False, unique=True),
    # ---- what was ordered
    Column("kind", String(12), nullable=False, server_default="run"),  # or that of an experiment
    Column("name", Text, nullable=False, server_default=""),  # of an experiment, for people
    Column("scenario", Text, nullable=False),
    Column("scenario_hash", String(64), nullable=False),
    Column("resolved", LargeBinary, nullable=True),  # compressed; of a run none once it has ended
    Column("warnings", JSON, nullable=False),
    Column("seed", String(20), nullable=False),  # 64 bits without a sign do not fit a BIGINT
    Column("replications", Integer, nullable=False),
    Column("engine", String(20), nullable=False),
    Column("overrides", JSON, nullable=False),
    Column("named", Boolean, nullable=False),
    Column("keeps_records", Boolean, nullable=False),
    Column("result_version", Integer, nullable=False),
    Column("answer_key", String(64), nullable=False),  # equal orders have equal answers
    Column("holder", String(40), nullable=False),  # the access key it was ordered with; "" without keys
    Column("idempotency_key", String(255), nullable=True),
    Column("order_hash", String(64), nullable=False),  # of the request, to tell a repetition from a misuse
    # ---- how it stands
    Column("state", String(10), nullable=False),
    Column("created", Instant, nullable=False),
    Column("started", Instant, nullable=True),
    Column("finished", Instant, nullable=True),
    Column("progress", JSON, nullable=False),
    Column("digests", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("files", JSON, nullable=False),  # name → {sha256, bytes}
    Column("stored_bytes", BigInteger, nullable=False, default=0),
    # ---- who is at it
    Column("worker", String(80), nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("cancel_asked", Boolean, nullable=False, default=False),
    UniqueConstraint("holder", "idempotency_key", name="uq_runs_idempotency"),
    Index("ix_runs_state", "state", "number"),
    Index("ix_runs_kind", "kind", "number"),
    Index("ix_runs_answer", "answer_key"),
    Index("ix_runs_scenario", "scenario", "number"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # SHA-256 of the secret
    Column("scope", String(10), nullable=False),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant, nullable=True),
    Column("revoked", Instant, nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("scenario", Text, nullable=False),
    Column("resolved", LargeBinary, nullable=False),  # compressed
    Column("seed", String(20), nullable=False),
    Column("replication", Integer, nullable=False),
    Column(
        "interventions", JSON, nullable=False
    ),  # [time, what, target, value], in the order of their making
    Column("given", JSON, nullable=False, server_default="[]"),  # likewise; what happens whoever decides
    Column("at", BigInteger, nullable=False),  # the first instant that has not begun [ms]
    Column("speed", Float, nullable=False),  # simulated seconds a second
    Column("created", Instant, nullable=False),
    Column("touched", Instant, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),  # from 1
    Column("text", Text, nullable=False),  # as it was written
    Column("hash", String(64), nullable=False),  # of the resolved form
    Column("holder", String(40), nullable=False),
    Column("created", Instant, nullable=False),
)

classes = Table(
    "classes",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("document", JSON, nullable=False),
    Column("created", Instant, nullable=False),
    Column("touched", Instant, nullable=False),
)
