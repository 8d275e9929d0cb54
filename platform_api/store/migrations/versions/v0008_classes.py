"""Classes: who sits where and has answered what, so that a class goes on after a restart."""

import sqlalchemy as sa
from alembic import op

from platform_api.store.tables import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "classes",
        sa.Column("code", sa.String(8), primary_key=True),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("touched", Instant, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("classes")
