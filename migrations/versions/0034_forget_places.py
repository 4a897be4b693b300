"""find where people said that they talk, to forget it in time."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

HAS_PLACE = sa.text("place IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_participation_place",
        "participation",
        ["conversation_id"],
        sqlite_where=HAS_PLACE,
        postgresql_where=HAS_PLACE,
    )


def downgrade() -> None:
    op.drop_index("ix_participation_place", "participation")
