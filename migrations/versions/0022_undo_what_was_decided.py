"""when an organiser decided on a reflection, and what it was before."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reflection", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.add_column("reflection", sa.Column("decided_from", sa.String(9)))


def downgrade() -> None:
    op.drop_column("reflection", "decided_from")
    op.drop_column("reflection", "decided_at")
