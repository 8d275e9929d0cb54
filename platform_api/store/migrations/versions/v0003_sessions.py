"""Live sessions."""

import sqlalchemy as sa
from alembic import op

from platform_api.store.tables import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("resolved", sa.LargeBinary, nullable=False),
        sa.Column("seed", sa.String(20), nullable=False),
        sa.Column("replication", sa.Integer, nullable=False),
        sa.Column("interventions", sa.JSON, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("speed", sa.Float, nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("touched", Instant, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("sessions")
