"""times that calendars propose."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("proposes", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participation", sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("participation", "proposed_at")
    op.drop_column("participation", "proposes")
