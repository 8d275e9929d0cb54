"""Scenarios that users have stored."""

import sqlalchemy as sa
from alembic import op

from platform_api.store.tables import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "variants",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("created", Instant, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("variants")
