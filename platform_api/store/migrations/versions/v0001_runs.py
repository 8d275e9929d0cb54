"""Runs, their orders and who is at them."""

import sqlalchemy as sa
from alembic import op

from platform_api.store.tables import Counting, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "runs",
        sa.Column("number", Counting, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(40), nullable=False, unique=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("scenario_hash", sa.String(64), nullable=False),
        sa.Column("resolved", sa.LargeBinary, nullable=True),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.Column("seed", sa.String(20), nullable=False),
        sa.Column("replications", sa.Integer, nullable=False),
        sa.Column("engine", sa.String(20), nullable=False),
        sa.Column("overrides", sa.JSON, nullable=False),
        sa.Column("named", sa.Boolean, nullable=False),
        sa.Column("keeps_records", sa.Boolean, nullable=False),
        sa.Column("result_version", sa.Integer, nullable=False),
        sa.Column("answer_key", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.Column("order_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("started", Instant, nullable=True),
        sa.Column("finished", Instant, nullable=True),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("digests", sa.JSON, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("stored_bytes", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.String(80), nullable=True),
        sa.Column("lease_until", Instant, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.UniqueConstraint("holder", "idempotency_key", name="uq_runs_idempotency"),
    )
    op.create_index("ix_runs_state", "runs", ["state", "number"])
    op.create_index("ix_runs_answer", "runs", ["answer_key"])
    op.create_index("ix_runs_scenario", "runs", ["scenario", "number"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("runs")
