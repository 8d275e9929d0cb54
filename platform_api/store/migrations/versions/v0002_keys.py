"""Access keys."""

import sqlalchemy as sa
from alembic import op

from platform_api.store.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "keys",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("last_used", Instant, nullable=True),
        sa.Column("revoked", Instant, nullable=True),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("keys")
