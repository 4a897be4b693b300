"""keep why a conversation did not happen, and that somebody was thanked."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("why_not", sa.String(length=9), nullable=True))
    op.add_column("participation", sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("participation", "thanked_at")
    op.drop_column("participation", "why_not")
