"""Runs no longer count their changes: nobody asked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the column away."""
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("revision")


def downgrade() -> None:
    """Put it back."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
