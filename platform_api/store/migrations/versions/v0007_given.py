"""A live session of a lesson has rows that were given with it, and that nobody takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add them; sessions that are there have none."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("given", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("given")
