"""Experiments are orders too, of other kinds than runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add what tells them apart; all that there is are runs."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("kind", sa.String(12), nullable=False, server_default="run"))
        runs.add_column(sa.Column("name", sa.Text, nullable=False, server_default=""))
        runs.create_index("ix_runs_kind", ["kind", "number"])


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("runs") as runs:
        runs.drop_index("ix_runs_kind")
        runs.drop_column("name")
        runs.drop_column("kind")
